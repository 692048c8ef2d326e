"""`otklik incidents measures`: what policy allows against an attack, for all of it at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from otklik.cli.incident_life import incidents_app
from otklik.cli.incidents import IncidentId
from otklik.cli.place import As, opened
from otklik.cli.screen import say
from otklik.enums import ActKind

if TYPE_CHECKING:
    from responder.incidents.attack_measures import Line, Plan

__all__ = ["incidents_app"]


@incidents_app.command("measures")
def incidents_measures(
    number: IncidentId,
    login: As,
    kind: Annotated[ActKind, typer.Option(help="hide, report or ban.")] = ActKind.HIDE,
    reason: Annotated[str, typer.Option(help="Why; without it nothing is asked for.")] = "",
    leave: Annotated[list[int] | None, typer.Option(help="A comment to leave out.")] = None,
) -> None:
    """Show what may be done against an attack, and ask for all of it at once.

    Each comment stands with its ground; below it whom the list leaves out, and why: real
    customers, those nobody is sure of, no ground, asked for already, a platform that cannot.

    With a reason it asks once and then for each measure by itself. Nothing is done before others
    have approved it: `otklik acts approve`, or the incident's page for all that wait.

    Example: `otklik incidents measures 7 --kind hide --as anna --reason "брань" --leave 41`
    """
    from responder.incidents import attack_measures

    if kind not in attack_measures.KINDS:
        raise typer.BadParameter("hide, report or ban", param_hint="--kind")
    found = _plan(number, login, kind)
    lines = [line for line in found.lines if line.mention_id not in (leave or [])]
    _show(found, lines)
    if not lines or not reason.strip():
        say("nothing to ask for" if not lines else "nothing was asked for: say why with --reason")
        return
    typer.confirm(f"ask for {len(lines)} measures as shown?", abort=True)
    _ask(number, login, lines, reason)


def _plan(number: int, login: str, kind: ActKind) -> Plan:
    from responder.incidents import attack_measures

    with opened() as place:
        return attack_measures.plan(
            place.session,
            person=place.person(login),
            incident_id=number,
            kind=kind,
            terms=place.terms,
            at=place.at,
        )


def _show(found: Plan, chosen: Sequence[Line]) -> None:
    for line in found.lines:
        mark = "[x]" if line in chosen else "[ ]"
        say(f"{mark} comment {line.mention_id} ({line.rule}): {found.rows[line.mention_id].text}")
    for number, who in found.spared.items():
        say(f"kept out ({who}): comment {number}: {found.rows[number].text}")
    for platform, count in found.cannot.items():
        say(f"left out: {count} on {platform}, which has no such measure")
    for why, count in found.left_out.items():
        say(f"left out: {count}, {why}")
    if found.kind is ActKind.BAN:
        say(f"bans left of the year's budget: {found.bans_left}")


def _ask(number: int, login: str, lines: Sequence[Line], reason: str) -> None:
    from responder.incidents import attack_measures

    batch: int | None = None
    while lines:
        with opened() as place:
            done = attack_measures.ask(
                place.session,
                person=place.person(login),
                incident_id=number,
                lines=lines,
                reason=reason,
                at=place.at,
                terms=place.terms,
                batch_id=batch,
            )
        say(f"{len(done.done)} asked for, {len(done.left_out)} left out")
        for mention, why in done.left_out.items():
            say(f"comment {mention}: {why}")
        batch, lines = done.batch_id, lines[len(lines) - done.left :]
