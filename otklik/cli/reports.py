"""`otklik reports …`: the weekly page, what became of those sent, and tomorrow's staffing."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from otklik.cli.place import opened
from otklik.cli.screen import Json, say, say_json, say_table
from otklik.errors import InputError

if TYPE_CHECKING:
    from otklik.reports.staffing import HourNeed

reports_app = typer.Typer(
    help="What came, why, how it was answered, and how many people tomorrow needs.",
    no_args_is_help=True,
)


@reports_app.command("weekly")
def reports_weekly(
    out: Annotated[Path, typer.Option(help="File to write, one page of HTML.")],
    week: Annotated[str, typer.Option(help="Which week, 2026-W47; by default the last.")] = "",
) -> None:
    """Write the report of one week as a page that needs nothing else: print it or send it.

    What `[reports]` of the settings sends by itself is the same page.

    Example: `otklik reports weekly --out week.html --week 2026-W47`
    """
    from otklik import clock
    from otklik.bootstrap import open_database
    from otklik.reports.sending import make_page, write_page
    from otklik.settings import load_settings

    settings, at = load_settings(), clock.now()
    first = _monday(week, at.astimezone(ZoneInfo(settings.timezone)).date())
    engine = open_database(settings)
    try:
        made = make_page(engine, settings, first, at)
    finally:
        engine.dispose()
    write_page(out, made.page)
    say(f"{made.figures.week}: {made.figures.volume.total} comments, written to {out.name}")


def _monday(week: str, today: date) -> date:
    from otklik.reports.periods import monday
    from otklik.reports.weekly import WEEK, week_of

    if not week:
        return monday(today) - WEEK
    try:
        return week_of(week)
    except ValueError as error:
        raise InputError(f"{week!r} is no week: write 2026-W47") from error


@reports_app.command("sent")
def reports_sent(as_json: Json = False) -> None:
    """Show the weekly reports that went out by themselves, and those that could not.

    A failed one is tried again by itself; its error stands beside it.

    Example: `otklik reports sent`
    """
    from otklik.store.events import list_sendings

    with opened() as place:
        zone = ZoneInfo(place.settings.timezone)
        rows: list[dict[str, Any]] = [
            {
                "week": row.week,
                "state": row.state,
                "attempts": row.attempts,
                "sent": f"{row.sent_at.astimezone(zone):%Y-%m-%d %H:%M}" if row.sent_at else "",
                "to": row.where_to,
                "error": row.error,
            }
            for row in list_sendings(place.session, place.settings.brand_id)
        ]
    if as_json:
        say_json(rows)
    elif rows:
        say_table(rows, {name: name for name in rows[0]})
    else:
        say("no weekly report was sent yet; see [reports] in docs/settings.md")


@reports_app.command("staffing")
def reports_staffing(
    *,
    day: Annotated[str, typer.Option(help="Day, 2026-12-01; by default tomorrow.")] = "",
    minutes: Annotated[float, typer.Option(help="A case is to be begun within so many.")] = 60,
    share: Annotated[float, typer.Option(help="… this share of them, 0 to 1.")] = 0.9,
    opens: Annotated[int, typer.Option(help="First hour of the desk.")] = 9,
    closes: Annotated[int, typer.Option(help="Hour at which it closes.")] = 21,
    as_json: Json = False,
) -> None:
    """Show how many people one day needs, hour by hour.

    Arrivals of the same weekday of the last eight weeks, known events, and Erlang C.

    Example: `otklik reports staffing --day 2026-12-01 --minutes 30`
    """
    from otklik.reports.staffing import Terms, read_plan, tomorrow

    if not (0 < share < 1 and 0 <= opens < closes <= 24 and minutes > 0):
        raise InputError("a share lies between 0 and 1, hours between 0 and 24, minutes above 0")
    with opened() as place:
        zone = ZoneInfo(place.settings.timezone)
        plan = read_plan(
            place.session,
            place.settings.brand_id,
            _day(day) if day else tomorrow(place.at, zone),
            now=place.at,
            zone=zone,
            terms=Terms(minutes=minutes, share=share, opens=opens, closes=closes),
        )
    rows = [_hour(one) for one in plan.hours]
    if as_json:
        say_json({"day": plan.day, "like_days": plan.like_days, "hours": rows})
    elif not plan.like_days:
        say("no such weekday has passed yet")
    else:
        say(f"{plan.day}, from {plan.like_days} like days, {plan.handling.mean:.0f} s for one")
        say_table(rows, {name: name.replace("_", " ") for name in rows[0]})


def _day(said: str) -> date:
    try:
        return date.fromisoformat(said)
    except ValueError as error:
        raise InputError(f"{said!r} is no day: write 2026-12-01") from error


def _hour(one: HourNeed) -> dict[str, Any]:
    return {
        "hour": f"{one.hour}:00",
        "comments": round(one.arrivals, 1),
        "at_work": one.need.at_work,
        "on_list": one.need.on_list,
        "in_time": f"{one.need.begun_in_time:.0%}",
    }
