"""Lemmas behind one door: rumorph if it works here, pymorphy3 next, the bare word last.

The library is young, so nothing else in the house imports it.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable
from functools import cache

from otklik.language.remembering import WORDS

_MAX_WORD = 40

_memo: dict[str, str] = {}


def lemma(word: str) -> str:
    """Dictionary form of one lower-case word; the word itself when nothing knows it."""
    known = _memo.get(word)
    return known if known is not None else _look_up([word])[0]


def lemmas(words: Iterable[str]) -> list[str]:
    """Dictionary forms in the order given; unknown words come back as they are."""
    wanted = list(words)
    found = {word: form for word in wanted if (form := _memo.get(word)) is not None}
    fresh = [word for word in dict.fromkeys(wanted) if word not in found]
    # what was known may have been forgotten by now: the memo begins anew when it is full
    found.update(zip(fresh, _look_up(fresh), strict=True))
    return [found[word] for word in wanted]


def backend() -> str:
    """Name of the library in use: `rumorph`, `pymorphy3` or `plain`."""
    return _backend()[0]


def _look_up(words: list[str]) -> list[str]:
    if len(_memo) > WORDS:
        _memo.clear()
    lemmatise = _backend()[1]
    forms = [_one(lemmatise, word) for word in words]
    _memo.update(zip(words, forms, strict=True))
    return forms


def _one(lemmatise: Callable[[str], str], word: str) -> str:
    if len(word) > _MAX_WORD or not _is_russian(word):
        return word
    return lemmatise(word).replace("ё", "е")


def _is_russian(word: str) -> bool:
    return bool(word) and "а" <= word[0] <= "я" and word.isalpha()


@cache
def _backend() -> tuple[str, Callable[[str], str]]:
    for name, make in (("rumorph", _rumorph), ("pymorphy3", _pymorphy3)):
        try:
            return name, make()
        except (ImportError, OSError, ValueError):
            continue
    return "plain", str


def _rumorph() -> Callable[[str], str]:
    import rumorph

    analyser = rumorph.Analyzer()

    def lemmatise(word: str) -> str:
        return str(analyser.lemmatize([word])[0])

    return lemmatise


def _pymorphy3() -> Callable[[str], str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pymorphy3

        analyser = pymorphy3.MorphAnalyzer(lang="ru")

    def lemmatise(word: str) -> str:
        return str(analyser.parse(word)[0].normal_form)

    return lemmatise
