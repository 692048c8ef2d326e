"""It is mended: everybody who was answered in an incident is told, as drafts that people approve.

Each of these texts hangs on a promise of the ledger, as every second public text under a comment
does: on the one that the incident's statement made, else on one entered here, "to say how it
ended". So the database lets each person have one, after the answer, and it is kept by being told.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import islice

from sqlmodel import Session

from otklik import audit
from otklik.enums import Approach, DraftState, Language, MentionState, Severity
from otklik.models import DecisionRow, DraftRow, Incident, Mention, Promise, Statement
from otklik.store import judgements, mended, mentions, promises, replies
from responder import review
from responder.follow_ups import reopen_case
from responder.knowledge import Knowledge
from responder.lint import Finding
from responder.policy import kept

WRITER = "mended"
_TRIES = 6
_A_DAY = timedelta(days=1)
_OPENINGS = {
    Language.RUSSIAN: (
        "Возвращаемся с новостями.",
        "Пишем, чем всё кончилось.",
        "Есть чем ответить на ваш комментарий.",
        "Дошли до конца этой истории.",
        "Вот что вышло в итоге.",
        "Разобрались, рассказываем.",
    ),
    Language.ENGLISH: (
        "We are back with news.",
        "Here is how it ended.",
        "We can answer your comment now.",
        "We have got to the end of this story.",
        "This is what came of it.",
        "We have sorted it out, and here is what we know.",
    ),
}
_ABOUT = {
    Language.RUSSIAN: ("Вы писали {about}.", "Вы рассказывали {about}."),
    Language.ENGLISH: ("You wrote to us about {about}.", "This is about {about}, as you told us."),
}


@dataclass(frozen=True)
class _Telling:
    """Who is told what, now; `at` in the desk's own time zone."""

    mention: Mention
    statement: Statement
    knowledge: Knowledge
    at: datetime


def draft_follow_ups(
    session: Session, brand_id: str, knowledge: Knowledge, at: datetime, limit: int = 25
) -> int:
    """Draft the news for the next people of solved incidents; how many were drafted.

    Who is answered later is told later; a step that died is done again by the next one.
    """
    told = 0
    found = mended.list_to_tell(session, brand_id, limit)
    locked = {row.id: row for row in mentions.lock_mentions(session, [one for one, _ in found])}
    for mention_id, statement in found:
        mention = locked.get(mention_id)
        if mention is not None:
            told += _draft(session, _Telling(mention, statement, knowledge, at))
    return told


def _draft(session: Session, one: _Telling) -> bool:
    mention = one.mention
    decision = judgements.list_decisions(session, [mention]).get(mention.id or 0)
    if decision is None or replies.find_on_its_way(session, mention.id or 0) is not None:
        return False
    debt = _promise(session, one)
    draft = replies.save_draft(session, _row(session, one, debt, decision))
    mentions.save_state(mention, MentionState.DRAFTED, one.at.astimezone(UTC))
    session.add(mention)
    reopen_case(session, mention)
    session.flush()
    audit.record(
        session,
        at=one.at.astimezone(UTC),
        actor=audit.MACHINE,
        action="draft.follow_up",
        subject=("draft", draft.id),
        detail={
            "mention": mention.id,
            "mention_version": mention.version,
            "text_digest": draft.text_digest,
            "statement": one.statement.id,
            "promise": debt.id,
        },
        brand_id=mention.brand_id,
    )
    return True


def _promise(session: Session, one: _Telling) -> Promise:
    """What the text is a report on: the common promise, or one to say how it ended."""
    mention, statement = one.mention, one.statement
    known = mended.find_common_promise(session, mention.id or 0, statement.incident_id)
    if known is not None and promises.find_follow_up(session, known.id or 0) is None:
        return known
    incident = session.get_one(Incident, statement.incident_id)
    said = mended.find_posted_reply(session, mention.id or 0)
    debt = Promise(
        brand_id=mention.brand_id,
        mention_id=mention.id or 0,
        reply_id=said.id if said is not None else None,
        owner_id=incident.owner_id or statement.author_id,
        text=_owed(incident, statement.language),
        due_at=one.at.astimezone(UTC) + _A_DAY,
        is_undated=True,
        created_at=one.at.astimezone(UTC),
        note=f"incident {incident.id}",
    )
    promises.save_promises(session, [debt])
    return debt


def _owed(incident: Incident, language: Language) -> str:
    name = incident.title or incident.signature
    is_russian = language is Language.RUSSIAN
    return f"сказать, чем кончилось: {name}" if is_russian else f"to say how it ended: {name}"


def _row(session: Session, one: _Telling, debt: Promise, decision: DecisionRow) -> DraftRow:
    mention = one.mention
    text, found = _best(session, one)
    findings = [finding.model_dump(mode="json") for finding in found]
    policy = kept.find_in_force(session, mention.brand_id)
    least = review.least_approvals(policy, mention, decision, Approach.ANSWER)
    return DraftRow(
        brand_id=mention.brand_id,
        mention_id=mention.id or 0,
        mention_version=mention.version,
        decision_id=decision.id or 0,
        writer=WRITER,
        approach=Approach.ANSWER,
        language=one.statement.language,
        state=DraftState.PROPOSED,
        text=text,
        text_digest=audit.digest(text),
        approvals_needed=review.approvals_for(findings, least),
        findings=findings,
        statement_id=one.statement.id,
        follows_up_id=debt.id,
        created_at=one.at.astimezone(UTC),
    )


def _best(session: Session, one: _Telling) -> tuple[str, list[Finding]]:
    """The first wording with nothing wrong, else the one with least."""
    linted = []
    for text in islice(wordings(one.mention, one.statement, one.knowledge), _TRIES):
        found = review.lint_text(
            session,
            mention=one.mention,
            text=text,
            language=one.statement.language,
            points=(),
            facts=(),
            at=one.at,
            own_contacts=one.knowledge.own_contacts,
        )
        linted.append((text, found))
        if not found:
            break
    return min(linted, key=lambda way: (_blocks(way[1]), len(way[1])))


def _blocks(found: list[Finding]) -> int:
    return sum(one.severity is Severity.BLOCK for one in found)


def wordings(mention: Mention, statement: Statement, knowledge: Knowledge) -> Iterator[str]:
    """Ways to say it under this comment, in an order of its own; the same each time."""
    language = statement.language if statement.language in _OPENINGS else Language.ENGLISH
    things = knowledge.things_in(mention.text)
    about = things[0].about.of(language)[0] if things else ""
    leads = [way.format(about=about) for way in _ABOUT[language]] if about else [""]
    ways = [f"{opening} {lead}" for opening in _OPENINGS[language] for lead in leads]
    for way in sorted(ways, key=lambda one: sha256(f"{mention.id}:{one}".encode()).digest()):
        yield " ".join(f"{way} {statement.text.strip()}".split())
