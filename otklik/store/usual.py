"""How many people were unhappy in each hour: what `otklik.usual_rates` learns from."""

from datetime import datetime
from typing import Any

from sqlmodel import Session, col, func, select

from otklik.enums import Stance, Topic
from otklik.models import Mention
from otklik.usual_rates import UnhappyHour

UNHAPPY = (Stance.CRITIC, Stance.HEATED, Stance.HATER)


def find_first_moment(session: Session, brand_id: str) -> datetime | None:
    """When the oldest comment of strangers was published, or None."""
    moment = col(Mention.waiting_since)
    query = select(moment).where(*_strangers(brand_id)).order_by(moment).limit(1)
    return session.exec(query).first()


def list_unhappy_hours(
    session: Session, brand_id: str, since: datetime, until: datetime
) -> list[UnhappyHour]:
    """Different unhappy people by UTC hour and topic; hours without any are absent.

    Comments brought from the past count as well: they are the history.
    """
    moment: Any = col(Mention.waiting_since)
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    hour = func.substr(moment, 1, 13) if is_sqlite else func.date_trunc("hour", moment)
    found = session.exec(
        select(
            func.min(moment), col(Mention.topic), func.count(func.distinct(col(Mention.author_id)))
        )
        .where(*_strangers(brand_id), moment >= since, moment < until)
        .where(col(Mention.stance).in_(UNHAPPY))
        .group_by(hour, col(Mention.topic))
    )
    return [
        UnhappyHour(first.replace(minute=0, second=0, microsecond=0), topic or Topic.NONE, people)
        for first, topic, people in found
    ]


def _strangers(brand_id: str) -> tuple[Any, ...]:
    return Mention.brand_id == brand_id, col(Mention.is_ours).is_(False)
