"""Has what the model says changed? This week's verdicts beside the four weeks before.

The distance is Jensen–Shannon's (in bits, 0 … 1) with the 95 % interval of a bootstrap, beside the
PSI that people in the trade know. A distance counts as real when chance alone (both periods drawn
from one common distribution) seldom makes one as large, and as worth telling when the PSI says so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from sqlmodel import Session

from otklik.enums import Stance
from otklik.store import looks

WEEK, BEFORE = timedelta(days=7), 4
DRAWS, SEED = 400, 20261122
LEAST = 50  # verdicts in each period
SLIGHT, MUCH = 0.1, 0.25  # PSI, by the custom of the trade
BINS = (0.0, 0.5, 0.7, 0.8, 0.9, 1.01)  # of confidence

Counts = NDArray[np.float64]


@dataclass(frozen=True)
class Drift:
    """One distribution now and before.

    Attributes:
        name: ``stance``, ``urgency``, ``unsure`` or ``confidence``.
        words: its classes, in order; `now` and `before` count them.
        distance: Jensen–Shannon divergence in bits; `low` and `high` its 95 % interval.
        noise: what chance alone stays below in 95 of 100 cases.
        state: ``few``, ``same``, ``slight`` (real, but small) or ``changed``.
    """

    name: str
    words: tuple[str, ...]
    now: tuple[int, ...]
    before: tuple[int, ...]
    distance: float
    low: float
    high: float
    noise: float
    psi: float
    state: str


def measure_drift(session: Session, brand_id: str, at: datetime) -> list[Drift]:
    """Stance, urgency, the unsure and the confidence of the last week beside four weeks before."""
    start, past = at - WEEK, at - WEEK * (1 + BEFORE)
    now = looks.count_verdicts_by(session, brand_id, start, at)
    before = looks.count_verdicts_by(session, brand_id, past, start)
    sure = [
        looks.list_confidences(session, brand_id, since, until)
        for since, until in ((start, at), (past, start))
    ]
    kinds = {
        "stance": (0, tuple(str(one) for one in Stance)),
        "urgency": (1, ("0", "1", "2", "3")),
        "unsure": (2, ("False", "True")),
    }
    found = [
        compare(name, words, *(_by(counts, place, words) for counts in (now, before)))
        for name, (place, words) in kinds.items()
    ]
    names = tuple(f"{low:.0%}–{min(high, 1):.0%}" for low, high in pairwise(BINS))
    return [*found, compare("confidence", names, *(_binned(one) for one in sure))]


def _by(counts: Mapping[tuple[str, int, bool], int], place: int, words: Sequence[str]) -> list[int]:
    totals = dict.fromkeys(words, 0)
    for key, count in counts.items():
        word = str(key[place])
        if word in totals:
            totals[word] += count
    return list(totals.values())


def _binned(values: Sequence[float]) -> list[int]:
    return [int(one) for one in np.histogram(values, bins=BINS)[0]]


def compare(name: str, words: tuple[str, ...], now: Sequence[int], before: Sequence[int]) -> Drift:
    """Two counts of the same classes, with uncertainty; the same numbers for the same counts."""
    here, there = np.asarray(now, dtype=float), np.asarray(before, dtype=float)
    sizes = int(here.sum()), int(there.sum())
    if min(sizes) < LEAST:
        return Drift(name, words, tuple(now), tuple(before), 0.0, 0.0, 0.0, 0.0, 0.0, state="few")
    draw = np.random.default_rng(SEED)
    distance = float(_divergence(here[None], there[None])[0])
    common = (here + there) / sum(sizes)
    again = _divergence(
        _drawn(draw, here / sizes[0], sizes[0]), _drawn(draw, there / sizes[1], sizes[1])
    )
    chance = _divergence(_drawn(draw, common, sizes[0]), _drawn(draw, common, sizes[1]))
    noise = float(np.quantile(chance, 0.95))
    psi = _psi(here, there)
    low, high = (float(one) for one in np.quantile(again, (0.025, 0.975)))
    return Drift(
        name,
        words,
        tuple(now),
        tuple(before),
        round(distance, 5),
        round(low, 5),
        round(high, 5),
        round(noise, 5),
        round(psi, 4),
        state="same" if distance <= noise else "changed" if psi >= SLIGHT else "slight",
    )


def _drawn(draw: np.random.Generator, shares: Counts, size: int) -> Counts:
    return draw.multinomial(size, shares, size=DRAWS).astype(float)


def _divergence(here: Counts, there: Counts) -> Counts:
    """Jensen–Shannon in bits, row by row of counts."""
    one = here / here.sum(axis=1, keepdims=True)
    other = there / there.sum(axis=1, keepdims=True)
    middle = (one + other) / 2
    return (_entropy(middle) - (_entropy(one) + _entropy(other)) / 2).clip(min=0.0)


def _entropy(shares: Counts) -> Counts:
    logs = np.log2(shares, out=np.zeros_like(shares), where=shares > 0)
    found: Counts = -(shares * logs).sum(axis=1)
    return found


def _psi(here: Counts, there: Counts) -> float:
    """Population stability index; half a row is added to each class, so that none is empty."""
    one, other = ((counts + 0.5) / (counts + 0.5).sum() for counts in (here, there))
    return float(((one - other) * np.log(one / other)).sum())
