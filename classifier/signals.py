"""Named hard facts in a text, by rules: what was said, where exactly it was said.

A signal is never the verdict. It feeds the heads, becomes an urgency part, and is shown.
Rules read word classes first; the few patterns run only where their words are present,
are linear, and see a bounded text.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from classifier.lexicon import CLASSES, classes_of
from classifier.phrases import PHRASES
from otklik.language.normaliser import NUMBER, URL, USER, Normalised, Token

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
        counts: how often each word class occurs.
        signals: the facts, in order of the rules.
    """

    counts: dict[str, int] = field(default_factory=dict)
    signals: list[Signal] = field(default_factory=list)


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


def read(text: Normalised) -> Reading:
    """Word classes and facts of one text; every span lies in `text.original`."""
    reading = Reading()
    places = _places(text.tokens, reading.counts)
    _count_marks(text, reading.counts)
    reading.signals.extend(_single_facts(text.tokens, places))
    reading.signals.extend(_paired_facts(text.tokens, places))
    reading.signals.extend(_phrase_facts(text, places))
    return reading


def _places(tokens: list[Token], counts: dict[str, int]) -> dict[str, list[int]]:
    places: dict[str, list[int]] = {}
    for index, token in enumerate(tokens):
        for name in classes_of(token.form):
            places.setdefault(name, []).append(index)
    for name, found in places.items():
        counts[name] = len(found)
    return places


def _count_marks(text: Normalised, counts: dict[str, int]) -> None:
    forms = [token.form for token in text.tokens]
    joined = text.text
    counts["exclaim"] = joined.count("!")
    counts["smile"] = joined.count("))") + joined.count(": )")
    counts["frown"] = joined.count("((") + joined.count(": (")
    counts["ellipsis"] = joined.count("...")
    counts["number"] = sum(1 for form in forms if form.startswith(NUMBER))
    counts["url"], counts["user"] = forms.count(URL), forms.count(USER)
    letters = [sign for sign in text.original[:400] if sign.isalpha()]
    shouted = sum(1 for sign in letters if sign.isupper())
    counts["caps"] = int(len(letters) > 10 and shouted * 2 > len(letters))


def _single_facts(tokens: list[Token], places: dict[str, list[int]]) -> Iterator[Signal]:
    for name, found in places.items():
        if name in _SINGLES:
            signal, weight = _SINGLES[name]
            for index in found[:5]:
                yield Signal(signal, tokens[index].start, tokens[index].end, weight)


def _paired_facts(tokens: list[Token], places: dict[str, list[int]]) -> Iterator[Signal]:
    for name, weight, (first, second) in _PAIRS:
        if first in places and second in places:
            pair = _nearest(places[first], places[second])
            if pair is not None:
                yield Signal(name, tokens[pair[0]].start, tokens[pair[1]].end, weight)


def _nearest(first: list[int], second: list[int]) -> tuple[int, int] | None:
    for left in first[:20]:
        for right in second[:20]:
            if 0 < right - left <= _NEAR:
                return left, right
    return None


def _phrase_facts(text: Normalised, places: dict[str, list[int]]) -> Iterator[Signal]:
    for name, weight, gate, pattern in PHRASES:
        if gate and gate not in places:
            continue
        match = pattern.search(text.text)
        if match is not None:
            start, end = text.span(match.start(), match.end())
            yield Signal(name, start, end, weight)
