"""Who has to be told that an incident is solved, and texts of one incident that wait together."""

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, exists
from sqlalchemy.orm import aliased
from sqlmodel import Session, and_, col, func, or_, select

from otklik.enums import (
    CloseReason,
    DraftState,
    IncidentState,
    Language,
    MentionState,
    PromiseState,
    ReplyState,
    StatementState,
)
from otklik.models import (
    Author,
    DraftRow,
    Incident,
    Mention,
    Promise,
    Reply,
    Statement,
    Thread,
    VerdictRow,
)

_SAID = (ReplyState.POSTED, ReplyState.REHEARSED)
_TRIED = (DraftState.PROPOSED, DraftState.APPROVED, DraftState.REJECTED)


def list_to_tell(session: Session, brand_id: str, limit: int) -> list[tuple[int, Statement]]:
    """Answered mentions of solved incidents whose author was told nothing of the end yet.

    Each with the closing statement in force in its language; one mention of each person, the
    latest one, and nobody whose text was turned down.
    """
    query = (
        select(Mention.id, Mention.author_id, Statement)
        .join(Incident, col(Incident.id) == Mention.incident_id)
        .join(Statement, col(Statement.incident_id) == Incident.id)
        .join(Thread, col(Thread.id) == Mention.thread_id)
        .where(
            Incident.brand_id == brand_id,
            Incident.state == IncidentState.SOLVED,
            Statement.state == StatementState.APPROVED,
            col(Statement.is_closing),
            _is_answered(),
            col(Mention.deleted_at).is_(None),
            Mention.cannot_answer == "",
            col(Thread.is_closed).is_(False),
            _speaks(),
            ~_is_told(),
        )
        .order_by(col(Mention.incident_id), col(Mention.id).desc())
        .limit(limit)
    )
    found: dict[tuple[int, int], tuple[int, Statement]] = {}
    for mention_id, author_id, statement in session.exec(query):
        found.setdefault((statement.incident_id, author_id), (mention_id or 0, statement))
    return list(found.values())


def _is_answered() -> ColumnElement[bool]:
    elsewhere = and_(
        col(Mention.state) == MentionState.CLOSED,
        col(Mention.close_reason) == CloseReason.ANSWERED_ELSEWHERE,
    )
    return or_(col(Mention.state) == MentionState.ANSWERED, elsewhere)


def _speaks() -> ColumnElement[bool]:
    """The mention is answered in the statement's language: Russian where none was recognised."""
    mine = and_(
        col(VerdictRow.mention_id) == Mention.id,
        col(VerdictRow.mention_version) == Mention.version,
    )
    same = exists().where(mine, col(VerdictRow.language) == Statement.language)
    other = exists().where(mine, col(VerdictRow.language).in_((Language.RUSSIAN, Language.ENGLISH)))
    return or_(same, and_(col(Statement.language) == Language.RUSSIAN, ~other))


def _is_told() -> ColumnElement[bool]:
    """This person has a text that says so: proposed, on its way, said, or turned down."""
    theirs, said = aliased(Mention), aliased(Statement)
    out = exists().where(col(Reply.draft_id) == DraftRow.id, col(Reply.state).in_(_SAID))
    return (
        exists()
        .where(
            col(DraftRow.mention_id) == theirs.id,
            col(theirs.author_id) == Mention.author_id,
            col(theirs.incident_id) == Mention.incident_id,
            col(DraftRow.statement_id) == said.id,
            col(said.is_closing),
            col(said.created_at) >= Incident.closed_at,
            or_(col(DraftRow.state).in_(_TRIED), out),
        )
        .correlate(Mention, Incident)
    )


def count_to_tell(session: Session, incident_id: int) -> dict[str, int]:
    """How many people of an incident were answered, by language: they are told when it is over."""
    language = func.coalesce(VerdictRow.language, Language.RUSSIAN)
    rows = session.execute(
        select(language, func.count(func.distinct(col(Mention.author_id))))
        .select_from(Mention)
        .outerjoin(
            VerdictRow,
            and_(
                col(VerdictRow.mention_id) == Mention.id,
                col(VerdictRow.mention_version) == Mention.version,
            ),
        )
        .where(
            Mention.incident_id == incident_id, _is_answered(), col(Mention.deleted_at).is_(None)
        )
        .group_by(language)
    )
    return {str(name): int(count) for name, count in rows}


def find_common_promise(session: Session, mention_id: int, incident_id: int) -> Promise | None:
    """The open promise to this mention that the incident's own statement made, or None."""
    return session.exec(
        select(Promise)
        .join(Reply, col(Reply.id) == Promise.reply_id)
        .join(DraftRow, col(DraftRow.id) == Reply.draft_id)
        .join(Statement, col(Statement.id) == DraftRow.statement_id)
        .where(
            Promise.mention_id == mention_id,
            Promise.state == PromiseState.OPEN,
            Statement.incident_id == incident_id,
            Reply.state == ReplyState.POSTED,
        )
        .order_by(col(Promise.id))
        .limit(1)
    ).first()


def find_posted_reply(session: Session, mention_id: int) -> Reply | None:
    """The latest reply to a mention that stands in public, or None."""
    return session.exec(
        select(Reply)
        .where(Reply.mention_id == mention_id, Reply.state == ReplyState.POSTED)
        .order_by(col(Reply.id).desc())
        .limit(1)
    ).first()


# ---- texts that wait together ----------------------------------------------------------------


class Waiting(NamedTuple):
    """One proposed text beside its comment, both in full."""

    draft: DraftRow
    mention: Mention
    author: str


def list_waiting(
    session: Session, incident_id: int, *, limit: int, without: Collection[str] = ()
) -> list[Waiting]:
    """Proposed texts of an incident's members that carry a statement of it, the oldest first.

    Args:
        without: stances whose members are left out.
    """
    query = select(DraftRow, Mention, Author.name).where(*_waiting(incident_id, without))
    rows = session.execute(
        query.join(Mention, col(Mention.id) == DraftRow.mention_id)
        .join(Author, col(Author.id) == Mention.author_id)
        .order_by(col(Mention.waiting_since), col(DraftRow.id))
        .limit(limit)
    )
    return [Waiting(*row) for row in rows]


def count_waiting(session: Session, incident_id: int, *, without: Collection[str] = ()) -> int:
    """How many texts `list_waiting` has in all."""
    return session.exec(
        select(func.count())
        .select_from(DraftRow)
        .join(Mention, col(Mention.id) == DraftRow.mention_id)
        .where(*_waiting(incident_id, without))
    ).one()


def _waiting(incident_id: int, without: Collection[str]) -> list[Any]:
    found: list[Any] = [
        col(DraftRow.state) == DraftState.PROPOSED,
        col(DraftRow.statement_id).is_not(None),
        col(Mention.incident_id) == incident_id,
        col(Mention.state) == MentionState.DRAFTED,
        col(Mention.deleted_at).is_(None),
        col(Mention.cannot_answer) == "",
    ]
    if without:
        found.append(func.coalesce(Mention.stance, "").not_in(list(without)))
    return found


def list_places(session: Session, draft_ids: Sequence[int]) -> dict[int, int | None]:
    """The incident that each of these drafts' mentions belongs to, by draft id."""
    rows = session.exec(
        select(DraftRow.id, Mention.incident_id)
        .join(Mention, col(Mention.id) == DraftRow.mention_id)
        .where(col(DraftRow.id).in_(draft_ids))
    )
    return {number or 0: place for number, place in rows}


def list_words(session: Session, incident_id: int, *, limit: int) -> list[tuple[int, str]]:
    """Author and text of an incident's newest members that name a figure or a sign of money."""
    rows = session.execute(
        select(Mention.author_id, Mention.text)
        .where(Mention.incident_id == incident_id, col(Mention.deleted_at).is_(None))
        .order_by(col(Mention.waiting_since).desc(), col(Mention.id).desc())
        .limit(limit)
    )
    return [(author, text) for author, text in rows]
