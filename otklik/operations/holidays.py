"""The Russian production calendar: days off, days worked instead, and short days of a year.

Years that have been decreed are data (`ru.yaml`); any other year goes by the law alone: the
holidays of Labour Code art. 112, a day off that meets one (outside January) moves to the next
working day, and the eve of a holiday is an hour shorter (art. 95).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib import resources

from otklik.marked_yaml import Marked, parse_yaml

WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SHORTER_MINUTES = 60
_HOLIDAYS = ((2, 23), (3, 8), (5, 1), (5, 9), (6, 12), (11, 4))
_NEW_YEAR = tuple((1, day) for day in range(1, 9))
_FRIDAY = 4


@dataclass(frozen=True)
class Year:
    """How a year differs from Monday to Friday.

    `working` maps a worked day off to the weekday whose hours it has. `is_decreed`: transfers
    of the government are known, not only the law's own.
    """

    off: frozenset[date]
    working: Mapping[date, int]
    short: frozenset[date]
    is_decreed: bool

    def is_working_day(self, day: date) -> bool:
        """Whether a five-day week works on it."""
        return day in self.working or (day.weekday() <= _FRIDAY and day not in self.off)


@cache
def production_year(year: int) -> Year:
    """The production calendar of one year."""
    return _decreed().get(year) or by_law(year)


def known_years() -> tuple[int, ...]:
    """Years whose transfers are known, or taken to be so."""
    return tuple(sorted(_decreed()))


def holidays_of(year: int) -> frozenset[date]:
    """The non-working holidays of a year (art. 112), on whatever weekday."""
    return frozenset(date(year, *day) for day in (*_NEW_YEAR, *_HOLIDAYS))


def by_law(year: int) -> Year:
    """A year as the law alone has it, before the government moves anything."""
    holidays = holidays_of(year)
    off = {day for day in holidays if day.weekday() <= _FRIDAY}
    for day in sorted(holidays):
        if day.month != 1 and day.weekday() > _FRIDAY:
            off.add(_next_working(day, off))
    eves = {day - timedelta(days=1) for day in {*holidays, date(year + 1, 1, 1)}}
    short = {day for day in eves if day.year == year and day.weekday() <= _FRIDAY}
    return Year(frozenset(off), {}, frozenset(short - off), is_decreed=False)


def _next_working(day: date, off: set[date]) -> date:
    day += timedelta(days=1)
    while day.weekday() > _FRIDAY or day in off:
        day += timedelta(days=1)
    return day


@cache
def _decreed() -> dict[int, Year]:
    text = (resources.files("otklik.operations") / "ru.yaml").read_text("utf-8")
    root = parse_yaml(text, "ru.yaml").mapping()
    return {int(year): _year(mark) for year, mark in root.items()}


def _year(mark: Marked) -> Year:
    found = mark.check_keys(
        ("decree", "provisional", "off", "working", "short"), ("off", "working", "short")
    )
    worked = found["working"].mapping().items()
    return Year(
        off=_days(found["off"]),
        working={date.fromisoformat(day): WEEK.index(like.text()) for day, like in worked},
        short=_days(found["short"]),
        is_decreed="decree" in found,
    )


def _days(mark: Marked) -> frozenset[date]:
    return frozenset(item.day().date() for item in mark.items())
