"""Taking back what one did a moment ago: the same person, within half a minute, on the record.

Nothing is deleted but labels: a draft that was turned down is proposed anew, a closed comment is
opened again, and both the act and its undoing stand in the audit log. An approval is taken back
as long as its reply waits (`approval.undo`), by an approver, and needs no half a minute.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from otklik import audit
from otklik.enums import ActState, CloseReason, DraftState, MentionState, Role, SlaState
from otklik.errors import ApprovalError, StaleText
from otklik.models import AuditEvent, DraftRow, Mention, Person
from otklik.people import require
from otklik.store import acts, cases, labels, mentions, replies, work
from responder import approval, choosing, clocks, leases
from responder.moderation import approving, asking

WINDOW = timedelta(seconds=30)
TAKEN_BACK = "taken back"
UNDONE = "step.undone"


@dataclass(frozen=True)
class Step:
    """Something a person did that can be taken back until then.

    `action` is the word of the audit log: ``mention.ignored``, ``case.held``, …
    """

    event_id: int
    action: str
    mention_id: int
    until: datetime


def find_last(
    session: Session,
    *,
    person: Person,
    at: datetime,
    within: timedelta = WINDOW,
    sending: timedelta = WINDOW,
) -> Step | None:
    """The last thing this person did, if it can still be taken back.

    Only the last is offered: what it was built upon has changed for good.

    Args:
        within: how long everything but approvals can be taken back.
        sending: how long an approved reply waits before it is sent.
    """
    since = at - max(within, sending)
    undone: set[int] = set()
    for event in work.list_latest_events(session, audit.actor_of(person), since):
        detail = event.detail or {}
        if event.action == UNDONE:
            undone.add(int(detail["mention"]))
            continue
        if event.action not in _UNDO or "batch" in detail:
            continue
        number = _mention_of(session, event, detail)
        lasts = sending if event.action == "draft.approved" else within
        if number in undone or event.at + lasts <= at or not _is_open(session, event):
            return None
        return Step(event.id or 0, event.action, number, event.at + lasts)
    return None


def undo(
    session: Session,
    *,
    person: Person,
    event_id: int,
    at: datetime,
    within: timedelta = WINDOW,
    sending: timedelta = WINDOW,
) -> Step:
    """Take back what this person did last; they work on the case again.

    Args:
        event_id: of the step on the screen; within, sending: as for `find_last`.

    Raises:
        StaleText: too late, done over by something newer, or somebody else has acted since.
        NotAllowed: role too low.
    """
    require(person, Role.OPERATOR)
    step = find_last(session, person=person, at=at, within=within, sending=sending)
    if step is None or step.event_id != event_id:
        raise StaleText("too late: this cannot be taken back any more")
    event = session.get_one(AuditEvent, event_id)
    mention = mentions.lock_mention(session, step.mention_id)
    _UNDO[step.action](session, person, mention, event, at)
    session.flush()
    audit.record(
        session,
        at=at,
        actor=audit.actor_of(person),
        action=UNDONE,
        subject=("mention", step.mention_id),
        detail={"mention": step.mention_id, "event": event_id, "action": step.action},
        brand_id=person.brand_id,
    )
    return step


def _mention_of(session: Session, event: AuditEvent, detail: Mapping[str, Any]) -> int:
    if "mention" in detail:
        return int(detail["mention"])
    if event.subject_kind == "act":
        return acts.get_act(session, int(event.subject_id)).mention_id or 0
    return int(event.subject_id)


def _is_open(session: Session, event: AuditEvent) -> bool:
    """Has nobody acted upon it yet, as far as one look tells? `undo` looks closer."""
    if event.subject_kind == "draft":
        draft = session.get_one(DraftRow, int(event.subject_id))
        if event.action == "draft.approved":
            return draft.state in {DraftState.APPROVED, DraftState.PROPOSED}
        is_rejected = event.action == "draft.rejected"
        return draft.state is (DraftState.REJECTED if is_rejected else DraftState.PROPOSED)
    if event.subject_kind == "act":
        act = acts.get_act(session, int(event.subject_id))
        return act.mention_id is not None and act.state in acts.UNDER_WAY
    return True


# ---- one by one ----------------------------------------------------------------------------


def _reopen(
    session: Session, person: Person, mention: Mention, event: AuditEvent, at: datetime
) -> None:
    before = (event.detail or {}).get("before")
    is_same = mention.state is MentionState.CLOSED and mention.close_reason is CloseReason.IGNORED
    if before is None or not is_same or mention.version != int((event.detail or {})["version"]):
        raise StaleText("this comment has moved on since")
    mentions.save_state(mention, MentionState(before["state"]), at)
    mention.sla_state = _clock(mention, at) if before["clock"] is not None else None
    session.add(mention)
    clocks.taken_back(session, mention, at)
    acts.save_case_reopened(session, mention)
    if before["draft"] is not None:
        _propose(session, int(before["draft"]), _numbers(before), at)
    leases.take(session, person=person, mention_id=mention.id or 0, at=at)


def _clock(mention: Mention, at: datetime) -> SlaState | None:
    if mention.sla_due_at is None:
        return None
    return SlaState.RUNNING if mention.sla_due_at > at else SlaState.MISSED


def _unreject(
    session: Session, person: Person, mention: Mention, event: AuditEvent, at: datetime
) -> None:
    draft = replies.get_draft(session, int(event.subject_id))
    free = replies.find_proposed_draft(session, mention.id or 0) is None
    if draft.follows_up_id is not None or not free or mention.state is not MentionState.HELD:
        raise StaleText("this comment has moved on since")
    _propose(session, draft.id or 0, _numbers(event.detail or {}), at)
    mentions.save_state(mention, MentionState.DRAFTED, at)
    session.add(mention)
    leases.take(session, person=person, mention_id=mention.id or 0, at=at)


def _unedit(
    session: Session, person: Person, mention: Mention, event: AuditEvent, at: datetime
) -> None:
    draft = replies.get_draft(session, int(event.subject_id))
    leases.require_free(session, mention, person, at)
    if replies.list_approvals(session, draft.id or 0):
        raise StaleText("this text has been approved since")
    if draft.supersedes_id is None:
        draft.state, draft.reject_reason = DraftState.REJECTED, TAKEN_BACK
        session.add(draft)
        mentions.save_state(mention, MentionState.HELD, at)
        session.add(mention)
    else:
        draft.state = DraftState.SUPERSEDED
        session.add(draft)
        session.flush()
        _propose(session, draft.supersedes_id, (), at)
    leases.take(session, person=person, mention_id=mention.id or 0, at=at)


def _disapprove(
    session: Session, person: Person, mention: Mention, event: AuditEvent, at: datetime
) -> None:
    require(person, Role.APPROVER)
    draft = replies.get_draft(session, int(event.subject_id))
    sent = replies.list_replies(session, mention.id or 0)
    queued = [one for one in sent if one.draft_id == draft.id]
    if queued:
        approval.undo(session, person=person, reply_id=queued[-1].id or 0, at=at)
    elif {one.person_id for one in replies.list_approvals(session, draft.id or 0)} != {person.id}:
        raise StaleText("somebody else has approved it, too")
    else:  # an approval is never deleted: the same text is proposed anew, without it
        draft.state = DraftState.SUPERSEDED
        session.add(draft)
        session.flush()
        _propose(session, draft.id or 0, (), at)
    leases.take(session, person=person, mention_id=mention.id or 0, at=at)


def _unchoose(
    session: Session, person: Person, mention: Mention, event: AuditEvent, at: datetime
) -> None:
    before = (event.detail or {}).get("instead_of")
    if not before:
        raise ApprovalError("there was no other text before")
    old = replies.get_draft(session, int(before))
    if old.state is DraftState.OFFERED:
        choosing.choose(session, person=person, draft_id=old.id or 0, at=at)
        return
    draft = replies.get_draft(session, int(event.subject_id))
    draft.state = DraftState.OFFERED  # a person's own words come back over it
    session.add(draft)
    _propose(session, old.id or 0, (), at)


def _resume(
    session: Session, person: Person, mention: Mention, event: AuditEvent, at: datetime
) -> None:
    if not work.delete_hold(session, mention.case_id):
        raise StaleText("this case is not put aside any more")
    _own_again(session, mention, event)
    leases.take(session, person=person, mention_id=mention.id or 0, at=at)


def _own_again(session: Session, mention: Mention, event: AuditEvent) -> None:
    case = cases.get_case(session, mention.case_id or 0)
    owner = (event.detail or {}).get("owner_before")
    case.owner_id = int(owner) if owner is not None else None
    cases.save_case(session, case)


def _take_back(
    session: Session, person: Person, mention: Mention, event: AuditEvent, at: datetime
) -> None:
    to = int((event.detail or {})["to"])
    case = cases.get_case(session, mention.case_id or 0)
    if case.leased_by_id != to or case.owner_id != to:
        raise StaleText("your colleague has dealt with it already")
    _own_again(session, mention, event)
    case.leased_by_id, case.lease_until = None, None
    cases.save_case(session, case)
    leases.take(session, person=person, mention_id=mention.id or 0, at=at)


def _unlabel(
    session: Session, person: Person, mention: Mention, event: AuditEvent, _at: datetime
) -> None:
    given = labels.list_labels(session, mention.brand_id, mention_id=mention.id)
    for label, who in given:
        if who.id == person.id and label.created_at == event.at:
            session.delete(label)


def _withdraw(
    session: Session, person: Person, _mention: Mention, event: AuditEvent, at: datetime
) -> None:
    number = int(event.subject_id)
    approving.refuse(session, person=person, act_id=number, reason=TAKEN_BACK, at=at)


def _route_back(
    session: Session, _person: Person, mention: Mention, event: AuditEvent, _at: datetime
) -> None:
    detail = event.detail or {}
    if mention.zone != detail["zone"]:
        raise StaleText("this comment has moved on since")
    mention.zone = str(detail["before"])
    session.add(mention)


def _propose(session: Session, draft_id: int, offered: tuple[int, ...], at: datetime) -> None:
    """These texts once more, as new drafts: one that has ended never comes back itself."""
    session.flush()
    for number in (draft_id, *offered):
        state = DraftState.PROPOSED if number == draft_id else DraftState.OFFERED
        replies.save_again(session, replies.get_draft(session, number), state, at)


def _numbers(detail: Mapping[str, Any]) -> tuple[int, ...]:
    return tuple(int(one) for one in str(detail.get("offered", "")).split())


_UNDO: dict[str, Callable[[Session, Person, Mention, AuditEvent, datetime], None]] = {
    "mention.ignored": _reopen,
    "mention.labelled": _unlabel,
    "draft.rejected": _unreject,
    "draft.edited": _unedit,
    "draft.approved": _disapprove,
    "draft.chosen": _unchoose,
    "case.held": _resume,
    "case.handed_over": _take_back,
    "act.asked": _withdraw,
    "mention.routed": _route_back,
}


def _disown(
    session: Session, person: Person, mention: Mention, event: AuditEvent, at: datetime
) -> None:
    """Cases handed over many at once are owned and not held."""
    leases.require_free(session, mention, person, at)
    case = cases.get_case(session, mention.case_id or 0)
    if case.owner_id != int((event.detail or {})["to"]):
        raise StaleText("your colleague has dealt with it already")
    _own_again(session, mention, event)


def _withdraw_or_undo(
    session: Session, person: Person, mention: Mention, event: AuditEvent, at: datetime
) -> None:
    """Of many measures asked for at once some may be done by now: these are asked to be undone."""
    number = int(event.subject_id)
    if acts.get_act(session, number).state is ActState.DONE:
        asking.ask_undo(session, person=person, act_id=number, reason=TAKEN_BACK, at=at)
    else:
        _withdraw(session, person, mention, event, at)


_UNDO_OF_MANY = {**_UNDO, "case.handed_over": _disown, "act.asked": _withdraw_or_undo}


def reverse(session: Session, *, person: Person, owner: Person, event_id: int, at: datetime) -> int:
    """Take back one step of many that `owner` did at once; the case is free afterwards.

    Returns:
        The mention's id.

    Raises:
        StaleText, ApprovalError: somebody has acted on it since.
    """
    event = session.get_one(AuditEvent, event_id)
    number = _mention_of(session, event, event.detail or {})
    mention = mentions.lock_mention(session, number)
    who = owner if event.action == "mention.labelled" else person
    _UNDO_OF_MANY[event.action](session, who, mention, event, at)
    leases.finish(session, mention, person)
    session.flush()
    audit.record(
        session,
        at=at,
        actor=audit.actor_of(person),
        action=UNDONE,
        subject=("mention", number),
        detail={"mention": number, "event": event_id, "action": event.action},
        brand_id=person.brand_id,
    )
    return number
