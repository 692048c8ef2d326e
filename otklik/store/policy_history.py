"""What policies did lately, for a screen: bounded however much was ever decided."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import text
from sqlmodel import Session, col, func, select

from otklik.enums import EffectKind, MentionState
from otklik.models import DecisionRow, Mention, PolicyRevision, ShadowDecision
from otklik.store.decisions import ShadowPair, Silence

MOST_SILENT = 2_000


def count_by_rule(session: Session, brand_id: str, digest: str, after: int) -> dict[str, int]:
    """Decisions by rule of one revision, of those made after that decision."""
    found = session.exec(
        select(DecisionRow.rule_id, func.count())
        .where(
            col(DecisionRow.id) > after,
            DecisionRow.brand_id == brand_id,
            DecisionRow.policy_digest == digest,
        )
        .group_by(col(DecisionRow.rule_id))
    )
    return dict(list(found))


def list_last_revisions(session: Session, brand_id: str, limit: int = 200) -> list[PolicyRevision]:
    """Texts that were ever kept, the newest first."""
    return list(
        session.exec(
            select(PolicyRevision)
            .where(PolicyRevision.brand_id == brand_id)
            .order_by(col(PolicyRevision.loaded_at).desc(), col(PolicyRevision.version).desc())
            .limit(limit)
        )
    )


def list_last_shadow_pairs(
    session: Session, brand_id: str, digest: str, since: datetime, most: int
) -> list[ShadowPair]:
    """What the live policy and that one in the shadow decided since then, the newest first."""
    newest = (
        select(ShadowDecision)
        .where(ShadowDecision.brand_id == brand_id, ShadowDecision.policy_digest == digest)
        .order_by(col(ShadowDecision.id).desc())
        .limit(most)
    )
    rows = [row for row in session.exec(newest) if row.created_at >= since]
    live = _live_decisions(session, rows)
    return [
        ShadowPair(row.mention_id, one.rule_id, one.effects, row.rule_id, row.effects)
        for row in rows
        if (one := live.get((row.mention_id, row.mention_version)))
    ]


def _live_decisions(
    session: Session, rows: Iterable[ShadowDecision]
) -> dict[tuple[int, int], DecisionRow]:
    """The last decision on each version of these mentions."""
    ids = sorted({row.mention_id for row in rows})
    found: dict[tuple[int, int], DecisionRow] = {}
    for start in range(0, len(ids), 1000):
        query = (
            select(DecisionRow)
            .where(col(DecisionRow.mention_id).in_(ids[start : start + 1000]))
            .order_by(col(DecisionRow.id))
        )
        for row in session.exec(query):
            found[row.mention_id, row.mention_version] = row
    return found


def list_recent_silences(
    session: Session, brand_id: str, since: datetime, *, examples: int = 3, most: int = MOST_SILENT
) -> list[Silence]:
    """The diary of silence, of the newest mentions that were left unanswered since then.

    Only what is still unanswered counts, the most frequent first.
    """
    silent = (
        select(Mention.id, Mention.version)
        .where(
            Mention.brand_id == brand_id,
            text("close_reason = 'ignored'"),  # a literal: the index holds only these
            Mention.state == MentionState.CLOSED,
            Mention.state_changed_at >= since,
        )
        .order_by(col(Mention.state_changed_at).desc())
        .limit(most)
    )
    versions = {key or 0: version for key, version in session.exec(silent)}
    last = _last_decisions(session, list(versions))
    return group_silences(
        [row for key, row in last.items() if row.mention_version == versions[key]], examples
    )


def _last_decisions(session: Session, ids: list[int]) -> dict[int, DecisionRow]:
    found: dict[int, DecisionRow] = {}
    for start in range(0, len(ids), 1000):
        query = (
            select(DecisionRow)
            .where(col(DecisionRow.mention_id).in_(ids[start : start + 1000]))
            .order_by(col(DecisionRow.id))
        )
        found |= {row.mention_id: row for row in session.exec(query)}
    return found


def group_silences(rows: list[DecisionRow], examples: int) -> list[Silence]:
    """Decisions by revision and rule, the most frequent first."""
    kinds: dict[tuple[str, str], list[DecisionRow]] = {}
    for row in sorted(rows, key=lambda one: -(one.id or 0)):
        kinds.setdefault((row.policy_digest, row.rule_id), []).append(row)
    found = [_silence(group, examples) for group in kinds.values()]
    return sorted(found, key=lambda silence: (-silence.count, silence.rule_id))


def _silence(group: list[DecisionRow], examples: int) -> Silence:
    """One entry; where the rule wanted an answer, a person decided against it."""
    row = group[0]
    reasons = [one.get("reason", "") for one in row.effects if one["kind"] == EffectKind.IGNORE]
    return Silence(
        rule_id=row.rule_id,
        policy_version=row.policy_version,
        reason=reasons[0] if reasons else "",
        why=row.why,
        count=len(group),
        examples=tuple(one.mention_id for one in group[:examples]),
    )
