"""The public report on a promise: drafted from the ledger, approved and posted as any reply.

It hangs on its promise (`follows_up_id`), so that the database lets each promise have one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from itertools import islice, product

from sqlmodel import Session

from otklik import audit
from otklik.enums import (
    Approach,
    CaseState,
    CloseReason,
    DraftState,
    Language,
    MentionState,
    PromiseState,
    Role,
    Severity,
)
from otklik.errors import ApprovalError, NotAllowed, NotFound, StaleText
from otklik.models import DecisionRow, DraftRow, Mention, Person, Promise
from otklik.people import may, require
from otklik.store import cases, judgements, mentions, replies
from otklik.store import promises as rows
from responder import clocks, review
from responder.checks import note_draft, require_answerable
from responder.due_dates import add_working_days, date_text
from responder.follow_up_phrases import DONE, LATE, NOT_YET, OPENINGS
from responder.knowledge import Knowledge
from responder.lint import Finding

AGAIN_DAYS = 2  # working days after which we report again on what is not done yet
_TRIES = 12
_FAILURE = Approach.APOLOGISE_AND_FIX


def follow_up_draft(
    session: Session,
    *,
    person: Person,
    promise_id: int,
    done: str | None,
    knowledge: Knowledge,
    at: datetime,
) -> DraftRow:
    """Draft the public report on a promise, as the proposed draft of its mention.

    Args:
        done: what was done, in the language of the reply, as the owner of the promise or an
            approver writes it into the ledger; None for a promise that is kept says
            only that it was, and for one that is not admits it and gives a new date.
        at: in the desk's own time zone: dates in the text are meant in it.

    Raises:
        ApprovalError: the promise is void or reported on, or the comment cannot be answered.
        StaleText: the comment was deleted, or waits for its own answer first.
        NotAllowed: role too low, or `done` is told of somebody else's promise.
    """
    require(person, Role.OPERATOR)
    known = rows.find_promise(session, promise_id)
    if known is None:
        raise NotFound(f"promise {promise_id}")
    mention = mentions.lock_mention(session, known.mention_id)
    debt = rows.get_promise(session, promise_id)
    _require_reportable(session, debt, mention)
    if done is not None:
        _write_down(session, debt, person, done, at)
    report = _Report(debt, mention, _language(session, debt, mention), done, at)
    text, findings = _best(session, report, knowledge)
    draft = _row(report, _decision(session, mention), person, text, findings)
    replies.save_draft(session, draft)
    mentions.save_state(mention, MentionState.DRAFTED, at)
    session.add(mention)
    reopen_case(session, mention)
    note_draft(session, person, "draft.follow_up", draft, at.astimezone(UTC), promise=str(debt.id))
    return draft


@dataclass(frozen=True)
class _Report:
    """What is told of which promise, to whom, when."""

    debt: Promise
    mention: Mention
    language: Language
    done: str | None
    at: datetime

    @property
    def is_failure(self) -> bool:
        """Nothing was done yet."""
        return self.done is None and self.debt.state != PromiseState.KEPT


def _row(
    report: _Report, decision: DecisionRow, person: Person, text: str, found: Sequence[Finding]
) -> DraftRow:
    mention, findings = report.mention, [finding.model_dump(mode="json") for finding in found]
    return DraftRow(
        brand_id=mention.brand_id,
        mention_id=mention.id or 0,
        mention_version=mention.version,
        decision_id=decision.id or 0,
        editor_id=person.id,
        writer="follow_up",
        approach=_FAILURE if report.is_failure else Approach.ANSWER,
        language=report.language,
        state=DraftState.PROPOSED,
        text=text,
        text_digest=audit.digest(text),
        approvals_needed=review.approvals_for(findings, judgements.approvals_asked(decision)),
        findings=findings,
        follows_up_id=report.debt.id,
        created_at=report.at,
    )


def require_owner(person: Person, debt: Promise) -> None:
    """Only who owes it, or an approver, says what became of a promise.

    Raises:
        NotAllowed: neither.
    """
    require(person, Role.OPERATOR)
    if debt.owner_id != person.id and not may(person, Role.APPROVER):
        raise NotAllowed("this promise is somebody else's: its owner or an approver may change it")


def _write_down(session: Session, debt: Promise, person: Person, done: str, at: datetime) -> None:
    """What was done stands in the ledger: the words of the report rest on it."""
    require_owner(person, debt)
    debt.note = done.strip()
    session.add(debt)
    session.flush()
    audit.record(
        session,
        at=at.astimezone(UTC),
        actor=audit.actor_of(person),
        action="promise.done",
        subject=("promise", debt.id),
        detail={"done": debt.note},
        brand_id=debt.brand_id,
    )


def reports_a_failure(draft: DraftRow) -> bool:
    """Whether this report says that the promise was not kept."""
    return draft.follows_up_id is not None and draft.approach == _FAILURE


def rest(session: Session, mention: Mention, at: datetime) -> None:
    """A report was not made after all: the comment is as answered as it was before."""
    if rows.count_public_replies(session, mention.id or 0):
        mentions.save_state(mention, MentionState.ANSWERED, at)
    else:
        mentions.save_state(mention, MentionState.CLOSED, at, CloseReason.ANSWERED_ELSEWHERE)
        clocks.dropped(session, [mention.id or 0], at)
    session.add(mention)
    judgements.close_cases_if_done(session, [mention.case_id], at)


def _require_reportable(session: Session, debt: Promise, mention: Mention) -> None:
    if debt.state == PromiseState.VOID:
        raise ApprovalError("this promise is void: there is nothing to report on")
    if rows.find_follow_up(session, debt.id or 0) is not None:
        raise ApprovalError("this promise was reported on already")
    if mention.deleted_at is not None:
        raise StaleText("the comment was deleted")
    require_answerable(mention)
    if replies.get_place(session, mention).is_closed:
        raise StaleText("the thread was closed for replies")
    proposed = replies.find_proposed_draft(session, mention.id or 0)
    is_again = proposed is not None and proposed.follows_up_id == debt.id
    answered = mention.state == MentionState.ANSWERED or (
        mention.state == MentionState.CLOSED
        and mention.close_reason == CloseReason.ANSWERED_ELSEWHERE
    )
    if not (answered or is_again):
        raise StaleText(f"this mention is {mention.state}: deal with that first")


def _decision(session: Session, mention: Mention) -> DecisionRow:
    decision = judgements.list_decisions(session, [mention]).get(mention.id or 0)
    if decision is None:
        raise StaleText("policy has not decided on this version yet")
    return decision


def _language(session: Session, debt: Promise, mention: Mention) -> Language:
    if debt.reply_id is not None:
        reply = replies.get_reply(session, debt.reply_id)
        return replies.get_draft(session, reply.draft_id).language
    verdict = judgements.list_verdicts(session, [mention]).get(mention.id or 0)
    known = verdict.language if verdict else Language.RUSSIAN
    return known if known is not Language.OTHER else Language.RUSSIAN


def _best(session: Session, report: _Report, knowledge: Knowledge) -> tuple[str, list[Finding]]:
    """The first wording with nothing wrong, else the one with least."""
    ways = wordings(report.debt, report.language, report.done, report.at)
    linted = []
    for text in islice(ways, _TRIES):
        found = review.lint_text(
            session,
            mention=report.mention,
            text=text,
            language=report.language,
            points=(),
            facts=(),
            at=report.at,
            own_contacts=knowledge.own_contacts,
            follows_up_id=report.debt.id,
        )
        linted.append((text, found))
        if not found:
            break
    return min(linted, key=lambda one: (_blocks(one[1]), len(one[1])))


def _blocks(found: Sequence[Finding]) -> int:
    return sum(one.severity == Severity.BLOCK for one in found)


def wordings(debt: Promise, language: Language, done: str | None, at: datetime) -> Iterator[str]:
    """Ways to report on this promise, in an order of its own; the same each time."""
    language = language if language in OPENINGS else Language.ENGLISH
    moment = (debt.closed_at or at).astimezone(at.tzinfo)
    if done is None and debt.state != PromiseState.KEPT:
        ends: tuple[str, ...] = NOT_YET[language]
        moment = add_working_days(at, AGAIN_DAYS)
    elif moment > (debt.first_due_at or debt.due_at):
        ends = tuple(" ".join(both) for both in product(DONE[language], LATE[language]))
    else:
        ends = DONE[language]
    slots = {
        "promise": debt.text.strip().rstrip("."),
        "done": _sentence(done),
        "date": date_text(moment, language),
    }
    ways = [f"{opening} {end}" for opening, end in product(OPENINGS[language], ends)]
    for way in sorted(ways, key=lambda one: sha256(f"{debt.id}:{one}".encode()).digest()):
        yield " ".join(way.format(**slots).split())


def _sentence(done: str | None) -> str:
    said = (done or "").strip()
    if not said:
        return ""
    return said[0].upper() + said[1:] + ("" if said[-1] in ".!?…" else ".")


def reopen_case(session: Session, mention: Mention) -> None:
    """The story goes on: its case is open again, unless the person has another one open."""
    if mention.case_id is None:
        return
    case = cases.get_case(session, mention.case_id)
    other = cases.list_open_cases(session, [mention.author_id]).get(mention.author_id)
    if other is None:
        case.state, case.closed_at = CaseState.OPEN, None
        session.add(case)
    elif other.id != case.id:
        mention.case_id = other.id
        session.add(mention)
