"""Append-only, hash-chained audit events.

Each event's hash covers the previous hash and every field of its own but `detail`, of which
only the digest is covered: so a person's data can be erased from `detail` and the chain still
verifies (promise 4). Triggers in the database refuse any other change.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
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


def digest(value: Any) -> str:
    """SHA-256 of a text, or of the canonical JSON of anything else; 64 hex digits."""
    text = value if isinstance(value, str) else canonical(value)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def canonical(value: Any) -> str:
    """JSON with sorted keys and no spaces: equal values, equal text."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)


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
    rows.lock_chain(session)
    last = rows.find_last_event(session)
    # JSONB rewrites floats (1e3, 1.0), and the digest must outlive the round trip
    kept = json.loads(canonical(dict(detail or {})), parse_float=str)
    event = AuditEvent(
        brand_id=brand_id,
        at=at,
        actor=actor,
        action=action,
        subject_kind=subject[0],
        subject_id=str(subject[1]),
        detail=kept,
        detail_digest=digest(kept),
        previous_hash=last.hash if last else GENESIS,
        hash="",
    )
    event.hash = _hash(event)
    rows.save_event(session, event)
    return event


def _hash(event: AuditEvent) -> str:
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


def verify(session: Session) -> ChainReport:
    """Walk the whole chain.

    Raises:
        AuditError: names the first event that does not fit, and why.
    """
    previous, length, erased = GENESIS, 0, 0
    for event in rows.list_events(session):
        if event.previous_hash != previous:
            raise AuditError(f"event {event.id}: an event before it is missing or was changed")
        if event.hash != _hash(event):
            raise AuditError(f"event {event.id}: its fields were changed")
        if event.detail is None:
            erased += 1
        elif digest(event.detail) != event.detail_digest:
            raise AuditError(f"event {event.id}: its detail was changed")
        previous, length = event.hash, length + 1
    return ChainReport(length=length, erased=erased, head=previous)
