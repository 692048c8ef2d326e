"""Taking back what was done to many rows: by its doer for half a minute, by a lead later."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from otklik import audit
from otklik.database import all_or_none
from otklik.enums import Role
from otklik.errors import OtklikError, StaleText
from otklik.models import BulkBatch, Person
from otklik.people import may, require
from otklik.store import bulk as rows
from otklik.store import cases, judgements, mentions
from otklik.store.people import get_person
from responder import undoing
from responder.bulk import PART, Outcome
from responder.incidents import membership

UNDO = timedelta(seconds=30)
UNDO_BY_LEAD = timedelta(days=7)


def may_undo(person: Person, batch: BulkBatch, at: datetime) -> bool:
    """Can this person still take the batch back? Its doer for 30 s, a lead for a week."""
    if batch.undone_at is not None or batch.brand_id != person.brand_id:
        return False
    is_going_on = batch.undone_by_id == person.id  # a long one is taken back in parts
    is_own = batch.person_id == person.id and at <= batch.done_at + UNDO
    is_lead = may(person, Role.LEAD) and at <= batch.done_at + UNDO_BY_LEAD
    return is_own or is_lead or is_going_on


class _Rehearsed(Exception):
    """Everything was tried; now it is taken back."""


def list_recent(session: Session, *, person: Person, at: datetime) -> list[BulkBatch]:
    """What anybody did at once in the days a lead may take it back, the latest first.

    Raises:
        NotAllowed: not a lead.
    """
    require(person, Role.LEAD)
    return rows.list_batches(session, person.brand_id, at - UNDO_BY_LEAD)


def preview(session: Session, *, person: Person, batch_id: int, at: datetime) -> Outcome:
    """What an undo would do now: it is done in full and nothing of it kept.

    Raises:
        StaleText: too late, or undone already. NotAllowed: role too low.
    """
    done: list[int] = []
    left_out: dict[int, str] = {}
    left = 1
    with suppress(_Rehearsed), all_or_none(session):
        while left:
            made = undo(session, person=person, batch_id=batch_id, at=at)
            done += made.done
            left_out |= made.left_out
            left = made.left
        raise _Rehearsed
    return Outcome(batch_id, tuple(done), left_out, 0)


def undo(session: Session, *, person: Person, batch_id: int, at: datetime) -> Outcome:
    """Take a batch back, `PART` steps at most; `left` says how many more there are.

    A row on which somebody has acted since stays as it is, and is said.

    Raises:
        StaleText: too late, or undone already. NotAllowed: role too low.
    """
    require(person, Role.OPERATOR)
    batch = rows.get_batch(session, batch_id)
    if not may_undo(person, batch, at):
        raise StaleText("too late: this cannot be taken back any more")
    steps = [dict(one) for one in batch.rows]  # copies: a change in place is not seen as one
    waiting = [one for one in steps if "undone" not in one]
    part = waiting[:PART]
    _lock(session, part)
    owner = get_person(session, batch.person_id)
    left_out: dict[int, str] = {}
    for step in part:
        refused = _take_back(session, person, owner, step, at=at, batch=str(batch_id))
        step["undone"] = not refused
        left_out |= dict.fromkeys(_numbers(step), refused) if refused else {}
    batch.rows, batch.undone_by_id = steps, person.id
    left = len(waiting) - len(part)
    batch.undone_at = None if left else at
    rows.save_batch(session, batch)
    done = tuple(number for step in part if step["undone"] for number in _numbers(step))
    return Outcome(batch_id, done, left_out, left)


def _numbers(step: dict[str, Any]) -> list[int]:
    return [int(number) for number in step["mentions"]]


def _lock(session: Session, part: Sequence[dict[str, Any]]) -> None:
    if any("change" in step for step in part):
        judgements.lock_grouping(session)
    ids = [number for step in part for number in _numbers(step)]
    locked = mentions.lock_mentions(session, ids)
    cases.lock_cases(session, [row.case_id for row in locked if row.case_id is not None])


def _take_back(
    session: Session,
    person: Person,
    owner: Person,
    step: dict[str, Any],
    *,
    at: datetime,
    batch: str,
) -> str:
    """Why it was refused; empty when it was taken back."""
    try:
        with all_or_none(session), audit.as_batch(batch):
            if "change" in step:
                membership.undo(session, person=person, change_id=int(step["change"]), at=at)
            else:
                number = int(step["event"])
                undoing.reverse(session, person=person, owner=owner, event_id=number, at=at)
    except OtklikError as refused:
        return str(refused)
    return ""
