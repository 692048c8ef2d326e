"""Does an act still fit what it was asked for? Looked at before each yes and before it is done."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from otklik.enums import ActKind, ActState, ReplyState
from otklik.models import Act
from otklik.store import acts, mentions, replies
from responder import review
from responder.moderation import bans
from responder.moderation.terms import BanTerms


def why_not(session: Session, act: Act, terms: BanTerms, at: datetime) -> str:
    """What has changed since it was asked for, so that it must not be done; empty: nothing."""
    if act.kind in (ActKind.HIDE, ActKind.REPORT):
        return _about_version(session, act)
    if act.kind is ActKind.BAN:
        return _about_ban(session, act, terms, at)
    if act.kind in (ActKind.UNHIDE, ActKind.UNBAN):
        undone = acts.get_act(session, act.undoes_id or 0)
        return "" if undone.state is ActState.DONE else "there is nothing to take back"
    return _about_reply(session, act, at)


def _about_version(session: Session, act: Act) -> str:
    mention = mentions.get_mention(session, act.mention_id or 0)
    if mention.version != act.mention_version:
        return "the comment was edited after this was asked for"
    return "the comment was deleted" if mention.deleted_at is not None else ""


def _about_ban(session: Session, act: Act, terms: BanTerms, at: datetime) -> str:
    """Labels may have spoken for the author meanwhile, or the year's bans been spent."""
    if act.until is not None and act.until <= at:
        return "the time of the ban is over already"
    mention = mentions.get_mention(session, act.mention_id or 0)
    return bans.refusal(session, mention, terms, at)[0]


def _about_reply(session: Session, act: Act, at: datetime) -> str:
    reply = replies.get_reply(session, act.reply_id or 0)
    if reply.state is not ReplyState.POSTED:
        return f"our reply is {reply.state} by now"
    if act.kind is ActKind.WITHDRAW:
        return ""
    draft = replies.get_draft(session, reply.draft_id)
    for fact in review.cited_facts(session, draft.facts, draft.brand_id):
        if not fact.is_valid(at):
            return f"a cited fact has expired: {fact.id}"
    return ""
