"""Sources: configured places, their lease, cursor and health."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlmodel import Session, col, or_, select, update

from otklik.enums import SourceHealth
from otklik.errors import NotFound
from otklik.models import Source
from otklik.settings import SourceSettings

# a source that failed this often in a row is `failing`; before that it is `suspect`
FAILING_AFTER = 3


def sync_sources(
    session: Session, brand_id: str, wanted: Iterable[SourceSettings], at: datetime
) -> None:
    """Make the table agree with the settings; sources no longer named are switched off.

    A source that had turned us away is tried again: a start is how a person says that its
    access was mended.
    """
    known = {row.name: row for row in list_sources(session, brand_id)}
    names = set()
    for entry in wanted:
        names.add(entry.name)
        row = known.get(entry.name)
        if row is None:
            row = Source(brand_id=brand_id, name=entry.name, platform="", next_due_at=at)
        row.platform, row.config = entry.platform, entry.config
        row.interval_seconds, row.is_enabled = entry.interval, entry.is_enabled
        if row.is_enabled and row.health == SourceHealth.OFF:
            row.health, row.failures, row.next_due_at = SourceHealth.SUSPECT, 0, at
        session.add(row)
    for name, row in known.items():
        if name not in names and row.platform != "file":
            row.is_enabled = False
            session.add(row)
    session.flush()


def ensure_source(
    session: Session,
    brand_id: str,
    name: str,
    *,
    platform: str,
    config: dict[str, object],
    at: datetime,
) -> Source:
    """The source of that name, made if need be; used by `otklik import`."""
    row = find_source(session, brand_id, name)
    if row is None:
        row = Source(brand_id=brand_id, name=name, platform=platform, next_due_at=at)
    row.platform, row.config = platform, dict(config)
    row.is_enabled = False  # a file is read when a person asks, not by the scheduler
    session.add(row)
    session.flush()
    return row


def list_sources(session: Session, brand_id: str) -> list[Source]:
    """All sources of a brand, by name."""
    return list(
        session.exec(select(Source).where(Source.brand_id == brand_id).order_by(Source.name))
    )


def find_source(session: Session, brand_id: str, name: str) -> Source | None:
    """The source of that name, or None."""
    return session.exec(
        select(Source).where(Source.brand_id == brand_id, Source.name == name)
    ).one_or_none()


def get_source(session: Session, source_id: int) -> Source:
    """The source of that id.

    Raises:
        NotFound: there is none.
    """
    row = session.get(Source, source_id)
    if row is None:
        raise NotFound(f"source {source_id}")
    return row


def list_due_sources(session: Session, brand_id: str, at: datetime) -> list[Source]:
    """Enabled sources whose time has come and that nobody is reading."""
    free = or_(col(Source.lease_until).is_(None), col(Source.lease_until) < at)
    return list(
        session.exec(
            select(Source)
            .where(
                Source.brand_id == brand_id,
                col(Source.is_enabled),
                col(Source.next_due_at) <= at,
                free,
            )
            .order_by(col(Source.next_due_at))
        )
    )


def claim_source(
    session: Session, source_id: int, owner: str, at: datetime, lease: timedelta
) -> Source | None:
    """Take the lease of a source (compare-and-set); None when somebody else holds it."""
    free = or_(
        col(Source.lease_until).is_(None),
        col(Source.lease_until) < at,
        col(Source.lease_owner) == owner,
    )
    taken = session.exec(
        update(Source)
        .where(col(Source.id) == source_id, free)
        .values(lease_owner=owner, lease_until=at + lease)
    )
    if taken.rowcount != 1:
        return None
    row = get_source(session, source_id)
    session.refresh(row)
    return row


def save_cursor(
    session: Session, source_id: int, owner: str, cursor: dict[str, object], lease_until: datetime
) -> bool:
    """Move the cursor if the lease is still ours; False means: roll back, another reads on."""
    moved = session.exec(
        update(Source)
        .where(col(Source.id) == source_id, col(Source.lease_owner) == owner)
        .values(cursor=cursor, lease_until=lease_until)
    )
    return bool(moved.rowcount == 1)


def save_source_ok(session: Session, source: Source, at: datetime, *, brought: int) -> None:
    """A whole reading went well: give back the lease, plan the next one."""
    source.health, source.failures = SourceHealth.OK, 0
    source.last_ok_at, source.last_error = at, ""
    if brought:
        source.last_new_at = at
    source.next_due_at = at + timedelta(seconds=source.interval_seconds)
    source.lease_owner = source.lease_until = None
    session.add(source)


def save_source_failure(
    session: Session, source: Source, at: datetime, error: str, *, retry_after: float | None = None
) -> None:
    """A reading failed: back off by doubling (at most an hour), or as long as was asked."""
    source.failures += 1
    source.last_error, source.last_error_at = error[:2000], at
    failing = source.failures >= FAILING_AFTER
    source.health = SourceHealth.FAILING if failing else SourceHealth.SUSPECT
    back_off = min(source.interval_seconds * 2 ** min(source.failures - 1, 10), 3600.0)
    source.next_due_at = at + timedelta(seconds=back_off if retry_after is None else retry_after)
    source.lease_owner = source.lease_until = None
    session.add(source)


def save_source_off(session: Session, source: Source, at: datetime, error: str) -> None:
    """Access denied: no reading until a person has acted."""
    source.failures += 1
    source.last_error, source.last_error_at = error[:2000], at
    source.health, source.is_enabled = SourceHealth.OFF, False
    source.lease_owner = source.lease_until = None
    session.add(source)
