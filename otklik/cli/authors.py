"""Commands about people who write: find one, forget one."""

from __future__ import annotations

from typing import Annotated

import typer

from otklik.cli.place import opened
from otklik.cli.screen import Json, say, say_json, say_table

authors_app = typer.Typer(help="People who write about you.", no_args_is_help=True)


@authors_app.command("find")
def authors_find(
    words: Annotated[str, typer.Argument(help="Part of a name, an address or a platform's id.")],
    as_json: Json = False,
) -> None:
    """Find authors by name, address or their number at the platform.

    The number in the first column is the one that `otklik authors erase` takes.

    Example: `otklik authors find "Марина К."`
    """
    from otklik.store.erasing import list_authors_like

    with opened() as place:
        found = [
            {"number": one.id, "platform": one.platform, "name": one.name, "address": one.url}
            for one in list_authors_like(place.session, place.settings.brand_id, words)
        ]
    if as_json:
        say_json(found)
    else:
        say_table(found, {name: name for name in ("number", "platform", "name", "address")})


@authors_app.command("erase")
def authors_erase(
    number: Annotated[int, typer.Argument(help="Number of the author, see `otklik authors find`.")],
    reason: Annotated[str, typer.Option(help="Who asked for it, and when; kept on record.")],
    login: Annotated[str, typer.Option("--as", help="Who does it.", metavar="LOGIN")] = "",
    as_json: Json = False,
) -> None:
    """Forget a commenter: texts, name, contacts, quotes and log details go; the chain verifies.

    It cannot be taken back. Accounts confirmed to be of the same person go with it. What we said
    in public stays; withdraw a reply first where it names them.

    Example: `otklik authors erase 17 --reason "letter of 20 November" --as lida`
    """
    from dataclasses import asdict

    from otklik.erasing import erase_author

    with opened() as place:
        person = place.person(login) if login else None
        erased = erase_author(
            place.session, person=person, author_id=number, reason=reason, at=place.at
        )
    if as_json:
        say_json(asdict(erased))
    else:
        say(
            f"erased: {erased.accounts} accounts, {erased.mentions} comments, "
            f"{erased.details} details of the audit log"
        )
