"""Working time: when a desk is open, in its own time zone, to the microsecond.

Hours stand by the clock on the wall, minutes are counted as they pass: a night that has the
hour from two to three twice is an hour longer. All arithmetic is on whole microseconds since
1970, so that to add and then to measure gives back exactly what was added.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

DAY = 24 * 60
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)
_MINUTE = 60_000_000
_YEARS_AHEAD = 30


class Hours(NamedTuple):
    """From `opens` to `closes`, minutes after the day's midnight on the wall clock.

    `closes` may pass midnight: 22:00-06:00 is 1320 to 1800, and belongs to the day it opens on.
    """

    opens: int
    closes: int


Spans = tuple[Hours, ...]


class _Table(NamedTuple):
    """Openings in order, none inside another: microseconds since 1970."""

    first_year: int
    last_year: int
    opens: tuple[int, ...]
    closes: tuple[int, ...]
    before: tuple[int, ...]  # worked before each opening


_NOTHING = _Table(1, 0, (), (), ())


@dataclass(frozen=True, eq=False)
class Calendar:
    """Working time of a desk.

    Attributes:
        weekly: hours by weekday, 0 is Monday; a weekday that is absent is closed.
        days: hours of single days that differ from their weekday; empty: closed.
        shorter: days whose last hours end that many minutes earlier.

    Raises:
        ValueError: a moment without a time zone; from `add_working` and `next_opening`, a
            calendar that does not open in the thirty years after the moment.
    """

    name: str
    zone: ZoneInfo
    weekly: Mapping[int, Spans]
    days: Mapping[date, Spans] = field(default_factory=dict)
    shorter: Mapping[date, int] = field(default_factory=dict)
    _kept: list[_Table] = field(default_factory=lambda: [_NOTHING], init=False, repr=False)

    def hours_on(self, day: date) -> Spans:
        """When it is open on a day, in order."""
        spans = self.days.get(day, self.weekly.get(day.weekday(), ()))
        less = self.shorter.get(day, 0)
        if not less or not spans:
            return spans
        last = Hours(spans[-1].opens, spans[-1].closes - less)
        return (*spans[:-1], last) if last.closes > last.opens else spans[:-1]

    def is_working_day(self, day: date) -> bool:
        """Whether it opens at all on that day."""
        return bool(self.hours_on(day))

    def is_working(self, at: datetime) -> bool:
        """Whether it is open at that moment; at the closing minute it is not."""
        tick = _ticks(at)
        table = self._around(tick, tick)
        place = bisect_right(table.opens, tick) - 1
        return place >= 0 and tick < table.closes[place]

    def working_minutes(self, start: datetime, end: datetime) -> float:
        """Open minutes from `start` to `end`; negative when `end` is earlier."""
        first, last = _ticks(start), _ticks(end)
        table = self._around(min(first, last), max(first, last))
        return (_worked(table, last) - _worked(table, first)) / _MINUTE

    def add_working(self, start: datetime, minutes: float) -> datetime:
        """The moment at which `minutes` open minutes have passed since `start`, UTC.

        The earliest such moment: a term that is used up at closing time ends then, not with
        the next opening. Nothing to add gives `start` back.
        """
        wanted = round(minutes * _MINUTE)
        if wanted <= 0:
            return start.astimezone(UTC)
        tick = _ticks(start)
        for years in _reaches():
            table = self._around(tick, tick, years)
            target = _worked(table, tick) + wanted
            place = bisect_right(table.before, target - 1) - 1
            if place >= 0:
                end = table.opens[place] + target - table.before[place]
                if end <= table.closes[place]:
                    return _moment(end)
        raise ValueError(f"the calendar {self.name!r} does not open for {minutes} minutes")

    def next_opening(self, at: datetime) -> datetime:
        """The first moment from `at` on at which it is open, UTC; `at` itself while it is."""
        tick = _ticks(at)
        for years in _reaches():
            table = self._around(tick, tick, years)
            place = bisect_right(table.closes, tick)
            if place < len(table.opens):
                return _moment(max(tick, table.opens[place]))
        raise ValueError(f"the calendar {self.name!r} never opens")

    def closing(self, at: datetime) -> datetime | None:
        """The moment at which it closes next, UTC; None when it never does.

        Hours that follow one another without a break are one opening.
        """
        tick = _ticks(at)
        for years in _reaches():
            table = self._around(tick, tick, years)
            place = bisect_right(table.closes, tick)
            while place + 1 < len(table.opens) and table.opens[place + 1] == table.closes[place]:
                place += 1
            if place + 1 < len(table.opens):
                return _moment(table.closes[place])
        return None

    def _around(self, first: int, last: int, more: int = 1) -> _Table:
        """A table that holds all openings from `first` to `last`, and some years more."""
        low, high = _moment(first).year - 1, _moment(last).year + more
        table = self._kept[0]
        if table.first_year <= low and high <= table.last_year:
            return table
        if table is not _NOTHING:
            low, high = min(low, table.first_year), max(high, table.last_year)
        # replaced whole: other threads see the old one or the new one
        self._kept[0] = table = self._build(low, high)
        return table

    def _build(self, low: int, high: int) -> _Table:
        opens: list[int] = []
        closes: list[int] = []
        before: list[int] = []
        worked = 0
        day, last = date(low, 1, 1), date(high, 12, 31)
        while day <= last:
            for hours in self.hours_on(day):
                start = max(self._tick(day, hours.opens), closes[-1] if closes else 0)
                # closed when the clock shows it for the last time
                end = max(self._tick(day, hours.closes, fold) for fold in (0, 1))
                if end > start:
                    opens.append(start)
                    closes.append(end)
                    before.append(worked)
                    worked += end - start
            day += timedelta(days=1)
        return _Table(low, high, tuple(opens), tuple(closes), tuple(before))

    def _tick(self, day: date, minute: int, fold: int = 0) -> int:
        on = day + timedelta(days=minute // DAY)
        clock = time(minute % DAY // 60, minute % 60, fold=fold)
        return _ticks(datetime.combine(on, clock, tzinfo=self.zone))


def _reaches() -> tuple[int, ...]:
    """How many years ahead to look: one as a rule."""
    return (1, 5, _YEARS_AHEAD)


def _worked(table: _Table, tick: int) -> int:
    """Open microseconds of the table before `tick`."""
    place = bisect_right(table.opens, tick) - 1
    if place < 0:
        return 0
    return table.before[place] + min(tick, table.closes[place]) - table.opens[place]


def _ticks(at: datetime) -> int:
    if at.tzinfo is None:
        raise ValueError("a moment needs its time zone")
    return (at - _EPOCH) // _TICK


def _moment(tick: int) -> datetime:
    return _EPOCH + tick * _TICK


def always(name: str = "always", zone: ZoneInfo | None = None) -> Calendar:
    """A desk that never closes."""
    return Calendar(name, zone or ZoneInfo("UTC"), {day: (Hours(0, DAY),) for day in range(7)})
