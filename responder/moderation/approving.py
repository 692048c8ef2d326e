"""People's yes and no to an act, and what a person found out about one of unknown outcome.

The checks here tell people what is wrong; triggers in the database
(otklik/migrations/act_guards.py) refuse it even if these were wrong.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlmodel import Session

from otklik.enums import ActState, Role
from otklik.errors import ApprovalError, SecondApprovalNeeded, StaleText
from otklik.models import Act, ActApproval, Person
from otklik.people import may, require
from otklik.store import acts
from responder.checks import guarded
from responder.moderation.finishing import close
from responder.moderation.recording import note
from responder.moderation.standing import why_not
from responder.moderation.terms import DEFAULT_TERMS, BanTerms

_NO_UNDO = timedelta(0)


def approve(
    session: Session,
    *,
    person: Person,
    act_id: int,
    at: datetime,
    terms: BanTerms = DEFAULT_TERMS,
    undo: timedelta = _NO_UNDO,
) -> int:
    """Say yes to an act exactly as it was asked for.

    Args:
        undo: how long it waits before it is done, so that it can be refused yet.

    Returns:
        How many more people are needed; 0 when it will be done.

    Raises:
        StaleText: what it is about has changed, or somebody else has decided.
        SecondApprovalNeeded: this person's yes does not count here, was given already, or a
            lead must be among those who approve.
        NotAllowed: role too low.
    """
    require(person, Role.APPROVER)
    act = _in_state(session, act_id, ActState.ASKED)
    if reason := why_not(session, act, terms, at):
        raise StaleText(reason)
    _check_person(session, act, person)
    _save_yes(session, act, person, at)
    note(session, act, "act.approved", person, at)
    missing, _ = acts.count_missing(session, act)
    if not missing:
        act.state, act.do_after = ActState.APPROVED, at + undo
        session.add(act)
        session.flush()
    return missing


def _check_person(session: Session, act: Act, person: Person) -> None:
    if person.id == act.asked_by_id and not acts.own_yes_counts(act):
        raise SecondApprovalNeeded("you asked for this: somebody else must approve it")
    given = acts.list_approvals(session, act.id or 0)
    if any(approver.id == person.id for _, approver in given):
        raise SecondApprovalNeeded("you have approved this already; somebody else must too")
    _, needs_lead = acts.count_missing(session, act)
    if needs_lead and len(given) + 1 >= act.approvals_needed and not may(person, Role.LEAD):
        raise SecondApprovalNeeded("a lead must be one of those who approve a ban")


def _save_yes(session: Session, act: Act, person: Person, at: datetime) -> None:
    approval = ActApproval(
        brand_id=act.brand_id, act_id=act.id or 0, person_id=person.id or 0, created_at=at
    )
    with guarded():
        acts.save_approval(session, approval)


def refuse(session: Session, *, person: Person, act_id: int, reason: str, at: datetime) -> None:
    """Say no to an act that was asked for, or stop one that is approved and not yet begun.

    Raises:
        StaleText: it is being done, or decided. ApprovalError: no reason was given.
        NotAllowed: role too low; whoever asked may always take it back.
    """
    act = _in_state(session, act_id, ActState.ASKED, ActState.APPROVED)
    if act.asked_by_id != person.id or not may(person, Role.OPERATOR):
        require(person, Role.APPROVER)
    if not reason.strip():
        raise ApprovalError("say why: a refusal keeps its reason")
    act.state, act.error = ActState.REFUSED, reason[:2000]
    session.add(act)
    note(session, act, "act.refused", person, at, reason=reason)


def resolve(session: Session, *, person: Person, act_id: int, was_done: bool, at: datetime) -> None:
    """A person has looked where the platform shows it: it was done, or it was not.

    Raises:
        StaleText: the outcome is known by now. NotAllowed: role too low.
    """
    require(person, Role.APPROVER)
    act = _in_state(session, act_id, ActState.UNKNOWN)
    reason = "" if was_done else "a person found that it was not done"
    close(session, act, was_done=was_done, at=at, reason=reason, person=person)


def _in_state(session: Session, act_id: int, *states: ActState) -> Act:
    act = acts.get_act(session, act_id)
    if act.state not in states:
        raise StaleText(f"this act is {act.state} by now")
    return act
