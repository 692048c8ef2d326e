"""What many rows at once need: where they stand now, and the batches that were done."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, and_, col, select

from otklik.enums import MentionState
from otklik.errors import NotFound
from otklik.models import BulkBatch, Case, Mention, Person


@dataclass(frozen=True)
class Standing:
    """One mention as it stands now; `holder`: who works on it, empty when nobody does."""

    id: int
    version: int
    state: MentionState
    urgency: int
    zone: str
    incident_id: int | None
    is_deleted: bool
    owner_id: int | None
    holder_id: int | None
    holder: str


def list_standing(
    session: Session, brand_id: str, mention_ids: Collection[int], at: datetime
) -> list[Standing]:
    """How these mentions stand, in one query, by id; ours and other brands' are left out."""
    rows = session.exec(
        select(Mention, Case.owner_id, Person.id, Person.name)
        .join(Case, col(Case.id) == Mention.case_id, isouter=True)
        .join(
            Person,
            and_(col(Person.id) == Case.leased_by_id, col(Case.lease_until) > at),
            isouter=True,
        )
        .where(
            Mention.brand_id == brand_id,
            col(Mention.id).in_(mention_ids),
            col(Mention.is_ours).is_(False),
        )
        .order_by(col(Mention.id))
        .execution_options(populate_existing=True)
    )
    return [
        Standing(
            id=row.id or 0,
            version=row.version,
            state=row.state,
            urgency=row.urgency,
            zone=row.zone,
            incident_id=row.incident_id,
            is_deleted=row.deleted_at is not None,
            owner_id=owner,
            holder_id=holder_id,
            holder=holder or "",
        )
        for row, owner, holder_id, holder in rows
    ]


def save_batch(session: Session, batch: BulkBatch) -> BulkBatch:
    """Add or change."""
    session.add(batch)
    session.flush()
    return batch


def get_batch(session: Session, batch_id: int) -> BulkBatch:
    """The batch of that id, locked.

    Raises:
        NotFound: there is none.
    """
    found = session.exec(
        select(BulkBatch)
        .where(BulkBatch.id == batch_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        raise NotFound(f"batch {batch_id}")
    return found


def list_batches(
    session: Session, brand_id: str, since: datetime, limit: int = 20
) -> list[BulkBatch]:
    """What was done at once since then, the latest first."""
    return list(
        session.exec(
            select(BulkBatch)
            .where(BulkBatch.brand_id == brand_id, BulkBatch.done_at >= since)
            .order_by(col(BulkBatch.id).desc())
            .limit(limit)
        )
    )


def find_last_batch(session: Session, brand_id: str, person_id: int) -> BulkBatch | None:
    """What this person did at once last, or None."""
    return session.exec(
        select(BulkBatch)
        .where(BulkBatch.brand_id == brand_id, BulkBatch.person_id == person_id)
        .order_by(col(BulkBatch.id).desc())
        .limit(1)
    ).first()
