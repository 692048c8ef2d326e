"""What changed between two revisions of a policy, rule by rule."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

from responder.policy.values import Policy, Rule

ADDED, REMOVED, MOVED, CHANGED = "added", "removed", "moved", "changed"
_SECTIONS = ("mode", "lint", "hours", "bans", "two_people", "incidents")


@dataclass(frozen=True)
class Change:
    """One difference: what happened, to which rule or section, and how it reads before, after."""

    what: str
    name: str
    part: str = ""
    before: str = ""
    after: str = ""


def list_changes(old: Policy, new: Policy) -> list[Change]:
    """Differences that can change what is decided or said; comments and blanks do not count."""
    found = list(_rules(old, new))
    for name in _SECTIONS:
        before, after = getattr(old, name), getattr(new, name)
        if before != after:
            found.append(Change(CHANGED, name, "section", str(before), str(after)))
    if old.examples != new.examples:
        sizes = str(len(old.examples)), str(len(new.examples))
        found.append(Change(CHANGED, "examples", "number", *sizes))
    return found


def _rules(old: Policy, new: Policy) -> Iterator[Change]:
    before = {rule.id: rule for rule in old.rules}
    after = {rule.id: rule for rule in new.rules}
    for name, rule in before.items():
        if name not in after:
            yield Change(REMOVED, name, before=_then(rule))
    stays = _in_place([*before], [*after])
    for place, (name, rule) in enumerate(after.items()):
        if name not in before:
            yield Change(ADDED, name, after=f"{rule.when.shown()} → {_then(rule)}")
            continue
        yield from _parts(before[name], rule)
        if name not in stays:
            yield Change(MOVED, name, "place", str(list(before).index(name) + 1), str(place + 1))


def _in_place(before: list[str], after: list[str]) -> set[str]:
    """Rules that keep their order, as many as can be said to."""
    blocks = SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks()
    return {name for block in blocks for name in before[block.a : block.a + block.size]}


def _parts(old: Rule, new: Rule) -> Iterator[Change]:
    if old.when != new.when:
        yield Change(CHANGED, new.id, "when", old.when.shown(), new.when.shown())
    if old.then != new.then:
        yield Change(CHANGED, new.id, "then", _then(old), _then(new))
    if old.why != new.why:
        yield Change(CHANGED, new.id, "why", old.why, new.why)


def _then(rule: Rule) -> str:
    said = []
    for effect in rule.then:
        more = effect.approach or effect.zone or effect.to or effect.minutes or effect.reason
        said.append(f"{effect.kind} {more or ''}".strip())
    return ", ".join(said)
