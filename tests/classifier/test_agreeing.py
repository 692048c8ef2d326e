"""No verdict says what the labelling guide knows not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from classifier.agreeing import agree, is_possible
from classifier.corpus import load_gold
from classifier.model import Classifier
from classifier.targets import TARGETS
from otklik.enums import Effort


def _random(rows: int) -> dict[str, np.ndarray]:
    generator = np.random.default_rng(5)
    names = {"claim": "claim", "abuse": "abuse", "stance": "tone", "topic": "topic"}
    return {
        name: generator.dirichlet(np.full(len(TARGETS[head]), 0.5), rows).astype(np.float32)
        for name, head in names.items()
    }


def _best(proba: dict[str, np.ndarray], row: int) -> tuple[str, str, str]:
    found = (
        TARGETS[head][proba[name][row].argmax()]
        for name, head in (("claim", "claim"), ("abuse", "abuse"), ("stance", "tone"))
    )
    claim, abuse, stance = found
    return claim, abuse, stance


def test_what_comes_out_is_possible_and_still_probabilities() -> None:
    before = _random(3000)
    after = agree(before)
    broken = sum(not is_possible(*_best(before, row)) for row in range(3000))
    assert broken > 300
    assert all(is_possible(*_best(after, row)) for row in range(3000))
    for name, proba in after.items():
        np.testing.assert_allclose(proba.sum(axis=1), 1, atol=1e-5)
        np.testing.assert_array_equal(np.sort(proba, axis=1), np.sort(before[name], axis=1))


def test_what_agrees_already_is_left_alone() -> None:
    before = agree(_random(500))
    for name, proba in agree(before).items():
        if name == "topic":
            np.testing.assert_array_equal(proba, before[name])
    after = agree(before)
    assert all(is_possible(*_best(after, row)) for row in range(500))


@pytest.mark.needs_shared
def test_the_guide_is_read_as_the_annotators_read_it(shared: Path) -> None:
    rows = load_gold(shared / "gold" / "dev.jsonl")
    kept = [is_possible(row.claim, row.abuse, row.stance) for row in rows]
    assert sum(kept) >= len(kept) - 1


@pytest.mark.needs_shared
def test_no_verdict_on_real_comments_contradicts_itself(shared: Path) -> None:
    texts = [row.text for row in load_gold(shared / "gold" / "dev.jsonl")[:1500]]
    for verdict in Classifier.load(effort=Effort.FAST).judge(texts):
        assert is_possible(verdict.claim, verdict.abuse, verdict.stance)
