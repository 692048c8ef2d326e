"""What looks wrong in `operations.yaml` though it may be meant: gaps, and alerts without a way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from otklik.enums import AlertKind, Urgency
from otklik.marked_yaml import Marked
from otklik.operations.covering import LOOKED_AT, list_gaps, while_working
from otklik.operations.holidays import known_years, production_year
from otklik.operations.values import BACKUP, LEAD, ON_CALL, Operations, When, Zone


@dataclass(frozen=True)
class Remark:
    """A warning and its line."""

    line: int
    message: str


def list_remarks(
    operations: Operations, places: Mapping[str, Marked], at: datetime
) -> tuple[Remark, ...]:
    """Every remark, in the order of the file."""
    found = [*_gaps(operations, places, at), *_unheard(operations, places)]
    found += [*_nameless(operations, places), *_idle(operations, places), *_years(places, at)]
    return tuple(sorted(found, key=lambda remark: remark.line))


def _gaps(operations: Operations, places: Mapping[str, Marked], at: datetime) -> Iterator[Remark]:
    """Open hours in which nobody is on call; all hours where a route goes out after closing."""
    rota = places.get("rota")
    if rota is None:
        return
    for zone in operations.zones:
        calendar = operations.calendar_of(zone.id)
        gaps = list_gaps(operations.rota, zone.id, at, at + LOOKED_AT)
        found = while_working(gaps, calendar)
        if found is not None:
            first, minutes = found
            here = first.astimezone(calendar.zone)
            yield Remark(
                rota.line,
                f"zone {zone.id}: nobody is on call for {minutes / 60:.0f} of its open hours in "
                f"the next {LOOKED_AT.days} days, first on {here:%a %Y-%m-%d %H:%M}",
            )
        elif gaps and _calls_at_night(operations, zone):
            here = gaps[0][0].astimezone(calendar.zone)
            yield Remark(
                rota.line,
                f"zone {zone.id}: out of hours nobody is on call, first on "
                f"{here:%a %Y-%m-%d %H:%M}, though a route names who is",
            )


def _calls_at_night(operations: Operations, zone: Zone) -> bool:
    return any(
        ON_CALL in route.people
        for route in operations.routes
        if route.when is not When.WORKING and (not route.zones or zone.id in route.zones)
    )


def _unheard(operations: Operations, places: Mapping[str, Marked]) -> Iterator[Remark]:
    """The most urgent comment of a zone that no route takes."""
    if "routes" not in places:
        return
    for zone in operations.zones:
        fitting = [
            route
            for route in operations.routes
            if (not route.zones or zone.id in route.zones)
            and (not route.kinds or AlertKind.URGENT_MENTION in route.kinds)
            and not route.only_incidents
            and not route.digest
            and route.least_urgency <= Urgency.CRITICAL
        ]
        at_once = {route.when for route in fitting if not route.wait_minutes}
        if When.ALWAYS not in at_once and not {When.WORKING, When.OFF} <= at_once:
            when = "at no time" if not at_once else f"only {at_once.pop()}"
            yield Remark(
                places["routes"].line,
                f"zone {zone.id}: a critical comment is told at once {when}; without a route it "
                "goes to every channel",
            )


def _nameless(operations: Operations, places: Mapping[str, Marked]) -> Iterator[Remark]:
    """People that are meant but never named."""
    asked = {word for route in operations.routes for word in route.people}
    asked |= {word for zone in operations.zones for step in zone.escalation for word in step.people}
    if {ON_CALL, BACKUP} & asked and not operations.rota.shifts and "routes" in places:
        yield Remark(places["routes"].line, "routes name who is on call, but there is no rota")
    for zone in operations.zones:
        if LEAD in asked and not zone.lead:
            yield Remark(places["zones"].line, f"zone {zone.id}: `lead` is told, but has no name")


def _idle(operations: Operations, places: Mapping[str, Marked]) -> Iterator[Remark]:
    """Calendars that no zone works by."""
    used = {zone.calendar for zone in operations.zones} | {"always"}
    for name in operations.calendars.keys() - used:
        yield Remark(places["calendars"].keys[name].line, f"no zone works by {name!r}")


def _years(places: Mapping[str, Marked], at: datetime) -> Iterator[Remark]:
    """The next year is near, and its days off are not known yet."""
    calendars = places.get("calendars")
    marks = calendars.mapping().values() if calendars else ()
    russian = [mark for mark in marks if mark.mapping().get("holidays") is not None]
    if not russian:
        return
    wanted = at.year + (at.month == 12)
    if wanted not in known_years():
        yield Remark(
            russian[0].line,
            f"the transfers of days off in {wanted} are not known here: the law's own holidays "
            "count; write the decreed days under `days`",
        )
    elif not production_year(wanted).is_decreed:
        yield Remark(
            russian[0].line,
            f"the transfers of days off in {wanted} are provisional, not compared with the decree: "
            "look them up, and write under `days` what differs",
        )
