"""The artefact: numbers only, refused when it is not the recorded one."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from classifier import artefact
from classifier.model import Classifier
from otklik.errors import ModelError

_MEGABYTE = 1_000_000


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(artefact.SHIPPED, tmp_path / "artefact"))


def test_a_copy_of_the_artefact_is_the_same_classifier(copy: Path, classifier: Classifier) -> None:
    assert Classifier.load(copy).version == classifier.version


def test_a_changed_number_is_refused(copy: Path) -> None:
    with np.load(copy / artefact.ARRAYS, allow_pickle=False) as stored:
        arrays = {name: stored[name] for name in stored.files}
    arrays["fast_stance_bias"] = arrays["fast_stance_bias"] + 0.001
    np.savez_compressed(copy / artefact.ARRAYS, allow_pickle=False, **arrays)
    with pytest.raises(ModelError, match="not the one its manifest records"):
        Classifier.load(copy)


def test_a_manifest_of_another_model_is_refused(copy: Path) -> None:
    manifest = json.loads((copy / artefact.MANIFEST).read_text(encoding="utf-8"))
    manifest["digest"] = "0" * 64
    (copy / artefact.MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(ModelError):
        Classifier.load(copy)


@pytest.mark.parametrize("name", [artefact.ARRAYS, artefact.MANIFEST])
def test_a_missing_or_broken_file_is_a_model_error(copy: Path, name: str) -> None:
    (copy / name).write_bytes(b"PK\x03\x04 not an archive")
    with pytest.raises(ModelError):
        Classifier.load(copy)
    (copy / name).unlink()
    with pytest.raises(ModelError):
        Classifier.load(copy)


def test_a_pickle_inside_is_refused(copy: Path) -> None:
    np.savez(copy / artefact.ARRAYS, stance_bias=np.array([{"a": 1}], dtype=object))
    with pytest.raises(ModelError):
        Classifier.load(copy)


def test_the_artefact_is_small_and_holds_no_text() -> None:
    sizes = [path.stat().st_size for path in artefact.SHIPPED.iterdir()]
    assert sum(sizes) < 60 * _MEGABYTE
    with np.load(artefact.SHIPPED / artefact.ARRAYS, allow_pickle=False) as stored:
        assert {stored[name].dtype.kind for name in stored.files} <= {"i", "u", "f", "S"}


def test_the_manifest_says_what_it_was_made_of(classifier: Classifier) -> None:
    manifest = classifier.manifest
    assert len(manifest["data"]["dev.jsonl"]) == 64
    assert {"numpy", "scipy", "scikit-learn"} <= set(manifest["libraries"])
    table = manifest["metrics"]["cross_validated"]
    value, low, high = table["stance_kappa"]
    assert low <= value <= high
    assert value > 0.68  # the majority class alone has kappa 0
    assert table["critics_filed_as_hater"][0] <= 0.01
    assert table["critics_filed_as_other"][0] <= 0.03
    assert table["abstained"][0] <= 0.15
    card = (artefact.SHIPPED / artefact.CARD).read_text(encoding="utf-8")
    assert manifest["version"] in card
