"""The ledger of promises: what a reply promises becomes an entry with an owner and a date."""

from datetime import datetime

from sqlmodel import Session

from otklik import audit
from otklik.enums import Language, PromiseState
from otklik.models import Promise, Reply
from otklik.store import replies
from responder.promise_finder import find_promises


def enter(
    session: Session, reply: Reply, language: Language, at: datetime, owner_id: int | None = None
) -> list[Promise]:
    """Enter every dated promise of an approved text; the approver owes it until handed over."""
    found = find_promises(reply.text, language, at)
    entries = [
        Promise(
            brand_id=reply.brand_id,
            mention_id=reply.mention_id,
            reply_id=reply.id or 0,
            owner_id=owner_id,
            text=promise.text,
            due_at=promise.due_at,
            created_at=at,
        )
        for promise in found
    ]
    replies.save_promises(session, entries)
    for entry in entries:
        audit.record(
            session,
            at=at,
            actor=audit.MACHINE,
            action="promise.made",
            subject=("promise", entry.id),
            detail={"reply": reply.id, "due_at": entry.due_at.isoformat()},
            brand_id=reply.brand_id,
        )
    return entries


def forget(session: Session, reply_id: int, at: datetime) -> None:
    """A reply that never went out has promised nothing."""
    for entry in replies.list_open_promises(session, reply_id):
        entry.state, entry.closed_at = PromiseState.VOID, at
        session.add(entry)
