"""Small readers of `operations.yaml`: terms, hours, days, names; every fault is gathered."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from otklik.enums import Urgency
from otklik.errors import ConfigError, PolicyError
from otklik.marked_yaml import Marked, suggest
from otklik.operations.calendars import DAY, Hours, Spans
from otklik.operations.holidays import WEEK

EVERY_DAY = "every_day"
CLOSED = "closed"
_TERM = re.compile(r"(?:(\d+)\s*h)?\s*(?:(\d+)\s*m)?")
_HOURS = re.compile(r"(\d{1,2}):(\d{2})\s*[-–]\s*(\d{1,2}):(\d{2})")
_LEVELS = {level.name.lower(): int(level) for level in Urgency}


class OperationsError(ConfigError):
    """`operations.yaml` is wrong; `faults` has every place of it, in the order of the file."""

    def __init__(self, faults: Iterable[PolicyError]) -> None:
        self.faults = tuple(sorted(faults, key=lambda fault: (fault.line, fault.column)))
        super().__init__("\n".join(str(fault) for fault in self.faults))


@dataclass
class Faults:
    """What is wrong with a file, gathered while the rest of it is read."""

    found: list[PolicyError] = field(default_factory=list)

    @contextmanager
    def gathered(self) -> Iterator[None]:
        """Whatever the block finds wrong is noted; the reading goes on after it."""
        try:
            yield
        except PolicyError as error:
            self.found.append(error)

    def keys(
        self, mark: Marked, allowed: Collection[str], required: Collection[str] = ()
    ) -> dict[str, Marked]:
        """The known keys of a mapping; unknown and missing ones are noted, each."""
        for key, place in mark.keys.items() if mark.is_mapping else ():
            if key not in allowed:
                with self.gathered():
                    place.fail(
                        f"unknown key {key!r}{suggest(key, allowed)}; known: {', '.join(allowed)}"
                    )
        with self.gathered():
            found = mark.mapping()
            for key in required:
                if key not in found:
                    with self.gathered():
                        mark.fail(f"the key {key!r} is missing here")
            return {key: value for key, value in found.items() if key in allowed}
        return {}

    def names(self, mark: Marked, known: Collection[str] | None, what: str) -> tuple[str, ...]:
        """Names that must be among the known ones; None: nobody knows which there are."""
        found: list[str] = []
        for item in mark.items() if isinstance(mark.value, list) else [mark]:
            with self.gathered():
                name = item.text()
                if known is not None and name not in known:
                    said = f"; known: {', '.join(sorted(known))}" if known else ""
                    item.fail(f"there is no {what} {name!r}{suggest(name, known)}{said}")
                if name in found:
                    item.fail(f"{name!r} stands here twice")
                found.append(name)
        return tuple(found)


def read_minutes(mark: Marked) -> int:
    """A term: ``30m``, ``4h``, ``1h 30m``; a bare number is minutes."""
    if isinstance(mark.value, int) and not isinstance(mark.value, bool):
        return mark.integer(least=1)
    found = _TERM.fullmatch(str(mark.value).strip())
    minutes = (
        sum(int(part or 0) * per for part, per in zip(found.groups(), (60, 1), strict=True))
        if found
        else 0
    )
    if not minutes:
        hint = "; count days in hours of working time" if "d" in str(mark.value) else ""
        mark.fail(f"expected a term such as 30m or 4h, found {mark.shown()}{hint}")
    return minutes


def read_level(mark: Marked) -> int:
    """An urgency by its name."""
    if mark.value not in _LEVELS:
        hint = suggest(str(mark.value), _LEVELS)
        mark.fail(f"{mark.shown()} is not one of {', '.join(_LEVELS)}{hint}")
    return _LEVELS[mark.value]


def read_terms(mark: Marked, faults: Faults) -> Mapping[int, int]:
    """Minutes by urgency; one term alone is that of every urgency."""
    if not mark.is_mapping:
        return dict.fromkeys(_LEVELS.values(), read_minutes(mark))
    found: dict[int, int] = {}
    for name, value in faults.keys(mark, tuple(_LEVELS)).items():
        with faults.gathered():
            found[_LEVELS[name]] = read_minutes(value)
    return found


def read_timezone(mark: Marked) -> ZoneInfo:
    """A time zone by its name."""
    name = mark.text()
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        mark.fail(f"{name!r} is not a time zone{suggest(name, available_timezones())}")


def read_spans(mark: Marked) -> Spans:
    """``"09:00-18:00"``, a list of such, or ``closed``; past midnight is allowed."""
    if mark.value == CLOSED:
        return ()
    spans: list[Hours] = []
    for item in mark.items() if isinstance(mark.value, list) else [mark]:
        hours = read_hours(item)
        if spans and hours.opens < spans[-1].closes:
            item.fail("hours of a day stand in order and do not overlap")
        spans.append(hours)
    return tuple(spans)


def read_hours(mark: Marked) -> Hours:
    """``"09:00-18:00"``; an end at or before the beginning is on the next day."""
    found = _HOURS.fullmatch(str(mark.value).strip())
    numbers = [int(part) for part in found.groups()] if found else []
    if not numbers or numbers[0] > 23 or numbers[2] > 24 or max(numbers[1::2]) > 59:
        mark.fail(f'expected hours such as "09:00-18:00" in quotes, found {mark.shown()}')
    opens, closes = numbers[0] * 60 + numbers[1], numbers[2] * 60 + numbers[3]
    if closes > DAY:
        mark.fail("a day ends at 24:00")
    return Hours(opens, closes if closes > opens else closes + DAY)


def read_days(word: str, mark: Marked) -> frozenset[int]:
    """``mon``, ``mon-fri``, ``sat, sun`` or ``every_day`` as weekdays, 0 is Monday."""
    if word == EVERY_DAY:
        return frozenset(range(7))
    days: set[int] = set()
    for part in re.split(r"\s*,\s*", word.strip()):
        ends = part.split("-")
        for end in ends:
            if end not in WEEK:
                hint = suggest(end, (*WEEK, EVERY_DAY))
                mark.fail(f"{end!r} is not a day{hint}: {', '.join(WEEK)}, mon-fri, {EVERY_DAY}")
        first, last = WEEK.index(ends[0]), WEEK.index(ends[-1])
        days |= {day % 7 for day in range(first, last + 1 + 7 * (last < first))}
    return frozenset(days)


def read_date(mark: Marked) -> date:
    """A day written YYYY-MM-DD."""
    return mark.day().date()


def read_moment(mark: Marked, zone: ZoneInfo) -> datetime:
    """``2026-12-31 18:00`` by the clock of the zone; a bare day is its midnight."""
    try:
        found = datetime.fromisoformat(str(mark.value))
    except ValueError:
        mark.fail(f'expected a moment "2026-12-31 18:00", found {mark.shown()}')
    return found if found.tzinfo else found.replace(tzinfo=zone)
