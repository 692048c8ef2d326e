"""What a policy that can be read may still have wrong: rules and words that never decide."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from responder.policy.conditions import NO_INCIDENT, Names, OneOf
from responder.policy.examples import first_covering
from responder.policy.sections import GENERAL
from responder.policy.values import Example, Facts, Policy, Rule


@dataclass(frozen=True)
class Remark:
    """One thing to look at: the line of the rule, its id, and what is odd about it."""

    line: int
    rule_id: str
    message: str


def inspect(policy: Policy, *, platforms: Collection[str] = ()) -> list[Remark]:
    """Remarks in the order of the file; empty when there is nothing to say.

    Args:
        platforms: names there are; none given, none are checked.
    """
    found = [
        *_dead_words(policy),
        *_never_known(policy),
        *_unknown_names(policy, platforms),
        *_twins(policy),
    ]
    return sorted(found, key=lambda remark: (remark.line, remark.message))


def _dead_words(policy: Policy) -> Iterator[Remark]:
    """Words of a list for which a rule above always decides, by the rule's own examples."""
    for rule in policy.rules:
        examples = [example for example in policy.examples if example.rule == rule.id]
        for part in rule.when.parts:
            if isinstance(part, OneOf) and len(part.values) > 1:
                yield from _dead_words_of(policy, rule, part, examples)


def _dead_words_of(
    policy: Policy, rule: Rule, part: OneOf, examples: Collection[Example]
) -> Iterator[Remark]:
    for word in part.values:
        above = {
            first.id if first else ""
            for example in examples
            for first in [first_covering(policy.rules, rule, _with(example.facts, part.key, word))]
        }
        if above and "" not in above:
            names = ", ".join(sorted(above))
            yield Remark(
                rule.line,
                rule.id,
                f"never decides for {part.key}: {word}, because {names} above holds then",
            )


def _with(facts: Facts, key: str, word: str | bool) -> Facts:
    """The same case with another word for one fact."""
    is_absent = word == NO_INCIDENT and key in ("incident_kind", "incident_state")
    return Facts.model_validate({**facts.model_dump(), key: None if is_absent else word})


def _never_known(policy: Policy) -> Iterator[Remark]:
    if policy.hours.zones:
        return
    for rule in policy.rules:
        for key in ("working_hours", "open_zones"):
            if any(leaf.key == key for leaf in rule.when.leaves()):
                yield Remark(rule.line, rule.id, f"{key} is never known: there is no `hours:`")


def _unknown_names(policy: Policy, platforms: Collection[str]) -> Iterator[Remark]:
    routes = (effect.zone for rule in policy.rules for effect in rule.then)
    zones = {GENERAL, *filter(None, routes), *policy.hours.zones}
    known = {"zone": zones, "open_zones": set(policy.hours.zones), "platform": set(platforms)}
    for rule in policy.rules:
        for leaf in rule.when.leaves():
            names = known.get(leaf.key)
            if names and isinstance(leaf, OneOf | Names):
                strange = [str(word) for word in leaf.values if word not in names]
                if strange:
                    words = f"{leaf.key}: nothing is called {', '.join(strange)}"
                    yield Remark(rule.line, rule.id, f"{words}; known: {', '.join(sorted(names))}")


def _twins(policy: Policy) -> Iterator[Remark]:
    """Neighbours that do the same: one rule would be easier to keep."""
    for first, second in zip(policy.rules, policy.rules[1:], strict=False):
        if first.then == second.then and first.why == second.why:
            yield Remark(second.line, second.id, f"says and does what {first.id} does")
