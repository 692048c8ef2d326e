"""What the two readers say, weighed: calibrated probabilities for every head, and the stance.

Inputs are log-probabilities of the bag's heads and, where the encoder was asked, of its heads.
Each target is one multinomial logistic over what the readers say of that target (`SEES`; over
everything it fits less well: rows are few); the stance is one more over the log-probabilities
of claim, abuse and tone and nothing else (`STANCE_FROM`), so that toxicity alone never decides
it. Fitted on out-of-fold outputs only: no reader has seen the row.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

from classifier.targets import AUXILIARY, HEADS, TARGETS

STANCE_FROM = ("claim", "abuse", "tone")
WEIGHED = ("toxic", "sentiment", "spam", "hate")  # auxiliary heads a verdict tells
_STRENGTH, _STANCE_STRENGTH = 0.3, 0.3
# whose blocks of the inputs a head looks at, where it is not its own alone
SEES: dict[str, tuple[str, ...]] = {
    "urgency": ("urgency", "claim", "abuse", "tone"),
    "toxic": ("toxic", "hate", "abuse", "tone"),
    "sentiment": ("sentiment", "mood", "complaint", "tone", "claim"),
    "spam": ("spam", "tone", "topic"),
    "hate": ("hate", "toxic", "abuse"),
}
# a critical comment that is missed costs more than one that is looked at in vain: twice the
# weight lifts its recall by six points and leaves kappa where it was
_CRITICAL, _CRITICAL_WEIGHT = TARGETS["urgency"].index("3"), 2.0
_FLOOR, _NEVER, _SEED, _FOLDS = 1e-4, -20.0, 0, 5

F32 = npt.NDArray[np.float32]
I64 = npt.NDArray[np.int64]
Arrays = dict[str, npt.NDArray[Any]]


@dataclass(frozen=True, slots=True)
class Logistic:
    """One multinomial logistic head: `weights` (d, c), `bias` (c,)."""

    weights: F32
    bias: F32

    def proba(self, inputs: F32) -> F32:
        """(n, c) probabilities; rows sum to one."""
        return softmax(inputs @ self.weights + self.bias)


@dataclass(frozen=True, slots=True)
class Combination:
    """`mean` and `spread` (d,) of the inputs, a head for each target and weighed auxiliary task."""

    mean: F32
    spread: F32
    heads: dict[str, Logistic]
    stance: Logistic

    def proba(self, inputs: F32) -> dict[str, F32]:
        """Probabilities per head for (n, d) inputs; adds `stance`."""
        scaled = (inputs - self.mean) / self.spread
        found = {name: head.proba(scaled) for name, head in self.heads.items()}
        found["stance"] = self.stance.proba(stance_inputs(found))
        return found

    def arrays(self, prefix: str) -> Arrays:
        """Arrays named `prefix_…`; `from_arrays` makes the same combination of them."""
        found: Arrays = {f"{prefix}_mean": self.mean, f"{prefix}_spread": self.spread}
        for name, head in {**self.heads, "stance": self.stance}.items():
            found[f"{prefix}_{name}_weights"] = head.weights
            found[f"{prefix}_{name}_bias"] = head.bias
        return found

    @classmethod
    def from_arrays(cls, prefix: str, arrays: Arrays) -> Combination:
        """A combination of the arrays of an artefact.

        Raises:
            KeyError: an array is missing.
        """
        heads = {
            name: Logistic(arrays[f"{prefix}_{name}_weights"], arrays[f"{prefix}_{name}_bias"])
            for name in (*TARGETS, *WEIGHED, "stance")
        }
        stance = heads.pop("stance")
        return cls(arrays[f"{prefix}_mean"], arrays[f"{prefix}_spread"], heads, stance)


def softmax(scores: F32) -> F32:
    """Row-wise probabilities of (n, c) scores."""
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True), dtype=np.float32)


def logs(proba: F32) -> F32:
    """Log-probabilities, bounded below."""
    return np.asarray(np.log(np.maximum(proba, _FLOOR)), dtype=np.float32)


def inputs_of(bag: Mapping[str, F32], encoder: F32 | None = None) -> F32:
    """(n, d) log-probabilities: the bag's heads, then the encoder's where it was asked."""
    blocks = [logs(softmax(bag[name])) for name in HEADS]
    if encoder is not None:
        blocks += [logs(softmax(part)) for part in split_scores(encoder)]
    return np.hstack(blocks)


def split_scores(encoder: F32) -> list[F32]:
    """The encoder's (n, 25) scores, a block per target."""
    edges = np.cumsum([len(labels) for labels in TARGETS.values()])[:-1]
    return list(np.split(encoder, edges, axis=1))


def stance_inputs(proba: Mapping[str, F32]) -> F32:
    """(n, 13) log-probabilities of claim, abuse and tone."""
    return np.hstack([logs(proba[name]) for name in STANCE_FROM])


def fit_combination(
    inputs: F32,
    labels: Mapping[str, I64],
    weighed: Mapping[str, tuple[F32, I64]],
    weights: F32 | None = None,
) -> Combination:
    """Fit every head on out-of-fold inputs.

    Args:
        inputs: (n, d) of the labelled rows.
        labels: (n,) class index per target.
        weighed: per auxiliary head its own rows' inputs and labels.
        weights: (n,) how much each labelled row counts; all alike by default.
    """
    mean = inputs.mean(axis=0).astype(np.float32)
    spread = (inputs.std(axis=0) + 1e-3).astype(np.float32)
    scaled = np.asarray((inputs - mean) / spread, dtype=np.float32)
    heads = {
        name: _fit_seeing(name, scaled, labels[name], classes, weights)
        for name, classes in TARGETS.items()
        if name != "urgency"
    }
    critical = np.where(labels["urgency"] == _CRITICAL, _CRITICAL_WEIGHT, 1.0)
    heads["urgency"] = _fit_seeing(
        "urgency",
        scaled,
        labels["urgency"],
        TARGETS["urgency"],
        (critical if weights is None else critical * weights).astype(np.float32),
    )
    unseen = {name: _unseen(scaled, labels[name], name, weights) for name in STANCE_FROM}
    stance = _fit(stance_inputs(unseen), labels["tone"], TARGETS["tone"], _STANCE_STRENGTH, weights)
    for name in WEIGHED:
        rows, truth = weighed.get(name, (inputs[:0], np.zeros(0, np.int64)))
        heads[name] = fit_weighed(name, np.asarray((rows - mean) / spread, np.float32), truth)
    return Combination(mean, spread, heads, stance)


def fit_weighed(name: str, inputs: F32, truth: I64) -> Logistic:
    """One auxiliary head on (n, d) inputs of rows no reader has seen; even odds without rows."""
    classes = AUXILIARY[name]
    if len(np.unique(truth)) > 1:
        return _fit_seeing(name, inputs, truth, classes)
    weights = np.zeros((inputs.shape[1], len(classes)), dtype=np.float32)
    return Logistic(weights, np.zeros(len(classes), dtype=np.float32))


def _fit_seeing(
    name: str, inputs: F32, labels: I64, classes: Sequence[str], weights: F32 | None = None
) -> Logistic:
    """`_fit` on the columns the head sees; the others weigh nothing."""
    columns = columns_of(SEES.get(name, (name,)), inputs.shape[1])
    part = _fit(inputs[:, columns], labels, classes, _STRENGTH, weights)
    whole = np.zeros((inputs.shape[1], len(classes)), dtype=np.float32)
    whole[columns] = part.weights
    return Logistic(whole, part.bias)


def columns_of(names: Sequence[str], width: int) -> list[int]:
    """Columns of `inputs_of` that speak of the heads `names`; `width` tells who was asked."""
    blocks = [*HEADS.items(), *TARGETS.items()]
    found: list[int] = []
    first = 0
    for head, labels in blocks:
        if head in names and first < width:
            found.extend(range(first, first + len(labels)))
        first += len(labels)
    return found


def _fit(
    inputs: F32, labels: I64, classes: Sequence[str], strength: float, weights: F32 | None
) -> Logistic:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # close enough is enough here
        model = LogisticRegression(C=strength, max_iter=300)
        model.fit(inputs, labels, sample_weight=weights)
    found = np.zeros((inputs.shape[1], len(classes)), dtype=np.float32)
    bias = np.full(len(classes), _NEVER, dtype=np.float32)
    if len(model.classes_) == 2:  # one column stands for both
        found[:, model.classes_[1]] = model.coef_[0]
        bias[model.classes_] = 0.0, model.intercept_[0]
        return Logistic(found, bias)
    found[:, model.classes_] = model.coef_.T
    bias[model.classes_] = model.intercept_
    return Logistic(found, bias)


def _unseen(scaled: F32, labels: I64, name: str, weights: F32 | None) -> F32:
    """Out-of-fold probabilities of one target, for the stance to be fitted on."""
    found = np.zeros((len(labels), len(TARGETS[name])), dtype=np.float32)
    splitter = StratifiedKFold(_FOLDS, shuffle=True, random_state=_SEED)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # a class with fewer rows than folds
        parts = list(splitter.split(scaled, labels))
    for learn, test in parts:
        part = None if weights is None else weights[learn]
        head = _fit_seeing(name, scaled[learn], labels[learn], TARGETS[name], part)
        found[test] = head.proba(scaled[test])
    return found
