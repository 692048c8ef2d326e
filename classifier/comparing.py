"""Two models on the same labelled texts: figures side by side, and the interval of the difference.

Works on verdicts alone, so anything that judges can be compared with anything else. A label may
leave fields out: each figure counts the rows that know what it needs. A difference is drawn with
the same rows for both (paired bootstrap).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from math import sqrt
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from classifier.corpus import GoldRow
from otklik.enums import Abuse, Claim, Stance, Topic
from otklik.verdicts import Verdict

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

CLASSES: dict[str, tuple[str, ...]] = {
    "stance": tuple(Stance),
    "claim": tuple(Claim),
    "abuse": tuple(Abuse),
    "urgency": ("0", "1", "2", "3"),
    "topic": tuple(Topic),
}
HATER, OTHER = CLASSES["stance"].index(Stance.HATER), CLASSES["stance"].index(Stance.OTHER)
_CASES = [CLASSES["stance"].index(one) for one in (Stance.CRITIC, Stance.HEATED)]
_UNKNOWN = -1
_ROUNDS, _SEED, _BATCH, _BINS, _Z = 1000, 0, 500, 15, 1.96

# share: what is counted among what; the others are kappas and the calibration error
DANGEROUS = {"critics_filed_as_hater": -1, "critics_filed_as_other": -1, "urgency_3_recall": 1}
_BETTER_IS = {**DANGEROUS, "stance_ece": -1, "abstained": -1, "hater_recall": 1}
LEAST_ROWS = 50


class Judge(Protocol):
    """Anything that judges texts."""

    def judge(self, texts: Sequence[str]) -> list[Verdict]:
        """One verdict per text, in order."""


@dataclass(frozen=True, slots=True)
class Truth:
    """A labelled text; `values` may leave fields out."""

    text: str
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Paired:
    """One figure of both models, and new − serving with its 95 % interval.

    `cases`: of how many rows it is a figure; `bound`: where it is a share of the new model's,
    its Wilson interval (`low`, `high`). NaN where no row knows what the figure needs.
    """

    serving: float
    new: float
    difference: float
    low: float
    high: float
    cases: int
    bound: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Both models on the same rows."""

    rows: int
    figures: dict[str, Paired]

    def as_json(self) -> dict[str, Any]:
        """Plain JSON values; what is not known is None."""
        figures = {
            name: {
                key: None if isinstance(value, float) and np.isnan(value) else value
                for key, value in asdict(one).items()
            }
            for name, one in self.figures.items()
        }
        return {"rows": self.rows, "figures": figures}

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Comparison:
        """What `as_json` wrote."""
        figures = {
            name: Paired(**{key: _number(key, value) for key, value in one.items()})
            for name, one in told["figures"].items()
        }
        return cls(int(told["rows"]), figures)


def _number(key: str, value: Any) -> Any:
    if key == "bound":
        return None if value is None else (float(value[0]), float(value[1]))
    return float("nan") if value is None else value


@dataclass(frozen=True, slots=True)
class Budgets:
    """What may be lost at most; `urgency_3` and `abstained` in shares as well."""

    hater: float = 0.01
    other: float = 0.03
    urgency_3: float = 0.05
    abstained: float = 0.10


@dataclass(frozen=True, slots=True)
class _Answers:
    """(n,) class indices per head, (n,) abstained, (n,) probability of the best stance."""

    guess: dict[str, I64]
    unsure: Mask
    best: F64


def truths(rows: Sequence[GoldRow]) -> list[Truth]:
    """Gold rows, all fields known."""
    return [
        Truth(
            row.text,
            {
                "stance": row.stance,
                "claim": row.claim,
                "abuse": row.abuse,
                "urgency": str(int(row.urgency)),
                "topic": row.topic,
            },
        )
        for row in rows
    ]


def compare(
    serving: Judge, new: Judge, rows: Sequence[Truth], *, rounds: int = _ROUNDS
) -> Comparison:
    """Both models' figures on `rows`, with paired intervals."""
    truth = {
        head: np.array([_place(names, row.values.get(head)) for row in rows], np.int64)
        for head, names in CLASSES.items()
    }
    texts = [row.text for row in rows]
    both = (_answers(serving, texts), _answers(new, texts))
    generator = np.random.default_rng(_SEED)
    draws = [generator.integers(0, len(rows), len(rows)) for _ in range(rounds if rows else 0)]
    figures = {name: _paired(figure, truth, both, draws) for name, figure in _FIGURES.items()}
    return Comparison(len(rows), figures)


def _place(names: tuple[str, ...], value: str | None) -> int:
    return names.index(value) if value is not None else _UNKNOWN


def _answers(judge: Judge, texts: Sequence[str]) -> _Answers:
    verdicts = [
        verdict
        for start in range(0, len(texts), _BATCH)
        for verdict in judge.judge(texts[start : start + _BATCH])
    ]
    guess = {
        head: np.array([names.index(_said(one, head)) for one in verdicts], np.int64)
        for head, names in CLASSES.items()
    }
    best = [max(one.stance_proba.values(), default=1.0) for one in verdicts]
    return _Answers(
        guess, np.array([one.abstained for one in verdicts], bool), np.array(best, float)
    )


def _said(verdict: Verdict, head: str) -> str:
    value = getattr(verdict, head)
    return str(int(value)) if head == "urgency" else str(value)


# what a figure gives for some rows: value, and how many rows it is a figure of
Truths = dict[str, I64]
Figure = Callable[[Truths, _Answers, I64], tuple[float, int]]


def _paired(
    figure: Figure, truth: Truths, both: tuple[_Answers, _Answers], draws: Sequence[I64]
) -> Paired:
    every = np.arange(len(both[0].unsure))
    (old, _), (fresh, cases) = (figure(truth, answers, every) for answers in both)
    gaps = [figure(truth, both[1], d)[0] - figure(truth, both[0], d)[0] for d in draws]
    known = [gap for gap in gaps if not np.isnan(gap)]
    low, high = np.percentile(known, [2.5, 97.5]) if known else (float("nan"),) * 2
    is_share = figure in _SHARES
    bound = wilson(round(fresh * cases), cases) if is_share and cases else None
    return Paired(old, fresh, fresh - old, float(low), float(high), cases, bound)


def _kappa(head: str) -> Figure:
    size = len(CLASSES[head])

    def figure(truth: Truths, found: _Answers, rows: I64) -> tuple[float, int]:
        gold = truth[head][rows]
        rows, gold = rows[gold >= 0], gold[gold >= 0]
        if not len(rows):
            return float("nan"), 0
        table = np.bincount(gold * size + found.guess[head][rows], minlength=size * size)
        share = table.reshape(size, size) / len(rows)
        chance = float(share.sum(axis=0) @ share.sum(axis=1))
        value = (float(np.trace(share)) - chance) / (1 - chance) if chance < 1 else float("nan")
        return value, len(rows)

    return figure


def _share(hit: Mask, among: Mask) -> tuple[float, int]:
    cases = int(among.sum())
    return (float(hit[among].mean()) if cases else float("nan")), cases


def _filed(place: int, of: Sequence[int]) -> Figure:
    def figure(truth: Truths, found: _Answers, rows: I64) -> tuple[float, int]:
        hit = (found.guess["stance"][rows] == place) & ~found.unsure[rows]
        return _share(hit, np.isin(truth["stance"][rows], of))

    return figure


def _critical(truth: Truths, found: _Answers, rows: I64) -> tuple[float, int]:
    return _share(found.guess["urgency"][rows] == 3, truth["urgency"][rows] == 3)


def _abstained(_truth: Truths, found: _Answers, rows: I64) -> tuple[float, int]:
    return _share(found.unsure[rows], np.ones(len(rows), bool))


def _ece(truth: Truths, found: _Answers, rows: I64) -> tuple[float, int]:
    rows = rows[truth["stance"][rows] >= 0]
    if not len(rows):
        return float("nan"), 0
    right = (found.guess["stance"][rows] == truth["stance"][rows]).astype(float)
    place = np.minimum((found.best[rows] * _BINS).astype(int), _BINS - 1)
    gap = np.bincount(place, right - found.best[rows], minlength=_BINS)
    return float(np.abs(gap).sum() / len(rows)), len(rows)


_FIGURES: dict[str, Figure] = {
    **{f"{head}_kappa": _kappa(head) for head in CLASSES},
    "critics_filed_as_hater": _filed(HATER, _CASES),
    "critics_filed_as_other": _filed(OTHER, _CASES),
    "hater_recall": _filed(HATER, [HATER]),
    "urgency_3_recall": _critical,
    "abstained": _abstained,
    "stance_ece": _ece,
}
_SHARES = [_FIGURES[name] for name in (*DANGEROUS, "hater_recall", "abstained")]


def wilson(hits: int, cases: int) -> tuple[float, float]:
    """95 % Wilson interval of a share; (0, 1) when nothing was counted."""
    if not cases:
        return 0.0, 1.0
    share, square = hits / cases, _Z**2
    middle = (share + square / (2 * cases)) / (1 + square / cases)
    reach = sqrt(share * (1 - share) / cases + square / (4 * cases**2)) * _Z / (1 + square / cases)
    return max(0.0, middle - reach), min(1.0, middle + reach)


def objections(
    found: Comparison, budgets: Budgets | None = None, *, least_rows: int = LEAST_ROWS
) -> list[str]:
    """Why the new model is not better than the serving one; empty when it is.

    Better: no dangerous figure is worse, and even the unlucky end of its difference stays
    within the budget; stance kappa is no lower; at least one of all these is better. A
    dangerous figure no row speaks of stops nothing.
    """
    limits = budgets or Budgets()
    stance = found.figures["stance_kappa"]
    if stance.cases < least_rows:
        return [f"too few frozen labels: {stance.cases} of at least {least_rows}"]
    against = [*_dangers(found, limits)]
    if not stance.difference >= 0:
        against.append(f"stance kappa falls: {stance.serving:.3f} → {stance.new:.3f}")
    if not against and not any(
        _gain(found.figures[n], n) > 0 for n in ("stance_kappa", *DANGEROUS)
    ):
        against.append("nothing is better than with the serving model")
    return against


def _dangers(found: Comparison, limits: Budgets) -> list[str]:
    allowed = {
        "critics_filed_as_hater": limits.hater,
        "critics_filed_as_other": limits.other,
        "urgency_3_recall": limits.urgency_3,
    }
    against = []
    for name, most in allowed.items():
        one = found.figures[name]
        loss = -_gain(one, name)
        worst = one.high if DANGEROUS[name] < 0 else -one.low
        if loss > 0:
            against.append(f"{name} is worse: {one.serving:.1%} → {one.new:.1%}")
        elif worst > most:
            against.append(f"{name} may be worse by {worst:.1%}, {most:.0%} is the budget")
    return against


def _gain(one: Paired, name: str) -> float:
    """How much better the new model is; 0 where nobody knows."""
    return 0.0 if np.isnan(one.difference) else one.difference * _BETTER_IS.get(name, 1)


def remarks(found: Comparison, budgets: Budgets | None = None) -> list[str]:
    """What the figures cannot show: budgets that too few rows speak of."""
    limits = budgets or Budgets()
    told = []
    for name, most in (
        ("critics_filed_as_hater", limits.hater),
        ("critics_filed_as_other", limits.other),
    ):
        bound = found.figures[name].bound
        if bound is None or bound[1] > most:
            high = bound[1] if bound else 1.0
            cases = found.figures[name].cases
            told.append(f"{name}: {cases} critics prove at most {high:.1%}, not the {most:.0%}")
    if not found.figures["urgency_3_recall"].cases:
        told.append("urgency_3_recall: no label of urgency 3")
    return told


def as_lines(found: Comparison) -> list[str]:
    """The table for people: figure, serving, new, difference with interval, rows."""
    lines = [f"{'':24s} serving    new   new − serving (95 % interval)  rows"]
    for name, one in found.figures.items():
        if np.isnan(one.new):
            lines.append(f"{name:24s}       –      –")
            continue
        lines.append(
            f"{name:24s} {one.serving:7.3f} {one.new:6.3f}   {one.difference:+.3f} "
            f"({one.low:+.3f} to {one.high:+.3f})        {one.cases:5d}"
        )
    return lines
