"""`otklik incidents …`: many people, one story; and the statement made to all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from otklik.cli.place import As, Reason, opened
from otklik.cli.screen import Json, say, say_json, say_table
from otklik.enums import IncidentState, Language

if TYPE_CHECKING:
    from otklik.models import Incident, Statement

incidents_app = typer.Typer(help="Many people, one story.", no_args_is_help=True)
statement_app = typer.Typer(help="What is said to everybody in an incident.", no_args_is_help=True)
incidents_app.add_typer(statement_app, name="statement")
IncidentId = Annotated[int, typer.Argument(help="Number of the incident.")]
States = Annotated[
    list[IncidentState] | None, typer.Option("--state", help="Only incidents in this state.")
]
StatementId = Annotated[int, typer.Argument(help="Number of the statement.")]


@incidents_app.command("list")
def incidents_list(state: States = None, as_json: Json = False) -> None:
    """Show incidents, the one that was alive last first.

    Each with its kind, state, topic and how many people it holds; `--state`, as often as you
    like, leaves out all others.

    Example: `otklik incidents list --state open --state in_work`
    """
    from otklik.store.statements import list_all_incidents

    with opened() as place:
        found = list_all_incidents(place.session, place.settings.brand_id, state or ())
        rows = [_incident(one) for one in found]
    if as_json:
        say_json(rows)
    elif rows:
        names = ("id", "kind", "state", "size", "last_at", "title")
        say_table(rows, {name: name for name in names})
    else:
        say("no incidents in that state" if state else "no incidents")


def _incident(one: Incident) -> dict[str, Any]:
    keys = {"id", "kind", "state", "topic", "size", "title", "explanation", "first_at", "last_at"}
    return one.model_dump(include=keys)


def _statement(one: Statement) -> dict[str, Any]:
    keys = {"id", "language", "state", "text", "approvals_needed", "created_at", "approved_at"}
    findings = [finding["message_en"] for finding in one.findings]
    return {**one.model_dump(include=keys), "findings": findings}


@incidents_app.command("show")
def incidents_show(number: IncidentId, as_json: Json = False) -> None:
    """Show an incident, its statements and what the lint says of them.

    Retired statements are shown, too: what was said in public stays readable.

    Example: `otklik incidents show 3`
    """
    from otklik.store.statements import get_incident, list_statements

    with opened() as place:
        incident = _incident(get_incident(place.session, number))
        made = [_statement(one) for one in list_statements(place.session, number)]
    if as_json:
        say_json({**incident, "statements": made})
        return
    say(f"{incident['title']} ({incident['kind']}, {incident['state']})")
    say(str(incident["explanation"]))
    for one in made:
        say(f"statement {one['id']} ({one['language']}, {one['state']}): {one['text']}")
        for finding in one["findings"]:
            say(f"  {finding}")


@statement_app.command("propose")
def statement_propose(
    number: IncidentId,
    text: Annotated[str, typer.Argument(help="The statement.")],
    login: As,
    language: Annotated[Language, typer.Option(help="Whom it answers.")] = Language.RUSSIAN,
) -> None:
    """Write down what is to be said to everybody in an incident.

    It is checked as a public reply; what blocks needs two people to approve.

    Example: `otklik incidents statement propose 3 "Партию сняли с продажи." --as anna`
    """
    from otklik.bootstrap import read_knowledge
    from responder import statements

    with opened() as place:
        made = statements.propose(
            place.session,
            person=place.person(login),
            incident_id=number,
            language=language,
            text=text,
            at=place.at,
            own_contacts=read_knowledge(place.settings, place.session).own_contacts,
        )
        said = _statement(made)
    say(f"statement {said['id']}: {said['approvals_needed']} must approve")
    for finding in said["findings"]:
        say(f"  {finding}")


@statement_app.command("approve")
def statement_approve(number: StatementId, login: As) -> None:
    """Say yes to a statement as it reads now; drafts nobody has touched are written anew.

    Each of these drafts still needs its own approval. Blocking findings take a second person.

    Example: `otklik incidents statement approve 5 --as boris`
    """
    from otklik.store.statements import get_statement
    from responder import statements

    with opened() as place:
        missing = statements.approve(
            place.session,
            person=place.person(login),
            statement_id=number,
            text_digest=get_statement(place.session, number).text_digest,
            at=place.at,
        )
    say(f"statement {number}: " + (f"{missing} more must approve" if missing else "in force"))


@statement_app.command("retire")
def statement_retire(number: StatementId, login: As, reason: Reason) -> None:
    """Take a statement back: drafts that carry it are void, nothing of it is sent.

    Replies that are out already stay: correct or withdraw them one by one.

    Example: `otklik incidents statement retire 5 --as boris --reason "причина другая"`
    """
    from responder import statements

    with opened() as place:
        again = statements.retire(
            place.session,
            person=place.person(login),
            statement_id=number,
            reason=reason,
            at=place.at,
        )
    say(f"statement {number}: taken back; {len(again)} drafts are written anew")
