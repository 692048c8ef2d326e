"""Two models on the same texts: agreement by head, where they differ, who was right, the cost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from otklik.judging import HEADS
from otklik.store.shadow import Pair

EXAMPLES = 3


@dataclass(frozen=True)
class Difference:
    """One way in which the two part: what each says, how often, a few mentions."""

    serving: str
    shadow: str
    count: int
    examples: list[int]


@dataclass(frozen=True)
class HeadComparison:
    """One head over the rows the shadow judged it on.

    Attributes:
        kappa: Cohen's; None where it says nothing (no rows, one class only).
        right: against labels of staff: both, serving only, shadow only, neither.
    """

    head: str
    rows: int
    agreement: float | None
    kappa: float | None
    differences: list[Difference]
    right: dict[str, int]


@dataclass(frozen=True)
class Comparison:
    """The whole comparison. Seconds are for one comment; money in US dollars by the prices set."""

    rows: int
    heads: list[HeadComparison]
    serving_abstained: int
    shadow_abstained: int
    abstain_reasons: dict[str, int]
    seconds_p50: float
    seconds_p95: float
    tokens_in: int
    tokens_out: int
    dollars: float
    dropped_quotes: int

    def as_json(self) -> dict[str, object]:
        """The fields as plain JSON values."""
        return asdict(self)


def compare(pairs: Sequence[Pair]) -> Comparison:
    """Compare what both said; heads the shadow did not judge itself are left out."""
    own = [head for head in HEADS if any(head in pair.heads for pair in pairs)]
    seconds = sorted(pair.seconds for pair in pairs)
    return Comparison(
        rows=len(pairs),
        heads=[_head(head, [pair for pair in pairs if head in pair.heads]) for head in own],
        serving_abstained=sum(pair.serving_abstained for pair in pairs),
        shadow_abstained=sum(pair.shadow_abstained for pair in pairs),
        abstain_reasons=dict(
            Counter(pair.abstain_reason for pair in pairs if pair.abstain_reason).most_common()
        ),
        seconds_p50=_quantile(seconds, 0.5),
        seconds_p95=_quantile(seconds, 0.95),
        tokens_in=sum(pair.tokens[0] for pair in pairs),
        tokens_out=sum(pair.tokens[1] for pair in pairs),
        dollars=round(sum(pair.micros for pair in pairs) / 1_000_000, 6),
        dropped_quotes=sum(pair.dropped for pair in pairs),
    )


def kappa(first: Sequence[str], second: Sequence[str]) -> float | None:
    """Cohen's kappa of two readings of the same rows; None where chance alone agrees on all."""
    size = len(first)
    if not size:
        return None
    agreed = sum(one == two for one, two in zip(first, second, strict=True)) / size
    left, right = Counter(first), Counter(second)
    chance = sum(left[word] * right[word] for word in left) / size**2
    return (agreed - chance) / (1 - chance) if chance < 1 else None


def _head(head: str, pairs: Sequence[Pair]) -> HeadComparison:
    serving, shadow = ([getattr(p, side)[head] for p in pairs] for side in ("serving", "shadow"))
    agreed = sum(one == two for one, two in zip(serving, shadow, strict=True))
    found = kappa(serving, shadow)
    return HeadComparison(
        head=head,
        rows=len(pairs),
        agreement=round(agreed / len(pairs), 4) if pairs else None,
        kappa=None if found is None else round(found, 4),
        differences=_differences(head, pairs),
        right=_right(head, pairs),
    )


def _differences(head: str, pairs: Sequence[Pair]) -> list[Difference]:
    places: dict[tuple[str, str], list[int]] = {}
    for pair in pairs:
        key = (pair.serving[head], pair.shadow[head])
        if key[0] != key[1]:
            places.setdefault(key, []).append(pair.mention_id)
    ordered = sorted(places.items(), key=lambda item: (-len(item[1]), item[0]))
    return [Difference(*key, len(ids), ids[:EXAMPLES]) for key, ids in ordered]


def _right(head: str, pairs: Sequence[Pair]) -> dict[str, int]:
    counts = dict.fromkeys(("both", "serving", "shadow", "neither"), 0)
    for pair in pairs:
        if (label := pair.labels.get(head)) is not None:
            is_right = (pair.serving[head] == label, pair.shadow[head] == label)
            names = {(True, True): "both", (True, False): "serving", (False, True): "shadow"}
            counts[names.get(is_right, "neither")] += 1
    return counts


def _quantile(ordered: Sequence[float], share: float) -> float:
    return round(ordered[min(int(len(ordered) * share), len(ordered) - 1)], 4) if ordered else 0.0
