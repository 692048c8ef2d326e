"""Reading the examples of a policy and trying them: each must lead to the rule it names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from otklik.enums import Abuse, Claim, EffectKind, Language, Stance, Topic, Urgency
from otklik.errors import PolicyError
from otklik.marked_yaml import Marked, suggest
from responder.policy.conditions import LabelWord
from responder.policy.values import Example, Facts, Policy, Rule, decide

EXAMPLE_DEFAULTS: Mapping[str, Any] = {
    "platform": "example",
    "stance": Stance.CRITIC,
    "claim": Claim.CONCRETE,
    "abuse": Abuse.NONE,
    "urgency": Urgency.NORMAL,
    "topic": Topic.NONE,
    "language": Language.RUSSIAN,
    "abstained": False,
}


def read_example(mark: Marked) -> Example:
    """The example written at `mark`.

    Raises:
        PolicyError: with the place of a fact that cannot be so.
    """
    found = mark.check_keys(("facts", "rule", "effects"), ("facts", "rule"))
    effects = found["effects"].items() if "effects" in found else []
    return Example(
        facts=_facts(found["facts"]),
        rule=found["rule"].text(),
        effects=tuple(item.choice(EffectKind) for item in effects),
        line=mark.line,
    )


def _facts(mark: Marked) -> Facts:
    given = mark.check_keys(Facts.model_fields)
    values = {name: _plain(value) for name, value in given.items()}
    for item in given["author_labels"].items() if "author_labels" in given else []:
        item.choice(LabelWord)
    try:
        return Facts.model_validate({**EXAMPLE_DEFAULTS, **values})
    except ValidationError as error:
        first = error.errors()[0]
        place = given.get(str(first["loc"][0]), mark)
        place.fail(f"{first['loc'][0]}: {first['msg']}, found {place.shown()}")


def _plain(mark: Marked) -> Any:
    if mark.is_mapping:
        return {key: value.value for key, value in mark.mapping().items()}
    if isinstance(mark.value, list):
        return [item.value for item in mark.items()]
    return mark.value


def check_examples(policy: Policy, mark: Marked) -> None:
    """Try every example; every rule needs one.

    Raises:
        PolicyError: at the example that leads elsewhere, or at the rule without one.
    """
    ids = [rule.id for rule in policy.rules]
    for item, example in zip(mark.items(), policy.examples, strict=True):
        if example.rule not in ids:
            item.fail(f"there is no rule {example.rule!r}{suggest(example.rule, ids)}")
        _try(policy, example, item)
    shown = {example.rule for example in policy.examples}
    for rule in policy.rules:
        if rule.id not in shown:
            message = f"the rule {rule.id!r} has no example"
            raise PolicyError(message, file=mark.file, line=rule.line, column=1)


def _try(policy: Policy, example: Example, mark: Marked) -> None:
    decision = decide(policy, example.facts)
    if decision.rule_id != example.rule:
        wanted, first = policy.rule(example.rule), policy.rule(decision.rule_id)
        said = f"expected the rule {example.rule!r}, but {decision.rule_id!r} holds first"
        if wanted and first and covers(first, wanted, example.facts):
            said += (
                f": {example.rule!r} can never decide such a case, because {first.id!r} "
                f"(line {first.line}) stands above it and holds whenever it does"
            )
        mark.fail(said)
    absent = [kind.value for kind in example.effects if not decision.has(kind)]
    if absent:
        mark.fail(f"the rule {example.rule!r} has no {', '.join(absent)}")


def covers(earlier: Rule, later: Rule, facts: Facts) -> bool:
    """Whether `earlier` holds of all that `later` itself asks of such a case.

    Only the facts that `later` tests count: then `earlier` holds whatever else is so.
    """
    known = facts.for_conditions()
    asked = {leaf.key for leaf in later.when.leaves()}
    few = {name: value for name, value in known.items() if name in asked}
    is_above = earlier.line < later.line
    return is_above and bool(later.when.holds(known)) and bool(earlier.when.holds(few))


def first_covering(rules: Sequence[Rule], later: Rule, facts: Facts) -> Rule | None:
    """The first rule above `later` that leaves it none of such cases, or None."""
    return next((rule for rule in rules if covers(rule, later, facts)), None)
