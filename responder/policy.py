"""Policy: which rule answers a mention, and why. Pure; the text of a policy is data.

`decide(policy, facts)` takes the first rule that certainly holds. Policies are written by
support leads as YAML (`responder/policies/*.yaml`, docs/policies.md) and read by
`responder.policy_file`.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from otklik.enums import (
    Abuse,
    Approach,
    Claim,
    EffectKind,
    IncidentKind,
    Language,
    Stance,
    Topic,
    Urgency,
)
from otklik.verdicts import Verdict
from responder.conditions import NO_INCIDENT, AllOf


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class PolicyMode(StrEnum):
    """Whether decisions of a policy act, or are only recorded beside those of the live one."""

    LIVE = "live"
    SHADOW = "shadow"


class Facts(_Value):
    """All that rules may look at. New fields are only added, with a default.

    Attributes:
        urgency_parts: strength in [0, 1] by name, as in `Verdict`.
        rating: 0 … 5 points; None where there is no rating.
        reach: followers of the author; None when unknown.
        author_mentions: earlier mentions of this author here.
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
    urgency_parts: dict[str, float] = Field(default_factory=dict)
    rating: float | None = None
    reach: int | None = None
    author_mentions: int = 0
    thread_closed: bool = False
    incident_kind: IncidentKind | None = None
    incident_size: int = 0
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
        shared = [name for name in Verdict.model_fields if name in cls.model_fields]
        judged = {name: getattr(verdict, name) for name in shared}
        sure = verdict.stance_proba.get(verdict.stance, 0.0)
        return cls(platform=platform, confidence=sure, **judged, **rest)

    def for_conditions(self) -> dict[str, Any]:
        """The fields as conditions test them: no incident is a known thing."""
        fields = {name: getattr(self, name) for name in type(self).model_fields}
        fields["incident_kind"] = self.incident_kind or NO_INCIDENT
        return fields


class Effect(_Value):
    """One thing a rule asks for. Which fields are set follows from `kind`.

    Attributes:
        approach: of `draft`.
        zone: of `route`: the team that keeps the case.
        minutes: of `sla`: to the first public reply, from publication.
        reason: of `ignore`, `hold`, `hide`, `second_approval`, optionally of `alert`.
        to: of `escalate`: who is told.
    """

    kind: EffectKind
    approach: Approach | None = None
    zone: str = ""
    minutes: int | None = None
    reason: str = ""
    to: str = ""


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
    """One revision of a policy. `digest` is the SHA-256 (hex) of `text`, line ends unified."""

    name: str
    version: int
    mode: PolicyMode
    rules: tuple[Rule, ...]
    examples: tuple[Example, ...]
    text: str
    digest: str

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


def decide(policy: Policy, facts: Facts) -> Decision:
    """The first rule of `policy` that certainly holds for `facts`. Pure."""
    known = facts.for_conditions()
    rule = next((rule for rule in policy.rules if rule.when.holds(known)), policy.rules[-1])
    return Decision(
        rule_id=rule.id,
        why=rule.why,
        policy_name=policy.name,
        policy_version=policy.version,
        policy_digest=policy.digest,
        mode=policy.mode,
        effects=rule.then,
    )
