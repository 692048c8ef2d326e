"""Spans of time as people type them: 30d, 12h, 2w, or a date."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from otklik.errors import ConfigError

_SPAN = re.compile(r"(\d{1,5})([hdw])")
_UNITS = {"h": "hours", "d": "days", "w": "weeks"}


def read_since(text: str, at: datetime, timezone: str) -> datetime:
    """The moment that long before `at`, or the beginning of that day in the desk's time zone.

    Raises:
        ConfigError: neither a span nor a date.
    """
    found = _SPAN.fullmatch(text.strip())
    if found is not None:
        return at - timedelta(**{_UNITS[found[2]]: int(found[1])})
    try:
        day = datetime.fromisoformat(text.strip())
    except ValueError:
        raise ConfigError(f"--since {text}: write 30d, 12h, 2w or a date 2026-11-01") from None
    return day if day.tzinfo else day.replace(tzinfo=ZoneInfo(timezone))
