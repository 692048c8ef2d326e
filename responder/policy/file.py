"""Reading policies: from YAML to a `Policy`, or an error at the exact line and column."""

from __future__ import annotations

import hashlib
from importlib import resources
from pathlib import Path

from otklik.errors import PolicyError
from otklik.marked_yaml import Marked, parse_yaml, suggest
from responder.moderation.terms import BanTerms
from responder.policy.beside import (
    SECTIONS,
    read_bans,
    read_hours,
    read_incidents,
    read_lint,
    read_two_people,
)
from responder.policy.conditions import parse_condition
from responder.policy.effects import EFFECT_PARAMS, OUTCOMES, read_effects
from responder.policy.examples import EXAMPLE_DEFAULTS, check_examples, read_example
from responder.policy.sections import Hours, IncidentTerms, TwoPeople
from responder.policy.values import Policy, PolicyMode, Rule
from responder.policy.words import read_word

__all__ = [
    "EFFECT_PARAMS",
    "EXAMPLE_DEFAULTS",
    "OUTCOMES",
    "check_revision",
    "find_policy",
    "load_policy",
    "parse_policy",
    "read_kept",
    "shipped_names",
    "shipped_policy",
    "text_digest",
]


def shipped_names() -> list[str]:
    """Names of the policies that come with the package."""
    folder = resources.files("responder") / "policies"
    return sorted(
        item.name.removesuffix(".yaml") for item in folder.iterdir() if item.name.endswith(".yaml")
    )


def shipped_policy(name: str = "shop") -> Policy:
    """A policy that comes with the package, by name."""
    found = resources.files("responder") / "policies" / f"{name}.yaml"
    return parse_policy(found.read_text("utf-8"), f"{name}.yaml")


def find_policy(place: str) -> Policy:
    """The policy in the file `place`, or the shipped one of that name; of "", the shop's.

    Raises:
        PolicyError: neither is there, or it is wrong; with the names of the shipped ones.
    """
    if not place or (place in shipped_names() and not Path(place).is_file()):
        return shipped_policy(place or "shop")
    if not Path(place).exists() and Path(place).name == place:
        names = shipped_names()
        message = f"no such file, and no shipped policy{suggest(place, names)}: {', '.join(names)}"
        raise PolicyError(message, file=place)
    return load_policy(Path(place))


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


def read_kept(text: str, name: str) -> Policy:
    """A revision as it was kept: only to be shown and compared with, never to decide.

    What newer versions of this reader refuse (a rule that could hide criticism, an example that
    no longer leads where it did) stays readable for ever.

    Raises:
        PolicyError: it cannot be read even so.
    """
    return _parse(text, name, is_kept=True)


def parse_policy(text: str, name: str) -> Policy:
    """The policy written as `text`; `name` is the file as the person knows it.

    Raises:
        PolicyError: at the line and column of what is wrong. Every example is tried.
    """
    return _parse(text, name, is_kept=False)


def _parse(text: str, name: str, *, is_kept: bool) -> Policy:
    root = parse_yaml(text, name)
    required = ("name", "version", "rules", "examples")
    found = root.check_keys((*required, "mode", *SECTIONS), required)
    rules = _rules(found["rules"], is_kept=is_kept)
    policy = Policy(
        name=read_word(found["name"]),
        version=found["version"].integer(least=1),
        mode=found["mode"].choice(PolicyMode) if "mode" in found else PolicyMode.LIVE,
        rules=rules,
        examples=tuple(read_example(item) for item in found["examples"].items()),
        text=text,
        digest=text_digest(text),
        lint=read_lint(found["lint"]) if "lint" in found else {},
        hours=read_hours(found["hours"]) if "hours" in found else Hours(),
        bans=read_bans(found["bans"]) if "bans" in found else BanTerms(),
        two_people=read_two_people(found["two_people"]) if "two_people" in found else TwoPeople(),
        incidents=read_incidents(found["incidents"]) if "incidents" in found else IncidentTerms(),
        looks_at=frozenset(leaf.key for rule in rules for leaf in rule.when.leaves()),
    )
    if not is_kept:
        check_examples(policy, found["examples"])
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
        raise PolicyError(message, file=new.name, line=version_line(new.text), column=1)


def version_line(text: str) -> int:
    """The line (from 1) on which the version stands."""
    starts = [line.startswith("version:") for line in text.splitlines()]
    return starts.index(True) + 1 if True in starts else 1


def _rules(mark: Marked, *, is_kept: bool) -> tuple[Rule, ...]:
    rules: dict[str, Rule] = {}
    for item in mark.items():
        rule = _rule(item, is_kept=is_kept)
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


def _rule(mark: Marked, *, is_kept: bool) -> Rule:
    keys = ("id", "why", "when", "then")
    found = mark.check_keys(keys, keys)
    when = parse_condition(found["when"])
    return Rule(
        id=read_word(found["id"]),
        why=found["why"].text(),
        when=when,
        then=read_effects(found["then"], None if is_kept else when),
        line=mark.line,
    )
