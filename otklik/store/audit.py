"""Rows of the audit chain; hashing is `otklik.audit`'s."""

from collections.abc import Iterator

from sqlalchemy import text
from sqlmodel import Session, col, select

from otklik.models import AuditEvent

# any number will do as long as nothing else in the database takes the same lock
_CHAIN_LOCK = 0x07171


def lock_chain(session: Session) -> None:
    """Let one writer append at a time; SQLite's transactions are exclusive already."""
    if session.get_bind().dialect.name == "postgresql":
        session.connection().execute(
            text("SELECT pg_advisory_xact_lock(:key)"), {"key": _CHAIN_LOCK}
        )


def find_last_event(session: Session) -> AuditEvent | None:
    """The newest link, or None."""
    return session.exec(select(AuditEvent).order_by(col(AuditEvent.id).desc()).limit(1)).first()


def save_event(session: Session, event: AuditEvent) -> None:
    """Append one link."""
    session.add(event)
    session.flush()


def list_events(session: Session, *, after_id: int = 0, size: int = 1000) -> Iterator[AuditEvent]:
    """All links in order, read in pages of `size`."""
    while True:
        page = session.exec(
            select(AuditEvent)
            .where(col(AuditEvent.id) > after_id)
            .order_by(col(AuditEvent.id))
            .limit(size)
        ).all()
        if not page:
            return
        yield from page
        after_id = page[-1].id or after_id
        session.expunge_all()
