"""Auxiliary sets as rows with labels for the heads they fit; each teaches, none is evaluated on.

Texts that also stand among the labelled rows are left out always: a head that has seen a gold
text would flatter every figure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from classifier.corpus import read_csv, text_key
from classifier.targets import AUXILIARY

HELD_BACK = 10  # every tenth text teaches no reader: the weighed heads are fitted on these

I64 = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Task:
    """One file: which of its columns' values mean which class of which head."""

    stem: str
    label: Callable[[dict[str, str]], dict[str, int]]


@dataclass(slots=True)
class AuxRows:
    """Texts, (n,) labels per head (-1: says nothing), where each came from."""

    texts: list[str] = field(default_factory=list)
    labels: dict[str, list[int]] = field(default_factory=lambda: {head: [] for head in AUXILIARY})
    stems: list[str] = field(default_factory=list)

    def add(self, text: str, label: dict[str, int], stem: str) -> None:
        """One more row."""
        self.texts.append(text)
        self.stems.append(stem)
        for head, known in self.labels.items():
            known.append(label.get(head, -1))

    def of(self, head: str) -> I64:
        """(n,) labels of one head."""
        return np.array(self.labels[head], dtype=np.int64)

    @property
    def held_back(self) -> Mask:
        """(n,) which rows no reader learns from."""
        return np.asarray(np.arange(len(self.texts)) % HELD_BACK == HELD_BACK - 1)


def _by(
    head: str, column: str, mapping: dict[str, int]
) -> Callable[[dict[str, str]], dict[str, int]]:
    def label(row: dict[str, str]) -> dict[str, int]:
        value = mapping.get(row[column])
        return {} if value is None else {head: value}

    return label


def _hate(row: dict[str, str]) -> dict[str, int]:
    kind = row["y"]
    return {"toxic": int(kind != "2"), "hate": int(kind == "0")}


_REASONS = {
    "Customer Service Issue": 0, "Flight Attendant Complaints": 0, "Late Flight": 1,
    "Cancelled Flight": 1, "Lost Luggage": 1, "Damaged Luggage": 1,
    "Flight Booking Problems": 2, "longlines": 3, "Bad Flight": 4,
}  # fmt: skip
_MOOD = {"negative": 0, "neutral": 1, "positive": 2}
_BINARY = {"0": 0, "1": 1}


def _airline(row: dict[str, str]) -> dict[str, int]:
    found = {"sentiment": _MOOD[row["sentiment"]]} if row["sentiment"] in _MOOD else {}
    if row["reason"] in _REASONS:
        found["reason"] = _REASONS[row["reason"]]
    return found


TASKS = (
    Task("toxicity_ru", _by("toxic", "toxic", _BINARY)),
    Task("detox_pairs", _by("toxic", "toxic", _BINARY)),
    Task("company_sentiment_ru", _by("sentiment", "label", {"-1": 0, "0": 1, "1": 2})),
    Task("tweet_sentiment_ru", _by("mood", "label", {**_MOOD, "speech": 3})),
    Task("bank_reviews_ru", _by("sentiment", "stars", {"1": 0, "2": 0, "3": 1, "4": 2, "5": 2})),
    Task("spam_ru", _by("spam", "spam", _BINARY)),
    Task(
        "restaurant_aspects_ru",
        _by("sentiment", "polarity", {"Negative": 0, "Neutral": 1, "Positive": 2}),
    ),
    Task("offensive_en", _by("toxic", "offensive", _BINARY)),
    Task("hate_en", _hate),
    Task("airline_en", _airline),
    Task("complaints_en", _by("complaint", "complaint", _BINARY)),
)
FILES = tuple(f"{task.stem}.csv.gz" for task in TASKS)


def load_auxiliary(
    data: Path, without: Iterable[str] = (), tasks: Sequence[Task] = TASKS
) -> AuxRows:
    """Rows of all sets in folder `data` whose `text_key` is not in `without`.

    Raises:
        InputError: a file of the sets is missing or unreadable.
    """
    banned, rows = set(without), AuxRows()
    for task in tasks:
        for row in read_csv(data / f"{task.stem}.csv.gz"):
            label = task.label(row)
            if label and text_key(row["text"]) not in banned:
                rows.add(row["text"], label, task.stem)
    return rows
