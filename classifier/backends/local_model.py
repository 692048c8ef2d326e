"""A model that lies in a folder on this machine: outputs in batches, read by `labels.json`."""

from __future__ import annotations

import hashlib
import importlib
import time
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from pydantic import Field

from classifier.backends.combining import CLASSES, combine
from classifier.backends.mapping import F64, LABELS, read_labels
from otklik.errors import MissingExtra, ModelError
from otklik.judging import Attempt, Backend, BackendConfig, Judge

Outputs = Mapping[str, F64]  # name of the output → (n, columns)
MOST_CHARACTERS = 6_000  # of a text, as our own model reads


class LocalConfig(BackendConfig):
    """Settings of a model in a folder.

    Attributes:
        path: the folder; holds the model, its tokenizer and `labels.json`.
        max_tokens: a longer text is cut there.
        batch: texts computed at once; bounds memory.
    """

    path: str = Field(min_length=1)
    max_tokens: int = Field(default=256, ge=8, le=4096)
    batch: int = Field(default=16, ge=1, le=512)


class LocalModel(Backend):
    """The part that all models in folders share.

    Args:
        config: see `LocalConfig`.
        base: our own model; it fills the heads the labels do not name.

    Raises:
        ModelError: a file is absent or wrong; names it.
        MissingExtra: the library is not installed.
    """

    settings_type: ClassVar[type[LocalConfig]] = LocalConfig

    def __init__(self, config: LocalConfig, base: Judge) -> None:
        super().__init__(base)
        self._config = config
        self.folder = Path(config.path)
        if not self.folder.is_dir():
            raise ModelError(f"{self.folder}: there is no such folder")
        self._labels = read_labels(self.folder)
        weights = self.load()
        digest = digest_of([*weights, self.folder / LABELS])
        self.version = f"{self._labels.name or self.kind}-{digest[:12]}"
        self.judge(["проверка"])  # a map that does not fit shows at start, not on Sunday

    @abstractmethod
    def load(self) -> list[Path]:
        """Open the model; the files whose bytes make it what it is."""

    @abstractmethod
    def outputs(self, texts: Sequence[str]) -> Outputs:
        """Outputs of one batch by name, each (n, columns)."""

    def attempt(self, texts: Sequence[str]) -> list[Attempt | None]:
        """See `Backend`; a local model always answers."""
        guesses = self.base.judge(texts)
        found: list[Attempt | None] = []
        for start in range(0, len(texts), self._config.batch):
            part = [_readable(text) for text in texts[start : start + self._config.batch]]
            began = time.perf_counter()
            heads = self._read(self.outputs(part))
            seconds = (time.perf_counter() - began) / len(part)
            for row, guess in enumerate(guesses[start : start + len(part)]):
                own = {
                    name: dict(zip(CLASSES[name], map(float, proba[row]), strict=True))
                    for name, proba in heads.items()
                }
                verdict = combine(guess, own, self.version, self._config)
                found.append(Attempt(verdict, self._labels.heads, seconds))
        return found

    def _read(self, outputs: Outputs) -> dict[str, F64]:
        heads: dict[str, F64] = {}
        for one in self._labels.outputs:
            name = one.output or next(iter(outputs))
            if name not in outputs or (not one.output and len(outputs) > 1):
                raise ModelError(
                    f"{self.folder / LABELS}: {one.head}: output {one.output!r}; "
                    f"the model has {', '.join(outputs)}"
                )
            try:
                heads[one.head] = one.read(np.asarray(outputs[name]))
            except ValueError as error:
                raise ModelError(f"{self.folder}: output {name!r}: {error}") from error
        return heads


def _readable(text: str) -> str:
    """Its beginning, half characters replaced: the libraries take whole ones only."""
    return text[:MOST_CHARACTERS].encode("utf-8", "replace").decode("utf-8")


def digest_of(files: Sequence[Path]) -> str:
    """SHA-256 of the files' bytes, in that order."""
    digest = hashlib.sha256()
    for file in files:
        with file.open("rb") as opened:
            digest.update(hashlib.file_digest(opened, "sha256").digest())
    return digest.hexdigest()


def library(name: str, packages: str, wanted_by: str) -> Any:
    """A library that not every desk needs.

    Raises:
        MissingExtra: it is not installed.
    """
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise MissingExtra(f"{wanted_by} needs {name}: pip install {packages}") from error
