"""The shipped classifier, loaded once; where the shared sets lie, if they do."""

import os
from pathlib import Path

import pytest

from classifier.model import Classifier

_REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def classifier() -> Classifier:
    return Classifier.load()


@pytest.fixture(scope="session")
def shared() -> Path:
    folder = Path(os.environ.get("OTKLIK_SHARED", _REPOSITORY.parent / "shared"))
    if not (folder / "gold" / "dev.jsonl").exists():
        pytest.skip("../shared is absent")
    return folder
