"""Phrasings: equal ways to say one thing, and the choice among them.

A wording may hold ways of its own, ``<this way|that way>``, which multiply it.

The choice is seeded by the mention, so that a draft can be made again word for word, and
avoids what stood in recent public replies.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property, lru_cache
from importlib import resources
from itertools import pairwise

from otklik.enums import Language
from otklik.marked_yaml import Marked, parse_yaml
from responder.words import tokens

LEAST_PHRASINGS = 4
SAME_FROM = 0.8
BLOCKS = (
    *(
        "sorry",
        "told_before",
        "fault",
        "fault_plain",
        "fault_urgent",
        "argue",
        "argue_plain",
        "refuse",
    ),
    *("refuse_plain", "refuse_way", "thing_lead", "action", "action_data", "data_known"),
    *(
        "contact",
        "pending",
        "pending_there",
        "rest",
        "gap",
        "gap_plain",
        "request",
        "private",
        "private_why",
        "private_open",
    ),
    *("hater", "warn", "warn_next", "warn_matter", "threat", "threat_next", "noted"),
    *("thank", "thank_plain", "thank_note"),
    *("thank_note_plain", "verse", "fairy_tale", "fairy_tale_end"),
)
SLOTS = frozenset({"about", "with", "of", "why", "date", "owner", "action", "channel", "fact"})

TURNS = 10  # ways through the alternatives of each wording before one is said again

_SLOT = re.compile(r"\{(\w*)\}")
_WAYS = re.compile(r"<([^<>]*)>")
_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+|\n+")

Phrases = Mapping[str, tuple[str, ...]]


@cache
def phrases(language: Language) -> Phrases:
    """All blocks of a language; English for everybody who does not read Russian."""
    name = "ru.yaml" if language is Language.RUSSIAN else "en.yaml"
    text = (resources.files("responder") / "phrases" / name).read_text("utf-8")
    return parse_phrases(text, name)


def parse_phrases(text: str, name: str) -> Phrases:
    """The blocks written as `text`.

    Raises:
        PolicyError: a block is missing, unknown or too small, or has an unknown slot.
    """
    found = parse_yaml(text, name).check_keys(BLOCKS, BLOCKS)
    return {block: _variants(mark) for block, mark in found.items()}


def _variants(mark: Marked) -> tuple[str, ...]:
    for item in mark.items():
        for slot in _SLOT.findall(item.text()):
            if slot not in SLOTS:
                item.fail(f"unknown slot {{{slot}}}; known: {', '.join(sorted(SLOTS))}")
    if len(mark.items()) < LEAST_PHRASINGS:
        mark.fail(f"at least {LEAST_PHRASINGS} phrasings, so that replies differ")
    return mark.texts()


def sentence_places(text: str) -> list[tuple[int, str]]:
    """Sentences with their final marks, each with the place it starts at."""
    edges = [0, *(end.end() for end in _SENTENCE_END.finditer(text)), len(text)]
    cuts = [(start, text[start:end]) for start, end in pairwise(edges)]
    return [(start, cut.rstrip()) for start, cut in cuts if cut.strip()]


def split_sentences(text: str) -> list[str]:
    """Sentences with their final marks, blanks around them gone."""
    return [sentence.strip() for _, sentence in sentence_places(text)]


@lru_cache(maxsize=4_000)
def sentence_words(sentence: str) -> frozenset[str]:
    """The words of a sentence without figures: what makes it the same sentence again."""
    return frozenset(word for word, _ in tokens(sentence) if not word.isdigit())


class Used(frozenset[frozenset[str]]):
    """Word sets of sentences said before, found again by their rarest words."""

    @cached_property
    def by_word(self) -> dict[str, list[frozenset[str]]]:
        """The word sets each word stands in."""
        found: dict[str, list[frozenset[str]]] = defaultdict(list)
        for words in self:
            for word in words:
                found[word].append(words)
        return found

    def near(self, words: frozenset[str]) -> Iterator[frozenset[str]]:
        """Word sets that may share `SAME_FROM` of their words with these."""
        spare = len(words) - math.ceil(SAME_FROM * len(words)) + 1
        by_word = self.by_word
        rarest = sorted(words, key=lambda word: (len(by_word.get(word, ())), word))[:spare]
        for word in rarest:
            yield from by_word.get(word, ())


@lru_cache(maxsize=64)
def used_sentences(replies: tuple[str, ...]) -> Used:
    """Word sets of all sentences of three words or more in these replies."""
    return Used(words for reply in replies for words in _word_sets(reply))


@lru_cache(maxsize=4_000)
def _word_sets(reply: str) -> tuple[frozenset[str], ...]:
    found = (sentence_words(one) for one in split_sentences(reply))
    return tuple(words for words in found if len(words) >= 3)


def is_used(sentence: str, used: Iterable[frozenset[str]]) -> bool:
    """Whether one of the `used` word sets is nearly that of the sentence."""
    words = sentence_words(sentence)
    known = used if isinstance(used, Used) else Used(used)
    if words in known:
        return True
    return any(len(one & words) >= SAME_FROM * len(one | words) for one in known.near(words))


@dataclass
class Chooser:
    """Chooses among equal wordings, the same way for the same seed.

    Attributes:
        used: word sets of sentences not to repeat.
    """

    seed: str
    used: frozenset[frozenset[str]] = frozenset()
    _taken: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        if not isinstance(self.used, Used):
            self.used = Used(self.used)

    def choose(self, block: str, variants: Sequence[str], values: Mapping[str, str]) -> str:
        """One filled wording: the first in seeded order that was not used lately."""
        found = self.fresh(block, variants, values)
        if found is None:
            fitting = self._ordered(block, variants, values) or sorted(variants)
            found = self._filled(block, fitting[0], values, 0)
        return found

    def fresh(self, block: str, variants: Sequence[str], values: Mapping[str, str]) -> str | None:
        """The same, or None where every wording was used lately."""
        ordered = self._ordered(block, variants, values)
        untaken = [one for one in ordered if one not in self._taken] or ordered
        for turn in range(TURNS):
            for variant in untaken:
                text = self._filled(block, variant, values, turn)
                if not is_used(text, self.used):
                    self._taken.add(variant)
                    return text
        return None

    def keep(self, block: str, variants: Sequence[str]) -> str:
        """One wording, the same each time it is asked for."""
        return min(variants, key=lambda variant: self._rank(block, variant))

    def number(self, block: str, below: int) -> int:
        """A number from 0 to `below`, excluded."""
        return int(self._rank(block, "")[:8], 16) % below

    def _ordered(self, block: str, variants: Sequence[str], values: Mapping[str, str]) -> list[str]:
        """The wordings all of whose slots have something to say, in seeded order."""
        fitting = [one for one in variants if all(values.get(slot) for slot in _SLOT.findall(one))]
        return sorted(fitting, key=lambda variant: self._rank(block, variant))

    def _filled(self, block: str, variant: str, values: Mapping[str, str], turn: int) -> str:
        if "<" in variant:
            variant = expand(variant, self._rank(f"{block}/{turn}", variant))
        return _fill(variant, values)

    def _rank(self, block: str, variant: str) -> str:
        return hashlib.blake2b(f"{self.seed}\0{block}\0{variant}".encode()).hexdigest()


def expand(variant: str, rank: str) -> str:
    """The wording with one way taken at each ``<this way|that way>``, by the digits of `rank`."""
    digits = iter([int(rank[place : place + 4], 16) for place in range(0, len(rank) - 3, 4)])

    def take(found: re.Match[str]) -> str:
        ways = found[1].split("|")
        return ways[next(digits) % len(ways)]

    return " ".join(_WAYS.sub(take, variant).split()).replace(" ,", ",")


def _fill(variant: str, values: Mapping[str, str]) -> str:
    text = _SLOT.sub(lambda slot: values[slot[1]], variant)
    return text[:1].upper() + text[1:]
