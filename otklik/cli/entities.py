"""Commands about the company's own lists: are they right, and what do they find."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from otklik.cli.screen import Json, say, say_json, say_table

entities_app = typer.Typer(
    help="Your products, branches, cities and departments.", no_args_is_help=True
)
ListFile = Annotated[Path, typer.Argument(help="CSV of your lists.")]


@entities_app.command("check")
def entities_check(file: ListFile, as_json: Json = False) -> None:
    """Read the lists as a desk would, without touching it, and count what they hold.

    Every mistake is named with file and line. Names of two things are no mistake, but shown: a
    comment that has only the name is then about either.

    Example: `otklik entities check lists.csv`
    """
    from classifier.lists import load_lists, shared_names

    lists = load_lists(file)
    shared = shared_names(lists.entities)
    if as_json:
        say_json({"digest": lists.digest, "rows": lists.count(), "shared": shared})
        return
    say(", ".join(f"{kind}: {count}" for kind, count in lists.count().items()))
    for name, ids in shared.items():
        say(f"{name!r} names {' and '.join(ids)}")
    say(f"digest {lists.digest}")


@entities_app.command("find")
def entities_find(
    file: ListFile,
    text: Annotated[str, typer.Argument(help="A comment.")],
    ours: Annotated[
        bool, typer.Option("--ours/--search", help="Written on a page of ours, or found.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Show what a text names of yours, where, and whether it is about you.

    Tells why a comment got its chips and its «О нас?» at the desk, or why it did not: try the
    lists here before they serve. With `--ours` as a comment on a page of your own.

    Example: `otklik entities find lists.csv "Были в кафе на Садовой"`
    """
    from classifier.lists import load_lists
    from otklik.own_lists import make_relator
    from otklik.subjects import Setting

    found = make_relator(load_lists(file)).subject(text, Setting(is_ours=ours))
    if as_json:
        say_json(found.as_row())
        return
    rows = [
        {**one.model_dump(), "place": f"{one.span.start}–{one.span.end}"} for one in found.named
    ]
    headings = {"kind": "kind", "id": "id", "text": "written", "place": "characters"}
    if rows:
        say_table(rows, headings)
    else:
        say("names nothing of yours")
    if found.relevance is not None:
        signs = ", ".join(
            f"{one.name} {one.weight:+g}" + (f" ({one.text})" if one.text else "")
            for one in found.relevance.signs
        )
        say(f"about us: {found.relevance.score:.2f} ({signs})")
