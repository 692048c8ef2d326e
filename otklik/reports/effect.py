"""Does answering help? Authors answered and authors left alone, compared like with like.

Each author counts once. Within a stratum (platform, stance, topic, urgency, week) the outcome of
those answered is compared with that of those who were not; strata weigh by the answered in them.
It is no experiment: who gets an answer was chosen by somebody.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LEAST = 30  # on each side, matched
ROUNDS = 2_000
_SEED = 20_261_122


@dataclass(frozen=True)
class Outcome:
    """So many authors of one stratum, answered or not, came to this value."""

    stratum: Hashable
    is_answered: bool
    value: float
    count: int


@dataclass(frozen=True)
class Effect:
    """Difference of means, answered less left alone, with a 95 % bootstrap interval.

    `is_enough` is False where too few could be matched: then the figures say nothing.
    """

    answered: int
    alone: int
    unmatched: int
    mean_answered: float | None
    mean_alone: float | None
    difference: float | None
    low: float | None
    high: float | None

    @property
    def is_enough(self) -> bool:
        """Are there at least `LEAST` on each side?"""
        return min(self.answered, self.alone) >= LEAST

    @property
    def is_seen(self) -> bool:
        """Does the interval leave zero out, with enough on each side?"""
        if not self.is_enough or self.low is None or self.high is None:
            return False
        return self.low > 0 or self.high < 0


@dataclass(frozen=True)
class _Arm:
    values: NDArray[np.float64]
    counts: NDArray[np.int64]

    @property
    def size(self) -> int:
        return int(self.counts.sum())

    @property
    def mean(self) -> float:
        return float(self.values @ self.counts) / self.size

    def drawn_means(self, rounds: int, source: np.random.Generator) -> NDArray[np.float64]:
        drawn = source.multinomial(self.size, self.counts / self.size, size=rounds)
        means: NDArray[np.float64] = drawn @ self.values / self.size
        return means


def estimate(outcomes: Iterable[Outcome], *, rounds: int = ROUNDS) -> Effect:
    """The effect on those answered, over the strata that hold both kinds."""
    arms = _arms(outcomes)
    matched = [(yes, no) for yes, no in arms if yes is not None and no is not None]
    lost = sum(yes.size for yes, no in arms if yes is not None and no is None)
    answered, alone = (sum(pair[side].size for pair in matched) for side in (0, 1))
    if not matched:
        return Effect(0, 0, lost, None, None, None, None, None)
    weights = np.array([yes.size for yes, _ in matched]) / answered
    mean_answered = float(weights @ [yes.mean for yes, _ in matched])
    mean_alone = float(weights @ [no.mean for _, no in matched])
    low, high = _interval(matched, weights, rounds)
    difference = mean_answered - mean_alone
    return Effect(answered, alone, lost, mean_answered, mean_alone, difference, low, high)


def _arms(outcomes: Iterable[Outcome]) -> list[tuple[_Arm | None, _Arm | None]]:
    found: dict[Hashable, dict[bool, dict[float, int]]] = defaultdict(dict)
    for one in outcomes:
        side = found[one.stratum].setdefault(one.is_answered, {})
        side[one.value] = side.get(one.value, 0) + one.count
    return [(_arm(sides.get(True)), _arm(sides.get(False))) for sides in found.values()]


def _arm(side: dict[float, int] | None) -> _Arm | None:
    if not side:
        return None
    return _Arm(np.array(list(side), dtype=float), np.array(list(side.values()), dtype=np.int64))


def _interval(
    matched: list[tuple[_Arm, _Arm]], weights: NDArray[np.float64], rounds: int
) -> tuple[float, float]:
    source = np.random.default_rng(_SEED)
    drawn = np.zeros(rounds)
    for weight, (yes, no) in zip(weights, matched, strict=True):
        drawn += weight * (yes.drawn_means(rounds, source) - no.drawn_means(rounds, source))
    low, high = np.quantile(drawn, [0.025, 0.975])
    return float(low), float(high)
