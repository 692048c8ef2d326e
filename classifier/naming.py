"""Forms of names: what a word may be a form of, and whether it is an ordinary word.

Where lemmas are not enough: a name's word may have several (`челнах`: чёлн, Челны), and words
of one name agree in case. Without rumorph the lemma alone decides.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from otklik.language.grammar import analyser_of_russian
from otklik.language.lemmas import lemma
from otklik.language.remembering import WORDS

_LEAST_PROBABLE = 1e-4
_ENDING = re.compile(
    r"(?<=...)(?:ами|ями|ого|его|ому|ему|ыми|ими|ой|ей|ою|ею|ом|ем|ам|ям|ах|ях|ую|юю|ая|яя|ое|ее|"
    r"ые|ие|ый|ий|ым|им|ых|их|ов|ев|у|ю|а|я|ы|и|е|о|ь)$"
)


_CONSONANTS = frozenset("бвгджзклмнпрстфхцчшщ")
_HARD = ("а", "у", "ом", "е", "ы", "и", "ов", "ам", "ами", "ах")
_SOFT = ("я", "ю", "ем", "е", "и", "ев", "ям", "ями", "ях")


class Form(NamedTuple):
    """One reading of a word; `case` is empty where it has none or nobody knows."""

    lemma: str
    pos: str
    case: str
    is_known: bool


@lru_cache(maxsize=WORDS)
def forms_of(word: str) -> tuple[Form, ...]:
    """All readings of a lower-case word worth considering, at least one."""
    analyser = analyser_of_russian()
    if analyser is None or not "а" <= word[:1] <= "я" or not word.isalpha():
        return (Form(lemma(word), "", "", False),)
    found = [one for one in analyser.analyze(word) if one.prob >= _LEAST_PROBABLE]
    forms = [
        Form(_plain(one.lemma), one.pos, str(one.feats.get("Case", "")), one.source == "dictionary")
        for one in found
    ]
    return tuple(dict.fromkeys(forms)) or (Form(lemma(word), "", "", False),)


def is_ordinary(word: str) -> bool:
    """Is it a word of the dictionary that is not only a name?"""
    return any(one.is_known and one.pos != "PROPN" for one in forms_of(word))


def stem(word: str) -> str:
    """A Russian word without what looks like its ending; other words as they are."""
    return _ENDING.sub("", word) if "а" <= word[:1] <= "я" else word


def invented_forms(word: str) -> tuple[str, ...]:
    """Forms of a name that the dictionary takes for something else («тай»: of «таять»).

    Only for words that end like a masculine noun and have no reading as a noun as they stand.
    """
    readings = forms_of(word)
    if not readings[0].is_known or any(one.case == "Nom" for one in readings):
        return ()
    if word[-1] == "й":
        return tuple(word[:-1] + ending for ending in _SOFT)
    return tuple(word + ending for ending in _HARD) if word[-1] in _CONSONANTS else ()


def is_one_edit(one: str, other: str) -> bool:
    """Do they differ by one letter put in, left out or changed, or two swapped, at most?"""
    if len(one) > len(other):
        one, other = other, one
    if len(other) - len(one) > 1:
        return False
    start = 0
    while start < len(one) and one[start] == other[start]:
        start += 1
    if len(one) < len(other):
        return one[start:] == other[start + 1 :]
    rest, others = one[start:], other[start:]
    swapped = rest[1:2] + rest[:1] + rest[2:]
    return rest[1:] == others[1:] or swapped == others


def _plain(word: str) -> str:
    return word.replace("ё", "е")
