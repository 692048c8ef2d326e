"""Many rows at once: shown before, done in parts, each row on the record, undone together.

Approving is not among it: a text is approved by somebody who has read it.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from sqlmodel import Session

from otklik import audit
from otklik.database import all_or_none
from otklik.enums import MentionState, Role, Urgency
from otklik.errors import InputError, OtklikError, StaleText
from otklik.models import BulkBatch, Person
from otklik.people import may, require
from otklik.store import bulk as rows
from otklik.store import cases, judgements, mentions
from otklik.store.bulk import Standing
from otklik.store.people import get_person
from otklik.store.queue_filter import WAITING
from responder import editing, holding, labelling, leases, routing
from responder.incidents import membership

MOST = 500
PART = 100  # rows in one transaction: nobody else waits long


class Doing(StrEnum):
    """What can be done to many rows."""

    IGNORE = "ignore"
    HAND_OVER = "hand_over"
    ROUTE = "route"
    HOLD = "hold"
    LABEL = "label"
    INCIDENT = "incident"
    MEASURES = "measures"  # asked for against an attack: `responder.incidents.attack_measures`


class LeftOut(StrEnum):
    """Why a row is not touched."""

    NOT_WAITING = "not_waiting"  # approved, answered or closed by now
    DELETED = "deleted"
    HELD = "held"  # a colleague works on it
    URGENT = "urgent"  # looked at alone, never ignored with others
    SAME = "same"  # there already
    CHANGED = "changed"  # since it was shown
    REFUSED = "refused"


@dataclass(frozen=True)
class Order:
    """What is to be done; only the fields that `doing` needs are looked at.

    Args:
        reason: for ignoring and putting aside.
        until: when what is put aside comes back.
        to_id: the colleague who gets the cases.
        field, value: the label.
    """

    doing: Doing
    reason: str = ""
    until: datetime | None = None
    to_id: int = 0
    zone: str = ""
    field: str = ""
    value: str = ""
    incident_id: int = 0


class Row(NamedTuple):
    """One mention as it was shown before anything was done."""

    id: int
    version: int
    state: MentionState


@dataclass(frozen=True)
class Preview:
    """What would change, and what is left out and why; `holders` by mention id."""

    rows: tuple[Row, ...]
    left_out: dict[LeftOut, tuple[int, ...]]
    holders: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """What was done in one part: ids, and why others were left out (in words)."""

    batch_id: int
    done: tuple[int, ...]
    left_out: dict[int, str]
    left: int = 0


def preview(
    session: Session, *, person: Person, order: Order, mention_ids: Sequence[int], at: datetime
) -> Preview:
    """What this order would do to these rows now; at most `MOST` of them.

    Raises:
        InputError: the order lacks something. NotAllowed: role too low.
    """
    _check(session, person, order, at)
    wanted = list(dict.fromkeys(mention_ids))[:MOST]
    found = {one.id: one for one in rows.list_standing(session, person.brand_id, wanted, at)}
    why: dict[LeftOut, list[int]] = {}
    good = []
    for number in wanted:
        here = found.get(number)
        reason = _why_not(here, person, order)
        if here is None or reason is not None:
            why.setdefault(reason or LeftOut.NOT_WAITING, []).append(number)
        else:
            good.append(Row(here.id, here.version, here.state))
    holders = {
        one.id: one.holder for one in found.values() if one.holder_id not in {None, person.id}
    }
    return Preview(tuple(good), {key: tuple(ids) for key, ids in why.items()}, holders)


def _check(session: Session, person: Person, order: Order, at: datetime) -> None:
    require(person, Role.OPERATOR)
    if order.doing is Doing.MEASURES:
        raise InputError("measures are asked for where the attack is shown")
    if order.doing in {Doing.IGNORE, Doing.HOLD} and not order.reason.strip():
        raise InputError("say why: the reason stands at every one of them")
    if order.doing is Doing.HOLD and (order.until is None or order.until <= at):
        raise InputError("say until when")
    if order.doing is Doing.HAND_OVER:
        require(get_person(session, order.to_id), Role.OPERATOR)
    if order.doing is Doing.ROUTE and not order.zone.strip():
        raise InputError("say which zone")
    is_label = order.value in judgements.LABEL_FIELDS.get(order.field, ())
    if order.doing is Doing.LABEL and not is_label:
        raise InputError("say what the verdict should have been")
    if order.doing is Doing.INCIDENT and order.incident_id < 1:
        raise InputError("say which incident")


def _why_not(here: Standing | None, person: Person, order: Order) -> LeftOut | None:
    if here is None or here.state not in WAITING:
        return LeftOut.NOT_WAITING
    if here.is_deleted:
        return LeftOut.DELETED
    is_held = here.holder_id not in {None, person.id}
    takes_over = order.doing is Doing.HAND_OVER and may(person, Role.LEAD)
    if is_held and not takes_over and order.doing not in {Doing.LABEL, Doing.INCIDENT}:
        return LeftOut.HELD
    if order.doing is Doing.IGNORE and here.urgency >= Urgency.CRITICAL:
        return LeftOut.URGENT
    is_same = {
        Doing.ROUTE: here.zone == order.zone,
        Doing.INCIDENT: here.incident_id == order.incident_id,
        Doing.HAND_OVER: here.owner_id == order.to_id,
    }
    return LeftOut.SAME if is_same.get(order.doing) else None


def do(
    session: Session,
    *,
    person: Person,
    order: Order,
    shown: Sequence[Row],
    at: datetime,
    batch_id: int | None = None,
) -> Outcome:
    """Do it to `PART` rows at most, as they were shown; a row that changed is left out and said.

    Args:
        batch_id: of the parts before this one.

    Raises:
        InputError: the order lacks something. NotAllowed: role too low.
    """
    _check(session, person, order, at)
    part = shown[:PART]
    # incidents are grouped by one at a time, and that lock comes before those of mentions
    if order.doing is Doing.INCIDENT:
        judgements.lock_grouping(session)
    left_out = _changed(session, person, order, part, at)
    batch = _batch(session, person, order, batch_id, at)
    work = _Work(session, person, order, str(batch.id), at, left_out)
    good = [row for row in part if row.id not in left_out]
    if order.doing is Doing.INCIDENT:
        kept = _attach(work, good)
    else:
        kept = [made for row in good if (made := _one(work, row)) is not None]
    batch.rows = [*batch.rows, *kept]
    rows.save_batch(session, batch)
    done = tuple(int(number) for one in kept for number in one["mentions"])
    return Outcome(batch.id or 0, done, left_out, max(0, len(shown) - len(part)))


def _changed(
    session: Session, person: Person, order: Order, part: Sequence[Row], at: datetime
) -> dict[int, str]:
    """Lock all that the part may touch, in one order; say what is not as it was shown."""
    locked = mentions.lock_mentions(session, [row.id for row in part])
    cases.lock_cases(session, [row.case_id for row in locked if row.case_id is not None])
    ids = [row.id for row in part]
    found = {one.id: one for one in rows.list_standing(session, person.brand_id, ids, at)}
    said: dict[int, str] = {}
    for row in part:
        here = found.get(row.id)
        reason = _why_not(here, person, order)
        if here is not None and (here.version, here.state) != (row.version, row.state):
            reason = LeftOut.CHANGED
        if reason is not None:
            said[row.id] = reason
    return said


def _batch(
    session: Session, person: Person, order: Order, batch_id: int | None, at: datetime
) -> BulkBatch:
    if batch_id is not None:
        batch = rows.get_batch(session, batch_id)
        if batch.person_id != person.id or batch.action != order.doing:
            raise StaleText("these rows belong to another batch")
        return batch
    detail = {
        "reason": order.reason,
        "to": order.to_id,
        "zone": order.zone,
        "field": order.field,
        "value": order.value,
        "incident": order.incident_id,
    }
    return rows.save_batch(
        session,
        BulkBatch(
            brand_id=person.brand_id,
            person_id=person.id or 0,
            action=order.doing,
            detail={key: value for key, value in detail.items() if value},
            done_at=at,
        ),
    )


class _Work(NamedTuple):
    """One part on its way; `left_out` fills up with what was refused."""

    session: Session
    person: Person
    order: Order
    batch: str
    at: datetime
    left_out: dict[int, str]


def _one(work: _Work, row: Row) -> dict[str, Any] | None:
    """One row in a savepoint of its own: what refuses it leaves the others alone."""
    session = work.session
    try:
        with all_or_none(session), audit.as_batch(work.batch) as events:
            _VERBS[work.order.doing](session, work.person, work.order, row, work.at)
            session.flush()
    except OtklikError as refused:
        work.left_out[row.id] = str(refused)
        return None
    return {"mentions": [row.id], "event": events[-1].id}


def _ignore(session: Session, person: Person, order: Order, row: Row, at: datetime) -> None:
    editing.ignore(
        session,
        person=person,
        mention_id=row.id,
        mention_version=row.version,
        reason=order.reason,
        at=at,
    )


def _hand_over(session: Session, person: Person, order: Order, row: Row, at: datetime) -> None:
    to_person = get_person(session, order.to_id)
    leases.hand_over(session, person=person, mention_id=row.id, to_person=to_person, at=at)
    # one person works on one case at a time: they own these, and take them up one by one
    leases.finish(session, mentions.get_mention(session, row.id), to_person)


def _route(session: Session, person: Person, order: Order, row: Row, at: datetime) -> None:
    routing.route(
        session,
        person=person,
        mention_id=row.id,
        mention_version=row.version,
        zone=order.zone,
        at=at,
    )


def _hold(session: Session, person: Person, order: Order, row: Row, at: datetime) -> None:
    holding.hold(
        session,
        person=person,
        mention_id=row.id,
        mention_version=row.version,
        until=order.until or at,
        reason=order.reason,
        at=at,
    )


def _label(session: Session, person: Person, order: Order, row: Row, at: datetime) -> None:
    labelling.label(
        session,
        person=person,
        mention_id=row.id,
        mention_version=row.version,
        field=order.field,
        value=order.value,
        at=at,
    )


_VERBS: dict[Doing, Callable[[Session, Person, Order, Row, datetime], None]] = {
    Doing.IGNORE: _ignore,
    Doing.HAND_OVER: _hand_over,
    Doing.ROUTE: _route,
    Doing.HOLD: _hold,
    Doing.LABEL: _label,
}


def _attach(work: _Work, good: Collection[Row]) -> list[dict[str, Any]]:
    ids = [row.id for row in good]
    if not ids:
        return []
    try:
        with all_or_none(work.session), audit.as_batch(work.batch):
            change = membership.attach(
                work.session,
                person=work.person,
                incident_id=work.order.incident_id,
                mention_ids=ids,
                at=work.at,
            )
    except OtklikError as refused:
        work.left_out.update(dict.fromkeys(ids, str(refused)))
        return []
    return [{"mentions": ids, "change": change.id}]
