"""Drafting: a reply that answers each point with a fact, an action or an honest "not yet".

`Writer` is the port; `DeterministicWriter` composes offline from points, facts and phrases.
What strangers wrote is data: none of their words flow into a draft.
"""

from __future__ import annotations

from otklik.enums import Claim, Stance
from responder.composing import Composer
from responder.draft import CitedFact, Draft, DraftRequest, Writer
from responder.knowledge import Knowledge
from responder.lint import LintContext, lint
from responder.points import Point, find_known, split_points

__all__ = ["CitedFact", "DeterministicWriter", "Draft", "DraftRequest", "Writer", "lint_context"]


class DeterministicWriter:
    """Composes offline; the same request gives the same drafts."""

    name = "deterministic-1"

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge

    def write(self, request: DraftRequest) -> list[Draft]:
        """See `Writer.write`; one draft, of the approach asked for."""
        points = self._points(request)
        known = tuple(find_known(request.text))
        written = Composer(request, self.knowledge, points, known).compose()
        draft = Draft(
            text=written.text,
            approach=request.approach,
            language=request.language,
            points=written.points,
            known=known,
            facts=tuple(CitedFact(id=fact.id, digest=fact.digest) for fact in written.facts),
            findings=(),
            writer=self.name,
        )
        findings = lint(draft.text, lint_context(draft, request, self.knowledge))
        return [draft.model_copy(update={"findings": tuple(findings)})]

    def _points(self, request: DraftRequest) -> tuple[Point, ...]:
        """Pure praise has no points: there is nothing in it to answer."""
        is_praise = request.verdict.stance is Stance.PRAISE
        if is_praise and request.verdict.claim is Claim.NONE:
            return ()
        return tuple(split_points(request.text, request.verdict.topic, self.knowledge))


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
    )
