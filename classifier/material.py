"""Everything learned from, as numbers: labelled rows, auxiliary rows, their features."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
from sklearn.model_selection import StratifiedGroupKFold

from classifier.auxiliary import AuxRows, load_auxiliary
from classifier.bag import Bag
from classifier.bagging import Lessons, fit_bag
from classifier.corpus import GoldRow, load_gold, text_key
from classifier.features import Features, extract
from classifier.our_labels import load_ours
from classifier.signals import Signal
from classifier.targets import HEADS, TARGETS
from classifier.wordbook import Wordbook

_BATCH, SEED = 2000, 0
EPOCHS = 3

F32 = npt.NDArray[np.float32]
I64 = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Material:
    """n labelled rows, then m auxiliary ones; features of all, labels -1 where nothing is known."""

    rows: list[GoldRow]
    auxiliary: AuxRows
    lessons: Lessons
    labels: dict[str, I64]
    weights: F32
    facts: list[list[Signal]]
    ours: int

    @property
    def gold(self) -> I64:
        """Places of the rows that are evaluated."""
        return np.flatnonzero([not row.own for row in self.rows])

    @property
    def taught(self) -> I64:
        """Places of all rows a reader may learn from: not those held back."""
        auxiliary = np.flatnonzero(~self.auxiliary.held_back) + len(self.rows)
        return np.concatenate((np.arange(len(self.rows)), auxiliary))

    def texts(self, places: I64) -> list[str]:
        """Texts of labelled or auxiliary rows."""
        known = len(self.rows)
        return [
            self.rows[place].text if place < known else self.auxiliary.texts[place - known]
            for place in places.tolist()
        ]

    def teach(self, places: I64, epochs: int = EPOCHS) -> Bag:
        """A bag fitted to the rows at `places`."""
        return fit_bag(
            [self.lessons.take(places)],
            {head: labels[places] for head, labels in self.labels.items()},
            weights=self.weights[places],
            epochs=epochs,
        )

    def held_back(self, head: str, most: int) -> I64:
        """Places of at most `most` rows with a label of `head` that no reader has learned from."""
        kept = self.auxiliary.held_back & (self.auxiliary.of(head) >= 0)
        places = np.flatnonzero(kept) + len(self.rows)
        if len(places) <= most:
            return places
        return np.sort(np.random.default_rng(SEED).permutation(places)[:most])


def gather(
    gold: Path, data: Path | None, extra: Sequence[Path], say: Progress, *, ours: bool = True
) -> Material:
    """Read all labels and compute features.

    Args:
        gold: the labelled rows that are evaluated (those marked `own` are left out).
        data: folder of the auxiliary sets, or None.
        extra: further labelled files, learned from in every fold and evaluated in none.
        say: called with one line at each step.
        ours: also learn from our own labels on texts of the auxiliary sets.
    """
    say("reading labels")
    rows = [row for row in load_gold(gold) if not row.own]
    rows += [replace(row, own=True) for path in extra if path.exists() for row in load_gold(path)]
    keys = {text_key(row.text) for row in rows}
    labelled = load_ours(data, keys) if data is not None and ours else []
    rows += labelled
    auxiliary = AuxRows()
    if data is not None:
        evaluated = {text_key(row.text) for row in rows if not row.own}
        auxiliary = load_auxiliary(data, evaluated)
    say(f"features of {len(rows)} labelled and {len(auxiliary.texts)} auxiliary texts")
    parts = _features([row.text for row in rows] + auxiliary.texts)
    facts = [fact for part in parts for fact in part.facts][: len(rows)]
    weights = np.ones(len(rows) + len(auxiliary.texts), dtype=np.float32)
    weights[: len(rows)] = [row.weight for row in rows]
    return Material(
        rows, auxiliary, Lessons.of(parts), _labels(rows, auxiliary), weights, facts, len(labelled)
    )


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


def folds_of(rows: Sequence[GoldRow], places: I64, folds: int) -> list[tuple[I64, I64]]:
    """Learn and test places among the evaluated rows; near-copies of a text share a fold."""
    groups = [text_key(rows[place].text) or rows[place].id for place in places]
    tone = gold_labels([rows[place] for place in places])["tone"]
    splitter = StratifiedGroupKFold(folds, shuffle=True, random_state=SEED)
    return [(places[learn], places[test]) for learn, test in splitter.split(places, tone, groups)]


def _labels(rows: Sequence[GoldRow], auxiliary: AuxRows) -> dict[str, I64]:
    known = gold_labels(rows)
    nothing = np.full(len(auxiliary.texts), -1, dtype=np.int64)
    silent = np.full(len(rows), -1, dtype=np.int64)
    return {
        head: np.concatenate(
            (known[head], nothing) if head in TARGETS else (silent, auxiliary.of(head))
        )
        for head in HEADS
    }


def _features(texts: Sequence[str]) -> list[Features]:
    book = Wordbook()
    return [extract(texts[start : start + _BATCH], book) for start in range(0, len(texts), _BATCH)]
