"""Cases of Russian noun phrases of ours, behind one door; nothing where no dictionary is there.

The library is young, so nothing else in the house asks it for forms.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from otklik.language.grammar import analyser_of_russian

_PREPOSITIONS = frozenset({"о", "об", "обо"})
_DECLINED = frozenset({"ADJ", "DET", "NOUN", "PROPN", "PRON", "VERB"})


@lru_cache(maxsize=4_000)
def genitive(about: str) -> str:
    """``"о долгом ожидании"`` becomes ``"долгого ожидания"``; empty where that is not sure.

    The words up to the first noun are declined, what hangs on it stays as it is.
    """
    words = about.split()
    if not words or words[0] not in _PREPOSITIONS or set(about) & set(",«»"):
        return ""
    return _declined(words[1:])


def _declined(words: list[str]) -> str:
    done: list[str] = []
    for place, word in enumerate(words):
        analysis = _locative(word) if word.islower() else None
        form = _form(analysis) if analysis is not None else ""
        if analysis is None or not form:
            return ""
        done.append(form)
        if analysis.pos in ("NOUN", "PROPN"):
            return " ".join([*done, *words[place + 1 :]])
    return ""


def _locative(word: str) -> Any | None:
    found = [one for one in _analyse(word) if one.pos in _DECLINED]
    return next((one for one in found if one.feats.get("Case") == "Loc"), None)


def _form(analysis: Any) -> str:
    number = analysis.feats.get("Number")
    wanted = {"Case": "Gen", **({"Number": number} if number else {})}
    try:
        return str(analysis.inflect(**wanted))
    except (LookupError, ValueError):
        return ""


def _analyse(word: str) -> list[Any]:
    analyser = analyser_of_russian()
    return list(analyser.analyze(word)) if analyser is not None else []


def is_imperative(word: str) -> bool:
    """Whether a lower-case word asks somebody to do something, as its first reading has it."""
    found = _analyse(word)
    return bool(found) and found[0].feats.get("Mood") == "Imp"
