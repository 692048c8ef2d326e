"""Posting in two transactions: commit `sending`, call the platform, commit the outcome.

A crash between them leaves `sending`; once its lease is over it is `unknown`, which a read-back
of the thread or a person resolves, never a blind retry (promise 3). In dry-run an approved reply
ends as `rehearsed`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from otklik import audit
from otklik.enums import (
    CloseReason,
    DraftState,
    MentionState,
    PostingMode,
    ReplyState,
    SlaState,
)
from otklik.errors import (
    AccessDenied,
    Gone,
    OtklikError,
    PlatformError,
    RateLimited,
    Rejected,
    Transient,
)
from otklik.models import DraftRow, Mention, Reply
from otklik.platforms import AnyPlatform, CollectedMention, PostedReply, ReplyRequest
from otklik.store import judgements, mentions, replies
from responder import clocks, promises
from responder.approval import propose_again
from responder.checks import why_void
from responder.follow_ups import rest

RETRY_SECONDS = 30.0
DENIED_SECONDS = 600.0


@dataclass(frozen=True)
class Outgoing:
    """One reply that has been committed as `sending`: now the platform may be called, once."""

    reply_id: int
    source_id: int
    request: ReplyRequest


def begin(
    session: Session, brand_id: str, mode: PostingMode, at: datetime, lease: timedelta
) -> Outgoing | Reply | None:
    """Claim the next approved reply.

    Returns:
        An `Outgoing` to be sent; or the reply, dealt with already (rehearsed, void);
        or None when nothing is due.
    """
    if mode is PostingMode.STOPPED:
        return None
    reply = replies.claim_reply(session, brand_id, at)
    if reply is None:
        return None
    mention = mentions.get_mention(session, reply.mention_id)
    stale = _why_stale(session, reply, mention)
    if stale:
        _void(session, reply, mention, stale, at)
        return reply
    draft = replies.get_draft(session, reply.draft_id)
    if why := _why_baseless(session, draft, at):
        _redo(session, reply, mention, why, at)
        return reply
    if mode is PostingMode.DRY_RUN:
        _rehearse(session, reply, mention, at)
        return reply
    return _start(session, reply, mention, at, lease)


def _why_stale(session: Session, reply: Reply, mention: Mention) -> str:
    if mention.version != reply.mention_version:
        return "the comment was edited after the approval"
    if mention.deleted_at is not None:
        return "the comment was deleted"
    if replies.get_place(session, mention).is_closed:
        return "the thread was closed for replies"
    if mention.cannot_answer:
        return f"it cannot be answered: {mention.cannot_answer}"
    return ""


def _why_baseless(session: Session, draft: DraftRow, at: datetime) -> str:
    if reason := why_void(session, draft, at):
        return reason
    if replies.count_valid_approvals(session, draft) < draft.approvals_needed:
        return "somebody who approved it may no longer approve"
    return ""


def _redo(session: Session, reply: Reply, mention: Mention, reason: str, at: datetime) -> None:
    """The comment stands; only our text cannot go out as it is: back to the desk with it."""
    reply.state, reply.error = ReplyState.FAILED, reason
    session.add(reply)
    promises.forget(session, reply.id or 0, at)
    draft = replies.get_draft(session, reply.draft_id)
    if mention.state == MentionState.APPROVED:
        is_ours = draft.editor_id is None and draft.follows_up_id is None
        if is_ours and why_void(session, draft, at):
            draft.state, draft.reject_reason = DraftState.EXPIRED, reason
            session.add(draft)
            mentions.save_state(mention, MentionState.DECIDED, at)  # to be written anew
            session.add(mention)
        else:
            propose_again(session, reply, mention, reason, at)
    _note(session, reply, "reply.voided", at, reason=reason)


def _void(session: Session, reply: Reply, mention: Mention, reason: str, at: datetime) -> None:
    reply.state, reply.error = ReplyState.FAILED, reason
    session.add(reply)
    promises.forget(session, reply.id or 0, at)
    if mention.state == MentionState.APPROVED:
        if reply.follows_up_id is not None:
            rest(session, mention, at)
        else:
            mentions.save_state(mention, MentionState.HELD, at)
        mention.last_error = reason
        session.add(mention)
    _note(session, reply, "reply.voided", at, reason=reason)


def _rehearse(session: Session, reply: Reply, mention: Mention, at: datetime) -> None:
    reply.state = ReplyState.REHEARSED
    session.add(reply)
    promises.forget(session, reply.id or 0, at)
    mentions.save_state(mention, MentionState.ANSWERED, at)
    session.add(mention)
    _note(session, reply, "reply.rehearsed", at)


def _start(
    session: Session, reply: Reply, mention: Mention, at: datetime, lease: timedelta
) -> Outgoing:
    reply.state, reply.sending_at = ReplyState.SENDING, at
    reply.lease_until = at + lease
    reply.attempts += 1
    session.add(reply)
    _note(session, reply, "reply.sending", at)
    place = replies.get_place(session, mention)
    return Outgoing(
        reply_id=reply.id or 0,
        source_id=mention.source_id,
        request=ReplyRequest(
            thread_external_id=place.external_id,
            parent_external_id=mention.external_id,
            text=reply.text,
            idempotency_key=reply.idempotency_key,
        ),
    )


def send(platform: AnyPlatform, request: ReplyRequest) -> PostedReply | PlatformError:
    """Call the platform once; what it raises comes back as a value, to be committed."""
    try:
        return platform.post(request)
    except PlatformError as error:
        return error
    except NotImplementedError as error:
        return Rejected(str(error), platform=platform.name, source=platform.source)


def finish(
    session: Session, reply_id: int, outcome: PostedReply | PlatformError, at: datetime
) -> Reply:
    """Commit what came of the call."""
    reply = replies.get_reply(session, reply_id)
    if reply.state not in (ReplyState.SENDING, ReplyState.UNKNOWN):
        return reply  # a read-back was faster
    mention = mentions.get_mention(session, reply.mention_id)
    if isinstance(outcome, PostedReply):
        save_posted(session, reply, mention, outcome, at)
    else:
        _finish_failed(session, reply, mention, outcome, at)
    return reply


def save_posted(
    session: Session, reply: Reply, mention: Mention, posted: PostedReply, at: datetime
) -> None:
    """The reply stands in public."""
    reply.state, reply.error = ReplyState.POSTED, ""
    reply.posted_at = posted.posted_at or reply.sending_at or at
    reply.external_id, reply.url = posted.external_id, posted.url
    reply.follow_up_at, reply.follow_ups = at, 0
    session.add(reply)
    promises.keep_by_reply(session, reply, at)
    if mention.version == reply.mention_version and mention.deleted_at is None:
        mentions.save_state(mention, MentionState.ANSWERED, at)
    if mention.sla_state == SlaState.RUNNING and mention.sla_due_at is not None:
        in_time = reply.posted_at <= mention.sla_due_at
        mention.sla_state = SlaState.MET if in_time else SlaState.MISSED
    session.add(mention)
    clocks.answered(session, mention, reply.posted_at)
    judgements.close_cases_if_done(session, [mention.case_id], at)
    _note(session, reply, "reply.posted", at, external_id=posted.external_id)


def _finish_failed(
    session: Session, reply: Reply, mention: Mention, error: PlatformError, at: datetime
) -> None:
    reply.error = str(error)[:2000]
    if isinstance(error, Transient | AccessDenied):
        reply.state = ReplyState.QUEUED
        reply.send_after = at + timedelta(seconds=_pause(error))
    elif isinstance(error, Gone):
        reply.state = ReplyState.FAILED
        session.add(reply)
        mentions.close_mentions(session, [mention.id or 0], CloseReason.DELETED, at)
        judgements.close_cases_if_done(session, [mention.case_id], at)
        promises.forget(session, reply.id or 0, at)
    elif isinstance(error, Rejected):
        reply.state = ReplyState.FAILED
        promises.forget(session, reply.id or 0, at)
        session.add(reply)
        _hand_back(session, reply, mention, at)
    else:
        _save_unknown(reply, reply.error, at)
    session.add(reply)
    _note(session, reply, f"reply.{reply.state}", at, reason=reply.error)


def _hand_back(session: Session, reply: Reply, mention: Mention, at: datetime) -> None:
    """The text is a draft again, unless the comment was edited, deleted or closed meanwhile."""
    if mention.state == MentionState.APPROVED:
        propose_again(session, reply, mention, reply.error, at)


def postpone(session: Session, reply_id: int, error: OtklikError, at: datetime) -> None:
    """The thread could not be read, so nobody knows whether the approval still holds: wait."""
    reply = replies.get_reply(session, reply_id)
    if reply.state == ReplyState.QUEUED:
        reply.error = str(error)[:2000]
        reply.send_after = at + timedelta(seconds=_pause(error))
        session.add(reply)


def _pause(error: OtklikError) -> float:
    if isinstance(error, RateLimited):
        return error.retry_after
    return DENIED_SECONDS if isinstance(error, AccessDenied) else RETRY_SECONDS


def _save_unknown(reply: Reply, reason: str, at: datetime) -> None:
    reply.state, reply.error = ReplyState.UNKNOWN, reason
    reply.follow_up_at = at


def mark_lost(session: Session, brand_id: str, at: datetime) -> list[Reply]:
    """Replies whose sender died in the middle become `unknown`."""
    lost = replies.list_lost_replies(session, brand_id, at)
    for reply in lost:
        _save_unknown(reply, "the process that was sending it ended", at)
        session.add(reply)
        _note(session, reply, "reply.unknown", at, reason=reply.error)
    return lost


def same_text(one: str, other: str) -> bool:
    """Equal but for white space, which platforms rearrange."""
    return one.split() == other.split()


def is_reply_of_ours(shown: CollectedMention, reply: Reply, mention: Mention) -> bool:
    """Could this comment be that reply? Flat platforms hang it under the mention's own parent."""
    places = {mention.external_id, mention.parent_external_id} - {None}
    return (
        shown.author.is_ours
        and shown.parent_external_id in places
        and same_text(shown.text, reply.text)
    )


def read_back(
    session: Session,
    reply: Reply,
    thread: Sequence[CollectedMention],
    at: datetime,
    *,
    absence_proves: bool,
) -> bool:
    """Resolve an `unknown` reply by what stands in the thread; False leaves it to a person.

    Args:
        thread: the whole thread as it stands in public.
        absence_proves: the platform shows our own reply at once (`Platform.reads_back`).
    """
    mention = mentions.get_mention(session, reply.mention_id)
    for shown in thread:
        if is_reply_of_ours(shown, reply, mention) and not replies.find_reply_there(
            session, shown.external_id
        ):
            posted = PostedReply(
                external_id=shown.external_id, url=shown.url, posted_at=shown.published_at
            )
            save_posted(session, reply, mention, posted, at)
            return True
    if not absence_proves:
        return False
    reply.state = ReplyState.FAILED
    reply.error = "read back: it does not stand in the thread"
    session.add(reply)
    promises.forget(session, reply.id or 0, at)
    _hand_back(session, reply, mention, at)
    _note(session, reply, "reply.failed", at, reason=reply.error)
    return True


# a thread is read again after growing pauses, about two weeks in all
_FOLLOW_UPS = 10


def follow_up(
    session: Session,
    reply: Reply,
    thread: Sequence[CollectedMention] | None,
    at: datetime,
    *,
    absence_proves: bool,
) -> None:
    """After its thread was read (None: could not be): resolve it, or plan the next look."""
    if reply.state == ReplyState.UNKNOWN:
        if thread is not None:
            read_back(session, reply, thread, at, absence_proves=absence_proves)
    elif reply.state == ReplyState.POSTED and reply.follow_up_at is not None:
        pause = reply.follow_up_at - at
        reply.follow_ups += 1
        reply.follow_up_at = at + pause * 2 ** min(reply.follow_ups - 1, 12)
        if reply.follow_ups >= _FOLLOW_UPS:
            reply.follow_up_at = None
        session.add(reply)


def _note(session: Session, reply: Reply, action: str, at: datetime, **more: str) -> None:
    session.flush()
    audit.record(
        session,
        at=at,
        actor=audit.MACHINE,
        action=action,
        subject=("reply", reply.id),
        detail={
            "mention": reply.mention_id,
            "mention_version": reply.mention_version,
            "draft": reply.draft_id,
            "text_digest": reply.text_digest,
            **more,
        },
        brand_id=reply.brand_id,
    )
