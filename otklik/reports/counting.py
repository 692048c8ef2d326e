"""Is it more than before? Counts compared with an interval, so that 3 → 5 is not called growth.

Comments come in bunches: their daily counts vary more than a Poisson law says. `dispersion` is
by how much (1: not at all); counts are divided by it before they are compared, which widens the
interval as a negative-binomial law of the same variance would.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from scipy.stats import beta

LEAST = 5  # counts on both sides together, below which nothing is said
USUAL_RISK = 0.05


class Change(StrEnum):
    """What two counts let us say."""

    MORE = "more"
    FEWER = "fewer"
    SAME = "same"  # no difference seen; not: there is none
    TOO_FEW = "too_few"
    UNWATCHED = "unwatched"  # nothing was collected yet in the first span


@dataclass(frozen=True)
class Comparison:
    """Two counts over two spans; `ratio` is the second rate by the first.

    The interval holds the true ratio in `1 - risk` of cases; `high` is None where it has no end.
    """

    before: int
    after: int
    ratio: float | None
    low: float
    high: float | None
    change: Change


def compare(
    before: int,
    after: int,
    *,
    span_before: float = 1.0,
    span_after: float = 1.0,
    dispersion: float = 1.0,
    risk: float = USUAL_RISK,
) -> Comparison:
    """Rate ratio with its exact conditional interval (Clopper and Pearson on the share of after).

    Args:
        span_before, span_after: days, or anything else the counts were taken over; above 0.
        dispersion: variance by mean of the daily counts, at least 1.
        risk: of calling a difference where there is none.
    """
    spans = span_before / span_after
    low, high = _share(before / dispersion, after / dispersion, risk)
    ratio = after / before * spans if before else None
    lowest, highest = low / (1 - low) * spans, high / (1 - high) * spans if high < 1 else None
    return Comparison(
        before, after, ratio, lowest, highest, _change(before + after, lowest, highest)
    )


def unwatched(found: Comparison) -> Comparison:
    """The same counts where the first span lies, in part, before anything was collected."""
    return replace(found, change=Change.UNWATCHED)


def _share(before: float, after: float, risk: float) -> tuple[float, float]:
    low = float(beta.ppf(risk / 2, after, before + 1)) if after else 0.0
    high = float(beta.ppf(1 - risk / 2, after + 1, before)) if before else 1.0
    return low, high


def _change(together: int, low: float, high: float | None) -> Change:
    if together < LEAST:
        return Change.TOO_FEW
    if low > 1:
        return Change.MORE
    return Change.FEWER if high is not None and high < 1 else Change.SAME


def dispersion(groups: Sequence[Sequence[int]]) -> float:
    """Variance by mean of counts that should be alike within each group, at least 1.

    Pearson's statistic by its degrees of freedom: groups are weekdays before, weekdays after.
    """
    statistic = freedom = 0.0
    for counts in groups:
        mean = sum(counts) / len(counts) if counts else 0.0
        if len(counts) > 1 and mean > 0:
            statistic += sum((count - mean) ** 2 for count in counts) / mean
            freedom += len(counts) - 1
    return max(1.0, statistic / freedom) if freedom else 1.0


def shared_risk(comparisons: int, risk: float = USUAL_RISK) -> float:
    """Risk for each of several comparisons, so that all together keep `risk` (Bonferroni)."""
    return risk / max(1, comparisons)


def quantile(histogram: Sequence[tuple[float, int]], share: float) -> float | None:
    """The value that `share` of all lie at or below: (value, count) pairs in any order."""
    total = sum(count for _value, count in histogram)
    needed, seen = share * total, 0
    for value, count in sorted(histogram):
        seen += count
        if seen >= needed and count:
            return value
    return None


def mean(histogram: Sequence[tuple[float, int]]) -> float | None:
    """The mean of (value, count) pairs."""
    total = sum(count for _value, count in histogram)
    return sum(value * count for value, count in histogram) / total if total else None
