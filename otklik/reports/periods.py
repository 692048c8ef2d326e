"""Days and weeks of the desk's own time zone, as moments between which is counted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Span:
    """From `start` (in) to `end` (out), named by its first local day."""

    day: date
    start: datetime
    end: datetime


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The beginning of a local day, in UTC."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def local_day(moment: datetime, zone: ZoneInfo) -> date:
    """The local day a moment belongs to."""
    return moment.astimezone(zone).date()


def days(first: date, last: date, zone: ZoneInfo) -> list[Span]:
    """Every local day from `first` to `last`, both in; a day may have 23 or 25 hours."""
    count = (last - first).days + 1
    every = [first + number * DAY for number in range(max(0, count))]
    return [Span(day, midnight(day, zone), midnight(day + DAY, zone)) for day in every]


def weeks(first: date, last: date, zone: ZoneInfo) -> list[Span]:
    """Weeks from Monday, cut at `first` and `last`."""
    found: list[Span] = []
    day = first
    while day <= last:
        end = min(day + (7 - day.weekday()) * DAY, last + DAY)
        found.append(Span(day, midnight(day, zone), midnight(end, zone)))
        day = end
    return found


@dataclass(frozen=True)
class Period:
    """Local days `first` to `last`, both in, as far as they have passed by `now`.

    What lies before is the same length earlier, cut at the same time of the day: a day that is
    not over yet is compared with the same hours. In whole weeks both hold the same weekdays.
    """

    first: date
    last: date
    zone: ZoneInfo
    now: datetime

    @classmethod
    def of(cls, length: int, now: datetime, zone: ZoneInfo) -> "Period":
        """The last so many days, today among them."""
        today = local_day(now, zone)
        return cls(today - (length - 1) * DAY, today, zone, now)

    @property
    def length(self) -> int:
        """Days."""
        return (self.last - self.first).days + 1

    @property
    def start(self) -> datetime:
        """Its first moment."""
        return midnight(self.first, self.zone)

    @property
    def end(self) -> datetime:
        """Its first moment no more, or now."""
        return max(self.start, min(midnight(self.last + DAY, self.zone), self.now))

    @property
    def whole(self) -> tuple[datetime, datetime]:
        """All of it as one span."""
        return self.start, self.end

    def before(self) -> "Period":
        """As long, directly before."""
        shift = self.length * DAY
        local = self.now.astimezone(self.zone)
        then = datetime.combine(local.date() - shift, local.time(), self.zone).astimezone(UTC)
        return Period(self.first - shift, self.last - shift, self.zone, then)

    def days(self) -> list[Span]:
        """Its days, the last one as far as it has passed."""
        return self._cut(days(self.first, self.last, self.zone))

    def weeks(self) -> list[Span]:
        """Its weeks."""
        return self._cut(weeks(self.first, self.last, self.zone))

    def _cut(self, spans: list[Span]) -> list[Span]:
        return [
            Span(one.day, one.start, min(one.end, self.end))
            for one in spans
            if one.start < self.end
        ]


def pairs(spans: Sequence[Span]) -> list[tuple[datetime, datetime]]:
    """As the store takes them."""
    return [(one.start, one.end) for one in spans]


def monday(day: date) -> date:
    """The Monday of its week."""
    return day - day.weekday() * DAY


def week_name(day: date) -> str:
    """ISO week: ``2026-W47``."""
    year, week, _weekday = day.isocalendar()
    return f"{year}-W{week:02}"


def around(event: date, length: int, last: date) -> tuple[tuple[date, date], tuple[date, date]]:
    """Two windows of equal length in whole weeks before and from the event on.

    Whole weeks hold the same weekdays. `length` in days is cut to what has passed by `last`
    (the last full day); below a week the windows are of `length` days, moved so that each day
    before stands a whole number of weeks before its like.
    """
    lasting = min(length, (last - event).days + 1)
    if lasting <= 0:
        raise ValueError("the event lies ahead")
    whole = lasting // 7 * 7 or lasting
    back = -(-whole // 7) * 7
    first = event - back * DAY
    return (first, first + (whole - 1) * DAY), (event, event + (whole - 1) * DAY)


def by_weekday(counts: Sequence[int], first: date) -> list[list[int]]:
    """Daily counts from `first` on, gathered by the day of the week."""
    groups: list[list[int]] = [[] for _ in range(7)]
    for number, count in enumerate(counts):
        groups[(first + number * DAY).weekday()].append(count)
    return groups
