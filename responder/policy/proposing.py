"""Policies written at the desk: one lead proposes a text, another person brings it into force.

Nothing that could not decide gets this far: a text is read with all its examples when it is
proposed, and again when it is activated. What was in force when it was written must be in force
still, so that nobody undoes a colleague's change without having seen it.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from sqlmodel import Session

from otklik import audit
from otklik.enums import ProposalKind, ProposalState, Role
from otklik.errors import InputError, PolicyError, SecondApprovalNeeded, StaleText
from otklik.models import Person, Proposal
from otklik.people import is_only_lead, require
from otklik.store import proposals
from otklik.store.audit import lock_chain
from responder.policy.file import find_policy, parse_policy, text_digest, version_line
from responder.policy.kept import (
    SHADOWED,
    check_follows,
    find_row_in_force,
    keep_policy,
    note,
    save_policy,
)
from responder.policy.values import Policy, PolicyMode

PLACE = "policy"  # how a text of the desk is called in errors: policy:12:5
PROPOSED, REJECTED = "policy.proposed", "policy.rejected"
REPLACED = "replaced by the author"
_VERSION = re.compile(r"^version:[ \t]*\d+", re.MULTILINE)


def read_text(text: str, place: str = PLACE) -> Policy:
    """The policy of a text written at the desk.

    Raises:
        PolicyError: at line and column of what is wrong; every example is tried.
    """
    policy = parse_policy(text, place)
    if policy.mode is not PolicyMode.LIVE:
        raise PolicyError(
            "a policy of the desk is live; it decides in the shadow by a button, not by its text",
            file=place,
            line=next(
                (n for n, line in enumerate(text.splitlines(), 1) if line.startswith("mode:")), 1
            ),
            column=1,
        )
    return policy


def check_text(session: Session, brand_id: str, text: str, place: str = PLACE) -> Policy:
    """The same, and its version must be free and above the one in force.

    Raises:
        PolicyError: at line and column of what is wrong.
    """
    policy = read_text(text, place)
    try:
        check_follows(session, brand_id, policy)
    except PolicyError as error:
        line = version_line(text)
        raise PolicyError(error.message, file=place, line=line, column=1) from error
    return policy


def find_next_version(session: Session, brand_id: str, text: str) -> int:
    """The version a changed text may have: above all that were ever kept under its name."""
    name = re.search(r"^name:[ \t]*([\w-]+)", text, re.MULTILINE)
    return proposals.get_last_version(session, brand_id, name[1] if name else "") + 1


def with_version(text: str, version: int) -> str:
    """The same text under another version."""
    return _VERSION.sub(f"version: {version}", text, count=1)


def digest_in_force(session: Session, brand_id: str) -> str:
    """Digest of what decides now; empty before anything did."""
    row = find_row_in_force(session, brand_id)
    return row.digest if row else ""


def propose(
    session: Session,
    *,
    person: Person,
    text: str,
    note: str,
    base_digest: str,
    at: datetime,
) -> Proposal:
    """Put a policy before a second person; an earlier one of the same author gives way to it.

    Args:
        base_digest: what was in force when the author began to write.

    Raises:
        PolicyError: the text is wrong. StaleText: the policy in force has changed since.
        InputError: no note, or nothing changed. NotAllowed: below lead.
    """
    require(person, Role.LEAD)
    policy = check_text(session, person.brand_id, text)
    _check_base(session, person.brand_id, base_digest)
    if policy.digest == base_digest:
        raise InputError("this text is in force already")
    return _save(
        session, person, policy, text=policy.text, why=note, base_digest=base_digest, at=at
    )


def propose_file(
    session: Session, *, person: Person, file: str, note: str, at: datetime
) -> Proposal:
    """Propose to follow the file of the settings again, as it reads now.

    Raises:
        PolicyError: the file is wrong, or its version must rise above the one in force.
        InputError: no note, or the file is followed already. NotAllowed: below lead.
    """
    require(person, Role.LEAD)
    active = proposals.find_active(session, person.brand_id, ProposalKind.POLICY)
    if active is None or not active.text:
        raise InputError("the file of the settings is followed already")
    policy = find_policy(file)
    check_follows(session, person.brand_id, policy)
    base = digest_in_force(session, person.brand_id)
    return _save(session, person, policy, text="", why=note, base_digest=base, at=at)


def _save(
    session: Session,
    person: Person,
    policy: Policy,
    *,
    text: str,
    why: str,
    base_digest: str,
    at: datetime,
) -> Proposal:
    if not why.strip():
        raise InputError("say in a note what changes and why")
    _give_way(session, person, at)
    proposal = proposals.save_proposal(
        session,
        Proposal(
            brand_id=person.brand_id,
            kind=ProposalKind.POLICY,
            subject=proposals.POLICY,
            version=policy.version,
            text=text,
            digest=policy.digest,
            base_digest=base_digest,
            note=why.strip(),
            author_id=person.id or 0,
            created_at=at,
        ),
    )
    _record(session, person, PROPOSED, proposal, at, note=proposal.note)
    working = proposals.find_working_text(session, person.id or 0, ProposalKind.POLICY)
    if working is not None and text:
        proposals.delete_working_text(session, working)
    return proposal


def _give_way(session: Session, person: Person, at: datetime) -> None:
    mine = proposals.list_proposals(
        session, person.brand_id, ProposalKind.POLICY, states=[ProposalState.PROPOSED]
    )
    for earlier in mine:
        if earlier.author_id == person.id:
            _end(session, person, earlier, REPLACED, at)


def activate(
    session: Session, *, person: Person, proposal_id: int, at: datetime, file: str = ""
) -> Policy:
    """Bring a colleague's proposal into force; every process takes it up at its next decision.

    The only lead or administrator of a desk does so with their own; the record says so.

    Args:
        file: of the settings, for a proposal to follow it again.

    Raises:
        SecondApprovalNeeded: the author cannot while somebody else could. NotAllowed: below lead.
        StaleText: it is decided on already, or the policy in force has changed since.
        PolicyError: the text is good no longer.
    """
    require(person, Role.LEAD)
    lock_chain(session)  # two activations at once would both see the old base
    proposal = _waiting(session, proposal_id)
    alone = proposal.author_id == person.id
    if alone and not is_only_lead(session, person):
        raise SecondApprovalNeeded("whoever wrote it cannot activate it: somebody else must")
    _check_base(session, proposal.brand_id, proposal.base_digest)
    policy = _read(session, proposal, file)
    before = proposals.find_active(session, proposal.brand_id, ProposalKind.POLICY)
    if before is not None:
        before.state = ProposalState.RETIRED
        proposals.save_proposal(session, before)
    proposal.state, proposal.is_shadowed = ProposalState.ACTIVE, False
    proposal.is_alone = alone
    proposal.decided_by_id, proposal.decided_at = person.id, at
    proposals.save_proposal(session, proposal)
    keep_policy(
        session,
        proposal.brand_id,
        policy,
        at,
        file=file if not proposal.text else "",
        actor=audit.actor_of(person),
        proposal=proposal.id,
        is_alone=alone,
    )
    return policy


def _read(session: Session, proposal: Proposal, file: str) -> Policy:
    if proposal.text:
        return check_text(session, proposal.brand_id, proposal.text)
    policy = find_policy(file)
    if policy.digest != proposal.digest:
        raise StaleText("the file has changed since this was proposed")
    check_follows(session, proposal.brand_id, policy)
    return policy


def reject(
    session: Session, *, person: Person, proposal_id: int, reason: str, at: datetime
) -> None:
    """Say no to a proposal; its author takes it back so, without a reason.

    Raises:
        InputError: no reason. StaleText: it is decided on already. NotAllowed: below lead.
    """
    require(person, Role.LEAD)
    proposal = _waiting(session, proposal_id)
    if proposal.author_id != person.id and not reason.strip():
        raise InputError("a rejection needs a reason")
    _end(session, person, proposal, reason.strip(), at)


def set_shadow(
    session: Session, *, person: Person, proposal_id: int, is_on: bool, at: datetime
) -> None:
    """Let a proposed policy decide beside the one in force, or no longer; nothing follows from it.

    Raises:
        PolicyError: the text is good no longer. InputError: it has no text of its own.
        StaleText: it is decided on already. NotAllowed: below lead.
    """
    require(person, Role.LEAD)
    proposal = _waiting(session, proposal_id)
    if not proposal.text:
        raise InputError("only a text of the desk can decide in the shadow")
    before = proposals.find_shadowed(session, proposal.brand_id)
    if before is not None and before.id != proposal.id:
        before.is_shadowed = False
        proposals.save_proposal(session, before)
    proposal.is_shadowed = is_on
    proposals.save_proposal(session, proposal)
    if is_on:
        policy = check_text(session, proposal.brand_id, proposal.text)
        save_policy(session, policy, proposal.brand_id, at)
        actor = audit.actor_of(person)
        note(session, proposal.brand_id, SHADOWED, policy, at, actor=actor, proposal=proposal.id)
    else:
        _record(session, person, "policy.shadow_ended", proposal, at)


def _waiting(session: Session, proposal_id: int) -> Proposal:
    proposal = proposals.get_proposal(session, proposal_id, is_locked=True)
    if proposal.kind is not ProposalKind.POLICY or proposal.state is not ProposalState.PROPOSED:
        raise StaleText("this proposal is decided on already")
    return proposal


def _check_base(session: Session, brand_id: str, base_digest: str) -> None:
    if digest_in_force(session, brand_id) != base_digest:
        raise StaleText("the policy in force has changed since this was written")


def _end(session: Session, person: Person, proposal: Proposal, reason: str, at: datetime) -> None:
    proposal.state, proposal.is_shadowed = ProposalState.REJECTED, False
    proposal.decided_by_id, proposal.decided_at = person.id, at
    proposal.reason = reason
    proposals.save_proposal(session, proposal)
    _record(session, person, REJECTED, proposal, at, reason=reason)


def _record(
    session: Session, person: Person, action: str, proposal: Proposal, at: datetime, **detail: Any
) -> None:
    audit.record(
        session,
        at=at,
        actor=audit.actor_of(person),
        action=action,
        subject=("policy", proposal.digest),
        detail={"proposal": proposal.id, "version": proposal.version, **detail},
        brand_id=proposal.brand_id,
    )


def same_text(one: str, other: str) -> bool:
    """Whether two texts are one to every check: line ends and trailing blanks do not count."""
    return text_digest(one) == text_digest(other)
