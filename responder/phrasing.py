"""Phrasings: equal ways to say one thing, and the choice among them.

The choice is seeded by the mention, so that a draft can be made again word for word, and
avoids what stood in recent public replies.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib import resources
from itertools import pairwise

from otklik.enums import Language
from responder.marked_yaml import Marked, parse_yaml
from responder.words import tokens

LEAST_PHRASINGS = 4
SAME_FROM = 0.8
BLOCKS = (
    *("fault", "fault_plain", "fault_urgent", "argue", "argue_plain", "refuse", "refuse_plain"),
    *("refuse_way", "thing_lead", "action", "action_data", "data_known", "pending"),
    *("pending_plain", "gap", "gap_plain", "private", "hater", "thank", "thank_plain"),
    *("thank_note", "thank_note_plain", "contact"),
)
SLOTS = frozenset({"about", "with", "date", "owner", "action", "channel", "fact"})

_SLOT = re.compile(r"\{(\w*)\}")
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


@lru_cache(maxsize=64)
def used_sentences(replies: tuple[str, ...]) -> frozenset[frozenset[str]]:
    """Word sets of all sentences of three words or more in these replies."""
    found = (sentence_words(one) for reply in replies for one in split_sentences(reply))
    return frozenset(words for words in found if len(words) >= 3)


def is_used(sentence: str, used: Iterable[frozenset[str]]) -> bool:
    """Whether one of the `used` word sets is nearly that of the sentence."""
    words = sentence_words(sentence)
    if words in (used := used if isinstance(used, frozenset) else frozenset(used)):
        return True
    size = len(words)
    near = (one for one in used if SAME_FROM * size <= len(one) <= size / SAME_FROM)
    return any(len(one & words) >= SAME_FROM * len(one | words) for one in near)


@dataclass
class Chooser:
    """Chooses among equal wordings, the same way for the same seed.

    Attributes:
        used: word sets of sentences not to repeat; grows with every choice.
    """

    seed: str
    used: frozenset[frozenset[str]] = frozenset()
    _taken: set[str] = field(default_factory=set)

    def choose(self, block: str, variants: Sequence[str], values: Mapping[str, str]) -> str:
        """One filled wording: the first in seeded order that was not used lately."""
        ordered = sorted(variants, key=lambda variant: self._rank(block, variant))
        filled = [(variant, _fill(variant, values)) for variant in ordered]
        fresh = [one for one in filled if one[0] not in self._taken] or filled
        unused = [one for one in fresh if not is_used(one[1], self.used)] or fresh
        variant, text = unused[0]
        self._taken.add(variant)
        return text

    def keep(self, block: str, variants: Sequence[str]) -> str:
        """One wording, the same each time it is asked for."""
        return min(variants, key=lambda variant: self._rank(block, variant))

    def _rank(self, block: str, variant: str) -> str:
        return hashlib.blake2b(f"{self.seed}\0{block}\0{variant}".encode()).hexdigest()


def _fill(variant: str, values: Mapping[str, str]) -> str:
    text = _SLOT.sub(lambda slot: values[slot[1]], variant)
    return text[:1].upper() + text[1:]
