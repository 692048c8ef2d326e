"""When the classifier says "unsure": three thresholds, chosen on out-of-fold probabilities.

`hater_doubt` serves the risk budget (a critic filed as a hater is the dearest mistake): a text
is only filed as a hater while the probability that its author has a case stays below it.
`other_doubt` does the same for `other`, where a critic would be answered by nobody.
`floor` turns away the least certain rest, as far as the budget for abstaining reaches.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from otklik.enums import Stance

F32 = npt.NDArray[np.float32]
I64 = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

STANCES = tuple(Stance)
HATER, OTHER = STANCES.index(Stance.HATER), STANCES.index(Stance.OTHER)
_STEP = 0.002  # by which a budget is eased while too many are turned away
CASES = [STANCES.index(Stance.CRITIC), STANCES.index(Stance.HEATED)]


@dataclass(frozen=True, slots=True)
class Thresholds:
    """`hater_doubt`, `other_doubt`: most P(critic or heated) a verdict of hater, of other may
    carry; `floor`: least P(best).
    """

    hater_doubt: float
    floor: float
    other_doubt: float = 1.0

    def unsure(self, stance: F32) -> Mask:
        """(n,) which rows of (n, 6) stance probabilities must not be trusted."""
        hater = _filed(stance, HATER) & (_doubt(stance) > self.hater_doubt)
        return np.asarray(hater | self.critic(stance) | (stance.max(axis=1) < self.floor))

    def critic(self, stance: F32) -> Mask:
        """(n,) which rows look like `other` and may be a critic's."""
        return np.asarray(_filed(stance, OTHER) & (_doubt(stance) > self.other_doubt))


def choose(
    stance: F32,
    truth: I64,
    *,
    risk: float = 0.01,
    lost: float = 0.028,
    most_abstained: float = 0.09,
) -> Thresholds:
    """Thresholds under which few critics (with heated) are filed as haters or as `other`.

    Args:
        stance: (n, 6) out-of-fold probabilities.
        truth: (n,) gold stance as index into `STANCES`.
        risk: most critics filed as haters: the promised budget.
        lost: most critics filed as `other`, where the cap on abstaining leaves room for it;
            else as few as it leaves room for.
        most_abstained: share of all rows that may be turned away; the first budget goes before
            it, the second and `floor` fill what is left.
    """
    hater_doubt = _limit(stance, truth, HATER, risk)
    while True:
        other_doubt = _limit(stance, truth, OTHER, lost)
        first = Thresholds(hater_doubt, 0.0, other_doubt).unsure(stance)
        if first.mean() <= most_abstained or lost >= 1:
            break
        lost += _STEP
    spare = max(most_abstained - first.mean(), 0.0)
    rest = np.sort(stance.max(axis=1)[~first])
    floor = float(rest[int(spare * len(stance))]) if len(rest) and spare else 0.0
    return Thresholds(hater_doubt, floor, other_doubt)


def floor_of(stances: Mapping[str, F32], *, differing: float = 0.01) -> float:
    """Below which best stance of the bag alone `balanced` asks the encoder as well.

    The lowest floor under which at most the share `differing` of all rows would get another
    stance than `thorough` gives. Nobody is asked (0) where there is no encoder.

    Args:
        stances: (n, 6) out-of-fold stance probabilities, `fast` and, with an encoder, `full`.
        differing: the share.
    """
    if "full" not in stances:
        return 0.0
    fast, full = stances["fast"], stances["full"]
    other = fast.argmax(axis=1) != full.argmax(axis=1)
    order = np.argsort(-fast.max(axis=1), kind="stable")
    kept = np.flatnonzero(np.cumsum(other[order]) > differing * len(fast))
    return float(fast.max(axis=1)[order[kept[0]]]) + 1e-6 if len(kept) else 0.0


def _limit(stance: F32, truth: I64, place: int, budget: float) -> float:
    """The doubt under which at most `budget` of the critics are filed under `place`."""
    cases = np.isin(truth, CASES)
    wrong = np.sort(_doubt(stance)[cases & _filed(stance, place)])
    allowed = int(budget * cases.sum())
    return float(wrong[allowed]) * 0.999 if len(wrong) > allowed else 1.0


def _filed(stance: F32, place: int) -> Mask:
    return np.asarray(stance.argmax(axis=1) == place)


def _doubt(stance: F32) -> F32:
    return np.asarray(stance[:, CASES].sum(axis=1))
