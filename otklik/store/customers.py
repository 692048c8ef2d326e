"""Who stands behind comments: people who have told a case, people we owe something."""

from collections.abc import Collection
from typing import NamedTuple

from sqlmodel import Session, and_, col, exists, or_, select

from otklik.enums import Claim, DraftState, MentionState, PromiseState, Stance, StatementState
from otklik.models import DraftRow, Mention, Promise, Statement, VerdictRow
from otklik.store.members import WITH_A_CASE


class ToldCase(NamedTuple):
    """A comment with a case, by verdict."""

    mention_id: int
    author_id: int


def list_told_cases(session: Session, accounts: Collection[int]) -> list[ToldCase]:
    """Comments of these accounts with a concrete case, wherever and whenever they stand."""
    is_concrete = exists().where(
        col(VerdictRow.mention_id) == Mention.id,
        col(VerdictRow.mention_version) == Mention.version,
        col(VerdictRow.claim) == Claim.CONCRETE,
    )
    rows = session.execute(
        select(Mention.id, Mention.author_id).where(
            col(Mention.author_id).in_(accounts),
            or_(
                col(Mention.stance).in_(WITH_A_CASE),
                and_(col(Mention.stance) != Stance.HATER, is_concrete),
            ),
        )
    )
    return [ToldCase(number, author) for number, author in rows]


def list_owed(session: Session, accounts: Collection[int]) -> set[int]:
    """Accounts to whom something was promised that is still open."""
    return set(
        session.exec(
            select(Mention.author_id)
            .join(Promise, col(Promise.mention_id) == Mention.id)
            .where(col(Mention.author_id).in_(accounts), Promise.state == PromiseState.OPEN)
        )
    )


def list_drafted_or_held(session: Session, incident_id: int, why_held: str) -> list[Mention]:
    """Members with a draft, and those that are held for that reason."""
    is_held = and_(col(Mention.state) == MentionState.HELD, col(Mention.last_error) == why_held)
    return list(
        session.exec(
            select(Mention)
            .where(
                Mention.incident_id == incident_id,
                or_(col(Mention.state) == MentionState.DRAFTED, is_held),
            )
            .order_by(col(Mention.id))
        )
    )


def count_held(session: Session, incident_id: int, why_held: str) -> int:
    """How many members are held for that reason."""
    ids = session.exec(
        select(Mention.id).where(
            Mention.incident_id == incident_id,
            Mention.state == MentionState.HELD,
            Mention.last_error == why_held,
        )
    )
    return len(list(ids))


class Waiting(NamedTuple):
    """The proposed draft of a mention: the statement it carries, the promise it reports on."""

    statement_id: int | None
    follows_up_id: int | None


def list_proposed(session: Session, mention_ids: Collection[int]) -> dict[int, Waiting]:
    """Proposed drafts of these mentions, by mention id."""
    rows = session.execute(
        select(DraftRow.mention_id, DraftRow.statement_id, DraftRow.follows_up_id).where(
            col(DraftRow.mention_id).in_(mention_ids), DraftRow.state == DraftState.PROPOSED
        )
    )
    return {number: Waiting(statement, report) for number, statement, report in rows}


def list_told_threads(session: Session, incident_id: int) -> set[int]:
    """Threads where an incident's statement in force stands, or is on its way there."""
    alive = (DraftState.PROPOSED, DraftState.APPROVED)
    carried = exists().where(
        col(DraftRow.mention_id) == Mention.id,
        col(DraftRow.state).in_(alive),
        col(DraftRow.statement_id) == Statement.id,
        col(Statement.state) == StatementState.APPROVED,
    )
    return set(
        session.exec(
            select(Mention.thread_id).where(
                Mention.incident_id == incident_id,
                or_(carried, col(Mention.state) == MentionState.DECIDED),
            )
        )
    )
