"""Dated events: leads enter them; what the stream of comments did before and after each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session

from otklik import audit
from otklik.enums import EventKind, Role
from otklik.errors import InputError
from otklik.models import DatedEvent, Person
from otklik.people import require
from otklik.reports.counting import Comparison, compare, dispersion, shared_risk, unwatched
from otklik.reports.periods import DAY, around, by_weekday, days, local_day, pairs
from otklik.reports.volume import is_watched
from otklik.store import events as rows
from otklik.store import report_counts
from otklik.store.report_counts import Narrowing

LONGEST_NAME = 200
MOST_TIMES = 50.0


@dataclass(frozen=True)
class BeforeAfter:
    """Two windows of equal length with the same weekdays, compared as a whole and by parts.

    `dispersion`: by how much more the daily counts vary than chance alone would have it.
    `daily` are the counts of both windows, day by day, the gap between them left out.
    """

    before: tuple[date, date]
    after: tuple[date, date]
    dispersion: float
    whole: Comparison
    topics: dict[str, Comparison]
    stances: dict[str, Comparison]
    daily: list[tuple[date, int]]

    @property
    def length(self) -> int:
        """Days in each window."""
        return (self.after[1] - self.after[0]).days + 1


def add(
    session: Session,
    *,
    person: Person,
    name: str,
    kind: EventKind,
    at: datetime,
    now: datetime,
    until: datetime | None = None,
    factor: float | None = None,
) -> DatedEvent:
    """Enter an event.

    Args:
        factor: by how much it multiplies what comes usually, for staffing.

    Raises:
        InputError: no name, an end before its beginning, a factor out of range.
        NotAllowed: the person is no lead.
    """
    require(person, Role.LEAD)
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME:
        raise InputError("an event needs a name of at most 200 characters")
    if until is not None and until <= at:
        raise InputError("an event ends after it begins")
    if factor is not None and not 0 < factor <= MOST_TIMES:
        raise InputError("a factor lies above 0 and is at most 50")
    event = DatedEvent(
        brand_id=person.brand_id,
        name=name,
        kind=kind,
        at=at,
        until=until,
        factor=factor,
        entered_by_id=person.id,
        created_at=now,
    )
    rows.save_event(session, event)
    _note(session, person, "event.added", event, now)
    return event


def remove(session: Session, *, person: Person, event_id: int, now: datetime) -> None:
    """Take back an event that was entered by mistake; it stays on record.

    Raises:
        NotAllowed: the person is no lead. NotFound: there is no such event.
    """
    require(person, Role.LEAD)
    event = rows.get_event(session, event_id)
    event.removed_at = now
    rows.save_event(session, event)
    _note(session, person, "event.removed", event, now)


def _note(session: Session, person: Person, action: str, event: DatedEvent, at: datetime) -> None:
    audit.record(
        session,
        at=at,
        actor=audit.actor_of(person),
        action=action,
        subject=("event", event.id),
        detail={"name": event.name, "kind": event.kind, "at": event.at.isoformat()},
        brand_id=event.brand_id,
    )


def read_before_after(
    session: Session,
    brand_id: str,
    event_at: datetime,
    now: datetime,
    zone: ZoneInfo,
    *,
    length: int = 28,
    wanted: Narrowing | None = None,
) -> BeforeAfter | None:
    """What came in equal windows before and from the event's day on; None: no full day after it."""
    day, today = local_day(event_at, zone), local_day(now, zone)
    if today - day < DAY:
        return None
    before, after = around(day, length, today - DAY)
    spans = [pairs(days(*window, zone)) for window in (before, after)]
    daily = report_counts.count_mentions(session, brand_id, [*spans[0], *spans[1]], wanted)
    halves = daily[: len(spans[0])], daily[len(spans[0]) :]
    bunch = dispersion([*by_weekday(halves[0], before[0]), *by_weekday(halves[1], after[0])])
    whole = [(side[0][0], side[-1][1]) for side in spans]
    parts = {
        by: _parts(report_counts.count_by(session, brand_id, whole, by, wanted), bunch)
        for by in ("topic", "stance")
    }
    total = compare(sum(halves[0]), sum(halves[1]), dispersion=bunch)
    if not is_watched(session, brand_id, whole[0][0]):
        total = unwatched(total)
    every_day = [one.day for window in (before, after) for one in days(*window, zone)]
    return BeforeAfter(
        before=before,
        after=after,
        dispersion=bunch,
        whole=total,
        topics=parts["topic"],
        stances=parts["stance"],
        daily=list(zip(every_day, daily, strict=True)),
    )


def _parts(counts: dict[str, list[int]], bunch: float) -> dict[str, Comparison]:
    risk = shared_risk(len(counts))
    ordered = sorted(counts.items(), key=lambda one: -sum(one[1]))
    return {
        key: compare(before, after, dispersion=bunch, risk=risk) for key, (before, after) in ordered
    }


def expected_factor(events: Sequence[DatedEvent], start: datetime) -> float:
    """By how much the events of that hour multiply what usually comes, all together."""
    factor = 1.0
    for event in events:
        ends = event.until or event.at + timedelta(days=1)
        if event.factor is not None and event.at <= start < ends:
            factor *= event.factor
    return factor
