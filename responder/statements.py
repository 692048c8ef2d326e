"""One statement per incident and language: proposed, approved by people, taken back.

Its text never changes once it is approved (`otklik/migrations/statement_guards.py`); a better
one is another statement, which takes its place. Prepared texts for each kind of force majeure
will come in here as the `text` of `propose`.
"""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime

from sqlmodel import Session

from otklik import audit
from otklik.enums import Language, MentionState, Role, StatementState
from otklik.errors import ApprovalError, SecondApprovalNeeded, StaleText
from otklik.models import Mention, Person, Statement
from otklik.people import require
from otklik.store import judgements, mentions
from otklik.store import statements as rows
from responder import changes, promises, review
from responder.checks import guarded
from responder.incidents import attack_people
from responder.lint import Finding

REPLACED = "another statement took its place"


def propose(
    session: Session,
    *,
    person: Person,
    incident_id: int,
    language: Language,
    text: str,
    at: datetime,
    own_contacts: Sequence[str] = (),
    is_closing: bool = False,
    grounds: Sequence[str] = (),
) -> Statement:
    """Write down what is to be said to everybody in an incident; linted as a public reply.

    Args:
        own_contacts: see `review.lint_text`.
        grounds: what the house has prepared for such a day; see `review.lint_text`.
        is_closing: it says that the trouble is over; who was answered before is told, too.

    Raises:
        ApprovalError: no text, a language nobody is answered in, or nobody to say it to.
        NotAllowed: role too low. NotFound: no such incident.
    """
    require(person, Role.OPERATOR)
    incident = rows.get_incident(session, incident_id)
    first = rows.find_first_member(session, incident_id)
    if not text.strip() or language is Language.OTHER or first is None:
        raise ApprovalError("a statement has words, a language we answer in, and readers")
    found = _lint(session, first, language, text, at=at, own_contacts=own_contacts, grounds=grounds)
    findings = [finding.model_dump(mode="json") for finding in found]
    statement = Statement(
        brand_id=incident.brand_id,
        incident_id=incident_id,
        language=language,
        state=StatementState.PROPOSED,
        text=text,
        text_digest=audit.digest(text),
        findings=findings,
        approvals_needed=review.approvals_for(findings, _asked(session, first)),
        author_id=person.id,
        is_closing=is_closing,
        created_at=at,
    )
    rows.save_statement(session, statement)
    _note(session, statement, "statement.proposed", at, person)
    return statement


def check(
    session: Session,
    *,
    incident_id: int,
    language: Language,
    text: str,
    at: datetime,
    own_contacts: Sequence[str] = (),
    grounds: Sequence[str] = (),
) -> list[Finding]:
    """The remarks `propose` would find in this text; none while nobody is there to read it."""
    first = rows.find_first_member(session, incident_id)
    if not text.strip() or first is None:
        return []
    return _lint(session, first, language, text, at=at, own_contacts=own_contacts, grounds=grounds)


def _lint(
    session: Session,
    first: Mention,
    language: Language,
    text: str,
    *,
    at: datetime,
    own_contacts: Sequence[str],
    grounds: Sequence[str],
) -> list[Finding]:
    return review.lint_text(
        session,
        mention=first,
        text=text,
        language=language,
        points=(),
        facts=(),
        at=at,
        own_contacts=own_contacts,
        grounds=grounds,
    )


def _asked(session: Session, mention: Mention) -> int:
    decision = judgements.list_decisions(session, [mention]).get(mention.id or 0)
    return judgements.approvals_asked(decision) if decision else 1


def approve(
    session: Session, *, person: Person, statement_id: int, text_digest: str, at: datetime
) -> int:
    """Say yes to this exact text; the last yes needed puts it in force.

    Then the incident's waiting mentions that no person has worked on are drafted anew with it,
    and a statement that was in force before is taken back.

    Returns:
        How many more people must approve it.

    Raises:
        StaleText: it is in force or taken back, or the text is another one.
        SecondApprovalNeeded: two are asked, and this person wrote it or said yes already.
        NotAllowed: role too low. NotFound: no such statement.
    """
    require(person, Role.APPROVER)
    statement = rows.get_statement(session, statement_id)
    if statement.state != StatementState.PROPOSED or statement.text_digest != text_digest:
        raise StaleText(f"this statement is {statement.state}, or its text is another one")
    _check_person(statement, person)
    if statement.approved_by_id is None:
        statement.approved_by_id = person.id
    else:
        statement.second_by_id = person.id
    given = 1 + (statement.second_by_id is not None)
    if given < statement.approvals_needed:
        with guarded():
            rows.save_statement(session, statement)
        _note(session, statement, "statement.approved_once", at, person)
        return statement.approvals_needed - given
    _put_in_force(session, statement, person, at)
    return 0


def _check_person(statement: Statement, person: Person) -> None:
    if statement.approvals_needed > 1 and statement.author_id == person.id:
        raise SecondApprovalNeeded("two people must approve this text, and you wrote it")
    if statement.approved_by_id == person.id:
        raise SecondApprovalNeeded("you have approved this text already; somebody else must too")


def _put_in_force(session: Session, statement: Statement, person: Person, at: datetime) -> None:
    key = (statement.incident_id, statement.language)
    before = rows.list_approved(session, [statement.incident_id]).get(key)
    if before is not None:
        _retire(session, before, person, REPLACED, at)
    statement.state, statement.approved_at = StatementState.APPROVED, at
    with guarded():
        rows.save_statement(session, statement)
    again = draft_anew(session, statement, at)
    _note(session, statement, "statement.approved", at, person, drafted_anew=again)


def draft_anew(
    session: Session,
    statement: Statement,
    at: datetime,
    among: Collection[int] | None = None,
) -> list[int]:
    """Draft the waiting mentions nobody has worked on anew with a statement in force.

    Args:
        among: only these mentions; None: all of the incident.

    Returns:
        Mentions that are drafted anew.
    """
    ids = list_to_draft(session, statement, at)
    ids = ids if among is None else [one for one in ids if one in among]
    locked = mentions.lock_mentions(session, ids)
    again = [row.id or 0 for row in locked]
    for reply_id in mentions.void_work(session, again, "the incident has a statement now"):
        promises.forget(session, reply_id, at)
    for row in locked:
        mentions.save_state(row, MentionState.DECIDED, at)
        session.add(row)
    session.flush()
    return again


def list_to_draft(session: Session, statement: Statement, at: datetime) -> list[int]:
    """Mentions that a statement would be drafted for: see `attack_people.list_carriers`."""
    ids = rows.list_untouched(session, statement.incident_id, statement.language, at)
    return attack_people.list_carriers(session, statement.incident_id, ids)


def retire(
    session: Session, *, person: Person, statement_id: int, reason: str, at: datetime
) -> list[int]:
    """Take a statement back: drafts that carry it are void, what is queued is not sent.

    Returns:
        Mentions that are drafted anew without it.

    Raises:
        ApprovalError: no reason. StaleText: it was taken back before.
        NotAllowed: role too low. NotFound: no such statement.
    """
    require(person, Role.APPROVER)
    if not reason.strip():
        raise ApprovalError("say why")
    statement = rows.get_statement(session, statement_id)
    if statement.state == StatementState.RETIRED:
        raise StaleText("this statement was taken back before")
    return _retire(session, statement, person, reason, at)


def take_back(
    session: Session, statement: Statement, reason: str, at: datetime, person: Person | None
) -> list[int]:
    """As `retire`, where the right to do so was looked at before; None: the machine does it."""
    return _retire(session, statement, person, reason, at)


def _retire(
    session: Session, statement: Statement, person: Person | None, reason: str, at: datetime
) -> list[int]:
    statement.state = StatementState.RETIRED
    rows.save_statement(session, statement)
    again = changes.statement_retired(session, statement.id or 0, at)
    _note(session, statement, "statement.retired", at, person, reason=reason, drafted_anew=again)
    return again


def _note(
    session: Session,
    statement: Statement,
    action: str,
    at: datetime,
    person: Person | None,
    **detail: object,
) -> None:
    audit.record(
        session,
        at=at.astimezone(UTC),
        actor=audit.actor_of(person) if person is not None else audit.MACHINE,
        action=action,
        subject=("statement", statement.id),
        detail={
            "incident": statement.incident_id,
            "language": statement.language,
            "text_digest": statement.text_digest,
            **detail,
        },
        brand_id=statement.brand_id,
    )
