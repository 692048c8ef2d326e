"""What an edit, a deletion or a comment of our own means for drafts and replies under way."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlmodel import Session

from otklik import audit
from otklik.enums import CloseReason, MentionState, ReplyState
from otklik.models import Mention
from otklik.platforms import PostedReply
from otklik.store import cases, judgements, mentions, replies
from otklik.store.intake import Intake
from responder import clocks, posting, promises
from responder.follow_ups import rest


def react(session: Session, intake: Intake, at: datetime) -> None:
    """Draw the consequences of one stored page, in its own transaction."""
    _lock(session, [*intake.edited, *intake.deleted], intake.ours)
    for mention in mentions.list_mentions(session, intake.edited):
        _note(session, mention, "mention.edited", at)
    _void(session, intake.edited, "the comment was edited", at)
    _react_to_deletions(session, intake.deleted, at)
    _recognise_ours(session, mentions.list_mentions(session, intake.ours), at)


def _lock(session: Session, changed: Sequence[int], ours: Sequence[int]) -> None:
    """Everything that may change, before the audit log: see `mentions.lock_mention`."""
    parents = mentions.list_parents(session, mentions.list_mentions(session, ours))
    touched = [*changed, *(parent.id or 0 for parent in parents.values())]
    rows = mentions.lock_mentions(session, touched)
    cases.lock_cases(session, [row.case_id for row in rows if row.case_id is not None])


def statement_retired(
    session: Session,
    statement_id: int,
    at: datetime,
    among: Collection[int] | None = None,
    reason: str = "the incident's statement was taken back",
) -> list[int]:
    """An incident's statement holds no more: what rests on it is not sent and written anew.

    Args:
        among: only for these mentions, which have left the incident; None: for all.

    Returns:
        Mentions to be drafted again; what a person has edited is left to people.
    """
    bound = [
        draft
        for draft in replies.list_drafts_of_statement(session, statement_id)
        if among is None or draft.mention_id in among
    ]
    locked = mentions.lock_mentions(session, [draft.mention_id for draft in bound])
    _void(session, [row.id or 0 for row in locked], reason, at)
    edited = {draft.mention_id for draft in bound if draft.editor_id is not None}
    reports = {draft.mention_id for draft in bound if draft.follows_up_id is not None}
    waiting = (MentionState.DRAFTED, MentionState.APPROVED)
    again = []
    for row in locked:
        if row.id in reports and row.state in waiting:
            rest(session, row, at)
        elif row.state in waiting:
            by_hand = row.id in edited
            mentions.save_state(row, MentionState.HELD if by_hand else MentionState.DECIDED, at)
            again += [] if by_hand else [row.id or 0]
            session.add(row)
    session.flush()
    return again


def _void(session: Session, mention_ids: Sequence[int], reason: str, at: datetime) -> None:
    for reply_id in mentions.void_work(session, mention_ids, reason):
        promises.forget(session, reply_id, at)


def _react_to_deletions(session: Session, deleted: Sequence[int], at: datetime) -> None:
    rows = mentions.list_mentions(session, deleted)
    for mention in rows:
        _note(session, mention, "mention.deleted", at)
        if mention.is_ours:
            _mark_withdrawn(session, mention, at)
    theirs = [m for m in rows if not m.is_ours]
    _void(session, [m.id or 0 for m in theirs], "the comment was deleted", at)
    mentions.close_mentions(session, [m.id or 0 for m in theirs], CloseReason.DELETED, at)
    clocks.dropped(session, [m.id or 0 for m in theirs], at)
    judgements.close_cases_if_done(session, [mention.case_id for mention in theirs], at)


def _mark_withdrawn(session: Session, ours: Mention, at: datetime) -> None:
    reply = replies.find_reply_there(session, ours.external_id)
    if reply is not None and reply.state == ReplyState.POSTED:
        reply.state, reply.error = ReplyState.WITHDRAWN, "our reply no longer stands there"
        reply.follow_up_at = None
        session.add(reply)
        promises.owe_again(session, reply, at)
        audit.record(
            session,
            at=at,
            actor=audit.MACHINE,
            action="reply.gone",
            subject=("reply", reply.id),
            brand_id=reply.brand_id,
        )


def _recognise_ours(session: Session, ours: Sequence[Mention], at: datetime) -> None:
    """Tell a reply sent by us from an answer given outside Otklik (promise 7)."""
    parents = mentions.list_parents(session, ours)
    for shown in ours:
        parent = parents.get(shown.parent_external_id or "")
        if parent is not None and not parent.is_ours:
            _match(session, shown, parent, at)


def _match(session: Session, shown: Mention, parent: Mention, at: datetime) -> None:
    if replies.find_reply_there(session, shown.external_id) is not None:
        return
    under_way = replies.list_under_way(session, parent)
    fitting = [found for found in under_way if posting.same_text(found[0].text, shown.text)]
    # a platform that nests once shows a reply to a nested comment under that one's parent
    fitting.sort(key=lambda found: found[1].id != parent.id)
    if not fitting:
        _close_answered(session, parent, shown, at)
        return
    reply, mention = fitting[0]
    if reply.state == ReplyState.UNKNOWN:  # one being sent now will tell its outcome itself
        posted = PostedReply(
            external_id=shown.external_id, url=shown.url, posted_at=shown.published_at
        )
        posting.save_posted(session, reply, mention, posted, at)


def _close_answered(session: Session, parent: Mention, shown: Mention, at: datetime) -> None:
    if parent.state in (MentionState.ANSWERED, MentionState.CLOSED):
        return
    _void(session, [parent.id or 0], "answered outside Otklik", at)
    mentions.save_state(parent, MentionState.CLOSED, at, CloseReason.ANSWERED_ELSEWHERE)
    parent.sla_state = None
    session.add(parent)
    clocks.dropped(session, [parent.id or 0], at)
    judgements.close_cases_if_done(session, [parent.case_id], at)
    audit.record(
        session,
        at=at,
        actor=audit.MACHINE,
        action="mention.answered_elsewhere",
        subject=("mention", parent.id),
        detail={"by": shown.external_id},
        brand_id=parent.brand_id,
    )


def _note(session: Session, mention: Mention, action: str, at: datetime) -> None:
    audit.record(
        session,
        at=at,
        actor=audit.MACHINE,
        action=action,
        subject=("mention", mention.id),
        detail={"version": mention.version, "content_digest": mention.content_digest},
        brand_id=mention.brand_id,
    )
