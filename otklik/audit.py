"""Append-only, hash-chained audit events.

Each event's hash covers the previous hash and every field of its own but `detail`, of which
only the digest is covered: so a person's data can be erased from `detail` and the chain still
verifies (promise 4). Triggers in the database refuse any other change.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel
from sqlmodel import Session

from otklik.errors import AuditError
from otklik.models import DEFAULT_BRAND, AuditEvent, Person
from otklik.store import audit as rows

GENESIS = "0" * 64
MACHINE = "machine"


class ChainReport(BaseModel):
    """What verifying found: `length` events, of which `erased` have lost their detail."""

    length: int
    erased: int
    head: str


# made once: a chain of a million links asks two million times
_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)


def digest(value: Any) -> str:
    """SHA-256 of a text, or of the canonical JSON of anything else; 64 hex digits."""
    text = value if isinstance(value, str) else canonical(value)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def canonical(value: Any) -> str:
    """JSON with sorted keys and no spaces: equal values, equal text."""
    return _ENCODER.encode(value)


def actor_of(person: Person | None) -> str:
    """How an actor stands in the log: ``person:7``, or ``machine``."""
    return MACHINE if person is None else f"person:{person.id}"


def record(
    session: Session,
    *,
    at: datetime,
    actor: str,
    action: str,
    subject: tuple[str, object],
    detail: Mapping[str, Any] | None = None,
    brand_id: str = DEFAULT_BRAND,
) -> AuditEvent:
    """Append one event in the caller's transaction.

    Args:
        subject: kind and id, ``("mention", 17)``.
        detail: plain JSON values; what may have to be erased one day stands only here.
    """
    event = Event(at, actor, action, subject, detail, brand_id)
    return record_all(session, [event])[0]


@dataclass(frozen=True)
class Event:
    """What is to be appended; the fields are those of `record`."""

    at: datetime
    actor: str
    action: str
    subject: tuple[str, object]
    detail: Mapping[str, Any] | None = None
    brand_id: str = DEFAULT_BRAND


def record_all(session: Session, events: Sequence[Event]) -> list[AuditEvent]:
    """Append events in their order in the caller's transaction; one look at the chain for all."""
    if not events:
        return []
    rows.lock_chain(session)
    last = rows.find_last_event(session)
    previous = last.hash if last else GENESIS
    made = []
    for event in events:
        made.append(_link(event, previous))
        previous = made[-1].hash
    rows.save_events(session, made)
    if batch := _batch.get():
        batch[1].extend(made)
    return made


_batch: ContextVar[tuple[str, list[AuditEvent]] | None] = ContextVar("batch", default=None)


@contextmanager
def as_batch(name: str) -> Iterator[list[AuditEvent]]:
    """What is recorded in the block was done together: each detail names the batch.

    Yields:
        The events recorded so far.
    """
    made: list[AuditEvent] = []
    token = _batch.set((name, made))
    try:
        yield made
    finally:
        _batch.reset(token)


def _link(event: Event, previous: str) -> AuditEvent:
    batch = _batch.get()
    detail = dict(event.detail or {}) | ({"batch": batch[0]} if batch else {})
    # JSONB rewrites floats (1e3, 1.0), and the digest must outlive the round trip
    kept = json.loads(canonical(detail), parse_float=str)
    link = AuditEvent(
        brand_id=event.brand_id,
        at=event.at.astimezone(UTC),  # as the database gives it back: the hash is made of it
        actor=event.actor,
        action=event.action,
        subject_kind=event.subject[0],
        subject_id=str(event.subject[1]),
        detail=kept,
        detail_digest=digest(kept),
        previous_hash=previous,
        hash="",
    )
    link.hash = _hash(link)
    return link


def _hash(event: AuditEvent | rows.Link) -> str:
    return digest(
        {
            "brand_id": event.brand_id,
            "at": event.at.isoformat(),
            "actor": event.actor,
            "action": event.action,
            "subject_kind": event.subject_kind,
            "subject_id": event.subject_id,
            "detail_digest": event.detail_digest,
            "previous_hash": event.previous_hash,
        }
    )


@dataclass(frozen=True)
class Walk:
    """How far the chain was walked: `length` links from `first_id` to `last_id`, whole so far.

    `broken` says what is wrong with link `broken_id` (and ends the walk); `is_done`: no more links.
    """

    previous: str = GENESIS
    length: int = 0
    erased: int = 0
    first_id: int | None = None
    last_id: int = 0
    first_at: datetime | None = None
    last_at: datetime | None = None
    broken: str = ""
    broken_id: int | None = None
    is_done: bool = False


def walk_from(session: Session, event_id: int) -> Walk:
    """A walk that begins with this link and takes the one before it on trust."""
    before = rows.find_event_before(session, event_id)
    return Walk(previous=before.hash, last_id=before.id or 0) if before else Walk()


def walk_on(session: Session, walk: Walk, size: int = 20_000) -> Walk:
    """Up to `size` links further; a walk that is done or found a break stays as it is."""
    if walk.is_done or walk.broken:
        return walk
    links = rows.list_links(session, walk.last_id, size)
    previous, erased, last = walk.previous, walk.erased, None
    first = links[0] if links else None
    begun = (walk.first_id or (first and first.id), walk.first_at or (first and first.at))
    wrong = ""
    for count, link in enumerate(links):
        if wrong := _wrong(link, previous):
            return Walk(
                previous=previous,
                length=walk.length + count,
                erased=erased,
                first_id=begun[0],
                first_at=begun[1],
                last_id=last.id if last else walk.last_id,
                last_at=link.at,
                broken=wrong,
                broken_id=link.id,
            )
        erased += link.detail is None
        previous, last = link.hash, link
    return Walk(
        previous=previous,
        length=walk.length + len(links),
        erased=erased,
        first_id=begun[0],
        first_at=begun[1],
        last_id=last.id if last else walk.last_id,
        last_at=last.at if last else walk.last_at,
        is_done=len(links) < size,
    )


def _wrong(link: rows.Link, previous: str) -> str:
    if link.previous_hash != previous:
        return "an event before it is missing or was changed"
    if link.hash != _hash(link):
        return "its fields were changed"
    if link.detail is not None and digest(link.detail) != link.detail_digest:
        return "its detail was changed"
    return ""


def verify(session: Session) -> ChainReport:
    """Walk the whole chain.

    Raises:
        AuditError: names the first event that does not fit, and why.
    """
    walk = Walk()
    while not walk.is_done:
        walk = walk_on(session, walk)
        if walk.broken:
            raise AuditError(f"event {walk.broken_id}: {walk.broken}")
    return ChainReport(length=walk.length, erased=walk.erased, head=walk.previous)
