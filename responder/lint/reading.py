"""A reply as the checks read it: sentences, and their words in dictionary form, read once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from otklik.verdicts import Span
from responder.phrasing import sentence_places
from responder.words import stem, tokens

LONGEST_READ = 20_000  # characters; no platform takes half of it


@dataclass(frozen=True)
class Word:
    """A lower-case word, ё as е, its dictionary form and its place in the text."""

    text: str
    stem: str
    span: Span


@dataclass(frozen=True)
class Sentence:
    """A sentence with its final marks, its words and the place it starts at."""

    start: int
    text: str
    words: tuple[Word, ...]

    @property
    def span(self) -> Span:
        """Its place in the text."""
        return Span(start=self.start, end=self.start + len(self.text))

    def place(self, start: int, end: int) -> Span:
        """The place in the text of characters `start` to `end` of the sentence."""
        return Span(start=self.start + start, end=self.start + end)


@lru_cache(maxsize=16)
def sentences_of(text: str) -> tuple[Sentence, ...]:
    """The sentences of the first `LONGEST_READ` characters."""
    places = sentence_places(text[:LONGEST_READ])
    return tuple(Sentence(start, said, _words(said, start)) for start, said in places)


def _words(said: str, offset: int) -> tuple[Word, ...]:
    return tuple(
        Word(word, stem(word), Span(start=offset + span.start, end=offset + span.end))
        for word, span in tokens(said)
    )
