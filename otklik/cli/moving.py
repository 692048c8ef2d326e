"""Commands that move mentions along the data's way: import, step, drain."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from otklik.cli.screen import Json, progress, say, say_json
from otklik.errors import ConfigError, InputError

if TYPE_CHECKING:
    from otklik.desk import Desk, StepCount


@contextmanager
def _desk() -> Iterator[Desk]:
    """The desk; on a blank database the tables are made first."""
    from otklik.bootstrap import is_blank, open_desk
    from otklik.settings import load_settings

    settings = load_settings()
    with progress("opening the desk"):
        desk = open_desk(settings, migrate=is_blank(settings))
    try:
        yield desk
    finally:
        desk.engine.dispose()


def import_file(
    file: Annotated[Path, typer.Argument(help="JSONL, CSV or XLSX, by its ending.")],
    *,
    name: Annotated[
        str | None,
        typer.Option(help="Name that keeps these rows apart; by default the file's own."),
    ] = None,
    column: Annotated[
        list[str] | None,
        typer.Option(help="What a column means, FIELD=HEADING; may be given several times."),
    ] = None,
    encoding: Annotated[
        str | None, typer.Option(help="Encoding of a text file; by default it is recognised.")
    ] = None,
    timezone: Annotated[
        str | None, typer.Option(help="Zone of dates that name none, like Europe/Moscow.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Bring in an export of comments: JSONL, CSV or XLSX.

    Columns are recognised by their headings and may be named with `--column`. A row that cannot
    be read goes to quarantine with file, line and reason; the others go in. Importing the same
    file twice adds nothing. Label columns never become labels of your staff.

    Example: `otklik import отзывы.csv --column text=Комментарий --timezone Europe/Moscow`
    """
    from otklik.pipeline import import_file as bring_in

    if not file.is_file():
        raise InputError(f"{file}: there is no such file")
    config: dict[str, Any] = {"dataset": name, "encoding": encoding, "timezone": timezone}
    chosen = {key: value for key, value in config.items() if value is not None}
    if columns := _columns(column or []):
        chosen["columns"] = columns
    with _desk() as desk, progress(f"importing {file.name}") as update:
        intake = bring_in(desk, file, progress=lambda part, seen: update(part, f"{seen}"), **chosen)
    counts = {
        "seen": intake.seen,
        "new": intake.new,
        "edited": intake.edited,
        "bad_rows": intake.bad_rows,
    }
    if as_json:
        say_json(counts)
        return
    say(f"{file.name}: {counts['new']} new, {counts['edited']} edited of {counts['seen']} rows")
    if counts["bad_rows"]:
        say(f"{counts['bad_rows']} rows could not be read and stand in quarantine with a reason")
    say("Next: `otklik drain` judges them and drafts replies.")


def _columns(pairs: list[str]) -> dict[str, str]:
    for pair in pairs:
        if not all(part.strip() for part in pair.partition("=")[::2]):
            raise ConfigError(f"--column {pair}: write FIELD=HEADING, like text=Комментарий")
    return {field.strip(): heading for field, _, heading in (p.partition("=") for p in pairs)}


def step(
    name: Annotated[
        str,
        typer.Argument(
            help="collect, classify, group, decide, draft, post, act, follow_up or alert.",
            metavar="NAME",
        ),
    ],
    limit: Annotated[int | None, typer.Option(min=1, help="Work on so many rows at most.")] = None,
    as_json: Json = False,
) -> None:
    """Run one step of the data's way once.

    Each step claims rows by their state, does one thing and commits: it can run alone, twice,
    or beside the scheduler. Good for looking closely at what one step does.

    Example: `otklik step classify --limit 100`
    """
    from otklik.pipeline import STEPS

    if name not in STEPS:
        raise typer.BadParameter(f"{name!r} is no step; there are {', '.join(STEPS)}")
    with _desk() as desk, progress(name):
        count = STEPS[name](desk, limit)
    if as_json:
        say_json({name: count._asdict()})
    else:
        say(_spoken(name, count))


def drain(as_json: Json = False) -> None:
    """Run all machine steps until nothing is left to do.

    Collects from every source that is due, then judges, groups, decides, drafts, posts what
    people have approved, follows up and alerts. People's work (approving) is left to people.

    Example: `otklik import reviews.jsonl && otklik drain --json`
    """
    from otklik.pipeline import drain as drain_all

    with _desk() as desk, progress("draining") as update:
        counts = drain_all(desk, lambda name, done: update(None, f"{name} {done}"))
    if as_json:
        say_json({name: count._asdict() for name, count in counts.items()})
        return
    for name, count in counts.items():
        say(_spoken(name, count))


def _spoken(name: str, count: StepCount) -> str:
    failed = f", {count.failed} failed" if count.failed else ""
    return f"{name}: {count.done} done{failed}"
