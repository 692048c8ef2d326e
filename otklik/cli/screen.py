"""What commands say: results on standard output, progress on standard error."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Annotated, Any

import typer

Json = Annotated[bool, typer.Option("--json", help="Write the result as JSON, for machines.")]
Update = Callable[[float | None, str], None]


def say(text: str) -> None:
    """One line of the result; control characters of strangers' words are left out."""
    typer.echo("".join(char for char in text if char.isprintable() or char in "\n\t"))


def say_json(value: Any) -> None:
    """The result as one JSON value."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


@contextmanager
def progress(what: str) -> Iterator[Update]:
    """A bar while the block runs; silent where standard error is not a terminal.

    The block calls the given function with a fraction (None: unknown) and a few words.
    """
    if not sys.stderr.isatty():
        yield lambda _fraction, _words: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[words]}", markup=False),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None, words="")

        def update(fraction: float | None, words: str) -> None:
            total = None if fraction is None else 1.0
            bar.update(task, total=total, completed=fraction or 0.0, words=words)

        yield update


def say_table(rows: Sequence[Mapping[str, Any]], headings: Mapping[str, str]) -> None:
    """Rows under headings (key: title), in plain columns that any terminal shows."""
    cells = [[str(row.get(key) or "–") for key in headings] for row in rows]
    table = [list(headings.values()), *cells]
    widths = [max(len(line[place]) for line in table) for place in range(len(headings))]
    for line in table:
        say("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
