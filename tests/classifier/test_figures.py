"""The figures are those of the textbook."""

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score, f1_score

from classifier.abstaining import HATER, STANCES
from classifier.evaluation import HEADS, Judged, metrics
from classifier.targets import TARGETS
from otklik.enums import Stance

_ROWS = 300


@pytest.fixture
def found() -> Judged:
    random = np.random.default_rng(3)
    truth, guess = {}, {}
    for head in HEADS:
        size = len(STANCES if head == "stance" else TARGETS[head])
        truth[head] = random.integers(0, size, _ROWS)
        right = random.random(_ROWS) < 0.6
        guess[head] = np.where(right, truth[head], random.integers(0, size, _ROWS))
    stance = np.full((_ROWS, len(STANCES)), 0.05, dtype=np.float32)
    stance[np.arange(_ROWS), guess["stance"]] = 0.75
    return Judged(truth, guess, random.random(_ROWS) < 0.1, stance)


@pytest.mark.parametrize("head", HEADS)
def test_kappa_and_f1_agree_with_the_library(found: Judged, head: str) -> None:
    table = metrics(found, rounds=5)
    truth, guess = found.truth[head], found.guess[head]
    assert table[f"{head}_kappa"][0] == pytest.approx(cohen_kappa_score(truth, guess), abs=1e-4)
    f1 = f1_score(truth, guess, average="macro")
    assert table[f"{head}_macro_f1"][0] == pytest.approx(f1, abs=1e-4)


def test_an_abstained_row_counts_as_neither(found: Judged) -> None:
    critics = np.isin(
        found.truth["stance"], [STANCES.index(Stance.CRITIC), STANCES.index(Stance.HEATED)]
    )
    filed = (found.guess["stance"] == HATER) & ~found.unsure
    table = metrics(found, rounds=5)
    assert table["critics_filed_as_hater"][0] == pytest.approx(filed[critics].mean(), abs=1e-4)
    assert table["abstained"][0] == pytest.approx(found.unsure.mean(), abs=1e-4)


def test_every_figure_lies_inside_its_interval(found: Judged) -> None:
    for name, figure in metrics(found, rounds=200).items():
        if isinstance(figure, list) and isinstance(figure[0], float) and "ece" not in name:
            value, low, high = figure
            assert low <= value <= high, name


def test_calibration_error_is_the_gap_between_promise_and_truth(found: Judged) -> None:
    right = (found.guess["stance"] == found.truth["stance"]).mean()
    assert metrics(found, rounds=0)["stance_ece"][0] == pytest.approx(abs(right - 0.75), abs=1e-4)
