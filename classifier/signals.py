"""Named hard facts in a text, by rules: what was said, where exactly it was said.

A signal is never the verdict. It feeds the heads, becomes an urgency part, and is shown.
Rules read word classes first; the few patterns run only where their words are present,
are linear, and see a bounded text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from classifier.lexicon import CLASSES, MARKS, marks_of
from classifier.phrases import PHRASES
from classifier.wordbook import Words
from otklik.language.normaliser import NUMBER, URL, USER, Normalised, Token

F32 = npt.NDArray[np.float32]
Places = dict[int, list[int]]

_NEAR = 4  # words two halves of a fact may stand apart


class Signal(NamedTuple):
    """One fact: `start`/`end` in the original text, `weight` in (0, 1]: how hard it is."""

    name: str
    start: int
    end: int
    weight: float


@dataclass(slots=True)
class Reading:
    """What the rules read in one text.

    Attributes:
        signals: the facts, in order of the rules.
        opened: names of the patterns (`openers.GATES`) that a word of the text opens.
    """

    signals: list[Signal] = field(default_factory=list)
    opened: list[str] = field(default_factory=list)


# (signal, weight, needed classes near each other); the first class is where the span begins.
_PAIRS: tuple[tuple[str, float, tuple[str, str]], ...] = (
    ("second_person_insult", 0.9, ("you", "insult")),
    ("second_person_insult", 0.9, ("insult", "you")),
    ("second_person_insult", 0.8, ("you", "slur")),
    ("second_person_insult", 0.6, ("obscene", "you")),
    ("staff_insult", 0.8, ("staff_word", "insult")),
    ("staff_insult", 0.8, ("insult", "staff_word")),
    ("staff_insult", 0.6, ("staff_word", "obscene")),
    ("threat", 0.8, ("violence", "you")),
    ("threat", 0.7, ("violence", "they")),
    ("threat", 0.6, ("they", "violence")),
    ("threat", 0.6, ("you", "violence")),
    ("threat", 0.6, ("i", "violence")),
    ("child_harmed", 1.0, ("child", "harm")),
    ("child_harmed", 1.0, ("harm", "child")),
    ("money_taken", 0.9, ("fraud", "money")),
    ("money_taken", 0.9, ("money", "fraud")),
    ("down_now", 0.8, ("negation", "works")),
    ("down_now", 0.8, ("negation", "service")),
    ("mass_outage", 0.7, ("outage", "place_all")),
    ("mass_outage", 0.7, ("place_all", "outage")),
    ("outage", 0.6, ("service", "outage")),
    ("outage", 0.6, ("outage", "service")),
    ("repeated_contact", 0.9, ("ordinal", "contact")),
    ("repeated_contact", 0.5, ("repeat", "contact")),
    ("repeated_contact", 0.5, ("contact", "repeat")),
    ("churn", 0.7, ("leave", "service")),
    ("churn", 0.5, ("i", "leave")),
    ("rudeness", 0.8, ("staff_word", "rude")),
    ("rudeness", 0.8, ("rude", "staff_word")),
    ("legal", 0.7, ("i", "legal")),
)  # fmt: skip
_SINGLES: dict[str, tuple[str, float]] = {
    "obscene": ("obscenity", 1.0),
    "insult": ("insult_word", 0.7),
    "slur": ("group_slur", 0.7),
    "selfharm": ("self_harm", 0.9),
    "harm": ("harm", 0.5),
    "child": ("child", 0.4),
    "fraud": ("fraud", 0.6),
    "legal": ("legal", 0.5),
    "journalist": ("journalist", 0.5),
    "dishonest": ("dishonesty", 0.6),
    "rude": ("rudeness", 0.6),
    "leak": ("personal_data", 0.4),
    "stuck": ("stuck", 0.5),
    "cancel": ("cancelled", 0.5),
    "outage": ("outage", 0.4),
}
SIGNALS = tuple(
    sorted(
        {name for name, *_ in _PAIRS}
        | {name for name, _ in _SINGLES.values()}
        | {name for name, *_ in PHRASES}
        | {"phone", "link", "address"}
    )
)
COUNTED = (*CLASSES, "exclaim", "smile", "frown", "caps", "number", "url", "user", "ellipsis")


_MARK = {name: place for place, name in enumerate(MARKS)}
_FIRST_GATE = len(CLASSES)
_OPENS = tuple(name.removeprefix("opens.") for name in MARKS)
_SINGLE_OF = {_MARK[name]: rule for name, rule in _SINGLES.items()}
_PHRASE_OF = {
    _MARK[gate or f"opens.{name}"]: [
        place
        for place, rule in enumerate(PHRASES)
        if rule.gate == gate and (gate or rule.name == name)
    ]
    for name, _, gate, _ in PHRASES
}
_PAIRS_OF: dict[int, list[tuple[int, int]]] = {}
for _rule, (*_, (_one, _other)) in enumerate(_PAIRS):
    _PAIRS_OF.setdefault(_MARK[_one], []).append((_MARK[_other], _rule))
_SHOUT_READ, _SHOUT_LEAST = 400, 10


def read(text: Normalised) -> Reading:
    """Facts of one text; every span lies in `text.original`."""
    places: Places = {}
    for index, form in enumerate(text.forms):
        for mark in marks_of(form):
            places.setdefault(mark, []).append(index)
    return _reading(text, places)


def read_all(texts: Sequence[Normalised], words: Words) -> tuple[list[Reading], F32]:
    """Facts of n texts, and (n, len(COUNTED)) how often each class and mark occurs."""
    document, at, mark = words.marked()
    counts = np.zeros((len(texts), len(COUNTED)), np.float32)
    counts[:, :_FIRST_GATE] = np.bincount(
        document * len(MARKS) + mark, minlength=len(texts) * len(MARKS)
    ).reshape(len(texts), len(MARKS))[:, :_FIRST_GATE]
    counts[:, _FIRST_GATE:] = [_marks(text) for text in texts]
    found: list[Places] = [{} for _ in texts]
    for row, place, name in zip(document.tolist(), at.tolist(), mark.tolist(), strict=True):
        found[row].setdefault(name, []).append(place)
    readings = [
        _reading(text, places) if places else Reading()
        for text, places in zip(texts, found, strict=True)
    ]
    return readings, counts


def _reading(text: Normalised, places: Places) -> Reading:
    signals: list[Signal] = []
    tokens = text.tokens
    rules: list[tuple[int, list[int], list[int]]] = []
    phrases: list[int] = []
    for mark, found in places.items():
        single = _SINGLE_OF.get(mark)
        if single is not None:
            for index in found[:5]:
                token = tokens[index]
                signals.append(Signal(single[0], token.start, token.end, single[1]))
        for other, rule in _PAIRS_OF.get(mark, ()):
            if other in places:
                rules.append((rule, found, places[other]))
        phrases += _PHRASE_OF.get(mark, ())
    if rules:
        signals += _paired(tokens, sorted(rules))
    for place in sorted(phrases):
        phrase = PHRASES[place]
        match = phrase.pattern.search(text.text)
        if match is not None:
            start, end = text.span(match.start(), match.end())
            signals.append(Signal(phrase.name, start, end, phrase.weight))
    return Reading(signals, [_OPENS[mark] for mark in places if mark >= _FIRST_GATE])


def _paired(tokens: list[Token], rules: list[tuple[int, list[int], list[int]]]) -> list[Signal]:
    found = []
    for rule, first, second in rules:
        pair = _nearest(first, second)
        if pair is not None:
            name, weight, _ = _PAIRS[rule]
            found.append(Signal(name, tokens[pair[0]].start, tokens[pair[1]].end, weight))
    return found


def _nearest(first: list[int], second: list[int]) -> tuple[int, int] | None:
    for left in first[:20]:
        for right in second[:20]:
            if 0 < right - left <= _NEAR:
                return left, right
    return None


def _marks(text: Normalised) -> tuple[int, ...]:
    """In the order of the last names in `COUNTED`."""
    forms, joined = text.forms, text.text
    return (
        joined.count("!"),
        joined.count("))") + joined.count(": )"),
        joined.count("((") + joined.count(": ("),
        _shouted(text.original[:_SHOUT_READ]),
        sum(form.startswith(NUMBER) for form in forms) if NUMBER in joined else 0,
        forms.count(URL),
        forms.count(USER),
        joined.count("..."),
    )


def _shouted(head: str) -> int:
    """1 where more than half of the letters are capitals, and there are some."""
    lower = head.lower()
    if len(lower) == len(head):
        changed = sum(map(str.__ne__, head, lower)) if head != lower else 0
        if changed * 2 <= _SHOUT_LEAST:
            return 0
    letters = sum(map(str.isalpha, head))
    return int(letters > _SHOUT_LEAST and sum(map(str.isupper, head)) * 2 > letters)
