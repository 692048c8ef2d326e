"""Watched places, as people deal with them: add, pause, resume, read again; how each one fares.

The dashboard and the command line call these alike. A person's role is checked here; at the
command line, where whoever may run it may do everything, the person is None.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import ValidationError
from sqlmodel import Session

from otklik import audit
from otklik.entries import SourceSettings
from otklik.enums import Role, SourceHealth, SourceOrigin
from otklik.errors import ConfigError, InputError, NotFound
from otklik.limiter import month_of
from otklik.metering import MICROS
from otklik.models import Person, Source, Spend
from otklik.people import require
from otklik.platforms import (
    ENV_PREFIX,
    SINCE,
    AnyPlatform,
    build_platform,
    discover,
    secret_keys,
)
from otklik.store import arrivals, limits, sources

CLI = "cli"  # the actor of what is done at the command line
DELAYS = 500  # of how many mentions the delay is measured
Kinds = Mapping[str, type[AnyPlatform]]


@dataclass(frozen=True)
class SourceReport:
    """How one source fares; times are aware, durations in seconds, money in US dollars.

    Attributes:
        pace: seconds between two readings as it is now.
        delay_p50, delay_p95: from publication to our database, of what was published after
            `live_since`; None while nothing was.
        delays: how many mentions these are of, at most `DELAYS`.
        spent, budget: of this calendar month (UTC); no budget is None.
        today, week: mentions of strangers since midnight of the desk, of the last seven days.
        to_do: what a person has to do, empty when nothing.
    """

    id: int
    name: str
    platform: str
    origin: SourceOrigin
    health: SourceHealth
    is_enabled: bool
    is_paused: bool
    pause_reason: str
    interval: float
    pace: float
    next_due_at: datetime
    live_since: datetime | None
    last_ok_at: datetime | None
    last_new_at: datetime | None
    delay_p50: float | None
    delay_p95: float | None
    delays: int
    spent: float
    paid_items: int
    budget: float | None
    failures: int
    last_error: str
    last_error_at: datetime | None
    warning: str
    to_do: str
    today: int
    week: int

    @property
    def is_read(self) -> bool:
        """Is it read when its time comes?"""
        return self.is_enabled and not self.is_paused


def add_source(
    session: Session,
    person: Person | None,
    *,
    brand_id: str,
    name: str,
    platform: str,
    config: Mapping[str, Any],
    at: datetime,
    interval: float = 60.0,
    fastest: float | None = None,
    slowest: float | None = None,
    kinds: Kinds | None = None,
) -> Source:
    """Watch one more place from now on.

    Args:
        config: the platform's own settings; secrets as ``env:NAME``.
        interval: seconds between two readings, to begin with.
        fastest, slowest: bounds the pace stays in; None derives them from `interval`.
        kinds: the platforms there are; by default all of them.

    Raises:
        NotAllowed: the role is below lead.
        InputError: the name is empty, too long or taken.
        ConfigError: unknown platform, wrong settings, a secret in the clear.
    """
    actor = _actor(person)
    if not name.strip() or sources.find_source(session, brand_id, name) is not None:
        raise InputError(f"a source needs a name of its own: {name!r} is empty or taken")
    pace = {"interval": interval, "fastest": fastest, "slowest": slowest}
    entry = _entry(name, platform, config, pace)
    check_sources([entry], discover() if kinds is None else kinds)
    source = Source(
        brand_id=brand_id,
        name=name,
        platform=platform,
        config=dict(config),
        origin=SourceOrigin.DESK,
        interval_seconds=interval,
        fastest_seconds=fastest,
        slowest_seconds=slowest,
        next_due_at=at,
    )
    sources.save_source(session, source)
    _note(session, actor, "source.added", source, at, platform=platform)
    return source


def change_source(
    session: Session,
    person: Person | None,
    *,
    brand_id: str,
    name: str,
    config: Mapping[str, Any],
    at: datetime,
    interval: float,
    kinds: Kinds | None = None,
) -> Source:
    """Give a source other settings; it is read with them at once, its place in the stream kept.

    Raises:
        NotAllowed: the role is below lead. NotFound: no such source.
        InputError: `otklik.toml` names it, or it is a file.
        ConfigError: wrong settings, a secret in the clear.
    """
    actor = _actor(person)
    source = _get(session, brand_id, name)
    _require_of_desk(source)
    pace = {"interval": interval, "fastest": None, "slowest": None}
    check_sources(
        [_entry(name, source.platform, config, pace)], discover() if kinds is None else kinds
    )
    keys = sorted({*config, *source.config})
    changed = [key for key in keys if config.get(key) != source.config.get(key)]
    if interval != source.interval_seconds:
        changed.append("interval")
        source.pace_seconds = source.fastest_seconds = source.slowest_seconds = None
    source.config, source.interval_seconds, source.next_due_at = dict(config), interval, at
    if source.health == SourceHealth.OFF:  # it turned us away: perhaps it does no more
        sources.save_resumed(session, source, at)
    sources.save_source(session, source)
    _note(session, actor, "source.changed", source, at, keys=", ".join(changed))
    return source


def remove_source(
    session: Session, person: Person | None, *, brand_id: str, name: str, at: datetime
) -> Source:
    """Watch a place no more. What it brought stays, and so do replies under way; the name is free.

    Raises:
        NotAllowed: the role is below lead. NotFound: no such source.
        InputError: `otklik.toml` names it.
    """
    actor = _actor(person)
    source = _get(session, brand_id, name)
    if source.origin == SourceOrigin.SETTINGS:
        raise InputError(f"source {name!r} stands in the settings: take it out there")
    _note(session, actor, "source.removed", source, at)
    source.is_enabled, source.removed_at = False, at
    source.to_do = source.warning = ""
    source.name = f"{name[:100]} (removed {source.id})"
    sources.save_source(session, source)
    return source


def _require_of_desk(source: Source) -> None:
    if source.origin == SourceOrigin.SETTINGS:
        raise InputError(f"source {source.name!r} stands in the settings: change it there")
    if source.origin == SourceOrigin.IMPORT:
        raise InputError(f"source {source.name!r} is a file: import it again")


def pause_source(
    session: Session,
    person: Person | None,
    *,
    brand_id: str,
    name: str,
    at: datetime,
    reason: str = "",
) -> Source:
    """Stop reading a source until somebody resumes it; a start does not.

    Raises:
        NotAllowed: the role is below lead. NotFound: no such source.
    """
    actor = _actor(person)
    source = _get(session, brand_id, name)
    source.is_paused, source.pause_reason = True, reason.strip()[:500]
    sources.save_unread(session, source)
    _note(session, actor, "source.paused", source, at, reason=source.pause_reason)
    return source


def resume_source(
    session: Session, person: Person | None, *, brand_id: str, name: str, at: datetime
) -> Source:
    """Read a source again, now: one that was paused, or one that had turned us away.

    Raises:
        NotAllowed: the role is below lead. NotFound: no such source.
        InputError: its settings say that it is not read.
    """
    actor = _actor(person)
    source = _get(session, brand_id, name)
    if not source.is_enabled and source.health != SourceHealth.OFF:
        raise InputError(f"source {name!r} is not read: its settings or a file say so")
    sources.save_resumed(session, source, at)
    _note(session, actor, "source.resumed", source, at)
    return source


def start_backfill(
    session: Session,
    person: Person | None,
    *,
    brand_id: str,
    name: str,
    since: datetime,
    at: datetime,
) -> Source:
    """Read a source anew from `since` (aware), beginning now; what is known is not doubled.

    Raises:
        NotAllowed: the role is below lead. NotFound: no such source.
        InputError: `since` is in the future, or the source is a file.
    """
    actor = _actor(person)
    source = _get(session, brand_id, name)
    if source.origin == SourceOrigin.IMPORT:
        raise InputError(f"source {name!r} is a file: import it again")
    if since >= at:
        raise InputError("a back-fill begins in the past")
    source.cursor, source.next_due_at = {SINCE: since.astimezone(UTC).isoformat()}, at
    sources.save_unread(session, source)
    _note(session, actor, "source.backfilled", source, at, since=source.cursor[SINCE])
    return source


def list_reports(session: Session, brand_id: str, at: datetime) -> list[SourceReport]:
    """How every source fares, by name.

    Args:
        at: the present moment in the desk's own time zone: there "today" begins.
    """
    return _reports(session, sources.list_sources(session, brand_id), at)


def get_report(session: Session, brand_id: str, name: str, at: datetime) -> SourceReport:
    """How one source fares.

    Raises:
        NotFound: no such source.
    """
    return _reports(session, [_get(session, brand_id, name)], at)[0]


def check_sources(wanted: Iterable[SourceSettings], platforms: Kinds) -> None:
    """Each source must be one its platform can be built from, its secrets kept elsewhere.

    Raises:
        ConfigError: names source and key.
    """
    for source in wanted:
        if source.platform not in platforms:
            known = ", ".join(sorted(platforms))
            raise ConfigError(
                f"source {source.name!r}: unknown platform {source.platform!r}; known: {known}"
            )
        kind = platforms[source.platform]
        for key in sorted(secret_keys(kind) & source.config.keys()):
            if not str(source.config[key]).startswith(ENV_PREFIX):
                raise ConfigError(f"source {source.name!r}: write {key} as env:NAME")
        if source.is_enabled:
            build_platform(kind, source.config, source=source.name).close()


def _actor(person: Person | None) -> str:
    return CLI if person is None else audit.actor_of(require(person, Role.LEAD))


def _get(session: Session, brand_id: str, name: str) -> Source:
    source = sources.find_source(session, brand_id, name)
    if source is None or source.removed_at is not None:
        raise NotFound(f"no source is named {name!r}")
    return source


def _entry(
    name: str, platform: str, config: Mapping[str, Any], pace: Mapping[str, float | None]
) -> SourceSettings:
    """The same as a `[[sources]]` entry, checked like one."""
    if clash := sorted(SourceSettings.model_fields.keys() & config.keys()):
        raise ConfigError(f"source {name!r}: {', '.join(clash)} is no setting of {platform}")
    try:
        return SourceSettings.model_validate({**config, "name": name, "platform": platform, **pace})
    except ValidationError as error:
        lines = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise ConfigError(f"source {name!r}: {lines}") from None


def _reports(session: Session, rows: Sequence[Source], at: datetime) -> list[SourceReport]:
    """A few queries for all of them."""
    ids = [source.id or 0 for source in rows]
    live = {source.id or 0: source.live_since for source in rows if source.live_since}
    delays = arrivals.list_all_delays(session, live, DELAYS)
    spend = limits.list_spend(session, month_of(at))
    midnight = at.replace(hour=0, minute=0, second=0, microsecond=0)
    counts = arrivals.count_all_arrivals(session, ids, (midnight, at - timedelta(days=7)))
    return [
        _report(source, sorted(delays.get(number, [])), spend.get(number), counts[number])
        for number, source in zip(ids, rows, strict=True)
    ]


def _report(
    source: Source, delays: Sequence[float], spend: Spend | None, counts: tuple[int, int]
) -> SourceReport:
    budget = source.config.get("monthly_budget")
    return SourceReport(
        **{field: getattr(source, field) for field in _REPEATED},
        id=source.id or 0,
        interval=source.interval_seconds,
        pace=source.pace_seconds or source.interval_seconds,
        delay_p50=_share(delays, 0.5),
        delay_p95=_share(delays, 0.95),
        delays=len(delays),
        spent=spend.micros / MICROS if spend else 0.0,
        paid_items=spend.items if spend else 0,
        budget=None if budget is None else float(budget),
        today=counts[0],
        week=counts[1],
    )


_REPEATED = (
    *("name", "platform", "origin", "health", "is_enabled", "is_paused", "pause_reason"),
    *("next_due_at", "live_since", "last_ok_at", "last_new_at", "failures", "last_error"),
    *("last_error_at", "warning", "to_do"),
)


def _share(ordered: Sequence[float], share: float) -> float | None:
    """The least value that so great a share does not exceed."""
    if not ordered:
        return None
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def _note(
    session: Session, actor: str, action: str, source: Source, at: datetime, **detail: str
) -> None:
    audit.record(
        session,
        at=at,
        actor=actor,
        action=action,
        subject=("source", source.id),
        detail={"name": source.name, **detail},
        brand_id=source.brand_id,
    )
