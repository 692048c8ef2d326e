"""The heads: linear readings of the n-grams, then small heads over those readings.

Level 1 (`Readers`): one matrix turns n-grams into the outputs of every gold class and every
auxiliary head. Level 2 (`Committee`): claim, abuse, topic, urgency and tone, each a committee
of small one-hidden-layer networks over level 1 and the signals. Level 3: stance, a multinomial
logistic combination of the log-probabilities of claim, abuse and tone and nothing else
(`STANCE_FROM`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from classifier.targets import TARGETS

__all__ = [
    "STANCE_FROM", "TARGETS", "Committee", "Heads", "Logistic", "Readers", "Scaling", "softmax",
    "stance_inputs",
]  # fmt: skip

F32 = npt.NDArray[np.float32]

STANCE_FROM = ("claim", "abuse", "tone")
_CLIP = 5.0
_FLOOR = 1e-4


@dataclass(frozen=True, slots=True)
class Readers:
    """Level 1: `weights` is (ngrams.WIDTH, k), `bias` is (k,), `names` names the k columns."""

    weights: F32
    bias: F32
    names: tuple[str, ...]

    def read(self, matrix: sparse.csr_matrix) -> F32:
        """(n, k) outputs for (n, WIDTH) n-grams."""
        return np.asarray(matrix @ self.weights + self.bias, dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Scaling:
    """Brings level-2 inputs to mean 0 and spread 1, cut at five spreads."""

    mean: F32
    spread: F32

    @classmethod
    def of(cls, inputs: F32) -> Scaling:
        """Scaling that fits the rows of `inputs`."""
        return cls(
            inputs.mean(axis=0).astype(np.float32),
            (inputs.std(axis=0) + 1e-6).astype(np.float32),
        )

    def apply(self, inputs: F32) -> F32:
        """Scaled copy of (n, d) inputs."""
        scaled = np.clip((inputs - self.mean) / self.spread, -_CLIP, _CLIP)
        return np.asarray(scaled, dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Committee:
    """m small networks that vote: `hidden` (m, d, h), `hidden_bias` (m, h), `out` (m, h, c),
    `out_bias` (m, c); rectified hidden units, softmax, mean of the members.
    """

    hidden: F32
    hidden_bias: F32
    out: F32
    out_bias: F32

    def proba(self, inputs: F32) -> F32:
        """(n, c) probabilities; rows sum to one."""
        votes = [
            softmax(np.maximum(inputs @ first + bias, 0) @ second + last)
            for first, bias, second, last in zip(
                self.hidden, self.hidden_bias, self.out, self.out_bias, strict=True
            )
        ]
        return np.asarray(np.mean(votes, axis=0), dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Logistic:
    """One multinomial logistic head: `weights` (d, c), `bias` (c,)."""

    weights: F32
    bias: F32

    def proba(self, inputs: F32) -> F32:
        """(n, c) probabilities; rows sum to one."""
        return softmax(inputs @ self.weights + self.bias)


def softmax(scores: F32) -> F32:
    """Row-wise probabilities of (n, c) scores."""
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True), dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Heads:
    """Levels 2 and 3: scaling, one `Committee` per target, and the stance combination."""

    scaling: Scaling
    targets: dict[str, Committee]
    stance: Logistic

    def proba(self, inputs: F32) -> dict[str, F32]:
        """Probabilities per head for raw level-2 `inputs` (n, d); adds `stance`."""
        scaled = self.scaling.apply(inputs)
        found = {name: head.proba(scaled) for name, head in self.targets.items()}
        found["stance"] = self.stance.proba(stance_inputs(found))
        return found


def stance_inputs(proba: dict[str, F32]) -> F32:
    """(n, 13) log-probabilities of claim, abuse and tone."""
    joined = np.hstack([proba[name] for name in STANCE_FROM])
    return np.log(np.maximum(joined, _FLOOR)).astype(np.float32)
