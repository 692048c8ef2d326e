"""Labels of people, what the model had said, and approvals given without a correction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, func, select

from otklik.models import (
    Approval,
    Author,
    Label,
    Mention,
    MentionVersion,
    Person,
    VerdictRow,
)

Version = tuple[int, int]  # mention id, version of its text


@dataclass(frozen=True)
class Judgement:
    """The fields of a verdict that people can correct, without its reasons."""

    mention_id: int
    version: int
    model_version: str
    values: dict[str, str]
    abstained: bool
    at: datetime


def _kept(brand_id: str) -> tuple[Any, ...]:
    """What may be learned from: strangers' words, and of nobody who was erased."""
    return (
        Mention.brand_id == brand_id,
        col(Mention.is_ours).is_(False),
        col(Author.erased_at).is_(None),
    )


def list_labels(
    session: Session, brand_id: str, *, mention_id: int | None = None
) -> list[tuple[Label, Person]]:
    """Every label with who gave it, in the order they were given; of one mention, or of all."""
    query = (
        select(Label, Person)
        .join(Person, col(Person.id) == Label.person_id)
        .join(Mention, col(Mention.id) == Label.mention_id)
        .join(Author, col(Author.id) == Mention.author_id)
        .where(Label.brand_id == brand_id, *_kept(brand_id))
        .order_by(col(Label.id))
    )
    if mention_id is not None:
        query = query.where(Label.mention_id == mention_id)
    return [(label, person) for label, person in session.exec(query)]


def list_labelled_texts(session: Session, brand_id: str) -> dict[Version, str]:
    """The texts that were labelled, each version on its own."""
    labelled = select(Label.mention_id).where(Label.brand_id == brand_id)
    found = session.exec(
        select(MentionVersion.mention_id, MentionVersion.version, MentionVersion.text)
        .join(Mention, col(Mention.id) == MentionVersion.mention_id)
        .join(Author, col(Author.id) == Mention.author_id)
        .where(col(MentionVersion.mention_id).in_(labelled), *_kept(brand_id))
    )
    return {(mention, version): text for mention, version, text in found}


def list_labelled_judgements(session: Session, brand_id: str) -> list[Judgement]:
    """What models said of the labelled mentions, oldest first."""
    labelled = select(Label.mention_id).where(Label.brand_id == brand_id)
    return _judgements(session, [col(VerdictRow.mention_id).in_(labelled)])


def list_approved(session: Session, brand_id: str, since: datetime) -> dict[Version, datetime]:
    """Versions a person has let an answer out to since then, with the first approval's time."""
    found = session.exec(
        select(Approval.mention_id, Approval.mention_version, func.min(Approval.created_at))
        .join(Mention, col(Mention.id) == Approval.mention_id)
        .join(Author, col(Author.id) == Mention.author_id)
        .where(Approval.created_at >= since, *_kept(brand_id))
        .group_by(col(Approval.mention_id), col(Approval.mention_version))
    )
    return {(mention, version): at for mention, version, at in found}


def list_approved_judgements(session: Session, brand_id: str, since: datetime) -> list[Judgement]:
    """What models said of the mentions approved since then, oldest first."""
    approved = select(Approval.mention_id).where(
        Approval.brand_id == brand_id, Approval.created_at >= since
    )
    return _judgements(session, [col(VerdictRow.mention_id).in_(approved)])


def _judgements(session: Session, which: Sequence[Any]) -> list[Judgement]:
    found = session.exec(
        select(  # type: ignore[call-overload]
            VerdictRow.mention_id,
            VerdictRow.mention_version,
            VerdictRow.model_version,
            VerdictRow.stance,
            VerdictRow.claim,
            VerdictRow.abuse,
            VerdictRow.topic,
            VerdictRow.urgency,
            VerdictRow.abstained,
            VerdictRow.created_at,
        )
        .where(*which)
        .order_by(col(VerdictRow.id))
    )
    return [
        Judgement(
            mention_id=row[0],
            version=row[1],
            model_version=row[2],
            values={
                "stance": str(row[3]),
                "claim": str(row[4]),
                "abuse": str(row[5]),
                "topic": str(row[6]),
                "urgency": str(int(row[7])),
            },
            abstained=row[8],
            at=row[9],
        )
        for row in found
    ]


def count_verdicts(session: Session, brand_id: str, since: datetime) -> tuple[int, int]:
    """Verdicts given since then, and how many of them abstained."""
    total, unsure = (
        session.exec(
            select(func.count())
            .select_from(VerdictRow)
            .where(VerdictRow.brand_id == brand_id, VerdictRow.created_at >= since, *more)
        ).one()
        for more in ((), (col(VerdictRow.abstained).is_(True),))
    )
    return total, unsure


def find_last_judge(session: Session, brand_id: str) -> tuple[str, datetime] | None:
    """The version of the model that judged last, and when; None when none ever has."""
    row = session.exec(
        select(VerdictRow.model_version, VerdictRow.created_at)
        .where(VerdictRow.brand_id == brand_id)
        .order_by(col(VerdictRow.id).desc())
        .limit(1)
    ).first()
    return (row[0], row[1]) if row else None
