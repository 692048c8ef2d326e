"""Words read once: hashes, n-grams and classes of every word form met, and texts as word numbers.

Everything a head sees of a word depends on the word (and its neighbour) alone, so that a text
costs one look-up a word. A wordbook only grows; a full one is replaced by a new, empty one.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
import numpy.typing as npt

from classifier import ngrams
from classifier.lexicon import marks_of
from otklik.language.lemmas import lemmas

U64 = npt.NDArray[np.uint64]
I64 = npt.NDArray[np.int64]
I32 = npt.NDArray[np.int32]

BITS = 17
BUCKETS = 1 << BITS
_BASE = np.uint64(0x9E3779B97F4A7C15)
_MIX_A, _MIX_B = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_SHIFT, _TOP = np.uint64(31), np.uint64(64 - BITS)


def mix(value: U64, salt: int) -> I32:
    """Buckets of hashes, another spread for each salt."""
    mixed = (value ^ np.uint64(salt * 0x51ED270B7F4A7C15 & (2**64 - 1))) * _MIX_A
    mixed = (mixed ^ (mixed >> _SHIFT)) * _MIX_B
    return (mixed >> _TOP).astype(np.int32)


class Wordbook:
    """Word forms by number, in order of their coming; safe to share between threads.

    Attributes:
        codes: (n,) hash of each form.
        lemma_codes: (n,) hash of each form's lemma.
        grams: bucket of every character n-gram of every form, one form after the other.
        first: (n + 1,) where each form's n-grams begin in `grams`.
        marks: places in `lexicon.MARKS` of every form, one form after the other.
        marks_first: (n + 1,) where each form's marks begin in `marks`.
    """

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._lock = threading.Lock()
        self.codes: U64 = np.zeros(0, np.uint64)
        self.lemma_codes: U64 = np.zeros(0, np.uint64)
        self.grams: I32 = np.zeros(0, np.int32)
        self.first: I64 = np.zeros(1, np.int64)
        self.marks: I64 = np.zeros(0, np.int64)
        self.marks_first: I64 = np.zeros(1, np.int64)

    def __len__(self) -> int:
        return len(self.codes)

    def read(self, texts: Sequence[list[str]]) -> Words:
        """Texts, each a list of word forms, as numbers."""
        forms = list(chain.from_iterable(texts))
        numbers = list(map(self._numbers.get, forms))
        if None in numbers:
            with self._lock:
                self._learn(
                    list(dict.fromkeys(form for form in forms if form not in self._numbers))
                )
            numbers = [self._numbers[form] for form in forms]
        first = np.zeros(len(texts) + 1, np.int64)
        np.cumsum([len(text) for text in texts], out=first[1:])
        return Words(self, np.array(numbers, dtype=np.int64), first)

    def _learn(self, forms: list[str]) -> None:
        if not forms:
            return
        joined = ngrams.join(forms)
        grams, first = _char_grams(joined, len(forms))
        self.grams = np.concatenate((self.grams, grams))
        self.first = np.concatenate((self.first, first[1:] + self.first[-1]))
        self._mark(forms)
        self.lemma_codes = np.concatenate(
            (self.lemma_codes, ngrams.text_codes(ngrams.join(lemmas(forms)), len(forms)))
        )
        self.codes = np.concatenate((self.codes, ngrams.text_codes(joined, len(forms))))
        self._numbers.update(zip(forms, range(len(self._numbers), len(self.codes)), strict=True))

    def _mark(self, forms: list[str]) -> None:
        marks = list(map(marks_of, forms))
        bounds = np.cumsum(list(map(len, marks))) + len(self.marks)
        self.marks = np.concatenate((self.marks, np.array([*chain(*marks)], np.int64)))
        self.marks_first = np.concatenate((self.marks_first, bounds))


def _char_grams(joined: ngrams.Joined, count: int) -> tuple[I32, I64]:
    found = ngrams.char_grams(joined)
    order = np.argsort(found.document, kind="stable")
    first = np.zeros(count + 1, np.int64)
    np.cumsum(np.bincount(found.document, minlength=count), out=first[1:])
    return (found.bucket[order] & (BUCKETS - 1)).astype(np.int32), first


@dataclass(frozen=True, slots=True)
class Words:
    """n texts as numbers into a wordbook.

    Attributes:
        book: where the numbers lead.
        numbers: (t,) every word of the batch.
        first: (n + 1,) where each text begins in `numbers`.
    """

    book: Wordbook
    numbers: I64
    first: I64

    def __len__(self) -> int:
        return len(self.first) - 1

    @property
    def lengths(self) -> I64:
        """(n,) words of each text."""
        return np.diff(self.first)

    def take(self, rows: I64) -> Words:
        """The texts `rows`, in that order."""
        places, first = spread(self.first, np.asarray(rows))
        return Words(self.book, self.numbers[places], first)

    def marked(self) -> tuple[I64, I64, I64]:
        """Text, place in the text and mark of every marked word, in order."""
        firsts = self.book.marks_first
        at = np.flatnonzero(firsts[self.numbers + 1] > firsts[self.numbers])
        places, bounds = spread(firsts, self.numbers[at])
        at = np.repeat(at, np.diff(bounds))
        document = np.searchsorted(self.first, at, side="right") - 1
        return document, at - self.first[document], self.book.marks[places]

    def pairs(self, codes: U64, gap: int, salt: int) -> tuple[I32, I64]:
        """Buckets of words `gap` apart, text by text, and how many each text has."""
        told = codes[self.numbers]
        counts = np.maximum(self.lengths - gap, 0)
        if len(told) <= gap:
            return np.zeros(0, np.int32), counts
        document = np.repeat(np.arange(len(self)), self.lengths)
        both = told[:-gap] * _BASE + (told[gap:] ^ np.uint64(gap))
        return mix(both[document[gap:] == document[:-gap]], salt), counts


def spread(first: I64, rows: I64) -> tuple[I64, I64]:
    """Places of the items of `rows` in a ragged array that begins at `first`, and their bounds."""
    counts = first[rows + 1] - first[rows]
    bounds = np.zeros(len(rows) + 1, np.int64)
    np.cumsum(counts, out=bounds[1:])
    return np.arange(bounds[-1]) + np.repeat(first[rows] - bounds[:-1], counts), bounds


def joined(parts: Sequence[Words]) -> Words:
    """Parts read with one wordbook as one."""
    offsets = np.cumsum([0, *(len(part.numbers) for part in parts)])
    first = [part.first[1:] + offset for part, offset in zip(parts, offsets[:-1], strict=True)]
    return Words(
        parts[0].book,
        np.concatenate([part.numbers for part in parts]),
        np.concatenate([np.zeros(1, np.int64), *first]),
    )
