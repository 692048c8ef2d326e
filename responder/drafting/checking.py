"""Checking: what a draft is linted against, the same for every writer."""

from __future__ import annotations

from responder.drafting.address import Address
from responder.drafting.values import Draft, DraftRequest
from responder.knowledge import Knowledge
from responder.lint import LintContext


def lint_context(draft: Draft, request: DraftRequest, knowledge: Knowledge) -> LintContext:
    """What a text standing in for `draft` is checked against, for a lint as a person types."""
    cited = [knowledge.fact(cited.id) for cited in draft.facts]
    return LintContext(
        comment=request.text,
        language=request.language,
        stance=request.verdict.stance,
        at=request.at,
        facts=tuple(fact for fact in cited if fact is not None),
        thread_texts=request.thread_texts,
        approved_texts=(request.incident_statement,) if request.incident_statement else (),
        recent_replies=request.recent_replies,
        own_contacts=knowledge.own_contacts,
        points=draft.points,
        known=draft.known,
        author_name=request.author_name,
        reply_max_length=request.reply_max_length,
        links_allowed=request.links_allowed,
        severities=request.severities,
        platform=request.platform_name,
        familiar=request.address is Address.TY,
    )
