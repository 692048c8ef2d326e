"""Decisions in the database: what the policy says of each mention, applied."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from otklik.entries import ChannelSettings
from otklik.enums import CloseReason, EffectKind, MentionState, SlaState
from otklik.models import DecisionRow, Mention, ShadowDecision
from otklik.operations import Operations
from otklik.store import decisions, judgements, mentions
from responder import clocks, holding, notices, pressure
from responder.around import Around, may_be_drafted
from responder.incidents import attack_holds, attack_people
from responder.moderation.policy_asking import ASKING, Asking, ask_for_all
from responder.policy import Decision, Policy
from responder.policy.kept import save_policy
from responder.policy.seeing import Seen, see


@dataclass(frozen=True)
class _Batch:
    """Mentions, what stands around them, and what was decided of each, by mention id."""

    rows: Sequence[Mention]
    seen: Seen
    at: datetime
    told: dict[int, Decision]

    def decision(self, row: Mention) -> Decision:
        """What was decided of that mention."""
        return self.told[row.id or 0]


def decide_all(
    session: Session,
    rows: Sequence[Mention],
    policy: Policy,
    channels: Sequence[ChannelSettings],
    at: datetime,
    *,
    shadow: Policy | None = None,
    operations: Operations | None = None,
) -> None:
    """One decision for each mention's present version, with its effects.

    Args:
        at: the present moment, in the desk's own time zone: its hours are compared with it.
        shadow: another policy that decides beside; it is only recorded.
        operations: zones and their terms; with them clocks are started in working time.
    """
    save_policy(session, policy, rows[0].brand_id, at)
    seen = see(session, rows, [policy, shadow] if shadow else [policy], at)
    told = {row.id or 0: seen.decide(policy, row) for row in rows}
    batch = _Batch(rows, seen, at, told)
    if shadow is not None:
        _shadow(session, batch, shadow)
    for row in rows:
        _apply(session, row, batch.decision(row), seen.around, at)
        notices.urgent_mention(session, row, batch.decision(row), channels, at)
    if operations is not None:
        clocks.start(session, rows, _asked_minutes(batch), operations)
    pressure.press(session, rows, at)
    silent = [row.id or 0 for row in rows if row.state == MentionState.CLOSED]
    clocks.dropped(session, silent, at)
    holding.end_when_written(session, rows, at)
    _record(session, batch, policy)
    closed = [row.case_id for row in rows if row.state == MentionState.CLOSED]
    judgements.close_cases_if_done(session, closed, at)


def _asked_minutes(batch: _Batch) -> dict[int, int]:
    """Minutes to the first reply that the policy asks for, by mention id."""
    asked = {number: told.effect(EffectKind.SLA) for number, told in batch.told.items()}
    return {number: sla.minutes for number, sla in asked.items() if sla and sla.minutes}


def _record(session: Session, batch: _Batch, policy: Policy) -> None:
    """Write the decisions down; ask people for what some of them want done."""
    made = [(row, _decision_row(row, batch)) for row in batch.rows]
    session.add_all(decided for _, decided in made)
    askings = [
        Asking(row, effect, decided)
        for row, decided in made
        for effect in batch.decision(row).effects
        if effect.kind in ASKING
    ]
    verdicts = batch.seen.around.verdicts
    ask_for_all(session, askings, verdicts, batch.at, terms=policy.bans)


def _shadow(session: Session, batch: _Batch, shadow: Policy) -> None:
    save_policy(session, shadow, batch.rows[0].brand_id, batch.at)
    found = []
    for row in batch.rows:
        other = batch.seen.decide(shadow, row)
        found.append(
            ShadowDecision(
                brand_id=row.brand_id,
                mention_id=row.id or 0,
                mention_version=row.version,
                policy_digest=shadow.digest,
                rule_id=other.rule_id,
                effects=other.as_rows(),
                is_same=other.does_the_same(batch.decision(row)),
                created_at=batch.at,
            )
        )
    decisions.save_shadow_decisions(session, found)


def _decision_row(row: Mention, batch: _Batch) -> DecisionRow:
    judged, decision = batch.seen.around.verdicts.get(row.id or 0), batch.decision(row)
    return DecisionRow(
        brand_id=row.brand_id,
        mention_id=row.id or 0,
        mention_version=row.version,
        verdict_id=judged.id if judged else None,
        rule_id=decision.rule_id,
        why=decision.why,
        policy_digest=decision.policy_digest,
        policy_version=decision.policy_version,
        effects=decision.as_rows(),
        created_at=batch.at,
    )


def _apply(
    session: Session, row: Mention, decision: Decision, around: Around, at: datetime
) -> None:
    """Effects on the inside; everything on the outside waits for a person."""
    route, sla = decision.effect(EffectKind.ROUTE), decision.effect(EffectKind.SLA)
    if route is not None:
        row.zone = route.zone
    if sla is not None and sla.minutes is not None and row.starts_clock and not row.cannot_answer:
        row.sla_due_at = row.waiting_since + timedelta(minutes=sla.minutes)
        row.sla_state = SlaState.RUNNING
    closed = around.threads[row.thread_id].is_closed
    if row.id in around.answered:
        mentions.save_state(row, MentionState.HELD, at)
        row.last_error = "edited after our reply"
    elif row.id in around.attackers and not decision.has(EffectKind.IGNORE):
        _hold_attacker(session, row, around, at)
    elif decision.has(EffectKind.DRAFT) and not closed and may_be_drafted(row):
        mentions.save_state(row, MentionState.DECIDED, at)
    elif decision.has(EffectKind.IGNORE):
        mentions.save_state(row, MentionState.CLOSED, at, CloseReason.IGNORED)
        row.sla_due_at = row.sla_state = None
    else:
        mentions.save_state(row, MentionState.HELD, at)
    session.add(row)


def _hold_attacker(session: Session, row: Mention, around: Around, at: datetime) -> None:
    """Not answered by itself, whatever the policy says, while the attack goes on."""
    if attack_people.is_live(around.incidents[row.incident_id or 0]):
        attack_holds.put_aside(session, row, at)
    else:
        mentions.save_state(row, MentionState.HELD, at)
