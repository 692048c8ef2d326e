"""Proposals of leads, what they are writing, and rehearsals of policies."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, func, select, update

from otklik.enums import ProposalKind, ProposalState, RehearsalState
from otklik.errors import NotFound
from otklik.models import DecisionRow, Person, PolicyRevision, Proposal, Rehearsal, WorkingText

POLICY = "policy"  # the subject of every proposed policy: a desk has one in force
OPEN = (ProposalState.PROPOSED, ProposalState.ACTIVE)


def save_proposal(session: Session, proposal: Proposal) -> Proposal:
    """Keep a proposal, its id filled in."""
    session.add(proposal)
    session.flush()
    return proposal


def get_proposal(session: Session, proposal_id: int, *, is_locked: bool = False) -> Proposal:
    """The proposal of that id; `is_locked`: nobody else decides on it in this transaction.

    Raises:
        NotFound: there is no such proposal.
    """
    query = select(Proposal).where(Proposal.id == proposal_id)
    if is_locked:  # read anew: what another transaction did meanwhile counts
        query = query.with_for_update().execution_options(populate_existing=True)
    found = session.exec(query).first()
    if found is None:
        raise NotFound(f"there is no proposal {proposal_id}")
    return found


def find_active(
    session: Session, brand_id: str, kind: ProposalKind, subject: str = POLICY
) -> Proposal | None:
    """The proposal that is in force, or None."""
    return session.exec(
        select(Proposal).where(
            Proposal.brand_id == brand_id,
            Proposal.kind == kind,
            Proposal.subject == subject,
            Proposal.state == ProposalState.ACTIVE,
        )
    ).first()


def find_shadowed(session: Session, brand_id: str) -> Proposal | None:
    """The proposed policy that decides beside the one in force, or None."""
    return session.exec(
        select(Proposal).where(
            Proposal.brand_id == brand_id,
            Proposal.kind == ProposalKind.POLICY,
            col(Proposal.is_shadowed).is_(True),
        )
    ).first()


def list_followed(session: Session, brand_id: str) -> tuple[int, int]:
    """Ids of the active and of the shadowed policy; 0 where there is none."""
    rows = session.exec(
        select(Proposal.id, Proposal.is_shadowed).where(
            Proposal.brand_id == brand_id,
            Proposal.kind == ProposalKind.POLICY,
            Proposal.subject == POLICY,
            (col(Proposal.state) == ProposalState.ACTIVE) | col(Proposal.is_shadowed).is_(True),
        )
    ).all()
    active = next((key or 0 for key, is_shadowed in rows if not is_shadowed), 0)
    return active, next((key or 0 for key, is_shadowed in rows if is_shadowed), 0)


def list_active(session: Session, brand_id: str, *kinds: ProposalKind) -> list[Proposal]:
    """All proposals of these kinds that are in force, the oldest decision first."""
    return list(
        session.exec(
            select(Proposal)
            .where(
                Proposal.brand_id == brand_id,
                col(Proposal.kind).in_(kinds),
                Proposal.state == ProposalState.ACTIVE,
            )
            .order_by(col(Proposal.decided_at), col(Proposal.id))
        )
    )


def get_active_stamp(
    session: Session, brand_id: str, kinds: Collection[ProposalKind]
) -> tuple[int, int, str]:
    """What changes whenever another proposal of these kinds comes into force."""
    count, total, last = session.exec(
        select(
            func.count(),
            func.coalesce(func.sum(Proposal.id), 0),
            func.max(Proposal.decided_at),
        ).where(
            Proposal.brand_id == brand_id,
            col(Proposal.kind).in_(kinds),
            Proposal.state == ProposalState.ACTIVE,
        )
    ).one()
    return count, total or 0, str(last or "")


def list_decided_subjects(
    session: Session, brand_id: str, kind: ProposalKind, since: datetime
) -> set[str]:
    """What came into force or went out of it since then."""
    return set(
        session.exec(
            select(Proposal.subject).where(
                Proposal.brand_id == brand_id,
                Proposal.kind == kind,
                col(Proposal.state).in_((ProposalState.ACTIVE, ProposalState.RETIRED)),
                col(Proposal.decided_at) >= since,
            )
        )
    )


def get_last_number(session: Session, brand_id: str, kind: ProposalKind, subject: str) -> int:
    """The highest version ever proposed of that subject; 0 for none."""
    found = session.exec(
        select(func.max(Proposal.version)).where(
            Proposal.brand_id == brand_id, Proposal.kind == kind, Proposal.subject == subject
        )
    ).one()
    return found or 0


def list_proposals(
    session: Session,
    brand_id: str,
    *kinds: ProposalKind,
    states: Collection[ProposalState] = (),
    limit: int = 50,
) -> list[Proposal]:
    """Proposals of these kinds, the newest first; no states: all."""
    query = select(Proposal).where(Proposal.brand_id == brand_id, col(Proposal.kind).in_(kinds))
    if states:
        query = query.where(col(Proposal.state).in_(states))
    return list(session.exec(query.order_by(col(Proposal.id).desc()).limit(limit)))


def list_waiting(
    session: Session, brand_id: str, kind: ProposalKind, subject: str
) -> list[Proposal]:
    """Proposals of that subject that wait for a second person."""
    return list(
        session.exec(
            select(Proposal).where(
                Proposal.brand_id == brand_id,
                Proposal.kind == kind,
                Proposal.subject == subject,
                Proposal.state == ProposalState.PROPOSED,
            )
        )
    )


def count_proposed(session: Session, brand_id: str) -> dict[ProposalKind, int]:
    """How many of each kind wait for a second person."""
    found = session.exec(
        select(Proposal.kind, func.count())
        .where(
            Proposal.brand_id == brand_id,
            col(Proposal.kind).in_(ProposalKind),
            Proposal.state == ProposalState.PROPOSED,
        )
        .group_by(col(Proposal.kind))
    )
    return {ProposalKind(kind): number for kind, number in found}


def list_names(session: Session, ids: Collection[int | None]) -> dict[int, str]:
    """Names of people by id."""
    found = session.exec(
        select(Person.id, Person.name, Person.login).where(
            col(Person.id).in_({one for one in ids if one is not None})
        )
    )
    return {number or 0: name or login for number, name, login in found}


def get_last_version(session: Session, brand_id: str, name: str) -> int:
    """The highest version any revision of that policy has; 0 for none."""
    found = session.exec(
        select(func.max(PolicyRevision.version)).where(
            PolicyRevision.brand_id == brand_id, PolicyRevision.name == name
        )
    ).one()
    return found or 0


def find_working_text(
    session: Session, person_id: int, kind: ProposalKind, subject: str = POLICY
) -> WorkingText | None:
    """What this person is writing of that, or None."""
    return session.exec(
        select(WorkingText).where(
            WorkingText.person_id == person_id,
            WorkingText.kind == kind,
            WorkingText.subject == subject,
        )
    ).first()


def list_working_texts(session: Session, person_id: int, kind: ProposalKind) -> list[WorkingText]:
    """All that this person is writing of a kind, the latest first."""
    return list(
        session.exec(
            select(WorkingText)
            .where(WorkingText.person_id == person_id, WorkingText.kind == kind)
            .order_by(col(WorkingText.saved_at).desc())
        )
    )


def save_working_text(session: Session, row: WorkingText) -> None:
    """Keep what somebody is writing."""
    session.add(row)
    session.flush()


def delete_working_text(session: Session, row: WorkingText) -> None:
    """It is proposed, or thrown away."""
    session.delete(row)
    session.flush()


def find_rehearsal(session: Session, brand_id: str, digest: str, days: int) -> Rehearsal | None:
    """How trying that text on those days went, or None."""
    return session.exec(
        select(Rehearsal).where(
            Rehearsal.brand_id == brand_id, Rehearsal.digest == digest, Rehearsal.days == days
        )
    ).first()


def find_last_rehearsal(session: Session, brand_id: str, digest: str) -> Rehearsal | None:
    """The newest rehearsal of that text, whatever the days, or None."""
    return session.exec(
        select(Rehearsal)
        .where(Rehearsal.brand_id == brand_id, Rehearsal.digest == digest)
        .order_by(col(Rehearsal.started_at).desc())
        .limit(1)
    ).first()


def list_rehearsals(
    session: Session, brand_id: str, digests: Collection[str]
) -> dict[str, Rehearsal]:
    """The newest rehearsal of each of these texts."""
    rows = session.exec(
        select(Rehearsal)
        .where(Rehearsal.brand_id == brand_id, col(Rehearsal.digest).in_(digests))
        .order_by(col(Rehearsal.started_at))
    )
    return {row.digest: row for row in rows}


def list_running(session: Session, brand_id: str, heard_since: datetime) -> list[Rehearsal]:
    """Rehearsals that are running, and gave a sign of life since then."""
    return list(
        session.exec(
            select(Rehearsal).where(
                Rehearsal.brand_id == brand_id,
                Rehearsal.state == RehearsalState.RUNNING,
                col(Rehearsal.updated_at) >= heard_since,
            )
        )
    )


def save_rehearsal(session: Session, row: Rehearsal) -> Rehearsal:
    """Keep a rehearsal, its id filled in."""
    session.add(row)
    session.flush()
    return row


def save_progress(session: Session, rehearsal_id: int, values: Mapping[str, Any]) -> None:
    """Write down how far a rehearsal is, or what came of it."""
    session.connection().execute(
        update(Rehearsal).where(col(Rehearsal.id) == rehearsal_id).values(**values)
    )


def get_rehearsal_start(session: Session, brand_id: str, since: datetime, most: int) -> int:
    """The decision id after which at most `most` decisions were made since then."""
    newest = (
        select(DecisionRow.id)
        .where(DecisionRow.brand_id == brand_id, DecisionRow.created_at >= since)
        .order_by(col(DecisionRow.id).desc())
        .limit(most + 1)
        .subquery()
    )
    count, least = session.exec(select(func.count(), func.min(newest.c.id))).one()
    return (least or 0) if count > most else (least or 1) - 1


def count_decisions_after(session: Session, brand_id: str, after: int) -> int:
    """How many decisions were made after that one: call it with a bounded start only."""
    return session.exec(
        select(func.count())
        .select_from(DecisionRow)
        .where(DecisionRow.brand_id == brand_id, col(DecisionRow.id) > after)
    ).one()
