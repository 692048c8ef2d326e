"""From labels to artefact, by one command; the same data gives the same arrays.

Steps: read; auxiliary heads; level 1 (ridge, leave-one-out); cross-validation for the figures
and the thresholds; levels 2 and 3 on everything; artefact, manifest, model card.
"""

from __future__ import annotations

import platform
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.model_selection import StratifiedGroupKFold
from threadpoolctl import threadpool_limits

from classifier import abstaining, artefact, card
from classifier.corpus import AUX_HEADS, GoldRow, load_aux, load_gold, text_key
from classifier.evaluation import judged, metrics
from classifier.features import extract
from classifier.fitting import (
    F32,
    F64,
    I64,
    SEED,
    fit_aux,
    fit_heads,
    fit_ridge,
    gold_columns,
    gold_labels,
    kernel_of,
    one_hot,
)
from classifier.hardfacts import apply, facts_of
from classifier.heads import Readers
from classifier.ngrams import WIDTH
from classifier.signals import Signal
from otklik.clock import now
from otklik.language.normaliser import normalise

OWN_TEXTS = Path(__file__).resolve().parent / "data" / "own_texts.jsonl"
_BATCH, FOLDS = 2000, 5
_THREADS = 1  # sums in one order: the same digest on any number of cores

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Report:
    """What a training run leaves: where, which digest, the cross-validated table."""

    out: Path
    digest: str
    metrics: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Material:
    """Everything learned from, as numbers: n rows of which the `own` ones are never evaluated."""

    rows: list[GoldRow]
    matrix: sparse.csr_matrix
    dense: F32
    labels: dict[str, I64]
    aux_weights: F32
    aux_bias: F32
    aux_names: tuple[str, ...]
    facts: list[list[Signal]]

    @property
    def own(self) -> npt.NDArray[np.bool_]:
        """(n,) which rows are texts of our own."""
        return np.array([row.own for row in self.rows], dtype=bool)


def train(
    gold: Path,
    data: Path | None,
    out: Path,
    extra: Sequence[Path] = (OWN_TEXTS,),
    progress: Progress | None = None,
    *,
    folds: int = FOLDS,
) -> Report:
    """Train on labelled rows and auxiliary sets, write the artefact into folder `out`.

    Args:
        gold: labelled JSONL as in the labelling guide.
        data: folder of auxiliary sets, or None to learn from labels alone.
        out: folder that gets `model.npz`, `manifest.json`, `MODEL_CARD.md`.
        extra: further labelled files, used in training and never in evaluation.
        progress: called with one line at each step.
        folds: how many parts cross-validation uses; fewer is quicker and says less.

    Raises:
        InputError: a file is missing or a row is not labelled.
    """
    say = progress or (lambda _: None)
    with threadpool_limits(_THREADS):
        material = prepare(gold, data, extra, say)
        say("cross-validating")
        proba = cross_validate(material, folds)
        table, thresholds = _figures(material, proba)
        say("fitting the final heads")
        readers, inputs = _final_readers(material)
        heads = fit_heads(inputs, material.labels, folds)
    files = [gold, *(path for path in extra if path.exists()), *_aux_files(data)]
    manifest = _manifest(material, table, thresholds, files)
    digest = artefact.save(out, readers, heads, manifest, card.render(manifest, readers, heads))
    say(f"written to {out}")
    return Report(out, digest, table)


def prepare(gold: Path, data: Path | None, extra: Sequence[Path], say: Progress) -> Material:
    """Read all labels, compute features, fit the auxiliary heads on texts outside the gold set."""
    say("reading labels")
    kept = [row for row in load_gold(gold) if not row.own]
    own = [_as_own(row) for path in extra if path.exists() for row in load_gold(path)]
    rows = [*kept, *own]
    matrix, dense = _features([row.text for row in rows])
    weights, bias, names = _aux(data, {text_key(row.text) for row in rows}, say)
    facts = [facts_of(normalise(row.text)) for row in rows]
    return Material(rows, matrix, dense, gold_labels(rows), weights, bias, names, facts)


def _as_own(row: GoldRow) -> GoldRow:
    return GoldRow(
        row.id, row.text, row.claim, row.abuse, row.stance, row.urgency, row.topic, own=True
    )


def _features(texts: Sequence[str]) -> tuple[sparse.csr_matrix, F32]:
    parts = [extract(texts[start : start + _BATCH]) for start in range(0, len(texts), _BATCH)]
    matrix = sparse.vstack([part.matrix for part in parts]).tocsr()
    return matrix, np.vstack([part.dense for part in parts])


def _aux(data: Path | None, without: set[str], say: Progress) -> tuple[F32, F32, tuple[str, ...]]:
    weights: list[F32] = []
    biases: list[F32] = []
    names: list[str] = []
    for head in AUX_HEADS if data is not None else ():
        say(f"auxiliary head: {head.name}")
        rows = load_aux(data, head, without) if data is not None else []
        matrix, _ = _features([row.text for row in rows])
        labels = np.array([row.label for row in rows], dtype=np.int64)
        found, bias = fit_aux(matrix, labels, head.classes)
        weights.append(found)
        biases.append(bias)
        binary = len(head.classes) == 2
        names += [head.name] if binary else [f"{head.name}.{label}" for label in head.classes]
    if not weights:
        return np.zeros((WIDTH, 0), np.float32), np.zeros(0, np.float32), ()
    return np.hstack(weights), np.concatenate(biases), tuple(names)


def cross_validate(material: Material, folds: int = FOLDS) -> dict[str, F32]:
    """Out-of-fold probabilities (n, c) per head; near-copies of a text share a fold.

    Rows of `own` texts are learned from in every fold and stay zero in the answer.
    """
    kernel, targets = kernel_of(material.matrix), one_hot(material.labels)
    own = np.flatnonzero(material.own)
    found: dict[str, F32] = {}
    for train_rows, test_rows in _folds(material, folds):
        learn = np.concatenate((train_rows, own))
        proba = _fold(material, (kernel, targets), learn, test_rows, folds)
        for name, values in proba.items():
            whole = found.setdefault(name, np.zeros((len(targets), values.shape[1]), np.float32))
            whole[test_rows] = values
    return found


def _folds(material: Material, folds: int) -> list[tuple[I64, I64]]:
    places = np.flatnonzero(~material.own)
    groups = [text_key(material.rows[place].text) or material.rows[place].id for place in places]
    splitter = StratifiedGroupKFold(folds, shuffle=True, random_state=SEED)
    tone = material.labels["tone"][places]
    return [(places[learn], places[test]) for learn, test in splitter.split(places, tone, groups)]


def _fold(
    material: Material, problem: tuple[F64, F64], learn: I64, test: I64, folds: int
) -> dict[str, F32]:
    kernel, targets = problem
    ridge = fit_ridge(kernel[np.ix_(learn, learn)], targets[learn])
    outputs = kernel[np.ix_(test, learn)] @ ridge.alpha + ridge.mean
    aux = _aux_outputs(material)
    inputs = np.hstack([ridge.left_out, aux[learn], material.dense[learn]]).astype(np.float32)
    labels = {name: values[learn] for name, values in material.labels.items()}
    heads = fit_heads(inputs, labels, folds)
    unseen = np.hstack([outputs, aux[test], material.dense[test]]).astype(np.float32)
    return heads.proba(unseen)


def _aux_outputs(material: Material) -> F32:
    return np.asarray(material.matrix @ material.aux_weights + material.aux_bias, np.float32)


def _figures(
    material: Material, proba: dict[str, F32]
) -> tuple[dict[str, Any], abstaining.Thresholds]:
    seen = ~material.own
    labels = {name: values[seen] for name, values in material.labels.items()}
    facts = [material.facts[place] for place in np.flatnonzero(seen)]
    kept = apply({name: values[seen] for name, values in proba.items()}, facts)
    thresholds = abstaining.choose(kept["stance"], labels["tone"])
    return metrics(judged(labels, kept, thresholds)), thresholds


def _final_readers(material: Material) -> tuple[Readers, F32]:
    """Level 1 on all rows, and the leave-one-out inputs for level 2."""
    ridge = fit_ridge(kernel_of(material.matrix), one_hot(material.labels))
    weights = np.asarray(material.matrix.T @ ridge.alpha, dtype=np.float32)
    readers = Readers(
        np.hstack([weights, material.aux_weights]),
        np.concatenate([ridge.mean, material.aux_bias]).astype(np.float32),
        (*gold_columns(), *material.aux_names),
    )
    inputs = np.hstack([ridge.left_out, _aux_outputs(material), material.dense])
    return readers, inputs.astype(np.float32)


def _manifest(
    material: Material,
    table: dict[str, Any],
    thresholds: abstaining.Thresholds,
    files: Sequence[Path],
) -> dict[str, Any]:
    return {
        "trained_on": now().date().isoformat(),
        "rows": {"gold": int((~material.own).sum()), "own": int(material.own.sum())},
        "data": {path.name: artefact.file_digest(path) for path in files},
        "libraries": {
            name: _version(name) for name in ("numpy", "scipy", "scikit-learn", "rumorph")
        },
        "python": platform.python_version(),
        "thresholds": asdict(thresholds),
        "metrics": {"cross_validated": table},
    }


def _aux_files(data: Path | None) -> list[Path]:
    if data is None:
        return []
    return [data / f"{stem}.csv.gz" for head in AUX_HEADS for stem in head.files]


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "absent"
