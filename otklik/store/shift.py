"""Who is on what: whose hands a case is in, and what everybody works on now."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import aliased
from sqlmodel import Session, and_, col, or_, select

from otklik.models import Author, Case, Mention, Person
from otklik.store.queue_filter import waits

MOST = 60


@dataclass(frozen=True)
class Hands:
    """Who works on a case now (empty: nobody) and who keeps it to the end (empty: nobody yet)."""

    holder_id: int | None
    holder: str
    owner_id: int | None
    owner: str


def list_hands(session: Session, mention_ids: Collection[int], at: datetime) -> dict[int, Hands]:
    """Whose these mentions are, by mention id; those in nobody's hands are absent."""
    holder, owner = aliased(Person), aliased(Person)
    columns: tuple[Any, ...] = (Mention.id, holder.id, holder.name, owner.id, owner.name)
    rows = session.execute(
        select(*columns)
        .join(Case, col(Case.id) == Mention.case_id)
        .join(
            holder,
            and_(col(holder.id) == Case.leased_by_id, col(Case.lease_until) > at),
            isouter=True,
        )
        .join(owner, col(owner.id) == Case.owner_id, isouter=True)
        .where(
            col(Mention.id).in_(mention_ids),
            or_(col(holder.id).is_not(None), col(owner.id).is_not(None)),
        )
    )
    return {
        mention or 0: Hands(held_by, held or "", owned_by, owned or "")
        for mention, held_by, held, owned_by, owned in rows
    }


@dataclass(frozen=True)
class OnShift:
    """One person and the case in their hands."""

    person_id: int
    name: str
    mention_id: int
    urgency: int
    author_name: str
    until: datetime


def list_on_shift(
    session: Session, brand_id: str, at: datetime, *, limit: int = MOST
) -> list[OnShift]:
    """Everybody who works on a case now, by name, with the most urgent comment of it."""
    columns: tuple[Any, ...] = (
        *(Person.id, Person.name, Mention.id, Mention.urgency),
        *(Author.name, Case.lease_until),
    )
    rows = session.execute(
        select(*columns)
        .join(Case, col(Case.leased_by_id) == Person.id)
        .join(Mention, col(Mention.case_id) == Case.id)
        .join(Author, col(Author.id) == Mention.author_id)
        .where(
            Case.brand_id == brand_id,
            col(Case.leased_by_id).is_not(None),
            col(Case.lease_until) > at,
            waits(),
        )
        .order_by(col(Mention.urgency), col(Mention.id).desc())
        .limit(10 * limit)
    )
    by_person = {
        person or 0: OnShift(person or 0, name, mention or 0, urgency, author, until or at)
        for person, name, mention, urgency, author, until in rows
    }
    return sorted(by_person.values(), key=lambda one: one.name)[:limit]
