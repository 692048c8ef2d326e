"""Before a fact expires its owner is told: a fact out of date is worse than none."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlmodel import Session

from otklik.enums import AlertKind
from otklik.settings import Settings
from otklik.store import alerts
from responder.knowledge.values import Fact

URGENCY = 3


def list_expiring(facts: Iterable[Fact], at: datetime, days: float) -> list[Fact]:
    """Facts that end within so many days, or ended within as many, the first to end first.

    What ended longer ago is history; its owner was told.
    """
    near = timedelta(days=days)
    found = [
        (fact.valid_until, fact.id, fact)
        for fact in facts
        if fact.valid_until is not None and abs(fact.valid_until - at) <= near
    ]
    return [fact for _, _, fact in sorted(found)]


def tell(session: Session, facts: Iterable[Fact], settings: Settings, at: datetime) -> None:
    """Tell of each fact that is about to expire, once for each day it is to expire on."""
    for fact in list_expiring(facts, at, settings.fact_warning_days):
        alerts.save_alert(
            session,
            brand_id=settings.brand_id,
            kind=AlertKind.FACT_EXPIRES,
            dedup_key=f"fact:{fact.id}:{last_day(fact)}",
            title=f"Факт {_when(fact, at)}: {fact.id}",
            body=f"Хозяин: {owner_of(fact)}. {fact.text_ru or fact.text_en}",
            urgency=URGENCY,
            channels=[one.name for one in settings.channels if one.min_urgency <= URGENCY],
            at=at,
        )


def last_day(fact: Fact) -> str:
    """The last day a fact holds, YYYY-MM-DD; empty when it has no end."""
    if fact.valid_until is None:
        return ""
    return (fact.valid_until - timedelta(days=1)).date().isoformat()


def owner_of(fact: Fact) -> str:
    """Role and, where it is known, the person who keeps a fact true."""
    return f"{fact.owner} ({fact.person})" if fact.person else fact.owner


def _when(fact: Fact, at: datetime) -> str:
    day = ".".join(reversed(last_day(fact).split("-")))
    over = fact.valid_until is not None and fact.valid_until <= at
    return f"перестал действовать после {day}" if over else f"действует до {day}"
