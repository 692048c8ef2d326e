"""Lint of one text for one mention, with all that the database knows about both."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session

from otklik.enums import Language, Severity, Stance
from otklik.models import FactRow, Mention
from otklik.store import judgements, mentions, replies
from responder.knowledge import Fact
from responder.lint import Finding, LintContext, lint
from responder.points import Point

# a text by a person answers for itself: who sees it beside the draft asks for a second person
_SECOND_PERSON = Severity.BLOCK


def cited_facts(session: Session, facts: Sequence[dict[str, Any]]) -> list[Fact]:
    """The facts a draft cites, as they read when it was written."""
    rows = judgements.list_facts(session, [fact["digest"] for fact in facts])
    return [_fact(row) for row in rows]


def _fact(row: FactRow) -> Fact:
    return Fact.model_validate(row.value)


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
) -> list[Finding]:
    """Findings in a reply to `mention`; the same check serves machine and person.

    Args:
        own_contacts: ways to reach us that may be said in public (`Knowledge.own_contacts`);
            without them every contact counts as somebody's personal data.
    """
    thread = mentions.list_thread_mentions(session, mention.thread_id)
    context = LintContext(
        comment=mention.text,
        language=language,
        stance=mention.stance or Stance.CRITIC,
        at=at,
        facts=tuple(cited_facts(session, facts)),
        thread_texts=tuple(other.text for other in thread if other.id != mention.id),
        recent_replies=tuple(replies.list_public_texts(session, mention.brand_id)),
        points=tuple(Point.model_validate(point) for point in points),
        own_contacts=tuple(own_contacts),
        reply_max_length=reply_max_length,
    )
    return lint(text, context)


def approvals_for(findings: Sequence[dict[str, Any]], least: int) -> int:
    """How many people must approve: a `block` finding asks for a second one."""
    blocked = any(finding["severity"] == _SECOND_PERSON for finding in findings)
    return max(least, 2 if blocked else 1)
