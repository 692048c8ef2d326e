"""Conditions of policy rules: data that is true, false or unknown of some facts.

A test on a fact nobody knows (a rating where there are no ratings) is unknown, and stays
unknown when negated: a rule fires only on what is certainly true.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from otklik.enums import Abuse, Claim, IncidentKind, IncidentState, Language, Stance, Topic
from otklik.marked_yaml import Marked
from otklik.subjects import NOTHING, EntityKind

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


class IncidentStateWord(Enum):
    """What a rule may say of an incident's state: one of them, or that there is none."""

    NONE = NO_INCIDENT
    SUSPECTED = IncidentState.SUSPECTED.value
    OPEN = IncidentState.OPEN.value
    IN_WORK = IncidentState.IN_WORK.value
    SOLVED = IncidentState.SOLVED.value
    REOPENED = IncidentState.REOPENED.value
    DISMISSED = IncidentState.DISMISSED.value


class LabelWord(Enum):
    """What staff may have called an author's comments: a stance, or a kind of abuse."""

    CRITIC = Stance.CRITIC.value
    HEATED = Stance.HEATED.value
    HATER = Stance.HATER.value
    PRAISE = Stance.PRAISE.value
    QUESTION = Stance.QUESTION.value
    OTHER = Stance.OTHER.value
    PROFANE = Abuse.PROFANE.value
    INSULT = Abuse.INSULT.value
    THREAT = Abuse.THREAT.value


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
    "incident_state": IncidentStateWord,
}
NUMBER_KEYS = (
    "urgency",
    "rating",
    "reach",
    "confidence",
    "relevance",
    "author_mentions",
    "author_answered",
    "author_warnings",
    "author_insults",
    "author_threats",
    "author_violation_days",
    "author_hidden",
    "thread_replies",
    "incident_size",
    "minutes_waiting",
)
FLAG_KEYS = (
    "abstained",
    "thread_closed",
    "has_text",
    "has_media",
    "has_statement",
    "is_reply_to_us",
    "is_repeat_contact",
    "working_hours",
)
TEXT_KEYS = ("platform", "source", "zone")
# facts of which there may be several, with the words they take; None: any
SEVERAL_KEYS: Mapping[str, type[Enum] | None] = {
    "about": SubjectWord,
    "author_labels": LabelWord,
    "entity": None,
    "open_zones": None,
}
# numbers by name, with the names there are
PARTED_KEYS: Mapping[str, tuple[str, ...]] = {
    "urgency_parts": (
        *("harm", "child", "threat", "self_harm", "money", "legal", "journalist", "outage"),
        *("down_now", "repeated_contact", "churn", "dishonesty", "rudeness", "data_leak"),
    ),
    "claim_proba": tuple(word.value for word in Claim),
    "abuse_proba": (*(word.value for word in Abuse), "any", "obscenity", "group_hate"),
}
JOINING_KEYS = ("all", "any", "not")
CONDITION_KEYS = (
    *ENUM_KEYS,
    *NUMBER_KEYS,
    *FLAG_KEYS,
    *TEXT_KEYS,
    *SEVERAL_KEYS,
    *PARTED_KEYS,
    *JOINING_KEYS,
)
ALWAYS = "always"


class Condition:
    """Something that is true (True), false (False) or unknown (None) of facts."""

    def holds(self, facts: Mapping[str, Any]) -> bool | None:
        """The truth of it for these facts."""
        raise NotImplementedError

    def leaves(self) -> Iterator[Leaf]:
        """The tests on single facts in it, in the order they are written."""
        raise NotImplementedError

    def shown(self) -> str:
        """The condition in few words, much as it is written."""
        raise NotImplementedError


@dataclass(frozen=True)
class Leaf(Condition):
    """A condition on one fact."""

    key: str

    def leaves(self) -> Iterator[Leaf]:
        """See `Condition.leaves`."""
        yield self


@dataclass(frozen=True)
class OneOf(Leaf):
    """A fact is one of some words (enums, texts, flags)."""

    values: tuple[str | bool, ...]

    def holds(self, facts: Mapping[str, Any]) -> bool | None:
        """See `Condition.holds`."""
        value = facts.get(self.key)
        return None if value is None else value in self.values

    def shown(self) -> str:
        """See `Condition.shown`."""
        return f"{self.key}: {_listed(self.values)}"


@dataclass(frozen=True)
class Names(Leaf):
    """One of several facts of a kind is one of these words."""

    values: tuple[str, ...]

    def holds(self, facts: Mapping[str, Any]) -> bool | None:
        """See `Condition.holds`."""
        found = facts.get(self.key)
        return None if found is None else not set(self.values).isdisjoint(found)

    def shown(self) -> str:
        """See `Condition.shown`."""
        return f"{self.key}: {_listed(self.values)}"


@dataclass(frozen=True)
class Compares(Leaf):
    """A number, or a part of a named set of numbers, compares so; an absent part is 0."""

    sign: str
    bound: float
    part: str = ""

    def holds(self, facts: Mapping[str, Any]) -> bool | None:
        """See `Condition.holds`."""
        value = facts.get(self.key)
        if value is not None and self.part:
            value = value.get(self.part, 0.0)
        return None if value is None else _COMPARE[self.sign](float(value), self.bound)

    def shown(self) -> str:
        """See `Condition.shown`."""
        return f"{'.'.join(filter(None, (self.key, self.part)))} {self.sign} {self.bound:g}"


@dataclass(frozen=True)
class AllOf(Condition):
    """Everything in it holds; of nothing, that is true."""

    parts: tuple[Condition, ...] = ()

    def holds(self, facts: Mapping[str, Any]) -> bool | None:
        """See `Condition.holds`."""
        known: bool | None = True
        for part in self.parts:
            found = part.holds(facts)
            if found is False:
                return False
            if found is None:
                known = None
        return known

    def leaves(self) -> Iterator[Leaf]:
        """See `Condition.leaves`."""
        for part in self.parts:
            yield from part.leaves()

    def shown(self) -> str:
        """See `Condition.shown`."""
        return " and ".join(part.shown() for part in self.parts) or ALWAYS


@dataclass(frozen=True)
class AnyOf(Condition):
    """At least one thing in it holds."""

    parts: tuple[Condition, ...]

    def holds(self, facts: Mapping[str, Any]) -> bool | None:
        """See `Condition.holds`."""
        known: bool | None = False
        for part in self.parts:
            found = part.holds(facts)
            if found:
                return True
            if found is None:
                known = None
        return known

    def leaves(self) -> Iterator[Leaf]:
        """See `Condition.leaves`."""
        for part in self.parts:
            yield from part.leaves()

    def shown(self) -> str:
        """See `Condition.shown`."""
        return f"({' or '.join(part.shown() for part in self.parts)})"


@dataclass(frozen=True)
class Not(Condition):
    """The opposite; of the unknown, unknown."""

    part: Condition

    def holds(self, facts: Mapping[str, Any]) -> bool | None:
        """See `Condition.holds`."""
        found = self.part.holds(facts)
        return None if found is None else not found

    def leaves(self) -> Iterator[Leaf]:
        """See `Condition.leaves`."""
        return self.part.leaves()

    def shown(self) -> str:
        """See `Condition.shown`."""
        return f"not ({self.part.shown()})"


def _listed(values: tuple[str | bool, ...]) -> str:
    words = [str(value).lower() if isinstance(value, bool) else value for value in values]
    return words[0] if len(words) == 1 else f"[{', '.join(words)}]"


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
    if key in PARTED_KEYS:
        return _parted(key, mark)
    if key in SEVERAL_KEYS:
        return _several(key, mark)
    return OneOf(key, tuple(item.text() for item in _each(mark)))


def _several(key: str, mark: Marked) -> Condition:
    words = SEVERAL_KEYS[key]
    if words is None:
        return Names(key, tuple(item.text() for item in _each(mark)))
    return Names(key, tuple(str(item.choice(words).value) for item in _each(mark)))


def _parted(key: str, mark: Marked) -> Condition:
    """Numbers by name; an unknown name would be 0 for ever, so it is refused."""
    found = mark.check_keys(PARTED_KEYS[key])
    if not found:
        mark.fail(f'name a part and its bound, such as {{{PARTED_KEYS[key][0]}: ">=0.5"}}')
    return AllOf(tuple(_numbers(key, value, part) for part, value in found.items()))


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
