"""Approval: one person's yes to one exact text for one exact version of a mention.

The checks here tell people what is wrong; triggers in the database
(otklik/migrations/guards.py) refuse it even if these were wrong.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from otklik import audit
from otklik.enums import DraftState, MentionState, ReplyState, Role
from otklik.errors import ApprovalError, SecondApprovalNeeded, StaleText
from otklik.models import Approval, DraftRow, Mention, Person, Reply
from otklik.people import require
from otklik.store import mentions, replies
from responder import promises, review
from responder.checks import note_draft, open_mention, proposed_draft, require_answerable


class Approved(NamedTuple):
    """Outcome of one approval: the queued reply, or how many more people are needed."""

    reply_id: int | None
    missing: int


@contextmanager
def _guarded() -> Iterator[None]:
    """A refusal of the database, in words for people."""
    try:
        yield
    except IntegrityError as error:
        reason = str(error.orig).split("otklik: ", 1)[-1].splitlines()[0]
        raise ApprovalError(f"the database refused: {reason}") from error


def approve(
    session: Session,
    *,
    person: Person,
    draft_id: int,
    text_digest: str,
    mention_version: int,
    at: datetime,
    undo: timedelta,
) -> Approved:
    """Say yes to this exact text for this exact version of the mention.

    Args:
        undo: how long the reply waits before it is sent.

    Raises:
        StaleText: text, mention, thread or a cited fact changed since it was shown.
        ApprovalError: the comment cannot be answered where it stands.
        SecondApprovalNeeded: this person's yes does not count here, or was given already.
        NotAllowed: role too low.
    """
    require(person, Role.APPROVER)
    draft = proposed_draft(session, draft_id)
    if draft.text_digest != text_digest or draft.mention_version != mention_version:
        raise StaleText("the text was changed since you opened it")
    mention = open_mention(session, draft.mention_id, mention_version)
    require_answerable(mention)
    _check_facts(session, draft, at)
    _check_person(session, draft, person)
    with _guarded():
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
    note_draft(session, person, "draft.approved", draft, at)
    missing = draft.approvals_needed - replies.count_valid_approvals(session, draft)
    if missing > 0:
        return Approved(None, missing)
    reply = _queue(session, draft, mention, at, undo)
    promises.enter(session, reply, draft.language, at, owner_id=person.id)
    return Approved(reply.id, 0)


def _check_facts(session: Session, draft: DraftRow, at: datetime) -> None:
    for fact in review.cited_facts(session, draft.facts):
        if not fact.is_valid(at):
            raise StaleText(f"a cited fact has expired: {fact.id}")


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
    )
    with _guarded():
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
) -> list[Approved]:
    """Approve texts that were all shown in full: (draft id, digest, mention version) each.

    All or none: the first that cannot be approved raises, and nothing is kept.
    """
    return [
        approve(
            session,
            person=person,
            draft_id=draft_id,
            text_digest=digest,
            mention_version=version,
            at=at,
            undo=undo,
        )
        for draft_id, digest, version in items
    ]


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
    """The text of a reply that did not go out, as a new draft for the approver."""
    session.flush()
    old = replies.get_draft(session, reply.draft_id)
    old.state = DraftState.SUPERSEDED
    session.add(old)
    again = DraftRow(
        **old.model_dump(exclude={"id", "state", "supersedes_id", "reject_reason", "created_at"}),
        supersedes_id=old.id,
        state=DraftState.PROPOSED,
        reject_reason=reason,
        created_at=at,
    )
    replies.save_draft(session, again)
    mentions.save_state(mention, MentionState.DRAFTED, at)
    mention.last_error = reason
    session.add(mention)
    return again


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
        if is_same:
            mentions.save_state(mention, MentionState.ANSWERED, at)
            session.add(mention)
    else:
        reply.state, reply.error = ReplyState.FAILED, "a person found that it was not posted"
        promises.forget(session, reply_id, at)
        if is_same:
            propose_again(session, reply, mention, reply.error, at)
    session.add(reply)
    audit.record(
        session,
        at=at,
        actor=audit.actor_of(person),
        action="reply.resolved",
        subject=("reply", reply_id),
        detail={"was_posted": was_posted},
        brand_id=reply.brand_id,
    )
