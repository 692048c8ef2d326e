"""Who writes again, and where many write at once, waits at more pressure: never at less."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from otklik.enums import MentionState
from otklik.models import Mention
from otklik.pressing import pace_of
from otklik.store import pressure


def press(session: Session, rows: Sequence[Mention], at: datetime) -> None:
    """Count contacts and pace for mentions that were just decided, and for those beside them.

    A count is only ever raised: a thread that calms down makes nobody wait longer.
    """
    fresh = [row for row in rows if row.starts_clock and row.state is not MentionState.CLOSED]
    session.flush()
    _of_cases(session, fresh)
    _of_threads(session, fresh, at)


def _of_cases(session: Session, rows: Sequence[Mention]) -> None:
    cases = {row.case_id for row in rows if row.case_id is not None}
    counts = pressure.count_contacts(session, cases)
    for row in rows:
        row.contacts = max(row.contacts, counts.get(row.case_id or 0, 1) - 1)
    for case_id, count in counts.items():
        if count > 1:
            for row in pressure.list_of_case(session, case_id, count - 1):
                row.contacts = count - 1
                session.add(row)


def _of_threads(session: Session, rows: Sequence[Mention], at: datetime) -> None:
    threads = {row.thread_id for row in rows}
    counts = pressure.count_in_threads(session, threads, at)
    paces = {thread: pace_of(counts.get(thread, 0)) for thread in threads}
    for row in rows:
        row.thread_pace = max(row.thread_pace, paces[row.thread_id])
    for thread in pressure.save_paces(session, paces):
        for row in pressure.list_slower(session, thread, paces[thread]):
            row.thread_pace = paces[thread]
            session.add(row)
