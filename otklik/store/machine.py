"""How far the machine's own work is: small numbers, counted by their index."""

from sqlmodel import Session, col, func, select

from otklik.enums import MentionState, ReplyState
from otklik.models import Mention, Reply

UNDER_WAY = (
    MentionState.COLLECTED,
    MentionState.CLASSIFIED,
    MentionState.GROUPED,
    MentionState.DECIDED,
)
ON_ITS_WAY = (ReplyState.QUEUED, ReplyState.SENDING, ReplyState.UNKNOWN)


def count_machine_work(session: Session, brand_id: str) -> dict[MentionState, int]:
    """Mentions between two machine steps, and those a step has given up on."""
    states = (*UNDER_WAY, MentionState.STUCK)
    found = session.exec(
        select(Mention.state, func.count())
        .where(Mention.brand_id == brand_id, col(Mention.state).in_(states))
        .group_by(col(Mention.state))
    )
    return {MentionState(state): int(number) for state, number in found}


def count_replies_on_their_way(session: Session, brand_id: str) -> dict[ReplyState, int]:
    """Replies that wait, are being sent, or of which nobody knows."""
    found = session.exec(
        select(Reply.state, func.count())
        .where(col(Reply.state).in_(ON_ITS_WAY), Reply.brand_id == brand_id)
        .group_by(col(Reply.state))
    )
    return {ReplyState(state): int(number) for state, number in found}
