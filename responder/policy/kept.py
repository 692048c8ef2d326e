"""Revisions of policies in the database: which one is in force, and which may follow it.

A policy comes into force with an audit event `policy.loaded`; the last one names the revision
that decides, in every process and for the desk's screens.
"""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

import structlog
from sqlmodel import Session

from otklik import audit
from otklik.errors import PolicyError
from otklik.models import PolicyRevision
from otklik.store import decisions, judgements
from responder.policy.file import check_revision, parse_policy, read_kept
from responder.policy.values import Policy

LOADED, BROKEN, RECOVERED, SHADOWED = (
    "policy.loaded",
    "policy.broken",
    "policy.recovered",
    "policy.shadowed",
)
log = structlog.get_logger("otklik.policy")


def find_row_in_force(session: Session, brand_id: str) -> PolicyRevision | None:
    """The revision that decides, or None before anything was decided."""
    event = decisions.find_last_policy_event(session, brand_id, (LOADED,))
    if event is not None:
        return session.get(PolicyRevision, event.subject_id)
    last = decisions.find_last_decision(session, brand_id)
    return session.get(PolicyRevision, last.policy_digest) if last else None


def find_in_force(session: Session, brand_id: str) -> Policy | None:
    """The policy that decides; None before there was one, or when it is good no longer."""
    row = find_row_in_force(session, brand_id)
    return _read(row.text, f"{row.name} {row.version}") if row else None


@lru_cache(maxsize=8)
def _read(text: str, name: str) -> Policy | None:
    try:
        return parse_policy(text, name)
    except PolicyError as error:
        log.warning("the revision in force is good no longer", error=str(error))
        return None


@lru_cache(maxsize=64)
def _read_kept(text: str, name: str) -> Policy | None:
    try:
        return read_kept(text, name)
    except PolicyError as error:
        log.warning("an old revision cannot be read any more", error=str(error))
        return None


def find_kept(session: Session, digest: str) -> Policy | None:
    """A revision of any age, to be shown and compared with; None when it cannot be read."""
    row = session.get(PolicyRevision, digest)
    return _read_kept(row.text, f"{row.name} {row.version}") if row else None


def check_follows(session: Session, brand_id: str, policy: Policy) -> None:
    """Refuse a text under a version number that another text has, or an older one.

    Raises:
        PolicyError: its version must rise.
    """
    taken = decisions.find_version(session, brand_id, policy.name, policy.version)
    in_force = find_row_in_force(session, brand_id)
    for row in (taken, in_force):
        if row is not None and row.name == policy.name:
            known = {"version": row.version, "digest": row.digest}
            check_revision(policy.model_copy(update=known), policy)


def save_policy(session: Session, policy: Policy, brand_id: str, at: datetime) -> None:
    """Keep the policy's text for ever: every decision refers to it."""
    judgements.save_policy_revision(
        session,
        PolicyRevision(
            digest=policy.digest,
            brand_id=brand_id,
            name=policy.name,
            version=policy.version,
            text=policy.text,
            loaded_at=at,
        ),
    )


def keep_policy(
    session: Session,
    brand_id: str,
    policy: Policy,
    at: datetime,
    *,
    file: str = "",
    actor: str = audit.MACHINE,
    proposal: int | None = None,
    is_alone: bool = False,
) -> bool:
    """Bring a policy into force; False when it is already.

    Raises:
        PolicyError: the text changed under an old version number.
    """
    check_follows(session, brand_id, policy)
    save_policy(session, policy, brand_id, at)
    event = decisions.find_last_policy_event(session, brand_id, (LOADED,))
    if event is not None and event.subject_id == policy.digest:
        return False
    more: dict[str, object] = {"alone": True} if is_alone else {}
    note(session, brand_id, LOADED, policy, at, file=file, actor=actor, proposal=proposal, **more)
    return True


def note(
    session: Session,
    brand_id: str,
    action: str,
    policy: Policy,
    at: datetime,
    *,
    file: str = "",
    actor: str = audit.MACHINE,
    proposal: int | None = None,
    **more: object,
) -> None:
    """Write into the audit log what became of a policy, and by which proposal of the desk."""
    detail = {"name": policy.name, "version": policy.version, "file": file, **more}
    audit.record(
        session,
        at=at,
        actor=actor,
        action=action,
        subject=("policy", policy.digest),
        detail=detail if proposal is None else {**detail, "proposal": proposal},
        brand_id=brand_id,
    )
