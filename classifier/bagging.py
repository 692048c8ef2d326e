"""How the bag learns: all heads at once, by hand-written gradients, in numpy and scipy alone.

Rows may carry labels for some heads only. Vectors of n-grams step lazily (only those met in a
batch), half of the n-grams of a text are hidden at every look. Everything is seeded, and sums
run in one order on one thread: the same data gives the same arrays.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from classifier.bag import (
    F32,
    LEMMA,
    PAIRS,
    VIEWS,
    WORD,
    Bag,
    Seen,
    Table,
    gate,
    scaled,
    scales,
)
from classifier.targets import HEADS, TARGETS
from classifier.wordbook import BUCKETS, I32, I64, Words, joined, mix, spread

_FIRST_MOMENT, _SECOND_MOMENT, _TINY = 0.9, 0.999, 1e-8


@dataclass(frozen=True, slots=True)
class Course:
    """How to learn.

    Attributes:
        width: numbers in a vector of one n-gram.
        hidden: units of the hidden layer.
        batch: texts a step.
        rate: of learning, at the start; falls to nothing.
        hide: share of n-grams hidden at every look.
        drop: share of hidden units dropped; half of it for the inputs.
        decay: of the dense weights.
        auxiliary: weight of the auxiliary heads in the loss.
        extra: rows with auxiliary labels only an epoch, for each row with labels of the targets.
        warm_up: epochs on the auxiliary rows alone before the rest.
    """

    width: int = 48
    hidden: int = 128
    batch: int = 64
    rate: float = 2e-3
    hide: float = 0.5
    drop: float = 0.3
    decay: float = 0.01
    auxiliary: float = 0.5
    extra: float = 1.0
    warm_up: int = 0
    spread: float = 0.05


@dataclass(frozen=True, slots=True)
class Lessons:
    """n texts to learn from: their words, and (n, d) counts, signals and shape."""

    words: Words
    dense: F32

    @classmethod
    def of(cls, parts: Sequence[Seen]) -> Lessons:
        """Parts read with one wordbook as one."""
        return cls(
            joined([part.words for part in parts]),
            np.vstack([part.dense for part in parts]).astype(np.float32),
        )

    def take(self, rows: I64) -> Lessons:
        """The texts `rows`, in that order."""
        return Lessons(self.words.take(rows), self.dense[rows])


def fit_bag(
    parts: Sequence[Seen],
    labels: dict[str, I64],
    *,
    weights: F32 | None = None,
    seed: int = 0,
    epochs: int = 3,
    course: Course | None = None,
    progress: Callable[[int, Bag], None] | None = None,
) -> Bag:
    """A bag fitted to n texts.

    Args:
        parts: features of the texts, in parts read with one wordbook.
        labels: per head (n,) class numbers, -1 where a row says nothing to the head.
        weights: (n,) of the rows; one each if None.
        seed: of everything that is drawn.
        epochs: how often each row with a target's label is seen.
        course: how to learn; the defaults are those the figures were made with.
        progress: called with the epoch and the bag so far after each.
    """
    lessons = Lessons.of(parts)
    learner = _Learner(lessons, labels, weights, seed, course or Course())
    learner.learn(epochs, progress)
    return learner.bag()


class _Adam:
    """One array and its moments."""

    def __init__(self, value: F32) -> None:
        self.value = value
        self._first, self._second = np.zeros_like(value), np.zeros_like(value)

    def step(self, slope: F32, rate: float, decay: float) -> None:
        """One step of the whole array; `rate` holds the correction of the moments."""
        self._first += (1 - _FIRST_MOMENT) * (slope - self._first)
        self._second += (1 - _SECOND_MOMENT) * (slope * slope - self._second)
        self.value *= 1 - decay
        self.value -= rate * self._first / (np.sqrt(self._second) + _TINY)

    def step_rows(self, rows: I64, slope: F32, rate: float) -> None:
        """One step of the rows met; the others rest, and so do their moments."""
        first, second = self._first[rows], self._second[rows]
        first += (1 - _FIRST_MOMENT) * (slope - first)
        np.multiply(slope, slope, out=slope)
        second += (1 - _SECOND_MOMENT) * (slope - second)
        self._first[rows], self._second[rows] = first, second
        np.sqrt(second, out=second)
        second += _TINY
        first /= second
        first *= rate
        self.value[rows] -= first


@dataclass(slots=True)
class _Block:
    """Occurrences of n-grams of one view in a batch, text by text."""

    buckets: I32
    bounds: I64

    def hidden(self, share: float, draw: np.random.Generator) -> _Block:
        kept = draw.random(len(self.buckets), dtype=np.float32) >= share
        total = np.concatenate(([0], np.cumsum(kept)))
        return _Block(self.buckets[kept], total[self.bounds])

    def matrix(self, slot: I32, value: float, width: int) -> sparse.csr_matrix:
        data = np.full(len(self.buckets), value, np.float32)
        shape = (len(self.bounds) - 1, width)
        return sparse.csr_matrix((data, slot[self.buckets], self.bounds), shape=shape)


def _blocks(words: Words) -> list[list[_Block]]:
    """Every n-gram of a batch, per view."""
    book, numbers = words.book, words.numbers
    places, bounds = spread(book.first, numbers)
    found = [
        [_Block(book.grams[places], bounds[words.first])],
        [_Block(mix(book.codes[numbers], WORD), words.first)],
        [_Block(mix(book.lemma_codes[numbers], LEMMA), words.first)],
    ]
    for view, code, gap, salt in PAIRS:
        buckets, counts = words.pairs(getattr(book, code), gap, salt)
        found[view].append(_Block(buckets, np.concatenate(([0], np.cumsum(counts)))))
    return found


@dataclass(slots=True)
class _Look:
    """One view of a batch as seen: which rows were met, the matrices that name them."""

    met: I64
    matrices: list[sparse.csr_matrix]


class _Learner:
    def __init__(
        self,
        lessons: Lessons,
        labels: dict[str, I64],
        weights: F32 | None,
        seed: int,
        course: Course,
    ) -> None:
        self._course, self._labels, self._steps = course, labels, 0
        self._words = lessons.words
        self._weights = np.ones(len(lessons.words), np.float32) if weights is None else weights
        self._draw = np.random.default_rng(seed)
        self._mean = lessons.dense.mean(axis=0).astype(np.float32)
        self._spread = (lessons.dense.std(axis=0) + 1e-3).astype(np.float32)
        self._dense = scaled(lessons.dense, self._mean, self._spread)
        self._grams = np.diff(lessons.words.book.first).astype(np.float32)
        self._touched = [np.zeros(BUCKETS, bool) for _ in VIEWS]
        self._slot = np.zeros(BUCKETS, np.int32)
        self._heads = [head for head in HEADS if head in labels]
        self._set_up()

    def _set_up(self) -> None:
        course = self._course
        self._tables = [_Adam(self._normal((BUCKETS, course.width), course.spread)) for _ in VIEWS]
        inputs = len(VIEWS) * course.width + self._dense.shape[1]
        self._hidden = _Adam(self._uniform(inputs, course.hidden))
        self._bias = _Adam(np.zeros(course.hidden, np.float32))
        sizes = {head: len(HEADS[head]) for head in self._heads}
        self._out = {head: _Adam(self._uniform(course.hidden, sizes[head])) for head in sizes}
        self._out_bias = {head: _Adam(np.zeros(sizes[head], np.float32)) for head in sizes}

    def _normal(self, shape: tuple[int, int], size: float) -> F32:
        return self._draw.standard_normal(shape, dtype=np.float32) * np.float32(size)

    def _uniform(self, rows: int, columns: int) -> F32:
        drawn = self._draw.random((rows, columns), dtype=np.float32) * 2 - 1
        return drawn / np.float32(np.sqrt(rows))

    def learn(self, epochs: int, progress: Callable[[int, Bag], None] | None) -> None:
        plan = [self._rows(epoch) for epoch in range(-self._course.warm_up, epochs)]
        batches = [-(-len(rows) // self._course.batch) for rows in plan]
        total = sum(batches)
        for epoch, (rows, count) in enumerate(zip(plan, batches, strict=True)):
            for batch in np.array_split(self._draw.permutation(rows), count):
                self._step(batch, max(0.02, 1 - self._steps / total))
            if progress is not None:
                progress(epoch, self.bag())

    def _rows(self, epoch: int) -> I64:
        main = np.zeros(len(self._words), bool)
        for head in TARGETS:
            if head in self._labels:
                main |= self._labels[head] >= 0
        ours, theirs = np.flatnonzero(main), np.flatnonzero(~main)
        if epoch < 0 or not len(ours):
            return theirs
        count = min(len(theirs), int(len(ours) * self._course.extra))
        return np.concatenate((ours, self._draw.choice(theirs, count, replace=False)))

    def _step(self, rows: I64, slowing: float) -> None:
        self._steps += 1
        words = self._words.take(rows)
        looks = [self._look(view, blocks) for view, blocks in enumerate(_blocks(words))]
        factors = scales(words, self._grams)
        inputs, kept = self._inputs(looks, factors, self._dense[rows])
        active, slope = gate(inputs @ self._hidden.value + self._bias.value)
        mask = self._mask(active.shape, self._course.drop)
        active *= mask
        back = np.zeros_like(active)
        slopes = dict(self._head_slopes(active, rows, back))
        back *= mask * slope
        pull = back @ self._hidden.value.T * kept
        rate = self._rate(slowing)
        self._step_tables(looks, factors, pull, rate)
        decay = self._course.rate * slowing * self._course.decay
        self._hidden.step(inputs.T @ back, rate, decay)
        self._bias.step(back.sum(axis=0), rate, 0)
        for head, (out, bias) in slopes.items():
            self._out[head].step(out, rate, decay)
            self._out_bias[head].step(bias, rate, 0)

    def _rate(self, slowing: float) -> float:
        correction = np.sqrt(1 - _SECOND_MOMENT**self._steps) / (1 - _FIRST_MOMENT**self._steps)
        return float(self._course.rate * slowing * correction)

    def _look(self, view: int, blocks: list[_Block]) -> _Look:
        share = self._course.hide
        seen = [block.hidden(share, self._draw) for block in blocks]
        flags = np.zeros(BUCKETS, bool)
        for block in seen:
            flags[block.buckets] = True
        met = np.flatnonzero(flags)
        self._touched[view] |= flags
        self._slot[met] = np.arange(len(met), dtype=np.int32)
        matrices = [block.matrix(self._slot, 1 / (1 - share), len(met)) for block in seen]
        return _Look(met, matrices)

    def _inputs(self, looks: list[_Look], factors: tuple[F32, ...], dense: F32) -> tuple[F32, F32]:
        parts = []
        for look, table, factor in zip(looks, self._tables, factors, strict=True):
            vectors = table.value[look.met]
            parts.append(sum(matrix @ vectors for matrix in look.matrices) * factor[:, None])
        inputs = np.hstack([*parts, dense])
        kept = self._mask(inputs.shape, self._course.drop / 2)
        return inputs * kept, kept

    def _mask(self, shape: tuple[int, ...], share: float) -> F32:
        kept = self._draw.random(shape, dtype=np.float32) >= share
        return kept.astype(np.float32) / np.float32(1 - share)

    def _head_slopes(
        self, active: F32, rows: I64, back: F32
    ) -> Iterator[tuple[str, tuple[F32, F32]]]:
        """Slopes of every head that a row of the batch speaks to; adds what flows to `back`."""
        for head in self._heads:
            labels = self._labels[head][rows]
            told = np.flatnonzero(labels >= 0)
            if not len(told):
                continue
            seen, out = active[told], self._out[head].value
            error = _softmax(seen @ out + self._out_bias[head].value)
            error[np.arange(len(told)), labels[told]] -= 1
            share = 1.0 if head in TARGETS else self._course.auxiliary
            error *= self._weights[rows[told], None] * np.float32(share / len(rows))
            back[told] += error @ out.T
            yield head, (seen.T @ error, error.sum(axis=0))

    def _step_tables(
        self, looks: list[_Look], factors: tuple[F32, ...], pull: F32, rate: float
    ) -> None:
        width = self._course.width
        for view, (look, table, factor) in enumerate(
            zip(looks, self._tables, factors, strict=True)
        ):
            part = np.ascontiguousarray(pull[:, view * width : (view + 1) * width])
            part *= factor[:, None]
            slope = sum(matrix.T @ part for matrix in look.matrices)
            table.step_rows(look.met, np.asarray(slope), rate)

    def bag(self) -> Bag:
        """What was learned so far; vectors never met are nothing."""
        tables = [
            Table.of(table.value * touched[:, None])
            for table, touched in zip(self._tables, self._touched, strict=True)
        ]
        return Bag(
            tuple(tables),
            self._mean,
            self._spread,
            self._hidden.value.copy(),
            self._bias.value.copy(),
            {head: out.value.copy() for head, out in self._out.items()},
            {head: bias.value.copy() for head, bias in self._out_bias.items()},
        )


def _softmax(scores: F32) -> F32:
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True), dtype=np.float32)
