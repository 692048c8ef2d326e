"""Words as knowledge, points and lint compare them: dictionary forms, punctuation gone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from otklik.language.lemmas import lemma
from otklik.language.remembering import WORDS
from otklik.verdicts import Span

_WORD = re.compile(r"[^\W_]+(?:['’](?!s\b)[^\W_]+)*")
_ENGLISH_ENDINGS = ("ings", "ing", "ies", "ied", "ed", "es", "s")
_STOP = frozenset(
    """
    и а но да в во на о об от до из у к ко с со по за для не ни же ли бы то это этот весь что как
    так мы вы я ты он она они наш ваш мой свой который быть есть
    the a an of to in on at for and or is are was were be it this that we you i they our your my
    with from not no do does did have has had as by if
    """.split()  # noqa: SIM905
)


def tokens(text: str) -> Iterator[tuple[str, Span]]:
    """Lower-case words of the text, ё as е, with their places."""
    for found in _WORD.finditer(text):
        yield found[0].lower().replace("ё", "е"), Span(start=found.start(), end=found.end())


@lru_cache(maxsize=WORDS)
def stem(word: str) -> str:
    """Dictionary form of one Russian word; an English word without its commonest endings."""
    if not word.isascii():
        return lemma(word)
    for ending in _ENGLISH_ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3 and not word.endswith("ss"):
            return _without(word, ending)
    return word.rstrip("e") if len(word) > 4 else word


def _without(word: str, ending: str) -> str:
    base = word[: -len(ending)]
    if ending in ("ies", "ied"):
        return base + "y"
    if ending in ("ed", "ing") and len(base) > 3 and base[-1] == base[-2] and base[-1] not in "ls":
        return base[:-1]
    return base.rstrip("e") if len(base) > 4 else base


@lru_cache(maxsize=4_000)
def stems(text: str) -> tuple[str, ...]:
    """Stems of all words of the text in order."""
    return tuple(stem(word) for word, _ in tokens(text))


def telling_stems(text: str) -> frozenset[str]:
    """Stems of the words that carry meaning."""
    return frozenset(stems(text)) - _STOP
