"""Statements of incidents: what is said to everybody, and whose drafts wait for it."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlmodel import Session, col, or_, select

from otklik.enums import DraftState, IncidentState, Language, MentionState, StatementState
from otklik.errors import NotFound
from otklik.models import Approval, DraftRow, Incident, Mention, Statement
from otklik.store import cases, judgements


def save_statement(session: Session, statement: Statement) -> Statement:
    """Add or change; the database refuses what people have not approved."""
    session.add(statement)
    session.flush()
    return statement


def get_statement(session: Session, statement_id: int) -> Statement:
    """The statement of that id, locked for the transaction.

    Raises:
        NotFound: there is none.
    """
    row = session.exec(
        select(Statement)
        .where(Statement.id == statement_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise NotFound(f"statement {statement_id}")
    return row


def get_incident(session: Session, incident_id: int) -> Incident:
    """The incident of that id.

    Raises:
        NotFound: there is none.
    """
    row = session.get(Incident, incident_id)
    if row is None:
        raise NotFound(f"incident {incident_id}")
    return row


def list_all_incidents(
    session: Session, brand_id: str, states: Collection[IncidentState] = (), limit: int = 50
) -> list[Incident]:
    """Incidents in these states (none: in all), the one that was alive last first."""
    wanted = (col(Incident.state).in_(list(states)),) if states else ()
    return list(
        session.exec(
            select(Incident)
            .where(Incident.brand_id == brand_id, *wanted)
            .order_by(col(Incident.last_at).desc(), col(Incident.id).desc())
            .limit(limit)
        )
    )


def list_statements(session: Session, incident_id: int) -> list[Statement]:
    """Every statement of an incident, oldest first."""
    return list(
        session.exec(
            select(Statement)
            .where(Statement.incident_id == incident_id)
            .order_by(col(Statement.id))
        )
    )


def list_approved(
    session: Session, incident_ids: Collection[int]
) -> dict[tuple[int, Language], Statement]:
    """Statements in force, by incident and language."""
    found = session.exec(
        select(Statement).where(
            col(Statement.incident_id).in_(set(incident_ids)),
            Statement.state == StatementState.APPROVED,
        )
    )
    return {(row.incident_id, row.language): row for row in found}


def list_members(session: Session, incident_id: int) -> list[Mention]:
    """The mentions of an incident that still stand, the first one first."""
    return list(
        session.exec(
            select(Mention)
            .where(Mention.incident_id == incident_id, col(Mention.deleted_at).is_(None))
            .order_by(col(Mention.waiting_since), col(Mention.id))
        )
    )


def find_first_member(session: Session, incident_id: int) -> Mention | None:
    """The first mention of an incident that still stands, or None."""
    return session.exec(
        select(Mention)
        .where(Mention.incident_id == incident_id, col(Mention.deleted_at).is_(None))
        .order_by(col(Mention.waiting_since), col(Mention.id))
        .limit(1)
    ).first()


def list_untouched(
    session: Session, incident_id: int, language: Language, at: datetime
) -> list[int]:
    """Mentions of an incident that wait in this language and that no person has worked on.

    Their draft is the machine's and nobody said yes to it, or they are held and never had one;
    nobody works on their case now. A report on a promise is never among them.
    """
    waiting = session.exec(
        select(Mention)
        .where(
            Mention.incident_id == incident_id,
            col(Mention.state).in_((MentionState.DRAFTED, MentionState.HELD)),
            col(Mention.deleted_at).is_(None),
            Mention.cannot_answer == "",
        )
        .order_by(col(Mention.id))
    ).all()
    ids = [row.id or 0 for row in waiting]
    touched = _touched(session, ids) | set(cases.list_holders(session, ids, at))
    spoken = _languages(session, waiting)
    drafted = _with_draft(session, ids)
    return [
        row.id or 0
        for row in waiting
        if row.id not in touched
        and spoken.get(row.id or 0) == language
        and (row.state == MentionState.DRAFTED or row.id not in drafted)
    ]


def list_waiting_untouched(
    session: Session, mention_ids: Collection[int], at: datetime
) -> set[int]:
    """Those of these mentions that wait with a machine's draft nobody has worked on."""
    query = select(Mention.id).where(
        col(Mention.id).in_(list(mention_ids)),
        Mention.state == MentionState.DRAFTED,
        col(Mention.deleted_at).is_(None),
    )
    ids = [found or 0 for found in session.exec(query)]
    return set(ids) - _touched(session, ids) - set(cases.list_holders(session, ids, at))


def _touched(session: Session, ids: Sequence[int]) -> set[int]:
    """Mentions whose drafts a person wrote, approved, rejected or reported a promise in."""
    said_yes = select(Approval.draft_id).where(col(Approval.mention_id).in_(ids))
    query = select(DraftRow.mention_id).where(
        col(DraftRow.mention_id).in_(ids),
        or_(
            col(DraftRow.editor_id).is_not(None),
            col(DraftRow.follows_up_id).is_not(None),
            col(DraftRow.state) == DraftState.REJECTED,
            col(DraftRow.id).in_(said_yes),
        ),
    )
    return set(session.exec(query))


def _with_draft(session: Session, ids: Sequence[int]) -> set[int]:
    query = select(DraftRow.mention_id).where(col(DraftRow.mention_id).in_(ids))
    return set(session.exec(query))


def _languages(session: Session, rows: Sequence[Mention]) -> dict[int, Language]:
    """What each is to be answered in; Russian where no language was recognised."""
    verdicts = judgements.list_verdicts(session, rows)
    return {
        number: Language.RUSSIAN if found.language is Language.OTHER else found.language
        for number, found in verdicts.items()
    }
