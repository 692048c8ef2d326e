"""Days that are over, counted once: what reports add up instead of a million mentions.

A counted day holds as long as no mark of a change lies in it. Marks are written by triggers in
the transaction of the change, and taken away by `save_day` only when it has seen that change:
whoever reads finds a day counted right, or counts it anew.
"""

from bisect import bisect_left
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import exists, insert, literal, text
from sqlalchemy import select as sa_select
from sqlmodel import Session, col, delete, func, select

from otklik.columns import UtcDateTime
from otklik.models import CountedDay, CountMark, DayCount, Mention

Span = tuple[datetime, datetime]
KEYS = ("platform", "zone", "topic", "stance", "sla_state", "state")
_QUARTER = timedelta(minutes=15)
# any number will do as long as nothing else in the database takes the same lock
_LOCK = 0x07174D


class Piece(NamedTuple):
    """A part of the span of this number."""

    number: int
    start: datetime
    finish: datetime


class Cover(NamedTuple):
    """Spans cut into runs of counted days and what is left between them."""

    counted: list[Piece]
    left: list[Piece]


def get_cover(session: Session, brand_id: str, spans: Sequence[Span]) -> Cover:
    """What of these spans stands in counted days that hold."""
    if not spans:
        return Cover([], [])
    query = (
        select(CountedDay.start, CountedDay.finish)
        .where(
            CountedDay.brand_id == brand_id,
            CountedDay.start >= min(start for start, _ in spans),
            CountedDay.start < max(finish for _, finish in spans),
            ~_is_marked(),
        )
        .order_by(col(CountedDay.start))
    )
    days = [(start, finish) for start, finish in session.connection().execute(query)]
    return cover(spans, days)


def cover(spans: Sequence[Span], days: Sequence[Span]) -> Cover:
    """Cut spans at days, which are in order and do not overlap; neighbours become one run."""
    found = Cover([], [])
    for number, (start, finish) in enumerate(spans):
        place, run = start, start
        for first, last in days[bisect_left(days, (start, start)) :]:
            if last > finish:
                break
            if first > place:
                _close(found.counted, number, run, place)
                _close(found.left, number, place, first)
                run = first
            place = last
        _close(found.counted, number, run, place)
        _close(found.left, number, place, finish)
    return found


def _close(pieces: list[Piece], number: int, start: datetime, finish: datetime) -> None:
    if start < finish:
        pieces.append(Piece(number, start, finish))


def _is_marked() -> Any:
    return exists().where(
        col(CountMark.brand_id) == col(CountedDay.brand_id),
        col(CountMark.quarter) >= col(CountedDay.start),
        col(CountMark.quarter) < col(CountedDay.finish),
    )


def list_due(
    session: Session, brand_id: str, days: Sequence[Span], *, counted_before: datetime
) -> list[Span]:
    """Which of these days are not counted, or have changed and were counted before that moment.

    A day that does not begin and end at a quarter of an hour is never counted: marks would not
    tell it from its neighbours.
    """
    day: list[Any] = [CountedDay.start, CountedDay.finish, CountedDay.counted_at, _is_marked()]
    query = select(*day).where(CountedDay.brand_id == brand_id)
    good = {
        (start, finish)
        for start, finish, at, is_marked in session.connection().execute(query)
        if not is_marked or at > counted_before
    }
    return [day for day in days if day not in good and all(map(_is_quarter, day))]


def _is_quarter(moment: datetime) -> bool:
    return not moment.timestamp() % _QUARTER.total_seconds()


def save_day(
    session: Session, brand_id: str, start: datetime, finish: datetime, at: datetime
) -> None:
    """Count a day, whatever stood there before.

    Marks go before it is counted: one written by a transaction that the count does not see yet
    stays, and the day is counted again.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.connection().execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    _forget(session, brand_id, start, finish)
    kept: list[Any] = [func.coalesce(getattr(Mention, name), "") for name in KEYS]
    alike = (
        sa_select(literal(brand_id), literal(start, UtcDateTime), *kept, func.count())
        .where(
            col(Mention.brand_id) == brand_id,
            col(Mention.is_ours).is_(False),
            col(Mention.waiting_since) >= start,
            col(Mention.waiting_since) < finish,
        )
        .group_by(*kept)
    )
    columns = ["brand_id", "start", *KEYS, "count"]
    session.connection().execute(insert(DayCount).from_select(columns, alike))
    session.add(CountedDay(brand_id=brand_id, start=start, finish=finish, counted_at=at))
    session.flush()


def _forget(session: Session, brand_id: str, start: datetime, finish: datetime) -> None:
    """Marks of a day, its counts, and those of days that overlap it: the desk's zone changed."""
    mark, counted, count = col(CountMark.quarter), col(CountedDay.start), col(DayCount.start)
    session.exec(
        delete(CountMark).where(col(CountMark.brand_id) == brand_id, mark >= start, mark < finish)
    )
    overlapping = select(CountedDay.start).where(
        CountedDay.brand_id == brand_id, counted < finish, CountedDay.finish > start
    )
    session.exec(delete(DayCount).where(col(DayCount.brand_id) == brand_id, count.in_(overlapping)))
    session.exec(
        delete(CountedDay).where(
            col(CountedDay.brand_id) == brand_id,
            counted < finish,
            col(CountedDay.finish) > start,
        )
    )
