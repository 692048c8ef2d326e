"""Days that are over are counted beforehand, so that a report adds up instead of counting."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Engine
from sqlmodel import Session

from otklik import database
from otklik.reports.periods import DAY, days, local_day, pairs
from otklik.store import report_counts, report_days
from otklik.store.report_days import Span

REST = timedelta(minutes=1)  # a day that goes on changing is counted anew no more often
AT_ONCE = 20


def count_days(
    engine: Engine, brand_id: str, zone: ZoneInfo, at: datetime, *, limit: int = AT_ONCE
) -> int:
    """Count days that are over and stand uncounted or changed, the latest first.

    Each in a transaction of its own: who writes mentions waits for one day at most.

    Returns:
        How many were counted; less than `limit`: the rest holds.
    """
    with database.reading(engine) as session:
        due = _list_due(session, brand_id, zone, at)
    for start, finish in due[:limit]:
        with database.session(engine) as session:
            report_days.save_day(session, brand_id, start, finish, at)
    return len(due[:limit])


def _list_due(session: Session, brand_id: str, zone: ZoneInfo, at: datetime) -> list[Span]:
    first = report_counts.find_first_moment(session, brand_id)
    if first is None:
        return []
    over = days(local_day(first, zone), local_day(at, zone) - DAY, zone)
    due = report_days.list_due(session, brand_id, pairs(over), counted_before=at - REST)
    return due[::-1]
