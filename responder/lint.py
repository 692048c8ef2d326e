"""Reply lint: what is wrong with a text before a person may let it out.

Each finding has a place, a reason and a way out, in both languages. A `BLOCK` cannot be
approved away by one person. The checks stand in `lint_manner`, `lint_safety` and
`lint_substance`; what each finding says stands in `lint_codes`.
"""

from __future__ import annotations

from responder.lint_codes import CODES
from responder.lint_manner import MANNER
from responder.lint_safety import SAFETY
from responder.lint_substance import SUBSTANCE
from responder.lint_values import Check, Finding, Hit, LintContext

__all__ = ["CHECKS", "Finding", "LintContext", "lint"]

CHECKS: tuple[Check, ...] = (*SAFETY, *SUBSTANCE, *MANNER)


def lint(text: str, context: LintContext) -> list[Finding]:
    """Everything found wrong with `text`, in order of place. Pure."""
    hits = [hit for check in CHECKS for hit in check(text, context)]
    found = {(hit.code, hit.span.start, hit.span.end): _finding(hit) for hit in hits}
    return sorted(found.values(), key=lambda one: (one.span.start, one.span.end, one.code))


def _finding(hit: Hit) -> Finding:
    says = CODES[hit.code]
    return Finding(
        code=hit.code,
        severity=hit.severity or says.severity,
        span=hit.span,
        message_ru=says.message_ru,
        message_en=says.message_en,
        way_out_ru=says.way_out_ru,
        way_out_en=says.way_out_en,
    )
