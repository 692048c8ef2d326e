"""Approval: one person's yes to one exact text for one exact version of a mention.

The checks here tell people what is wrong; triggers in the database
(otklik/migrations/guards.py, work_guards.py) refuse it even if these were wrong.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlmodel import Session

from otklik import audit
from otklik.database import all_or_none
from otklik.enums import DraftState, MentionState, ReplyState, Role
from otklik.errors import ApprovalError, SecondApprovalNeeded, StaleText
from otklik.models import Approval, DraftRow, Mention, Person, Reply
from otklik.people import require
from otklik.store import cases, judgements, mentions, replies
from otklik.store.audit import search
from responder import leases, promises
from responder.checks import (
    guarded,
    list_offered,
    note_draft,
    open_mention,
    proposed_draft,
    require_answerable,
    why_void,
)
from responder.granting import not_granted, used_powers
from responder.incidents import attack_holds
from responder.promise_finder import USUAL_DAYS


class Approved(NamedTuple):
    """Outcome of one approval: the queued reply, or how many more people are needed."""

    reply_id: int | None
    missing: int


def approve(
    session: Session,
    *,
    person: Person,
    draft_id: int,
    text_digest: str,
    mention_version: int,
    at: datetime,
    undo: timedelta,
    batch: str = "",
    promise_days: int = USUAL_DAYS,
) -> Approved:
    """Say yes to this exact text for this exact version of the mention.

    Args:
        undo: how long the reply waits before it is sent.
        batch: what it was approved together with, for the audit log.
        promise_days: working days that a promise without a date has.

    Raises:
        StaleText: text, mention, thread, statement or a cited fact changed since it was shown.
        ApprovalError: the comment cannot be answered where it stands, or a colleague works on it.
        SecondApprovalNeeded: this person's yes does not count here, or was given already.
        NotAllowed: role too low.
    """
    require(person, Role.APPROVER)
    draft = proposed_draft(session, draft_id)
    if draft.text_digest != text_digest or draft.mention_version != mention_version:
        raise StaleText("the text was changed since you opened it")
    mention = open_mention(session, draft.mention_id, mention_version)
    require_answerable(mention)
    leases.require_free(session, mention, person, at)
    _check_basis(session, draft, at)
    _check_person(session, draft, person)
    if held := attack_holds.why_held(session, mention, draft):
        raise ApprovalError(held)
    with guarded():
        replies.save_approval(
            session,
            Approval(
                brand_id=draft.brand_id,
                draft_id=draft_id,
                mention_id=draft.mention_id,
                mention_version=mention_version,
                text_digest=text_digest,
                person_id=person.id or 0,
                created_at=at,
            ),
        )
    offered = list_offered(session, draft.mention_id)  # the database ends them with the draft
    missing = draft.approvals_needed - replies.count_valid_approvals(session, draft)
    reply = None
    if missing <= 0:
        reply = _queue(session, draft, mention, at, undo)
        leases.own(session, mention, draft.editor_id or person.id)
    leases.finish(session, mention, person)
    more = {"batch": batch, "offered": offered if reply is not None else ""}
    more = {name: value for name, value in more.items() if value}
    note_draft(session, person, "draft.approved", draft, at, **more)
    if reply is None:
        return Approved(None, missing)
    promises.enter(session, reply, draft.language, at, owner_id=person.id, days=promise_days)
    return Approved(reply.id, 0)


def _check_basis(session: Session, draft: DraftRow, at: datetime) -> None:
    if waiting := not_granted(used_powers(draft)):
        asked = ", ".join(f"{one.sum} ({one.power_id})" for one in waiting)
        raise ApprovalError(f"asked for and not given by anybody who may: {asked}")
    if reason := why_void(session, draft, at):
        raise StaleText(reason)
    if replies.find_on_its_way(session, draft.mention_id) is not None:
        raise StaleText("nobody knows yet what became of an earlier reply to this comment")


def _check_person(session: Session, draft: DraftRow, person: Person) -> None:
    if draft.approvals_needed > 1 and draft.editor_id == person.id:
        raise SecondApprovalNeeded("two people must approve this text, and you wrote it")
    if any(
        given.person_id == person.id for given in replies.list_approvals(session, draft.id or 0)
    ):
        raise SecondApprovalNeeded("you have approved this text already; somebody else must too")


def _queue(
    session: Session, draft: DraftRow, mention: Mention, at: datetime, undo: timedelta
) -> Reply:
    draft.state = DraftState.APPROVED
    session.add(draft)
    with guarded():
        session.flush()
    reply = Reply(
        brand_id=draft.brand_id,
        mention_id=draft.mention_id,
        mention_version=draft.mention_version,
        draft_id=draft.id or 0,
        text=draft.text,
        text_digest=draft.text_digest,
        idempotency_key=audit.digest(f"{draft.id}:{draft.text_digest}")[:40],
        state=ReplyState.QUEUED,
        queued_at=at,
        send_after=at + undo,
        follows_up_id=draft.follows_up_id,
    )
    with guarded():
        replies.save_reply(session, reply)
    mentions.save_state(mention, MentionState.APPROVED, at)
    session.add(mention)
    return reply


def approve_batch(
    session: Session,
    *,
    person: Person,
    items: Sequence[tuple[int, str, int]],
    at: datetime,
    undo: timedelta,
    promise_days: int = USUAL_DAYS,
) -> list[Approved]:
    """Approve texts that were all shown in full: (draft id, digest, mention version) each.

    All or none: the first that cannot be approved raises, naming its place from 1, and nothing
    is kept, whatever the caller does then.

    Raises:
        ApprovalError: of the same kinds as `approve`; also when a draft is named twice.
    """
    if len({draft_id for draft_id, _, _ in items}) < len(items):
        raise ApprovalError("a draft stands in this batch twice")
    batch = audit.digest([[draft_id, digest] for draft_id, digest, _ in items])[:16]
    done = []
    _lock_together(session, [draft_id for draft_id, _, _ in items])
    with all_or_none(session):
        for place, (draft_id, digest, version) in enumerate(items, 1):
            try:
                done.append(
                    approve(
                        session,
                        person=person,
                        draft_id=draft_id,
                        text_digest=digest,
                        mention_version=version,
                        at=at,
                        undo=undo,
                        batch=batch,
                        promise_days=promise_days,
                    )
                )
            except ApprovalError as error:
                raise type(error)(f"text {place} of {len(items)}: {error}") from error
    return done


def _lock_together(session: Session, draft_ids: Sequence[int]) -> None:
    """All that a batch may touch, in one order and before the audit log."""
    rows = mentions.lock_mentions(session, replies.list_mention_ids(session, draft_ids))
    cases.lock_cases(session, [row.case_id for row in rows if row.case_id is not None])


def undo(session: Session, *, person: Person, reply_id: int, at: datetime) -> DraftRow:
    """Take an approved reply back before it is sent: its text is a proposed draft again.

    Raises:
        StaleText: it is being sent or has been. NotAllowed: role too low.
    """
    require(person, Role.APPROVER)
    reply = replies.get_reply(session, reply_id)
    if reply.state != ReplyState.QUEUED:
        raise StaleText(f"too late: the reply is {reply.state}")
    reply.state, reply.error = ReplyState.FAILED, "taken back"
    session.add(reply)
    promises.forget(session, reply_id, at)
    mention = mentions.get_mention(session, reply.mention_id)
    draft = propose_again(session, reply, mention, "", at)
    note_draft(session, person, "reply.taken_back", draft, at)
    return draft


def propose_again(
    session: Session, reply: Reply, mention: Mention, reason: str, at: datetime
) -> DraftRow:
    """The text of a reply that did not go out, as a new draft for the approver.

    What was offered beside it until the approval is offered again.
    """
    session.flush()
    old = replies.get_draft(session, reply.draft_id)
    old.state = DraftState.SUPERSEDED
    session.add(old)
    again = replies.save_again(session, old, DraftState.PROPOSED, at, reason=reason)
    _offer_again(session, old, at)
    mentions.save_state(mention, MentionState.DRAFTED, at)
    mention.last_error = reason
    session.add(mention)
    return again


def _offer_again(session: Session, approved: DraftRow, at: datetime) -> None:
    """What had been offered beside a text until it was approved."""
    subject = f"draft:{approved.id}"
    said = search(session, approved.brand_id, action="draft.approved", subject=subject, size=1)
    before = [str((event.detail or {}).get("offered", "")) for event in said.events]
    for number in " ".join(before).split():
        other = replies.get_draft(session, int(number))
        replies.save_again(session, other, DraftState.OFFERED, at)


def resolve_unknown(
    session: Session,
    *,
    person: Person,
    reply_id: int,
    was_posted: bool,
    external_id: str | None,
    at: datetime,
) -> None:
    """A person has looked: the reply stands there, or it does not.

    Raises:
        StaleText: the outcome is known by now. NotAllowed: role too low.
    """
    require(person, Role.APPROVER)
    reply = replies.get_reply(session, reply_id)
    if reply.state != ReplyState.UNKNOWN:
        raise StaleText(f"the reply is {reply.state} by now")
    mention = mentions.get_mention(session, reply.mention_id)
    # a comment edited or deleted meanwhile has gone its own way since
    is_same = mention.state == MentionState.APPROVED and mention.version == reply.mention_version
    if was_posted:
        reply.state, reply.posted_at = ReplyState.POSTED, reply.sending_at
        reply.external_id = external_id or reply.external_id
        promises.keep_by_reply(session, reply, at)
        if is_same:
            mentions.save_state(mention, MentionState.ANSWERED, at)
            session.add(mention)
            judgements.close_cases_if_done(session, [mention.case_id], at)
    else:
        reply.state, reply.error = ReplyState.FAILED, "a person found that it was not posted"
        promises.forget(session, reply_id, at)
        if is_same:
            propose_again(session, reply, mention, reply.error, at)
    session.add(reply)
    session.flush()
    audit.record(
        session,
        at=at,
        actor=audit.actor_of(person),
        action="reply.resolved",
        subject=("reply", reply_id),
        detail={"was_posted": was_posted},
        brand_id=reply.brand_id,
    )
