"""Facts found by meaning, where words find nothing, the wrong thing, or cannot tell two apart.

A wrong fact cited is worse than none: one found by likeness alone must be like enough, and
clearly more like than the next (how the thresholds were chosen: `docs/knowledge.md`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property

import numpy as np

from otklik.language import vectors
from responder.knowledge.values import Fact, FoundFact

LEAST_LIKENESS = 0.45  # cosine
LEAST_LEAD = 0.10  # over the next fact
TIE = 0.8  # of the best score by words: from here on a second fact counts as just as good


class Meaning:
    """What facts mean, computed at the first question."""

    def __init__(self, facts: Sequence[Fact]) -> None:
        self._facts = tuple(facts)

    def likeness(self, text: str) -> dict[str, float] | None:
        """How like each fact is to a text (cosine), by id; None where no vectors are."""
        if self._rows is None or not text.strip():
            return None
        asked = vectors.vectors([text])
        if asked is None:
            return None
        near = self._rows @ asked[0]
        best = np.maximum.reduceat(near, self._starts)
        return {fact.id: float(one) for fact, one in zip(self._facts, best, strict=True)}

    def settle(
        self, text: str, found: list[FoundFact], may_be_said: Callable[[Fact], bool]
    ) -> list[FoundFact]:
        """What words have found, set right by meaning; what is meant where they found nothing.

        Facts about health and safety that words have found stay first.
        """
        likeness = self.likeness(text)
        if likeness is None:
            return found
        meant = self._meant(likeness, may_be_said)
        if meant is not None and not (found and found[0].fact.first):
            known = [one for one in found if one.fact.id == meant.fact.id]
            return [*(known or [meant]), *(one for one in found if one not in known)]
        tied = [one for one in found if _is_tied(one, found[0])]
        tied.sort(key=lambda one: -likeness[one.fact.id])
        return [*tied, *(one for one in found if one not in tied)]

    def _meant(
        self, likeness: dict[str, float], may_be_said: Callable[[Fact], bool]
    ) -> FoundFact | None:
        near = sorted(
            ((likeness[fact.id], fact) for fact in self._facts),
            key=lambda one: (-one[0], one[1].id),
        )
        if not near:
            return None
        (best, fact), *rest = near
        lead = best - rest[0][0] if rest else best
        # where what is meant may not be said, the next best is not what is meant
        if best < LEAST_LIKENESS or lead < LEAST_LEAD or not may_be_said(fact):
            return None
        return FoundFact(fact=fact, score=best, matched=(), likeness=best)

    @cached_property
    def _texts(self) -> list[tuple[str, ...]]:
        return [_texts_of(fact) for fact in self._facts]

    @cached_property
    def _starts(self) -> list[int]:
        lengths = [len(texts) for texts in self._texts]
        return [sum(lengths[:place]) for place in range(len(lengths))]

    @cached_property
    def _rows(self) -> vectors.Vectors | None:
        texts = [text for texts in self._texts for text in texts]
        return vectors.vectors(texts) if texts else None


def _is_tied(one: FoundFact, head: FoundFact) -> bool:
    return one.fact.first == head.fact.first and one.score >= TIE * head.score


def _texts_of(fact: Fact) -> tuple[str, ...]:
    """What stands for a fact: how it is asked for and what it says."""
    admits = (*fact.admits.ru, *fact.admits.en) if fact.admits else ()
    return (*fact.asked, *fact.says.ru, *fact.says.en, *admits)
