"""Writing acts down: asked for once at a time, and every change of them in the audit log."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlmodel import Session

from otklik import audit
from otklik.errors import ApprovalError
from otklik.models import Act, Person
from otklik.store import acts
from responder.checks import guarded


def save(session: Session, act: Act, person: Person) -> Act:
    """Write down that somebody asked for it.

    Raises:
        ApprovalError: no reason was given, or the same is under way already.
    """
    refuse_twice(act, acts.list_subject_acts(session, act.subject_key))
    act.asked_by_id = person.id
    with guarded():
        acts.save_act(session, act)
    note(session, act, "act.asked", person, act.asked_at, reason=act.reason)
    return act


def save_house(session: Session, act: Act) -> Act:
    """The same for the house itself; what the database refuses fails as it is."""
    refuse_twice(act, acts.list_subject_acts(session, act.subject_key))
    acts.save_act(session, act)
    note(session, act, "act.asked", None, act.asked_at, reason=act.reason)
    return act


def refuse_twice(act: Act, earlier: Sequence[Act]) -> None:
    """One act about one thing at a time, and each with its reason.

    Raises:
        ApprovalError: no reason was given, or one of `earlier` is under way already.
    """
    if not act.reason.strip():
        raise ApprovalError("say why: every act keeps its reason")
    for one in earlier:
        if one.state in acts.UNDER_WAY:
            raise ApprovalError(f"act {one.id} ({one.kind}) is under way already")


def note(
    session: Session, act: Act, action: str, person: Person | None, at: datetime, **more: Any
) -> None:
    """Write into the audit log what was done to an act, and what the act rests on."""
    audit.record_all(session, [event(act, action, person, at, **more)])


def event(act: Act, action: str, person: Person | None, at: datetime, **more: Any) -> audit.Event:
    """The same, for whoever appends several at once."""
    return audit.Event(
        at=at.astimezone(UTC),  # the chain is hashed as the database gives it back
        actor=audit.actor_of(person),
        action=action,
        subject=("act", act.id),
        detail={
            "kind": act.kind,
            "subject": act.subject_key,
            "mention_version": act.mention_version,
            "text_digest": act.text_digest,
            "evidence": audit.digest(act.evidence),
            "decision": act.decision_id,
            **more,
        },
        brand_id=act.brand_id,
    )
