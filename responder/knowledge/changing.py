"""Facts and powers changed at the desk: one person proposes, another one brings them into force.

Whoever keeps a fact true may propose; a lead or an administrator brings it into force. The only
lead of a desk does both, and the record says so. What was in force when a proposal was written
must be in force still: nobody undoes a colleague's change without having seen it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session

from otklik import audit
from otklik.enums import ProposalKind, ProposalState, Role
from otklik.errors import InputError, NotAllowed, SecondApprovalNeeded, StaleText
from otklik.models import Person, Proposal
from otklik.people import is_only_lead, may, require
from otklik.store import people as people_rows
from otklik.store import proposals
from otklik.store.audit import lock_chain
from responder.knowledge.house import (
    KINDS,
    House,
    is_taking_out,
    read_house,
    read_text,
    take_over,
    taking_out,
    values_digest,
)
from responder.knowledge.judging_one import Judged, judge_fact, judge_power
from responder.knowledge.values import Fact

REPLACED = "replaced by the author"


def may_propose(person: Person, kind: ProposalKind, now: Fact | None) -> bool:
    """May this person propose a change of that? `now`: the fact as it is; None: there is none."""
    if may(person, Role.LEAD):
        return True
    is_own = now is None or now.person == person.login
    return kind is ProposalKind.FACT and may(person, Role.OPERATOR) and is_own


def propose(
    session: Session,
    *,
    person: Person,
    kind: ProposalKind,
    values: Mapping[str, Any],
    note: str,
    base_digest: str,
    named: str,
    at: datetime,
    accepts_contradictions: bool = False,
) -> Proposal:
    """Put a fact or power before a second person; an earlier one of the same author gives way.

    Args:
        values: as in a file, key by key.
        base_digest: what was in force of that id when the author began; empty: nothing.
        named: `knowledge_file` of the settings.

    Raises:
        InputError: something is wrong with it, it contradicts what is known and that was not
            accepted, nothing changed, or no note. StaleText: it has changed since.
        NotAllowed: neither a lead nor who keeps it true.
    """
    house = read_house(session, person.brand_id, named)
    subject = str(values.get("id", ""))
    now = house.knowledge.fact(subject) if kind is ProposalKind.FACT else None
    _check_right(person, kind, now, str(values.get("person") or ""))
    judged = _judged(session, house, kind, values, at)
    if judged.contradictions and not accepts_contradictions:
        raise InputError("it contradicts what is known: mend one of them, or say that you saw it")
    if values_digest(dict(values)) == house.digest(kind, subject):
        raise InputError("it says this already")
    return _save(
        session,
        person,
        kind,
        subject,
        text=judged.text,
        why=note,
        base_digest=base_digest,
        house=house,
        at=at,
        against=sorted({one.second.id for one in judged.contradictions}),
    )


def propose_end(
    session: Session,
    *,
    person: Person,
    kind: ProposalKind,
    subject: str,
    note: str,
    base_digest: str,
    named: str,
    at: datetime,
) -> Proposal:
    """Propose to take a fact or power out at once: nothing may rest on it from then on.

    Raises: as `propose`. InputError: there is no such fact or power.
    """
    house = read_house(session, person.brand_id, named)
    if house.mark(kind, subject) is None:
        raise InputError("there is nothing of that name")
    now = house.knowledge.fact(subject) if kind is ProposalKind.FACT else None
    _check_right(person, kind, now, now.person if now else "")
    text = taking_out(subject)
    return _save(
        session, person, kind, subject, text=text, why=note, base_digest=base_digest, house=house,
        at=at,
    )  # fmt: skip


def propose_file(
    session: Session,
    *,
    person: Person,
    kind: ProposalKind,
    subject: str,
    note: str,
    base_digest: str,
    named: str,
    at: datetime,
) -> Proposal:
    """Propose to follow the file again for that fact or power, whatever it says or does not say.

    Raises: as `propose`. InputError: the desk has nothing of its own there. NotAllowed: no lead.
    """
    require(person, Role.LEAD)
    house = read_house(session, person.brand_id, named)
    if not house.origin(kind, subject).proposal_id:
        raise InputError("the file is followed there already")
    return _save(
        session, person, kind, subject, text="", why=note, base_digest=base_digest, house=house,
        at=at,
    )  # fmt: skip


def activate(
    session: Session, *, person: Person, proposal_ids: Sequence[int], named: str, at: datetime
) -> House:
    """Bring proposals into force, all or none; running processes take them up by themselves.

    What was approved on a wording that is over now is not sent; it is written anew.

    Raises:
        SecondApprovalNeeded: the author cannot while somebody else could.
        StaleText: decided on already, or what was in force has changed since it was written.
        InputError: it is good no longer. NotAllowed: below lead.
    """
    require(person, Role.LEAD)
    lock_chain(session)  # two activations at once would both see the old base
    for number in proposal_ids:
        _activate(session, person, number, named, at)
    house = read_house(session, person.brand_id, named)
    take_over(session, person.brand_id, house, at)
    return house


def _activate(session: Session, person: Person, number: int, named: str, at: datetime) -> None:
    proposal = _waiting(session, person, number)
    alone = proposal.author_id == person.id
    if alone and not is_only_lead(session, person):
        raise SecondApprovalNeeded("whoever wrote it cannot activate it: somebody else must")
    house = read_house(session, person.brand_id, named)
    _check_base(house, proposal)
    if proposal.text and not is_taking_out(proposal.text):
        read_text(proposal.text, f"desk:{number}", house.owners)
    before = proposals.find_active(session, proposal.brand_id, proposal.kind, proposal.subject)
    if before is not None:
        before.state = ProposalState.RETIRED
        proposals.save_proposal(session, before)
    proposal.state, proposal.is_alone = ProposalState.ACTIVE, alone
    proposal.decided_by_id, proposal.decided_at = person.id, at
    proposals.save_proposal(session, proposal)
    _record(session, person, "activated", proposal, at, **({"alone": True} if alone else {}))


def reject(
    session: Session, *, person: Person, proposal_id: int, reason: str, at: datetime
) -> None:
    """Say no to a proposal; its author takes it back so, without a reason.

    Raises:
        InputError: no reason. StaleText: it is decided on already.
        NotAllowed: neither a lead nor its author.
    """
    proposal = _waiting(session, person, proposal_id)
    if proposal.author_id != person.id:
        require(person, Role.LEAD)
        if not reason.strip():
            raise InputError("a rejection needs a reason")
    _reject(session, person, proposal, reason.strip(), at)


def _check_right(person: Person, kind: ProposalKind, now: Fact | None, owner: str) -> None:
    """Who keeps a fact true may change it; nobody but a lead hands it to somebody else."""
    is_lead = may(person, Role.LEAD)
    if not may_propose(person, kind, now) or not (is_lead or owner == person.login):
        raise NotAllowed(f"{person.login} may propose only facts that they keep true")


def _judged(
    session: Session, house: House, kind: ProposalKind, values: Mapping[str, Any], at: datetime
) -> Judged:
    is_fact = kind is ProposalKind.FACT
    judged = judge_fact(house, values, at) if is_fact else judge_power(house, values)
    if not judged.is_fit:
        worst = judged.faults[0]
        raise InputError(f"{worst.key}: {worst.message} {worst.detail}".strip())
    owner = str(values.get("person") or "")
    if owner and people_rows.find_person(session, owner) is None:
        raise InputError("nobody has the login of who keeps it true")
    return judged


def _save(
    session: Session,
    person: Person,
    kind: ProposalKind,
    subject: str,
    *,
    text: str,
    why: str,
    base_digest: str,
    house: House,
    at: datetime,
    against: Sequence[str] = (),
) -> Proposal:
    if not why.strip():
        raise InputError("say in a note what changes and why")
    if house.digest(kind, subject) != base_digest:
        raise StaleText("it has changed since this was written")
    _give_way(session, person, kind, subject, at)
    proposal = proposals.save_proposal(
        session,
        Proposal(
            brand_id=person.brand_id,
            kind=kind,
            subject=subject,
            version=proposals.get_last_number(session, person.brand_id, kind, subject) + 1,
            text=text,
            digest=audit.digest(text),
            base_digest=base_digest,
            note=why.strip(),
            author_id=person.id or 0,
            created_at=at,
        ),
    )
    more = {"against": list(against)} if against else {}
    _record(session, person, "proposed", proposal, at, note=proposal.note, **more)
    return proposal


def _give_way(
    session: Session, person: Person, kind: ProposalKind, subject: str, at: datetime
) -> None:
    waiting = proposals.list_waiting(session, person.brand_id, kind, subject)
    for earlier in waiting:
        if earlier.author_id == person.id:
            _reject(session, person, earlier, REPLACED, at)


def _waiting(session: Session, person: Person, proposal_id: int) -> Proposal:
    proposal = proposals.get_proposal(session, proposal_id, is_locked=True)
    is_ours = proposal.brand_id == person.brand_id and proposal.kind in KINDS
    if not is_ours or proposal.state is not ProposalState.PROPOSED:
        raise StaleText("this proposal is decided on already")
    return proposal


def _check_base(house: House, proposal: Proposal) -> None:
    if house.digest(proposal.kind, proposal.subject) != proposal.base_digest:
        raise StaleText("it has changed since this was written")


def _reject(
    session: Session, person: Person, proposal: Proposal, reason: str, at: datetime
) -> None:
    proposal.state, proposal.reason = ProposalState.REJECTED, reason
    proposal.decided_by_id, proposal.decided_at = person.id, at
    proposals.save_proposal(session, proposal)
    _record(session, person, "rejected", proposal, at, reason=reason)


def _record(
    session: Session, person: Person, what: str, proposal: Proposal, at: datetime, **detail: Any
) -> None:
    session.flush()
    audit.record(
        session,
        at=at,
        actor=audit.actor_of(person),
        action=f"{proposal.kind.value}.{what}",
        subject=(proposal.kind.value, proposal.subject),
        detail={
            "proposal": proposal.id,
            "version": proposal.version,
            "text_digest": proposal.digest,
            "base_digest": proposal.base_digest,
            **detail,
        },
        brand_id=proposal.brand_id,
    )
