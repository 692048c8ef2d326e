"""When the classifier says "unsure": two thresholds, chosen on out-of-fold probabilities.

`hater_doubt` serves the risk budget (a critic filed as a hater is the dearest mistake): a text
is only filed as a hater while the probability that its author has a case stays below it.
`floor` turns away the least certain rest, as far as the budget for abstaining reaches.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from otklik.enums import Stance

F32 = npt.NDArray[np.float32]
I64 = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

STANCES = tuple(Stance)
HATER = STANCES.index(Stance.HATER)
CASES = [STANCES.index(Stance.CRITIC), STANCES.index(Stance.HEATED)]


@dataclass(frozen=True, slots=True)
class Thresholds:
    """`hater_doubt`: most P(critic or heated) a hater verdict may carry; `floor`: least P(best)."""

    hater_doubt: float
    floor: float

    def unsure(self, stance: F32) -> Mask:
        """(n,) which rows of (n, 6) stance probabilities must not be trusted."""
        filed = stance.argmax(axis=1) == HATER
        doubt = stance[:, CASES].sum(axis=1)
        return np.asarray((filed & (doubt > self.hater_doubt)) | (stance.max(axis=1) < self.floor))


def choose(
    stance: F32, truth: I64, *, risk: float = 0.008, most_abstained: float = 0.09
) -> Thresholds:
    """Thresholds under which at most `risk` of the critics are filed as haters.

    Args:
        stance: (n, 6) out-of-fold probabilities.
        truth: (n,) gold stance as index into `STANCES`.
        risk: budget, kept below the promised 1 % because the choice is made on these rows.
        most_abstained: share of all rows that may be called unsure.
    """
    doubt = stance[:, CASES].sum(axis=1)
    cases = np.isin(truth, CASES)
    wrong = np.sort(doubt[cases & (stance.argmax(axis=1) == HATER)])
    allowed = int(risk * cases.sum())
    hater_doubt = float(wrong[allowed]) * 0.999 if len(wrong) > allowed else 1.0
    first = Thresholds(hater_doubt, 0.0).unsure(stance)
    spare = max(most_abstained - first.mean(), 0.0)
    rest = np.sort(stance.max(axis=1)[~first])
    floor = float(rest[int(spare * len(stance))]) if len(rest) else 0.0
    return Thresholds(hater_doubt, floor)
