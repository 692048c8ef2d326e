"""What another policy would change: differences counted as they come, in flat memory."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from otklik.enums import EffectKind
from responder.policy.sections import GENERAL
from responder.policy.values import Decision, deeds

Effects = Sequence[Mapping[str, Any]]
_PEOPLES_WORK = (EffectKind.DRAFT, EffectKind.HOLD)
SOONER, LATER, SET, DROPPED = "sooner", "later", "set", "dropped"


@dataclass(frozen=True)
class Told:
    """What one policy says of one mention: the rule, and its effects as rows."""

    rule_id: str
    effects: Effects

    @classmethod
    def of(cls, decision: Decision) -> Told:
        """The same of a decision."""
        return cls(decision.rule_id, decision.as_rows())

    def names(self) -> set[str]:
        """Its effects in words: ``draft argue``, ``route delivery``, ``hold``."""
        return {_name(one) for one in self.effects}

    def find(self, kind: EffectKind, key: str) -> Any:
        """A parameter of its effect of that kind; None without one."""
        return next((one.get(key) for one in self.effects if one["kind"] == kind), None)

    def has(self, *kinds: EffectKind) -> bool:
        """Whether it asks for one of these."""
        return any(one["kind"] in kinds for one in self.effects)


def _name(effect: Mapping[str, Any]) -> str:
    """An effect without its reason; minutes have a count of their own."""
    more = [str(effect[key]) for key in ("approach", "zone", "to") if effect.get(key)]
    return " ".join([str(effect["kind"]), *more])


@dataclass
class Tally:
    """Two policies over many mentions: how often they differ, in what, and where.

    Attributes:
        examples: ids of mentions kept for each pair of rules, at most `keep`.
        renamed: another rule decides, and does the same.
        zones: work for people by zone, before and after.
    """

    keep: int = 3
    mentions: int = 0
    differ: int = 0
    renamed: int = 0
    rules: Counter[tuple[str, str]] = field(default_factory=Counter)
    examples: dict[tuple[str, str], list[int]] = field(default_factory=lambda: defaultdict(list))
    before: Counter[str] = field(default_factory=Counter)
    after: Counter[str] = field(default_factory=Counter)
    zones: dict[str, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))
    sla: Counter[str] = field(default_factory=Counter)

    def add(self, mention_id: int, before: Told, after: Told) -> None:
        """Count one mention."""
        self.mentions += 1
        self.before.update(before.names())
        self.after.update(after.names())
        for place, told in enumerate((before, after)):
            if told.has(*_PEOPLES_WORK):
                self.zones[told.find(EffectKind.ROUTE, "zone") or GENERAL][place] += 1
        if deeds(before.effects) == deeds(after.effects):
            self.renamed += before.rule_id != after.rule_id
            return
        self.differ += 1
        self._add_sla(before, after)
        pair = (before.rule_id, after.rule_id)
        self.rules[pair] += 1
        if len(self.examples[pair]) < self.keep:
            self.examples[pair].append(mention_id)

    def _add_sla(self, before: Told, after: Told) -> None:
        old, new = (told.find(EffectKind.SLA, "minutes") for told in (before, after))
        if old == new:
            return
        if old is None or new is None:
            self.sla[SET if old is None else DROPPED] += 1
        else:
            self.sla[SOONER if new < old else LATER] += 1

    def count(self, kind: EffectKind) -> tuple[int, int]:
        """How many mentions have an effect of that kind, before and after."""
        old, new = (
            sum(n for name, n in side.items() if name.split(" ")[0] == kind)
            for side in (self.before, self.after)
        )
        return old, new

    def changed_effects(self) -> list[tuple[str, int, int]]:
        """Effects whose number changes: name, before, after; the greatest change first."""
        names = {*self.before, *self.after}
        rows = [(name, self.before[name], self.after[name]) for name in names]
        changed = [row for row in rows if row[1] != row[2]]
        return sorted(changed, key=lambda row: (-abs(row[1] - row[2]), row[0]))

    def as_json(self) -> dict[str, Any]:
        """Everything counted, as plain JSON values; mentions by id only."""
        drafts, alerts = self.count(EffectKind.DRAFT), self.count(EffectKind.ALERT)
        return {
            "mentions": self.mentions,
            "differ": self.differ,
            "other_rule_same_effects": self.renamed,
            "rules": [
                {"from": old, "to": new, "count": n, "examples": self.examples[old, new]}
                for (old, new), n in self.rules.most_common()
            ],
            "effects": [
                {"effect": name, "before": old, "after": new}
                for name, old, new in self.changed_effects()
            ],
            "zones": {
                zone: {"before": old, "after": new}
                for zone, (old, new) in sorted(self.zones.items())
            },
            "drafts": {"before": drafts[0], "after": drafts[1]},
            "alerts": {"before": alerts[0], "after": alerts[1]},
            "sla": {word: self.sla[word] for word in (SOONER, LATER, SET, DROPPED)},
        }
