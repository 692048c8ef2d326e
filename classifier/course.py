"""How the encoder is tuned: the course, the port to what tunes it, and the order of rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from classifier.encoder import Encoder, Vocabulary
from classifier.targets import TARGETS

_BUCKET = 30  # batches: rows of like length stand together within so many

F32 = npt.NDArray[np.float32]
I64 = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Course:
    """Settings of a tuning; these are the ones the shipped encoder was made with.

    Attributes:
        layers: how many of the base model's layers are kept.
        frozen: how many of these stay as they are; what they say is computed once.
        epochs, batch: passes over the rows, rows a step.
        rate: learning rate of the uppermost layer; `decay` times as much for each one below.
        head_rate: learning rate of the answers.
        warm_up: share of the steps in which the rates rise; then they fall in a line.
        smoothing: share of a label that is spread over all classes.
        quiet_left_out: share of our labels `other` without urgency that is left out.
        ours_in_folds: most of our labels that a fold learns from; whole runs take too long.
    """

    layers: int = 8
    frozen: int = 4
    epochs: int = 2
    batch: int = 32
    rate: float = 2.5e-4
    decay: float = 0.9
    head_rate: float = 1e-3
    warm_up: float = 0.06
    dropout: float = 0.1
    smoothing: float = 0.04
    quiet_left_out: float = 0.45
    ours_in_folds: int = 7_500

    def share_at(self, step: int, steps: int) -> float:
        """The share of its rate that a layer learns with at `step` of `steps`."""
        rising = max(1, int(steps * self.warm_up))
        return min(1.0, (step + 1) / rising) * max(0.02, (steps - step) / steps)

    def goals(self, labels: Mapping[str, I64]) -> dict[str, F32]:
        """(n, c) smoothed labels of each head."""
        return {
            head: (np.eye(len(classes))[labels[head]] * (1 - self.smoothing)).astype(np.float32)
            + np.float32(self.smoothing / len(classes))
            for head, classes in TARGETS.items()
        }


class Tuned(Protocol):
    """A network that has learned."""

    def scores(self, rows: I64) -> F32:
        """(n, 25) scores of the rows, in the order of `COLUMNS`."""

    def encoder(self, vocabulary: Vocabulary) -> Encoder:
        """The same network as what a desk runs."""


class Tuner(Protocol):
    """Tunes networks on rows of one list of texts."""

    def fit(self, rows: I64, labels: Mapping[str, I64], weights: F32) -> Tuned:
        """A network that has learned `rows`; labels and weights are those of the whole list."""


def batches(lengths: I64, size: int, rng: np.random.Generator) -> list[I64]:
    """All places once, in random order, rows of like length in one batch to save padding."""
    order = rng.permutation(len(lengths))
    found = []
    for start in range(0, len(order), size * _BUCKET):
        bucket = order[start : start + size * _BUCKET]
        bucket = bucket[np.argsort(lengths[bucket], kind="stable")]
        found += [bucket[place : place + size] for place in range(0, len(bucket), size)]
    return [found[place] for place in rng.permutation(len(found))]
