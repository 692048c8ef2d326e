"""Reading policies: from YAML to a `Policy`, or an error at the exact line and column."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from otklik.enums import Abuse, Approach, Claim, EffectKind, Language, Stance, Topic, Urgency
from otklik.errors import PolicyError
from responder.conditions import parse_condition
from responder.marked_yaml import Marked, parse_yaml, suggest
from responder.policy import Effect, Example, Facts, Policy, PolicyMode, Rule, decide

_WORD = re.compile(r"[a-z][a-z0-9_-]{0,39}")


@dataclass(frozen=True)
class _Params:
    """Parameters of one kind of effect; `main` may be written as ``kind: value``."""

    main: str = ""
    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()


EFFECT_PARAMS: Mapping[EffectKind, _Params] = {
    EffectKind.DRAFT: _Params("approach", ("approach",)),
    EffectKind.ROUTE: _Params("zone", ("zone",)),
    EffectKind.ESCALATE: _Params("to", ("to",)),
    EffectKind.ALERT: _Params("reason", (), ("reason",)),
    EffectKind.SLA: _Params("minutes", ("minutes",)),
    EffectKind.IGNORE: _Params("reason", ("reason",)),
    EffectKind.HOLD: _Params("reason", ("reason",)),
    EffectKind.HIDE: _Params("reason", ("reason",)),
    EffectKind.SECOND_APPROVAL: _Params("reason", ("reason",)),
}
OUTCOMES = (EffectKind.DRAFT, EffectKind.HOLD, EffectKind.IGNORE)
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


def shipped_policy(name: str = "shop") -> Policy:
    """A policy that comes with the package, by name."""
    found = resources.files("responder") / "policies" / f"{name}.yaml"
    return parse_policy(found.read_text("utf-8"), f"{name}.yaml")


def load_policy(path: Path) -> Policy:
    """The policy in the file `path`.

    Raises:
        PolicyError: unreadable, or wrong; then with file, line and column.
    """
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PolicyError(f"cannot be read: {error}", file=str(path)) from error
    return parse_policy(text, str(path))


def parse_policy(text: str, name: str) -> Policy:
    """The policy written as `text`; `name` is the file as the person knows it.

    Raises:
        PolicyError: at the line and column of what is wrong. Every example is tried.
    """
    root = parse_yaml(text, name)
    required = ("name", "version", "rules", "examples")
    found = root.check_keys((*required, "mode"), required)
    policy = Policy(
        name=_word(found["name"]),
        version=found["version"].integer(least=1),
        mode=found["mode"].choice(PolicyMode) if "mode" in found else PolicyMode.LIVE,
        rules=_rules(found["rules"]),
        examples=tuple(_example(item) for item in found["examples"].items()),
        text=text,
        digest=text_digest(text),
    )
    _check_examples(policy, found["examples"])
    return policy


def text_digest(text: str) -> str:
    """SHA-256 (hex) of the text with line ends and trailing blanks unified."""
    lines = [line.rstrip() for line in text.splitlines()]
    return hashlib.sha256("\n".join(lines).strip().encode()).hexdigest()


def check_revision(old: Policy, new: Policy) -> None:
    """Refuse a changed text under an old version number.

    Raises:
        PolicyError: the text changed and the version did not rise, or the version fell.
    """
    if old.name != new.name or old.digest == new.digest:
        return
    if new.version <= old.version:
        message = (
            f"the text changed, so version must rise above {old.version} (it is {new.version})"
        )
        raise PolicyError(message, file=new.name, line=_version_line(new.text), column=1)


def _version_line(text: str) -> int:
    starts = [line.startswith("version:") for line in text.splitlines()]
    return starts.index(True) + 1 if True in starts else 1


def _word(mark: Marked) -> str:
    if not isinstance(mark.value, str) or not _WORD.fullmatch(mark.value):
        mark.fail("expected one word of small Latin letters, digits, _ and - here")
    return mark.value


def _rules(mark: Marked) -> tuple[Rule, ...]:
    rules: dict[str, Rule] = {}
    for item in mark.items():
        rule = _rule(item)
        if rule.id in rules:
            item.fail(
                f"two rules are called {rule.id!r}; the first is on line {rules[rule.id].line}"
            )
        rules[rule.id] = rule
    if not rules:
        mark.fail("a policy needs rules")
    _check_catch_all(mark.items(), list(rules.values()))
    return tuple(rules.values())


def _check_catch_all(marks: list[Marked], rules: list[Rule]) -> None:
    for mark, rule in zip(marks[:-1], rules[:-1], strict=True):
        if not rule.when.parts:
            mark.fail(f"the rule {rule.id!r} always holds, so the rules below it never would")
    if rules[-1].when.parts:
        marks[-1].fail("the last rule must be a catch-all: `when: always`")


def _rule(mark: Marked) -> Rule:
    keys = ("id", "why", "when", "then")
    found = mark.check_keys(keys, keys)
    return Rule(
        id=_word(found["id"]),
        why=found["why"].text(),
        when=parse_condition(found["when"]),
        then=_effects(found["then"]),
        line=mark.line,
    )


def _effects(mark: Marked) -> tuple[Effect, ...]:
    effects = tuple(_effect(item) for item in mark.items())
    kinds = [effect.kind for effect in effects]
    for kind in kinds:
        if kinds.count(kind) > 1:
            mark.fail(f"`{kind.value}` stands here twice")
    outcomes = [kind for kind in kinds if kind in OUTCOMES]
    if len(outcomes) != 1:
        mark.fail("exactly one of draft, hold and ignore must stand here")
    if EffectKind.IGNORE in kinds and {EffectKind.HIDE, EffectKind.SECOND_APPROVAL} & {*kinds}:
        mark.fail("hide and second_approval need a person, so they cannot go with ignore")
    return effects


def _effect(mark: Marked) -> Effect:
    names = [kind.value for kind in EffectKind]
    if isinstance(mark.value, str):
        return _build(mark.choice(EffectKind), {}, mark)
    found = mark.check_keys(names)
    if len(found) != 1:
        mark.fail(f"one effect per list item: {', '.join(names)}")
    name, params = next(iter(found.items()))
    kind = EffectKind(name)
    if params.is_mapping:
        allowed = EFFECT_PARAMS[kind]
        return _build(kind, params.check_keys((*allowed.required, *allowed.optional)), params)
    return _build(kind, {EFFECT_PARAMS[kind].main: params}, params)


def _build(kind: EffectKind, params: Mapping[str, Marked], mark: Marked) -> Effect:
    for name in EFFECT_PARAMS[kind].required:
        if name not in params:
            mark.fail(f"`{kind.value}` needs {name!r}")
    return Effect(kind=kind, **{name: _param(name, value) for name, value in params.items()})


def _param(name: str, mark: Marked) -> Any:
    if name == "approach":
        return mark.choice(Approach)
    if name == "minutes":
        return mark.integer(least=1)
    return mark.text() if name == "reason" else _word(mark)


def _example(mark: Marked) -> Example:
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


def _check_examples(policy: Policy, mark: Marked) -> None:
    ids = [rule.id for rule in policy.rules]
    for item, example in zip(mark.items(), policy.examples, strict=True):
        if example.rule not in ids:
            item.fail(f"there is no rule {example.rule!r}{suggest(example.rule, ids)}")
        decision = decide(policy, example.facts)
        if decision.rule_id != example.rule:
            item.fail(f"expected the rule {example.rule!r}, but {decision.rule_id!r} holds first")
        absent = [kind.value for kind in example.effects if not decision.has(kind)]
        if absent:
            item.fail(f"the rule {example.rule!r} has no {', '.join(absent)}")
    shown = {example.rule for example in policy.examples}
    for rule in policy.rules:
        if rule.id not in shown:
            message = f"the rule {rule.id!r} has no example"
            raise PolicyError(message, file=mark.file, line=rule.line, column=1)
