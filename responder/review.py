"""Lint of one text for one mention, with all that the database knows about both."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypedDict

from sqlmodel import Session

from otklik.enums import Approach, Language, Severity, Stance, Urgency
from otklik.models import DecisionRow, FactRow, Mention
from otklik.store import facts as fact_rows
from otklik.store import judgements, mentions, replies, statements
from otklik.store import promises as promise_rows
from responder.due_dates import date_text
from responder.knowledge import Fact, Power
from responder.lint import Finding, LintContext, lint
from responder.points import Known, Point
from responder.policy import Policy, kept
from responder.powers import UsedPower

# a text by a person answers for itself: who sees it beside the draft asks for a second person
_SECOND_PERSON = Severity.BLOCK
_THREAD_TEXTS = 200  # of a thread's newest texts


class Checks(TypedDict, total=False):
    """What the desk knows of the house and the platform, for a text that is to be saved."""

    own_contacts: Sequence[str]
    reply_max_length: int | None
    power_rules: Sequence[Power]
    familiar: bool | None


def cited_facts(session: Session, facts: Sequence[dict[str, Any]], brand_id: str) -> list[Fact]:
    """The facts a draft cites, as they read when it was written.

    One that was changed or taken out since ends at that moment: nothing may rest on it longer.
    """
    digests = [fact["digest"] for fact in facts]
    if not digests:
        return []
    return [_fact(*found) for found in fact_rows.list_cited(session, brand_id, digests)]


def _fact(row: FactRow, ended_at: datetime | None) -> Fact:
    fact = Fact.model_validate(row.value)
    if ended_at is None or (fact.valid_until is not None and fact.valid_until <= ended_at):
        return fact
    return fact.model_copy(update={"valid_until": ended_at})


def lint_text(
    session: Session,
    *,
    mention: Mention,
    text: str,
    language: Language,
    points: Sequence[dict[str, Any]],
    facts: Sequence[dict[str, Any]],
    at: datetime,
    own_contacts: Sequence[str] = (),
    reply_max_length: int | None = None,
    follows_up_id: int | None = None,
    powers: Sequence[dict[str, Any]] = (),
    known: Sequence[dict[str, Any]] = (),
    power_rules: Sequence[Power] = (),
    familiar: bool | None = None,
    grounds: Sequence[str] = (),
) -> list[Finding]:
    """Findings in a reply to `mention`; the same check serves machine and person.

    Args:
        own_contacts: ways to reach us that may be said in public (`Knowledge.own_contacts`);
            without them every contact counts as somebody's personal data.
        follows_up_id: the promise that the text reports on: what the ledger says may be said.
        powers: compensations the draft offers; a sum that somebody gave is ground.
        known: what the place and our records tell of the case, as the draft keeps it.
        power_rules: the powers of the house (`Knowledge.powers`); without them a sum counts as
            given when anybody with some role gave it.
        familiar: True in a house that says ты to everybody; None: as the comment does.
        grounds: texts of the house that this one was made from, and that may be said.
    """
    policy = kept.find_in_force(session, mention.brand_id)
    context = LintContext(
        comment=mention.text,
        language=language,
        stance=mention.stance or Stance.CRITIC,
        at=at,
        facts=tuple(cited_facts(session, facts, mention.brand_id)),
        thread_texts=tuple(mentions.list_newest_texts(session, mention, _THREAD_TEXTS)),
        approved_texts=(
            *record_of(session, follows_up_id, at),
            *_statements(session, mention, language),
            *grounds,
        ),
        author_name=mentions.list_authors(session, [mention])[mention.author_id].name,
        powers=tuple(UsedPower.model_validate(one) for one in powers),
        power_rules=tuple(power_rules),
        familiar=familiar,
        recent_replies=tuple(replies.list_public_texts(session, mention.brand_id)),
        points=tuple(Point.model_validate(point) for point in points),
        known=tuple(Known.model_validate(one) for one in known),
        own_contacts=tuple(own_contacts),
        reply_max_length=reply_max_length,
        platform=mention.platform,
        severities=policy.lint if policy else {},
    )
    return lint(text, context)


def _statements(session: Session, mention: Mention, language: Language) -> tuple[str, ...]:
    """The approved statement of the mention's incident: its words are ground."""
    if mention.incident_id is None:
        return ()
    found = statements.list_approved(session, {mention.incident_id})
    statement = found.get((mention.incident_id, language))
    return (statement.text,) if statement else ()


def record_of(session: Session, promise_id: int | None, at: datetime) -> tuple[str, ...]:
    """What the ledger says of a promise: its words, what came of it, its dates, today."""
    debt = promise_rows.find_promise(session, promise_id)
    if debt is None:
        return ()
    days = (debt.created_at, debt.due_at, debt.closed_at, at)
    known = [day.astimezone(at.tzinfo) for day in days if day is not None]
    return (debt.text, debt.note, *(date_text(day, Language.ENGLISH) for day in known))


def least_approvals(
    policy: Policy | None, mention: Mention, decision: DecisionRow, approach: Approach
) -> int:
    """How many people policy asks for a reply of this approach, whatever the lint finds.

    The rule named one approach; another one that is chosen instead may need two by itself.
    """
    asked = judgements.approvals_asked(decision)
    if policy is None:
        return asked
    why_two = policy.two_people.reason(approach, mention.zone, Urgency(mention.urgency))
    return max(asked, 2) if why_two else asked


def approvals_for(findings: Sequence[dict[str, Any]], least: int) -> int:
    """How many people must approve: a `block` finding asks for a second one."""
    blocked = any(finding["severity"] == _SECOND_PERSON for finding in findings)
    return max(least, 2 if blocked else 1)
