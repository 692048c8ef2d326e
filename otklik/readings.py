"""One reading of one source, and what becomes of it: health, pace, warnings, alerts."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from sqlmodel import Session

from otklik import pace
from otklik.database import reading, session
from otklik.desk import Desk, note_failure
from otklik.enums import SourceHealth
from otklik.errors import AccessDenied, BudgetSpent, OtklikError, RateLimited
from otklik.models import Source
from otklik.outside import open_platform, store_page
from otklik.platforms import PlatformSettings, secret_keys
from otklik.silence import KNOWN_FROM, LEAST_SILENCE, find_silence
from otklik.store import arrivals, sources
from otklik.store.intake import IntakeCount
from responder import notices

log = structlog.get_logger()

LEAST_LEASE = 60.0  # seconds
CALLS_IN_A_LEASE = 6  # whole timeouts that may pass between two pages
PATIENCE = timedelta(hours=1)  # a limit that keeps a source unread for longer is a failure
Progress = Callable[[float | None, int], None]


@dataclass
class Reading:
    """One reading: the source as it was claimed, under `owner`, and what was brought so far."""

    source: Source
    owner: str
    total: IntakeCount = field(default_factory=IntakeCount)
    warnings: list[str] = field(default_factory=list)
    is_whole: bool = False

    @property
    def lease(self) -> timedelta:
        """Longer than the longest call of this source."""
        timeout = float(self.source.config.get("timeout") or PlatformSettings().timeout)
        return timedelta(seconds=max(LEAST_LEASE, CALLS_IN_A_LEASE * timeout))


def begin(desk: Desk, source_id: int) -> Reading | None:
    """Take a source for one reading; None when somebody else is at it."""
    owner = f"{desk.owner}/{secrets.token_hex(4)}"
    with session(desk.engine) as db:
        found = Reading(sources.get_source(db, source_id), owner)
        claimed = sources.claim_source(db, source_id, owner, desk.now(), found.lease)
    return None if claimed is None else Reading(claimed, owner)


def read_pages(
    desk: Desk, of: Reading, progress: Progress | None = None, share: float | None = None
) -> None:
    """Store page after page until nothing is new, for `share` seconds or until a stop.

    Raises:
        OtklikError: the source cannot be read, or another process has taken it over.
    """
    began = time.monotonic()
    with open_platform(desk, of.source) as platform:
        for page in platform.collect(dict(of.source.cursor)):
            with session(desk.engine) as db:
                now = desk.now()
                number, until = of.source.id or 0, now + of.lease
                if not sources.save_cursor(db, number, of.owner, page.cursor, until):
                    raise OtklikError(f"source {of.source.name}: somebody else has taken it over")
                of.total.add(store_page(db, of.source, page, now))
            of.warnings += page.warnings
            if progress is not None:
                progress(page.progress, of.total.seen)
            is_over = share is not None and time.monotonic() - began > share
            if is_over or desk.stopping.is_set():
                return
    of.is_whole = True


def finish(desk: Desk, of: Reading, error: Exception | None) -> None:
    """Write down how it went, give the source back, plan its next reading."""
    now = desk.now()
    told = "" if error is not None or not of.is_whole else _suspicion(desk, of, now)
    with session(desk.engine) as db:
        row = sources.get_source(db, of.source.id or 0)
        if row.lease_owner != of.owner:
            return  # taken over, paused or switched off: whoever did it says how it is
        if error is not None:
            _save_error(desk, db, row, of, error)
        elif of.is_whole:
            _save_whole(desk, db, row, of, told)
        else:
            sources.save_source_part(db, row, now, brought=of.total.new)


def _suspicion(desk: Desk, of: Reading, now: datetime) -> str:
    """What is wrong with a reading that went well, for people; empty when nothing."""
    if of.warnings:
        return "; ".join(dict.fromkeys(of.warnings))[:500]
    if of.total.new:
        return ""
    number = of.source.id or 0
    with reading(desk.engine) as db:
        last = arrivals.find_last_arrival(db, number)
        if last is None or now - last < LEAST_SILENCE:
            return ""
        past = arrivals.list_arrivals(db, number, now - KNOWN_FROM)
    silence = find_silence(past, now, heard_at=of.source.last_new_at)
    return silence.told if silence else ""


def _save_whole(desk: Desk, db: Session, row: Source, of: Reading, told: str) -> None:
    now, brought, was = desk.now(), of.total.new, row.warning
    kind = desk.platforms[row.platform]
    within = pace.bounds(
        row.interval_seconds,
        fastest=row.fastest_seconds,
        slowest=row.slowest_seconds,
        min_interval=kind.min_interval,
    )
    seconds = pace.next_pace(row.pace_seconds, row.interval_seconds, brought, within)
    sources.save_source_ok(db, row, now, brought=brought, pace=seconds, warning=told)
    if told and not was:
        notices.source_silent(db, row, desk.settings.channels, now)


def _save_error(desk: Desk, db: Session, row: Source, of: Reading, error: Exception) -> None:
    now, channels = desk.now(), desk.settings.channels
    message = f"{type(error).__name__}: {error}"
    if isinstance(error, AccessDenied):
        _turn_off(desk, db, row, error)
    elif isinstance(error, BudgetSpent):
        warning = "бюджет месяца исчерпан: до следующего месяца источник не читается"
        wait = error.retry_after
        sources.save_source_waiting(db, row, now, message, retry_after=wait, warning=warning)
        notices.budget_spent(db, row, channels, now)
    elif isinstance(error, RateLimited) and _may_wait(row, of, now):
        sources.save_source_waiting(db, row, now, message, retry_after=error.retry_after)
    else:
        _save_failure(desk, db, row, error)


def _may_wait(row: Source, of: Reading, now: datetime) -> bool:
    """Limits are part of the day's work as long as a source is read between them."""
    return of.total.seen > 0 or (row.last_ok_at is not None and now - row.last_ok_at < PATIENCE)


def _save_failure(desk: Desk, db: Session, row: Source, error: Exception) -> None:
    now, was = desk.now(), row.health
    wait = error.retry_after if isinstance(error, RateLimited) else None
    message = f"{type(error).__name__}: {error}"
    sources.save_source_failure(db, row, now, message, retry_after=wait)
    note_failure(desk, db, ("source", row.id), "collect", error)
    if was != SourceHealth.FAILING and row.health == SourceHealth.FAILING:
        notices.source_down(db, row, desk.settings.channels, now)


def _turn_off(desk: Desk, db: Session, row: Source, error: AccessDenied) -> None:
    """It turned us away: a person must act; so does every source with the same dead token."""
    now, message = desk.now(), f"{type(error).__name__}: {error}"
    others = _sharing(desk, db, row) if error.whole_account else []
    for one in (row, *others):
        sources.save_source_off(db, one, now, message, error.to_do)
        note_failure(desk, db, ("source", one.id), "collect", error)
    notices.source_down(db, row, desk.settings.channels, now, also=[one.name for one in others])


def _sharing(desk: Desk, db: Session, row: Source) -> list[Source]:
    """Other sources of the same platform that are read with one of the same secrets."""
    secrets_of = secret_keys(desk.platforms[row.platform])
    ours = {row.config[key] for key in secrets_of & row.config.keys()}
    return [
        other
        for other in sources.list_sources(db, row.brand_id)
        if other.id != row.id
        and other.platform == row.platform
        and other.is_enabled
        and ours & {other.config[key] for key in secrets_of & other.config.keys()}
    ]
