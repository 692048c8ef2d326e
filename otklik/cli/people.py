"""Commands about people: accounts, and the switch of posting."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Annotated

import typer

from otklik.cli.screen import Json, say, say_json
from otklik.enums import PostingMode, Role
from otklik.errors import NotFound

if TYPE_CHECKING:
    from sqlmodel import Session

    from otklik.models import Person

people_app = typer.Typer(help="Accounts of the desk.", no_args_is_help=True)


@people_app.command("add")
def people_add(
    login: Annotated[str, typer.Option(help="What the person logs in with.")],
    role: Annotated[Role, typer.Option(help="What the person may do; each may do the former's.")],
    name: Annotated[str, typer.Option(help="How others see them; the login by default.")] = "",
    as_json: Json = False,
) -> None:
    """Make an account and show its password, this once.

    An operator edits drafts, an approver lets them out, a lead sees the team's figures, an admin
    switches posting. The password is random and only its hash is kept; there is no default one.

    Example: `otklik people add --login anna --role approver --name "Анна"`
    """
    from otklik import clock, database
    from otklik import people as rights
    from otklik.bootstrap import is_blank, open_database
    from otklik.settings import load_settings

    settings = load_settings()
    engine = open_database(settings, migrate=is_blank(settings))
    password = secrets.token_urlsafe(12)
    with database.session(engine) as session:
        rights.add_person(
            session,
            login=login,
            role=role,
            password=password,
            at=clock.now(),
            brand_id=settings.brand_id,
            name=name,
        )
    engine.dispose()
    if as_json:
        say_json({"login": login, "role": role, "password": password})
    else:
        say(f"{login} ({role}), password: {password}")
        say("It is shown only now. Hand it over in private.")


def posting(
    mode: Annotated[
        str, typer.Argument(help="dry_run, live or stop; leave out to see.", metavar="[MODE]")
    ] = "",
    login: Annotated[str, typer.Option("--as", help="Who decides this.", metavar="LOGIN")] = "",
    as_json: Json = False,
) -> None:
    """Show or switch what becomes of approved replies.

    `dry_run` rehearses them: they end as rehearsed and are never sent later. `live` sends them.
    `stop` holds everything, at once. Stopping takes an approver, the rest an admin; the audit
    log keeps who did it.

    Example: `otklik posting`, `otklik posting live --as anna`
    """
    from otklik import clock, database
    from otklik.bootstrap import open_database
    from otklik.settings import load_settings
    from otklik.switches import posting_mode, set_posting_mode

    wanted = _mode(mode) if mode else None
    if wanted is not None and not login:
        raise typer.BadParameter("say who decides it: --as LOGIN")
    settings = load_settings()
    engine = open_database(settings)
    with database.session(engine) as session:
        if wanted is not None:
            set_posting_mode(
                session,
                person=_person(session, login),
                mode=wanted,
                at=clock.now(),
                brand_id=settings.brand_id,
            )
        now = posting_mode(session, settings.brand_id, settings.posting)
    engine.dispose()
    if as_json:
        say_json({"posting": now})
    else:
        say(f"posting: {now}")


def _mode(word: str) -> PostingMode:
    known = {"stop": PostingMode.STOPPED, **{mode.value: mode for mode in PostingMode}}
    if word not in known:
        raise typer.BadParameter(f"{word!r}: choose dry_run, live or stop")
    return known[word]


def _person(session: Session, login: str) -> Person:
    from otklik.store.people import find_person

    person = find_person(session, login)
    if person is None:
        raise NotFound(f"nobody has the login {login!r}; see `otklik people add --help`")
    return person
