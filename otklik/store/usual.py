"""How many people were unhappy in each hour: what `otklik.usual_rates` learns from."""

from datetime import datetime
from typing import Any

from sqlmodel import Session, col, func, select

from otklik.enums import UNHAPPY, Topic
from otklik.models import Mention
from otklik.store.hours import hour_of
from otklik.usual_rates import UnhappyHour


def list_unhappy_hours(
    session: Session, brand_id: str, since: datetime, until: datetime
) -> list[UnhappyHour]:
    """Different unhappy people by UTC hour and topic; hours without any are absent.

    Comments brought from the past count as well: they are the history.
    """
    moment: Any = col(Mention.waiting_since)
    found = session.exec(
        select(
            func.min(moment), col(Mention.topic), func.count(func.distinct(col(Mention.author_id)))
        )
        .where(Mention.brand_id == brand_id, col(Mention.is_ours).is_(False))
        .where(moment >= since, moment < until)
        .where(col(Mention.stance).in_(UNHAPPY))
        .group_by(hour_of(moment, session), col(Mention.topic))
    )
    return [
        UnhappyHour(first.replace(minute=0, second=0, microsecond=0), topic or Topic.NONE, people)
        for first, topic, people in found
    ]
