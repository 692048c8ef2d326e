"""Figures: agreement with the labels, the two hater figures, abstaining, calibration.

Kappa and F1 count every row with the best guess; in the two hater figures an abstained row
counts as neither, and the abstained share is stated beside them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from classifier.abstaining import CASES, HATER, OTHER, STANCES
from classifier.combination import fit_weighed
from classifier.corpus import GoldRow, load_gold
from classifier.material import gold_labels
from classifier.model import Classifier
from classifier.targets import AUXILIARY, TARGETS
from otklik.enums import Stance

F32 = npt.NDArray[np.float32]
I64 = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

HEADS = ("stance", "urgency", "claim", "abuse", "topic")
_ROUNDS, _SEED = 500, 0
_BINS = 15


@dataclass(frozen=True, slots=True)
class Judged:
    """Guesses beside the truth: class indices per head (n,), `unsure` (n,), stance (n, 6)."""

    truth: dict[str, I64]
    guess: dict[str, I64]
    unsure: Mask
    stance: F32


def judged(labels: Mapping[str, I64], proba: Mapping[str, F32], unsure: Mask) -> Judged:
    """Compare (n, c) probabilities per head with gold labels (`tone` holds the stance)."""
    truth = {**{name: labels[name] for name in HEADS if name != "stance"}, "stance": labels["tone"]}
    guess = {name: proba[name].argmax(axis=1) for name in HEADS}
    return Judged(truth, guess, unsure, proba["stance"])


def auxiliary_figures(weighed: Mapping[str, tuple[F32, I64]], folds: int) -> dict[str, list[float]]:
    """Macro-F1 of the auxiliary heads on rows held back from every reader, cross-validated."""
    table: dict[str, list[float]] = {}
    for name, (inputs, truth) in weighed.items():
        part = np.arange(len(truth)) % folds
        guess = np.zeros(len(truth), dtype=np.int64)
        for fold in range(folds):
            learn, test = part != fold, part == fold
            if len(np.unique(truth[learn])) > 1 and test.any():
                head = fit_weighed(name, inputs[learn], truth[learn])
                guess[test] = head.proba(inputs[test]).argmax(axis=1)
        size = len(AUXILIARY[name])
        table[f"{name}_macro_f1"] = _with_interval(truth, guess, size)
    return table


def _with_interval(truth: I64, guess: I64, size: int) -> list[float]:
    generator = np.random.default_rng(_SEED)

    def figure(rows: I64) -> float:
        cells = np.bincount(truth[rows] * size + guess[rows], minlength=size * size)
        table = cells.reshape(size, size)
        both = table.sum(axis=0) + table.sum(axis=1)
        return float((2 * np.diag(table) / np.maximum(both, 1)).mean())

    value = figure(np.arange(len(truth)))
    spread = [figure(generator.integers(0, len(truth), len(truth))) for _ in range(_ROUNDS // 2)]
    low, high = np.percentile(spread, [2.5, 97.5])
    return [round(float(number), 4) for number in (value, low, high)]


def metrics(found: Judged, *, rounds: int = _ROUNDS) -> dict[str, Any]:
    """The whole table; every figure is `[value, low, high]` with a 95 % bootstrap interval."""
    size = len(found.unsure)
    generator = np.random.default_rng(_SEED)
    draws = [generator.integers(0, size, size) for _ in range(rounds)]
    table: dict[str, Any] = {"rows": size}
    for name, figure in _figures().items():
        value = figure(found, np.arange(size))
        spread = [figure(found, draw) for draw in draws]
        low, high = np.nanpercentile(spread, [2.5, 97.5]) if spread else (value, value)
        table[name] = [round(float(number), 4) for number in (value, low, high)]
    table["stance_confusion"] = _confusion(found)
    return table


Figure = Callable[[Judged, I64], float]


def _figures() -> dict[str, Figure]:
    figures: dict[str, Figure] = {}
    for name in HEADS:
        figures[f"{name}_kappa"] = _kappa(name)
        figures[f"{name}_macro_f1"] = _macro_f1(name)
    figures["stance_macro_f1_without_heated"] = _macro_f1("stance", without=Stance.HEATED)
    figures["hater_recall"] = _hater_recall
    figures["critics_filed_as_hater"] = _critics_filed
    figures["critics_filed_as_other"] = _critics_lost
    figures["abstained"] = lambda found, rows: float(found.unsure[rows].mean())
    figures["urgency_3_recall"] = _critical_recall
    figures["stance_ece"] = _calibration_error
    return figures


def _table(found: Judged, rows: I64, head: str) -> npt.NDArray[np.float64]:
    """(c, c) counts, gold by guess; sklearn's own figures are too slow for a bootstrap."""
    size = len(STANCES if head == "stance" else TARGETS[head])
    cell = found.truth[head][rows] * size + found.guess[head][rows]
    return np.bincount(cell, minlength=size * size).reshape(size, size).astype(np.float64)


def _kappa(head: str) -> Figure:
    def figure(found: Judged, rows: I64) -> float:
        share = _table(found, rows, head) / len(rows)
        chance = float(share.sum(axis=0) @ share.sum(axis=1))
        return (float(np.trace(share)) - chance) / (1 - chance) if chance < 1 else float("nan")

    return figure


def _macro_f1(head: str, without: Stance | None = None) -> Figure:
    classes = STANCES if head == "stance" else TARGETS[head]
    kept = [place for place, name in enumerate(classes) if name != without]

    def figure(found: Judged, rows: I64) -> float:
        table = _table(found, rows, head)
        both = table.sum(axis=0) + table.sum(axis=1)
        return float((2 * np.diag(table) / np.maximum(both, 1))[kept].mean())

    return figure


def _filed(found: Judged, rows: I64) -> Mask:
    return np.asarray((found.guess["stance"][rows] == HATER) & ~found.unsure[rows])


def _hater_recall(found: Judged, rows: I64) -> float:
    return _share(_filed(found, rows), found.truth["stance"][rows] == HATER)


def _critics_filed(found: Judged, rows: I64) -> float:
    return _share(_filed(found, rows), np.isin(found.truth["stance"][rows], CASES))


def _critics_lost(found: Judged, rows: I64) -> float:
    filed = (found.guess["stance"][rows] == OTHER) & ~found.unsure[rows]
    return _share(filed, np.isin(found.truth["stance"][rows], CASES))


def _critical_recall(found: Judged, rows: I64) -> float:
    return _share(found.guess["urgency"][rows] == 3, found.truth["urgency"][rows] == 3)


def _share(hit: Mask, among: Mask) -> float:
    return float(hit[among].mean()) if among.any() else float("nan")


def _calibration_error(found: Judged, rows: I64) -> float:
    best = found.stance[rows].max(axis=1)
    right = found.guess["stance"][rows] == found.truth["stance"][rows]
    place = np.minimum((best * _BINS).astype(int), _BINS - 1)
    weight = np.bincount(place, minlength=_BINS)
    gap = np.abs(
        np.bincount(place, weights=right, minlength=_BINS)
        - np.bincount(place, weights=best, minlength=_BINS)
    )
    return float(gap.sum() / weight.sum())


def _confusion(found: Judged) -> list[list[int]]:
    table = _table(found, np.arange(len(found.unsure)), "stance")
    return [[int(cell) for cell in row] for row in table]


def evaluate(
    classifier: Classifier, gold: Path, *, rounds: int = _ROUNDS, batch: int = 1000
) -> dict[str, Any]:
    """The whole table of a classifier on any labelled JSONL file.

    Raises:
        InputError: the file is missing or a row is not labelled as the guide has it.
    """
    return evaluate_rows(classifier, load_gold(gold), rounds=rounds, batch=batch)


def evaluate_rows(
    classifier: Classifier, rows: Sequence[GoldRow], *, rounds: int = _ROUNDS, batch: int = 1000
) -> dict[str, Any]:
    """As `evaluate`, on rows already read."""
    parts: dict[str, list[F32]] = {name: [] for name in HEADS}
    unsure: list[Mask] = []
    for start in range(0, len(rows), batch):
        found = classifier.probabilities([row.text for row in rows[start : start + batch]])
        unsure.append(found.unsure)
        for name in HEADS:
            parts[name].append(found.proba[name])
    proba = {name: np.vstack(blocks) for name, blocks in parts.items()}
    return metrics(judged(gold_labels(rows), proba, np.concatenate(unsure)), rounds=rounds)


def as_text(table: dict[str, Any]) -> str:
    """The figures as lines a person can read, percentages where they are shares."""
    lines = [f"rows {table['rows']}"]
    for name, figure in table.items():
        if isinstance(figure, list) and isinstance(figure[0], float):
            value, low, high = figure
            lines.append(f"{name:34s} {value:.3f}  (95 % interval {low:.3f} to {high:.3f})")
    return "\n".join(lines)
