"""Sources: configured places, their lease, cursor and health."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlmodel import Session, col, func, or_, select, update

from otklik.entries import SourceSettings
from otklik.enums import SourceHealth, SourceOrigin
from otklik.errors import NotFound
from otklik.models import Source

# a source that failed this often in a row is `failing`; before that it is `suspect`
FAILING_AFTER = 3


def sync_sources(
    session: Session,
    brand_id: str,
    wanted: Iterable[SourceSettings],
    at: datetime,
    *,
    retry: bool = True,
) -> None:
    """Make the table agree with the settings; sources no longer named there are switched off.

    What people have added or paused at the desk stays as they left it, unless the settings
    name the same source: then the settings say how it is read.

    Args:
        retry: read sources that had turned us away once more; a start is how a person says
            that their access was mended.
    """
    known = {row.name: row for row in list_sources(session, brand_id)}
    names = set()
    for entry in wanted:
        names.add(entry.name)
        row = known.get(entry.name)
        if row is None:
            row = Source(brand_id=brand_id, name=entry.name, platform="", next_due_at=at)
        _apply_settings(row, entry, at)
        if retry and entry.is_enabled and row.health == SourceHealth.OFF:
            _revive(row, at)
        session.add(row)
    for name, row in known.items():
        if name not in names and row.origin == SourceOrigin.SETTINGS:
            row.is_enabled = False
            session.add(row)
    session.flush()


def _apply_settings(row: Source, entry: SourceSettings, at: datetime) -> None:
    if row.platform != entry.platform:  # another platform cannot read on from this cursor
        row.cursor, row.live_since, row.pace_seconds = {}, None, None
    if row.config != entry.config:  # perhaps a greater budget: no use to wait any longer
        row.next_due_at = at
    row.platform, row.config, row.origin = entry.platform, entry.config, SourceOrigin.SETTINGS
    row.interval_seconds = entry.interval
    row.fastest_seconds, row.slowest_seconds = entry.fastest, entry.slowest
    row.is_ours = entry.is_ours
    if row.health != SourceHealth.OFF or not entry.is_enabled:
        row.is_enabled = entry.is_enabled


def _revive(row: Source, at: datetime) -> None:
    row.is_enabled, row.health, row.failures = True, SourceHealth.SUSPECT, 0
    row.next_due_at = at


def save_source(session: Session, source: Source) -> None:
    """Add or change."""
    session.add(source)
    session.flush()


def save_resumed(session: Session, source: Source, at: datetime) -> None:
    """Read it again, now; what turned us away is taken as mended."""
    source.is_paused, source.pause_reason = False, ""
    if source.health == SourceHealth.OFF:
        _revive(source, at)
    source.next_due_at = at
    save_source(session, source)


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
    row.platform, row.config, row.origin = platform, dict(config), SourceOrigin.IMPORT
    row.is_enabled = False  # a file is read when a person asks, not by the scheduler
    session.add(row)
    session.flush()
    return row


def list_sources(session: Session, brand_id: str) -> list[Source]:
    """All sources of a brand that were not removed, by name."""
    return list(
        session.exec(
            select(Source)
            .where(Source.brand_id == brand_id, col(Source.removed_at).is_(None))
            .order_by(Source.name)
        )
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
    """Sources to be read whose time has come and that nobody is reading, the longest due first."""
    free = or_(col(Source.lease_until).is_(None), col(Source.lease_until) < at)
    return list(
        session.exec(
            select(Source)
            .where(
                Source.brand_id == brand_id,
                col(Source.is_enabled),
                col(Source.is_paused).is_(False),
                col(Source.next_due_at) <= at,
                free,
            )
            .order_by(col(Source.next_due_at))
        )
    )


def count_read_sources(session: Session, brand_id: str) -> int:
    """How many sources are read when their time comes."""
    return session.exec(
        select(func.count())
        .select_from(Source)
        .where(
            Source.brand_id == brand_id,
            col(Source.is_enabled),
            col(Source.is_paused).is_(False),
        )
    ).one()


def claim_source(
    session: Session, source_id: int, owner: str, at: datetime, lease: timedelta
) -> Source | None:
    """Take the lease of a source (compare-and-set); None when somebody holds it.

    `owner` names one reading, not a process: two threads of one are two owners.
    """
    free = or_(col(Source.lease_until).is_(None), col(Source.lease_until) < at)
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


def save_source_ok(
    session: Session,
    source: Source,
    at: datetime,
    *,
    brought: int,
    pace: float,
    warning: str = "",
) -> None:
    """A whole reading went well: give back the lease, plan the next one.

    Args:
        brought: how many new mentions.
        pace: seconds to the next reading.
        warning: what looks wrong all the same, for people.
    """
    source.health = SourceHealth.SUSPECT if warning else SourceHealth.OK
    source.failures, source.last_error, source.to_do = 0, "", ""
    source.warning, source.last_ok_at = warning, at
    source.live_since = source.live_since or at
    if brought:
        source.last_new_at = at
    source.pace_seconds, source.next_due_at = pace, at + timedelta(seconds=pace)
    save_unread(session, source)


def save_source_part(session: Session, source: Source, at: datetime, *, brought: int) -> None:
    """Its share of time is over before the reading was: it goes on where the cursor stands."""
    if brought:
        source.last_new_at = at
    source.next_due_at = at
    save_unread(session, source)


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
    save_unread(session, source)


def save_source_waiting(
    session: Session,
    source: Source,
    at: datetime,
    error: str,
    *,
    retry_after: float,
    warning: str = "",
) -> None:
    """It has to wait, by a limit or for money; that is no failure of the source.

    Args:
        warning: what people should know of it; empty leaves the health as it is.
    """
    source.last_error, source.last_error_at = error[:2000], at
    if warning:
        source.health, source.warning = SourceHealth.SUSPECT, warning
    source.next_due_at = at + timedelta(seconds=retry_after)
    save_unread(session, source)


def save_source_off(session: Session, source: Source, at: datetime, error: str, to_do: str) -> None:
    """Access denied: no reading until a person has acted."""
    source.failures += 1
    source.last_error, source.last_error_at = error[:2000], at
    source.health, source.is_enabled, source.to_do = SourceHealth.OFF, False, to_do
    save_unread(session, source)


def save_unread(session: Session, source: Source) -> None:
    """Nobody reads it (any more): whoever still does will find its lease gone, and stop."""
    source.lease_owner = source.lease_until = None
    session.add(source)
