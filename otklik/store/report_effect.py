"""Authors who complained: answered or not, and how they wrote next; counted by likeness."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import literal
from sqlalchemy.orm import aliased
from sqlmodel import Session, case, col, func, select

from otklik.columns import UtcDateTime
from otklik.enums import UNHAPPY
from otklik.models import Mention, MentionVersion
from otklik.store.report_counts import Narrowing, conditions
from otklik.store.report_replies import count_seconds_between, first_answer

AGAIN_WITHIN = timedelta(days=60)
_KEPT = (
    *("id", "author_id", "platform", "stance", "topic", "urgency", "rating"),
    "waiting_since",
)


@dataclass(frozen=True)
class AuthorCount:
    """So many authors whose first complaint of the span was alike, and ended alike.

    `is_calm`: their next mention is no complaint; None: there is none. `rating`: change of the
    stars, by editing or in the next review; None: no stars were given.
    """

    platform: str
    stance: str
    topic: str
    urgency: int
    week: int
    is_answered: bool
    is_calm: bool | None
    rating: float | None
    count: int


def list_author_counts(
    session: Session,
    brand_id: str,
    since: datetime,
    until: datetime,
    wanted: Narrowing | None = None,
    *,
    every: int = 1,
) -> list[AuthorCount]:
    """The first complaint of each author within a span, and what came after it.

    After an answer where there was one, after the complaint else; `AGAIN_WITHIN` at most.

    Args:
        every: one author in so many is looked at.
    """
    chosen = [*conditions(brand_id, wanted or Narrowing()), *_authors(every)]
    first = _first_complaints(session, chosen, since, until)
    later: Any = aliased(Mention)
    start: Any = aliased(MentionVersion)
    is_calm = case((later.id.is_(None), None), (later.stance.in_(UNHAPPY), 0), else_=1).label(
        "is_calm"
    )
    rating = (func.coalesce(later.rating, first.c.rating) - start.rating).label("rating")
    is_answered = case((first.c.answer.is_not(None), 1), else_=0).label("is_answered")
    likeness = [first.c[name] for name in ("platform", "stance", "topic", "urgency", "week")]
    inner = (
        select(*_all(likeness, is_answered, is_calm, rating))
        .select_from(first)
        .outerjoin(later, later.id == _next_id(session, first))
        .outerjoin(start, (start.mention_id == first.c.id) & (start.version == 1))
        .subquery()
    )
    columns = list(inner.c)
    found = session.connection().execute(select(*_all(columns, func.count())).group_by(*columns))
    return [_counted(row) for row in found]


def _all(columns: list[Any], *more: Any) -> list[Any]:
    return [*columns, *more]


def _counted(row: Any) -> AuthorCount:
    return AuthorCount(
        platform=row[0],
        stance=str(row[1] or ""),
        topic=str(row[2] or ""),
        urgency=row[3],
        week=int(row[4]),
        is_answered=bool(row[5]),
        is_calm=None if row[6] is None else bool(row[6]),
        rating=None if row[7] is None else float(row[7]),
        count=row[8],
    )


def _authors(every: int) -> list[Any]:
    return [] if every <= 1 else [col(Mention.author_id) % every == 0]


def _first_complaints(session: Session, chosen: list[Any], since: datetime, until: datetime) -> Any:
    moment: Any = col(Mention.waiting_since)
    turn: Any = func.row_number().over(
        partition_by=col(Mention.author_id), order_by=(moment, col(Mention.id))
    )
    numbered = (
        select(Mention.id, turn.label("turn"))
        .where(
            *chosen,
            moment >= since,
            moment < until,
            col(Mention.stance).in_(UNHAPPY),
        )
        .subquery()
    )
    passed = count_seconds_between(session, literal(since, UtcDateTime), moment)
    week = (passed // 604_800).label("week")
    columns = [getattr(Mention, name) for name in _KEPT]
    return (
        select(*_all(columns, week, first_answer().label("answer")))
        .join(numbered, numbered.c.id == Mention.id)
        .where(numbered.c.turn == 1)
        .cte("first_complaint")
        .prefix_with("MATERIALIZED")  # else the answer is looked up wherever it is named
    )


def _next_id(session: Session, first: Any) -> Any:
    following: Any = aliased(Mention)
    begun = func.coalesce(first.c.answer, first.c.waiting_since)
    return (
        select(following.id)
        .where(
            following.author_id == first.c.author_id,
            following.waiting_since > begun,
            following.id != first.c.id,
            count_seconds_between(session, begun, following.waiting_since)
            <= AGAIN_WITHIN.total_seconds(),
        )
        .order_by(following.waiting_since, following.id)
        .limit(1)
        .correlate(first)
        .scalar_subquery()
    )
