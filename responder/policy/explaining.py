"""Why a rule decided: which conditions of the rules before it failed, or were unknown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from otklik.store.decisions import Decided
from responder.policy.conditions import Leaf
from responder.policy.kept import find_kept
from responder.policy.sections import GENERAL
from responder.policy.seeing import Moment, see
from responder.policy.values import Facts, Policy, Rule


@dataclass(frozen=True)
class Step:
    """One rule that was tried: did it hold (None: unknown), and what it failed on.

    Attributes:
        failed: conditions that were false, each with the fact as it is.
        unknown: conditions on facts that nobody knows.
    """

    rule_id: str
    line: int
    holds: bool | None
    failed: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The step as plain JSON values."""
        return {**self.__dict__, "failed": list(self.failed), "unknown": list(self.unknown)}


@dataclass(frozen=True)
class Explanation:
    """Rules tried in order, the last one decided; and the conditions it held by."""

    policy: Policy
    facts: Facts
    steps: tuple[Step, ...]
    held: tuple[str, ...]

    @property
    def rule(self) -> Rule:
        """The rule that decided."""
        return self.policy.rule(self.steps[-1].rule_id) or self.policy.rules[-1]


def explain(policy: Policy, facts: Facts) -> Explanation:
    """Why `policy` decides these facts as it does. Pure."""
    known = facts.for_conditions()
    steps: list[Step] = []
    for rule in policy.rules:
        steps.append(_step(rule, known))
        if steps[-1].holds:
            break
    last = policy.rule(steps[-1].rule_id) or policy.rules[-1]
    held = [leaf for leaf in last.when.leaves() if leaf.holds(known)]
    return Explanation(policy, facts, tuple(steps), tuple(_said(leaf, known) for leaf in held))


def _step(rule: Rule, known: Mapping[str, Any]) -> Step:
    """A rule fails by the parts of it that fail, and within these by their conditions."""
    holds = rule.when.holds(known)
    parts = [(part, part.holds(known)) for part in rule.when.parts]
    failed = [leaf for part, found in parts if found is False for leaf in part.leaves()]
    unsure = [leaf for part, found in parts if found is None for leaf in part.leaves()]
    return Step(
        rule_id=rule.id,
        line=rule.line,
        holds=holds,
        failed=tuple(_said(leaf, known) for leaf in failed),
        unknown=tuple(_said(leaf, known) for leaf in unsure if leaf.holds(known) is None),
    )


def _said(leaf: Leaf, known: Mapping[str, Any]) -> str:
    value = known.get(leaf.key)
    part = getattr(leaf, "part", "")
    if part and value is not None:
        value = value.get(part, 0.0)
    return f"{leaf.shown()} (is {_value(value)})"


def _value(value: Any) -> str:
    if value is None:
        return "unknown"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:.3g}"
    return ", ".join(map(str, value)) or "none" if isinstance(value, tuple) else str(value)


def explain_decided(session: Session, one: Decided, at: datetime) -> Explanation | None:
    """Why a mention was decided as it was; None when the policy of then cannot be read.

    Args:
        at: the moment of the decision, in the desk's own time zone.
    """
    policy = find_kept(session, one.decision.policy_digest)
    if policy is None:
        return None
    moment = Moment(at, GENERAL, one.verdict)
    seen = see(session, [one.mention], [policy], at, {one.mention.id or 0: moment})
    return explain(policy, seen.of(policy, one.mention))
