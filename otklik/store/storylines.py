"""What storylines are made of: the newest unhappy mentions, and where each of them belongs."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnExpressionArgument
from sqlmodel import Session, col, select

from otklik.enums import CALM, UNHAPPY, MentionState, Stance
from otklik.models import IncidentExclusion, Mention

_UNGROUPED = (MentionState.COLLECTED, MentionState.CLASSIFIED)
_NEWEST_FIRST = (col(Mention.waiting_since).desc(), col(Mention.id).desc())
_CHUNK = 500


def list_newest_places(
    session: Session, brand_id: str, since: datetime, limit: int
) -> dict[int, tuple[int, int | None]]:
    """Version and incident of the newest unhappy mentions already grouped, oldest first, by id."""
    rows = session.exec(
        select(Mention.id, Mention.version, Mention.incident_id)
        .where(*_grouped(brand_id, UNHAPPY, since))
        .order_by(*_NEWEST_FIRST)
        .limit(limit)
    ).all()
    return {number or 0: (version, incident) for number, version, incident in reversed(rows)}


def list_ungrouped_texts(
    session: Session, brand_id: str, stances: Collection[Stance], limit: int
) -> list[str]:
    """Texts of the oldest mentions of these stances that wait to be grouped."""
    query = (
        select(Mention.text)
        .where(
            Mention.brand_id == brand_id,
            Mention.state == MentionState.CLASSIFIED,
            col(Mention.stance).in_(stances),
            col(Mention.starts_clock),
        )
        .order_by(col(Mention.id))
        .limit(limit)
    )
    return list(session.exec(query))


def list_calm(session: Session, brand_id: str, since: datetime, limit: int) -> list[Mention]:
    """The newest calm mentions that were grouped and belong to no incident, newest first."""
    query = (
        select(Mention)
        .where(*_grouped(brand_id, CALM, since), col(Mention.incident_id).is_(None))
        .order_by(*_NEWEST_FIRST)
        .limit(limit)
    )
    return list(session.exec(query))


def _grouped(
    brand_id: str, stances: Collection[Stance], since: datetime
) -> tuple[ColumnExpressionArgument[bool], ...]:
    """Conditions: of these stances, written since then, still there, and looked at already."""
    return (
        col(Mention.brand_id) == brand_id,
        col(Mention.is_ours).is_(False),
        col(Mention.stance).in_(stances),
        col(Mention.starts_clock),
        col(Mention.waiting_since) >= since,
        col(Mention.deleted_at).is_(None),
        col(Mention.state).not_in(_UNGROUPED),
    )


def list_told(session: Session, mention_ids: Collection[int]) -> list[Mention]:
    """These mentions whole, in the order in which they were written."""
    found: list[Mention] = []
    for some in _chunks(sorted(mention_ids)):
        found += session.exec(select(Mention).where(col(Mention.id).in_(some)))
    return sorted(found, key=lambda row: (row.waiting_since, row.id or 0))


def list_apart(session: Session, mention_ids: Collection[int]) -> dict[int, frozenset[int]]:
    """Incidents that a person took each of these mentions out of, by mention id."""
    found: dict[int, frozenset[int]] = {}
    for some in _chunks(sorted(mention_ids)):
        rows = session.exec(
            select(IncidentExclusion.mention_id, IncidentExclusion.incident_id).where(
                col(IncidentExclusion.mention_id).in_(some)
            )
        )
        for mention, incident in rows:
            found[mention] = found.get(mention, frozenset()) | {incident}
    return found


def _chunks(ids: Sequence[int]) -> list[Sequence[int]]:
    return [ids[start : start + _CHUNK] for start in range(0, len(ids), _CHUNK)]
