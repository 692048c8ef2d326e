"""`otklik acts ask`: each kind of act by its own rules."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from otklik.cli.place import As, Place, Reason, opened
from otklik.cli.screen import Json, say, say_json
from otklik.enums import ActKind
from otklik.errors import ConfigError

if TYPE_CHECKING:
    from otklik.models import Act, Person


def acts_ask(
    *,
    kind: Annotated[ActKind, typer.Argument(help="What is to be done.")],
    about: Annotated[
        int,
        typer.Argument(
            help="A mention's number to hide, report or ban for; a reply's to withdraw or "
            "correct; an act's to unhide or unban."
        ),
    ],
    login: As,
    reason: Reason,
    ground: Annotated[
        str,
        typer.Option(help="To hide: personal_data, threat, obscenity, insult or spam."),
    ] = "",
    text: Annotated[str, typer.Option(help="To correct: what the reply is to say.")] = "",
    as_json: Json = False,
) -> None:
    """Ask for an act; it is done once enough people have approved it.

    Criticism is never hidden for being criticism. A ban may only be asked for when all three
    criteria hold; `otklik acts case` shows how they stand.

    Example: `otklik acts ask hide 17 --as anna --ground personal_data --reason "чужой телефон"`
    """
    with opened() as place:
        act = _asks()[kind](place, place.person(login), about, reason, ground, text)
        found = {"id": act.id, "kind": act.kind, "needed": act.approvals_needed}
    if as_json:
        say_json(found)
    else:
        say("act {id}: {kind} is asked for; people who must approve: {needed}".format_map(found))


Ask = Callable[["Place", "Person", int, str, str, str], "Act"]


def _asks() -> dict[ActKind, Ask]:
    from responder.moderation import asking, own_words

    def undo(place: Place, who: Person, about: int, why: str, *_: str) -> Act:
        return asking.ask_undo(place.session, person=who, act_id=about, reason=why, at=place.at)

    def ban(place: Place, who: Person, about: int, why: str, *_: str) -> Act:
        return asking.ask_ban(
            place.session,
            person=who,
            mention_id=about,
            reason=why,
            at=place.at,
            terms=place.terms,
        )

    def withdraw(place: Place, who: Person, about: int, why: str, *_: str) -> Act:
        return own_words.ask_withdraw(
            place.session, person=who, reply_id=about, reason=why, at=place.at
        )

    return {
        ActKind.HIDE: _ask_hide,
        ActKind.REPORT: _ask_report,
        ActKind.BAN: ban,
        ActKind.WITHDRAW: withdraw,
        ActKind.CORRECT: _ask_correct,
        ActKind.UNHIDE: undo,
        ActKind.UNBAN: undo,
    }


def _ask_hide(place: Place, who: Person, about: int, why: str, ground: str, _: str) -> Act:
    from otklik.store.mentions import get_mention
    from responder.moderation.asking import ask_hide
    from responder.moderation.grounds import HideGround

    if ground not in list(HideGround):
        raise ConfigError(f"--ground {ground}: choose one of {', '.join(HideGround)}")
    return ask_hide(
        place.session,
        person=who,
        mention_id=about,
        version=get_mention(place.session, about).version,
        ground=HideGround(ground),
        reason=why,
        at=place.at,
    )


def _ask_report(place: Place, who: Person, about: int, why: str, *_: str) -> Act:
    from otklik.store.mentions import get_mention
    from responder.moderation.asking import ask_report

    version = get_mention(place.session, about).version
    return ask_report(
        place.session, person=who, mention_id=about, version=version, reason=why, at=place.at
    )


def _ask_correct(place: Place, who: Person, about: int, why: str, _: str, text: str) -> Act:
    from otklik.bootstrap import read_knowledge
    from responder.moderation.own_words import ask_correction

    return ask_correction(
        place.session,
        person=who,
        reply_id=about,
        text=text,
        reason=why,
        at=place.at,
        own_contacts=read_knowledge(place.settings, place.session).own_contacts,
    )
