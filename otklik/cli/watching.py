"""Commands about watched places: list, add, check, pause, resume, backfill."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from otklik.cli.screen import Json, progress, say, say_json, say_table
from otklik.errors import ConfigError, InputError, NotFound

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from sqlmodel import Session

    from otklik.models import Source
    from otklik.settings import Settings
    from otklik.watching import SourceReport

sources_app = typer.Typer(help="Watched places and their health.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(help="Name of the source.")]


@contextmanager
def _opened(*, make: bool = False) -> Iterator[tuple[Settings, Session]]:
    """Settings and one transaction that knows the sources of the settings."""
    from otklik import clock, database
    from otklik.bootstrap import is_blank, open_database
    from otklik.settings import load_settings
    from otklik.store import sources

    settings = load_settings()
    engine = open_database(settings, migrate=make and is_blank(settings))
    with database.session(engine) as session:
        at = clock.now()
        sources.sync_sources(session, settings.brand_id, settings.sources, at, retry=False)
        yield settings, session
    engine.dispose()


@sources_app.command("list")
def sources_list(
    platforms: Annotated[
        bool, typer.Option("--platforms", help="List what kinds of places can be watched.")
    ] = False,
    as_json: Json = False,
) -> None:
    """List the watched places: health, pace, delay, what came and what it cost.

    A source is `ok`, `suspect` when something looks wrong, `failing` after three failures in a
    row, and `off` when access was denied: then a person must act, and the last column says how.
    The delay is that of the middle comment from publication to this database.

    Example: `otklik sources list`, `otklik sources list --platforms`
    """
    if platforms:
        sources_platforms(as_json=as_json)
        return
    from otklik.watching import list_reports

    with _opened() as (settings, session):
        found = list_reports(session, settings.brand_id, _here(settings))
    if as_json:
        say_json([asdict(report) for report in found])
    elif not found:
        say("No source yet: `otklik sources add --help`, or [[sources]] in otklik.toml.")
    else:
        rows = [_line(report) for report in found]
        say_table(rows, {key: key for key in rows[0]})


def _here(settings: Settings) -> datetime:
    from zoneinfo import ZoneInfo

    from otklik import clock

    return clock.now().astimezone(ZoneInfo(settings.timezone))


def _line(report: SourceReport) -> dict[str, Any]:
    health = "paused" if report.is_paused else str(report.health)
    if not report.is_enabled and report.health != "off":
        health = "not read"
    budget = f" of {report.budget:g}" if report.budget is not None else ""
    spent = f"{report.spent:.2f}{budget} $" if report.spent or budget else ""
    return {
        "name": report.name,
        "platform": report.platform,
        "health": health,
        "every": _span(report.pace) if report.is_read else "",
        "delay": _span(report.delay_p50),
        "today": str(report.today),
        "7 days": str(report.week),
        "spent": spent,
        "note": report.to_do or report.warning or report.pause_reason or report.last_error,
    }


def _span(seconds: float | None) -> str:
    if seconds is None:
        return ""
    for unit, size in (("d", 86_400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"


@sources_app.command("platforms")
def sources_platforms(
    platform: Annotated[str, typer.Argument(help="Show the settings of this one.")] = "",
    as_json: Json = False,
) -> None:
    """List the kinds of places that can be watched, or the settings of one of them.

    The settings are what `otklik sources add` takes as `key=value`, and what an entry of
    `otklik.toml` holds. How to get a token, step by step, stands in docs/platforms.md.

    Example: `otklik sources platforms`, `otklik sources platforms isso`
    """
    from otklik.describing import list_fields
    from otklik.platforms import discover

    found = discover()
    if not platform:
        rows: list[dict[str, Any]] = [
            {"platform": name, "title": one.title, "can": ", ".join(sorted(("collect", *one.can)))}
            for name, one in found.items()
        ]
    elif platform in found:
        rows = [asdict(field) for field in list_fields(found[platform].settings_type)]
    else:
        raise NotFound(f"no platform is named {platform!r}; there are {', '.join(found)}")
    if as_json:
        say_json(rows)
    else:
        say_table(rows, {key: key for key in rows[0]})


@sources_app.command("add")
def sources_add(
    name: Annotated[str, typer.Argument(help="A name of its own.")],
    platform: Annotated[str, typer.Argument(help="One of `otklik sources platforms`.")],
    values: Annotated[
        list[str] | None,
        typer.Argument(
            help="Settings of the platform; lists with commas or as JSON, secrets as env:NAME.",
            metavar="[KEY=VALUE]...",
        ),
    ] = None,
    *,
    interval: Annotated[
        float, typer.Option(min=0.1, help="Seconds between two readings, to begin with.")
    ] = 60.0,
    fastest: Annotated[
        float | None, typer.Option(min=0.1, help="Seconds between two while it is busy, at least.")
    ] = None,
    slowest: Annotated[
        float | None, typer.Option(min=0.1, help="Seconds between two while quiet, at most.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Watch one more place from now on; nothing has to be started anew.

    `otklik sources platforms PLATFORM` lists the settings of a platform. A secret never stands
    in the command nor in the database: put it into a variable and write its name.

    Example: `otklik sources add blog isso base_url=https://c.example.org uris=/post/1,/post/2
    admin_password=env:OTKLIK_SECRET_ISSO`
    """
    from otklik import clock
    from otklik.cli.values import read_values
    from otklik.platforms import discover
    from otklik.watching import add_source

    kinds = discover()
    if platform not in kinds:
        raise NotFound(f"no platform is named {platform!r}; there are {', '.join(kinds)}")
    config = read_values(kinds[platform], values or [])
    with _opened(make=True) as (settings, session):
        try:
            source = add_source(
                session,
                None,
                brand_id=settings.brand_id,
                name=name,
                platform=platform,
                config=config,
                at=clock.now(),
                interval=interval,
                fastest=fastest,
                slowest=slowest,
                kinds=kinds,
            )
        except ConfigError as error:
            hint = f"`otklik sources platforms {platform}` lists the settings"
            raise ConfigError(f"{error}; {hint}") from error
        row = {"id": source.id, "name": name, "platform": platform, "config": config}
    if as_json:
        say_json(row)
    else:
        say(f"{name} is watched from now on. `otklik sources check {name}` shows what it brings.")


@sources_app.command("check")
def sources_check(
    name: Annotated[str, typer.Argument(help="Only this source.")] = "", as_json: Json = False
) -> None:
    """Call every source once and say what it showed. Stores nothing.

    Tells what the configured token may do and what it may not, the limits that are left, the
    newest comment there, and the delay that comments have had on their way to this database.
    Exit code 1 when one of them does not answer as it should.

    Example: `otklik sources check`, `otklik sources check blog`
    """
    from otklik.cli.calling import check_all, told

    with _sources(name) as (settings, engine, chosen), progress("checking") as update:
        rows = check_all(settings, engine, chosen, update)
    if as_json:
        say_json(rows)
    else:
        for row in rows:
            for line in told(row):
                say(line)
    if not all(row["ok"] is True for row in rows):
        raise typer.Exit(1)


@contextmanager
def _sources(name: str) -> Iterator[tuple[Settings, Engine | None, list[Source]]]:
    """The sources of settings and desk; without a database those of the settings alone."""
    from otklik import clock
    from otklik.bootstrap import is_blank, open_database
    from otklik.enums import SourceOrigin
    from otklik.models import Source
    from otklik.settings import load_settings
    from otklik.store import sources

    settings = load_settings()
    if is_blank(settings):
        engine, at = None, clock.now()
        found = [
            Source(name=one.name, platform=one.platform, config=one.config, next_due_at=at)
            for one in settings.sources
        ]
    else:
        with _opened() as (_, session):
            found = sources.list_sources(session, settings.brand_id)
        engine = open_database(settings)
    found = [one for one in found if one.origin != SourceOrigin.IMPORT]
    chosen = [one for one in found if name in ("", one.name)]
    if name and not chosen:
        raise NotFound(f"no source is named {name!r}")
    yield settings, engine, chosen
    if engine is not None:
        engine.dispose()


@sources_app.command("pause")
def sources_pause(
    name: Name,
    reason: Annotated[str, typer.Option(help="Why, for the others and for the log.")] = "",
) -> None:
    """Stop reading a source until somebody resumes it; a start of the desk does not.

    A reading under way ends after its page. What was read stays, and nothing is lost: the next
    reading goes on where this one ended.

    Example: `otklik sources pause blog --reason "the site is being moved"`
    """
    from otklik import clock
    from otklik.watching import pause_source

    with _opened() as (settings, session):
        brand, at = settings.brand_id, clock.now()
        pause_source(session, None, brand_id=brand, name=name, at=at, reason=reason)
    say(f"{name} is paused. `otklik sources resume {name}` reads it again.")


@sources_app.command("resume")
def sources_resume(name: Name) -> None:
    """Read a source again that was paused, or that had turned us away.

    It is read at once where the desk runs. After access was denied, mend what the alert named
    first (`otklik sources list` shows it), then resume.

    Example: `otklik sources resume blog`
    """
    from otklik import clock
    from otklik.watching import resume_source

    with _opened() as (settings, session):
        resume_source(session, None, brand_id=settings.brand_id, name=name, at=clock.now())
    say(f"{name} is read again.")


@sources_app.command("backfill")
def sources_backfill(
    name: Name,
    since: Annotated[
        str, typer.Option(help="From when on: a date, or a date with time; in the desk's zone.")
    ],
) -> None:
    """Read a source anew from a day in the past; what is known already is not doubled.

    It begins at once where the desk runs and may take long: a platform's limits hold for it
    too, other sources are read beside it. Old comments start no
    first-reply clock, raise no alert and do not count for the delay.

    Example: `otklik sources backfill blog --since 2026-10-01`
    """
    from otklik import clock
    from otklik.watching import start_backfill

    with _opened() as (settings, session):
        moment = _moment(since, settings)
        brand, at = settings.brand_id, clock.now()
        start_backfill(session, None, brand_id=brand, name=name, since=moment, at=at)
    say(f"{name} is read anew from {moment:%Y-%m-%d %H:%M} on.")


def _moment(text: str, settings: Settings) -> datetime:
    from zoneinfo import ZoneInfo

    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise InputError(f"--since {text}: write a date like 2026-10-01") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(settings.timezone))
