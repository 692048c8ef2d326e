"""One week in figures: what came, why, how it was answered, what was owed, what to decide."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlmodel import Session

from otklik import wellness
from otklik.enums import IncidentKind, IncidentState, RateBy
from otklik.models import DatedEvent, Incident
from otklik.reports import exposure
from otklik.reports.counting import Change
from otklik.reports.periods import DAY, Period, midnight, monday, week_name
from otklik.reports.service import Service, read_service
from otklik.reports.volume import By, Reason, Volume, read_reasons, read_volume
from otklik.store import events as event_rows
from otklik.store import incidents, report_replies
from otklik.store.promises import list_kept_rates

WEEK = timedelta(days=7)
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_ALIVE = (IncidentState.OPEN, IncidentState.IN_WORK, IncidentState.REOPENED)
GOOD_SHARE = 0.9
MOST_REASONS = 6


@dataclass(frozen=True)
class Owed:
    """Promises that fell due in the week."""

    kept: int
    late: int
    broken: int
    overdue: int

    @property
    def all(self) -> int:
        """All that fell due."""
        return self.kept + self.late + self.broken + self.overdue


class Ask(StrEnum):
    """What somebody has to decide."""

    OVERDUE = "overdue"
    SLOW = "slow"
    GROWING = "growing"
    PROMISES = "promises"
    NO_STATEMENT = "no_statement"
    ATTACK = "attack"
    UNEVEN = "uneven"


@dataclass(frozen=True)
class Decision:
    """One thing to decide: what it is about and how much of it there is."""

    ask: Ask
    name: str = ""
    count: int = 0
    share: float = 0.0


@dataclass(frozen=True)
class Weekly:
    """Everything the weekly report says; names of strangers are in `incidents` only."""

    brand: str
    language: str
    first: date
    last: date
    volume: Volume
    topics: Volume
    reasons: list[Reason]
    service: Service
    owed: Owed
    overdue: int
    incidents: list[Incident]
    events: list[DatedEvent]
    decisions: list[Decision]

    @property
    def week(self) -> str:
        """``2026-W47``."""
        return week_name(self.first)


def read_weekly(
    session: Session, brand_id: str, first: date, *, zone: ZoneInfo, brand: str, language: str
) -> Weekly:
    """The week from Monday `first` on."""
    end = midnight(first + WEEK, zone)
    period = Period(first, first + WEEK - DAY, zone, end)
    found = Weekly(
        brand=brand,
        language=language,
        first=first,
        last=period.last,
        volume=read_volume(session, brand_id, period, By.STANCE),
        topics=read_volume(session, brand_id, period, By.TOPIC),
        reasons=read_reasons(session, brand_id, period),
        service=read_service(session, brand_id, period),
        owed=_owed(session, brand_id, period),
        overdue=report_replies.count_unanswered(session, brand_id, *period.whole)[0],
        incidents=_incidents(session, brand_id, period),
        events=event_rows.list_events(session, brand_id, since=period.start, until=end),
        decisions=[],
    )
    found.decisions.extend(_decisions(found))
    found.decisions.extend(_uneven(session, brand_id, period))
    return found


def _owed(session: Session, brand_id: str, period: Period) -> Owed:
    start, end = period.whole
    rates = list_kept_rates(session, brand_id, RateBy.ZONE, end, since=start, until=end)
    return Owed(
        kept=sum(one.in_time for one in rates),
        late=sum(one.late + one.postponed for one in rates),
        broken=sum(one.broken for one in rates),
        overdue=sum(one.overdue for one in rates),
    )


def _incidents(session: Session, brand_id: str, period: Period) -> list[Incident]:
    start, end = period.whole
    page = incidents.list_incident_lines(session, brand_id, _ALIVE, start, size=20)
    lively = [line.incident for line in page.lines]
    return [one for one in lively if one.last_at >= start and one.first_at < end]


def _decisions(found: Weekly) -> list[Decision]:
    decisions = []
    if found.overdue:
        decisions.append(Decision(Ask.OVERDUE, count=found.overdue))
    share = found.service.kept_share
    if share is not None and share < GOOD_SHARE:
        decisions.append(Decision(Ask.SLOW, share=share))
    growing = [one for one in found.reasons if one.against.change is Change.MORE]
    decisions += [
        Decision(Ask.GROWING, name=f"{one.kind}:{one.key}", count=one.against.after)
        for one in growing[:2]
    ]
    if found.owed.broken + found.owed.overdue:
        decisions.append(Decision(Ask.PROMISES, count=found.owed.broken + found.owed.overdue))
    for one in found.incidents:
        if one.kind is IncidentKind.ATTACK:
            decisions.append(Decision(Ask.ATTACK, name=one.title, count=one.size))
        elif not one.statement:
            decisions.append(Decision(Ask.NO_STATEMENT, name=one.title, count=one.size))
    return decisions


def _uneven(session: Session, brand_id: str, period: Period) -> list[Decision]:
    people = wellness.exposure(session, brand_id, *period.whole)
    return [
        Decision(Ask.UNEVEN, name=one.name, count=one.haters)
        for one in people
        if exposure.is_over(one, people)
    ]


def due_week(schedule: str, now: datetime, zone: ZoneInfo) -> date:
    """The Monday of the last full week before the latest moment of the schedule, ``mon 09:00``."""
    name, _space, clock = schedule.partition(" ")
    local = now.astimezone(zone)
    moment = time.fromisoformat(clock)
    day = local.date() - timedelta(days=(local.weekday() - _DAYS.index(name)) % 7)
    if datetime.combine(day, moment, zone) > local:
        day -= WEEK
    return monday(day) - WEEK


def week_of(name: str) -> date:
    """The Monday of ``2026-W47``.

    Raises:
        ValueError: no such week.
    """
    return datetime.strptime(f"{name}-1", "%G-W%V-%u").date()  # noqa: DTZ007
