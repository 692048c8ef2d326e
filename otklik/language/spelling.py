"""Spelling of Russian and English words, with suggestions; loaded when first asked.

Russian rests on the dictionary of `grammar`, English on hunspell's. A Russian word that
neither the dictionary nor the list of new words has is only called misspelt where one slip of
the hand away stands a word that is known: otherwise it is a name or a word of tomorrow.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from importlib import resources
from typing import Any

from otklik.language.grammar import is_russian_word, readings

MOST_SUGGESTIONS = 3
_LETTERS = "абвгдежзийклмнопрстуфхцчшщъыьэюя"
_LATIN = "abcdefghijklmnopqrstuvwxyz"
_RUSSIAN = re.compile(r"[а-яё]+", re.IGNORECASE)
_ENGLISH = re.compile(r"[a-z]+(?:'[a-z]+)?", re.IGNORECASE)
_SHORTEST, _LONGEST = 4, 25
# British endings by the American ones the dictionary has
_BRITISH = (
    *(("isation", "ization"), ("isations", "izations"), ("ise", "ize"), ("ised", "ized")),
    *(("ises", "izes"), ("ising", "izing"), ("yse", "yze"), ("ysed", "yzed"), ("our", "or")),
    *(("oured", "ored"), ("ours", "ors"), ("ourite", "orite"), ("ouring", "oring")),
    *(("ourable", "orable"), ("ourful", "orful"), ("re", "er"), ("res", "ers"), ("ogue", "og")),
    *(("elled", "eled"), ("elling", "eling"), ("eller", "eler"), ("ence", "ense")),
    ("ourites", "orites"),
)
# Letters that are mixed up more than others, so that their words are suggested first.
_CONFUSED = {
    *("ао", "ои", "ие", "еи", "иы", "ыи", "тд", "дт", "сз", "зс", "бп", "пб", "жш", "шж"),
    *("еэ", "эе", "яе", "ея", "оа", "вф", "фв", "гк", "кг", "ea", "ae", "ei", "ie", "sc", "ou"),
}


def suggestions(word: str) -> tuple[str, ...] | None:
    """None for a word spelt right; else known words one slip away, the likeliest first.

    Words with figures, of few letters, or of no known alphabet count as right, and so does an
    English word where no dictionary is installed.
    """
    plain = word.replace("’", "'")
    if not _SHORTEST <= len(plain) <= _LONGEST:
        return None
    if _RUSSIAN.fullmatch(plain):
        return _russian(plain.lower().replace("ё", "е"), word[:1].isupper())
    if _ENGLISH.fullmatch(plain):
        return _english(plain)
    return None


@lru_cache(maxsize=20_000)
def _russian(word: str, is_capital: bool) -> tuple[str, ...] | None:
    if is_russian_word(word) or _is_new(word, "new_ru.txt") or _is_compound(word):
        return None
    found = [one for one in dict.fromkeys(_slips(word, _LETTERS)) if is_russian_word(one)]
    likely = [one for one in found if not _is_name(one) or is_capital]
    ranked = sorted(likely, key=lambda one: (_distance_rank(word, one), one))
    return tuple(ranked[:MOST_SUGGESTIONS]) or None


def _is_name(word: str) -> bool:
    return all(one.pos == "PROPN" for one in readings(word))


def _is_compound(word: str) -> bool:
    """A known word behind a common first part (`фотоотчёт`, `миникофейня`)."""
    heads = ("фото", "видео", "кино", "мини", "супер", "авто", "аудио", "веб", "теле", "микро")
    return any(word.startswith(head) and is_russian_word(word[len(head) :]) for head in heads)


def _distance_rank(word: str, other: str) -> int:
    """0 for a mixed-up pair of letters, 1 for a double or missing letter, 2 for the rest."""
    if len(word) == len(other):
        pairs = [a + b for a, b in zip(word, other, strict=True) if a != b]
        return 0 if len(pairs) == 1 and pairs[0] in _CONFUSED else 2
    return 1


def _slips(word: str, letters: str) -> Iterator[str]:
    """Words one slip away: a letter too few, too many, another one, two swapped."""
    for place in range(len(word) + 1):
        head, tail = word[:place], word[place:]
        if tail:
            yield head + tail[1:]
            yield from (head + letter + tail[1:] for letter in letters)
        if len(tail) > 1:
            yield head + tail[1] + tail[0] + tail[2:]
        yield from (head + letter + tail for letter in letters)


@lru_cache(maxsize=20_000)
def _english(word: str) -> tuple[str, ...] | None:
    checker = _hunspell()
    if checker is None or _knows(checker, word) or _is_new(word.lower(), "new_en.txt"):
        return None
    if any(_knows(checker, american) for american in _american(word.lower())):
        return None
    # hunspell's own suggestions take 200 ms a word
    near = [one for one in dict.fromkeys(_slips(word.lower(), _LATIN)) if checker.spell(one)]
    ranked = sorted(near, key=lambda one: (_distance_rank(word.lower(), one), one))
    return None if not ranked and word[:1].isupper() else tuple(ranked[:MOST_SUGGESTIONS])


def _knows(checker: Any, word: str) -> bool:
    bare = word.removesuffix("'s")
    return any(checker.spell(form) for form in (word, bare, bare.capitalize()))


def _american(word: str) -> Iterable[str]:
    for british, american in _BRITISH:
        if word.endswith(british):
            yield word.removesuffix(british) + american


@cache
def _new_words(name: str) -> frozenset[str]:
    text = (resources.files("otklik.language") / name).read_text("utf-8")
    return frozenset(text.replace("ё", "е").split())


def _is_new(word: str, name: str) -> bool:
    """Whether our list of new words has it, or a stem of it: ``промокод*``."""
    listed = _new_words(name)
    stems = (f"{word[:size]}*" for size in range(3, len(word) + 1))
    return word in listed or any(stem in listed for stem in stems)


@cache
def _hunspell() -> Any:
    """hunspell with its English dictionary, or None where it is not installed."""
    try:
        from hunspell import Hunspell

        return Hunspell("en_US")
    except (ImportError, OSError):
        return None
