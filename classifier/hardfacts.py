"""Hard facts that must reach a person at once, and what they do to a verdict.

Five kinds: `harm`, `child_harmed`, `data_leak`, `self_harm`, `first_person_threat`. They are
read by rules beside the heads, with exact places, and never enter the heads' features. The rule
is one line: a fact that is told, not quoted and not headline news, lifts urgency to 3; a
first-person threat also makes abuse `threat`. As the labelling guide has it, a critic (or
heated) with a concrete case is at least 1. Nothing here lowers anything.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Sequence
from itertools import islice
from pathlib import Path

import numpy as np
import numpy.typing as npt

from classifier.signals import Signal
from classifier.targets import TARGETS
from otklik.enums import Abuse, Claim, Stance
from otklik.language.normaliser import Normalised

F32 = npt.NDArray[np.float32]

THREAT = "first_person_threat"
_STANCES = tuple(Stance)
_WITH_CASE = [_STANCES.index(Stance.CRITIC), _STANCES.index(Stance.HEATED)]
_CONCRETE = TARGETS["claim"].index(Claim.CONCRETE)
_NORMAL, _CRITICAL = 1, 3
_TRIED = 5  # places of one kind looked at; bounds the work
_QUOTE_LENGTH = 202
_MOVED = 0.7  # share of the probability a fact moves to what it shows

_FILE = Path(__file__).resolve().parent / "data" / "hard_facts.txt"


def _read(path: Path) -> Iterator[tuple[str, re.Pattern[str], re.Pattern[str]]]:
    """Kind, cheap opening pattern, pattern; parts in capitals are put in by their names."""
    sections: dict[str, list[str]] = {}
    name = ""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("[") and line.endswith("]"):
            name = line[1:-1]
        elif line and not line.startswith("#"):
            sections.setdefault(name, []).append(line)
    joined = {name: "(?:" + "|".join(lines) + ")" for name, lines in sections.items()}
    for kind in (name for name in joined if f"{name}?" in joined):
        whole = _PART.sub(lambda part: joined[part.group(1)], joined[kind])
        yield kind, re.compile(joined[f"{kind}?"]), re.compile(rf"\b{whole}\b")


_PART = re.compile(r"<([A-Z_]+)>")
_FACTS = tuple(_read(_FILE))
KINDS = tuple(kind for kind, *_ in _FACTS)

# Negated, wished for others, told as a joke or in a headline: the fact does not stand.
_NOT_TOLD = re.compile(
    r"^rt @user\b|\b(?:не|нет|без|чуть не|едва не|no|not|never|without|almost|nearly) (?:\w+ )?\Z"
)
_QUOTE = re.compile(r"«[^»]{1,200}»|\"[^\"]{1,200}\"|“[^”]{1,200}”|„[^“]{1,200}“")


def facts_of(text: Normalised, opened: Container[str] | None = None) -> list[Signal]:
    """Hard facts told in one text, with their places in `text.original`; at most one of a kind.

    `opened`: names of the patterns a word of the text opens (`Reading.opened`), where known.
    """
    low = text.text
    rules = [rule for rule in _FACTS if opened is None or f"hard.{rule[0]}" in opened]
    return [fact for fact in (_fact(text, low, *rule) for rule in rules) if fact is not None]


def _fact(
    text: Normalised, low: str, kind: str, gate: re.Pattern[str], pattern: re.Pattern[str]
) -> Signal | None:
    if gate.search(low) is None:
        return None
    for match in islice(pattern.finditer(low), _TRIED):
        if _NOT_TOLD.search(low[max(match.start() - 24, 0) : match.start()]) is None:
            start, end = text.span(match.start(), match.end())
            if low[:8] != "rt @user" and not _quoted(text.original, start, end):
                return Signal(kind, start, end, 1.0)
    return None


def _quoted(original: str, start: int, end: int) -> bool:
    return any(
        quote.start() <= start and end <= quote.end()
        for quote in _QUOTE.finditer(original, 0, end + _QUOTE_LENGTH)
    )


def apply(proba: dict[str, F32], facts: Sequence[Sequence[Signal]]) -> dict[str, F32]:
    """Copies of (n, c) probabilities per head with the facts of each of the n texts in force."""
    changed = {name: proba[name].copy() for name in proba}
    for row in np.flatnonzero(_cases_at_rest(proba)).tolist():
        _move(changed["urgency"][row], _NORMAL)
    for row, found in enumerate(facts):
        if not found:
            continue
        if changed["urgency"][row].argmax() < _CRITICAL:
            _move(changed["urgency"][row], _CRITICAL)
        if any(fact.name == THREAT for fact in found):
            _threaten(changed, row)
    return changed


def _cases_at_rest(proba: dict[str, F32]) -> npt.NDArray[np.bool_]:
    stance, claim = proba["stance"].argmax(axis=1), proba["claim"].argmax(axis=1)
    case = np.isin(stance, _WITH_CASE) & (claim == _CONCRETE)
    return np.asarray(case & (proba["urgency"].argmax(axis=1) == 0))


def _threaten(proba: dict[str, F32], row: int) -> None:
    _move(proba["abuse"][row], TARGETS["abuse"].index(Abuse.THREAT))
    case = proba["claim"][row].argmax() == _CONCRETE
    _move(proba["stance"][row], _STANCES.index(Stance.HEATED if case else Stance.HATER))


def _move(line: F32, place: int) -> None:
    """Gives `place` the moved share of the probability, so that it is the largest."""
    line *= 1 - _MOVED
    line[place] += _MOVED
