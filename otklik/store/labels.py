"""Labels of people, what the model had said, and approvals given without a correction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_
from sqlalchemy.orm import aliased
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


def _kept() -> tuple[Any, ...]:
    """What may be learned from: strangers' words, and of nobody who was erased.

    The brand is asked of the table that leads: asked of mentions too, a back end without
    statistics reads every mention of the brand.
    """
    return (
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
        .where(Label.brand_id == brand_id, *_kept())
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
        .where(col(MentionVersion.mention_id).in_(labelled), *_kept())
    )
    return {(mention, version): text for mention, version, text in found}


def list_labelled_judgements(session: Session, brand_id: str) -> list[Judgement]:
    """What models said of the labelled mentions, oldest first."""
    labelled = select(Label.mention_id).where(Label.brand_id == brand_id)
    return _judgements(session, [col(VerdictRow.mention_id).in_(labelled)])


def count_seen(session: Session, brand_id: str, since: datetime) -> dict[str, int]:
    """Versions a person has let an answer out to since then, by the stance they saw."""
    asked = select(VerdictRow.stance, func.count())
    found = session.exec(_of_seen(asked, brand_id, since).group_by(col(VerdictRow.stance)))
    return {str(stance): count for stance, count in found}


def list_seen_labelled(session: Session, brand_id: str, since: datetime) -> dict[Version, str]:
    """The stance that was seen, of what `count_seen` counts and somebody has labelled as well."""
    labelled = select(Label.mention_id).where(Label.brand_id == brand_id)
    asked = select(VerdictRow.mention_id, VerdictRow.mention_version, VerdictRow.stance)
    found = session.exec(
        _of_seen(asked, brand_id, since).where(col(VerdictRow.mention_id).in_(labelled))
    )
    return {(mention, version): str(stance) for mention, version, stance in found}


def _of_seen(asked: Any, brand_id: str, since: datetime) -> Any:
    """The last verdict before the first approval since then, one for each approved version."""
    approved = (
        select(
            Approval.mention_id,
            Approval.mention_version,
            func.min(Approval.created_at).label("at"),
        )
        .where(Approval.brand_id == brand_id, Approval.created_at >= since)
        .group_by(col(Approval.mention_id), col(Approval.mention_version))
        .subquery()
    )
    before = aliased(VerdictRow)
    seen = (
        # a model that judged anew after the approval was not what the person saw
        select(func.max(before.id).label("id"))
        .select_from(approved)
        .join(
            before,
            and_(
                col(before.mention_id) == approved.c.mention_id,
                col(before.mention_version) == approved.c.mention_version,
                col(before.created_at) <= approved.c.at,
            ),
        )
        .group_by(approved.c.mention_id, approved.c.mention_version)
        .subquery()
    )
    return (
        asked.select_from(seen)
        .join(VerdictRow, col(VerdictRow.id) == seen.c.id)
        .join(Mention, col(Mention.id) == col(VerdictRow.mention_id))
        .join(Author, col(Author.id) == Mention.author_id)
        .where(*_kept())
    )


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
