"""Grammar of single Russian words: part of speech, tense, person, gender, kind of name.

The library behind it is the one of `lemmas`; where it is absent no word has readings, and
what asks for grammar finds nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any, NamedTuple

from otklik.language.remembering import WORDS

_LONGEST = 40  # letters of a word; longer ones are noise


class Reading(NamedTuple):
    """One way to read a word; `traits` as Universal Dependencies call them: ``Tense: Past``."""

    lemma: str
    pos: str
    traits: Mapping[str, str]
    proba: float

    def has(self, **traits: str) -> bool:
        """Whether the reading has all these traits."""
        return all(self.traits.get(name) == value for name, value in traits.items())


@lru_cache(maxsize=WORDS)
def readings(word: str) -> tuple[Reading, ...]:
    """Dictionary readings of one word in any case, the likeliest first; none for guesses."""
    analyser = analyser_of_russian()
    if analyser is None or len(word) > _LONGEST or not word.isalpha():
        return ()
    found = [one for one in analyser.analyze(word.lower()) if one.source == "dictionary"]
    return tuple(Reading(one.lemma, one.pos, dict(one.feats), one.prob) for one in found)


@lru_cache(maxsize=WORDS)
def is_russian_word(word: str) -> bool:
    """Whether the Russian dictionary has this form; True where there is no dictionary."""
    analyser = analyser_of_russian()
    return analyser is None or bool(analyser.is_known(word.lower()))


def first_reading(word: str, least: float = 0.0) -> Reading | None:
    """The likeliest reading, if it is at least as likely as `least`."""
    found = readings(word)
    return found[0] if found and found[0].proba >= least else None


@cache
def analyser_of_russian() -> Any:
    """The morphological dictionary, loaded once a process; None where it is not installed."""
    try:
        import rumorph

        return rumorph.Analyzer()
    except (ImportError, OSError, ValueError):
        return None
