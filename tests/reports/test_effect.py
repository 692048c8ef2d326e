"""Like compared with like: worked examples, and data whose true effect is known."""

from __future__ import annotations

import random

import pytest

from otklik.reports.effect import LEAST, Outcome, estimate


def test_strata_weigh_by_the_answered_in_them() -> None:
    effect = estimate(
        [
            Outcome("a", True, 1.0, 30),
            Outcome("a", False, 0.0, 10),
            Outcome("b", True, 0.0, 10),
            Outcome("b", False, 1.0, 30),
        ]
    )
    # by hand: (30 · (1 − 0) + 10 · (0 − 1)) / 40
    assert effect.difference == pytest.approx(0.5)
    assert effect.mean_answered == pytest.approx(0.75)
    assert effect.mean_alone == pytest.approx(0.25)
    assert (effect.answered, effect.alone, effect.unmatched) == (40, 40, 0)
    assert effect.low == effect.high == pytest.approx(0.5)


def test_who_has_no_like_is_left_out_and_counted() -> None:
    effect = estimate([Outcome("a", True, 1.0, 7), Outcome("b", False, 1.0, 9)])
    assert (effect.answered, effect.alone, effect.unmatched) == (0, 0, 7)
    assert effect.difference is None
    assert not effect.is_enough
    assert not effect.is_seen


def test_too_few_say_nothing_however_different() -> None:
    few = LEAST - 1
    effect = estimate([Outcome("a", True, 4.0, few), Outcome("a", False, 0.0, 500)])
    assert not effect.is_enough
    assert not effect.is_seen


def drawn(source: random.Random, true_effect: float, per_side: int) -> list[Outcome]:
    """Grave strata are answered more often and end worse: a raw comparison would mislead."""
    found = []
    for stratum, (base, share) in {"calm": (0.6, 0.2), "grave": (-0.6, 0.8)}.items():
        for _ in range(per_side):
            answered = source.random() < share
            value = base + (true_effect if answered else 0) + source.choice((-1.0, 0.0, 1.0))
            found.append(Outcome(stratum, answered, value, 1))
    return found


def test_a_known_effect_is_found_though_the_grave_are_answered_more_often() -> None:
    data = drawn(random.Random(3), 0.4, 900)
    raw = [
        sum(one.value for one in data if one.is_answered is side)
        / sum(one.is_answered is side for one in data)
        for side in (True, False)
    ]
    assert raw[0] < raw[1]  # it looks as if answers did harm
    effect = estimate(data)
    assert effect.difference == pytest.approx(0.4, abs=0.12)
    assert effect.is_seen
    assert effect.low is not None
    assert effect.high is not None
    assert effect.low < 0.4 < effect.high


def test_where_there_is_no_effect_the_interval_seldom_misses_zero() -> None:
    source = random.Random(8)
    seen = sum(estimate(drawn(source, 0.0, 150), rounds=400).is_seen for _ in range(60))
    assert seen <= 9


def test_the_same_data_give_the_same_interval() -> None:
    data = drawn(random.Random(1), 0.3, 100)
    assert estimate(data) == estimate(data)
