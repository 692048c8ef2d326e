"""One way to ask for the time, so that no naive datetime is ever made."""

from datetime import UTC, datetime


def now() -> datetime:
    """The present moment, aware, UTC."""
    return datetime.now(UTC)
