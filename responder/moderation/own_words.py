"""Our own replies after they were posted: taking one back, putting one right."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session

from otklik import audit
from otklik.enums import ActKind, ActState, MentionState, ReplyState, Role
from otklik.errors import ApprovalError
from otklik.models import Act, Mention, Person, Reply
from otklik.people import require
from otklik.store import acts, mentions, replies
from responder import promises, review
from responder.lint import Finding
from responder.moderation.recording import save


def public_text(session: Session, reply: Reply) -> str:
    """What the reply says in public now: its own text, or that of its last correction."""
    corrected = acts.find_last_correction(session, reply.id or 0)
    return corrected.text if corrected is not None else reply.text


def ask_withdraw(
    session: Session, *, person: Person, reply_id: int, reason: str, at: datetime
) -> Act:
    """Ask that our reply be taken down.

    Raises:
        ApprovalError: it does not stand in public, or an act on it is under way.
        NotAllowed: role too low.
    """
    require(person, Role.OPERATOR)
    reply = _posted(session, reply_id)
    return save(session, _about_reply(session, ActKind.WITHDRAW, reply, reason, at), person)


def ask_correction(
    session: Session,
    *,
    person: Person,
    reply_id: int,
    text: str,
    reason: str,
    at: datetime,
    own_contacts: Sequence[str] = (),
    reply_max_length: int | None = None,
) -> Act:
    """Ask that our reply say this instead; the text passes the same lint as any reply.

    Returns:
        The act, its findings in `evidence`; a `block` among them asks for a second person.

    Raises:
        ApprovalError: nothing would change, it does not stand in public, or an act is under way.
        NotAllowed: role too low.
    """
    require(person, Role.OPERATOR)
    reply = _posted(session, reply_id)
    before = public_text(session, reply)
    if not text.strip() or text == before:
        raise ApprovalError("the correction changes nothing")
    draft = replies.get_draft(session, reply.draft_id)
    findings = review.lint_text(
        session,
        mention=mentions.get_mention(session, reply.mention_id),
        text=text,
        language=draft.language,
        points=draft.points,
        facts=draft.facts,
        at=at,
        own_contacts=own_contacts,
        reply_max_length=reply_max_length,
    )
    act = _about_reply(session, ActKind.CORRECT, reply, reason, at)
    act.text, act.text_digest = text, audit.digest(text)
    found = [_shown(finding) for finding in _against(findings, text, before)]
    act.evidence = [{"replaces": audit.digest(before)}, *found]
    act.approvals_needed = review.approvals_for(
        [item["finding"] for item in found], draft.approvals_needed
    )
    return save(session, act, person)


def _against(findings: Sequence[Finding], text: str, before: str) -> list[Finding]:
    """A correction may repeat the very reply that it replaces."""
    return [
        one
        for one in findings
        if one.code != "repeated_sentence"
        or _plain(text[one.span.start : one.span.end]) not in _plain(before)
    ]


def _shown(finding: Finding) -> dict[str, Any]:
    return {"finding": finding.model_dump(mode="json")}


def _posted(session: Session, reply_id: int) -> Reply:
    reply = replies.get_reply(session, reply_id)
    if reply.state is not ReplyState.POSTED or not reply.external_id:
        raise ApprovalError(
            f"the reply is {reply.state}: only one that stands in public is changed"
        )
    return reply


def _about_reply(session: Session, kind: ActKind, reply: Reply, reason: str, at: datetime) -> Act:
    mention = mentions.get_mention(session, reply.mention_id)
    return Act(
        brand_id=reply.brand_id,
        kind=kind,
        state=ActState.ASKED,
        subject_key=f"reply:{reply.id}",
        mention_id=reply.mention_id,
        mention_version=reply.mention_version,
        author_id=mention.author_id,
        reply_id=reply.id,
        reason=reason,
        approvals_needed=replies.get_draft(session, reply.draft_id).approvals_needed,
        asked_at=at,
    )


def finish_withdrawal(session: Session, act: Act, at: datetime) -> None:
    """The reply is gone: it promises nothing any more, and a person looks at its mention."""
    reply = replies.get_reply(session, act.reply_id or 0)
    if reply.state is ReplyState.POSTED:
        reply.state = ReplyState.WITHDRAWN
    reply.error, reply.follow_up_at = f"withdrawn: {act.reason}"[:2000], None
    session.add(reply)
    session.flush()
    promises.forget(session, reply.id or 0, at)
    promises.owe_again(session, reply, at)
    mention = mentions.get_mention(session, reply.mention_id)
    if mention.state is MentionState.ANSWERED and mention.deleted_at is None:
        _hold(session, mention, f"our reply was withdrawn: {act.reason}", at)


def _hold(session: Session, mention: Mention, why: str, at: datetime) -> None:
    mentions.save_state(mention, MentionState.HELD, at)
    mention.last_error = why[:2000]
    session.add(mention)
    acts.save_case_reopened(session, mention)


def finish_correction(session: Session, act: Act, owner_id: int | None, at: datetime) -> None:
    """The new text stands there: what it promises anew enters the ledger, what stood stays owed."""
    reply = replies.get_reply(session, act.reply_id or 0)
    language = replies.get_draft(session, reply.draft_id).language
    corrected = Reply(**{**reply.model_dump(), "text": act.text})
    promises.enter(session, corrected, language, at, owner_id=owner_id)


def _plain(text: str) -> str:
    return " ".join(text.lower().split())
