"""The readers weighed: probabilities, the stance from three heads alone, arrays there and back."""

from __future__ import annotations

import numpy as np
import pytest

from classifier.combination import (
    STANCE_FROM,
    Combination,
    fit_combination,
    fit_weighed,
    inputs_of,
    split_scores,
    stance_inputs,
)
from classifier.encoder import COLUMNS
from classifier.targets import HEADS, TARGETS

ROWS = 240


def scores(seed: int) -> dict[str, np.ndarray]:
    generator = np.random.default_rng(seed)
    return {
        head: generator.normal(0, 1, (ROWS, len(labels))).astype(np.float32)
        for head, labels in HEADS.items()
    }


def labels(said: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Mostly what the reader says, so that there is something to learn."""
    generator = np.random.default_rng(3)
    found = {}
    for head in TARGETS:
        best = said[head].argmax(axis=1)
        wrong = generator.random(ROWS) < 0.2
        found[head] = np.where(wrong, generator.integers(0, len(TARGETS[head]), ROWS), best)
    return found


@pytest.fixture(scope="module")
def fitted() -> tuple[Combination, np.ndarray, dict[str, np.ndarray]]:
    said = scores(1)
    truth = labels(said)
    inputs = inputs_of(said)
    weighed = {"spam": (inputs, (said["spam"].argmax(axis=1)).astype(np.int64))}
    return fit_combination(inputs, truth, weighed), inputs, truth


def test_every_head_answers_with_probabilities_that_sum_to_one(fitted) -> None:  # type: ignore[no-untyped-def]
    combination, inputs, _ = fitted
    found = combination.proba(inputs)
    assert {*TARGETS, "stance", "toxic", "sentiment", "spam", "hate"} == set(found)
    for proba in found.values():
        np.testing.assert_allclose(proba.sum(axis=1), 1, atol=1e-5)


def test_what_the_readers_agree_on_is_followed(fitted) -> None:  # type: ignore[no-untyped-def]
    combination, inputs, truth = fitted
    found = combination.proba(inputs)
    for head in ("claim", "abuse", "topic"):
        assert (found[head].argmax(axis=1) == truth[head]).mean() > 0.6


def test_the_stance_hangs_on_claim_abuse_and_tone_alone(fitted) -> None:  # type: ignore[no-untyped-def]
    combination, inputs, _ = fitted
    found = combination.proba(inputs)
    assert STANCE_FROM == ("claim", "abuse", "tone")
    again = combination.stance.proba(stance_inputs({name: found[name] for name in STANCE_FROM}))
    np.testing.assert_allclose(again, found["stance"], atol=1e-6)


def test_a_combination_survives_the_way_through_arrays(fitted) -> None:  # type: ignore[no-untyped-def]
    combination, inputs, _ = fitted
    again = Combination.from_arrays("full", combination.arrays("full"))
    for head, proba in combination.proba(inputs).items():
        np.testing.assert_array_equal(again.proba(inputs)[head], proba)


def test_a_weighed_head_without_rows_says_even_odds() -> None:
    head = fit_weighed("spam", np.zeros((0, 7), np.float32), np.zeros(0, np.int64))
    np.testing.assert_allclose(head.proba(np.ones((2, 7), np.float32)), 0.5)


def test_scores_of_the_encoder_part_into_the_targets_in_order() -> None:
    row = np.arange(len(COLUMNS), dtype=np.float32)[None]
    parts = split_scores(row)
    assert [part.shape[1] for part in parts] == [len(labels) for labels in TARGETS.values()]
    assert COLUMNS[int(parts[-1][0, 0])].startswith("tone.")


def test_the_encoder_adds_its_columns_behind_those_of_the_bag() -> None:
    said = scores(2)
    alone = inputs_of(said)
    both = inputs_of(said, np.zeros((ROWS, len(COLUMNS)), np.float32))
    np.testing.assert_array_equal(both[:, : alone.shape[1]], alone)
    assert both.shape[1] == alone.shape[1] + len(COLUMNS)
