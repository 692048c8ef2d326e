"""`otklik acts …`: hide, ban, report, withdraw, correct; and appeals."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from otklik.cli.acts_asking import acts_ask
from otklik.cli.place import As, Place, Reason, opened
from otklik.cli.screen import Json, say, say_json, say_table
from otklik.enums import ActKind, ActState

if TYPE_CHECKING:
    from responder.moderation.showing import ActView, KindFigures

acts_app = typer.Typer(
    help="Hide, ban, report, withdraw, correct: asked for, approved, done once.",
    no_args_is_help=True,
)
ActId = Annotated[int, typer.Argument(help="Number of the act.")]


acts_app.command("ask")(acts_ask)


@acts_app.command("list")
def acts_list(
    state: Annotated[
        list[ActState] | None, typer.Option(help="Only in this state; may be repeated.")
    ] = None,
    kind: Annotated[
        list[ActKind] | None, typer.Option(help="Only of this kind; may be repeated.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Show the acts that wait for somebody, or those in the states you name.

    Each with its kind, subject, reason, who asked and how many approvals are missing.

    Example: `otklik acts list`, `otklik acts list --state done --kind ban --json`
    """
    from responder.moderation.showing import WAITING, list_acts

    with opened() as place:
        found = list_acts(
            place.session, place.settings.brand_id, states=state or WAITING, kinds=kind or ()
        )
        rows = [_row(view) for view in found]
    if as_json:
        say_json(rows)
    elif rows:
        headings = ("id", "kind", "state", "about", "missing", "reason")
        say_table(rows, {name: name for name in headings})
    else:
        say("nothing waits for anybody")


def _row(view: ActView) -> dict[str, Any]:
    act = view.act
    return {
        "id": act.id,
        "kind": act.kind,
        "state": act.state,
        "about": act.subject_key,
        "reason": act.reason,
        "missing": f"{view.missing}{' (a lead)' if view.needs_lead else ''}",
        "approved_by": [person.login for person in view.approvers],
        "asked_at": act.asked_at,
        "by_policy": act.decision_id is not None,
        "until": act.until,
        "text": act.text,
        "notice": act.notice,
        "evidence": act.evidence,
        "error": act.error,
        "appeals": [
            {"id": one.id, "state": one.state, "text": one.text, "answer": one.answer}
            for one in view.appeals
        ],
    }


@acts_app.command("approve")
def acts_approve(number: ActId, login: As) -> None:
    """Say yes to an act exactly as it was asked for.

    Whoever asked for a hiding does not approve it; a ban takes two people, one of them a lead.

    Example: `otklik acts approve 3 --as boris`
    """
    from responder.moderation.approving import approve

    with opened() as place:
        missing = approve(
            place.session,
            person=place.person(login),
            act_id=number,
            at=place.at,
            terms=place.terms,
            undo=timedelta(seconds=place.settings.undo_seconds),
        )
    say(f"act {number}: " + (f"{missing} more must approve" if missing else "will be done"))


@acts_app.command("refuse")
def acts_refuse(number: ActId, login: As, reason: Reason) -> None:
    """Say no to an act, or stop one that is approved and not yet begun.

    The reason stays on record. Whoever asked may always take an act back.

    Example: `otklik acts refuse 3 --as boris --reason "это критика"`
    """
    from responder.moderation.approving import refuse

    with opened() as place:
        person = place.person(login)
        refuse(place.session, person=person, act_id=number, reason=reason, at=place.at)
    say(f"act {number}: refused")


@acts_app.command("resolve")
def acts_resolve(
    number: ActId,
    login: As,
    was_done: Annotated[bool, typer.Option("--done/--not-done", help="What you found there.")],
) -> None:
    """Say what became of an act of unknown outcome, after a look where the platform shows it.

    No machine tries such an act again: it may have been done already.

    Example: `otklik acts resolve 3 --as boris --not-done`
    """
    from responder.moderation.approving import resolve

    with opened() as place:
        person = place.person(login)
        resolve(place.session, person=person, act_id=number, was_done=was_done, at=place.at)
    say(f"act {number}: {'done' if was_done else 'not done'}")


@acts_app.command("appeal")
def acts_appeal(
    number: Annotated[int, typer.Argument(help="The act's number; with --answer, the appeal's.")],
    login: As,
    text: Annotated[str, typer.Option(help="What the author objects.")] = "",
    answer: Annotated[str, typer.Option(help="Decide it: what the author is told.")] = "",
    is_overturned: Annotated[
        bool, typer.Option("--overturn/--uphold", help="With --answer: take the act back or not.")
    ] = False,
) -> None:
    """Enter an author's appeal against a hiding or a ban, or decide one.

    Whoever asked for the act or approved it does not decide. An overturned act is asked to be
    taken back at once; one approval is enough for that.

    Example: `otklik acts appeal 3 --as anna --text "я никого не оскорблял"`, then
    `otklik acts appeal 1 --as vera --overturn --answer "там нет мата"`
    """
    if bool(text) == bool(answer):
        raise typer.BadParameter("write --text to enter an appeal, or --answer to decide one")
    with opened() as place:
        if text:
            say(_enter(place, login, number, text))
        else:
            say(_decide(place, login, number, answer, is_overturned=is_overturned))


def _enter(place: Place, login: str, number: int, text: str) -> str:
    from responder.moderation.appeals import enter_appeal

    person = place.person(login)
    appeal = enter_appeal(place.session, person=person, act_id=number, text=text, at=place.at)
    return f"appeal {appeal.id} against act {number} is open"


def _decide(place: Place, login: str, number: int, answer: str, *, is_overturned: bool) -> str:
    from responder.moderation.appeals import decide_appeal

    undo = decide_appeal(
        place.session,
        person=place.person(login),
        appeal_id=number,
        is_overturned=is_overturned,
        answer=answer,
        at=place.at,
    )
    if undo is None:
        return f"appeal {number}: {'overturned' if is_overturned else 'the act stands'}"
    return f"appeal {number}: overturned; act {undo.id} ({undo.kind}) waits for an approval"


@acts_app.command("case")
def acts_case(
    author: Annotated[int, typer.Argument(help="Number of the author.")], as_json: Json = False
) -> None:
    """Show what is counted for a ban of this author, and what is missing.

    Each violation, insult and warning with its comment and date, and the bans left this year.

    Example: `otklik acts case 7`
    """
    from responder.moderation.showing import ban_case

    with opened() as place:
        case = ban_case(place.session, author, place.terms, place.at)
    if as_json:
        say_json(
            {
                "author": author,
                "is_met": case.check.is_met,
                "criteria": {f.criterion: f.is_met for f in case.check.findings},
                "evidence": case.check.evidence,
                "bans_used": case.bans_used,
                "yearly_budget": case.terms.yearly_budget,
            }
        )
        return
    for found in case.check.findings:
        say(f"{'yes' if found.is_met else 'NO '}  {found.words_en}")
    for item, mention in case.evidence:
        say(f"  {item['at'][:10]}  {item['criterion']}: {mention.text[:100]}")
    say(f"bans in a year: {case.bans_used} of {case.terms.yearly_budget}")


@acts_app.command("report")
def acts_report(
    days: Annotated[int, typer.Option(min=1, help="The last so many days.")] = 30,
    as_json: Json = False,
) -> None:
    """Show figures of a period: what was asked, done, refused, appealed and overturned.

    Hiding must stay rare: read the share that was overturned, and how much of it was criticism.

    Example: `otklik acts report --days 90`
    """
    from responder.moderation.showing import moderation_report

    with opened() as place:
        since, until = place.at - timedelta(days=days), place.at + timedelta(seconds=1)
        brand = place.settings.brand_id
        found = moderation_report(place.session, brand, since, until, place.terms)
    rows = [_figures(one) for one in found.kinds]
    if as_json:
        rest = ("grounds", "hidden_criticism", "bans_used", "yearly_budget")
        say_json({"kinds": rows, **{name: getattr(found, name) for name in rest}})
        return
    headings = ("kind", "asked", "done", "refused", "appeals", "upheld", "overturned", "rate")
    say_table(rows, {name: name for name in headings})
    say(f"hidden by ground: {found.grounds or 'none'}; criticism: {found.hidden_criticism}")
    say(f"bans in a year: {found.bans_used} of {found.yearly_budget}")


def _figures(one: KindFigures) -> dict[str, Any]:
    rate = one.overturn_rate
    return {
        "kind": one.kind,
        "asked": one.asked,
        "by_policy": one.by_policy,
        **{str(state): one.by_state.get(state, 0) for state in ActState if state != "asked"},
        "appeals": one.appeals,
        "upheld": one.upheld,
        "overturned": one.overturned,
        "rate": None if rate is None else f"{rate:.0%}",
    }
