"""The trained model as plain arrays and a manifest: no pickle, nothing that could run.

`model.npz` holds numbers only; `manifest.json` records their digest, the digests of the data,
library versions and metrics. Big matrices travel as int8 with one scale per column.
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
from classifier.heads import TARGETS, Committee, Heads, Logistic, Readers, Scaling
from otklik.errors import ModelError

ARRAYS, MANIFEST, CARD = "model.npz", "manifest.json", "MODEL_CARD.md"
FORMAT = 2
SHIPPED = Path(__file__).resolve().parent / "artefact"

_COMMITTEE = ("hidden", "hidden_bias", "out", "out_bias")

Arrays = dict[str, npt.NDArray[Any]]


@dataclass(frozen=True, slots=True)
class Model:
    """Everything that judging needs."""

    readers: Readers
    heads: Heads
    thresholds: Thresholds
    manifest: dict[str, Any]


def digest(arrays: Arrays) -> str:
    """SHA-256 over names, types, shapes and bytes, independent of the container."""
    total = hashlib.sha256()
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        total.update(f"{name}|{array.dtype.str}|{array.shape}|".encode())
        total.update(array.tobytes())
    return total.hexdigest()


def file_digest(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def save(out: Path, readers: Readers, heads: Heads, manifest: dict[str, Any], card: str) -> str:
    """Write the artefact into folder `out`; returns the digest of its arrays."""
    arrays = _pack(readers, heads)
    manifest = {**manifest, "format": FORMAT, "columns": list(readers.names)}
    manifest["digest"] = digest(arrays)
    manifest["version"] = f"{manifest['trained_on']}-{manifest['digest'][:8]}"
    out.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(out / ARRAYS, allow_pickle=False, **arrays)
    text = json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True)
    (out / MANIFEST).write_text(text + "\n", encoding="utf-8")
    (out / CARD).write_text(card.replace("{version}", manifest["version"]), encoding="utf-8")
    return str(manifest["digest"])


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
    except KeyError as error:
        raise ModelError(f"the model in {folder} lacks {error}") from error


def _read(path: Path) -> Arrays:
    with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
        return {name: stored[name] for name in stored.files}


def quantise(weights: npt.NDArray[np.float32]) -> tuple[npt.NDArray[np.int8], Any]:
    """int8 matrix and per-column scale; rare extremes are cut to keep the middle fine."""
    reach = np.maximum(np.abs(weights).max(axis=0) * 0.6, 1e-12)
    small = np.clip(np.rint(weights / reach * 127), -127, 127).astype(np.int8)
    return small, (reach / 127).astype(np.float32)


def _pack(readers: Readers, heads: Heads) -> Arrays:
    small, scale = quantise(readers.weights)
    arrays: Arrays = {"readers": small, "readers_scale": scale, "readers_bias": readers.bias}
    arrays["mean"], arrays["spread"] = heads.scaling.mean, heads.scaling.spread
    arrays["stance_weights"], arrays["stance_bias"] = heads.stance.weights, heads.stance.bias
    for name, head in heads.targets.items():
        for part in _COMMITTEE:
            arrays[f"{name}_{part}"] = getattr(head, part)
    return arrays


def _unpack(arrays: Arrays, manifest: dict[str, Any]) -> Model:
    weights = arrays["readers"].astype(np.float32)
    weights *= arrays["readers_scale"]
    readers = Readers(weights, arrays["readers_bias"], tuple(manifest["columns"]))
    targets = {
        name: Committee(*(arrays[f"{name}_{part}"] for part in _COMMITTEE)) for name in TARGETS
    }
    stance = Logistic(arrays["stance_weights"], arrays["stance_bias"])
    scaling = Scaling(arrays["mean"], arrays["spread"])
    thresholds = Thresholds(**manifest["thresholds"])
    return Model(readers, Heads(scaling, targets, stance), thresholds, manifest)
