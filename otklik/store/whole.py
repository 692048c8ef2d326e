"""One mention with everything that was found and decided about it, in one question."""

from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, func, select

from otklik.errors import NotFound
from otklik.models import (
    Author,
    DecisionRow,
    Incident,
    Mention,
    SubjectRow,
    Thread,
    VerdictRow,
)
from otklik.subjects import Subject


@dataclass(frozen=True)
class Whole:
    """A mention; verdict, decision and subject are the newest of its present version."""

    mention: Mention
    author: Author
    thread: Thread
    incident: Incident | None
    verdict: VerdictRow | None
    decision: DecisionRow | None
    subject: Subject | None


def get_whole(session: Session, mention_id: int) -> Whole:
    """All of it.

    Raises:
        NotFound: there is no such mention.
    """
    query: Any = (
        select(Mention, Author, Thread, Incident, VerdictRow, DecisionRow, SubjectRow)  # type: ignore[call-overload]
        .join(Author, col(Author.id) == Mention.author_id)
        .join(Thread, col(Thread.id) == Mention.thread_id)
        .outerjoin(Incident, col(Incident.id) == Mention.incident_id)
        .outerjoin(VerdictRow, col(VerdictRow.id) == _newest(VerdictRow))
        .outerjoin(DecisionRow, col(DecisionRow.id) == _newest(DecisionRow))
        .outerjoin(
            SubjectRow,
            (col(SubjectRow.mention_id) == Mention.id)
            & (col(SubjectRow.mention_version) == Mention.version),
        )
        .where(Mention.id == mention_id)
    )
    row = session.exec(query).one_or_none()
    if row is None:
        raise NotFound(f"mention {mention_id}")
    mention, author, thread, incident, verdict, decision, about = row
    subject = Subject.model_validate(about.value) if about is not None else None
    return Whole(mention, author, thread, incident, verdict, decision, subject)


def _newest(table: type[VerdictRow] | type[DecisionRow]) -> Any:
    """Id of the newest row on the present version of the mention."""
    return (
        select(func.max(table.id))
        .where(table.mention_id == Mention.id, table.mention_version == Mention.version)
        .correlate(Mention)
        .scalar_subquery()
    )
