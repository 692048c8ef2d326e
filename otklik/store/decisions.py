"""Decisions of policies over time: what was decided, left unanswered, decided in the shadow."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, case, col, func, select

from otklik.enums import CloseReason, EffectKind, Language, MentionState, Stance, StatementState
from otklik.models import (
    AuditEvent,
    DecisionRow,
    Mention,
    PolicyRevision,
    ShadowDecision,
    Statement,
    VerdictRow,
)

_WITH_A_CASE = (Stance.CRITIC, Stance.HEATED, Stance.QUESTION)
FOLLOWED = ("policy.loaded", "policy.broken", "policy.recovered")
POLICY_EVENTS = (*FOLLOWED, "policy.shadowed")


@dataclass(frozen=True)
class Contacts:
    """What one person has written here: how much, and since when with something to answer."""

    mentions: int = 0
    first_at: datetime | None = None


@dataclass(frozen=True)
class Decided:
    """A mention, what was decided of it last, and the verdict that was known then."""

    mention: Mention
    decision: DecisionRow
    verdict: VerdictRow | None


@dataclass(frozen=True)
class Silence:
    """What was left unanswered by one rule of one revision; examples are mention ids."""

    rule_id: str
    policy_version: int
    reason: str
    why: str
    count: int
    examples: tuple[int, ...]


@dataclass(frozen=True)
class ShadowPair:
    """What the live and the shadow policy said of one version of a mention."""

    mention_id: int
    rule_id: str
    effects: list[dict[str, Any]]
    shadow_rule_id: str
    shadow_effects: list[dict[str, Any]]


def list_contacts(
    session: Session, accounts: Mapping[int, int], since: datetime
) -> dict[int, Contacts]:
    """By person: mentions ever written, and the first one with a case since then.

    Args:
        accounts: account id → the person's id, as `histories.list_accounts` has it.
    """
    asks = col(Mention.stance).in_(_WITH_A_CASE) & (col(Mention.waiting_since) >= since)
    found = session.exec(
        select(Mention.author_id, func.count(), func.min(case((asks, col(Mention.waiting_since)))))
        .where(col(Mention.author_id).in_(accounts))
        .group_by(col(Mention.author_id))
    )
    people: dict[int, Contacts] = {}
    for account, count, first_at in found:
        person = accounts[account]
        before = people.get(person, Contacts())
        firsts = [at for at in (before.first_at, first_at) if at is not None]
        people[person] = Contacts(before.mentions + count, min(firsts, default=None))
    return people


def count_in_threads(session: Session, thread_ids: Collection[int]) -> dict[int, int]:
    """How many comments stand in each thread, ours included, deleted ones left out."""
    found = session.exec(
        select(Mention.thread_id, func.count())
        .where(col(Mention.thread_id).in_(thread_ids), col(Mention.deleted_at).is_(None))
        .group_by(col(Mention.thread_id))
    )
    return dict(list(found))


def list_stated(session: Session, incident_ids: Collection[int]) -> set[tuple[int, Language]]:
    """Incidents with an approved statement, by language."""
    if not incident_ids:
        return set()
    found = session.exec(
        select(Statement.incident_id, Statement.language).where(
            col(Statement.incident_id).in_(incident_ids),
            Statement.state == StatementState.APPROVED,
        )
    )
    return {(incident, Language(language)) for incident, language in found}


def list_decided(
    session: Session,
    brand_id: str,
    since: datetime,
    *,
    after: int = 0,
    limit: int = 500,
    mention_id: int | None = None,
) -> list[Decided]:
    """The last decision on each mention since then, by decision id, `after` one of them."""
    newest = (
        select(func.max(DecisionRow.id))
        .where(DecisionRow.mention_id == Mention.id)
        .correlate(Mention)
        .scalar_subquery()
    )
    query = (
        select(Mention, DecisionRow, VerdictRow)
        .join(DecisionRow, col(DecisionRow.mention_id) == Mention.id)
        .outerjoin(VerdictRow, col(VerdictRow.id) == DecisionRow.verdict_id)
        .where(
            DecisionRow.brand_id == brand_id,
            DecisionRow.created_at >= since,
            col(DecisionRow.id) > after,
            DecisionRow.id == newest,
        )
        .order_by(col(DecisionRow.id))
        .limit(limit)
    )
    if mention_id is not None:
        query = query.where(Mention.id == mention_id)
    return [Decided(*row) for row in session.exec(query)]


def list_in_batches(
    session: Session, brand_id: str, since: datetime, size: int = 500, *, after: int = 0
) -> Iterator[list[Decided]]:
    """All of `list_decided`, batch by batch; the session forgets each one before the next."""
    while batch := list_decided(session, brand_id, since, after=after, limit=size):
        after = batch[-1].decision.id or 0
        yield batch
        session.expunge_all()


def list_silences(
    session: Session, brand_id: str, since: datetime, examples: int = 3
) -> list[Silence]:
    """The diary of silence: what policy left unanswered since then, the most frequent first.

    Only what is still unanswered counts: a mention that somebody took up again does not.
    """
    last = select(func.max(DecisionRow.id)).group_by(col(DecisionRow.mention_id))
    groups = session.exec(
        select(
            DecisionRow.policy_digest, DecisionRow.rule_id, func.count(), func.max(DecisionRow.id)
        )
        .join(Mention, col(Mention.id) == DecisionRow.mention_id)
        .where(
            DecisionRow.brand_id == brand_id,
            DecisionRow.created_at >= since,
            Mention.state == MentionState.CLOSED,
            Mention.close_reason == CloseReason.IGNORED,
            DecisionRow.mention_version == Mention.version,
            col(DecisionRow.id).in_(last),
        )
        .group_by(col(DecisionRow.policy_digest), col(DecisionRow.rule_id))
    ).all()
    found = []
    for digest, rule_id, count, newest in groups:
        row = session.get_one(DecisionRow, newest)
        shown = _list_silent(session, digest, rule_id, since, examples)
        found.append(_silence(row, count, shown))
    return sorted(found, key=lambda silence: (-silence.count, silence.rule_id))


def _list_silent(
    session: Session, digest: str, rule_id: str, since: datetime, limit: int
) -> tuple[int, ...]:
    found = session.exec(
        select(DecisionRow.mention_id)
        .join(Mention, col(Mention.id) == DecisionRow.mention_id)
        .where(
            DecisionRow.policy_digest == digest,
            DecisionRow.rule_id == rule_id,
            DecisionRow.created_at >= since,
            Mention.state == MentionState.CLOSED,
            Mention.close_reason == CloseReason.IGNORED,
            DecisionRow.mention_version == Mention.version,
        )
        .order_by(col(DecisionRow.id).desc())
        .limit(limit)
    )
    return tuple(found)


def _silence(row: DecisionRow, count: int, examples: tuple[int, ...]) -> Silence:
    """One entry; where the rule wanted an answer, a person decided against it."""
    reasons = [one.get("reason", "") for one in row.effects if one["kind"] == EffectKind.IGNORE]
    return Silence(
        rule_id=row.rule_id,
        policy_version=row.policy_version,
        reason=reasons[0] if reasons else "",
        why=row.why,
        count=count,
        examples=examples,
    )


def save_shadow_decisions(session: Session, rows: Sequence[ShadowDecision]) -> None:
    """Keep what the shadow policy said, once for each version and revision."""
    if not rows:
        return
    postgres = session.get_bind().dialect.name == "postgresql"
    statement: Any = (postgresql.insert if postgres else sqlite.insert)(ShadowDecision)
    values = [row.model_dump(exclude={"id"}) for row in rows]
    session.connection().execute(statement.values(values).on_conflict_do_nothing())


def find_last_shadow_digest(session: Session, brand_id: str) -> str | None:
    """Revision that decided last in the shadow, or None."""
    return session.exec(
        select(ShadowDecision.policy_digest)
        .where(ShadowDecision.brand_id == brand_id)
        .order_by(col(ShadowDecision.id).desc())
        .limit(1)
    ).first()


def list_shadow_pairs(
    session: Session, brand_id: str, digest: str, since: datetime
) -> Iterator[ShadowPair]:
    """What the live policy and that one in the shadow decided since then, oldest first."""
    newest = (
        select(func.max(DecisionRow.id))
        .where(
            DecisionRow.mention_id == ShadowDecision.mention_id,
            DecisionRow.mention_version == ShadowDecision.mention_version,
        )
        .correlate(ShadowDecision)
        .scalar_subquery()
    )
    found = session.exec(
        select(  # type: ignore[call-overload]
            ShadowDecision.mention_id,
            DecisionRow.rule_id,
            DecisionRow.effects,
            ShadowDecision.rule_id,
            ShadowDecision.effects,
        )
        .join(DecisionRow, col(DecisionRow.id) == newest)
        .where(
            ShadowDecision.brand_id == brand_id,
            ShadowDecision.policy_digest == digest,
            ShadowDecision.created_at >= since,
        )
        .order_by(col(ShadowDecision.id))
        .execution_options(yield_per=500)
    )
    return (ShadowPair(*row) for row in found)


def list_revisions(session: Session, brand_id: str) -> list[tuple[PolicyRevision, int]]:
    """Every policy text ever loaded, newest first, and how many decisions rest on it."""
    count = func.count(col(DecisionRow.id))
    found = session.exec(
        select(PolicyRevision, count)
        .outerjoin(DecisionRow, col(DecisionRow.policy_digest) == PolicyRevision.digest)
        .where(PolicyRevision.brand_id == brand_id)
        .group_by(col(PolicyRevision.digest))
        .order_by(col(PolicyRevision.loaded_at).desc(), col(PolicyRevision.version).desc())
    )
    return [(row, number) for row, number in found]


def find_revision(session: Session, digest: str) -> PolicyRevision | None:
    """The revision of that digest, or the only one whose digest begins so; None otherwise."""
    found = session.exec(
        select(PolicyRevision)
        .where(col(PolicyRevision.digest).startswith(digest, autoescape=True))
        .limit(2)
    ).all()
    return found[0] if len(found) == 1 else None


def find_version(session: Session, brand_id: str, name: str, version: int) -> PolicyRevision | None:
    """The revision of that policy with that version number, or None."""
    return session.exec(
        select(PolicyRevision).where(
            PolicyRevision.brand_id == brand_id,
            PolicyRevision.name == name,
            PolicyRevision.version == version,
        )
    ).first()


def find_last_decision(session: Session, brand_id: str) -> DecisionRow | None:
    """The decision made last, or None."""
    return session.exec(
        select(DecisionRow)
        .where(DecisionRow.brand_id == brand_id)
        .order_by(col(DecisionRow.id).desc())
        .limit(1)
    ).first()


def list_policy_events(session: Session, brand_id: str) -> list[AuditEvent]:
    """When policies were loaded, broken, mended and set beside, oldest first."""
    return list(
        session.exec(
            select(AuditEvent)
            .where(AuditEvent.brand_id == brand_id, col(AuditEvent.action).in_(POLICY_EVENTS))
            .order_by(col(AuditEvent.id))
        )
    )


def find_last_policy_event(
    session: Session, brand_id: str, actions: Collection[str] = FOLLOWED
) -> AuditEvent | None:
    """The last of these events, or None."""
    return session.exec(
        select(AuditEvent)
        .where(AuditEvent.brand_id == brand_id, col(AuditEvent.action).in_(actions))
        .order_by(col(AuditEvent.id).desc())
        .limit(1)
    ).first()
