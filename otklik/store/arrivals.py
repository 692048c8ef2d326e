"""When the mentions of a source came: for its silence, its delay, its counts."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import literal, union_all
from sqlalchemy import select as sa_select
from sqlmodel import Session, col, func, select

from otklik.models import Mention
from otklik.store.hours import hour_of

_TOGETHER = 100
Item = TypeVar("Item")


@dataclass(frozen=True)
class Arrivals:
    """Mentions that came within one hour: the first, the last, how many."""

    first: datetime
    last: datetime
    count: int


def find_last_arrival(session: Session, source_id: int) -> datetime | None:
    """When the latest mention of a stranger was published (or found); None without any."""
    return session.exec(
        select(Mention.waiting_since)
        .where(Mention.source_id == source_id, col(Mention.is_ours).is_(False))
        .order_by(col(Mention.waiting_since).desc())
        .limit(1)
    ).first()


def list_arrivals(session: Session, source_id: int, since: datetime) -> list[Arrivals]:
    """Arrivals of strangers' mentions by the hour, oldest first; hours without any are absent."""
    moment = col(Mention.waiting_since)
    found = session.exec(
        select(func.min(moment), func.max(moment), func.count())
        .where(
            Mention.source_id == source_id,
            moment >= since,
            col(Mention.is_ours).is_(False),
        )
        .group_by(hour_of(moment, session))
        .order_by(func.min(moment))
    )
    return [Arrivals(first, last, count) for first, last, count in found]


def _since(source_id: int, moment: datetime) -> tuple[Any, ...]:
    return (
        Mention.source_id == source_id,
        Mention.waiting_since >= moment,
        col(Mention.is_ours).is_(False),
    )


def list_all_delays(
    session: Session, live_since: Mapping[int, datetime], limit: int
) -> dict[int, list[float]]:
    """Seconds from publication to our database, by source: of the latest published since then.

    A platform that tells the day only shows in a full hour: such a moment says nothing.
    """
    found: dict[int, list[float]] = {number: [] for number in live_since}
    for some in _batches(list(live_since.items())):
        parts = [
            select(Mention.source_id, Mention.published_at, Mention.collected_at)
            .where(*_since(number, since), col(Mention.published_at) >= since)
            .order_by(col(Mention.waiting_since).desc())
            .limit(limit)
            .subquery()
            for number, since in some
        ]
        for number, published, collected in session.connection().execute(_together(parts)):
            if (published.minute, published.second) != (0, 0):
                found[number].append(max(0.0, (collected - published).total_seconds()))
    return found


def count_all_arrivals(
    session: Session, source_ids: Sequence[int], since: tuple[datetime, datetime]
) -> dict[int, tuple[int, int]]:
    """How many mentions of strangers came since each of two moments, by source."""
    found = {}
    for some in _batches(list(source_ids)):
        parts = [
            select(
                literal(number).label("source_id"),
                *(
                    select(func.count())
                    .select_from(Mention)
                    .where(*_since(number, moment))
                    .scalar_subquery()
                    .label(f"n{place}")
                    for place, moment in enumerate(since)
                ),
            ).subquery()
            for number in some
        ]
        for number, first, second in session.connection().execute(_together(parts)):
            found[int(number)] = (int(first), int(second))
    return found


def _batches(items: list[Item]) -> Iterator[list[Item]]:
    """SQLite joins at most 500 selects."""
    for start in range(0, len(items), _TOGETHER):
        yield items[start : start + _TOGETHER]


def _together(parts: Sequence[Any]) -> Any:
    return union_all(*(sa_select(part) for part in parts))
