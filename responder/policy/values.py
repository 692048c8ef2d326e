"""Policy: which rule answers a mention, and why. Pure; the text of a policy is data.

`decide(policy, facts)` takes the first rule that certainly holds. Policies are written by
support leads as YAML (`responder/policies/*.yaml`, docs/policies.md) and read by
`responder.policy.file`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from functools import lru_cache
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from otklik.enums import (
    Abuse,
    Approach,
    Claim,
    EffectKind,
    IncidentKind,
    IncidentState,
    Language,
    Severity,
    Stance,
    Topic,
    Urgency,
)
from otklik.verdicts import Verdict
from responder.moderation.terms import BanTerms
from responder.policy.conditions import NO_INCIDENT, AllOf
from responder.policy.sections import GENERAL, Hours, IncidentTerms, TwoPeople


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class PolicyMode(StrEnum):
    """Whether decisions of a policy act, or are only recorded beside those of the live one."""

    LIVE = "live"
    SHADOW = "shadow"


class Facts(_Value):
    """All that rules may look at. New fields are only added, with a default.

    Author means the person: accounts that were confirmed to be one count together.

    Attributes:
        claim_proba, abuse_proba: the two axes, probability by word, as in `Verdict`.
        urgency_parts: strength in [0, 1] by name, as in `Verdict`.
        source: name of the source it was read from; None when unknown.
        zone: where it is now: `general` until a rule routes it.
        rating: 0 … 5 points; None where there is no rating.
        reach: followers of the author; None when unknown.
        author_mentions: earlier mentions of this author here.
        author_answered: how many of them we answered.
        author_warnings: posted replies of ours that asked this author to stop.
        author_insults, author_threats: at our people, by verdicts.
        author_violation_days: different days with such a violation.
        author_hidden: mentions of this author that were hidden.
        author_labels: stance and abuse that staff gave to earlier mentions.
        is_repeat_contact: this author came with something within the last 30 days, too.
        thread_replies: comments in the thread, this one not counted.
        incident_state: state of the incident; None without one.
        has_statement: an approved statement of the incident exists in this language.
        working_hours: whether the mention's zone works now; None without `hours:`.
        open_zones: zones that work now; None without `hours:`.
        incident_size: mentions in the incident so far; 0 without one.
        has_text: whether there are words to answer at all.
        has_media: whether pictures, videos or files hang on it.
        minutes_waiting: since publication; None when that is unknown.
        confidence: probability the classifier gives the stance, 0 … 1.
        relevance: whether it is about us, 0 … 1; None when unknown.
        about: kinds of what it names of ours, `none` alone when nothing; None when unknown.
        entity: ids of what it names and of what that belongs to; None when unknown.
    """

    platform: str
    stance: Stance
    claim: Claim
    abuse: Abuse
    urgency: Urgency
    topic: Topic
    language: Language
    abstained: bool
    claim_proba: dict[str, float] | None = None
    abuse_proba: dict[str, float] | None = None
    urgency_parts: dict[str, float] = Field(default_factory=dict)
    source: str | None = None
    zone: str = GENERAL
    rating: float | None = None
    reach: int | None = None
    author_mentions: int = 0
    author_answered: int = 0
    author_warnings: int = 0
    author_insults: int = 0
    author_threats: int = 0
    author_violation_days: int = 0
    author_hidden: int = 0
    author_labels: tuple[str, ...] = ()
    is_repeat_contact: bool = False
    thread_closed: bool = False
    thread_replies: int = 0
    incident_kind: IncidentKind | None = None
    incident_state: IncidentState | None = None
    incident_size: int = 0
    has_statement: bool = False
    working_hours: bool | None = None
    open_zones: tuple[str, ...] | None = None
    has_text: bool = True
    has_media: bool = False
    minutes_waiting: int | None = None
    is_reply_to_us: bool = False
    confidence: float = 1.0
    relevance: float | None = None
    about: tuple[str, ...] | None = None
    entity: tuple[str, ...] | None = None

    @classmethod
    def of(cls, verdict: Verdict, *, platform: str, **rest: Any) -> Facts:
        """Facts from a verdict; `rest` are the fields a verdict does not have."""
        return cls.of_values(verdict.__dict__, platform=platform, **rest)

    @classmethod
    def of_values(cls, verdict: Mapping[str, Any], *, platform: str, **rest: Any) -> Facts:
        """The same from a verdict's fields as they are stored."""
        judged = {name: verdict[name] for name in _JUDGED if name in verdict}
        sure = verdict.get("stance_proba", {}).get(verdict["stance"], 0.0)
        return cls(**{"platform": platform, "confidence": sure, **judged, **rest})

    def for_conditions(self) -> dict[str, Any]:
        """The fields as conditions test them: no incident is a known thing."""
        fields = dict(self.__dict__)
        fields["incident_kind"] = self.incident_kind or NO_INCIDENT
        fields["incident_state"] = self.incident_state or NO_INCIDENT
        return fields


_JUDGED = [name for name in Verdict.model_fields if name in Facts.model_fields]


class Effect(_Value):
    """One thing a rule asks for. Which fields are set follows from `kind`.

    Attributes:
        approach: of `draft`.
        zone: of `route`: the team that keeps the case.
        minutes: of `sla`: to the first public reply, from publication.
        reason: of `ignore`, `hold`, `hide`, `ban`, `report`, `second_approval`; may be of `alert`.
        to: of `escalate`: who is told.
    """

    kind: EffectKind
    approach: Approach | None = None
    zone: str = ""
    minutes: int | None = None
    reason: str = ""
    to: str = ""

    def as_row(self) -> dict[str, Any]:
        """What is set of it, as plain JSON values."""
        return dict(_row_of(self))


@lru_cache(maxsize=4096)
def _row_of(effect: Effect) -> dict[str, Any]:
    return effect.model_dump(mode="json", exclude_defaults=True)


class Rule(_Value):
    """If `when` holds, then `then`; `why` is read by every operator who sees the decision."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    id: str
    why: str
    when: AllOf
    then: tuple[Effect, ...]
    line: int = 0


class Example(_Value):
    """A case the lead had in mind: these facts must lead to that rule."""

    facts: Facts
    rule: str
    effects: tuple[EffectKind, ...] = ()
    line: int = 0


class Policy(_Value):
    """One revision of a policy. `digest` is the SHA-256 (hex) of `text`, line ends unified.

    Attributes:
        lint: severity by code of a finding, where the policy sets one; None: not looked for.
        looks_at: names of the facts its rules test: others need not be read.
    """

    name: str
    version: int
    mode: PolicyMode
    rules: tuple[Rule, ...]
    examples: tuple[Example, ...]
    text: str
    digest: str
    lint: Mapping[str, Severity | None] = Field(default_factory=dict)
    hours: Hours = Hours()
    bans: BanTerms = BanTerms()
    two_people: TwoPeople = TwoPeople()
    incidents: IncidentTerms = IncidentTerms()
    looks_at: frozenset[str] = frozenset()

    def rule(self, rule_id: str) -> Rule | None:
        """The rule of that id, if there is one."""
        return next((rule for rule in self.rules if rule.id == rule_id), None)


class Decision(_Value):
    """What a policy says of one mention, with the revision that said it."""

    rule_id: str
    why: str
    policy_name: str
    policy_version: int
    policy_digest: str
    mode: PolicyMode = PolicyMode.LIVE
    effects: tuple[Effect, ...]

    def effect(self, kind: EffectKind) -> Effect | None:
        """The first effect of that kind, if the rule asks for it."""
        return next((effect for effect in self.effects if effect.kind is kind), None)

    def has(self, kind: EffectKind) -> bool:
        """Whether the rule asks for that kind of effect."""
        return self.effect(kind) is not None

    def does_the_same(self, other: Decision) -> bool:
        """Whether both ask for the same effects; the words of reasons do not count."""
        return deeds(self.as_rows()) == deeds(other.as_rows())

    def as_rows(self) -> list[dict[str, Any]]:
        """The effects as plain JSON values, as they are stored."""
        return [effect.as_row() for effect in self.effects]


def deeds(effects: Iterable[Mapping[str, Any]]) -> frozenset[tuple[tuple[str, Any], ...]]:
    """What effects (as rows) do, whatever they are called and in whatever order."""
    return frozenset(
        tuple(sorted((key, value) for key, value in one.items() if key != "reason"))
        for one in effects
    )


def decide(policy: Policy, facts: Facts) -> Decision:
    """The first rule of `policy` that certainly holds for `facts`. Pure and total."""
    known = facts.for_conditions()
    rule = next((rule for rule in policy.rules if rule.when.holds(known)), policy.rules[-1])
    return Decision(
        rule_id=rule.id,
        why=rule.why,
        policy_name=policy.name,
        policy_version=policy.version,
        policy_digest=policy.digest,
        mode=policy.mode,
        effects=_with_second(policy, rule, facts),
    )


def _with_second(policy: Policy, rule: Rule, facts: Facts) -> tuple[Effect, ...]:
    """The rule's effects, and a second approval where `two_people` asks for one."""
    by_kind = {effect.kind: effect for effect in rule.then}
    draft, route = by_kind.get(EffectKind.DRAFT), by_kind.get(EffectKind.ROUTE)
    if EffectKind.IGNORE in by_kind or EffectKind.SECOND_APPROVAL in by_kind:
        return rule.then
    reason = policy.two_people.reason(
        draft.approach if draft else None, route.zone if route else facts.zone, facts.urgency
    )
    if not reason:
        return rule.then
    return (*rule.then, Effect(kind=EffectKind.SECOND_APPROVAL, reason=reason))
