"""The trained model as plain arrays and a manifest: no pickle, nothing that could run.

`model.npz` holds numbers only: the bag's tables and the encoder's pieces as int8 with scales,
the encoder's graph as the bytes of an ONNX file (operators of a closed list, no code), the
combinations as float32. `manifest.json` records their digest, the digests of the data, library
versions, thresholds and metrics.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from classifier.abstaining import Thresholds
from classifier.bag import Bag
from classifier.combination import Combination
from classifier.encoder import Encoder
from classifier.unseen import Unseen
from otklik.errors import ModelError

ARRAYS, MANIFEST, CARD = "model.npz", "manifest.json", "MODEL_CARD.md"
FORMAT = 3
SHIPPED = Path(__file__).resolve().parent / "artefact"
FAST, FULL = "fast", "full"  # combinations: of the bag alone, of bag and encoder
_BAG = "bag."

Arrays = dict[str, npt.NDArray[Any]]


@dataclass(frozen=True, slots=True)
class Model:
    """Everything that judging needs, and what the next training needs of this one.

    Attributes:
        bag: the fast reader.
        encoder: the slow reader; None in a model trained without one.
        combinations: `fast`, and `full` where there is an encoder.
        thresholds: when to abstain, per combination.
        floor: `balanced` asks the encoder where the bag's best stance stays below it.
        unseen: the encoder's scores of gold rows it had not seen.
    """

    bag: Bag
    encoder: Encoder | None
    combinations: dict[str, Combination]
    thresholds: dict[str, Thresholds]
    floor: float
    unseen: Unseen
    manifest: dict[str, Any]


def digest(arrays: Arrays) -> str:
    """SHA-256 over names, types, shapes and bytes, independent of the container."""
    total = hashlib.sha256()
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        total.update(f"{name}|{array.dtype.str}|{array.shape}|".encode())
        total.update(array.data)
    return total.hexdigest()


def file_digest(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def save(out: Path, model: Model, card: str) -> dict[str, Any]:
    """Write the artefact into folder `out`; returns the manifest as written.

    `{version}` in `card` is filled in. The thresholds and the floor travel in the manifest.
    """
    arrays = _pack(model)
    manifest = {**model.manifest, "format": FORMAT, "digest": digest(arrays)}
    manifest["version"] = f"{manifest['trained_on']}-{manifest['digest'][:8]}"
    out.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(out / ARRAYS, allow_pickle=False, **arrays)
    text = json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True)
    (out / MANIFEST).write_text(text + "\n", encoding="utf-8")
    (out / CARD).write_text(card.replace("{version}", manifest["version"]), encoding="utf-8")
    return manifest


def load(folder: Path) -> Model:
    """Read and verify the artefact in `folder`.

    Raises:
        ModelError: missing, unreadable, or the arrays are not those the manifest records.
    """
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        arrays = _read(folder / ARRAYS)
    except (OSError, ValueError, zipfile.BadZipFile, KeyError) as error:
        raise ModelError(f"no usable model in {folder}: {error}") from error
    if manifest.get("format") != FORMAT or manifest.get("digest") != digest(arrays):
        raise ModelError(f"the model in {folder} is not the one its manifest records")
    try:
        return _unpack(arrays, manifest)
    except (KeyError, ValueError, TypeError) as error:
        raise ModelError(f"the model in {folder} lacks {error}") from error


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest alone, unverified: for lists.

    Raises:
        ModelError: missing or not JSON.
    """
    try:
        found = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(f"no usable model in {folder}: {error}") from error
    if not isinstance(found, dict):
        raise ModelError(f"the model in {folder} has no manifest")
    return found


def _read(path: Path) -> Arrays:
    with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
        return {name: stored[name] for name in stored.files}


def _pack(model: Model) -> Arrays:
    arrays: Arrays = {_BAG + name: array for name, array in model.bag.arrays().items()}
    for name, combination in model.combinations.items():
        arrays |= combination.arrays(name)
    if model.encoder is not None:
        arrays |= model.encoder.arrays()
    return arrays | model.unseen.arrays()


def _unpack(arrays: Arrays, manifest: dict[str, Any]) -> Model:
    bag = {name[len(_BAG) :]: array for name, array in arrays.items() if name.startswith(_BAG)}
    thresholds = {name: Thresholds(**kept) for name, kept in manifest["thresholds"].items()}
    return Model(
        Bag.from_arrays(bag),
        Encoder.from_arrays(arrays) if "encoder_graph" in arrays else None,
        {name: Combination.from_arrays(name, arrays) for name in thresholds},
        thresholds,
        float(manifest["floor"]),
        Unseen.from_arrays(arrays),
        manifest,
    )
