"""Commands about people: accounts, and the switch of posting."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from otklik.cli.place import opened
from otklik.cli.screen import Json, say, say_json, say_table
from otklik.enums import PostingMode, Role
from otklik.errors import NotFound

if TYPE_CHECKING:
    from sqlmodel import Session

    from otklik.models import Person
    from otklik.staff import Colleague

Login = Annotated[str, typer.Argument(help="Whose account.", metavar="LOGIN")]
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


@people_app.command("first-admin")
def people_first_admin(as_json: Json = False) -> None:
    """Show a link that makes the first administrator, once, for a day.

    `otklik run` shows one by itself as long as nobody has an account. An earlier link is void.
    Whoever opens it chooses login and password; nobody else ever knows them.

    Example: `otklik people first-admin`
    """
    from otklik.processes import first_link
    from otklik.settings import load_settings

    link = first_link(load_settings())
    if link is None:
        raise NotFound("somebody has an account already; see `otklik people list`")
    say_json({"link": link}) if as_json else say(link)


@people_app.command("link-chat")
def people_link_chat(login: Login, as_json: Json = False) -> None:
    """Show a code that links a Slack or Telegram account to a person, once, for 15 minutes.

    The person sends it to the alert bot in a private message; from then on "take" under an alert
    acts in their name and by their role. An earlier code is void.

    Example: `otklik people link-chat anna`
    """
    from otklik.store.people import find_person
    from responder.alerting import linking

    with opened() as place:
        person = find_person(place.session, login)
        if person is None or person.brand_id != place.settings.brand_id:
            raise NotFound(f"nobody has the login {login!r}")
        code = linking.make_code(place.session, person, place.at)
    say_json({"login": login, "code": code}) if as_json else say(code)


@people_app.command("unlink-chat")
def people_unlink_chat(login: Login, as_json: Json = False) -> None:
    """Forget every Slack and Telegram account of a person.

    Buttons under alerts refuse them from then on, until a new code is sent to the bot.

    Example: `otklik people unlink-chat anna`
    """
    from otklik.store.people import find_person
    from responder.alerting import linking

    with opened() as place:
        person = find_person(place.session, login)
        if person is None or person.brand_id != place.settings.brand_id:
            raise NotFound(f"nobody has the login {login!r}")
        number = linking.unlink(place.session, person, place.at)
    say_json({"login": login, "unlinked": number}) if as_json else say(f"forgotten: {number}")


@people_app.command("list")
def people_list(as_json: Json = False) -> None:
    """Everybody with an account: role, zones, when they were last seen, how they can sign in.

    An account closed after wrong passwords and one that was switched off are marked.

    Example: `otklik people list --json`
    """
    from otklik.staff import list_colleagues

    with opened() as place:
        found = list_colleagues(place.session, place.settings.brand_id, place.at)
        lines = [
            {
                "login": one.person.login,
                "name": one.person.name,
                "role": one.person.role.value,
                "zones": ", ".join(one.person.zones),
                "state": _state(one, place.at),
                "last_seen": one.person.last_seen_at,
                "browsers": one.browsers,
            }
            for one in found
        ]
    if as_json:
        say_json(lines)
    else:
        say_table(
            [{**line, "last_seen": _minute(line["last_seen"])} for line in lines],
            {name: name.replace("_", " ") for name in lines[0]} if lines else {"login": "login"},
        )


def _state(one: Colleague, at: datetime) -> str:
    if not one.person.is_active:
        return "switched off"
    if one.is_locked(at):
        return "closed after wrong passwords"
    return "invited" if one.invitation is not None else "active"


def _minute(at: object) -> str:
    return f"{at:%Y-%m-%d %H:%M}" if isinstance(at, datetime) else ""


@people_app.command("invite")
def people_invite(login: Login, as_json: Json = False) -> None:
    """Show a link with which this person chooses a (new) password; works once, and not for long.

    Hand it over in private: whoever opens it first chooses the password.

    Example: `otklik people invite anna`
    """
    from datetime import timedelta

    from otklik.invitations import invite
    from otklik.processes import invitation_link

    with opened() as place:
        lasts = timedelta(hours=place.settings.invitation_hours)
        whom = place.person(login)
        token = invite(place.session, person=None, whom=whom, at=place.at, lasts=lasts)
        link = invitation_link(place.settings, token)
    say_json({"login": login, "link": link}) if as_json else say(link)


@people_app.command("change")
def people_change(
    login: Login,
    role: Annotated[Role | None, typer.Option(help="Another role.")] = None,
    name: Annotated[str | None, typer.Option(help="How others see them.")] = None,
    zones: Annotated[
        str | None, typer.Option(help="Zones they work in, with commas between; empty: all.")
    ] = None,
    email: Annotated[
        str | None, typer.Option(help="Address by which OIDC knows them; empty: none.")
    ] = None,
) -> None:
    """Change somebody's role, name, zones or address. The last administrator stays one.

    What is not named stays as it is.

    Example: `otklik people change anna --role lead --zones payments,delivery`
    """
    from otklik.staff import change

    with opened() as place:
        changed = change(
            place.session,
            person=None,
            whom=place.person(login),
            at=place.at,
            role=role,
            name=name,
            zones=None if zones is None else zones.split(","),
            email=email,
        )
        text = f"{changed.login}: {changed.role}, zones: {', '.join(changed.zones) or 'all'}"
    say(text)


@people_app.command("off")
def people_off(login: Login) -> None:
    """Let somebody in no more: their browsers are signed out, their cases free for others.

    What they held is free for colleagues; what they approved but is not sent is void.

    Example: `otklik people off anna`
    """
    from otklik.staff import switch_off

    with opened() as place:
        held = switch_off(place.session, person=None, whom=place.person(login), at=place.at)
    say(
        f"{login} is switched off. Cases given back: {held.cases}, drafts of theirs that wait: "
        f"{held.drafts}, promises they still owe: {held.promises}"
    )


@people_app.command("on")
def people_on(login: Login) -> None:
    """Let somebody in again; also opens an account closed after wrong passwords.

    Their old sessions stay ended: they sign in anew.

    Example: `otklik people on anna`
    """
    from otklik.staff import switch_on

    with opened() as place:
        switch_on(place.session, person=None, whom=place.person(login), at=place.at)
    say(f"{login} may sign in again")


@people_app.command("sign-out")
def people_sign_out(login: Login) -> None:
    """End all of somebody's sessions: a lost telephone, a shared desk.

    They may sign in again at once.

    Example: `otklik people sign-out anna`
    """
    from otklik.staff import sign_out

    with opened() as place:
        ended = sign_out(place.session, person=None, whom=place.person(login), at=place.at)
    say(f"sessions ended: {ended}")


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
