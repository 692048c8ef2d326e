"""What a policy says beside its rules, and what follows from it."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from otklik.enums import EffectKind, Severity
from responder.moderation.terms import DEFAULT_TERMS, terms_of
from responder.policy import Policy, decide
from responder.policy.beside import BAN_KEYS
from responder.policy.file import parse_policy
from tests.responder.policy.conftest import facts

TEXT = """\
name: small
version: 1
{more}
rules:
  - id: urgent
    why: It cannot wait.
    when: {{urgency: 3}}
    then: [{{draft: answer}}]
  - id: stop
    why: They are asked to stop.
    when: {{stance: hater}}
    then: [{{draft: warn}}]
  - id: court
    why: Lawyers read it, too.
    when: {{urgency_parts: {{legal: ">=0.5"}}}}
    then: [{{draft: answer}}, {{route: legal}}]
  - id: rest
    why: Everything else.
    when: always
    then: [{{ignore: nothing to say}}]
examples:
  - {{rule: urgent, facts: {{urgency: 3}}}}
  - {{rule: stop, facts: {{stance: hater}}}}
  - {{rule: court, facts: {{urgency_parts: {{legal: 1}}}}}}
  - {{rule: rest, facts: {{stance: critic}}}}
"""
MOSCOW = ZoneInfo("Europe/Moscow")


def policy(more: str) -> Policy:
    return parse_policy(TEXT.format(more=more), "small.yaml")


def test_lint_weighs_findings_and_leaves_out_what_does_not_block_by_itself() -> None:
    found = policy('lint: {canned_phrase: block, name_repeated: "off", officialese: off}').lint
    assert found == {"canned_phrase": Severity.BLOCK, "name_repeated": None, "officialese": None}
    assert policy("mode: live").lint == {}


HOURS = """hours:
  general: {days: mon-fri, from: "09:00", until: "18:00"}
  delivery:
    - {days: every_day, from: "08:00", until: "00:00"}
  cards: {days: [sat, sun], from: "10:00", until: "16:00"}"""


@pytest.mark.parametrize(
    ("zone", "day", "hour", "is_open"),
    [
        ("general", 23, 9, True),  # a Monday
        ("general", 23, 18, False),
        ("general", 22, 12, False),
        ("delivery", 22, 23, True),
        ("delivery", 22, 7, False),
        ("cards", 22, 12, True),
        ("cards", 23, 12, False),
        ("payments", 23, 12, True),  # has none of its own
    ],
)
def test_a_zone_works_by_its_own_hours_or_by_the_general_ones(
    zone: str, day: int, hour: int, is_open: bool
) -> None:
    hours = policy(HOURS).hours
    at = datetime(2026, 11, day, hour, tzinfo=MOSCOW)
    assert hours.is_open(zone, at) is is_open
    assert (zone in (hours.open_zones(at) or ())) is (is_open and zone in hours.zones)


def test_without_hours_nobody_knows_whether_a_zone_works() -> None:
    hours = policy("mode: live").hours
    at = datetime(2026, 11, 23, 12, tzinfo=MOSCOW)
    assert hours.is_open("general", at) is None
    assert hours.open_zones(at) is None


def test_bans_are_asked_for_by_the_policys_own_count_and_never_by_less_than_the_house_allows() -> (
    None
):
    strict = policy("bans: {yearly_budget: 2, least_warnings: 3, least_insults: 4}").bans
    assert (strict.yearly_budget, strict.warnings, strict.staff_insults) == (2, 3, 4)
    assert terms_of(policy("bans: {yearly_budget: 2}")).yearly_budget == 2
    assert policy("mode: live").bans == DEFAULT_TERMS
    for name, least, _ in BAN_KEYS.values():
        assert getattr(DEFAULT_TERMS, name) >= least


@pytest.mark.parametrize(
    ("more", "given", "needs_two"),
    [
        ("two_people: {approaches: [warn]}", {"stance": "hater"}, True),
        ("two_people: {approaches: warn}", {"urgency": 3}, False),
        ("two_people: {urgencies: [3]}", {"urgency": 3}, True),
        ("two_people: {zones: [legal]}", {"urgency_parts": {"legal": 1.0}}, True),
        ("two_people: {zones: [legal]}", {"urgency": 3}, False),
        ("two_people: {zones: [legal]}", {"urgency": 3, "zone": "legal"}, True),
        ("two_people: {urgencies: [1]}", {}, False),  # ignored: there is nothing to approve
    ],
)
def test_two_people_approve_what_the_policy_names(
    more: str, given: dict[str, object], needs_two: bool
) -> None:
    decision = decide(policy(more), facts(**given))
    assert decision.has(EffectKind.SECOND_APPROVAL) is needs_two
