"""Clocks of the terms of zones, and the last good text of the operations."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, case, literal, update
from sqlmodel import Session, col, select

from otklik.enums import ClockKind, ClockState, MentionState
from otklik.models import Clock, Mention, OperationsText, Reply

BATCH = 500
EXCERPT = 200
OPEN = (ClockState.RUNNING, ClockState.PAUSED)


@dataclass(frozen=True)
class Soon:
    """A clock that runs out soon, with what a person needs to see of its mention."""

    clock: Clock
    excerpt: str
    platform: str


def get_operations_text(session: Session, brand_id: str) -> str:
    """The last good text; empty when there never was one."""
    found = session.get(OperationsText, brand_id)
    return found.text if found else ""


def save_operations_text(
    session: Session, brand_id: str, text: str, digest: str, at: datetime
) -> bool:
    """Keep a good text; False when it is the one that is kept."""
    found = session.get(OperationsText, brand_id)
    if found is not None and found.digest == digest:
        return False
    kept = found or OperationsText(brand_id=brand_id, digest="", text="", loaded_at=at)
    kept.text, kept.digest, kept.loaded_at = text, digest, at
    session.add(kept)
    session.flush()
    return True


def save_clocks(session: Session, clocks: Collection[Clock]) -> None:
    """Write new or changed clocks down."""
    session.add_all(clocks)
    session.flush()


def list_clocks(
    session: Session, mention_ids: Collection[int], kinds: Collection[ClockKind] = tuple(ClockKind)
) -> list[Clock]:
    """Clocks of these mentions, of these kinds."""
    query = select(Clock).where(col(Clock.mention_id).in_(mention_ids), col(Clock.kind).in_(kinds))
    return list(session.exec(query.order_by(col(Clock.id))))


def list_open_clocks_of_case(
    session: Session, case_id: int, kinds: Collection[ClockKind]
) -> list[Clock]:
    """Running and paused clocks of a case's mentions."""
    query = (
        select(Clock)
        .join(Mention, col(Mention.id) == Clock.mention_id)
        .where(Mention.case_id == case_id, col(Clock.kind).in_(kinds), col(Clock.state).in_(OPEN))
        .order_by(col(Clock.id))
    )
    return list(session.exec(query))


def close_clocks(
    session: Session,
    mention_ids: Collection[int],
    kinds: Collection[ClockKind],
    at: datetime,
    *,
    is_void: bool = False,
) -> None:
    """Stop the open clocks of these mentions: met or missed by `at`, or void."""
    in_time = case(
        (col(Clock.state) == ClockState.MISSED, _word(ClockState.MISSED)),
        (and_(col(Clock.paused_at).is_(None), col(Clock.due_at) < at), _word(ClockState.MISSED)),
        else_=_word(ClockState.MET),
    )
    session.flush()
    session.execute(
        update(Clock)
        .where(
            col(Clock.mention_id).in_(mention_ids),
            col(Clock.kind).in_(kinds),
            col(Clock.stopped_at).is_(None),
        )
        .values(state=ClockState.VOID if is_void else in_time, stopped_at=at, step_at=None)
        .execution_options(synchronize_session="fetch")
    )


def close_resolutions(session: Session, case_ids: Collection[int], at: datetime) -> None:
    """The cases are closed: so are the clocks of their resolution."""
    members = select(Mention.id).where(col(Mention.case_id).in_(case_ids))
    found = select(Clock.mention_id).where(
        col(Clock.mention_id).in_(members), Clock.kind == ClockKind.RESOLUTION
    )
    close_clocks(session, list(session.exec(found)), (ClockKind.RESOLUTION,), at)


def save_reopened(session: Session, mention_ids: Collection[int], at: datetime) -> None:
    """What stopped them was taken back: they run on as if it had not been."""
    is_over = col(Clock.due_at) < at
    again = case((is_over, _word(ClockState.MISSED)), else_=_word(ClockState.RUNNING))
    session.flush()
    session.execute(
        update(Clock)
        .where(col(Clock.mention_id).in_(mention_ids), col(Clock.stopped_at).is_not(None))
        .values(state=again, stopped_at=None, paused_at=None, resumes_at=None, step_at=at)
        .execution_options(synchronize_session="fetch")
    )


def _word(state: ClockState) -> Any:
    return literal(state, type_=Clock.__table__.c.state.type)  # type: ignore[attr-defined]


def list_answered(
    session: Session, author_ids: Collection[int], since: datetime
) -> set[tuple[int, int]]:
    """Threads and authors that have a reply of ours in public, posted since then."""
    query = (
        select(Mention.thread_id, Mention.author_id)
        .join(Reply, col(Reply.mention_id) == Mention.id)
        .where(col(Mention.author_id).in_(author_ids), col(Reply.posted_at) >= since)
        .distinct()
    )
    return set(session.exec(query))


def claim_due_steps(session: Session, brand_id: str, at: datetime) -> list[Clock]:
    """Clocks whose next step of escalation has come, the earliest first; locked."""
    query = (
        select(Clock)
        .where(Clock.brand_id == brand_id, col(Clock.step_at) <= at)
        .order_by(col(Clock.step_at))
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    )
    return list(session.exec(query))


def save_step(session: Session, clock: Clock, step: int, step_at: datetime | None) -> bool:
    """Go on to a later step; False when somebody else did meanwhile."""
    done: Any = session.execute(
        update(Clock)
        .where(col(Clock.id) == clock.id, col(Clock.step) == clock.step)
        .values(step=step, step_at=step_at)
        .execution_options(synchronize_session=False)
    )
    session.expire(clock)
    return bool(done.rowcount)


def close_overdue(session: Session, brand_id: str, at: datetime) -> int:
    """Running clocks that ran out become `missed`; how many did."""
    done: Any = session.execute(
        update(Clock)
        .where(
            col(Clock.brand_id) == brand_id,
            col(Clock.state) == ClockState.RUNNING,
            col(Clock.due_at) <= at,
        )
        .values(state=ClockState.MISSED)
        .execution_options(synchronize_session=False)
    )
    return int(done.rowcount)


def list_to_resume(session: Session, brand_id: str, at: datetime) -> list[Clock]:
    """Paused clocks that go on by themselves by now, locked."""
    query = (
        select(Clock)
        .where(
            Clock.brand_id == brand_id,
            Clock.state == ClockState.PAUSED,
            col(Clock.resumes_at) <= at,
        )
        .order_by(col(Clock.resumes_at))
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    )
    return list(session.exec(query))


def list_soon(
    session: Session,
    brand_id: str,
    until: datetime,
    *,
    zones: Sequence[str] | None = None,
    limit: int = 50,
) -> list[Soon]:
    """Running clocks that run out by then, the earliest first; those over already are not."""
    query = (
        select(Clock, Mention.text, Mention.platform)
        .join(Mention, col(Mention.id) == Clock.mention_id)
        .where(
            Clock.brand_id == brand_id,
            Clock.state == ClockState.RUNNING,
            col(Clock.due_at) <= until,
            col(Mention.state) != MentionState.CLOSED,
        )
    )
    if zones is not None:
        query = query.where(col(Clock.zone).in_(zones))
    query = query.order_by(col(Clock.due_at), col(Clock.id)).limit(limit)
    return [Soon(clock, text[:EXCERPT], platform) for clock, text, platform in session.exec(query)]
