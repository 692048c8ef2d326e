"""How many people for one day: arrivals of like days, handling times, known peaks, Erlang C."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session

from otklik.models import DatedEvent
from otklik.reports.counting import mean, quantile
from otklik.reports.erlang import Need, people_needed
from otklik.reports.events import expected_factor
from otklik.reports.periods import DAY, local_day, midnight
from otklik.store import events as event_rows
from otklik.store import report_counts, report_work

WEEKS = 8
LEAST_TURNS = 30
USUAL_HANDLING = 240.0  # seconds, until the desk has shown its own


@dataclass(frozen=True)
class Terms:
    """What is asked of the desk: this share begun within so many minutes, in these hours.

    `shrinkage`: share of paid time in breaks, talks and training. Desk hours are local, the
    end out: 9 to 21.
    """

    minutes: float = 60.0
    share: float = 0.9
    shrinkage: float = 0.25
    opens: int = 9
    closes: int = 21


@dataclass(frozen=True)
class Handling:
    """Seconds of work on one contact; `is_known` is False where too few turns were seen."""

    turns: int
    median: float | None
    mean: float

    @property
    def is_known(self) -> bool:
        """Was it measured?"""
        return self.turns >= LEAST_TURNS


@dataclass(frozen=True)
class HourNeed:
    """One hour of the day: what is expected to arrive, with the night's in the first hours."""

    hour: int
    arrivals: float
    carried: float
    factor: float
    need: Need


@dataclass(frozen=True)
class Plan:
    """People for one day, hour by hour; `like_days` earlier days were looked at."""

    day: date
    like_days: int
    handling: Handling
    terms: Terms
    hours: list[HourNeed]
    events: list[DatedEvent]

    @property
    def arrivals(self) -> float:
        """Contacts expected in all of the day."""
        return sum(one.arrivals for one in self.hours)

    @property
    def most(self) -> HourNeed | None:
        """The hour that needs most people."""
        return max(self.hours, key=lambda one: one.need.on_list, default=None)

    @property
    def person_hours(self) -> int:
        """Hours at the desk, all people together."""
        return sum(one.need.at_work for one in self.hours)


def read_handling(session: Session, brand_id: str, since: datetime) -> Handling:
    """Median and mean of the turns since then; the usual value where too few were seen."""
    times = report_work.list_handling_times(session, brand_id, since)
    turns = sum(count for _seconds, count in times)
    measured = mean(times)
    if turns < LEAST_TURNS or measured is None:
        return Handling(turns, quantile(times, 0.5), USUAL_HANDLING)
    return Handling(turns, quantile(times, 0.5), max(measured, 1.0))


def read_plan(
    session: Session,
    brand_id: str,
    day: date,
    *,
    now: datetime,
    zone: ZoneInfo,
    terms: Terms | None = None,
    handling_seconds: float | None = None,
) -> Plan:
    """People needed on that day, from the same weekdays of the last weeks.

    Args:
        handling_seconds: instead of what the audit log shows.
    """
    terms = terms or Terms()
    arrivals, like_days = _arrivals(session, brand_id, day, now, zone)
    events = event_rows.list_events(
        session, brand_id, since=midnight(day, zone) - DAY, until=midnight(day + DAY, zone)
    )
    handling = read_handling(session, brand_id, now - WEEKS * 7 * DAY)
    seconds = handling_seconds or handling.mean
    factors = [expected_factor(events, _moment(day, hour, zone)) for hour in range(24)]
    expected = [arrivals.get(hour, 0.0) * factors[hour] for hour in range(24)]
    hours = _hours(expected, factors, terms, seconds)
    return Plan(day, like_days, handling, terms, hours, events)


def _arrivals(
    session: Session, brand_id: str, day: date, now: datetime, zone: ZoneInfo
) -> tuple[dict[int, float], int]:
    """Mean arrivals by the local hour on like days that are over, and how many days these are."""
    like = [day - number * 7 * DAY for number in range(1, WEEKS + 1)]
    like = [one for one in like if one < local_day(now, zone)]
    since, until = midnight(like[-1], zone), midnight(like[0] + DAY, zone)
    found = report_counts.count_hours(session, brand_id, since, until)
    by_day: dict[date, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for at, count in found:
        local = at.astimezone(zone)
        by_day[local.date()][local.hour] += count
    first = min(by_day, default=None)  # before it nothing was watched
    counted = [one for one in like if first is not None and one >= first]
    if not counted:
        return {}, 0
    return {
        hour: sum(by_day[one][hour] for one in counted) / len(counted) for hour in range(24)
    }, len(counted)


def _moment(day: date, hour: int, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(hour), zone)


def _hours(
    expected: Sequence[float], factors: Sequence[float], terms: Terms, seconds: float
) -> list[HourNeed]:
    """What comes at night is worked off in the first hours, as many as the term has."""
    open_hours = range(terms.opens, terms.closes)
    night = sum(count for hour, count in enumerate(expected) if hour not in open_hours)
    spread = max(1, min(len(open_hours), round(terms.minutes / 60)))
    found = []
    for hour in open_hours:
        carried = night / spread if hour < terms.opens + spread else 0.0
        need = people_needed(
            expected[hour] + carried,
            seconds,
            within=terms.minutes * 60,
            share=terms.share,
            shrinkage=terms.shrinkage,
        )
        found.append(HourNeed(hour, expected[hour] + carried, carried, factors[hour], need))
    return found


def tomorrow(now: datetime, zone: ZoneInfo) -> date:
    """The next local day."""
    return local_day(now + timedelta(days=1), zone)
