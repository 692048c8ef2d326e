"""Reading `operations.yaml`: zones, calendars, rota and routes, or every fault with its place."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from importlib import resources
from pathlib import Path
from zoneinfo import ZoneInfo

from otklik.errors import PolicyError
from otklik.marked_yaml import Marked, parse_yaml, suggest
from otklik.operations.calendars import Calendar
from otklik.operations.reading import (
    Faults,
    OperationsError,
    read_terms,
    read_timezone,
)
from otklik.operations.reading_calendars import read_calendars
from otklik.operations.reading_rota import RotaReader
from otklik.operations.reading_routes import RouteReader
from otklik.operations.remarks import Remark, list_remarks
from otklik.operations.rota import Rota
from otklik.operations.values import Operations, Zone

_SECTIONS = ("timezone", "default_zone", "calendars", "zones", "rota", "routes", "quiet")
_ZONE = ("name", "calendar", "lead", "first_reply", "next_reply", "resolution", "escalation")
_TERMS = ("first_reply", "next_reply", "resolution")


@dataclass(frozen=True)
class Known:
    """Names that the file may use; None: nobody knows which there are, any will do."""

    channels: Collection[str] | None = None
    logins: Collection[str] | None = None
    timezone: str = "Europe/Moscow"


@dataclass(frozen=True)
class Reading:
    """What a good file says, and what looks wrong in it though it may be meant."""

    operations: Operations
    remarks: tuple[Remark, ...]
    text: str


def shipped_names() -> list[str]:
    """Names of the examples that come with the package."""
    folder = resources.files("otklik.operations") / "examples"
    names = (item.name for item in folder.iterdir())
    return sorted(name.removesuffix(".yaml") for name in names if name.endswith(".yaml"))


def find_operations(place: str, at: datetime, known: Known | None = None) -> Reading:
    """The operations in the file `place`, or the shipped example of that name.

    Raises:
        OperationsError: neither is there, or it is wrong: every fault, in order.
    """
    if place in shipped_names() and not Path(place).is_file():
        found = resources.files("otklik.operations") / "examples" / f"{place}.yaml"
        return parse_operations(found.read_text("utf-8"), f"{place}.yaml", at, known)
    try:
        text = Path(place).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        message = f"cannot be read: {error}{suggest(place, shipped_names())}"
        raise OperationsError([PolicyError(message, file=place)]) from error
    return parse_operations(text, place, at, known)


def parse_operations(text: str, name: str, at: datetime, known: Known | None = None) -> Reading:
    """The operations written as `text`; `name` is the file as the person knows it.

    Args:
        at: the present moment; overlaps and gaps of the rota are looked for from then on.

    Raises:
        OperationsError: every fault with its line and column.
    """
    faults = Faults()
    try:
        root = parse_yaml(text, name)
    except PolicyError as error:
        raise OperationsError([error]) from error
    reader = _FileReader(known or Known(), faults, at)
    operations, places = reader.read(root)
    if faults.found:
        raise OperationsError(faults.found)
    return Reading(operations, list_remarks(operations, places, at), text)


class _FileReader:
    def __init__(self, known: Known, faults: Faults, at: datetime) -> None:
        self.known, self.faults, self.at = known, faults, at

    def read(self, root: Marked) -> tuple[Operations, dict[str, Marked]]:
        faults, known = self.faults, self.known
        keys = faults.keys(root, _SECTIONS, ("zones",))
        zone = ZoneInfo(known.timezone)
        with faults.gathered():
            zone = read_timezone(keys["timezone"]) if "timezone" in keys else zone
        calendars = read_calendars(keys.get("calendars"), zone, faults)
        names = list(keys["zones"].value) if "zones" in keys and keys["zones"].is_mapping else []
        routes = RouteReader(known.channels, names, known.logins, faults)
        zones = self._zones(keys.get("zones"), calendars, routes)
        rota = Rota()
        with faults.gathered():
            if "rota" in keys:
                reader = RotaReader(names, known.logins, zone, faults)
                rota = reader.read(keys["rota"], self.at.date())
        read = routes.read_all(keys["routes"]) if "routes" in keys else ()
        quiet = routes.read_quiet(keys["quiet"], zone) if "quiet" in keys else {}
        operations = Operations(
            zones=zones,
            calendars=calendars,
            rota=rota,
            routes=tuple(route for route, _ in read),
            channels_quiet=quiet,
            default_zone=self._default(keys.get("default_zone"), names),
        )
        return operations, keys | {f"route:{n}": mark for n, (_, mark) in enumerate(read)}

    def _default(self, mark: Marked | None, names: list[str]) -> str:
        if mark is None:
            return "general" if "general" in names or not names else names[0]
        found = self.faults.names(mark, names, "zone")
        return found[0] if found else ""

    def _zones(
        self, mark: Marked | None, calendars: dict[str, Calendar], people: RouteReader
    ) -> tuple[Zone, ...]:
        found: list[Zone] = []
        with self.faults.gathered():
            for zone_id, value in mark.mapping().items() if mark else ():
                with self.faults.gathered():
                    found.append(self._zone(zone_id, value, calendars, people))
        return tuple(found)

    def _zone(
        self, zone_id: str, mark: Marked, calendars: dict[str, Calendar], people: RouteReader
    ) -> Zone:
        faults = self.faults
        keys = faults.keys(mark, _ZONE)
        terms: dict[str, dict[int, int]] = {}
        for key in _TERMS:
            with faults.gathered():
                terms[key] = dict(read_terms(keys[key], faults)) if key in keys else {}
        calendar = (
            faults.names(keys["calendar"], calendars, "calendar") if "calendar" in keys else ()
        )
        lead = faults.names(keys["lead"], self.known.logins, "login") if "lead" in keys else ()
        names = faults.keys(keys["name"], ("ru", "en")) if "name" in keys else {}
        return Zone(
            id=zone_id,
            name_ru=names["ru"].text() if "ru" in names else "",
            name_en=names["en"].text() if "en" in names else "",
            calendar=calendar[0] if calendar else "always",
            lead=lead[0] if lead else "",
            escalation=people.read_escalation(keys["escalation"]) if "escalation" in keys else (),
            **{key: terms.get(key, {}) for key in _TERMS},
        )
