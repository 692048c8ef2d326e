"""Verdicts, cases, incidents, decisions, policy revisions, facts."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel, col, func, select, update

from otklik.enums import (
    Abuse,
    CaseState,
    Claim,
    EffectKind,
    IncidentKind,
    IncidentState,
    MentionState,
    Stance,
    Topic,
    Urgency,
)
from otklik.models import (
    Case,
    DecisionRow,
    FactRow,
    Incident,
    Label,
    Mention,
    PolicyRevision,
    VerdictRow,
)
from otklik.store import clocks
from otklik.verdicts import Verdict

# any number will do as long as nothing else in the database takes the same lock
_GROUPING_LOCK = 0x07172

LABEL_FIELDS: dict[str, frozenset[str]] = {
    "stance": frozenset(Stance),
    "claim": frozenset(Claim),
    "abuse": frozenset(Abuse),
    "topic": frozenset(Topic),
    "urgency": frozenset("0123"),
}


def save_verdicts(
    session: Session, mentions: Sequence[Mention], verdicts: Sequence[Verdict], at: datetime
) -> None:
    """One verdict for each mention's present version; the queue's columns follow it.

    A verdict the same model gave the same version before (a crash between, a restored comment)
    is kept, not doubled.
    """
    known = _known_verdicts(session, mentions)
    for mention, verdict in zip(mentions, verdicts, strict=True):
        if (mention.id, mention.version, verdict.model_version) not in known:
            session.add(_verdict_row(mention, verdict, at))
        mention.stance, mention.topic = verdict.stance, verdict.topic
        mention.urgency, mention.is_unsure = int(verdict.urgency), verdict.abstained


def save_unjudged(mentions: Sequence[Mention]) -> None:
    """No verdict is possible: the queue shows them as unsure, of normal urgency."""
    for mention in mentions:
        mention.stance = mention.topic = None
        mention.urgency, mention.is_unsure = int(Urgency.NORMAL), True


def _known_verdicts(
    session: Session, mentions: Sequence[Mention]
) -> set[tuple[int | None, int, str]]:
    again = [m.id for m in mentions]
    found = session.exec(
        select(VerdictRow.mention_id, VerdictRow.mention_version, VerdictRow.model_version).where(
            col(VerdictRow.mention_id).in_(again)
        )
    )
    return {(one, two, three) for one, two, three in found}


def _verdict_row(mention: Mention, verdict: Verdict, at: datetime) -> VerdictRow:
    return VerdictRow(
        brand_id=mention.brand_id,
        mention_id=mention.id or 0,
        mention_version=mention.version,
        model_version=verdict.model_version,
        claim=verdict.claim,
        abuse=verdict.abuse,
        stance=verdict.stance,
        urgency=int(verdict.urgency),
        topic=verdict.topic,
        language=verdict.language,
        abstained=verdict.abstained,
        value=verdict.as_row(),
        created_at=at,
    )


def list_verdicts(session: Session, mentions: Sequence[Mention]) -> dict[int, VerdictRow]:
    """The newest verdict of each mention's present version, by mention id."""
    found = session.exec(
        select(VerdictRow)
        .join(Mention, col(Mention.id) == VerdictRow.mention_id)
        .where(
            col(VerdictRow.mention_id).in_([m.id for m in mentions]),
            VerdictRow.mention_version == Mention.version,
        )
        .order_by(col(VerdictRow.id))
    )
    return {row.mention_id: row for row in found}


def lock_grouping(session: Session) -> None:
    """Let one process group at a time: two that cannot see each other open an incident twice.

    To be called before any row is locked; SQLite's transactions are exclusive already.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.connection().execute(
            text("SELECT pg_advisory_xact_lock(:key)"), {"key": _GROUPING_LOCK}
        )


def list_open_cases(session: Session, author_ids: Sequence[int]) -> dict[int, Case]:
    """Open cases by author id."""
    found = session.exec(
        select(Case).where(col(Case.author_id).in_(author_ids), Case.state == CaseState.OPEN)
    )
    return {row.author_id: row for row in found}


def save_cases(session: Session, cases: Sequence[Case]) -> None:
    """Add cases, ids filled in."""
    session.add_all(cases)
    session.flush()


def close_cases_if_done(session: Session, case_ids: Iterable[int | None], at: datetime) -> None:
    """Close those cases none of whose mentions waits for anything any more."""
    ids = {case_id for case_id in case_ids if case_id is not None}
    if not ids:
        return
    session.flush()
    over = (MentionState.ANSWERED, MentionState.CLOSED)
    waiting = select(Mention.case_id).where(
        col(Mention.case_id).in_(ids), col(Mention.state).not_in(over)
    )
    closed = session.execute(
        update(Case)
        .where(
            col(Case.id).in_(ids),
            col(Case.state) == CaseState.OPEN,
            col(Case.id).not_in(waiting),
        )
        .values(state=CaseState.CLOSED, closed_at=at)
        .returning(col(Case.id))
    )
    clocks.close_resolutions(session, [number for (number,) in closed], at)


def list_incidents(session: Session, brand_id: str, since: datetime) -> dict[int, Incident]:
    """Incidents that were alive since then, by id; those that were merged are left out.

    Solved and dismissed ones are among them: who writes of the same joins them, until it is seen
    that they came back (`responder.incidents.life.took_in`).
    """
    found = session.exec(
        select(Incident).where(
            Incident.brand_id == brand_id,
            col(Incident.merged_into_id).is_(None),
            Incident.last_at >= since,
        )
    )
    return {row.id or 0: row for row in found}


def save_incident(
    session: Session,
    *,
    brand_id: str,
    kind: IncidentKind,
    topic: Topic,
    signature: str,
    title: str,
    at: datetime,
) -> Incident:
    """A new suspected incident."""
    incident = Incident(
        brand_id=brand_id,
        kind=kind,
        state=IncidentState.SUSPECTED,
        topic=topic,
        signature=signature[:255],
        title=title[:255],
        first_at=at,
        last_at=at,
    )
    session.add(incident)
    session.flush()
    return incident


def count_incident_authors(session: Session, incident_id: int) -> int:
    """How many different people are in an incident."""
    return session.exec(
        select(func.count(func.distinct(col(Mention.author_id)))).where(
            Mention.incident_id == incident_id
        )
    ).one()


def save_policy_revision(session: Session, revision: PolicyRevision) -> None:
    """Keep this policy text for ever, once."""
    if session.get(PolicyRevision, revision.digest) is None:
        _insert_once(session, PolicyRevision, [revision.model_dump()])


def find_last_policy(session: Session, brand_id: str, name: str) -> PolicyRevision | None:
    """The revision of that policy that was loaded last, or None."""
    return session.exec(
        select(PolicyRevision)
        .where(PolicyRevision.brand_id == brand_id, PolicyRevision.name == name)
        .order_by(col(PolicyRevision.version).desc(), col(PolicyRevision.loaded_at).desc())
    ).first()


def save_facts(session: Session, facts: Sequence[FactRow]) -> None:
    """Keep these facts as they read now, each once by digest."""
    digests = [fact.digest for fact in facts]
    known = set(session.exec(select(FactRow.digest).where(col(FactRow.digest).in_(digests))))
    fresh = {fact.digest: fact.model_dump() for fact in facts if fact.digest not in known}
    # in one order, so that two processes wait for each other and never in a circle
    _insert_once(session, FactRow, [fresh[digest] for digest in sorted(fresh)])


def _insert_once(session: Session, table: type[SQLModel], rows: Sequence[dict[str, Any]]) -> None:
    """Insert what no other process has inserted at the same moment."""
    if rows:
        postgres = session.get_bind().dialect.name == "postgresql"
        statement: Any = (postgresql.insert if postgres else sqlite.insert)(table)
        session.connection().execute(statement.values(rows).on_conflict_do_nothing())


def list_decisions(session: Session, mentions: Sequence[Mention]) -> dict[int, DecisionRow]:
    """The newest decision on each mention's present version, by mention id."""
    found = session.exec(
        select(DecisionRow)
        .join(Mention, col(Mention.id) == DecisionRow.mention_id)
        .where(
            col(DecisionRow.mention_id).in_([m.id for m in mentions]),
            DecisionRow.mention_version == Mention.version,
        )
        .order_by(col(DecisionRow.id))
    )
    return {row.mention_id: row for row in found}


def save_label(session: Session, label: Label) -> None:
    """What a person says a verdict should be."""
    session.add(label)
    session.flush()


def window_start(at: datetime, hours: float) -> datetime:
    """Start of the window of the last `hours`."""
    return at - timedelta(hours=hours)


def approvals_asked(decision: DecisionRow) -> int:
    """How many people the policy asks to approve a reply: one at least, always."""
    kinds = {effect["kind"] for effect in decision.effects}
    return 2 if EffectKind.SECOND_APPROVAL in kinds else 1


def list_facts(session: Session, digests: Sequence[str]) -> list[FactRow]:
    """Facts by digest, as they read when they were cited."""
    return list(session.exec(select(FactRow).where(col(FactRow.digest).in_(digests))))


def list_incidents_of(session: Session, rows: Sequence[Mention]) -> dict[int, Incident]:
    """Incidents these mentions belong to, by id."""
    ids = {row.incident_id for row in rows if row.incident_id}
    found = session.exec(select(Incident).where(col(Incident.id).in_(ids)))
    return {row.id or 0: row for row in found}
