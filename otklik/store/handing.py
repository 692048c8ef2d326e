"""Which case is handed out next: by pressure, to its owner first, fairly."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, exists, literal_column
from sqlmodel import Session, and_, col, or_, select

from otklik.enums import CaseState, DraftState, Role, Stance, Urgency
from otklik.models import Approval, Case, DraftRow, Hold, Mention, Person
from otklik.store.approvals import is_sent_back
from otklik.store.cases import WAITING

OWNER_FIRST = timedelta(hours=2)  # so long a case waits for the one who knows it
BATCH = 100
OWN_AHEAD = timedelta(hours=8)  # so much more pressing must another case be than one's own
_MOST_PRESSING = (col(Mention.pressing_at), col(Mention.id))
# word for word the condition of its index (not Boolean: on SQLite that adds "= 1")
_IS_WAITING: ColumnElement[bool] = literal_column("mention.state IN ('drafted', 'held', 'stuck')")


class Handed(NamedTuple):
    """What is to be worked on next."""

    case_id: int
    mention_id: int


class _Found(NamedTuple):
    case_id: int
    mention_id: int
    pressing_at: datetime


def claim_next(
    session: Session,
    person: Person,
    at: datetime,
    *,
    zones: Collection[str] | None,
    skip: Collection[int],
    but: Sequence[Any] = (),
) -> Handed | None:
    """The most urgent case this person may work on, locked; None: there is none.

    What they hold already comes first; then the pressure (`otklik.pressing`): urgency, the end
    of the term, repeated contact, pace of the thread. Their own cases have a head start.

    Args:
        but: conditions on the mention; what fails them is handed out after all the rest.
    """
    allowed = _may_be_handed(person, at, zones, skip)
    held = and_(col(Case.leased_by_id) == person.id, col(Case.lease_until) > at)
    found = _first_of_own(session, _ids(session, held), [*allowed, held])
    owned = and_(col(Case.owner_id) == person.id, col(Case.state) == CaseState.OPEN)
    own = _ids(session, owned) if found is None else []
    for more in (but, ()) if but else ((),):
        if found is None:
            mine = _first_of_own(session, own, [*allowed, *more, owned])
            found = _first_of_many(session, person.brand_id, allowed, _ahead_of(mine, more)) or mine
    return Handed(found.case_id, found.mention_id) if found else None


def _ahead_of(own: _Found | None, more: Sequence[Any]) -> Sequence[Any]:
    """Conditions on what goes before one's own case."""
    if own is None:
        return more
    return [*more, col(Mention.pressing_at) < own.pressing_at - OWN_AHEAD]


def is_no_hater(zones: Collection[str] | None, urgent_from: Urgency) -> Any:
    """A condition for `claim_next`: no hater, or an urgent one, or in none of these zones."""
    found = [
        col(Mention.stance).is_(None),
        col(Mention.stance) != Stance.HATER,
        col(Mention.urgency) >= int(urgent_from),
    ]
    return or_(*found) if zones is None else or_(*found, col(Mention.zone).not_in(zones))


def _ids(session: Session, condition: Any) -> list[int]:
    """A person's few cases, read off their own index: joined, a million mentions are gone over."""
    found = session.exec(select(Case.id).where(condition))
    return [one for one in found if one is not None]


def _first_of_own(session: Session, ids: list[int], conditions: Sequence[Any]) -> _Found | None:
    return _first(session, [*conditions, col(Mention.case_id).in_(ids)]) if ids else None


def _first(session: Session, conditions: Sequence[Any]) -> _Found | None:
    found = session.exec(
        select(Case.id, Mention.id, Mention.pressing_at)
        .join(Mention, col(Mention.case_id) == Case.id)
        .where(*conditions)
        .order_by(*_MOST_PRESSING)
        .limit(1)
        .with_for_update(skip_locked=True, of=Case)
    ).first()
    if found is None:
        return None
    return _Found(found[0] or 0, found[1] or 0, found[2] or datetime.max.replace(tzinfo=UTC))


def _first_of_many(
    session: Session, brand_id: str, allowed: Sequence[Any], more: Sequence[Any]
) -> _Found | None:
    """Look at the head of the queue only, however long it is; further while all is taken."""
    size, start = BATCH, 0
    while True:
        head = session.exec(
            select(Mention.id)
            .where(Mention.brand_id == brand_id, _IS_WAITING, *more)
            .order_by(*_MOST_PRESSING)
            .offset(start)
            .limit(size)
        ).all()
        if not head:
            return None
        found = _first(session, [*allowed, col(Mention.id).in_(head)])
        if found is not None or len(head) < size:
            return found
        start, size = start + size, size * 4


def _may_be_handed(
    person: Person, at: datetime, zones: Collection[str] | None, skip: Collection[int]
) -> list[Any]:
    conditions: list[Any] = [
        Mention.brand_id == person.brand_id,
        col(Mention.state).in_(WAITING),
        col(Mention.is_ours).is_(False),
        or_(
            col(Case.lease_until).is_(None),
            col(Case.lease_until) <= at,
            col(Case.leased_by_id) == person.id,
        ),
        _is_left_to(person, at),
        ~_is_waiting_for_others(person),
        ~exists().where(col(Hold.case_id) == col(Case.id), col(Hold.until) > at),
    ]
    if zones is not None:
        conditions.append(col(Mention.zone).in_(zones))
    if skip:
        conditions.append(col(Mention.id).not_in(skip))
    return conditions


def _is_left_to(person: Person, at: datetime) -> Any:
    """The owner of a case goes before others, unless it would wait too long for them."""
    away = exists().where(col(Person.id) == col(Case.owner_id), col(Person.is_active).is_(False))
    return or_(
        col(Case.owner_id).is_(None),
        col(Case.owner_id) == person.id,
        col(Mention.urgency) >= int(Urgency.CRITICAL),
        col(Mention.waiting_since) <= at - OWNER_FIRST,
        col(Mention.sla_due_at) <= at,
        away,
    )


def _is_waiting_for_others(person: Person) -> Any:
    """Its text has this person's yes already, or is a person's and others must approve it."""
    their_yes = exists().where(
        col(Approval.draft_id) == col(DraftRow.id), col(Approval.person_id) == person.id
    )
    written: Any
    if person.role is Role.OPERATOR:
        written = col(DraftRow.editor_id).is_not(None)
    else:
        written = and_(col(DraftRow.editor_id) == person.id, col(DraftRow.approvals_needed) > 1)
    return exists().where(
        col(DraftRow.mention_id) == col(Mention.id),
        col(DraftRow.state) == DraftState.PROPOSED,
        or_(their_yes, and_(written, ~is_sent_back())),
    )
