"""Texts that wait for an approver or a second pair of eyes, and those sent back to who wrote them.

A machine's draft that one person may approve is ordinary work of the queue; here stands what a
person wrote or edited, and what two must approve.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, exists, literal_column
from sqlalchemy.orm import aliased
from sqlmodel import Session, and_, col, func, select

from otklik.enums import DraftState, SlaState, Stance
from otklik.models import Approval, Author, DraftRow, Mention, Person
from otklik.store.queue_filter import waits

EXCERPT = 160
MOST = 200
# word for word the condition of the partial index
_TO_APPROVE: ColumnElement[bool] = literal_column(
    "draft.state = 'proposed' AND (draft.editor_id IS NOT NULL OR draft.approvals_needed > 1)"
)


@dataclass(frozen=True)
class ToApprove:
    """One text in the list. `excerpt`: the beginning of the comment; `given`: ids of approvers."""

    draft_id: int
    mention_id: int
    editor_id: int | None
    needed: int
    created_at: datetime
    urgency: int
    stance: Stance | None
    is_unsure: bool
    zone: str
    platform: str
    sla_due_at: datetime | None
    sla_state: SlaState | None
    waiting_since: datetime
    excerpt: str
    author_name: str
    given: tuple[int, ...] = ()


_COLUMNS: tuple[Any, ...] = (
    DraftRow.id,
    DraftRow.mention_id,
    DraftRow.editor_id,
    DraftRow.approvals_needed,
    DraftRow.created_at,
    Mention.urgency,
    Mention.stance,
    Mention.is_unsure,
    Mention.zone,
    Mention.platform,
    Mention.sla_due_at,
    Mention.sla_state,
    Mention.waiting_since,
    func.substr(col(Mention.text), 1, EXCERPT),
    Author.name,
)
_MOST_URGENT_FIRST = (
    col(Mention.urgency).desc(),
    col(Mention.sla_due_at).is_(None),
    col(Mention.sla_due_at),
    col(DraftRow.id),
)


def is_sent_back() -> ColumnElement[bool]:
    """The text was turned down and waits for who wrote it, not for an approver."""
    before = aliased(DraftRow)
    return exists().where(
        col(before.id) == col(DraftRow.supersedes_id), col(before.state) == DraftState.REJECTED
    )


def list_to_approve(
    session: Session, brand_id: str, *, zones: Collection[str] | None = None, limit: int = MOST
) -> list[ToApprove]:
    """What waits for an approver, the most urgent first; `zones` None: of all."""
    return _list(session, [*_handed_over(brand_id, zones), ~is_sent_back()], limit)


def count_for(
    session: Session, brand_id: str, person_id: int, zones: Collection[str] | None
) -> int:
    """Texts that wait for this person's yes: not given, and not theirs where two others must."""
    theirs = exists().where(
        col(Approval.draft_id) == col(DraftRow.id), col(Approval.person_id) == person_id
    )
    is_author = col(DraftRow.editor_id).is_not_distinct_from(person_id)
    wrote = and_(is_author, col(DraftRow.approvals_needed) > 1)
    query = (
        select(func.count())
        .select_from(DraftRow)
        .join(Mention, col(Mention.id) == DraftRow.mention_id)
        .where(*_handed_over(brand_id, zones), ~is_sent_back(), ~theirs, ~wrote)
    )
    return session.exec(query).one()


def list_sent_back(
    session: Session, brand_id: str, *, editor_id: int | None = None, limit: int = MOST
) -> list[ToApprove]:
    """What was turned down and not written anew yet; of one editor or of all."""
    found = [*_handed_over(brand_id, None), is_sent_back()]
    if editor_id is not None:
        found.append(col(DraftRow.editor_id) == editor_id)
    return _list(session, found, limit)


def list_proposed(session: Session, mention_ids: Sequence[int]) -> list[ToApprove]:
    """The texts proposed for these mentions, in the same order; those without one are left out."""
    conditions = [
        col(DraftRow.mention_id).in_(mention_ids),
        col(DraftRow.state) == DraftState.PROPOSED,
        waits(),
    ]
    place = {one: number for number, one in enumerate(mention_ids)}
    return sorted(
        _list(session, conditions, len(mention_ids)), key=lambda one: place[one.mention_id]
    )


def _handed_over(brand_id: str, zones: Collection[str] | None) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [
        col(DraftRow.brand_id) == brand_id,
        _TO_APPROVE,
        waits(),
        col(Mention.cannot_answer) == "",
    ]
    return found if zones is None else [*found, col(Mention.zone).in_(zones)]


def _list(session: Session, found: Iterable[Any], limit: int) -> list[ToApprove]:
    rows = session.execute(
        select(*_COLUMNS)
        .join(Mention, col(Mention.id) == DraftRow.mention_id)
        .join(Author, col(Author.id) == Mention.author_id)
        .where(*found)
        .order_by(*_MOST_URGENT_FIRST)
        .limit(limit)
    ).all()
    given = list_given(session, [row[0] for row in rows])
    return [replace(ToApprove(*row), given=given.get(row[0], ())) for row in rows]


def list_given(session: Session, draft_ids: Collection[int]) -> dict[int, tuple[int, ...]]:
    """Who has approved each of these drafts, by draft id, in order."""
    if not draft_ids:
        return {}
    query = (
        select(Approval.draft_id, Approval.person_id)
        .where(col(Approval.draft_id).in_(draft_ids))
        .order_by(col(Approval.id))
    )
    found: dict[int, tuple[int, ...]] = {}
    for draft_id, person_id in session.exec(query):
        found[draft_id] = (*found.get(draft_id, ()), person_id)
    return found


def list_names(session: Session, person_ids: Collection[int]) -> dict[int, str]:
    """Names of these people, by id; the login of one who has none."""
    if not person_ids:
        return {}
    query = select(Person.id, Person.name, Person.login).where(col(Person.id).in_(person_ids))
    return {one or 0: name or login for one, name, login in session.exec(query)}
