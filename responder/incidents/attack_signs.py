"""Fault or attack: what the people of an incident show, sign by sign, and the one rule over it.

Pure and deterministic. Each sign gives points for or against; an attack needs `ENOUGH` of them,
hate or copies among them, and seldom a concrete case: real trouble that many people tell
heatedly has cases, so it is none however loud it is. What no platform tells gives no points.
The figures were set on our own texts (tests/scenarios, seeds 1 to 5); see docs/incidents.md.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Any

import numpy as np

from otklik.enums import IncidentKind
from responder.incidents.near_copies import SAME, SIZE, signature

YOUNG = timedelta(days=30)
TIGHT = timedelta(minutes=30)
LEAST = 4  # people: fewer are no crowd
ENOUGH = 5  # points
_signed = lru_cache(4096)(signature)  # a wave is weighed again with each of its arrivals
US = ("", "")  # aimed at when nothing of ours is named: the company itself


class Speaks(StrEnum):
    """What a sign says of the question whether it is an attack."""

    FOR = "for"
    AGAINST = "against"
    NEITHER = "neither"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Told:
    """One person of an incident: what all their comments in it together show.

    Attributes:
        text: of their newest comment; at: when it was written.
        is_judged: something was judged; is_hater: hatred without a case.
        target: what of ours it names, as (kind, id).
        registered_at, is_empty: of their account; None where the platform does not tell.
    """

    text: str
    at: datetime
    is_judged: bool = True
    is_hater: bool = False
    has_case: bool = False
    target: tuple[str, str] = US
    registered_at: datetime | None = None
    is_empty: bool | None = None


@dataclass(frozen=True)
class Evidence:
    """Shares of 0 to 1 of `sample` people; None where no platform tells.

    Attributes:
        haters: without a case, of those that were judged.
        copies: whose text is nearly the same as somebody else's.
        target: haters without a case who aim at the same thing: paraphrased insults.
        claims: with a concrete case.
        tight: within the busiest half hour.
        young: accounts registered within 30 days before it began, of those whose age is known.
        empty: accounts without name and followers.
    """

    sample: int = 0
    haters: float = 0.0
    copies: float = 0.0
    claims: float = 0.0
    tight: float = 0.0
    young: float | None = None
    empty: float | None = None
    target: float = 0.0

    @property
    def signs(self) -> tuple["Sign", ...]:
        """Each share with what it says."""
        return tuple(_sign(rule, getattr(self, rule.name)) for rule in RULES)

    @property
    def points(self) -> int:
        """All signs together."""
        return sum(one.points for one in self.signs)

    @property
    def looks_like_attack(self) -> bool:
        """The rule over all signs."""
        by_name = {one.name: one.speaks for one in self.signs}
        is_hostile = Speaks.FOR in (by_name["haters"], by_name["copies"])
        has_cases = by_name["claims"] is Speaks.AGAINST
        return self.sample >= LEAST and is_hostile and not has_cases and self.points >= ENOUGH

    def as_row(self) -> dict[str, float | int | None]:
        """As `Incident.evidence` keeps it."""
        return asdict(self)

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> "Evidence":
        """What was kept; unknown names are left out."""
        known = {name: row[name] for name in cls.__dataclass_fields__ if name in row}
        return cls(**known)


@dataclass(frozen=True)
class Rule:
    """How one share is read: from `speaks_for` on it gives points, beyond `against` it takes some.

    `is_low`: it speaks for an attack when it is at most `speaks_for`.
    """

    name: str
    speaks_for: float
    against: float
    gives: int
    takes: int
    ru: str
    en: str
    is_low: bool = False


RULES = (
    Rule("haters", 0.5, 0.25, 2, 2, "ненависть без дела", "hatred without a case"),
    Rule("copies", 0.5, 0.0, 2, 0, "почти одинаковые тексты", "nearly the same words"),
    Rule("target", 0.5, 0.0, 2, 0, "оскорбляют одно и то же", "insults aimed at the same"),
    Rule("claims", 0.2, 0.4, 1, 3, "конкретный случай", "a concrete case", is_low=True),
    Rule("tight", 0.4, 0.2, 1, 1, "за одни полчаса", "within the busiest half hour"),
    Rule("young", 0.5, 0.2, 2, 1, "аккаунты моложе 30 дней", "accounts younger than 30 days"),
    Rule("empty", 0.5, 0.0, 1, 0, "аккаунты без имени и подписчиков",
         "accounts without name and followers"),
)  # fmt: skip


@dataclass(frozen=True)
class Sign:
    """One share with its reading: `points` above 0 speak for an attack, below against it."""

    rule: Rule
    value: float | None
    speaks: Speaks
    points: int

    @property
    def name(self) -> str:
        """The share's name in `Evidence`."""
        return self.rule.name

    def words(self, language: str) -> str:
        """What it is called in Russian or English."""
        return self.rule.ru if language == "ru" else self.rule.en

    def told(self, language: str) -> str:
        """In a few words with its share."""
        unknown = "неизвестно" if language == "ru" else "not known"
        share = unknown if self.value is None else f"{self.value:.0%}"
        return f"{self.words(language)} {share}"


@dataclass(frozen=True)
class Judgement:
    """What the people of an incident make it."""

    kind: IncidentKind
    evidence: Evidence


def judge_kind(people: Sequence[Told]) -> Judgement:
    """Fault or attack, with the evidence."""
    found = weigh(people)
    kind = IncidentKind.ATTACK if found.looks_like_attack else IncidentKind.FAULT
    return Judgement(kind, found)


def weigh(people: Sequence[Told]) -> Evidence:
    """The shares, one person counted once."""
    if not people:
        return Evidence()
    whole = len(people)
    began = min(one.at for one in people)
    ages = [one.registered_at for one in people if one.registered_at is not None]
    empty = [one.is_empty for one in people if one.is_empty is not None]
    aims = Counter(one.target for one in people if one.is_hater and not one.has_case)
    return Evidence(
        sample=whole,
        haters=_share(sum(aims.values()), sum(one.is_judged for one in people)),
        copies=_share(count_copies([one.text for one in people]), whole),
        claims=_share(sum(one.has_case for one in people), whole),
        tight=_share(_busiest([one.at for one in people]), whole),
        young=_share(sum(age >= began - YOUNG for age in ages), len(ages)) if ages else None,
        empty=_share(sum(empty), len(empty)) if empty else None,
        target=_share(max(aims.values(), default=0), whole),
    )


def count_copies(texts: Sequence[str]) -> int:
    """How many texts are near-copies of another one of them; those without letters are none."""
    worded = [text for text in texts if any(map(str.isalpha, text))]
    if len(worded) < 2:
        return 0
    signed = np.stack([_signed(text) for text in worded])
    least = SAME * SIZE
    alike = (np.count_nonzero(signed == one, axis=1) >= least for one in signed)
    return sum(int(np.count_nonzero(found)) > 1 for found in alike)


def _sign(rule: Rule, value: float | None) -> Sign:
    if value is None:
        return Sign(rule, None, Speaks.UNKNOWN, 0)
    is_for = value <= rule.speaks_for if rule.is_low else value >= rule.speaks_for
    if is_for:
        return Sign(rule, value, Speaks.FOR, rule.gives)
    is_against = value >= rule.against if rule.is_low else value < rule.against
    if is_against and rule.takes:
        return Sign(rule, value, Speaks.AGAINST, -rule.takes)
    return Sign(rule, value, Speaks.NEITHER, 0)


def _busiest(moments: Sequence[datetime]) -> int:
    times = sorted(moments)
    most = start = 0
    for end, moment in enumerate(times):
        while moment - times[start] > TIGHT:
            start += 1
        most = max(most, end - start + 1)
    return most


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0
