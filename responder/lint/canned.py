"""Lint of set phrases: what readers know from a thousand replies, and what only offices say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from otklik.verdicts import Span
from responder.lint.reading import sentences_of
from responder.lint.set_phrases import phrase_list
from responder.lint.values import Check, Hit, LintContext

NEAR = 4  # characters between two phrases that are one to the eye: " за "
_CANNED = ("canned_ru.txt", "canned_en.txt")
_OFFICIALESE = ("officialese_ru.txt", "officialese_en.txt")


def _canned(text: str, _: LintContext) -> Iterator[Hit]:
    return _found("canned_phrase", _CANNED, text)


def _officialese(text: str, _: LintContext) -> Iterator[Hit]:
    return _found("officialese", _OFFICIALESE, text)


def _found(code: str, names: tuple[str, ...], text: str) -> Iterator[Hit]:
    for sentence in sentences_of(text):
        found = {span for name in names for span in phrase_list(name).places(sentence)}
        for span in _joined(sorted(found, key=lambda one: (one.start, one.end))):
            yield Hit(code, span)


def _joined(spans: Iterable[Span]) -> list[Span]:
    """Spans with those that overlap or nearly touch made one."""
    joined: list[Span] = []
    for span in spans:
        if joined and span.start <= joined[-1].end + NEAR:
            last = joined.pop()
            joined.append(Span(start=last.start, end=max(last.end, span.end)))
        else:
            joined.append(span)
    return joined


CANNED: tuple[Check, ...] = (_canned, _officialese)
