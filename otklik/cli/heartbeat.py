"""Watching the monitor from outside: a dead man's switch."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from otklik.cli.screen import Json, say, say_json


def watch_heartbeat(
    *,
    url: Annotated[
        str, typer.Option(help="The monitor's address ([heartbeat] listen); else its database.")
    ] = "",
    channel: Annotated[
        list[str] | None, typer.Option(help="Channel to tell; several may be named. All else.")
    ] = None,
    every: Annotated[
        float, typer.Option(min=0, help="Stay and look every so many seconds; 0: look once.")
    ] = 0,
    memory: Annotated[Path, typer.Option(help="File that keeps what was told.")] = Path(
        "var/heartbeat.json"
    ),
    as_json: Json = False,
) -> None:
    """Tell people by its own channels when the monitor stopped, hangs or cannot be reached.

    Run it apart from the desk: by cron, at best on another machine, with an `otklik.toml` of its
    own that holds `[[channels]]` and `[heartbeat]`. What is wrong is told at once, again each
    `repeat` seconds, and once more when it is over. Exit code 0: the monitor lives; 1: it does
    not, or nobody could be told.

    Example: `otklik watch-heartbeat --url http://desk.lan:8599/ --channel telegram`
    """
    import time

    from otklik import clock
    from otklik.settings import load_settings
    from otklik.watchdog import Watched, watch

    def look() -> Watched:
        return watch(load_settings(), memory, clock.now(), url=url, channels=channel or ())

    while True:
        found = look()
        _show(found, as_json=as_json)
        if not every:
            raise typer.Exit(int(found.fault is not None or bool(found.refused)))
        time.sleep(every)


def _show(found: object, *, as_json: bool) -> None:
    from otklik.watchdog import Watched

    assert isinstance(found, Watched)  # noqa: S101 (typing only: its module is heavy)
    fault = found.fault
    if as_json:
        what = fault.what if fault else ""
        detail = fault.body if fault else ""
        say_json({"fault": what, "detail": detail, "told": found.told, "refused": found.refused})
        return
    say(f"{fault.title}. {fault.body}" if fault else "the monitor lives")
    if found.told:
        say(f"told: {', '.join(found.told)}")
    for name, error in found.refused.items():
        typer.echo(f"{name}: {error}", err=True)
