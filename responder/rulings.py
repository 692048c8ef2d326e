"""Decisions and drafts in the database: what policy and writer say, applied."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from otklik import audit
from otklik.enums import (
    Abuse,
    Approach,
    Claim,
    CloseReason,
    DraftState,
    EffectKind,
    Language,
    MentionState,
    SlaState,
    Stance,
    Topic,
    Urgency,
)
from otklik.models import (
    Author,
    DecisionRow,
    DraftRow,
    FactRow,
    Incident,
    Mention,
    PolicyRevision,
    Thread,
    VerdictRow,
)
from otklik.settings import ChannelSettings
from otklik.store import judgements, mentions, replies, subjects
from otklik.subjects import Subject
from otklik.verdicts import Verdict
from responder import notices, review
from responder.drafting import Draft, DraftRequest, Writer
from responder.knowledge import Knowledge
from responder.policy import Decision, Facts, Policy, decide

# what policy knows of a comment without words
_UNJUDGED: dict[str, Any] = {
    "stance": Stance.OTHER,
    "claim": Claim.NONE,
    "abuse": Abuse.NONE,
    "urgency": Urgency.NORMAL,
    "topic": Topic.NONE,
    "language": Language.OTHER,
}


@dataclass(frozen=True)
class _Around:
    """What stands around a batch of mentions, read at once."""

    authors: dict[int, Author]
    threads: dict[int, Thread]
    verdicts: dict[int, VerdictRow]
    incidents: dict[int, Incident]
    parents: dict[str, Mention]
    written: dict[int, int]
    answered: set[int]
    subjects: dict[int, Subject]


def save_policy(session: Session, policy: Policy, brand_id: str, at: datetime) -> None:
    """Keep the policy's text for ever: every decision refers to it."""
    judgements.save_policy_revision(
        session,
        PolicyRevision(
            digest=policy.digest,
            brand_id=brand_id,
            name=policy.name,
            version=policy.version,
            text=policy.text,
            loaded_at=at,
        ),
    )


def _look_around(session: Session, rows: Sequence[Mention]) -> _Around:
    return _Around(
        authors=mentions.list_authors(session, rows),
        threads=mentions.list_threads(session, rows),
        verdicts=judgements.list_verdicts(session, rows),
        incidents=judgements.list_incidents_of(session, rows),
        parents=mentions.list_parents(session, rows),
        written=mentions.count_by_author(session, [row.author_id for row in rows]),
        answered=replies.list_answered(session, rows),
        subjects=subjects.list_subjects(session, rows),
    )


def decide_all(
    session: Session,
    rows: Sequence[Mention],
    policy: Policy,
    channels: Sequence[ChannelSettings],
    at: datetime,
) -> None:
    """One decision for each mention's present version, with its effects."""
    save_policy(session, policy, rows[0].brand_id, at)
    around = _look_around(session, rows)
    for row in rows:
        decision = decide(policy, _facts(row, around, at))
        session.add(_decision_row(row, decision, around, at))
        _apply(session, row, decision, around, at)
        notices.urgent_mention(session, row, decision, channels, at)
    closed = [row.case_id for row in rows if row.state == MentionState.CLOSED]
    judgements.close_cases_if_done(session, closed, at)


def _facts(row: Mention, around: _Around, at: datetime) -> Facts:
    incident = around.incidents.get(row.incident_id or 0)
    author = around.authors[row.author_id]
    parent = around.parents.get(row.parent_external_id or "")
    waiting = int((at - row.waiting_since).total_seconds() // 60) if row.starts_clock else None
    rest: dict[str, Any] = {
        "rating": row.rating,
        "reach": author.followers,
        "author_mentions": around.written.get(row.author_id, 1) - 1,
        "thread_closed": around.threads[row.thread_id].is_closed,
        "incident_kind": incident.kind if incident else None,
        "incident_size": incident.size if incident else 0,
        "has_text": _has_words(row),
        "has_media": bool(row.media),
        "minutes_waiting": waiting,
        "is_reply_to_us": parent is not None and parent.is_ours,
        **_about(around.subjects.get(row.id or 0)),
    }
    judged = around.verdicts.get(row.id or 0)
    if judged is None:
        # stars say what they say, a picture may say anything
        return Facts(platform=row.platform, **_UNJUDGED, abstained=bool(row.media), **rest)
    return Facts.of(Verdict.model_validate(judged.value), platform=row.platform, **rest)


def _about(subject: Subject | None) -> dict[str, Any]:
    if subject is None:
        return {}
    relevance = subject.relevance.score if subject.relevance else None
    return {"about": subject.kinds, "entity": subject.ids, "relevance": relevance}


def _has_words(row: Mention) -> bool:
    return bool(row.text.strip())


def _decision_row(row: Mention, decision: Decision, around: _Around, at: datetime) -> DecisionRow:
    return DecisionRow(
        brand_id=row.brand_id,
        mention_id=row.id or 0,
        mention_version=row.version,
        verdict_id=around.verdicts[row.id or 0].id if row.id in around.verdicts else None,
        rule_id=decision.rule_id,
        why=decision.why,
        policy_digest=decision.policy_digest,
        policy_version=decision.policy_version,
        effects=[
            effect.model_dump(mode="json", exclude_defaults=True) for effect in decision.effects
        ],
        created_at=at,
    )


def _apply(
    session: Session, row: Mention, decision: Decision, around: _Around, at: datetime
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
    elif decision.has(EffectKind.DRAFT) and not closed and _may_be_drafted(row):
        mentions.save_state(row, MentionState.DECIDED, at)
    elif decision.has(EffectKind.IGNORE):
        mentions.save_state(row, MentionState.CLOSED, at, CloseReason.IGNORED)
        row.sla_due_at = row.sla_state = None
    else:
        mentions.save_state(row, MentionState.HELD, at)
    session.add(row)


def _may_be_drafted(row: Mention) -> bool:
    """A machine answers words, and only where an answer can stand."""
    return _has_words(row) and not row.cannot_answer


def draft_all(
    session: Session,
    rows: Sequence[Mention],
    writer: Writer,
    knowledge: Knowledge,
    *,
    limits: Mapping[str, int | None],
    at: datetime,
) -> None:
    """One proposed draft for each mention, with the facts it cites kept by digest."""
    decisions = judgements.list_decisions(session, rows)
    around = _look_around(session, rows)
    recent = replies.list_recent_texts(session, rows[0].brand_id)
    for row in rows:
        if not _may_be_drafted(row):  # the place was closed for answers after the decision
            mentions.save_state(row, MentionState.HELD, at)
            session.add(row)
            continue
        decision = decisions[row.id or 0]
        request = _request(
            session,
            row,
            decision,
            around,
            at=at,
            recent=tuple(recent),
            limit=limits.get(row.platform),
        )
        written = writer.write(request)[0]
        _keep_facts(session, row.brand_id, written, knowledge, at)
        replies.save_draft(session, _draft_row(row, decision, written, at))
        mentions.save_state(row, MentionState.DRAFTED, at)
        session.add(row)
        recent.insert(0, written.text)


def _request(
    session: Session,
    row: Mention,
    decision: DecisionRow,
    around: _Around,
    *,
    at: datetime,
    recent: tuple[str, ...],
    limit: int | None,
) -> DraftRequest:
    verdict = Verdict.model_validate(around.verdicts[row.id or 0].value)
    incident = around.incidents.get(row.incident_id or 0)
    known = verdict.language if verdict.language is not Language.OTHER else Language.RUSSIAN
    return DraftRequest(
        text=row.text,
        verdict=verdict,
        approach=_approach(decision, verdict),
        language=known,
        platform_name=row.platform,
        reply_max_length=limit,
        author_name=around.authors[row.author_id].name,
        recent_replies=recent,
        thread_texts=_thread_texts(session, row),
        at=at,
        incident_statement=(incident.statement or None) if incident else None,
        about=around.subjects.get(row.id or 0, Subject()).by_kind(),
        seed=f"{row.platform}:{row.external_id}:{row.version}",
    )


def _approach(decision: DecisionRow, verdict: Verdict) -> Approach:
    for effect in decision.effects:
        if effect["kind"] == EffectKind.DRAFT and effect.get("approach"):
            return Approach(effect["approach"])
    return Approach.THANK if verdict.stance is Stance.PRAISE else Approach.ANSWER


def _thread_texts(session: Session, row: Mention) -> tuple[str, ...]:
    if row.parent_external_id is None:
        return ()
    thread = mentions.list_thread_mentions(session, row.thread_id)
    return tuple(other.text for other in thread if other.id != row.id)[-50:]


def _keep_facts(
    session: Session, brand_id: str, draft: Draft, knowledge: Knowledge, at: datetime
) -> None:
    cited = [fact for fact in (knowledge.fact(used.id) for used in draft.facts) if fact]
    judgements.save_facts(
        session,
        [
            FactRow(
                digest=fact.digest,
                brand_id=brand_id,
                fact_id=fact.id,
                value=fact.model_dump(mode="json"),
                loaded_at=at,
            )
            for fact in cited
        ],
    )


def _draft_row(row: Mention, decision: DecisionRow, draft: Draft, at: datetime) -> DraftRow:
    findings = [finding.model_dump(mode="json") for finding in draft.findings]
    return DraftRow(
        brand_id=row.brand_id,
        mention_id=row.id or 0,
        mention_version=row.version,
        decision_id=decision.id or 0,
        writer=draft.writer,
        approach=draft.approach,
        language=draft.language,
        state=DraftState.PROPOSED,
        text=draft.text,
        text_digest=audit.digest(draft.text),
        approvals_needed=review.approvals_for(findings, judgements.approvals_asked(decision)),
        points=[point.model_dump(mode="json") for point in draft.points],
        facts=[fact.model_dump(mode="json") for fact in draft.facts],
        findings=findings,
        created_at=at,
    )
