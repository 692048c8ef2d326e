"""The deterministic writer: offline, from points, facts and phrases; same request, same drafts."""

from __future__ import annotations

from otklik.enums import UNHAPPY, Approach, Claim, Stance
from responder.drafting.address import address_for
from responder.drafting.approaches import choose_approaches
from responder.drafting.checking import lint_context
from responder.drafting.composing import Composer
from responder.drafting.finding import Findings, is_grave
from responder.drafting.in_kind import style_of
from responder.drafting.parts import Written
from responder.drafting.values import CitedFact, Draft, DraftRequest, Style
from responder.knowledge import Current, Knowledge
from responder.lint import lint
from responder.points import Known, Point, find_known, find_known_in_thread, split_points


class DeterministicWriter:
    """Composes two or three drafts that differ in approach, the asked one first."""

    name = "deterministic-2"

    def __init__(self, known: Current) -> None:
        self._known = known

    @property
    def knowledge(self) -> Knowledge:
        """What is known at this moment."""
        return self._known.current

    def write(self, request: DraftRequest) -> list[Draft]:
        """See `Writer.write`. A draft in kind, if there is one, is never the first."""
        address = address_for(self.knowledge.address, request.text, request.address)
        request = request.model_copy(update={"address": address})
        points = self._points(request)
        known = find_all_known(request)
        found = Findings(request, self.knowledge, points)
        kept = found.but_passing()
        if kept != points:
            found = Findings(request, self.knowledge, kept)
        plain = Style.PLAIN
        asked = [(approach, plain) for approach in choose_approaches(request, found)]
        style = style_of(request.text) if not found.is_serious else plain
        if style is not plain and request.verdict.stance is not Stance.HATER:
            asked = [*asked[:2], (request.approach, style)]
        drafts: dict[str, Draft] = {}
        for approach, kind in asked:
            composer = Composer(
                request, self.knowledge, found, known=known, approach=approach, style=kind
            )
            draft = self._draft(request, approach, kind, composer.compose(), known)
            drafts.setdefault(draft.text, draft)
        return list(drafts.values())

    def _draft(
        self,
        request: DraftRequest,
        approach: Approach,
        style: Style,
        written: Written,
        known: tuple[Known, ...],
    ) -> Draft:
        draft = Draft(
            text=written.text,
            approach=approach,
            language=request.language,
            points=written.points,
            known=known,
            facts=tuple(CitedFact(id=fact.id, digest=fact.digest) for fact in written.facts),
            findings=(),
            writer=self.name if style is Style.PLAIN else f"{self.name}/{style}",
            style=style,
            uses_statement=written.uses_statement,
        )
        findings = lint(draft.text, lint_context(draft, request, self.knowledge))
        return draft.model_copy(update={"findings": tuple(findings)})

    def _points(self, request: DraftRequest) -> tuple[Point, ...]:
        """Pure praise has no points, unless harm is told of in it."""
        verdict = request.verdict
        is_pure = verdict.stance is Stance.PRAISE and verdict.claim is Claim.NONE
        unhappy = is_pure or verdict.stance in UNHAPPY
        found = split_points(request.text, verdict.topic, self.knowledge, is_unhappy=unhappy)
        grave = [point for point in found if is_grave(point)]
        return tuple(grave if is_pure else found)


def find_all_known(request: DraftRequest) -> tuple[Known, ...]:
    """What the author said here and above, and what we know besides."""
    said = find_known(request.text)
    kinds = {known.kind for known in said}
    above = [
        known for known in find_known_in_thread(request.thread_texts) if known.kind not in kinds
    ]
    return (*said, *(one for one in above if one.kind not in kinds), *request.known)
