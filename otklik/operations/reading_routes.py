"""The sections `routes` and `quiet`: where alerts go, and when channels keep still."""

from __future__ import annotations

from collections.abc import Collection
from zoneinfo import ZoneInfo

from otklik.enums import AlertKind
from otklik.marked_yaml import Marked
from otklik.operations.calendars import Calendar
from otklik.operations.reading import Faults, read_level, read_minutes, read_timezone
from otklik.operations.reading_calendars import read_weekly
from otklik.operations.values import WORDS, EscalationStep, Route, When

Names = Collection[str] | None
_ROUTE = (
    *("to", "why", "kinds", "zones", "urgency", "when", "incidents", "after", "digest", "people"),
)
_STEP = ("at", "late", "tell", "urgency")
_BREACH = "breach"


class RouteReader:
    """Reads what names channels and people; None: nobody knows which there are."""

    def __init__(self, channels: Names, zones: Names, logins: Names, faults: Faults) -> None:
        self.channels, self.zones, self.faults = channels, zones, faults
        self.people = None if logins is None else [*WORDS, *logins]

    def read_all(self, mark: Marked) -> tuple[tuple[Route, Marked], ...]:
        """Every route, with its place."""
        found: list[tuple[Route, Marked]] = []
        with self.faults.gathered():
            for item in mark.items():
                with self.faults.gathered():
                    found.append((self._route(item), item))
        return tuple(found)

    def _route(self, mark: Marked) -> Route:
        keys = self.faults.keys(mark, _ROUTE, ("to",))
        names = self.faults.names
        kinds = [str(kind) for kind in AlertKind]
        people = keys.get("people")
        return Route(
            channels=names(keys["to"], self.channels, "channel") if "to" in keys else (),
            kinds=frozenset(
                AlertKind(name) for name in names(keys["kinds"], kinds, "kind of alert")
            )
            if "kinds" in keys
            else frozenset(),
            zones=frozenset(names(keys["zones"], self.zones, "zone"))
            if "zones" in keys
            else frozenset(),
            least_urgency=read_level(keys["urgency"]) if "urgency" in keys else 0,
            when=keys["when"].choice(When) if "when" in keys else When.ALWAYS,
            only_incidents=keys["incidents"].boolean() if "incidents" in keys else False,
            wait_minutes=read_minutes(keys["after"]) if "after" in keys else 0,
            digest=keys["digest"].boolean() if "digest" in keys else False,
            people=names(people, self.people, "login") if people else Route(()).people,
            why=keys["why"].text() if "why" in keys else "",
        )

    def read_quiet(self, mark: Marked, zone: ZoneInfo) -> dict[str, Calendar]:
        """Quiet hours by channel: ``telegram: {hours: {every_day: "22:00-08:00"}}``."""
        found: dict[str, Calendar] = {}
        with self.faults.gathered():
            for name, value in mark.mapping().items():
                with self.faults.gathered():
                    place = mark.keys[name]
                    self.faults.names(
                        Marked(name, place.file, place.line, place.column), self.channels, "channel"
                    )
                    keys = self.faults.keys(value, ("hours", "timezone"), ("hours",))
                    here = read_timezone(keys["timezone"]) if "timezone" in keys else zone
                    weekly = read_weekly(keys["hours"], self.faults) if "hours" in keys else {}
                    found[name] = Calendar(f"quiet:{name}", here, weekly)
        return found

    def read_escalation(self, mark: Marked) -> tuple[EscalationStep, ...]:
        """Whom to tell as a term runs out: ``at: 80%``, ``at: breach`` or ``late: 2h``."""
        found: list[EscalationStep] = []
        for item in mark.items():
            with self.faults.gathered():
                step = self._step(item)
                last = found[-1] if found else step
                if (step.part, step.late_minutes) < (last.part, last.late_minutes):
                    item.fail("steps stand in the order in which they come")
                found.append(step)
        return tuple(found)

    def _step(self, mark: Marked) -> EscalationStep:
        keys = self.faults.keys(mark, _STEP)
        if ("at" in keys) == ("late" in keys):
            mark.fail("say when: `at` (80% of the term, breach) or `late` (2h after it)")
        tell = keys.get("tell")
        return EscalationStep(
            part=_part(keys["at"]) if "at" in keys else 1.0,
            late_minutes=read_minutes(keys["late"]) if "late" in keys else 0,
            people=self.faults.names(tell, self.people, "login")
            if tell
            else EscalationStep(1).people,
            urgency=read_level(keys["urgency"]) if "urgency" in keys else None,
        )


def _part(mark: Marked) -> float:
    """``80%`` as 0.8, ``breach`` as 1."""
    word = str(mark.value).strip()
    if word == _BREACH:
        return 1.0
    number = word.removesuffix("%").strip()
    if not word.endswith("%") or not number.isdigit() or not 0 < int(number) <= 100:
        mark.fail(f"expected a part of the term such as 80%, or breach, found {mark.shown()}")
    return int(number) / 100
