"""When the mentions of a source came: for its silence, its delay, its counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, func, select

from otklik.models import Mention


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
    postgres = session.get_bind().dialect.name == "postgresql"
    hour = func.date_trunc("hour", moment) if postgres else func.substr(moment, 1, 13)
    found = session.exec(
        select(func.min(moment), func.max(moment), func.count())
        .where(
            Mention.source_id == source_id,
            moment >= since,
            col(Mention.is_ours).is_(False),
        )
        .group_by(hour)
        .order_by(func.min(moment))
    )
    return [Arrivals(first, last, count) for first, last, count in found]


def list_delays(session: Session, source_id: int, since: datetime, limit: int) -> list[float]:
    """Seconds from publication to our database, of the latest published after `since`.

    A platform that tells the day only shows in a full hour: such a moment says nothing.
    """
    found = session.exec(
        select(Mention.published_at, Mention.collected_at)
        .where(
            Mention.source_id == source_id,
            Mention.waiting_since >= since,
            col(Mention.published_at) >= since,
            col(Mention.is_ours).is_(False),
        )
        .order_by(col(Mention.waiting_since).desc())
        .limit(limit)
    )
    return [
        max(0.0, (collected - published).total_seconds())
        for published, collected in found
        if published is not None and (published.minute, published.second) != (0, 0)
    ]


def count_arrivals(session: Session, source_id: int, since: Sequence[datetime]) -> list[int]:
    """How many mentions of strangers came since each of these moments."""
    return [
        session.exec(
            select(func.count())
            .select_from(Mention)
            .where(
                Mention.source_id == source_id,
                Mention.waiting_since >= moment,
                col(Mention.is_ours).is_(False),
            )
        ).one()
        for moment in since
    ]
