"""Contradictions: two facts, or a fact and a power, that give different figures for one thing.

Two figures are of one thing when their facts share a topic and may be said of the same branch or
product on the same day, when they have the same unit and stand for the same case (weekday, date,
season), and when their clauses share most of what they speak of. Rather one too few than many.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from otklik.enums import Language
from responder.knowledge.figures import Figure, find_figures
from responder.knowledge.values import Fact, Power
from responder.words import telling_stems

LEAST_SHARED = 2
LEAST_SHARE = 0.5  # of all that the two clauses speak of


@dataclass(frozen=True)
class Contradiction:
    """Two ids and what each says: `300 points` against `500 points`."""

    first: Fact
    second: Fact | Power
    said: str
    other: str
    words: tuple[str, ...]


def find_contradictions(facts: Sequence[Fact], at: datetime) -> list[Contradiction]:
    """Pairs of facts that disagree on some day from `at` on, each pair once."""
    alive = [fact for fact in facts if fact.valid_until is None or fact.valid_until > at]
    figures = {fact.id: _figures(fact) for fact in alive}
    found = (
        _between(one, other, figures)
        for one, other in itertools.combinations(alive, 2)
        if _may_meet(one, other)
    )
    return [one for one in found if one is not None]


def find_contradictions_of(
    fact: Fact, others: Iterable[Fact], powers: Iterable[Power], at: datetime
) -> list[Contradiction]:
    """What disagrees with this one fact, on some day from `at` on; `fact` is always the first."""
    alive = [
        one
        for one in others
        if one.id != fact.id
        and (one.valid_until is None or one.valid_until > at)
        and _may_meet(fact, one)
    ]
    figures = {one.id: _figures(one) for one in (fact, *alive)}
    found = [_between(fact, one, figures) for one in alive]
    told = [one for one in found if one is not None]
    return [*told, *find_power_contradictions([fact], powers, at)]


def find_power_contradictions(
    facts: Sequence[Fact], powers: Iterable[Power], at: datetime
) -> list[Contradiction]:
    """Facts that name another sum than any limit of the power for the same thing."""
    found: list[Contradiction] = []
    for fact, power in itertools.product(facts, powers):
        if set(fact.topics) & set(power.topics) and (fact.valid_until or at) >= at:
            found += itertools.islice(_against(fact, power), 1)
    return found


def _may_meet(one: Fact, other: Fact) -> bool:
    """Whether both may be said in one reply: topic, scope and time overlap."""
    scopes = dict(other.about)
    apart = any(kind in scopes and not set(ids) & set(scopes[kind]) for kind, ids in one.about)
    begin = max(one.valid_from, other.valid_from)
    ends = [end for end in (one.valid_until, other.valid_until) if end is not None]
    is_apart_in_time = any(end <= begin for end in ends)
    return bool(set(one.topics) & set(other.topics)) and not apart and not is_apart_in_time


def _figures(fact: Fact) -> list[Figure]:
    wordings = [fact.says, *([fact.admits] if fact.admits else [])]
    return [
        figure
        for wording in wordings
        for language in (Language.RUSSIAN, Language.ENGLISH)
        for text in wording.of(language)
        for figure in find_figures(text, language)
    ]


def _between(one: Fact, other: Fact, figures: dict[str, list[Figure]]) -> Contradiction | None:
    for mine, theirs in itertools.product(figures[one.id], figures[other.id]):
        if _is_of_one_thing(mine, theirs) and not _is_said(mine, figures[other.id], theirs):
            shared = tuple(sorted(mine.words & theirs.words))
            return Contradiction(one, other, _shown(mine), _shown(theirs), shared)
    return None


def _is_of_one_thing(mine: Figure, theirs: Figure) -> bool:
    if (mine.unit, mine.language, mine.case) != (theirs.unit, theirs.language, theirs.case):
        return False
    shared, spoken = len(mine.words & theirs.words), len(mine.words | theirs.words)
    return shared >= LEAST_SHARED and shared >= LEAST_SHARE * spoken


def _is_said(mine: Figure, others: list[Figure], theirs: Figure) -> bool:
    """Whether the other fact gives this value, too: two figures of one clause are no quarrel."""
    same = {one.value for one in others if _is_of_one_thing(mine, one)}
    return mine.value in same or mine.value == theirs.value


def _shown(figure: Figure) -> str:
    return f"{figure.value} {figure.unit}"


def _against(fact: Fact, power: Power) -> Iterator[Contradiction]:
    limits = {str(most) for _, most in power.limits} | {str(power.up_to)}
    for language in (Language.RUSSIAN, Language.ENGLISH):
        meant = telling_stems(" ".join(power.says.of(language)))
        for text in _texts(fact, language):
            sums = [one for one in find_figures(text, language) if one.unit == power.unit.value]
            for figure in sums:
                shared = tuple(sorted(figure.words & meant))
                if len(shared) >= LEAST_SHARED and figure.value not in limits:
                    limit = f"{power.up_to} {power.unit.value}"
                    yield Contradiction(fact, power, _shown(figure), limit, shared)


def _texts(fact: Fact, language: Language) -> tuple[str, ...]:
    wordings = [fact.says, fact.admits, fact.action.says if fact.action else None]
    return tuple(text for one in wordings if one for text in one.of(language))
