"""The section `rota`: shifts and replacements, and whether they meet."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from datetime import date
from itertools import combinations
from typing import TypeVar
from zoneinfo import ZoneInfo

from otklik.marked_yaml import Marked, suggest
from otklik.operations.calendars import DAY, Hours
from otklik.operations.covering import do_meet, find_meeting
from otklik.operations.reading import (
    Faults,
    read_date,
    read_days,
    read_hours,
    read_moment,
    read_timezone,
)
from otklik.operations.rota import EVERY_DAY, Replacement, Rota, Shift

TURNS = {"day": 1, "week": 7, "two_weeks": 14, "none": 0}
_SHIFT = ("people", "hours", "days", "zones", "turn", "from", "until", "timezone")
_REPLACEMENT = ("people", "from", "until", "zones")
T = TypeVar("T")
Names = Collection[str] | None


class RotaReader:
    """Reads a rota whose zones and logins must be known; None: any login will do."""

    def __init__(self, zones: Names, logins: Names, zone: ZoneInfo, faults: Faults) -> None:
        self.zones, self.logins, self.zone, self.faults = zones, logins, zone, faults

    def read(self, mark: Marked, today: date) -> Rota:
        """The whole section."""
        keys = self.faults.keys(mark, ("shifts", "replacements"))
        shifts = list(self._each(keys.get("shifts"), self._shift))
        turns = list(self._each(keys.get("replacements"), self._replacement))
        self._check_meetings(shifts, turns, today)
        return Rota(tuple(shift for shift, _ in shifts), tuple(turn for turn, _ in turns))

    def _each(self, mark: Marked | None, read: Callable[[Marked], T]) -> Iterator[tuple[T, Marked]]:
        items: list[Marked] = []
        with self.faults.gathered():
            items = mark.items() if mark else []
        for item in items:
            before = len(self.faults.found)
            with self.faults.gathered():
                value = read(item)
                if len(self.faults.found) == before:
                    yield value, item

    def _shift(self, mark: Marked) -> Shift:
        keys = self.faults.keys(mark, _SHIFT, ("people",))
        zone = read_timezone(keys["timezone"]) if "timezone" in keys else self.zone
        days = keys.get("days")
        turn = _turn(keys["turn"]) if "turn" in keys else 0
        first = read_date(keys["from"]) if "from" in keys else None
        last = read_date(keys["until"]) if "until" in keys else None
        if turn and first is None:
            keys["turn"].fail("turns are counted from a day: add `from: YYYY-MM-DD`")
        if first and last and last < first:
            keys["until"].fail("a shift ends on the day it begins, or later")
        return Shift(
            people=self._people(keys),
            hours=read_hours(keys["hours"]) if "hours" in keys else Hours(0, DAY),
            timezone=zone,
            zones=self._zones(keys),
            days=read_days(days.text(), days) if days else EVERY_DAY,
            turn_days=turn,
            first=first,
            last=last,
        )

    def _replacement(self, mark: Marked) -> Replacement:
        keys = self.faults.keys(mark, _REPLACEMENT, ("people", "from", "until"))
        if not {"from", "until"} <= keys.keys():
            mark.fail("say from when and until when somebody else is on call")
        start, end = (read_moment(keys[key], self.zone) for key in ("from", "until"))
        if end <= start:
            keys["until"].fail("a replacement ends after it begins")
        return Replacement(start, end, self._people(keys), self._zones(keys))

    def _people(self, keys: dict[str, Marked]) -> tuple[str, ...]:
        return self.faults.names(keys["people"], self.logins, "login") if "people" in keys else ()

    def _zones(self, keys: dict[str, Marked]) -> frozenset[str]:
        named = self.faults.names(keys["zones"], self.zones, "zone") if "zones" in keys else ()
        return frozenset(named)

    def _check_meetings(
        self,
        shifts: list[tuple[Shift, Marked]],
        turns: list[tuple[Replacement, Marked]],
        today: date,
    ) -> None:
        for (one, place), (other, mark) in combinations(shifts, 2):
            meeting = find_meeting(one, other, today)
            if meeting is not None:
                with self.faults.gathered():
                    mark.fail(
                        f"this shift overlaps the one on line {place.line}, first on "
                        f"{meeting:%a %Y-%m-%d %H:%M}: who is called? Put both people into one "
                        "shift, in order, or part their hours, days or zones"
                    )
        for (turn, place), (next_turn, mark) in combinations(turns, 2):
            if do_meet(turn, next_turn):
                with self.faults.gathered():
                    mark.fail(f"this replacement overlaps the one on line {place.line}")


def _turn(mark: Marked) -> int:
    if mark.value not in TURNS:
        hint = suggest(str(mark.value), TURNS)
        mark.fail(f"{mark.shown()} is not one of {', '.join(TURNS)}{hint}")
    return TURNS[mark.value]
