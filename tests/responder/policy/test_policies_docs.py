"""The manual for leads lags behind nothing: every key, effect and word stands in it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from otklik.enums import Approach, EffectKind
from responder.moderation.terms import BanTerms
from responder.policy import Facts, PolicyMode
from responder.policy.beside import BAN_KEYS, SECTIONS
from responder.policy.conditions import ALWAYS, CONDITION_KEYS, ENUM_KEYS
from responder.policy.file import parse_policy
from tests.responder.policy.conftest import policy_of

MANUAL = (Path(__file__).resolve().parents[3] / "docs" / "policies.md").read_text("utf-8")
FIRST_CELLS = {
    cell for line in MANUAL.splitlines() for cell in re.findall(r"^\| `([a-z_]+)` \|", line)
}


@pytest.mark.parametrize("key", CONDITION_KEYS)
def test_every_condition_is_documented_in_a_row_of_its_own(key: str) -> None:
    assert key in FIRST_CELLS


@pytest.mark.parametrize("kind", [*EffectKind, *Approach])
def test_every_effect_and_every_approach_is_documented(kind: str) -> None:
    assert kind in FIRST_CELLS


@pytest.mark.parametrize("key", ENUM_KEYS)
def test_every_word_a_condition_takes_is_documented_in_its_row(key: str) -> None:
    (row,) = [line for line in MANUAL.splitlines() if line.startswith(f"| `{key}` |")]
    for word in ENUM_KEYS[key]:
        assert f"`{word.value}`" in row


def test_nothing_is_documented_that_does_not_exist() -> None:
    assert {*CONDITION_KEYS, *EffectKind, *Approach} == FIRST_CELLS


def test_every_fact_rules_may_look_at_has_a_condition() -> None:
    assert set(Facts.model_fields) <= set(CONDITION_KEYS)


def test_modes_and_the_catch_all_word_are_documented() -> None:
    assert all(mode.value in MANUAL for mode in PolicyMode)
    assert f"`{ALWAYS}`" in MANUAL


def test_the_policy_shown_in_the_manual_can_be_read() -> None:
    shown = MANUAL.split("```yaml\n")[1].split("```")[0]
    assert parse_policy(shown, "manual").version == 3


def test_the_sections_shown_in_the_manual_can_be_read() -> None:
    shown = MANUAL.split("```yaml\n")[2].split("```")[0]
    found = parse_policy(policy_of("{stance: hater}", more=shown), "manual")
    assert found.hours.zones.keys() == {"general", "delivery"}
    assert found.lint["name_repeated"] is None
    assert found.bans.violations == 4
    assert found.two_people.zones == {"legal"}


@pytest.mark.parametrize("key", BAN_KEYS)
def test_every_bound_of_bans_is_told(key: str) -> None:
    name, least, most = BAN_KEYS[key]
    row = f"| {key} | {getattr(BanTerms(), name)} | {least} … {most} |"
    assert row in MANUAL


@pytest.mark.parametrize("section", SECTIONS)
def test_every_section_is_documented(section: str) -> None:
    assert f"`{section}:`" in MANUAL
