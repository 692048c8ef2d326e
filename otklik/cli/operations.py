"""Commands about operations: check the file, see who is on call, what is due soon."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from otklik.cli.place import opened
from otklik.cli.screen import Json, say, say_json, say_table
from otklik.errors import ConfigError

if TYPE_CHECKING:
    from otklik.operations import Operations
    from otklik.operations.file import Known
    from otklik.settings import Settings

operations_app = typer.Typer(
    help="Operations: zones, calendars, rota and routes of alerts.", no_args_is_help=True
)
File = Annotated[
    str, typer.Argument(help="Operations YAML, or shop, bank, institution; by default yours.")
]


@operations_app.command("check")
def check(file: File = "", as_json: Json = False) -> None:
    """Read an operations file and say everything that is wrong with it, without using it.

    Each fault has file, line and column; then exit code 1. Remarks follow: hours in which
    nobody is on call, alerts that go nowhere, days off that are not decreed yet. Logins are
    compared with the people of the desk where there is a database.

    Example: `otklik operations check operations.yaml`
    """
    from otklik import clock
    from otklik.operations.file import find_operations
    from otklik.operations.reading import OperationsError
    from otklik.settings import load_settings

    settings = load_settings()
    place = _place(file, settings)
    try:
        found = find_operations(place, clock.now(), _known(settings))
    except OperationsError as error:
        if as_json:
            faults = [dict(vars(one)) for one in error.faults]
            say_json({"faults": faults, "remarks": []})
        else:
            for fault in error.faults:
                typer.echo(str(fault), err=True)
            typer.echo(f"{len(error.faults)} faults", err=True)
        raise typer.Exit(1) from None
    if as_json:
        say_json({"faults": [], "remarks": [dict(vars(one)) for one in found.remarks]})
        return
    set_up = found.operations
    say(
        f"{place}: {len(set_up.zones)} zones, {len(set_up.calendars)} calendars, "
        f"{len(set_up.rota.shifts)} shifts, {len(set_up.routes)} routes"
    )
    say(f"production calendar of Russia: {_years()}")
    for remark in found.remarks:
        say(f"{place}:{remark.line}: {remark.message}")


@operations_app.command("show")
def show(
    file: File = "",
    *,
    at: Annotated[str, typer.Option(help="When: 2026-12-31T23:00; by default now.")] = "",
    as_json: Json = False,
) -> None:
    """Who is on call, what is open, and where an alert of each urgency would go, and why.

    Tells before a holiday whether somebody would be woken; nothing is sent.

    Example: `otklik operations show --at 2027-01-01T03:00`
    """
    from otklik import clock
    from otklik.operations.file import find_operations
    from otklik.settings import load_settings

    settings = load_settings()
    moment = _moment(at, settings.timezone) if at else clock.now()
    found = find_operations(_place(file, settings), moment, _known(settings)).operations
    zones = [_zone_row(found, zone.id, moment) for zone in found.zones]
    ways = [row for zone in found.zones for row in _ways(found, zone.id, moment)]
    if as_json:
        say_json({"at": moment, "zones": zones, "alerts": ways})
        return
    here = moment.astimezone(ZoneInfo(settings.timezone))
    say(f"{here:%a %Y-%m-%d %H:%M} ({settings.timezone})")
    headings = {"zone": "zone", "open": "open", "opens": "opens next", "on_call": "on call"}
    say_table(zones, headings)
    say("")
    headings = {"zone": "zone", "urgency": "urgency", "after": "after", "channels": "channels"}
    say_table(ways, {**headings, "people": "people", "why": "why"})


@operations_app.command("soon")
def soon(
    *,
    minutes: Annotated[int, typer.Option(min=1, help="How far ahead.")] = 60,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many at most.")] = 50,
    as_json: Json = False,
) -> None:
    """What runs out of its term in the next hour, the earliest first.

    Clocks run in the working time of their zone; one that is paused runs out of nothing.

    Example: `otklik operations soon --minutes 120`
    """
    from otklik.store import clocks

    with opened() as place:
        until = place.at + timedelta(minutes=minutes)
        found = clocks.list_soon(place.session, place.settings.brand_id, until, limit=limit)
        zone = ZoneInfo(place.settings.timezone)
        rows = [
            {
                "mention": one.clock.mention_id,
                "clock": one.clock.kind,
                "zone": one.clock.zone,
                "due": f"{one.clock.due_at.astimezone(zone):%d.%m %H:%M}",
                "text": " ".join(one.excerpt.split())[:60],
            }
            for one in found
        ]
    if as_json:
        say_json([{key: row[key] for key in ("mention", "clock", "zone", "due")} for row in rows])
    elif rows:
        say_table(rows, {key: key for key in rows[0]})
    else:
        say(f"nothing runs out of its term in the next {minutes} minutes")


def _years() -> str:
    from otklik.operations.holidays import known_years, production_year

    told = {True: "", False: " provisional, not compared with the decree"}
    return ", ".join(f"{year}{told[production_year(year).is_decreed]}" for year in known_years())


def _place(file: str, settings: Settings) -> str:
    from otklik.operations.following import operations_place

    place = file or operations_place(settings)
    if not place:
        raise ConfigError("there is no operations.yaml here: name a file, or shop to see one")
    return place


def _known(settings: Settings) -> Known:
    """Names of channels, and of people where there is a database."""
    from dataclasses import replace

    from otklik.bootstrap import is_blank
    from otklik.operations.following import known_names
    from otklik.store.people import list_people

    known = known_names(settings)
    if is_blank(settings):
        return known
    with opened() as place:
        people = list_people(place.session, settings.brand_id)
    return replace(known, logins=[one.login for one in people if one.is_active] or None)


def _moment(text: str, timezone: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise ConfigError(f"--at {text}: write a moment such as 2026-12-31T23:00") from None
    return found if found.tzinfo else found.replace(tzinfo=ZoneInfo(timezone))


def _zone_row(found: Operations, zone_id: str, at: datetime) -> dict[str, Any]:
    calendar = found.calendar_of(zone_id)
    is_open = calendar.is_working(at)
    opens = calendar.next_opening(at).astimezone(calendar.zone)
    return {
        "zone": zone_id,
        "open": "yes" if is_open else "no",
        "opens": "" if is_open else f"{opens:%a %Y-%m-%d %H:%M %Z}",
        "on_call": ", ".join(found.rota.on_call(zone_id, at)),
    }


def _ways(found: Operations, zone_id: str, at: datetime) -> Iterator[dict[str, Any]]:
    from otklik.enums import AlertKind, Urgency

    for urgency in reversed(Urgency):
        kind = AlertKind.URGENT_MENTION
        routes = found.routes_for(kind, urgency, zone_id, at)
        for step in found.channels_for(kind, urgency, zone_id, at):
            whys = [
                route.why
                for route in routes
                if (route.wait_minutes, route.digest) == (step.after_minutes, step.digest)
                and set(route.channels) & set(step.channels)
            ]
            after = f"{step.after_minutes} min" if step.after_minutes else "at once"
            if step.not_before is not None:
                after = f"quiet until {step.not_before.astimezone(at.tzinfo):%H:%M}"
            yield {
                "zone": zone_id,
                "urgency": urgency.name.lower(),
                "after": "digest" if step.digest else after,
                "channels": ", ".join(step.channels),
                "people": ", ".join(step.people),
                "why": "; ".join(filter(None, whys)) if routes else "no route fits: every channel",
            }
