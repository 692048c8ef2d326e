"""Lint of spelling: words that no dictionary, no fact, no comment and no name of ours has."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from otklik.language.spelling import suggestions
from otklik.verdicts import Span
from responder.lint.values import Check, Hit, LintContext
from responder.words import stem, tokens

_WORD = re.compile(r"(?<![\w@/.#&<-])[^\W\d_]+(?:['’][^\W\d_]+)?(?![\w@/&>])(?!\.\w)")
MOST_WORDS = 600  # a reply is shorter; work stays bounded where it is not
MOST_FOUND = 10


def _misspelt(text: str, context: LintContext) -> Iterator[Hit]:
    known = _known_stems(context)
    found = 0
    for index, word in enumerate(_WORD.finditer(text)):
        if index >= MOST_WORDS or found >= MOST_FOUND:
            return
        if _is_name_like(word, text) or stem(word[0].lower().replace("ё", "е")) in known:
            continue
        offered = suggestions(word[0])
        if offered is not None:
            found += 1
            span = Span(start=word.start(), end=word.end())
            yield Hit("misspelling", span, offers=offered)


def _is_name_like(word: re.Match[str], text: str) -> bool:
    """A capital inside a sentence, or capitals only: a name or a short form, not a slip."""
    if not word[0][:1].isupper():
        return False
    before = text[: word.start()].rstrip(' «“"(')
    return word[0].isupper() or (bool(before) and before[-1] not in ".!?…\n")


def _known_stems(context: LintContext) -> frozenset[str]:
    facts = tuple(text for fact in context.facts for text in fact.all_texts())
    texts = (context.comment, context.author_name, *context.own_words, *context.own_contacts)
    return _stems_of((*texts, *facts, *context.approved_texts, *context.thread_texts))


@lru_cache(maxsize=64)
def _stems_of(texts: tuple[str, ...]) -> frozenset[str]:
    return frozenset(stem(word) for text in texts for word, _ in tokens(text[:5_000]))


SPELLING: tuple[Check, ...] = (_misspelt,)
