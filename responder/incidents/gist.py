"""What a complaint says beside what all complaints say.

Sentence vectors of one trade lie close together: "the parcel is late" and "the courier was rude"
are both about a shop that did not please. As they are, the mean of a hundred such is near to
every new one, and one storyline swallows all. So nearness is counted from the middle of what is
told here, not from nothing.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float32]
WIDTH = 512  # of a sentence vector
_UNSURE = 20  # complaints that count as if they had nothing in common, until more are known
_STEADY = 4000  # complaints after which the older half counts half: a company's talk changes


class Gist:
    """The middle of all complaints told so far, and how near they are as seen from there."""

    def __init__(self) -> None:
        self._told = 0
        self._sum: Vector = np.zeros(WIDTH, np.float32)
        self._middle: Vector = self._sum
        self._spread = 1.0

    def learn(self, meaning: Vector) -> None:
        """One more complaint has been told; `meaning` has length 1."""
        self._sum = self._sum + meaning
        self._told += 1
        if self._told >= _STEADY:
            self._sum, self._told = self._sum * np.float32(0.5), self._told // 2
        self._middle = self._sum / np.float32(self._told + _UNSURE)
        # the length that is left, on the average: |x - m|² with |x| = 1
        shared = float(self._middle @ self._sum) / self._told
        left = 1 - 2 * shared + float(self._middle @ self._middle)
        self._spread = math.sqrt(max(1e-6, left))

    def nearness(self, means: NDArray[np.float32], meaning: Vector) -> Vector:
        """Cosine of a complaint to each of n groups, on the average over its members.

        Args:
            means: (n, WIDTH) mean of each group's vectors.
            meaning: of length 1.
        """
        own = meaning - self._middle
        length = max(1e-6, float(np.linalg.norm(own))) * self._spread
        own /= np.float32(length)
        return means @ own - self._middle @ own
