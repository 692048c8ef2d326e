"""Good decisions beyond the rule, shown to colleagues: which reply, and what is good about it."""

from __future__ import annotations

from datetime import datetime

from pydantic import AwareDatetime, BaseModel, ConfigDict
from sqlmodel import Session

from otklik import audit
from otklik.enums import DraftState, Role
from otklik.errors import InputError
from otklik.models import Person, ShowcaseEntry
from otklik.people import require
from otklik.store import replies, showcase
from responder.granting import used_powers
from responder.powers import UsedPower


class Shown(BaseModel):
    """One entry: the reply, what was given in it, why it is worth seeing and who says so."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    draft_id: int
    mention_id: int
    text: str
    powers: tuple[UsedPower, ...]
    why: str
    by: str
    at: AwareDatetime


def put(
    session: Session, *, person: Person, draft_id: int, why: str, at: datetime
) -> ShowcaseEntry:
    """Show an approved reply to colleagues; said again, the new reason stands.

    Raises:
        InputError: no reason, or the text was never approved. NotAllowed: below approver.
    """
    require(person, Role.APPROVER)
    draft = replies.get_draft(session, draft_id)
    if not why.strip():
        raise InputError("say what is good about it")
    if draft.state != DraftState.APPROVED:
        raise InputError(f"only an approved reply is shown; this draft is {draft.state}")
    entry = showcase.find_entry(session, draft_id) or ShowcaseEntry(
        brand_id=draft.brand_id,
        draft_id=draft_id,
        mention_id=draft.mention_id,
        person_id=person.id or 0,
        why=why,
        created_at=at,
    )
    entry.why, entry.person_id, entry.created_at = why.strip(), person.id or 0, at
    showcase.save_entry(session, entry)
    _note(session, person, "showcase.put", entry, at)
    return entry


def remove(session: Session, *, person: Person, draft_id: int, at: datetime) -> None:
    """Show it no more.

    Raises:
        InputError: it is not shown. NotAllowed: below approver.
    """
    require(person, Role.APPROVER)
    entry = showcase.find_entry(session, draft_id)
    if entry is None:
        raise InputError(f"draft {draft_id} is not on the showcase")
    _note(session, person, "showcase.removed", entry, at)
    showcase.delete_entry(session, entry)


def list_shown(session: Session, brand_id: str, *, limit: int = 50) -> list[Shown]:
    """What is shown, the newest first."""
    return [
        Shown(
            draft_id=entry.draft_id,
            mention_id=entry.mention_id,
            text=draft.text,
            powers=used_powers(draft),
            why=entry.why,
            by=person.name,
            at=entry.created_at,
        )
        for entry, draft, person in showcase.list_entries(session, brand_id, limit=limit)
    ]


def _note(
    session: Session, person: Person, action: str, entry: ShowcaseEntry, at: datetime
) -> None:
    audit.record(
        session,
        at=at,
        actor=audit.actor_of(person),
        action=action,
        subject=("draft", entry.draft_id),
        detail={"mention": entry.mention_id, "why": entry.why},
        brand_id=entry.brand_id,
    )
