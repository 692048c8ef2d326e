"""Set phrases by dictionary form: neither inflection nor the order of words hides them.

A list is a text file, a phrase a line: ``приносить/принести извинение``. Each word stands for
all its forms, a slash for a choice. ``=`` in front asks for just this order with nothing
between, ``~`` for a regular expression, a figure behind (``@4``) for so many words between.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from otklik.verdicts import Span
from responder.lint.reading import Sentence, Word
from responder.words import stem, tokens

BETWEEN = 2  # words that may stand between those of a phrase

Term = frozenset[str]


@dataclass(frozen=True)
class SetPhrase:
    """Words that must stand together; `between` strangers among them, in order or in any."""

    terms: tuple[Term, ...]
    between: int
    in_order: bool

    @property
    def anchor(self) -> int:
        """The term with the longest words: the rarest one."""
        return max(range(len(self.terms)), key=lambda i: min(map(len, self.terms[i])))


@dataclass(frozen=True)
class PhraseList:
    """All phrases of one list: those of words by a word of theirs, and the patterns."""

    by_word: Mapping[str, Sequence[SetPhrase]]
    patterns: tuple[re.Pattern[str], ...]

    def places(self, sentence: Sentence) -> Iterator[Span]:
        """Where phrases of the list stand in the sentence."""
        for place, word in enumerate(sentence.words):
            for phrase in self.by_word.get(word.stem, ()):
                found = _match(phrase, sentence.words, place)
                if found:
                    first, last = min(found), max(found)
                    words = sentence.words
                    yield Span(start=words[first].span.start, end=words[last].span.end)
        for pattern in self.patterns:
            for hit in pattern.finditer(sentence.text):
                yield sentence.place(hit.start(), hit.end())


@cache
def phrase_list(name: str) -> PhraseList:
    """The list kept as ``name`` beside this module."""
    text = (resources.files("responder.lint") / "lists" / name).read_text("utf-8")
    lines = [line.strip() for line in text.splitlines()]
    return parse_list(line for line in lines if line and not line.startswith("#"))


def parse_list(lines: Iterable[str]) -> PhraseList:
    """The list written as these lines."""
    by_word: dict[str, list[SetPhrase]] = defaultdict(list)
    patterns = []
    for line in lines:
        if line.startswith("~"):
            patterns.append(re.compile(line[1:].strip(), re.IGNORECASE))
            continue
        phrase = _phrase(line)
        for word in phrase.terms[phrase.anchor]:
            by_word[word].append(phrase)
    return PhraseList(by_word, tuple(patterns))


def _phrase(line: str) -> SetPhrase:
    body, _, between = line.removeprefix("=").partition("@")
    terms = tuple(
        frozenset(stem(word) for choice in term.split("/") for word, _ in tokens(choice))
        for term in body.split()
    )
    in_order = line.startswith("=")
    return SetPhrase(terms, int(between or (0 if in_order else BETWEEN)), in_order)


def _match(phrase: SetPhrase, words: Sequence[Word], place: int) -> list[int] | None:
    """Places of the phrase's words around its anchor, or None."""
    if phrase.in_order:
        return _match_in_order(phrase, words, place)
    reach = len(phrase.terms) + phrase.between
    around = range(max(0, place - reach + 1), min(len(words), place + reach))
    taken = [place]
    for index, term in enumerate(phrase.terms):
        if index == phrase.anchor:
            continue
        near = [at for at in around if at not in taken and words[at].stem in term]
        if not near:
            return None
        taken.append(min(near, key=lambda at: abs(at - place)))
    return taken if max(taken) - min(taken) < reach else None


def _match_in_order(phrase: SetPhrase, words: Sequence[Word], place: int) -> list[int] | None:
    first = place - phrase.anchor
    last = first + len(phrase.terms)
    if phrase.between:
        return _match_loosely(phrase, words, place)
    if first < 0 or last > len(words):
        return None
    fits = all(words[first + i].stem in term for i, term in enumerate(phrase.terms))
    return list(range(first, last)) if fits else None


def _match_loosely(phrase: SetPhrase, words: Sequence[Word], place: int) -> list[int] | None:
    """In order, with strangers among them."""
    reach = len(phrase.terms) + phrase.between
    for start in range(max(0, place - reach + 1), place + 1):
        at, taken = start, list[int]()
        for term in phrase.terms:
            ahead = range(at, min(len(words), start + reach))
            at = next((one for one in ahead if words[one].stem in term), -1) + 1
            if not at:
                break
            taken.append(at - 1)
        if len(taken) == len(phrase.terms) and taken[0] == start:
            return taken
    return None
