"""Reply lint: what is wrong with a text before a person may let it out.

Each finding has a place, a reason and a way out, in both languages. A `BLOCK` cannot be
approved away by one person. What each finding says and weighs stands in `codes`; the checks
stand in one room each: privacy, tricks, substance, answering, register, manner, canned,
repetition, spelling.
"""

from __future__ import annotations

from responder.lint.answering import ANSWERING
from responder.lint.canned import CANNED
from responder.lint.channels import CHANNELS
from responder.lint.codes import CODES
from responder.lint.length import LENGTH
from responder.lint.manner import MANNER
from responder.lint.merging import merged
from responder.lint.privacy import PRIVACY
from responder.lint.promising import PROMISING
from responder.lint.register import REGISTER
from responder.lint.repetition import REPETITION
from responder.lint.spelling import SPELLING
from responder.lint.substance import SUBSTANCE
from responder.lint.tricks import TRICKS
from responder.lint.values import Check, Finding, Hit, LintContext

__all__ = ["CHECKS", "Finding", "LintContext", "lint"]

CHECKS: tuple[Check, ...] = (
    *(
        *PRIVACY,
        *TRICKS,
        *SUBSTANCE,
        *ANSWERING,
        *PROMISING,
        *CHANNELS,
        *REGISTER,
        *MANNER,
        *CANNED,
    ),
    *(*REPETITION, *LENGTH, *SPELLING),
)


def lint(text: str, context: LintContext) -> list[Finding]:
    """Everything found wrong with `text`, in order of place. Pure."""
    hits = [hit for check in CHECKS for hit in check(text, context)]
    return [_finding(hit) for hit in merged(hits, text, context.severities)]


def _finding(hit: Hit) -> Finding:
    says = CODES[hit.code]
    offers = f": {', '.join(hit.offers)}" if hit.offers else ""
    return Finding(
        code=hit.code,
        severity=hit.severity or says.severity,
        span=hit.span,
        message_ru=says.message_ru,
        message_en=says.message_en,
        way_out_ru=says.way_out_ru + offers,
        way_out_en=says.way_out_en + offers,
    )
