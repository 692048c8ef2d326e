"""What presses: how often people wrote, how fast threads are, and whom both make more urgent."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, col, func, select

from otklik.models import Mention, Thread
from otklik.store.queue_filter import WAITING, by_index, runs_out, waits

WINDOW = timedelta(hours=1)
MOST = 2_000  # of one thread or case that are made more urgent at once: the longest waiting


def count_contacts(session: Session, case_ids: Collection[int]) -> dict[int, int]:
    """How many mentions each case has: one person, one story."""
    found = session.exec(
        select(Mention.case_id, func.count())
        .where(col(Mention.case_id).in_(case_ids), col(Mention.is_ours).is_(False))
        .group_by(col(Mention.case_id))
    )
    return {number: count for number, count in found if number is not None}


def count_in_threads(session: Session, thread_ids: Collection[int], at: datetime) -> dict[int, int]:
    """How many mentions of others each thread got within the last hour."""
    found = session.exec(
        select(Mention.thread_id, func.count())
        .where(
            col(Mention.thread_id).in_(thread_ids),
            col(Mention.waiting_since) > at - WINDOW,
            col(Mention.is_ours).is_(False),
        )
        .group_by(col(Mention.thread_id))
    )
    return dict(found.all())


def save_paces(session: Session, paces: Mapping[int, int]) -> list[int]:
    """Keep what step each thread is at; those that rose."""
    rose = []
    for thread in session.exec(select(Thread).where(col(Thread.id).in_(paces))):
        pace = paces[thread.id or 0]
        if pace > thread.pace:
            rose.append(thread.id or 0)
        if pace != thread.pace:
            thread.pace = pace
            session.add(thread)
    return rose


def list_slower(session: Session, thread_id: int, pace: int) -> list[Mention]:
    """What waits in a thread and knows of no such pace yet."""
    query = select(Mention).where(Mention.thread_id == thread_id, Mention.thread_pace < pace)
    return _waiting(session, query)


def list_of_case(session: Session, case_id: int, contacts: int) -> list[Mention]:
    """What waits in a case and knows of fewer contacts."""
    query = select(Mention).where(Mention.case_id == case_id, Mention.contacts < contacts)
    return _waiting(session, query)


def _waiting(session: Session, query: Any) -> list[Mention]:
    waiting = query.where(col(Mention.state).in_(WAITING))
    return list(session.exec(waiting.order_by(col(Mention.waiting_since)).limit(MOST)))


def count_running_out(session: Session, brand_id: str, at: datetime) -> int:
    """How many wait for a person and run out of their term within the next hour."""
    every: Any = (
        select(func.count())
        .select_from(Mention)
        .where(Mention.brand_id == brand_id, waits(), runs_out(at))
    )
    return int(session.exec(by_index(every)).one())
