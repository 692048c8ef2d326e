"""How near complaints are, seen from the middle of what all of them say."""

import numpy as np
import pytest

from responder.incidents.gist import WIDTH, Gist, Vector


def rows(count: int, share: float, seed: int = 1) -> Vector:
    """Vectors of length 1 that have a direction in common."""
    found = np.random.default_rng(seed).normal(size=(count, WIDTH)).astype(np.float32)
    found /= np.linalg.norm(found, axis=1, keepdims=True)
    found[:, 0] += share
    lengths: Vector = np.linalg.norm(found, axis=1, keepdims=True)
    return found / lengths


def taught(told: Vector) -> Gist:
    gist = Gist()
    for row in told:
        gist.learn(row)
    return gist


def test_what_all_say_brings_nobody_near() -> None:
    told = rows(400, share=2.0)
    group, other = told[300:399].mean(axis=0, keepdims=True), told[399]
    assert float(group[0] @ other) > 0.7
    assert Gist().nearness(group, other)[0] == pytest.approx(group[0] @ other, abs=1e-4)
    assert abs(taught(told[:300]).nearness(group, other)[0]) < 0.1


def test_the_same_trouble_stays_near_to_itself() -> None:
    told = rows(400, share=2.0)
    same = told[399:]
    assert taught(told[:300]).nearness(same, same[0])[0] == pytest.approx(1, abs=0.1)


def test_one_complaint_told_for_ever_breaks_nothing() -> None:
    row = rows(1, share=0)
    gist = taught(np.repeat(row, 10_000, axis=0))
    assert np.isfinite(gist.nearness(row, row[0])).all()
