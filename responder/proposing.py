"""Drafts in the database: what the writer proposes for each mention, kept with its facts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from otklik import audit
from otklik.enums import (
    Approach,
    DraftState,
    EffectKind,
    Language,
    MentionState,
    Stance,
)
from otklik.models import (
    DecisionRow,
    DraftRow,
    Mention,
    Statement,
)
from otklik.store import cases, judgements, mentions, replies, statements
from otklik.store.cases import AnsweredElsewhere
from otklik.store.decisions import Contacts
from otklik.subjects import EntityKind, Subject
from otklik.verdicts import Span, Verdict
from responder import review
from responder.around import Around, look_around, may_be_drafted
from responder.drafting import Draft, DraftRequest, EarlierAnswer, Writer
from responder.incidents import attack_holds, attack_people, attack_text
from responder.knowledge import Knowledge, keeping
from responder.points import Known, KnownSource
from responder.policy import Policy, kept

_THREAD_TEXTS = 50  # of a thread's newest texts, for the writer
_SOURCES = {
    "rating": KnownSource.PLATFORM,
    "written_at": KnownSource.PLATFORM,
    "branch": KnownSource.PLATFORM,
    "earlier_case": KnownSource.CASE,
}


def draft_all(
    session: Session,
    rows: Sequence[Mention],
    writer: Writer,
    knowledge: Knowledge,
    *,
    limits: Mapping[str, int | None],
    at: datetime,
) -> None:
    """Drafts for each mention, the first proposed, the others offered; cited facts are kept."""
    decisions = judgements.list_decisions(session, rows)
    around = _look(session, rows, at)
    recent = replies.list_recent_texts(session, rows[0].brand_id)
    for row in rows:
        if not may_be_drafted(row):  # the place was closed for answers after the decision
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
        is_in_wave = _is_in_wave(row, around.around)
        if is_in_wave and request.statement_id is None:
            attack_holds.put_aside(session, row, at)
            continue
        drafts = [attack_text.carry(request, knowledge)] if is_in_wave else writer.write(request)
        _save(session, row, decision, around, request=request, drafts=drafts, at=at)
        _keep_facts(session, row.brand_id, drafts, knowledge, at)
        mentions.save_state(row, MentionState.DRAFTED, at)
        session.add(row)
        recent.insert(0, drafts[0].text)


def _is_in_wave(row: Mention, around: Around) -> bool:
    """A hostile comment of a live attack gets no text of its own, only the common one."""
    incident = around.incidents.get(row.incident_id or 0)
    is_in = incident is not None and attack_people.is_live(incident)
    return is_in and row.id in around.attackers


def requests_for(
    session: Session,
    rows: Sequence[Mention],
    *,
    limits: Mapping[str, int | None],
    at: datetime,
) -> dict[int, DraftRequest]:
    """What the writer would be asked about these, by mention id; nothing is written or locked."""
    decisions = judgements.list_decisions(session, rows)
    around = _look(session, rows, at)
    recent = tuple(replies.list_recent_texts(session, rows[0].brand_id)) if rows else ()
    return {
        row.id or 0: _request(
            session,
            row,
            decisions[row.id or 0],
            around,
            at=at,
            recent=recent,
            limit=limits.get(row.platform),
        )
        for row in rows
    }


@dataclass(frozen=True)
class _Look:
    """What is around a batch, and besides: statements in force, weights of findings."""

    around: Around
    statements: Mapping[tuple[int, Language], Statement]
    policy: Policy | None
    earlier: Mapping[int, Contacts]
    answered: Mapping[int, AnsweredElsewhere]


def _look(session: Session, rows: Sequence[Mention], at: datetime) -> _Look:
    around = look_around(session, rows, ("author_mentions",), at)
    return _Look(
        around,
        statements.list_approved(session, {row.incident_id or 0 for row in rows}),
        kept.find_in_force(session, rows[0].brand_id) if rows else None,
        around.contacts,
        cases.list_answered_elsewhere(session, rows, at) if rows else {},
    )


def _save(
    session: Session,
    row: Mention,
    decision: DecisionRow,
    look: _Look,
    *,
    request: DraftRequest,
    drafts: Sequence[Draft],
    at: datetime,
) -> None:
    for place, draft in enumerate(drafts):
        saved = _draft_row(row, decision, look, draft, at=at)
        saved.state = DraftState.OFFERED if place else DraftState.PROPOSED
        saved.statement_id = request.statement_id if draft.uses_statement else None
        replies.save_draft(session, saved)


def _request(
    session: Session,
    row: Mention,
    decision: DecisionRow,
    look: _Look,
    *,
    at: datetime,
    recent: tuple[str, ...],
    limit: int | None,
) -> DraftRequest:
    around = look.around
    verdict = Verdict.model_validate(around.verdicts[row.id or 0].value)
    known = verdict.language if verdict.language is not Language.OTHER else Language.RUSSIAN
    is_spared = row.id in around.spared  # a real customer in an attack is answered alone
    key = (row.incident_id or 0, known)
    statement = None if is_spared else look.statements.get(key)
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
        incident_statement=statement.text if statement else None,
        statement_id=statement.id if statement else None,
        about=around.subjects.get(row.id or 0, Subject()).scopes(),
        seed=f"{row.platform}:{row.external_id}:{row.version}",
        known=_known(row, look),
        severities=look.policy.lint if look.policy else {},
        answered_before=_answered_before(row, look),
    )


def _answered_before(row: Mention, look: _Look) -> EarlierAnswer | None:
    """What this person reads elsewhere already; an answer on its way may never get there."""
    found = look.answered.get(row.id or 0)
    if found is None or not found.is_out or found.topic != row.topic:
        return None
    return EarlierAnswer(fact_ids=frozenset(found.fact_ids))


def _known(row: Mention, look: _Look) -> tuple[Known, ...]:
    """What the place and our own records tell, so that nobody is asked for it."""
    subject = look.around.subjects.get(row.id or 0, Subject())
    person = look.earlier.get(look.around.person_of(row))
    earlier = person.mentions - 1 if person else 0
    told = {
        "rating": f"{row.rating:g}" if row.rating is not None else "",
        "written_at": row.published_at.date().isoformat() if row.published_at else "",
        "branch": next((one.name for one in subject.named if one.kind is EntityKind.BRANCH), ""),
        "earlier_case": str(earlier) if earlier > 0 else "",
    }
    return tuple(
        Known(kind=kind, text=text, span=Span(start=0, end=0), source=_SOURCES[kind])
        for kind, text in told.items()
        if text
    )


def _approach(decision: DecisionRow, verdict: Verdict) -> Approach:
    for effect in decision.effects:
        if effect["kind"] == EffectKind.DRAFT and effect.get("approach"):
            return Approach(effect["approach"])
    return Approach.THANK if verdict.stance is Stance.PRAISE else Approach.ANSWER


def _thread_texts(session: Session, row: Mention) -> tuple[str, ...]:
    if row.parent_external_id is None:
        return ()
    return tuple(mentions.list_newest_texts(session, row, _THREAD_TEXTS))


def _keep_facts(
    session: Session, brand_id: str, drafts: Sequence[Draft], knowledge: Knowledge, at: datetime
) -> None:
    used = {one.id: None for draft in drafts for one in draft.facts}
    cited = (fact for fact in (knowledge.fact(one) for one in used) if fact)
    keeping.keep(session, brand_id, cited, at)


def _draft_row(
    row: Mention, decision: DecisionRow, look: _Look, draft: Draft, *, at: datetime
) -> DraftRow:
    findings = [finding.model_dump(mode="json") for finding in draft.findings]
    least = review.least_approvals(look.policy, row, decision, draft.approach)
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
        approvals_needed=review.approvals_for(findings, least),
        points=[point.model_dump(mode="json") for point in draft.points],
        facts=[fact.model_dump(mode="json") for fact in draft.facts],
        findings=findings,
        known=[known.model_dump(mode="json") for known in draft.known],
        created_at=at,
    )
