"""A small month with an outage and an attack: what must never go wrong, at a tenth of the size."""

from __future__ import annotations

from pathlib import Path

import pytest

from otklik.bootstrap import open_judge
from otklik.settings import Settings
from tests.scenarios.__main__ import Season
from tests.scenarios.make import SCENARIOS, background, half, told
from tests.scenarios.playing import RememberingJudge

TEXTS = (
    *("coffee", "insults", "nuts", "outage", "yogurt_lid", "yogurt_plastic"),
    *("critics", "price_bad", "price_good"),
)


@pytest.mark.parametrize("name", TEXTS)
def test_what_is_tuned_on_and_what_is_reported_share_no_text(name: str) -> None:
    tuned, held_out = set(half(name, 1)), set(half(name, 101))
    assert not tuned & held_out
    assert len(tuned | held_out) >= (60 if name in TEXTS[:6] else 10)


@pytest.mark.needs_shared
def test_a_seed_makes_the_same_world_again() -> None:
    assert background(1, 300) == background(1, 300)
    assert told(SCENARIOS["attack"], 1) == told(SCENARIOS["attack"], 1)
    assert told(SCENARIOS["attack"], 1) != told(SCENARIOS["attack"], 2)


@pytest.mark.proof
@pytest.mark.needs_shared
def test_no_critic_is_handled_as_part_of_an_attack(tmp_path: Path) -> None:
    season = Season(1, tmp_path, RememberingJudge(open_judge(Settings())), volume=60)
    found = season.play(SCENARIOS["attack with critics"])
    assert found.critics == 8
    assert found.critics_hit == 0
