"""How the heads learn. Everything is seeded; the same data gives the same arrays.

Level 1 for gold classes is ridge regression in its dual form: one factorisation gives all
classes at once *and* exact leave-one-out outputs, on which level 2 is then fitted, so that
level 2 never sees an output made by a row's own label.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.linear_model import LogisticRegression, SGDClassifier
from sklearn.model_selection import StratifiedKFold, cross_val_predict

from classifier.corpus import GoldRow
from classifier.heads import TARGETS, Heads, Logistic, Scaling, stance_inputs

SEED = 0
RIDGE = 0.5
_LOGISTIC_C = 0.1
_STANCE_C = 1.0
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


def fit_heads(inputs: F32, labels: dict[str, I64]) -> Heads:
    """Levels 2 and 3 on (n, d) inputs whose level-1 part is leave-one-out."""
    scaling = Scaling.of(inputs)
    scaled = scaling.apply(inputs)
    targets = {name: _logistic(scaled, labels[name], name) for name in TARGETS}
    unseen = {name: _out_of_fold(scaled, labels[name], name) for name in TARGETS}
    stance = _fit_logistic(stance_inputs(unseen), labels["tone"], "tone", _STANCE_C)
    return Heads(scaling, targets, stance)


def _logistic(scaled: F32, labels: I64, name: str) -> Logistic:
    return _fit_logistic(scaled, labels, name, _LOGISTIC_C)


def _fit_logistic(inputs: F32, labels: I64, name: str, strength: float) -> Logistic:
    model = LogisticRegression(C=strength, max_iter=500).fit(inputs, labels)
    weights = np.zeros((inputs.shape[1], len(TARGETS[name])), dtype=np.float32)
    bias = np.full(len(TARGETS[name]), -20.0, dtype=np.float32)  # a class never seen stays out
    weights[:, model.classes_] = model.coef_.T
    bias[model.classes_] = model.intercept_
    return Logistic(weights, bias)


def _out_of_fold(scaled: F32, labels: I64, name: str) -> F32:
    folds = StratifiedKFold(5, shuffle=True, random_state=SEED)
    model = LogisticRegression(C=_LOGISTIC_C, max_iter=500)
    found = cross_val_predict(model, scaled, labels, cv=folds, method="predict_proba")
    wide = np.zeros((len(labels), len(TARGETS[name])), dtype=np.float32)
    wide[:, np.unique(labels)] = found
    return wide
