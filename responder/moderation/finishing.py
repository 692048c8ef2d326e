"""What follows once an act is done, has failed, or nobody knows."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from otklik.enums import ActKind, ActState
from otklik.models import Act, Mention, Person
from otklik.store import acts, mentions
from responder.moderation import own_words
from responder.moderation.recording import note

_RECORD = {True: ActState.DONE, False: ActState.FAILED}


def close(
    session: Session,
    act: Act,
    *,
    was_done: bool,
    at: datetime,
    reason: str = "",
    person: Person | None = None,
) -> None:
    """The outcome is certain: the act was done, with all that follows, or it was not.

    Args:
        person: who found it out; None when the platform told it.
    """
    act.state, act.error, act.lease_until = _RECORD[was_done], reason[:2000], None
    if was_done:
        act.done_at = at if person is None else act.doing_at or at
    session.add(act)
    session.flush()
    if was_done:
        _draw_consequences(session, act, at)
    note(session, act, f"act.{act.state}", person, at, reason=reason)


def _draw_consequences(session: Session, act: Act, at: datetime) -> None:
    if act.kind in (ActKind.HIDE, ActKind.UNHIDE):
        mention: Mention = mentions.get_mention(session, act.mention_id or 0)
        mention.is_hidden = act.kind is ActKind.HIDE
        session.add(mention)
    elif act.kind is ActKind.WITHDRAW:
        own_words.finish_withdrawal(session, act, at)
    elif act.kind is ActKind.CORRECT:
        given = acts.list_approvals(session, act.id or 0)
        own_words.finish_correction(session, act, given[0][1].id if given else None, at)
