"""`otklik powers …` and `otklik showcase …`: what may be given, and what was given well."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from otklik.cli.place import As, opened
from otklik.cli.screen import Json, say, say_json, say_table
from otklik.enums import Topic

if TYPE_CHECKING:
    from responder.knowledge import Power

powers_app = typer.Typer(
    help="Compensations: which for which case, how much, and by whom.", no_args_is_help=True
)
showcase_app = typer.Typer(
    help="Good decisions beyond the rule, shown to colleagues.", no_args_is_help=True
)
DraftId = Annotated[int, typer.Argument(help="Number of the draft.")]


@powers_app.command("list")
def powers_list(
    topic: Annotated[Topic | None, typer.Option(help="Only for cases of this topic.")] = None,
    sum: Annotated[int | None, typer.Option(help="Who may give this much?")] = None,
    as_json: Json = False,
) -> None:
    """Show what may be given to make something good, and how much each role may give.

    With `--sum`, the lowest role that may give it stands beside each.

    Example: `otklik powers list --topic delivery --sum 2000`
    """
    from otklik.cli.place import read_house_at_hand
    from responder.powers import needs_role

    powers = read_house_at_hand().knowledge.powers
    rows = [
        {**_power_row(power), "who": needs_role(power, sum or 0) or "nobody"}
        for power in powers
        if topic is None or topic in power.topics
    ]
    if as_json:
        say_json(rows)
        return
    headings = {name: name for name in ("id", "gives", "limits", "beyond", "owner")}
    say_table(rows, headings | ({"who": f"{sum} by"} if sum is not None else {}))


def _power_row(power: Power) -> dict[str, Any]:
    limits = [f"{role} {most}" for role, most in power.limits]
    limits += [f"{login} {most}" for login, most in power.people]
    return {
        "id": power.id,
        "gives": power.says.ru[0],
        "limits": f"{', '.join(limits)} {power.unit}",
        "beyond": power.beyond,
        "owner": power.owner,
    }


@powers_app.command("give")
def powers_give(
    draft_id: DraftId,
    power_id: Annotated[str, typer.Argument(metavar="POWER", help="Id of the power.")],
    sum: Annotated[int, typer.Argument(help="How much, in its unit.")],
    login: As,
    as_json: Json = False,
) -> None:
    """Offer a compensation in a draft; beyond your limit it is only asked for.

    The reply cannot be approved before somebody whose limit covers the sum has given it, by the
    same command.

    Example: `otklik powers give 17 goodwill 500 --as anna`
    """
    from otklik.bootstrap import read_knowledge
    from responder.granting import give

    with opened() as place:
        used = give(
            place.session,
            person=place.person(login),
            draft_id=draft_id,
            power_id=power_id,
            sum=sum,
            knowledge=read_knowledge(place.settings, place.session),
            at=place.at,
        )
    if as_json:
        say_json(used.model_dump(mode="json"))
    elif used.approved_by_role is None:
        say(f"asked for: {sum} is more than {login} may give")
    else:
        say(f"given by {login} as {used.approved_by_role}")


@powers_app.command("take-back")
def powers_take_back(
    draft_id: DraftId,
    power_id: Annotated[str, typer.Argument(metavar="POWER", help="Id of the power.")],
    login: As,
) -> None:
    """Offer a compensation no more.

    The draft says so at once: what it offers without a power blocks its approval.

    Example: `otklik powers take-back 17 goodwill --as anna`
    """
    from responder.granting import take_back

    with opened() as place:
        take_back(
            place.session,
            person=place.person(login),
            draft_id=draft_id,
            power_id=power_id,
            at=place.at,
        )
    say(f"{power_id} is offered no more")


@showcase_app.command("list")
def showcase_list(as_json: Json = False) -> None:
    """Show the replies that colleagues should see, the newest first.

    With what is good about each, in the words of whoever put it there.

    Example: `otklik showcase list`
    """
    from responder.showcase import list_shown

    with opened() as place:
        rows = [
            one.model_dump(mode="json")
            for one in list_shown(place.session, place.settings.brand_id)
        ]
    if as_json:
        say_json(rows)
    for row in [] if as_json else rows:
        say(f"draft {row['draft_id']}, {row['by']}: {row['why']}\n{row['text']}\n")


@showcase_app.command("put")
def showcase_put(
    draft_id: DraftId,
    why: Annotated[str, typer.Option(help="What is good about it.")],
    login: As,
) -> None:
    """Show an approved reply to colleagues.

    For decisions beyond the rule that were right: others learn from them.

    Example: `otklik showcase put 17 --why "вернула больше, чем просили" --as anna`
    """
    from responder.showcase import put

    with opened() as place:
        put(place.session, person=place.person(login), draft_id=draft_id, why=why, at=place.at)
    say(f"draft {draft_id} is shown")


@showcase_app.command("remove")
def showcase_remove(draft_id: DraftId, login: As) -> None:
    """Show a reply no more.

    The reply itself stays; the audit log keeps who took it down.

    Example: `otklik showcase remove 17 --as anna`
    """
    from responder.showcase import remove

    with opened() as place:
        remove(place.session, person=place.person(login), draft_id=draft_id, at=place.at)
    say(f"draft {draft_id} is shown no more")
