"""What mentions are about, and the company's lists as they were read."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, delete, select

from otklik.models import EntityList, Mention, Source, SubjectEntity, SubjectRow
from otklik.subjects import Subject


def save_lists(session: Session, row: EntityList) -> None:
    """Keep a good text of the lists; read again, it becomes the last good one."""
    session.merge(row)
    session.flush()


def find_last_lists(session: Session, brand_id: str) -> EntityList | None:
    """The text of the lists that was good when last read, or None."""
    return session.exec(
        select(EntityList)
        .where(EntityList.brand_id == brand_id)
        .order_by(col(EntityList.loaded_at).desc())
    ).first()


def save_subjects(
    session: Session,
    mentions: Sequence[Mention],
    subjects: Sequence[Subject],
    digest: str,
    at: datetime,
) -> None:
    """What each mention's present version is about; what was said of it before is replaced."""
    ids = [mention.id or 0 for mention in mentions]
    session.exec(delete(SubjectEntity).where(col(SubjectEntity.mention_id).in_(ids)))
    for mention, subject in zip(mentions, subjects, strict=True):
        row = SubjectRow(
            mention_id=mention.id or 0,
            mention_version=mention.version,
            brand_id=mention.brand_id,
            list_digest=digest,
            value=subject.as_row(),
            created_at=at,
        )
        session.merge(row)
        session.add_all(
            SubjectEntity(mention_id=mention.id or 0, entity_id=one, brand_id=mention.brand_id)
            for one in subject.ids
        )


def list_subjects(session: Session, mentions: Sequence[Mention]) -> dict[int, Subject]:
    """What the present versions are about, by mention id; absent where nobody has looked."""
    found = session.exec(
        select(SubjectRow)
        .join(Mention, col(Mention.id) == SubjectRow.mention_id)
        .where(
            col(SubjectRow.mention_id).in_([mention.id for mention in mentions]),
            SubjectRow.mention_version == Mention.version,
        )
    )
    return {row.mention_id: Subject.model_validate(row.value) for row in found}


def list_named_entities(session: Session, brand_id: str) -> list[str]:
    """Ids that any mention names, in order."""
    found = session.exec(
        select(SubjectEntity.entity_id)
        .where(SubjectEntity.brand_id == brand_id)
        .distinct()
        .order_by(SubjectEntity.entity_id)
    )
    return list(found)


def list_sources_of(session: Session, mentions: Sequence[Mention]) -> dict[int, Source]:
    """The sources these mentions came from, by id."""
    ids = {mention.source_id for mention in mentions}
    found = session.exec(select(Source).where(col(Source.id).in_(ids)))
    return {row.id or 0: row for row in found}


def list_threads_with_us(session: Session, mentions: Sequence[Mention]) -> set[int]:
    """Threads of these mentions in which we have written."""
    ids = {mention.thread_id for mention in mentions}
    return set(
        session.exec(
            select(Mention.thread_id)
            .where(col(Mention.thread_id).in_(ids), col(Mention.is_ours))
            .distinct()
        )
    )
