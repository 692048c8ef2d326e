"""Lint of substance: what a reply claims and offers must rest on something of ours."""

from __future__ import annotations

import re
from collections.abc import Iterator

from otklik.verdicts import Span
from responder.lint.grounding import GROUNDING
from responder.lint.values import Check, Hit, LintContext, whole
from responder.words import stems

_OFFER = re.compile(
    r"\b(?:бесплатн\w+|в\s+подарок|подарим|скидк\w+|промокод\w*|купон\w*|компенс\w+|"
    r"free\s+of\s+charge|for\s+free|as\s+a\s+gift|discount\w*|vouchers?|coupons?|compensat\w+|promo\w*)\b",
    re.IGNORECASE,
)
_ONLY_NAMED = re.compile(
    r"\b(?:об?|про|со?|насч[её]т|the|about|ваш\w*|your)\s+(?:ваш\w*\s+|your\s+)?$", re.IGNORECASE
)


def _offers(text: str, context: LintContext) -> Iterator[Hit]:
    facts = (one for fact in context.facts for one in fact.all_texts())
    known = {word for source in (*facts, *context.approved_texts) for word in stems(source)}
    for found in _OFFER.finditer(text):
        is_named = _ONLY_NAMED.search(text[: found.start()]) is not None
        if not is_named and not set(stems(found[0])) & known:
            yield Hit("unsupported_offer", Span(start=found.start(), end=found.end()))


def _expired(text: str, context: LintContext) -> Iterator[Hit]:
    for fact in context.facts:
        if not fact.is_valid(context.at):
            yield Hit("expired_fact", _place_of(fact.all_texts(), text))


def _place_of(wordings: tuple[str, ...], text: str) -> Span:
    for wording in wordings:
        start = text.lower().find(wording.lower())
        if start >= 0:
            return Span(start=start, end=start + len(wording))
    return whole(text)


SUBSTANCE: tuple[Check, ...] = (*GROUNDING, _offers, _expired)
