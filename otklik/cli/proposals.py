"""Commands about policies of the desk: propose one, see what waits, activate or refuse it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from otklik.cli.place import As, opened
from otklik.cli.policy import policy_app
from otklik.cli.screen import Json, say, say_json, say_table

if TYPE_CHECKING:
    from otklik.models import Proposal

__all__ = ["policy_app"]
Number = Annotated[int, typer.Argument(metavar="PROPOSAL", help="Number of the proposal.")]


@policy_app.command("propose")
def propose(
    login: As,
    file: Annotated[str, typer.Argument(help="Policy YAML; not with --follow-file.")] = "",
    *,
    note: Annotated[str, typer.Option(help="What changes, and why.")],
    follow_file: Annotated[
        bool, typer.Option("--follow-file", help="Propose to follow the file of the settings.")
    ] = False,
) -> None:
    """Put a policy before a second person, who activates or refuses it.

    The text is kept as it is now; changing the file afterwards changes nothing.

    Example: `otklik policy propose new.yaml --note "no thanks for praise" --as gleb`
    """
    from pathlib import Path

    from otklik.errors import InputError
    from responder.policy import proposing

    with opened() as place:
        person = place.person(login)
        if follow_file:
            made = proposing.propose_file(
                place.session,
                person=person,
                file=place.settings.policy_file,
                note=note,
                at=place.at,
            )
        else:
            if not Path(file).is_file():
                raise InputError(f"{file or 'FILE'}: no such file")
            made = proposing.propose(
                place.session,
                person=person,
                text=Path(file).read_text("utf-8"),
                note=note,
                base_digest=proposing.digest_in_force(place.session, person.brand_id),
                at=place.at,
            )
        say(f"proposal {made.id}, version {made.version}: somebody else activates it")


@policy_app.command("proposals")
def proposals(as_json: Json = False) -> None:
    """List what was proposed at the desk, the newest first, and what became of it.

    A policy that is `active` decides; the file of the settings is not followed then.

    Example: `otklik policy proposals`
    """
    from otklik.enums import ProposalKind
    from otklik.store import proposals as rows

    with opened() as place:
        found = rows.list_proposals(place.session, place.settings.brand_id, ProposalKind.POLICY)
        names = rows.list_names(
            place.session, [one for row in found for one in (row.author_id, row.decided_by_id)]
        )
        told = [_told(row, names) for row in found]
    if as_json:
        say_json(told)
        return
    say_table(told, {key: key.replace("_", " ") for key in (told[0] if told else {})})


def _told(row: Proposal, names: dict[int, str]) -> dict[str, Any]:
    return {
        "proposal": row.id,
        "version": row.version if row.text else f"{row.version} (the file)",
        "state": f"{row.state}{', in the shadow' if row.is_shadowed else ''}",
        "by": names.get(row.author_id, ""),
        "decided_by": names.get(row.decided_by_id or 0, ""),
        "digest": row.digest[:12],
        "note": row.note,
    }


@policy_app.command("activate")
def activate(number: Number, login: As) -> None:
    """Bring a colleague's proposal into force; running processes take it up by themselves.

    Refused for the author, for a text that is good no longer, and when the policy in force has
    changed since it was written.

    Example: `otklik policy activate 3 --as darya`
    """
    from responder.policy import proposing

    with opened() as place:
        policy = proposing.activate(
            place.session,
            person=place.person(login),
            proposal_id=number,
            at=place.at,
            file=place.settings.policy_file,
        )
    say(f"{policy.name} version {policy.version} is in force")


@policy_app.command("reject")
def reject(
    number: Number,
    login: As,
    why: Annotated[str, typer.Option(help="Why not; needless for one's own.")] = "",
) -> None:
    """Refuse a proposal, or take one's own back; it stays on record.

    What is refused can be proposed again in another version.

    Example: `otklik policy reject 3 --why "not before the holidays" --as darya`
    """
    from responder.policy import proposing

    with opened() as place:
        proposing.reject(
            place.session, person=place.person(login), proposal_id=number, reason=why, at=place.at
        )
    say(f"proposal {number} will not come into force")
