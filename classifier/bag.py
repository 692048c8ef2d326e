"""The fast reader: a text as three bags of hashed n-grams, one hidden layer, a head per question.

Views: characters (2 to 5 in a row inside a word and the blanks about it), words (one, two),
lemmas (one, two, two with one left out). A view is the sum of its n-grams' vectors over the
square root of their number. All of a word's vectors are added up once and remembered.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

import numpy as np
import numpy.typing as npt
from scipy import sparse

from classifier.targets import HEADS
from classifier.wordbook import I32, I64, Wordbook, Words, mix, spread

F32 = npt.NDArray[np.float32]
I8 = npt.NDArray[np.int8]
Mask = npt.NDArray[np.bool_]

VIEWS = ("chars", "words", "lemmas")
WORD, PAIR, LEMMA, LEMMA_PAIR, SKIP_PAIR = range(1, 6)  # salts
CLIP = 5.0
_SLOPE = np.float32(1.702)  # of the sigmoid that makes the gate of a hidden unit


class Seen(Protocol):
    """What the bag reads of n texts: their words, and (n, d) counts, signals and shape."""

    @property
    def words(self) -> Words:
        """Texts as word numbers."""
        ...

    @property
    def dense(self) -> F32:
        """(n, d) unscaled."""
        ...


@dataclass(frozen=True, slots=True)
class Table:
    """Vectors of one view, a byte a number: row times its scale.

    Attributes:
        rows: (BUCKETS, d).
        scale: (BUCKETS,).
    """

    rows: I8
    scale: npt.NDArray[np.float16]

    @classmethod
    def of(cls, vectors: F32) -> Table:
        """Table nearest to (BUCKETS, d) `vectors`."""
        scale = (np.abs(vectors).max(axis=1) / 127).astype(np.float16)
        safe = np.maximum(scale.astype(np.float32), 1e-7)[:, None]
        return cls(np.clip(np.rint(vectors / safe), -127, 127).astype(np.int8), scale)

    def vectors(self) -> F32:
        """(BUCKETS, d) as floats."""
        return self.rows.astype(np.float32) * self.scale.astype(np.float32)[:, None]


class _Memory:
    """Vectors of the words of one wordbook; follows its growth, starts anew with a new book."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.last: tuple[Seen, F32] | None = None
        self._known: tuple[Wordbook | None, F32, F32] = (
            None, np.zeros((0, 0), np.float32), np.zeros(0, np.float32),
        )  # fmt: skip

    def of(self, bag: Bag, book: Wordbook) -> tuple[F32, F32]:
        """(words, 3 d) vectors and (words,) counts of character n-grams."""
        with self._lock:
            known, vectors, counts = self._known
            if known is not book:
                vectors, counts = bag.word_vectors(book, 0)
            elif len(vectors) < len(book):
                new, more = bag.word_vectors(book, len(vectors))
                vectors, counts = np.vstack((vectors, new)), np.concatenate((counts, more))
            self._known = (book, vectors, counts)
        return vectors, counts


@dataclass(frozen=True)
class Bag:
    """A fitted reader; nothing in it changes but the memory of words.

    Attributes:
        tables: one per view, in the order of `VIEWS`.
        mean: (d,) of the counts and signals in training.
        spread: (d,) of the same.
        hidden: (3 * width + d, h).
        hidden_bias: (h,).
        out: per head (h, classes).
        out_bias: per head (classes,).
    """

    tables: tuple[Table, ...]
    mean: F32
    spread: F32
    hidden: F32
    hidden_bias: F32
    out: dict[str, F32]
    out_bias: dict[str, F32]
    _memory: _Memory = field(default_factory=_Memory, compare=False, repr=False)

    def arrays(self) -> dict[str, npt.NDArray[np.generic]]:
        """Everything learned, by names that `from_arrays` knows."""
        found: dict[str, npt.NDArray[np.generic]] = {
            "mean": self.mean,
            "spread": self.spread,
            "hidden": self.hidden,
            "hidden_bias": self.hidden_bias,
        }
        for view, table in zip(VIEWS, self.tables, strict=True):
            found |= {f"rows.{view}": table.rows, f"scale.{view}": table.scale}
        for head in self.out:
            found |= {f"out.{head}": self.out[head], f"out_bias.{head}": self.out_bias[head]}
        return found

    @classmethod
    def from_arrays(cls, arrays: dict[str, npt.NDArray[np.generic]]) -> Bag:
        """The bag whose `arrays()` these are.

        Raises:
            KeyError: an array is missing.
        """
        tables = [Table(arrays[f"rows.{view}"], arrays[f"scale.{view}"]) for view in VIEWS]  # type: ignore[arg-type]
        heads = [head for head in HEADS if f"out.{head}" in arrays]
        given = {name: np.asarray(array, np.float32) for name, array in arrays.items()
                 if not name.startswith(("rows.", "scale."))}  # fmt: skip
        return cls(
            tuple(tables), given["mean"], given["spread"], given["hidden"], given["hidden_bias"],
            {head: given[f"out.{head}"] for head in heads},
            {head: given[f"out_bias.{head}"] for head in heads},
        )  # fmt: skip

    @cached_property
    def _vectors(self) -> tuple[F32, ...]:
        return tuple(table.vectors() for table in self.tables)

    def word_vectors(self, book: Wordbook, start: int) -> tuple[F32, F32]:
        """Vectors and n-gram counts of the words of `book` from number `start` on."""
        chars, words, lemmas = self._vectors
        rows = np.arange(start, len(book))
        places, bounds = spread(book.first, rows)
        return np.hstack(
            (
                add_up(book.grams[places], bounds, chars),
                words[mix(book.codes[rows], WORD)],
                lemmas[mix(book.lemma_codes[rows], LEMMA)],
            )
        ), np.diff(bounds).astype(np.float32)

    def inputs(self, seen: Seen) -> F32:
        """(n, 3 * width + d) what the hidden layer sees."""
        words = seen.words
        vectors, grams = self._memory.of(self, words.book)
        found = np.empty((len(words), len(self.hidden)), np.float32)
        width = self.tables[0].rows.shape[1]
        found[:, : 3 * width] = add_up(words.numbers, words.first, vectors)
        for view, code, gap, salt in PAIRS:
            buckets, counts = words.pairs(getattr(words.book, code), gap, salt)
            bounds = np.concatenate(([0], np.cumsum(counts)))
            found[:, view * width : (view + 1) * width] += add_up(
                buckets, bounds, self._vectors[view]
            )
        for view, scale in enumerate(scales(words, grams)):
            found[:, view * width : (view + 1) * width] *= scale[:, None]
        found[:, 3 * width :] = scaled(seen.dense, self.mean, self.spread)
        return found

    def read(self, seen: Seen) -> dict[str, F32]:
        """Logits (n, classes) of every head."""
        active, _ = gate(self._raw(seen))
        return {head: active @ self.out[head] + self.out_bias[head] for head in self.out}

    def shares(self, seen: Seen, head: str, classes: list[int], rows: Mask | None = None) -> F32:
        """(words of the batch,) what each word does for `classes` against the others of `head`.

        Words of texts outside `rows` (n,) get nothing.
        """
        words, width = seen.words, self.tables[0].rows.shape[1]
        vectors, grams = self._memory.of(self, words.book)
        wanted = np.arange(len(words)) if rows is None else np.flatnonzero(rows)
        raw = self._raw(seen)[wanted]
        active, slope = gate(raw)
        back = log_odds_slope(active @ self.out[head] + self.out_bias[head], classes)
        pull = ((back @ self.out[head].T) * slope) @ self.hidden[: 3 * width].T
        for view, scale in enumerate(scales(words, grams)):
            pull[:, view * width : (view + 1) * width] *= scale[wanted, None]
        found = np.zeros(len(words.numbers), np.float32)
        bounds = zip(words.first[wanted].tolist(), words.first[wanted + 1].tolist(), strict=True)
        for line, (start, end) in zip(pull, bounds, strict=True):
            found[start:end] = vectors[words.numbers[start:end]] @ line
        return found

    def _raw(self, seen: Seen) -> F32:
        """(n, h) before the gate; what was read last is kept, since reasons follow at once."""
        kept = self._memory.last
        if kept is not None and kept[0] is seen:
            return kept[1]
        raw = np.asarray(self.inputs(seen) @ self.hidden + self.hidden_bias)
        self._memory.last = (seen, raw)
        return raw


PAIRS = (
    (1, "codes", 1, PAIR),
    (2, "lemma_codes", 1, LEMMA_PAIR),
    (2, "lemma_codes", 2, SKIP_PAIR),
)


def add_up(rows: I32 | I64, bounds: I64, vectors: F32) -> F32:
    """(n, d) sums of the `vectors` that `rows` name, `bounds` telling whose they are."""
    ones = np.ones(len(rows), np.float32)
    shape = (len(bounds) - 1, len(vectors))
    return np.asarray(sparse.csr_matrix((ones, rows, bounds), shape=shape) @ vectors)


def scales(words: Words, grams: F32) -> tuple[F32, F32, F32]:
    """One over the square root of the number of n-grams in each view, (n,) each."""
    lengths = words.lengths
    total = np.concatenate(([0], np.cumsum(grams[words.numbers], dtype=np.float64)))
    chars = total[words.first[1:]] - total[words.first[:-1]]
    pairs, skips = np.maximum(lengths - 1, 0), np.maximum(lengths - 2, 0)
    counts = (chars, lengths + pairs, lengths + pairs + skips)
    first, second, third = (
        (1 / np.sqrt(np.maximum(count, 1))).astype(np.float32) for count in counts
    )
    return first, second, third


def scaled(dense: F32, mean: F32, spread_: F32) -> F32:
    """Mean 0, spread 1, cut at five spreads."""
    return np.asarray(np.clip((dense - mean) / spread_, -CLIP, CLIP), dtype=np.float32)


def gate(raw: F32) -> tuple[F32, F32]:
    """Output of hidden units (x times the sigmoid of 1.7 x) and its slope."""
    opened = 1 / (1 + np.exp(-_SLOPE * np.clip(raw, -30, 30)))
    return raw * opened, opened * (1 + _SLOPE * raw * (1 - opened))


def log_odds_slope(logits: F32, classes: list[int]) -> F32:
    """(n, c) slope of the log-odds of `classes` against the rest by each logit."""
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    meant = np.zeros(logits.shape[1], bool)
    meant[classes] = True
    inside = np.where(meant, raised, 0)
    outside = np.where(meant, 0, raised)
    return np.asarray(
        inside / np.maximum(inside.sum(axis=1, keepdims=True), 1e-12)
        - outside / np.maximum(outside.sum(axis=1, keepdims=True), 1e-12),
        dtype=np.float32,
    )
