"""What a foreign model's output columns mean in our words: `labels.json` beside the model.

    {"name": "rubert-toxic",
     "outputs": [{"head": "abuse", "classes": ["none", "insult", "profane", "threat", null],
                  "activation": "softmax", "rest": "none"}]}

One entry is one head. `classes` has one place for each column: our word, or null for a column
that means nothing to us. Several columns may have the same word.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from classifier.backends.combining import CLASSES
from otklik.errors import ModelError

LABELS = "labels.json"
MOST_LABELS = 1_000_000  # bytes

F64 = npt.NDArray[np.float64]


class OutputMap(BaseModel):
    """One head read from one output.

    Attributes:
        head: claim, abuse, stance, urgency (classes "0" … "3") or topic.
        classes: our word for each column, or null.
        output: name of the model's output; may be left out where it has one.
        first: column where `classes` begins, for outputs that hold several heads.
        activation: `softmax` over these columns (one is true), `sigmoid` for each (any may
            be), `none` where the model gives probabilities itself.
        rest: word that gets what no column with a word takes; needed with `sigmoid`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    head: Literal["claim", "abuse", "stance", "urgency", "topic"]
    classes: tuple[str | None, ...] = Field(min_length=1)
    output: str = ""
    first: int = Field(default=0, ge=0)
    activation: Literal["softmax", "sigmoid", "none"] = "softmax"
    rest: str = ""

    @model_validator(mode="after")
    def _known_words(self) -> OutputMap:
        named = {word for word in (*self.classes, self.rest) if word}
        if unknown := sorted(named - set(CLASSES[self.head])):
            known = ", ".join(CLASSES[self.head])
            raise ValueError(f"{self.head} has no {', '.join(unknown)}; it has {known}")
        if not named:
            raise ValueError("no column has a word")
        if self.activation == "sigmoid" and not self.rest:
            raise ValueError("sigmoid needs `rest`: the word for when no column is true")
        return self

    def read(self, output: F64) -> F64:
        """(n, columns) outputs to (n, classes of the head) probabilities.

        Raises:
            ValueError: fewer columns than `classes` names, or no numbers.
        """
        last = self.first + len(self.classes)
        if output.ndim != 2 or output.shape[1] < last:
            raise ValueError(f"shape {output.shape}, but labels.json names columns up to {last}")
        part = output[:, self.first : last].astype(np.float64)
        if not np.isfinite(part).all():
            raise ValueError("it holds values that are no numbers")
        return self._named(_activated(part, self.activation))

    def _named(self, part: F64) -> F64:
        words = CLASSES[self.head]
        found = np.zeros((len(part), len(words)))
        for column, word in enumerate(self.classes):
            if word is not None:
                place = words.index(word)
                found[:, place] = (
                    np.maximum(found[:, place], part[:, column])
                    if self.activation == "sigmoid"
                    else found[:, place] + part[:, column]
                )
        if self.rest:
            left = 1 - (found.max(axis=1) if self.activation == "sigmoid" else found.sum(axis=1))
            found[:, words.index(self.rest)] += np.maximum(left, 0.0)
        total = found.sum(axis=1, keepdims=True)
        return np.where(total > 0, found / np.maximum(total, 1e-12), 1 / len(words))


class LabelMap(BaseModel):
    """The whole of `labels.json`.

    Attributes:
        name: shown as part of the model's version.
        outputs: one entry for each head.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(default="", pattern=r"^[\w.\-]{0,40}$")
    outputs: tuple[OutputMap, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _one_each(self) -> LabelMap:
        if len(set(self.heads)) < len(self.heads):
            raise ValueError("a head is named twice")
        return self

    @property
    def heads(self) -> tuple[str, ...]:
        """The heads this model answers for."""
        return tuple(one.head for one in self.outputs)


def read_labels(folder: Path) -> LabelMap:
    """The map of a model's folder.

    Raises:
        ModelError: it is absent or wrong; names file and key.
    """
    file = existing(folder, LABELS, MOST_LABELS)
    try:
        return LabelMap.model_validate_json(file.read_bytes())
    except ValidationError as error:
        lines = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise ModelError(f"{file}: {lines}") from None


def existing(folder: Path, name: str, most: int) -> Path:
    """A plain file of the folder, not leading out of it.

    Args:
        most: bytes it may have.

    Raises:
        ModelError: it is absent, no file, elsewhere or too large.
    """
    file = folder / name
    if not file.is_file():
        raise ModelError(f"{file}: there is no such file")
    if not file.resolve().is_relative_to(folder.resolve()):
        raise ModelError(f"{file}: it leads out of the model's folder")
    if file.stat().st_size > most:
        raise ModelError(f"{file}: larger than {most:,} bytes")
    return file


def _activated(part: F64, activation: str) -> F64:
    if activation == "sigmoid":
        return np.asarray(1 / (1 + np.exp(-np.clip(part, -60, 60))))
    if activation == "softmax":
        raised = np.exp(part - part.max(axis=1, keepdims=True))
        return np.asarray(raised / raised.sum(axis=1, keepdims=True))
    return np.clip(part, 0.0, 1.0)
