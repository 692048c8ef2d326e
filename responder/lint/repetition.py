"""Lint of repetition: sentences of our latest public replies, and a name said again and again."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from otklik.enums import Severity
from responder.lint.reading import Sentence, sentences_of
from responder.lint.values import Check, Hit, LintContext
from responder.words import stem, tokens

LEAST_WORDS = 4
SAME_FROM = 0.75  # of the words of both
FIXED_FROM = 0.9  # of the words of a fact: what is the same for everybody

_LETTER_START = re.compile(r"[^\W\d_]")

Words = frozenset[str]


@lru_cache(maxsize=2_000)
def _sentences(reply: str) -> tuple[Words, ...]:
    found = (_told(sentence) for sentence in sentences_of(reply))
    return tuple(words for words in found if len(words) >= LEAST_WORDS)


def _told(sentence: Sentence) -> Words:
    """Dictionary forms without figures: what makes it the same sentence again."""
    return frozenset(word.stem for word in sentence.words if _LETTER_START.match(word.text))


@lru_cache(maxsize=16)
def _index(replies: tuple[str, ...]) -> Mapping[str, list[Words]]:
    """Sentences of the replies by each word of theirs."""
    found: dict[str, list[Words]] = defaultdict(list)
    for words in {words for reply in replies for words in _sentences(reply)}:
        for word in words:
            found[word].append(words)
    return found


def is_repeated(words: Words, replies: tuple[str, ...]) -> bool:
    """Whether a sentence of nearly these words stands in one of the replies."""
    index = _index(replies)
    rare = sorted(words, key=lambda word: len(index.get(word, ())))
    # Sentences that share three words of four share one of the rarest quarter and one more.
    prefix = rare[: len(rare) - int(SAME_FROM * len(rare)) + 1]
    near: Iterable[Words] = {one for word in prefix for one in index.get(word, ())}
    return any(len(one & words) >= SAME_FROM * len(one | words) for one in near)


def _repeats(text: str, context: LintContext) -> Iterator[Hit]:
    own = [(one, _told(one)) for one in sentences_of(text)]
    counted = [
        (sentence, words)
        for sentence, words in own
        if len(words) >= LEAST_WORDS and not _may_recur(sentence, words, context)
    ]
    again = [one for one, words in counted if is_repeated(words, context.recent_replies)]
    # One turn of phrase met before is worth a note; a reply made of them is a template.
    severity = None if len(again) * 2 > len(counted) else Severity.NOTE
    for sentence in again:
        yield Hit("repeated_sentence", sentence.span, severity)


def _may_recur(sentence: Sentence, words: Words, context: LintContext) -> bool:
    """A fact, an approved statement and the way to us are the same for everybody."""
    said = [text for fact in context.facts for text in fact.all_texts()]
    fixed = (one for text in (*said, *context.approved_texts) for one in _sentences(text))
    is_fixed = any(len(one & words) >= FIXED_FROM * len(one) for one in fixed)
    return is_fixed or any(contact in sentence.text for contact in context.own_contacts)


def _name_repeated(text: str, context: LintContext) -> Iterator[Hit]:
    name = next((word for word, _ in tokens(context.author_name) if len(word) > 2), "").strip("_")
    wanted = stem(re.split(r"[_\d]", name)[0]) if name else ""
    words = [word for one in sentences_of(text) for word in one.words]
    named = [one.span for one in words if wanted and one.stem == wanted]
    for span in [one for one in named if text[one.start].isupper()][1:]:
        yield Hit("name_repeated", span)


REPETITION: tuple[Check, ...] = (_repeats, _name_repeated)
