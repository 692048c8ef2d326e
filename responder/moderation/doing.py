"""Doing an approved act in two transactions: commit `doing`, call the platform, commit the outcome.

A crash between them leaves `doing`; once its lease is over the act is `unknown`, which a look at
the thread or a person settles, never a blind second try. In dry-run an approved act ends as
`rehearsed`; while posting is stopped nothing is begun.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from otklik.enums import ActKind, ActState, PostingMode
from otklik.errors import (
    AccessDenied,
    Gone,
    OtklikError,
    PlatformError,
    RateLimited,
    Rejected,
    Transient,
)
from otklik.models import Act, Author
from otklik.platforms import AnyPlatform, CollectedMention
from otklik.store import acts, mentions, replies
from responder.moderation.finishing import close
from responder.moderation.recording import note
from responder.moderation.standing import why_not
from responder.moderation.terms import BanTerms
from responder.posting import same_text

RETRY_SECONDS, LONGEST_RETRY = 30.0, 3600.0
MOST_TRIES = 12
LOOK_FOR = timedelta(days=14)  # how long a thread is read again for an unknown outcome


@dataclass(frozen=True)
class Undertaking:
    """One act that has been committed as `doing`: now the platform may be called, once.

    `external_id` is the mention's, or for `withdraw` and `correct` our reply's; `author_id` the
    author's external one.
    """

    act_id: int
    kind: ActKind
    source_id: int
    external_id: str
    author_id: str
    under: str
    reason: str
    text: str
    until: datetime | None


def begin(
    session: Session,
    brand_id: str,
    mode: PostingMode,
    at: datetime,
    *,
    lease: timedelta,
    terms: BanTerms,
) -> Undertaking | Act | None:
    """Claim the next approved act.

    Returns:
        An `Undertaking` to be carried out; or the act, dealt with already (rehearsed, void);
        or None when nothing is due.
    """
    if mode is PostingMode.STOPPED:
        return None
    act = acts.claim_act(session, brand_id, at)
    if act is None:
        return None
    missing, _ = acts.count_missing(session, act)
    overtaken = why_not(session, act, terms, at)
    if missing:
        overtaken = "somebody who approved it may not approve any more"
    if overtaken:
        return _put_aside(session, act, ActState.VOID, at, overtaken)
    if mode is PostingMode.DRY_RUN:
        return _put_aside(session, act, ActState.REHEARSED, at)
    return _start(session, act, at, lease)


def _put_aside(session: Session, act: Act, state: ActState, at: datetime, reason: str = "") -> Act:
    act.state, act.error = state, reason[:2000]
    session.add(act)
    session.flush()
    note(session, act, f"act.{state}", None, at, reason=reason)
    return act


def _start(session: Session, act: Act, at: datetime, lease: timedelta) -> Undertaking:
    act.state, act.doing_at, act.lease_until = ActState.DOING, at, at + lease
    act.attempts += 1
    session.add(act)
    session.flush()
    note(session, act, "act.doing", None, at)
    mention = mentions.get_mention(session, act.mention_id or 0)
    author = session.get_one(Author, act.author_id or mention.author_id)
    reply = replies.get_reply(session, act.reply_id) if act.reply_id else None
    return Undertaking(
        act_id=act.id or 0,
        kind=act.kind,
        source_id=mention.source_id,
        external_id=(reply.external_id if reply else None) or mention.external_id,
        author_id=author.external_id,
        under=mention.external_id,
        reason=act.reason,
        text=act.text,
        until=act.until,
    )


def perform(platform: AnyPlatform, what: Undertaking) -> PlatformError | None:
    """Call the platform once; what it raises comes back as a value, to be committed."""
    try:
        _call(platform, what)
    except PlatformError as error:
        return error
    except NotImplementedError as error:
        return Rejected(str(error), platform=platform.name, source=platform.source)
    return None


def _call(platform: AnyPlatform, what: Undertaking) -> None:
    match what.kind:
        case ActKind.HIDE:
            platform.hide(what.external_id, what.reason)
        case ActKind.UNHIDE:
            platform.unhide(what.external_id)
        case ActKind.BAN:
            platform.ban(what.author_id, what.reason, until=what.until, under=what.under)
        case ActKind.UNBAN:
            platform.unban(what.author_id)
        case ActKind.REPORT:
            platform.report(what.external_id, what.reason)
        case ActKind.WITHDRAW:
            platform.withdraw(what.external_id)
        case ActKind.CORRECT:
            platform.edit(what.external_id, what.text)


def finish(session: Session, act_id: int, outcome: PlatformError | None, at: datetime) -> Act:
    """Commit what came of the call."""
    act = acts.get_act(session, act_id)
    if act.state not in (ActState.DOING, ActState.UNKNOWN):
        return act  # somebody was faster
    if outcome is None or (isinstance(outcome, Gone) and act.kind is ActKind.WITHDRAW):
        close(session, act, was_done=True, at=at)
    elif isinstance(outcome, Transient) and act.state is ActState.DOING:
        _try_again(session, act, outcome, at)
    elif isinstance(outcome, _CERTAINLY_NOT):
        close(session, act, was_done=False, at=at, reason=_said(outcome))
    else:
        _save_unknown(session, act, _said(outcome), at)
    return act


_CERTAINLY_NOT = (Rejected, Gone, Transient, AccessDenied)


def _said(error: OtklikError) -> str:
    return str(error) or type(error).__name__


def _try_again(session: Session, act: Act, error: Transient, at: datetime) -> None:
    if act.attempts >= MOST_TRIES:
        close(session, act, was_done=False, at=at, reason=_said(error))
        return
    act.state, act.error, act.lease_until = ActState.APPROVED, _said(error)[:2000], None
    act.do_after = at + _pause(error, act.attempts)
    session.add(act)
    note(session, act, "act.postponed", None, at, reason=act.error)


def _pause(error: OtklikError, tries: int) -> timedelta:
    if isinstance(error, RateLimited):
        return timedelta(seconds=error.retry_after)
    return timedelta(seconds=min(LONGEST_RETRY, RETRY_SECONDS * 2 ** min(tries, 10)))


def postpone(session: Session, act_id: int, error: OtklikError, at: datetime) -> None:
    """The thread could not be read, so nobody knows whether the approval still fits: wait."""
    act = acts.get_act(session, act_id)
    if act.state is ActState.APPROVED:
        act.error, act.do_after = _said(error)[:2000], at + _pause(error, act.attempts)
        session.add(act)


def _save_unknown(session: Session, act: Act, reason: str, at: datetime) -> None:
    act.state, act.error, act.lease_until = ActState.UNKNOWN, reason[:2000], None
    act.do_after = at
    session.add(act)
    session.flush()
    note(session, act, "act.unknown", None, at, reason=reason)


def mark_lost(session: Session, brand_id: str, at: datetime) -> list[Act]:
    """Acts whose doer died in the middle become `unknown`."""
    lost = acts.list_lost_acts(session, brand_id, at)
    for act in lost:
        _save_unknown(session, act, "the process that was doing it ended", at)
    return lost


def void_overtaken(session: Session, brand_id: str, at: datetime) -> list[Act]:
    """What was asked about a version that no longer stands there is void."""
    overtaken = acts.list_overtaken(session, brand_id)
    for act in overtaken:
        _put_aside(session, act, ActState.VOID, at, "the comment was edited or deleted since")
    return overtaken


def read_back(
    session: Session,
    act_id: int,
    thread: Sequence[CollectedMention],
    at: datetime,
    *,
    absence_proves: bool,
) -> None:
    """Settle an `unknown` act by what stands in the thread; else it is left to a person.

    Args:
        thread: the whole thread as it stands in public.
        absence_proves: the platform shows our changes at once (`Platform.reads_back`).
    """
    act = acts.get_act(session, act_id)
    if act.state is not ActState.UNKNOWN:
        return
    was_done = _is_done(session, act, thread)
    if was_done or (was_done is not None and absence_proves):
        reason = "" if was_done else "read back: it was not done"
        close(session, act, was_done=was_done, at=at, reason=reason)
    elif act.doing_at is not None and at - act.doing_at > LOOK_FOR:
        act.do_after = None
        session.add(act)


def _is_done(session: Session, act: Act, thread: Sequence[CollectedMention]) -> bool | None:
    """Whether the thread shows that it was done; None where it cannot show it."""
    reply = replies.get_reply(session, act.reply_id) if act.reply_id else None
    mention = mentions.get_mention(session, act.mention_id or 0)
    there = reply.external_id if reply else mention.external_id
    shown = next((one for one in thread if one.external_id == there), None)
    match act.kind:
        case ActKind.HIDE:
            return shown is None or shown.is_hidden
        case ActKind.UNHIDE:
            return shown is not None and not shown.is_hidden
        case ActKind.WITHDRAW:
            return shown is None
        case ActKind.CORRECT:
            return shown is not None and same_text(shown.text, act.text)
        case _:
            return None
