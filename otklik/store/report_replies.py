"""How soon we answer, for reports: times to the first reply as histograms."""

from datetime import datetime
from typing import Any

from sqlalchemy import Integer, cast
from sqlmodel import Session, case, col, func, select

from otklik.enums import CloseReason, MentionState, ReplyState, SlaState
from otklik.models import Mention, Reply
from otklik.store.report_counts import Narrowing, Spans, conditions, one_in, span_table, within

Minutes = dict[str, list[tuple[float, int]]]
_STOOD = (ReplyState.POSTED, ReplyState.WITHDRAWN)
KEYS = ("platform", "zone", "topic", "stance")


def first_answer() -> Any:
    """When our first reply to a mention stood in public, or was seen there; null: never."""
    posted = (
        select(func.min(Reply.posted_at))
        .where(
            Reply.mention_id == Mention.id,
            col(Reply.state).in_(_STOOD),
            col(Reply.follows_up_id).is_(None),
        )
        .correlate(Mention)
        .scalar_subquery()
    )
    is_elsewhere: Any = col(Mention.close_reason) == CloseReason.ANSWERED_ELSEWHERE
    elsewhere: Any = case((is_elsewhere, col(Mention.state_changed_at)), else_=None)
    return func.coalesce(posted, elsewhere)


def count_seconds_between(session: Session, start: Any, end: Any) -> Any:
    """Whole seconds from one moment to another, on either database; `//` divides them."""
    if session.get_bind().dialect.name == "sqlite":
        return func.unixepoch(end, type_=Integer) - func.unixepoch(start, type_=Integer)
    lasted = func.extract("epoch", end) - func.extract("epoch", start)
    return cast(lasted, Integer)


def list_first_replies(
    session: Session,
    brand_id: str,
    spans: Spans,
    wanted: Narrowing | None = None,
    *,
    by: str | None = None,
    every: int = 1,
) -> list[tuple[int, str, float, int]]:
    """Minutes to the first reply, full minutes: (span, key, minutes, how many).

    Only what our clock ran for: no back-filled comments, none without a date.

    Args:
        by: one of `KEYS`; None: all under ``""``.
    """
    span = span_table(spans)
    key: Any = getattr(Mention, by) if by in KEYS else None
    answer = first_answer().label("answer")
    columns = [span.c.n, col(Mention.waiting_since).label("came"), answer]
    columns += [key.label("key")] if key is not None else []
    inner = (
        select(*columns)
        .select_from(span)
        .join(Mention, within(span))
        .where(
            *conditions(brand_id, wanted or Narrowing()),
            *one_in(every),
            col(Mention.starts_clock).is_(True),
        )
        .cte("reply_looked_at")
        .prefix_with("MATERIALIZED")  # else the answer is looked up wherever it is named
    )
    minutes = count_seconds_between(session, inner.c.came, inner.c.answer) // 60
    groups = [inner.c.n, *([inner.c.key] if key is not None else []), minutes.label("minutes")]
    found = session.connection().execute(
        select(*_counted(groups)).where(inner.c.answer.is_not(None)).group_by(*groups)
    )
    return [
        (row[0], str(row[1] or "") if key is not None else "", max(0.0, float(row[-2])), row[-1])
        for row in found
    ]


def _counted(groups: list[Any]) -> list[Any]:
    return [*groups, func.count()]


def count_unanswered(
    session: Session, brand_id: str, since: datetime, until: datetime
) -> tuple[int, int]:
    """Of what came in a span: how many wait overdue without an answer now, and how many came."""
    waiting = (MentionState.DRAFTED, MentionState.HELD, MentionState.STUCK)
    is_late: Any = (col(Mention.sla_state) == SlaState.MISSED) & col(Mention.state).in_(waiting)
    late = case((is_late, 1), else_=0)
    row = (
        session.connection()
        .execute(
            select(func.count(), func.sum(late)).where(
                *conditions(brand_id, Narrowing()),
                col(Mention.waiting_since) >= since,
                col(Mention.waiting_since) < until,
            )
        )
        .one()
    )
    return int(row[1] or 0), int(row[0])
