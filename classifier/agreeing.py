"""The three heads of one verdict made to agree: a stance must be possible on its two axes.

The labelling guide leaves no heated critic without an insult and no hater with a case. Heads
that answer each for itself break that in two verdicts of a hundred. Of all possible triples of
claim, abuse and stance the most probable is taken, the stance counting four times: it saw both.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from classifier.targets import TARGETS
from otklik.enums import Abuse, Claim, Stance

_STANCE_COUNTS = 4.0
_FLOOR, _NEVER = 1e-6, -1e9
_HARSH = (Abuse.INSULT, Abuse.THREAT)

F32 = npt.NDArray[np.float32]


def is_possible(claim: str, abuse: str, stance: str) -> bool:
    """Whether the guide knows such a verdict."""
    if stance == Stance.CRITIC:
        return claim != Claim.NONE and abuse not in _HARSH
    if stance == Stance.HEATED:
        return claim == Claim.CONCRETE and abuse in _HARSH
    if stance == Stance.HATER:
        return claim != Claim.CONCRETE and abuse != Abuse.NONE
    return stance != Stance.PRAISE or abuse not in _HARSH


_POSSIBLE = np.array(
    [
        [[is_possible(claim, abuse, stance) for stance in TARGETS["tone"]]
         for abuse in TARGETS["abuse"]]
        for claim in TARGETS["claim"]
    ]
)  # fmt: skip


def agree(proba: Mapping[str, F32]) -> dict[str, F32]:
    """Copies of (n, c) probabilities whose best claim, abuse and stance are possible together.

    Where the best of a head changes, the two classes change their probabilities.
    """
    found = {name: values.copy() for name, values in proba.items()}
    claim, abuse, stance = (
        np.log(np.maximum(found[name], _FLOOR)) for name in ("claim", "abuse", "stance")
    )
    joint = (
        claim[:, :, None, None]
        + abuse[:, None, :, None]
        + _STANCE_COUNTS * stance[:, None, None, :]
        + np.where(_POSSIBLE, 0.0, _NEVER)
    )
    best = joint.reshape(len(claim), -1).argmax(axis=1)
    chosen = np.unravel_index(best, _POSSIBLE.shape)
    for name, places in zip(("claim", "abuse", "stance"), chosen, strict=True):
        _put_first(found[name], places)
    return found


def _put_first(proba: F32, places: npt.NDArray[np.intp]) -> None:
    rows = np.arange(len(proba))
    best = proba.argmax(axis=1)
    chosen, highest = proba[rows, places].copy(), proba[rows, best].copy()
    proba[rows, best] = chosen
    proba[rows, places] = highest
