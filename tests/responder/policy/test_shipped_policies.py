"""What every shipped policy keeps to, whatever is put before it."""

from __future__ import annotations

import pytest
from hypothesis import given

from classifier.urgency import PARTS
from otklik.enums import Abuse, EffectKind, Stance
from responder.policy import Facts, Policy, decide
from responder.policy.conditions import PARTED_KEYS
from responder.policy.effects import PROTECTED
from responder.policy.file import parse_policy, shipped_names, shipped_policy
from responder.policy.inspecting import inspect
from tests.responder.policy.conftest import ANY_FACTS

POLICIES = [shipped_policy(name) for name in shipped_names()]
OUTCOMES = {EffectKind.DRAFT, EffectKind.HOLD, EffectKind.IGNORE}
of_each = pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy.name)


def test_a_shop_a_bank_and_an_institution_are_shipped() -> None:
    assert shipped_names() == ["bank", "institution", "shop"]


@of_each
@given(seen=ANY_FACTS)
def test_any_facts_lead_to_exactly_one_outcome_with_a_reason(policy: Policy, seen: Facts) -> None:
    decision = decide(policy, seen)
    kinds = {effect.kind for effect in decision.effects}
    assert len(kinds & OUTCOMES) == 1
    assert len(decision.why) > 20
    assert decision.policy_digest == policy.digest


@of_each
@given(seen=ANY_FACTS)
def test_the_same_facts_always_lead_to_the_same_decision(policy: Policy, seen: Facts) -> None:
    before = seen.model_copy(deep=True)
    assert decide(policy, seen) == decide(policy, before)
    assert seen == before


@of_each
@given(seen=ANY_FACTS)
def test_what_the_system_is_unsure_of_is_never_drafted_or_silenced(
    policy: Policy, seen: Facts
) -> None:
    unsure = seen.model_copy(update={"abstained": True, "thread_closed": False})
    assert decide(policy, unsure).has(EffectKind.HOLD)


@of_each
@given(seen=ANY_FACTS)
def test_a_critic_is_never_ignored_while_the_thread_is_open(policy: Policy, seen: Facts) -> None:
    changes = {"stance": Stance.CRITIC, "abuse": Abuse.NONE, "thread_closed": False}
    assert not decide(policy, seen.model_copy(update=changes)).has(EffectKind.IGNORE)


@of_each
@given(seen=ANY_FACTS)
def test_nobody_with_a_case_and_nobody_who_means_well_is_hidden_or_banned(
    policy: Policy, seen: Facts
) -> None:
    decision = decide(policy, seen)
    if decision.has(EffectKind.HIDE) or decision.has(EffectKind.BAN):
        assert seen.stance not in PROTECTED
        assert decision.has(EffectKind.HOLD)


@of_each
@given(seen=ANY_FACTS)
def test_a_ban_is_asked_for_only_after_warnings(policy: Policy, seen: Facts) -> None:
    if decide(policy, seen).has(EffectKind.BAN):
        assert seen.author_warnings >= 2
        assert seen.author_violation_days >= 3


@of_each
def test_every_rule_says_why_in_whole_words_and_is_shown_by_an_example(policy: Policy) -> None:
    shown = {example.rule for example in policy.examples}
    for rule in policy.rules:
        assert len(rule.why.split()) >= 6, rule.id
        assert rule.id in shown


@of_each
def test_a_shipped_policy_gives_no_cause_for_remarks(policy: Policy) -> None:
    assert inspect(policy) == []
    assert parse_policy(policy.text, "again.yaml").digest == policy.digest


def test_the_parts_of_urgency_that_rules_may_name_are_those_the_classifier_gives() -> None:
    assert set(PARTED_KEYS["urgency_parts"]) == set(PARTS)


def test_an_institution_bans_nobody() -> None:
    policy = shipped_policy("institution")
    assert policy.bans.yearly_budget == 0
    assert all(effect.kind is not EffectKind.BAN for rule in policy.rules for effect in rule.then)


DEAD = """\
name: small
version: 1
rules:
  - {id: loud, why: They shout at us., when: {stance: [hater, heated]}, then: [{hold: a}]}
  - id: night
    why: Nobody is here at night.
    when: {stance: [heated, critic], working_hours: false, platform: isoo}
    then: [{hold: b}]
  - {id: rest, why: Everything else., when: always, then: [{hold: c}]}
examples:
  - {rule: loud, facts: {stance: hater}}
  - {rule: night, facts: {stance: critic, working_hours: false, platform: isoo}}
  - {rule: rest, facts: {stance: praise}}
"""


def test_words_that_never_decide_and_facts_that_are_never_known_are_remarked_on() -> None:
    remarks = inspect(parse_policy(DEAD, "small.yaml"), platforms=["isso"])
    assert {remark.line for remark in remarks} == {5}
    said = " ".join(remark.message for remark in remarks)
    assert "never decides for stance: heated, because loud above holds then" in said
    assert "working_hours is never known" in said
    assert "platform: nothing is called isoo; known: isso" in said
    assert "stance: critic" not in said
