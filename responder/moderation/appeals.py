"""An objection to a hiding or a ban: entered, then decided by somebody who had no part in it."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlmodel import Session

from otklik import audit
from otklik.enums import ActKind, ActState, AppealState, Role
from otklik.errors import ApprovalError, SecondApprovalNeeded, StaleText
from otklik.models import Act, Appeal, Person
from otklik.people import require
from otklik.store import acts
from responder.moderation.asking import ask_undo

_MAY_BE_APPEALED = (ActKind.HIDE, ActKind.BAN)


def enter_appeal(
    session: Session, *, person: Person, act_id: int, text: str, at: datetime
) -> Appeal:
    """Write down what the author objects; somebody who had no part in the act decides.

    Raises:
        ApprovalError: it is no hiding or ban that was done, nothing was said, or an appeal
            against it is open.
        NotAllowed: role too low.
    """
    require(person, Role.OPERATOR)
    act = acts.get_act(session, act_id)
    if act.kind not in _MAY_BE_APPEALED or act.state is not ActState.DONE:
        raise ApprovalError("only a hiding or a ban that was done can be appealed")
    if not text.strip():
        raise ApprovalError("write down what the author objects")
    if any(one.state is AppealState.OPEN for one in acts.list_appeals_of(session, [act_id])):
        raise ApprovalError("an appeal against it is open already")
    appeal = acts.save_appeal(
        session,
        Appeal(
            brand_id=act.brand_id,
            act_id=act_id,
            text=text,
            entered_by_id=person.id,
            created_at=at,
        ),
    )
    _note(session, appeal, "appeal.entered", person, at)
    return appeal


def decide_appeal(
    session: Session,
    *,
    person: Person,
    appeal_id: int,
    is_overturned: bool,
    answer: str,
    at: datetime,
) -> Act | None:
    """Uphold the act, or overturn it: then its undoing is asked for at once.

    Args:
        answer: what the author is told, with the reason.

    Returns:
        The undoing that waits for an approval; None when the act stands, or is undone already.

    Raises:
        SecondApprovalNeeded: this person asked for the act or approved it.
        StaleText: decided already. ApprovalError: no answer. NotAllowed: role too low; a ban
            takes a lead.
    """
    appeal = acts.get_appeal(session, appeal_id)
    act = acts.get_act(session, appeal.act_id)
    require(person, Role.LEAD if act.kind is ActKind.BAN else Role.APPROVER)
    if appeal.state is not AppealState.OPEN:
        raise StaleText(f"this appeal is {appeal.state} by now")
    if not answer.strip():
        raise ApprovalError("an appeal gets an answer with a reason")
    _check_part(session, act, person)
    appeal.state = AppealState.OVERTURNED if is_overturned else AppealState.UPHELD
    appeal.answer, appeal.decided_by_id, appeal.decided_at = answer, person.id, at
    session.add(appeal)
    session.flush()
    _note(session, appeal, f"appeal.{appeal.state}", person, at)
    if not is_overturned or acts.find_undoing(session, act.id or 0) is not None:
        return None
    reason = f"appeal {appeal.id}: {answer}"
    return ask_undo(session, person=None, act_id=act.id or 0, reason=reason, at=at)


def _check_part(session: Session, act: Act, person: Person) -> None:
    taking_part = {approver.id for _, approver in acts.list_approvals(session, act.id or 0)}
    if person.id in taking_part | {act.asked_by_id}:
        raise SecondApprovalNeeded("you had a part in this act: somebody else decides the appeal")


def _note(session: Session, appeal: Appeal, action: str, person: Person, at: datetime) -> None:
    audit.record(
        session,
        at=at.astimezone(UTC),
        actor=audit.actor_of(person),
        action=action,
        subject=("appeal", appeal.id),
        detail={
            "act": appeal.act_id,
            "text": audit.digest(appeal.text),
            "answer": audit.digest(appeal.answer),
        },
        brand_id=appeal.brand_id,
    )
