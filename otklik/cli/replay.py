"""`otklik replay`: a file of mentions played into a desk of its own."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from otklik.cli.screen import Json, progress, say, say_json, say_table
from otklik.errors import ConfigError

if TYPE_CHECKING:
    from otklik.replaying import Told

HEADINGS = {
    "seen_at": "SEEN",
    "people": "PEOPLE",
    "seen_after": "AFTER",
    "minutes": "MINUTES",
    "kind": "KIND",
    "title": "TITLE",
}


def replay(
    file: Annotated[Path, typer.Argument(help="JSONL, CSV or XLSX, as `otklik import` reads it.")],
    *,
    speed: Annotated[
        str, typer.Option(help="`max` jumps from one mention to the next; 1 is real time.")
    ] = "max",
    into: Annotated[
        Path | None, typer.Option(help="A fresh SQLite file; by default one in var/replay.")
    ] = None,
    url: Annotated[
        str | None, typer.Option(help="URL of a database to play into instead; an empty one.")
    ] = None,
    brand: Annotated[str | None, typer.Option(help="Brand of the desk that sees it.")] = None,
    tick: Annotated[
        float, typer.Option(min=1, help="Seconds of its time that are worked on together.")
    ] = 60.0,
    send: Annotated[bool, typer.Option("--send", help="Alerts really go out.")] = False,
    among: Annotated[
        bool, typer.Option("--among-real-work", help="The database may hold work already.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Play a file of mentions as if they came in now: what the desk would have seen, and when.

    Settings, policy, facts and routes are yours; the clock is the file's. Mentions are judged,
    grouped, decided and drafted at their own times, alerts are recorded and told here. Nothing
    is posted, no source is read, and alerts go out only with `--send`. Besides the columns of
    `otklik import`, `followers` and `registered_at` tell of authors.

    Example: `otklik replay saturday.jsonl --speed max`
    """
    from otklik import replaying
    from otklik.database import reading
    from otklik.settings import load_settings
    from otklik.store import seen

    pace = _speed(speed)
    settings = load_settings(**({"brand_id": brand} if brand else {}))
    rows = replaying.read_mentions(file, timezone=settings.timezone)
    desk = replaying.open_replay(settings, _place(file, into, url), is_allowed_work=among)
    zone = ZoneInfo(settings.timezone)
    played = replaying.Replay(
        desk,
        replaying.published(rows[0]),
        speed=pace,
        tick=timedelta(seconds=tick),
        send=send,
        on_alert=lambda told: None if as_json else _tell(told, zone),
    )
    try:
        with progress(f"replaying {file.name}") as update:
            played.play(rows, f"replay:{file.name}", _progress(update, len(rows)))
        with reading(desk.engine) as db:
            found = seen.list_seen(db, desk.brand_id)
    finally:
        desk.engine.dispose()
    incidents = [{**asdict(one), "minutes": one.minutes} for one in found]
    if as_json:
        alerts = [asdict(one) for one in played.told]
        place = desk.engine.url.render_as_string(hide_password=True)
        say_json(
            {"mentions": len(rows), "database": place, "incidents": incidents, "alerts": alerts}
        )
        return
    _say_end(desk.engine.url.database or "", len(rows), _local(incidents, zone), played.told)


def _speed(text: str) -> float | None:
    if text == "max":
        return None
    try:
        speed = float(text)
    except ValueError:
        speed = 0.0
    if not 0 < speed < float("inf"):
        raise ConfigError(f"--speed {text}: a number above 0, or max")
    return speed


def _place(file: Path, into: Path | None, url: str | None) -> str:
    if into is not None and url is not None:
        raise ConfigError("give --into or --url, not both")
    if url is not None:
        return url
    path = into or _fresh(Path("var/replay"), file.name.split(".", 1)[0])
    if path.exists():
        raise ConfigError(f"--into {path}: there is such a file already")
    path.parent.mkdir(parents=True, exist_ok=True)
    return f"sqlite:///{path}"


def _fresh(folder: Path, name: str) -> Path:
    number = 1
    while (path := folder / f"{name}-{number}.sqlite3").exists():
        number += 1
    return path


def _tell(told: Told, zone: ZoneInfo) -> None:
    place = f"{told.at.astimezone(zone):%Y-%m-%d %H:%M} [{told.channel}]"
    say(f"{place} urgency {told.urgency} · {told.kind}: {' '.join(told.title.split())}")


def _progress(update: Any, total: int) -> Any:
    return lambda at, done: update(done / total, f"{done} · {at:%Y-%m-%d %H:%M}")


def _local(incidents: list[dict[str, Any]], zone: ZoneInfo) -> list[dict[str, Any]]:
    """With the moment as the clock on the wall shows it."""
    return [
        {**one, "seen_at": f"{one['seen_at'].astimezone(zone):%Y-%m-%d %H:%M}"} for one in incidents
    ]


def _say_end(
    database: str, count: int, incidents: list[dict[str, Any]], alerts: list[Told]
) -> None:
    kinds = Counter(one.kind for one in alerts)
    by_kind = ", ".join(f"{name} {number}" for name, number in kinds.most_common()) or "none"
    say(f"{count} mentions, {len(incidents)} incidents, {len(alerts)} alerts ({by_kind})")
    if incidents:
        say_table(incidents, HEADINGS)
    say(f"To look at it: OTKLIK_DATABASE_URL=sqlite:///{database} otklik run")
