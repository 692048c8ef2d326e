"""`otklik incidents confirm|dismiss|solve|reopen|approve-batch`: the life of an incident."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from otklik.cli.incidents import IncidentId, incidents_app
from otklik.cli.place import As, Place, Reason, opened
from otklik.cli.screen import say

__all__ = ["incidents_app"]

if TYPE_CHECKING:
    from responder.incidents.life import House

Lessons = Annotated[str, typer.Option(help="What was learned; searched later.")]
Ru = Annotated[str, typer.Option(help="What all are told, in Russian; empty: nothing.")]
En = Annotated[str, typer.Option(help="What all are told, in English; empty: nothing.")]


def _house(place: Place) -> House:
    from otklik.bootstrap import read_knowledge
    from responder.incidents.life import House

    return House(place.settings.channels, read_knowledge(place.settings, place.session))


@incidents_app.command("confirm")
def incidents_confirm(number: IncidentId, login: As) -> None:
    """It is one story indeed: those responsible are told. For leads.

    Only a suspected incident can be confirmed; taking one confirms it, too.

    Example: `otklik incidents confirm 3 --as lena`
    """
    from responder.incidents import life

    with opened() as place:
        done = life.confirm(
            place.session,
            person=place.person(login),
            incident_id=number,
            at=place.at,
            house=_house(place),
        )
        say(f"incident {number}: {done.state}")


@incidents_app.command("dismiss")
def incidents_dismiss(number: IncidentId, login: As, reason: Reason) -> None:
    """It was none: a false alarm. For leads.

    Its comments stay open and are answered one by one.

    Example: `otklik incidents dismiss 3 --as lena --reason "обсуждают чужой магазин"`
    """
    from responder.incidents import life

    with opened() as place:
        person, at = place.person(login), place.at
        life.dismiss(place.session, person=person, incident_id=number, reason=reason, at=at)
    say(f"incident {number}: dismissed")


@incidents_app.command("solve")
def incidents_solve(
    number: IncidentId, login: As, lessons: Lessons, ru: Ru = "", en: En = ""
) -> None:
    """It is mended: everybody inside gets a draft that says so. For leads.

    Each of these texts still needs its own approval.

    Example: `otklik incidents solve 3 --as lena --lessons "пробовать партию" --ru "Партия новая."`
    """
    from otklik.enums import Language
    from responder.incidents import life

    with opened() as place:
        done = life.solve(
            place.session,
            person=place.person(login),
            incident_id=number,
            lessons=lessons,
            at=place.at,
            mended={Language.RUSSIAN: ru, Language.ENGLISH: en},
            house=_house(place),
        )
        counts = len(done.in_force), len(done.waiting)
    say(f"incident {number}: solved; {counts[0]} texts in force, {counts[1]} wait for approval")


@incidents_app.command("reopen")
def incidents_reopen(number: IncidentId, login: As) -> None:
    """It came back: that it is mended is not said any longer. For leads.

    Drafts and queued replies that say so become void.

    Example: `otklik incidents reopen 3 --as lena`
    """
    from responder.incidents import life

    with opened() as place:
        life.reopen(
            place.session,
            person=place.person(login),
            incident_id=number,
            at=place.at,
            house=_house(place),
        )
    say(f"incident {number}: reopened")


@incidents_app.command("approve-batch")
def incidents_approve_batch(
    number: IncidentId,
    login: As,
    leave: Annotated[list[int] | None, typer.Option(help="A draft to leave out.")] = None,
) -> None:
    """Approve texts that carry an incident's statement, after showing each in full.

    Each text gets its own approval, bound to what was shown. What a remark stops stays behind.

    Example: `otklik incidents approve-batch 3 --as boris --leave 41`
    """
    from responder.incidents import together

    with opened() as place:
        person, at = place.person(login), place.at
        texts = together.list_texts(place.session, person=person, incident_id=number, at=at)
    free = [one for one in texts if one.is_free and one.draft.id not in (leave or [])]
    for one in texts:
        mark = "[x]" if one in free else "[ ]"
        say(f"{mark} draft {one.draft.id}: {one.mention.text}\n    → {one.draft.text}")
        for finding in one.draft.findings:
            say(f"    {finding['message_en']}")
    if not free:
        say("nothing to approve")
        return
    typer.confirm(f"approve {len(free)} texts as shown?", abort=True)
    _approve(number, login, [one.shown for one in free])


def _approve(number: int, login: str, shown: list[tuple[int, str, int]]) -> None:
    from datetime import timedelta

    from responder.incidents import together

    with opened() as place:
        done = together.approve_shown(
            place.session,
            person=place.person(login),
            incident_id=number,
            shown=[together.Shown(*one) for one in shown],
            at=place.at,
            undo=timedelta(seconds=place.settings.undo_seconds),
            promise_days=place.settings.promise_days,
        )
    say(
        f"{len(done.queued)} approved, {len(done.once)} need another, {len(done.left_out)} left out"
    )
    for draft, why in done.left_out.items():
        say(f"draft {draft}: {why}")
