"""`otklik promises …`: what we owe, what falls due, and how much was kept."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from otklik.cli.place import As, Place, Reason, opened
from otklik.cli.screen import Json, say, say_json, say_table
from otklik.enums import PromiseState, RateBy
from otklik.errors import InputError

if TYPE_CHECKING:
    from otklik.models import Promise
    from otklik.store.promises import KeptRate

promises_app = typer.Typer(
    help="What replies have promised: a debt with an owner and a date.", no_args_is_help=True
)
PromiseId = Annotated[int, typer.Argument(help="Number of the promise.")]
Day = Annotated[str, typer.Argument(help="Day, 2026-12-01, or moment, 2026-12-01T15:00.")]
Since = Annotated[str, typer.Option(help="Only promises due from this day on.")]


@promises_app.command("list")
def promises_list(
    state: Annotated[
        list[PromiseState] | None, typer.Option(help="In this state; may be repeated.")
    ] = None,
    owner: Annotated[str, typer.Option(help="Only what this login owes.")] = "",
    as_json: Json = False,
) -> None:
    """Show promises, open ones by default, the soonest due first.

    Each with its owner, its date and the comment it was made under.

    Example: `otklik promises list --owner anna`, `otklik promises list --state broken --json`
    """
    with opened() as place:
        _show(_rows(place, tuple(state or (PromiseState.OPEN,)), owner=owner), as_json)


@promises_app.command("due")
def promises_due(
    hours: Annotated[float, typer.Option(help="Due within this many hours.")] = 24,
    owner: Annotated[str, typer.Option(help="Only what this login owes.")] = "",
    as_json: Json = False,
) -> None:
    """Show open promises whose date has come or comes soon.

    Alerts tell of them by themselves; this is for the start of a shift.

    Example: `otklik promises due --hours 48`
    """
    with opened() as place:
        until = place.at + timedelta(hours=hours)
        _show(_rows(place, (PromiseState.OPEN,), owner=owner, until=until), as_json)


def _rows(
    place: Place,
    states: tuple[PromiseState, ...],
    *,
    owner: str = "",
    until: datetime | None = None,
) -> list[dict[str, Any]]:
    from otklik.store.promises import list_promises

    found = list_promises(
        place.session,
        place.settings.brand_id,
        states=states,
        owner_id=place.person(owner).id if owner else None,
        until=until,
    )
    zone = ZoneInfo(place.settings.timezone)
    return [_row(place, promise, mention.url, zone) for promise, mention in found]


def _row(place: Place, promise: Promise, url: str, zone: ZoneInfo) -> dict[str, Any]:
    from otklik.models import Person

    owner = place.session.get(Person, promise.owner_id) if promise.owner_id else None
    return {
        "id": promise.id,
        "state": promise.state,
        "due": f"{promise.due_at.astimezone(zone):%Y-%m-%d %H:%M}",
        "owner": owner.login if owner else "",
        "mention": promise.mention_id,
        "text": promise.text,
        "undated": promise.is_undated,
        "conditional": promise.is_conditional,
        "postponed": promise.postponements,
        "note": promise.note,
        "url": url,
    }


def _show(rows: list[dict[str, Any]], as_json: bool) -> None:
    if as_json:
        say_json(rows)
    elif rows:
        names = ("id", "state", "due", "owner", "mention", "postponed", "text")
        say_table(rows, {name: name for name in names})
    else:
        say("nothing is owed")


@promises_app.command("keep")
def promises_keep(
    number: PromiseId,
    login: As,
    done: Annotated[str, typer.Option(help="What was done; kept on record.")] = "",
    report: Annotated[
        bool, typer.Option("--report", help="Draft the public report on it, too.")
    ] = False,
) -> None:
    """Say that a promise was kept; with `--report` its public report waits at the desk.

    The report passes lint and approval like any other reply.

    Example: `otklik promises keep 7 --as anna --done "деньги вернули на карту" --report`
    """
    from otklik.bootstrap import read_knowledge
    from responder import promises

    with opened() as place:
        person = place.person(login)
        promises.keep(place.session, person=person, promise_id=number, note=done, at=place.at)
        if report:
            draft = promises.follow_up_draft(
                place.session,
                person=person,
                promise_id=number,
                done=done or None,
                knowledge=read_knowledge(place.settings, place.session),
                at=place.at.astimezone(ZoneInfo(place.settings.timezone)),
            )
            say(draft.text)
    say(f"promise {number}: kept")


@promises_app.command("break")
def promises_break(number: PromiseId, login: As, reason: Reason) -> None:
    """Admit that a promise was not and will not be kept in time; it stays on record.

    Its follow-up says so to the readers and gives a new date.

    Example: `otklik promises break 7 --as anna --reason "нет на складе"`
    """
    from responder import promises

    with opened() as place:
        promises.admit(
            place.session,
            person=place.person(login),
            promise_id=number,
            note=reason,
            at=place.at,
        )
    say(f"promise {number}: broken")


@promises_app.command("postpone")
def promises_postpone(number: PromiseId, until: Day, login: As, reason: Reason) -> None:
    """Give a promise a later date; it counts as postponed in the kept-rate.

    The reason stays on record; a new reminder and a new alert follow the new date.

    Example: `otklik promises postpone 7 2026-12-01 --as anna --reason "ждём банк"`
    """
    from responder import promises

    with opened() as place:
        promises.postpone(
            place.session,
            person=place.person(login),
            promise_id=number,
            due_at=_moment(until, ZoneInfo(place.settings.timezone)),
            reason=reason,
            at=place.at,
        )
    say(f"promise {number}: due {until}")


@promises_app.command("hand-over")
def promises_hand_over(
    number: PromiseId,
    to: Annotated[str, typer.Argument(help="Login of who owes it from now on.")],
    login: As,
    note: Annotated[str, typer.Option(help="What they should know.")] = "",
) -> None:
    """Make somebody else the owner of a promise.

    Its owner may do that, and approvers for everybody; both names stand in the audit log.

    Example: `otklik promises hand-over 7 boris --as anna --note "я в отпуске"`
    """
    from responder import promises

    with opened() as place:
        promises.hand_over(
            place.session,
            person=place.person(login),
            promise_id=number,
            to_id=place.person(to).id or 0,
            note=note,
            at=place.at,
        )
    say(f"promise {number}: {to} owes it")


@promises_app.command("rate")
def promises_rate(
    by: Annotated[RateBy, typer.Option(help="Told apart by this.")] = RateBy.PERSON,
    since: Since = "",
    as_json: Json = False,
) -> None:
    """Show how many promises were kept in time, late, postponed, broken, void or are open.

    The rate is the share kept by the date first given, of those whose time has come.

    Example: `otklik promises rate --by topic --since 2026-11-01`
    """
    from otklik.store.promises import list_kept_rates

    with opened() as place:
        start = _moment(since, ZoneInfo(place.settings.timezone), time()) if since else None
        found = list_kept_rates(
            place.session,
            place.settings.brand_id,
            by,
            place.at,
            since=start,
            zone=ZoneInfo(place.settings.timezone),
        )
    rows = [_figures(one) for one in found]
    if as_json:
        say_json(rows)
    elif rows:
        say_table(rows, {name: name.replace("_", " ") for name in rows[0]})
    else:
        say("nothing was promised")


def _figures(one: KeptRate) -> dict[str, Any]:
    rate = "" if one.rate is None else f"{one.rate:.0%}"
    return {**one.model_dump(), "owed": one.owed, "rate": rate}


def _moment(said: str, zone: ZoneInfo, usual: time = time(23, 59, 59)) -> datetime:
    try:
        moment = datetime.fromisoformat(said)
    except ValueError as error:
        raise InputError(f"{said!r} is no day: write 2026-12-01 or 2026-12-01T15:00") from error
    if "T" not in said:
        moment = datetime.combine(moment.date(), usual)
    return moment.replace(tzinfo=zone) if moment.tzinfo is None else moment
