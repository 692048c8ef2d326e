"""Counts for reports: added up from counted days, and from one index where none holds.

Moments come in as spans, made elsewhere in the desk's time zone: what of a span is not in days
that stand counted (`report_days`) is one range of the index or two; no mention is read.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Integer, column, values
from sqlmodel import Session, col, func, select

from otklik.columns import UtcDateTime
from otklik.enums import MentionState, Topic
from otklik.models import DayCount, DraftRow, Mention, SubjectEntity
from otklik.store import report_days
from otklik.store.hours import hour_of
from otklik.store.report_days import Piece

Spans = Sequence[tuple[datetime, datetime]]
Counts = dict[str, list[int]]
COLUMNS = ("stance", "topic", "platform", "zone", "sla_state", "state")
NONE = ""


@dataclass(frozen=True)
class Narrowing:
    """What to count; an empty field asks for everything."""

    platforms: tuple[str, ...] = ()
    zones: tuple[str, ...] = ()
    topics: tuple[Topic, ...] = ()
    stances: tuple[str, ...] = ()


def conditions(brand_id: str, wanted: Narrowing) -> list[ColumnElement[bool]]:
    """What strangers wrote to this brand, narrowed."""
    return [
        col(Mention.brand_id) == brand_id,
        col(Mention.is_ours).is_(False),
        *_narrowed(Mention, wanted),
    ]


def _narrowed(table: Any, wanted: Narrowing) -> list[ColumnElement[bool]]:
    chosen: tuple[tuple[Any, Sequence[Any]], ...] = (
        (table.platform, wanted.platforms),
        (table.zone, wanted.zones),
        (table.topic, wanted.topics),
        (table.stance, wanted.stances),
    )
    return [col(one).in_(kept) for one, kept in chosen if kept]


def span_table(spans: Spans) -> Any:
    """The spans as a table of the query: their number, beginning and end."""
    return _pieces([Piece(number, *span) for number, span in enumerate(spans)])


def _pieces(rows: Sequence[Piece]) -> Any:
    kinds = (column("n", Integer), column("start", UtcDateTime), column("finish", UtcDateTime))
    return values(*kinds, name="given").data([tuple(row) for row in rows]).cte("span")


def within(span: Any) -> Any:
    """Mentions of a span."""
    moment: Any = col(Mention.waiting_since)
    return (moment >= span.c.start) & (moment < span.c.finish)


def count_by(
    session: Session, brand_id: str, spans: Spans, by: str, wanted: Narrowing | None = None
) -> Counts:
    """Mentions in each span by the values of a column; what has none is under ``""``.

    Args:
        by: one of `COLUMNS`.
    """
    if by not in COLUMNS:
        raise ValueError(f"reports do not count by {by}")
    wanted = wanted or Narrowing()
    counted, left = report_days.get_cover(session, brand_id, spans)
    found = [
        *_count_days(session, brand_id, counted, by, wanted),
        *_count_left(session, brand_id, left, by, wanted),
    ]
    return _spread(found, len(spans))


def _count_left(
    session: Session, brand_id: str, pieces: Sequence[Piece], by: str, wanted: Narrowing
) -> list[Any]:
    if not pieces:
        return []
    span, key = _pieces(pieces), getattr(Mention, by)
    query = (
        select(span.c.n, key, func.count())
        .select_from(span)
        .join(Mention, within(span))
        .where(*conditions(brand_id, wanted))
        .group_by(span.c.n, key)
    )
    return list(session.connection().execute(query))


def _count_days(
    session: Session, brand_id: str, pieces: Sequence[Piece], by: str, wanted: Narrowing
) -> list[Any]:
    if not pieces:
        return []
    span, key, day = _pieces(pieces), getattr(DayCount, by), col(DayCount.start)
    query = (
        select(span.c.n, key, func.sum(DayCount.count))
        .select_from(span)
        .join(DayCount, (day >= span.c.start) & (day < span.c.finish))
        .where(col(DayCount.brand_id) == brand_id, *_narrowed(DayCount, wanted))
        .group_by(span.c.n, key)
    )
    return list(session.connection().execute(query))


def _spread(rows: Any, length: int) -> Counts:
    found: Counts = {}
    for number, name, count in rows:
        line = found.setdefault(NONE if name is None else str(name), [0] * length)
        line[number] += int(count)
    return found


def count_entities(
    session: Session,
    brand_id: str,
    spans: Spans,
    wanted: Narrowing | None = None,
    *,
    every: int = 1,
) -> Counts:
    """Mentions in each span by what of ours they name; one in `every` is looked at."""
    span = span_table(spans)
    found = session.connection().execute(
        select(span.c.n, SubjectEntity.entity_id, func.count())
        .select_from(span)
        .join(Mention, within(span))
        .join(SubjectEntity, col(SubjectEntity.mention_id) == col(Mention.id))
        .where(*conditions(brand_id, wanted or Narrowing()), *one_in(every))
        .group_by(span.c.n, SubjectEntity.entity_id)
    )
    return _spread(found, len(spans))


def count_matters(
    session: Session,
    brand_id: str,
    spans: Spans,
    wanted: Narrowing | None = None,
    *,
    every: int = 1,
) -> Counts:
    """Mentions in each span by the matters of their points, each matter of a mention once.

    The points are those the machine's own draft found; one mention in `every` is looked at.
    """
    span, is_sqlite = span_table(spans), session.get_bind().dialect.name == "sqlite"
    listed = (func.json_each if is_sqlite else func.jsonb_array_elements)(col(DraftRow.points))
    point = listed.table_valued("value", joins_implicitly=True)
    matter = (
        func.json_extract(point.c.value, "$.matter_id")
        if is_sqlite
        else func.jsonb_extract_path_text(point.c.value, "matter_id")
    )
    found = session.connection().execute(
        select(span.c.n, matter, func.count(col(Mention.id).distinct()))
        .select_from(span)
        .join(Mention, within(span))
        .join(DraftRow, col(DraftRow.mention_id) == col(Mention.id))
        .where(
            *conditions(brand_id, wanted or Narrowing()),
            *one_in(every),
            col(DraftRow.supersedes_id).is_(None),
            matter != "",
        )
        .group_by(span.c.n, matter)
    )
    return _spread(found, len(spans))


def one_in(every: int) -> list[ColumnElement[bool]]:
    """One mention in so many, by its number."""
    return [] if every <= 1 else [col(Mention.id) % every == 0]


def count_mentions(
    session: Session, brand_id: str, spans: Spans, wanted: Narrowing | None = None
) -> list[int]:
    """Mentions in each span."""
    totals = [0] * len(spans)
    for line in count_by(session, brand_id, spans, "platform", wanted).values():
        totals = [total + count for total, count in zip(totals, line, strict=True)]
    return totals


def count_hours(
    session: Session,
    brand_id: str,
    since: datetime,
    until: datetime,
    wanted: Narrowing | None = None,
    *,
    only_worked: bool = True,
) -> list[tuple[datetime, int]]:
    """Arrivals by the UTC hour (any moment of it), oldest first; empty hours are absent.

    Args:
        only_worked: leave out what was closed without an answer.
    """
    moment: Any = col(Mention.waiting_since)
    query = (
        select(func.min(moment), func.count())
        .where(
            *conditions(brand_id, wanted or Narrowing()),
            moment >= since,
            moment < until,
        )
        .group_by(hour_of(moment, session))
        .order_by(func.min(moment))
    )
    if only_worked:
        query = query.where(col(Mention.state) != MentionState.CLOSED)
    return [(at, int(count)) for at, count in session.connection().execute(query)]


def find_first_moment(session: Session, brand_id: str) -> datetime | None:
    """When the first comment was published, or None."""
    moment: Any = col(Mention.waiting_since)
    query = select(moment).where(*conditions(brand_id, Narrowing())).order_by(moment).limit(1)
    found: datetime | None = session.exec(query).first()
    return found


def list_zones(session: Session, brand_id: str, since: datetime, until: datetime) -> list[str]:
    """Zones that mentions of a span belong to, sorted."""
    return sorted(count_by(session, brand_id, [(since, until)], "zone"))
