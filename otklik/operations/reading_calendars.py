"""The section `calendars`: weekly hours, holidays of a country, exceptions of the company."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from zoneinfo import ZoneInfo

from otklik.marked_yaml import Marked, suggest
from otklik.operations.calendars import Calendar, Spans, always
from otklik.operations.holidays import SHORTER_MINUTES, holidays_of, production_year
from otklik.operations.reading import Faults, read_days, read_spans, read_timezone

ROUND_THE_CLOCK = "always"
NO_HOLIDAYS, RUSSIAN = "none", "ru"
_KEYS = ("hours", "holidays", "timezone", "days")
_YEARS = range(2015, 2051)


def read_calendars(mark: Marked | None, zone: ZoneInfo, faults: Faults) -> dict[str, Calendar]:
    """Calendars by name; `always` is there without being written."""
    found = {ROUND_THE_CLOCK: always(ROUND_THE_CLOCK, zone)}
    with faults.gathered():
        for name, value in mark.mapping().items() if mark else ():
            with faults.gathered():
                if name == ROUND_THE_CLOCK:
                    value.fail("`always` never closes and cannot be changed: take another name")
                found[name] = read_calendar(name, value, zone, faults)
    return found


def read_calendar(name: str, mark: Marked, zone: ZoneInfo, faults: Faults) -> Calendar:
    """One calendar; its weekly hours are all it must have."""
    keys = faults.keys(mark, _KEYS, ("hours",))
    with faults.gathered():
        zone = read_timezone(keys["timezone"]) if "timezone" in keys else zone
    weekly = read_weekly(keys["hours"], faults) if "hours" in keys else {}
    if "hours" in keys and not any(weekly.values()):
        with faults.gathered():
            keys["hours"].fail("a calendar that never opens stops every clock")
    days: dict[date, Spans] = {}
    shorter: dict[date, int] = {}
    if "holidays" in keys and _country(keys["holidays"]) == RUSSIAN:
        days, shorter = _russian(weekly)
    for day, spans in _own_days(keys.get("days"), faults):
        days[day] = spans
        shorter.pop(day, None)
    return Calendar(name, zone, weekly, days, shorter)


def read_weekly(mark: Marked, faults: Faults) -> dict[int, Spans]:
    """Hours by weekday from ``{mon-fri: "09:00-18:00", sat: closed}``; a day stands once."""
    weekly: dict[int, Spans] = {}
    for word, value in mark.mapping().items():
        with faults.gathered():
            days = read_days(word, mark.keys[word])
            if days & weekly.keys():
                mark.keys[word].fail(f"the hours of a day of {word!r} stand here twice")
            spans = read_spans(value)
            weekly |= dict.fromkeys(sorted(days), spans)
    return weekly


def _country(mark: Marked) -> str:
    known = (RUSSIAN, NO_HOLIDAYS)
    if mark.value not in known:
        hint = suggest(str(mark.value), known)
        mark.fail(f"{mark.shown()} is not one of {', '.join(known)}{hint}")
    return str(mark.value)


def _russian(weekly: dict[int, Spans]) -> tuple[dict[date, Spans], dict[date, int]]:
    """Days that differ; a worked Saturday has the hours of the weekday that rests for it."""
    days: dict[date, Spans] = {}
    shorter: dict[date, int] = {}
    for year in _YEARS:
        known = production_year(year)
        days |= dict.fromkeys(known.off | holidays_of(year), ())
        days |= {day: weekly.get(like, ()) for day, like in known.working.items()}
        shorter |= dict.fromkeys(known.short, SHORTER_MINUTES)
    return days, shorter


def _own_days(mark: Marked | None, faults: Faults) -> Iterator[tuple[date, Spans]]:
    if mark is None:
        return
    with faults.gathered():
        for word, value in mark.mapping().items():
            with faults.gathered():
                try:
                    day = date.fromisoformat(word)
                except ValueError:
                    mark.keys[word].fail(f"expected a date YYYY-MM-DD here, found {word!r}")
                yield day, read_spans(value)
