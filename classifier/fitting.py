"""How the heads learn. Everything is seeded; the same data gives the same arrays.

Level 1 for gold classes is ridge regression in its dual form: one factorisation gives all
classes at once *and* exact leave-one-out outputs, on which level 2 is then fitted, so that
level 2 never sees an output made by a row's own label.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression, SGDClassifier
from sklearn.model_selection import StratifiedKFold
from sklearn.neural_network import MLPClassifier

from classifier.corpus import GoldRow
from classifier.heads import TARGETS, Committee, Heads, Logistic, Scaling, stance_inputs

SEED = 0
RIDGE = 0.5
_STANCE_C = 1.0
_MEMBERS, _HIDDEN, _DECAY, _EPOCHS, _STEP = 3, 48, 1.0, 25, 64
_NEVER = -20.0  # bias of a class without a single row
_AUX_ALPHA, _AUX_EPOCHS = 3e-6, 12

F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Ridge:
    """Dual solution: `alpha` (n, t), `mean` (t,), `left_out` (n, t) leave-one-out outputs."""

    alpha: F64
    mean: F64
    left_out: F64


def fit_ridge(kernel: F64, targets: F64) -> Ridge:
    """Ridge regression of (n, t) `targets` on the rows behind an (n, n) `kernel`."""
    inverse = np.linalg.inv(kernel + RIDGE * np.eye(len(kernel)))
    mean = targets.mean(axis=0)
    alpha = inverse @ (targets - mean)
    return Ridge(alpha, mean, targets - alpha / np.diag(inverse)[:, None])


def kernel_of(matrix: sparse.csr_matrix, batch: int = 1000) -> F64:
    """(n, n) inner products of the rows."""
    blocks = [
        (matrix[start : start + batch] @ matrix.T).toarray()
        for start in range(0, matrix.shape[0], batch)
    ]
    return np.vstack(blocks).astype(np.float64)


def gold_labels(rows: Sequence[GoldRow]) -> dict[str, I64]:
    """Class index of each row for every target (`tone` is the gold stance)."""
    values = {
        "claim": [row.claim.value for row in rows],
        "abuse": [row.abuse.value for row in rows],
        "topic": [row.topic.value for row in rows],
        "urgency": [str(int(row.urgency)) for row in rows],
        "tone": [row.stance.value for row in rows],
    }
    return {
        name: np.array([classes.index(value) for value in values[name]], dtype=np.int64)
        for name, classes in TARGETS.items()
    }


def one_hot(labels: dict[str, I64]) -> F64:
    """(n, 25) indicator matrix of all targets side by side."""
    return np.hstack([np.eye(len(TARGETS[name]))[labels[name]] for name in TARGETS])


def gold_columns() -> tuple[str, ...]:
    """Names of the columns of `one_hot`."""
    return tuple(f"{name}.{label}" for name, classes in TARGETS.items() for label in classes)


def fit_aux(matrix: sparse.csr_matrix, labels: I64, classes: Sequence[str]) -> tuple[F32, F32]:
    """Weights (WIDTH, k) and bias (k,) of one auxiliary head; k is 1 for two classes."""
    model = SGDClassifier(
        loss="log_loss",
        alpha=_AUX_ALPHA,
        max_iter=_AUX_EPOCHS,
        tol=None,
        average=True,
        random_state=SEED,
    )
    model.fit(matrix, labels)
    width = 1 if len(classes) == 2 else len(classes)
    weights = np.zeros((matrix.shape[1], width), dtype=np.float32)
    bias = np.zeros(width, dtype=np.float32)
    places = [0] if width == 1 else list(model.classes_)
    weights[:, places] = model.coef_.T
    bias[places] = model.intercept_
    return weights, bias


def fit_heads(inputs: F32, labels: dict[str, I64], folds: int = 5) -> Heads:
    """Levels 2 and 3 on (n, d) inputs whose level-1 part is leave-one-out."""
    scaling = Scaling.of(inputs)
    scaled = scaling.apply(inputs)
    targets = {name: fit_committee(scaled, labels[name], name) for name in TARGETS}
    unseen = {name: _out_of_fold(scaled, labels[name], name, folds) for name in TARGETS}
    stance = _fit_logistic(stance_inputs(unseen), labels["tone"], "tone", _STANCE_C)
    return Heads(scaling, targets, stance)


def fit_committee(scaled: F32, labels: I64, name: str) -> Committee:
    """Small networks that differ by seed only; strong decay, few epochs: rows are few."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # stopping early is meant
        step = min(_STEP, len(labels))
        members = [_network(seed, step).fit(scaled, labels) for seed in range(_MEMBERS)]
    count, classes = len(TARGETS[name]), members[0].classes_
    out = np.zeros((_MEMBERS, _HIDDEN, count), dtype=np.float32)
    out_bias = np.full((_MEMBERS, count), _NEVER, dtype=np.float32)
    out[:, :, classes] = [member.coefs_[1] for member in members]
    out_bias[:, classes] = [member.intercepts_[1] for member in members]
    return Committee(
        np.array([member.coefs_[0] for member in members], dtype=np.float32),
        np.array([member.intercepts_[0] for member in members], dtype=np.float32),
        out,
        out_bias,
    )


def _network(seed: int, step: int) -> MLPClassifier:
    return MLPClassifier(
        (_HIDDEN,), alpha=_DECAY, batch_size=step, max_iter=_EPOCHS, random_state=SEED + seed
    )


def _fit_logistic(inputs: F32, labels: I64, name: str, strength: float) -> Logistic:
    model = LogisticRegression(C=strength, max_iter=500).fit(inputs, labels)
    weights = np.zeros((inputs.shape[1], len(TARGETS[name])), dtype=np.float32)
    bias = np.full(len(TARGETS[name]), _NEVER, dtype=np.float32)
    weights[:, model.classes_] = model.coef_.T
    bias[model.classes_] = model.intercept_
    return Logistic(weights, bias)


def _out_of_fold(scaled: F32, labels: I64, name: str, folds: int) -> F32:
    found = np.zeros((len(labels), len(TARGETS[name])), dtype=np.float32)
    splitter = StratifiedKFold(folds, shuffle=True, random_state=SEED)
    for learn, test in splitter.split(scaled, labels):
        found[test] = fit_committee(scaled[learn], labels[learn], name).proba(scaled[test])
    return found
