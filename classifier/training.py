"""From labels to artefact, by one command; the same data gives the same arrays.

Steps: read; bags that leave a fold out; the encoder's scores of rows it had not seen; the
combinations, cross-validated once more for the figures and the thresholds; the final bag on
everything; artefact, manifest, model card. The encoder is that of `base`, or a newly tuned one
(`classifier.tuning`).
"""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from classifier import abstaining, artefact, card
from classifier.agreeing import agree
from classifier.auxiliary import FILES
from classifier.bag import Bag
from classifier.combination import WEIGHED, Combination, fit_combination, inputs_of
from classifier.encoder import Encoder
from classifier.evaluation import auxiliary_figures, judged, metrics
from classifier.hardfacts import apply
from classifier.material import F32, I64, Mask, Material, Progress, folds_of, gather
from classifier.our_labels import FILE as OUR_LABELS
from classifier.unseen import Unseen
from otklik.clock import now

OWN_TEXTS = Path(__file__).resolve().parent / "data" / "own_texts.jsonl"
FOLDS = 5
_THREADS = 1  # sums in one order: the same digest on any number of cores
_WEIGHED_ROWS = 1500
_LIBRARIES = ("numpy", "scipy", "scikit-learn", "onnxruntime", "tokenizers", "rumorph")


@dataclass(frozen=True, slots=True)
class Report:
    """What a training run leaves: where, which digest, the cross-validated table."""

    out: Path
    digest: str
    metrics: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Reader:
    """An encoder with the scores it, or its kin, gave to gold rows they had not seen."""

    encoder: Encoder
    unseen: Unseen
    told: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Inputs:
    """What the combinations see of the evaluated rows, and of rows held back per weighed head."""

    gold: F32
    weighed: dict[str, tuple[F32, I64]]


def train(
    gold: Path,
    data: Path | None,
    out: Path,
    extra: Sequence[Path] = (OWN_TEXTS,),
    progress: Progress | None = None,
    *,
    folds: int = FOLDS,
    reader: Reader | None = None,
    base: Path | None = artefact.SHIPPED,
    ours: bool = True,
) -> Report:
    """Train on labelled rows and auxiliary sets, write the artefact into folder `out`.

    Args:
        gold: labelled JSONL as in the labelling guide.
        data: folder of auxiliary sets, or None to learn from labels alone.
        out: folder that gets `model.npz`, `manifest.json`, `MODEL_CARD.md`.
        extra: further labelled files, used in training and never in evaluation; a row's
            `weight` says how much it counts.
        progress: called with one line at each step.
        folds: how many parts cross-validation uses; fewer is quicker and says less.
        reader: a newly tuned encoder; by default the one of `base`.
        base: folder of the artefact whose encoder goes on serving; None trains without one.
        ours: also learn from our own labels on texts of the auxiliary sets.

    Raises:
        InputError: a file is missing or a row is not labelled.
        ModelError: `base` holds no usable model.
    """
    say = progress or (lambda _: None)
    reader = reader or (reader_of(base) if base is not None else None)
    with threadpool_limits(_THREADS):
        material = gather(gold, data, extra, say, ours=ours)
        said = left_out(material, folds, say)
        say("the final bag")
        bag = material.teach(material.taught)
        model = combine(material, bag, said, reader, folds=folds, say=say)
    files = [gold, *(path for path in extra if path.exists()), *_files(data)]
    model.manifest.update(_manifest(material, files, reader))
    written = artefact.save(out, model, card.render(model))
    say(f"written to {out}")
    return Report(out, str(written["digest"]), model.manifest["metrics"]["cross_validated"])


def reader_of(folder: Path) -> Reader | None:
    """The encoder of an artefact, or None where it has none.

    Raises:
        ModelError: there is no usable model.
    """
    model = artefact.load(folder)
    if model.encoder is None:
        return None
    return Reader(model.encoder, model.unseen, dict(model.manifest.get("encoder", {})))


def left_out(material: Material, folds: int, say: Progress) -> dict[str, F32]:
    """Per head (g, c) what bags that had not seen them say of the g evaluated rows."""
    gold = material.gold
    place = {row: index for index, row in enumerate(gold.tolist())}
    found: dict[str, F32] = {}
    for number, (_, test) in enumerate(folds_of(material.rows, gold, folds), 1):
        say(f"bag without part {number} of {folds}")
        learn = np.setdiff1d(material.taught, test)
        said = material.teach(learn).read(material.lessons.take(test))
        at = [place[row] for row in test.tolist()]
        for head, scores in said.items():
            whole = found.setdefault(head, np.zeros((len(gold), scores.shape[1]), np.float32))
            whole[at] = scores
    return found


def combine(
    material: Material,
    bag: Bag,
    said: Mapping[str, F32],
    reader: Reader | None,
    *,
    folds: int,
    say: Progress,
) -> artefact.Model:
    """Combinations with thresholds and figures for the bag alone, and with the encoder."""
    combinations: dict[str, Combination] = {}
    thresholds: dict[str, abstaining.Thresholds] = {}
    figures: dict[str, Any] = {}
    stances: dict[str, F32] = {}
    for name, encoder in ((artefact.FAST, None), (artefact.FULL, reader)):
        if name == artefact.FULL and encoder is None:
            continue
        say(f"weighing the readers: {name}")
        inputs = _inputs(material, bag, said, encoder)
        proba, unsure = nested(material, inputs, folds)
        stances[name] = proba["stance"]
        gold = material.gold
        labels = {head: values[gold] for head, values in material.labels.items()}
        figures[name] = metrics(judged(labels, proba, unsure))
        figures[name].update(auxiliary_figures(inputs.weighed, folds))
        combinations[name] = fit_combination(inputs.gold, labels, inputs.weighed)
        thresholds[name] = abstaining.choose(proba["stance"], labels["tone"])
    best = artefact.FULL if artefact.FULL in figures else artefact.FAST
    floor = abstaining.floor_of(stances)
    manifest: dict[str, Any] = {
        "metrics": {"cross_validated": figures[best], **figures},
        "thresholds": {name: asdict(kept) for name, kept in thresholds.items()},
        "floor": floor,
    }
    return artefact.Model(
        bag,
        reader.encoder if reader else None,
        combinations,
        thresholds,
        floor,
        reader.unseen if reader else Unseen(),
        manifest,
    )


def nested(material: Material, inputs: Inputs, folds: int) -> tuple[dict[str, F32], Mask]:
    """(g, c) probabilities and (g,) doubts of combinations and thresholds fitted without the row.

    Hard facts are in force.
    """
    gold = material.gold
    place = {row: index for index, row in enumerate(gold.tolist())}
    labels = {head: values[gold] for head, values in material.labels.items()}
    found: dict[str, F32] = {}
    parts = []
    for learn, test in folds_of(material.rows, gold, folds):
        at, by = ([place[row] for row in rows.tolist()] for rows in (test, learn))
        fitted = fit_combination(
            inputs.gold[by], {head: values[by] for head, values in labels.items()}, {}
        )
        facts = [material.facts[row] for row in test.tolist()]
        proba = apply(agree(fitted.proba(inputs.gold[at])), facts)
        for head, values in proba.items():
            whole = found.setdefault(head, np.zeros((len(gold), values.shape[1]), np.float32))
            whole[at] = values
        parts.append((by, at))
    unsure = np.zeros(len(gold), dtype=bool)
    for by, at in parts:
        chosen = abstaining.choose(found["stance"][by], labels["tone"][by])
        unsure[at] = chosen.unsure(found["stance"][at])
    return found, unsure


def _inputs(material: Material, bag: Bag, said: Mapping[str, F32], reader: Reader | None) -> Inputs:
    texts = material.texts(material.gold)
    scores = reader.unseen.of(texts, reader.encoder) if reader else None
    weighed = {}
    for head in WEIGHED:
        places = material.held_back(head, _WEIGHED_ROWS)
        if len(places):
            read = bag.read(material.lessons.take(places))
            asked = reader.encoder.read(material.texts(places)) if reader else None
            weighed[head] = (inputs_of(read, asked), material.labels[head][places])
    return Inputs(inputs_of(said, scores), weighed)


def _manifest(material: Material, files: Sequence[Path], reader: Reader | None) -> dict[str, Any]:
    gold = len(material.gold)
    return {
        "trained_on": now().date().isoformat(),
        "rows": {
            "gold": gold,
            "ours": material.ours,
            "own": len(material.rows) - gold - material.ours,
            "auxiliary": len(material.auxiliary.texts),
        },
        "data": {path.name: artefact.file_digest(path) for path in files},
        "libraries": {name: _version(name) for name in _LIBRARIES},
        "python": platform.python_version(),
        "encoder": dict(reader.told) if reader else {},
    }


def _files(data: Path | None) -> list[Path]:
    return [] if data is None else [OUR_LABELS, *(data / name for name in FILES)]


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "absent"
