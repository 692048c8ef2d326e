"""How long people work on a case, from the audit log, for staffing."""

from datetime import datetime
from typing import Any

from sqlmodel import Session, case, col, func, select

from otklik.models import AuditEvent
from otklik.store.report_replies import count_seconds_between

TAKEN = "case.taken"
_UNFINISHED = (TAKEN, "case.released", "case.handed_over", "case.taken_over")
_KINDS = ("case", "mention", "draft", "reply")
LATEST = 200_000  # events looked at, however long the log is
STEP = 5  # seconds


def list_handling_times(
    session: Session, brand_id: str, since: datetime, *, longest: int = 1_800
) -> list[tuple[float, int]]:
    """Seconds from taking a case to the last thing done on it: (seconds, how many).

    A turn lasts from one taking to the next by the same person; one in which nothing was
    finished does not count, nor one longer than `longest`: somebody went to lunch.
    """
    turns = _turns(session, brand_id, since)
    lasted = count_seconds_between(session, turns.c.start, turns.c.finish)
    seconds = (lasted // STEP * STEP).label("seconds")
    found = session.connection().execute(
        select(seconds, func.count())
        .where(turns.c.finished > 0, lasted <= longest)
        .group_by(seconds)
        .order_by(seconds)
    )
    return [(float(value), count) for value, count in found]


def _turns(session: Session, brand_id: str, since: datetime) -> Any:
    last = session.connection().execute(select(func.max(AuditEvent.id))).scalar() or 0
    taking = case((col(AuditEvent.action) == TAKEN, 1), else_=0)
    turn: Any = func.sum(taking).over(
        partition_by=col(AuditEvent.actor), order_by=col(AuditEvent.id)
    )
    event = (
        select(AuditEvent.actor, AuditEvent.action, AuditEvent.at, turn.label("turn"))
        .where(
            col(AuditEvent.id) > last - LATEST,
            AuditEvent.brand_id == brand_id,
            AuditEvent.at >= since,
            col(AuditEvent.actor).startswith("person:"),
            col(AuditEvent.subject_kind).in_(_KINDS),
        )
        .subquery()
    )
    done = case((event.c.action.not_in(_UNFINISHED), 1), else_=0)
    return (
        select(
            func.min(event.c.at).label("start"),
            func.max(event.c.at).label("finish"),
            func.sum(done).label("finished"),
        )
        .where(event.c.turn > 0)
        .group_by(event.c.actor, event.c.turn)
        .subquery()
    )
