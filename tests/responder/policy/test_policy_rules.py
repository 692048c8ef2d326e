"""Policy as a pure function: which rule answers which facts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from otklik.enums import Approach, EffectKind, Stance
from otklik.verdicts import Verdict
from responder.policy import Facts, PolicyMode, decide
from responder.policy.file import parse_policy, shipped_policy
from tests.responder.policy.conftest import facts

SHOP = shipped_policy()


@pytest.mark.parametrize(
    ("changes", "approach"),
    [
        ({"stance": "critic", "topic": "quality"}, Approach.APOLOGISE_AND_FIX),
        ({"stance": "critic", "claim": "vague", "topic": "quality"}, Approach.ARGUE),
        ({"stance": "critic", "claim": "vague", "topic": "price"}, Approach.REFUSE_POSITIVELY),
        ({"stance": "hater", "claim": "vague", "abuse": "insult"}, Approach.ARGUE),
        ({"stance": "question"}, Approach.ANSWER),
        ({"stance": "question", "claim": "none"}, Approach.ASK_IN_PRIVATE),
        ({"stance": "praise", "claim": "none"}, Approach.THANK),
    ],
)
def test_the_shop_answers_each_stance_in_its_own_way(
    changes: dict[str, Any], approach: Approach
) -> None:
    found = decide(SHOP, facts(**changes)).effect(EffectKind.DRAFT)
    assert found is not None
    assert found.approach is approach


def test_an_urgent_case_is_drafted_alerted_and_escalated_at_once() -> None:
    decision = decide(SHOP, facts(urgency=3))
    wanted = ("draft", "alert", "escalate")
    assert all(decision.has(EffectKind(kind)) for kind in wanted)
    sla = decision.effect(EffectKind.SLA)
    assert sla is not None
    assert sla.minutes == 30


def test_an_attack_is_held_and_not_answered_one_by_one() -> None:
    decision = decide(SHOP, facts(stance="hater", claim="vague", incident_kind="attack"))
    assert decision.has(EffectKind.HOLD)
    assert decision.has(EffectKind.ALERT)


def test_a_lone_provocation_is_ignored_and_the_silence_has_a_reason() -> None:
    found = decide(SHOP, facts(stance="hater", claim="none", abuse="insult"))
    ignore = found.effect(EffectKind.IGNORE)
    assert ignore is not None
    assert ignore.reason


def test_facts_are_made_from_a_verdict_and_what_a_verdict_does_not_know(
    verdict: Callable[..., Verdict],
) -> None:
    judged = verdict(stance=Stance.PRAISE, urgency=0, urgency_parts={"harm": 0.2})
    seen = Facts.of(judged, platform="isso", rating=4.5, author_mentions=2)
    assert (seen.stance, seen.rating, seen.author_mentions) == (Stance.PRAISE, 4.5, 2)
    assert seen.urgency_parts == {"harm": 0.2}


POLICY = """
name: small
version: 1
mode: shadow
rules:
  - id: hit
    why: Because this is what the test asks about.
    when: {condition}
    then: [{{hold: test}}]
  - {{id: rest, why: Everything else, when: always, then: [{{hold: rest}}]}}
examples:
  - {{rule: {rule}, facts: {facts}}}
  - {{rule: {other}, facts: {other_facts}}}
"""

CONDITIONS = [
    ("{rating: '<=2'}", "{rating: 2}", "{rating: 2.5}"),
    ("{rating: '<=2'}", "{rating: 1}", "{}"),
    ("{not: {rating: '<=2'}}", "{rating: 5}", "{}"),
    ("{reach: '>10000'}", "{reach: 10001}", "{reach: 10000}"),
    ("{urgency: [2, 3]}", "{urgency: 3}", "{urgency: 1}"),
    ("{urgency: '!=1'}", "{urgency: 0}", "{urgency: 1}"),
    ("{platform: [isso, file]}", "{platform: file}", "{platform: wordpress}"),
    ("{urgency_parts: {harm: '>=0.5'}}", "{urgency_parts: {harm: 0.5}}", "{}"),
    ("{incident_kind: none}", "{}", "{incident_kind: fault}"),
    ("{not: {incident_kind: none}}", "{incident_kind: fault}", "{}"),
    ("{is_reply_to_us: true}", "{is_reply_to_us: true}", "{}"),
    ("{any: [{stance: hater}, {stance: praise}]}", "{stance: praise}", "{stance: critic}"),
    ("{all: [{stance: critic}, {topic: app}]}", "{topic: app}", "{topic: price}"),
    ("{minutes_waiting: '>=60'}", "{minutes_waiting: 60}", "{}"),
    ("{any: [{rating: 1}, {stance: critic}]}", "{}", "{stance: praise}"),
    ("{abuse_proba: {threat: '>=0.3'}}", "{abuse_proba: {threat: 0.4}}", "{}"),
    (
        "{claim_proba: {concrete: '<0.5'}}",
        "{claim_proba: {vague: 0.9}}",
        "{claim_proba: {concrete: 1}}",
    ),
    ("{author_warnings: '>=1'}", "{author_warnings: 1}", "{}"),
    ("{author_violation_days: '>=3'}", "{author_violation_days: 3}", "{author_violation_days: 2}"),
    (
        "{author_labels: [hater, threat]}",
        "{author_labels: [critic, threat]}",
        "{author_labels: [critic]}",
    ),
    ("{is_repeat_contact: true}", "{is_repeat_contact: true}", "{}"),
    ("{thread_replies: '>=100'}", "{thread_replies: 100}", "{}"),
    ("{incident_state: [open, in_work]}", "{incident_state: in_work}", "{incident_state: solved}"),
    ("{incident_state: none}", "{}", "{incident_state: open}"),
    ("{has_statement: true}", "{has_statement: true}", "{}"),
    ("{working_hours: false}", "{working_hours: false}", "{}"),
    ("{open_zones: delivery}", "{open_zones: [general, delivery]}", "{}"),
    ("{not: {open_zones: delivery}}", "{open_zones: [general]}", "{}"),
    ("{source: [blog, shop]}", "{source: shop}", "{}"),
    ("{zone: payments}", "{zone: payments}", "{}"),
]


@pytest.mark.parametrize(("condition", "holds", "fails"), CONDITIONS)
def test_a_condition_holds_for_what_it_says_and_for_nothing_else(
    condition: str, holds: str, fails: str
) -> None:
    text = POLICY.format(
        condition=condition, rule="hit", facts=holds, other="rest", other_facts=fails
    )
    assert parse_policy(text, "small.yaml").mode is PolicyMode.SHADOW


def test_a_shadow_decision_says_that_it_is_one() -> None:
    text = POLICY.format(
        condition="{stance: hater}",
        rule="hit",
        facts="{stance: hater}",
        other="rest",
        other_facts="{}",
    )
    assert decide(parse_policy(text, "s.yaml"), facts()).mode is PolicyMode.SHADOW
