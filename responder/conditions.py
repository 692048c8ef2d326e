"""Conditions of policy rules: data that is true, false or unknown of some facts.

A test on a fact nobody knows (a rating where there are no ratings) is unknown, and stays
unknown when negated: a rule fires only on what is certainly true.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from otklik.enums import Abuse, Claim, IncidentKind, Language, Stance, Topic
from otklik.subjects import NOTHING, EntityKind
from responder.marked_yaml import Marked

NO_INCIDENT = "none"

_COMPARE: Mapping[str, Callable[[float, float], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    "<": operator.lt,
}
_COMPARISON = re.compile(r"\s*(>=|<=|==|!=|>|<)\s*(-?\d+(?:\.\d+)?)\s*")


class IncidentWord(Enum):
    """What a rule may say of an incident: a kind of it, or that there is none."""

    NONE = NO_INCIDENT
    FAULT = IncidentKind.FAULT.value
    ATTACK = IncidentKind.ATTACK.value


class SubjectWord(Enum):
    """What a rule may say of what is named: a kind of it, or that nothing is."""

    NONE = NOTHING
    COMPANY = EntityKind.COMPANY.value
    PRODUCT = EntityKind.PRODUCT.value
    BRANCH = EntityKind.BRANCH.value
    CITY = EntityKind.CITY.value
    DEPARTMENT = EntityKind.DEPARTMENT.value


ENUM_KEYS: Mapping[str, type[Enum]] = {
    "stance": Stance,
    "claim": Claim,
    "abuse": Abuse,
    "topic": Topic,
    "language": Language,
    "incident_kind": IncidentWord,
}
NUMBER_KEYS = (
    "urgency",
    "rating",
    "reach",
    "confidence",
    "relevance",
    "author_mentions",
    "incident_size",
    "minutes_waiting",
)
FLAG_KEYS = ("abstained", "thread_closed", "has_text", "has_media", "is_reply_to_us")
TEXT_KEYS = ("platform",)
KIND_KEYS = ("about",)
ID_KEYS = ("entity",)
NUMBERS_BY_NAME_KEYS = ("urgency_parts",)
JOINING_KEYS = ("all", "any", "not")
CONDITION_KEYS = (
    *ENUM_KEYS,
    *NUMBER_KEYS,
    *FLAG_KEYS,
    *TEXT_KEYS,
    *KIND_KEYS,
    *ID_KEYS,
    *NUMBERS_BY_NAME_KEYS,
    *JOINING_KEYS,
)
ALWAYS = "always"


class Condition:
    """Something that is true (True), false (False) or unknown (None) of facts."""

    def holds(self, facts: Mapping[str, Any]) -> bool | None:
        """The truth of it for these facts."""
        raise NotImplementedError


@dataclass(frozen=True)
class OneOf(Condition):
    """A fact is one of some words (enums, texts, flags)."""

    key: str
    values: tuple[str | bool, ...]

    def holds(self, facts: Mapping[str, Any]) -> bool | None:
        """See `Condition.holds`."""
        value = facts.get(self.key)
        return None if value is None else value in self.values


@dataclass(frozen=True)
class Names(Condition):
    """One of several facts of a kind is one of these words."""

    key: str
    values: tuple[str, ...]

    def holds(self, facts: Mapping[str, Any]) -> bool | None:
        """See `Condition.holds`."""
        found = facts.get(self.key)
        return None if found is None else not set(self.values).isdisjoint(found)


@dataclass(frozen=True)
class Compares(Condition):
    """A number, or a part of a named set of numbers, compares so; an absent part is 0."""

    key: str
    sign: str
    bound: float
    part: str = ""

    def holds(self, facts: Mapping[str, Any]) -> bool | None:
        """See `Condition.holds`."""
        value = facts.get(self.key)
        if value is not None and self.part:
            value = value.get(self.part, 0.0)
        return None if value is None else _COMPARE[self.sign](float(value), self.bound)


@dataclass(frozen=True)
class AllOf(Condition):
    """Everything in it holds; of nothing, that is true."""

    parts: tuple[Condition, ...] = ()

    def holds(self, facts: Mapping[str, Any]) -> bool | None:
        """See `Condition.holds`."""
        found = [part.holds(facts) for part in self.parts]
        if False in found:
            return False
        return None if None in found else True


@dataclass(frozen=True)
class AnyOf(Condition):
    """At least one thing in it holds."""

    parts: tuple[Condition, ...]

    def holds(self, facts: Mapping[str, Any]) -> bool | None:
        """See `Condition.holds`."""
        found = [part.holds(facts) for part in self.parts]
        if True in found:
            return True
        return None if None in found else False


@dataclass(frozen=True)
class Not(Condition):
    """The opposite; of the unknown, unknown."""

    part: Condition

    def holds(self, facts: Mapping[str, Any]) -> bool | None:
        """See `Condition.holds`."""
        found = self.part.holds(facts)
        return None if found is None else not found


def parse_condition(mark: Marked) -> AllOf:
    """The condition written at `mark`: all of its keys must hold; `always` has none.

    Raises:
        PolicyError: with the place of the key or value that cannot be understood.
    """
    if mark.value == ALWAYS:
        return AllOf()
    if not mark.is_mapping or not mark.value:
        mark.fail(f"write conditions as `key: value`, or the word `{ALWAYS}`")
    found = mark.check_keys(CONDITION_KEYS)
    return AllOf(tuple(_one(key, value) for key, value in found.items()))


def _one(key: str, mark: Marked) -> Condition:
    if key == "not":
        return Not(parse_condition(mark))
    if key in ("all", "any"):
        parts = tuple(parse_condition(item) for item in mark.items())
        if len(parts) < 2:
            mark.fail(f"`{key}` joins two conditions or more")
        return AllOf(parts) if key == "all" else AnyOf(parts)
    if key in ENUM_KEYS:
        return OneOf(key, tuple(item.choice(ENUM_KEYS[key]).value for item in _each(mark)))
    if key in NUMBER_KEYS:
        return _numbers(key, mark)
    if key in FLAG_KEYS:
        return OneOf(key, (mark.boolean(),))
    if key in NUMBERS_BY_NAME_KEYS:
        return AllOf(tuple(_numbers(key, value, part) for part, value in mark.mapping().items()))
    if key in KIND_KEYS:
        return Names(key, tuple(item.choice(SubjectWord).value for item in _each(mark)))
    if key in ID_KEYS:
        return Names(key, mark.texts())
    return OneOf(key, mark.texts())


def _each(mark: Marked) -> list[Marked]:
    if isinstance(mark.value, list):
        return mark.value or mark.fail("an empty list never holds")
    return [mark]


def _numbers(key: str, mark: Marked, part: str = "") -> Condition:
    tests = tuple(_number(key, item, part) for item in _each(mark))
    return tests[0] if len(tests) == 1 else AnyOf(tests)


def _number(key: str, mark: Marked, part: str) -> Compares:
    if isinstance(mark.value, int | float) and not isinstance(mark.value, bool):
        return Compares(key, "==", float(mark.value), part)
    written = _COMPARISON.fullmatch(mark.value) if isinstance(mark.value, str) else None
    if written is None:
        mark.fail(f'expected a number or a comparison such as ">=2", found {mark.shown()}')
    return Compares(key, written[1], float(written[2]), part)
