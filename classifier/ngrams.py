"""Texts to hashed, weighted n-gram counts, a whole batch at a time in numpy.

Three views of a text share one hash space: characters (2 to 5 in a row, over word borders),
words (one and two), lemmas (one, two, and two with one left out). Each view is scaled to unit
length, so that a long comment does not shout down a short one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

BITS = 18
WIDTH = 1 << BITS
_BASE = np.uint64(0x9E3779B97F4A7C15 | 1)
_INVERSE = np.uint64(pow(int(_BASE), -1, 1 << 64))
_MIX_A, _MIX_B = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_SHIFT, _TOP = np.uint64(31), np.uint64(64 - BITS)
_SPACE, _BREAK = 32, 10
CHAR_SIZES = (2, 3, 4, 5)

U64 = npt.NDArray[np.uint64]
I64 = npt.NDArray[np.int64]
F32 = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Grams:
    """Every n-gram occurrence of a batch.

    Attributes:
        bucket: (n,) hash bucket of each occurrence.
        document: (n,) index of the text it stands in.
        start: (n,) where it begins in the batch's joined text.
        length: (n,) how many characters of the joined text it covers.
    """

    bucket: I64
    document: I64
    start: I64
    length: I64


@dataclass(frozen=True, slots=True)
class Joined:
    """A batch as one array of code points, each text between line breaks and inner blanks."""

    codes: npt.NDArray[np.uint32]
    document: I64


def join(texts: list[str]) -> Joined:
    """One array for the batch; `texts` hold no line breaks."""
    whole = "".join(["\n " + text + " " for text in texts]) + "\n"
    codes = np.frombuffer(whole.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    return Joined(codes, np.cumsum(codes == _BREAK, dtype=np.int64) - 1)


def _mix(value: U64, salt: int) -> I64:
    mixed = (value ^ np.uint64(salt * 0x51ED270B7F4A7C15 & (2**64 - 1))) * _MIX_A
    mixed = (mixed ^ (mixed >> _SHIFT)) * _MIX_B
    return (mixed >> _TOP).astype(np.int64)


def char_grams(joined: Joined) -> Grams:
    """Runs of 2 to 5 characters that stay inside one text."""
    codes = joined.codes.astype(np.uint64) + np.uint64(1)
    breaks = np.concatenate(([0], np.cumsum(joined.codes == _BREAK)))
    value, parts = codes.copy(), []
    for size in range(2, max(CHAR_SIZES) + 1):
        value = value[:-1] * _BASE + codes[size - 1 :]
        whole = breaks[size:] == breaks[: len(breaks) - size]
        start = np.flatnonzero(whole)
        parts.append((_mix(value[start], size), start, size))
    return _collect(parts, joined)


def _collect(parts: list[tuple[I64, I64, int]], joined: Joined) -> Grams:
    start = np.concatenate([part[1] for part in parts])
    return Grams(
        np.concatenate([part[0] for part in parts]),
        joined.document[start],
        start,
        np.concatenate([np.full(len(part[1]), part[2], dtype=np.int64) for part in parts]),
    )


def word_grams(joined: Joined, salt: int, *, skip: bool) -> Grams:
    """Words, neighbours, and (with `skip`) words with one between them."""
    first, last, value = _words(joined)
    document = joined.document[first] if len(first) else np.zeros(0, dtype=np.int64)
    parts = [(_mix(value, salt), document, first, last - first)]
    for gap in (1, 2) if skip else (1,):
        pair = np.flatnonzero(document[gap:] == document[:-gap])
        both = value[pair] * _BASE + (value[pair + gap] ^ np.uint64(gap))
        parts.append(
            (_mix(both, salt + gap), document[pair], first[pair], last[pair + gap] - first[pair])
        )
    return Grams(*(np.concatenate([part[place] for part in parts]) for place in range(4)))


def word_starts(joined: Joined) -> tuple[I64, I64]:
    """Where each word of the batch begins in the joined text, and whose text it stands in."""
    gap = (joined.codes == _SPACE) | (joined.codes == _BREAK)
    begins = np.flatnonzero(gap[:-1] & ~gap[1:]) + 1
    return begins, joined.document[begins]


def _words(joined: Joined) -> tuple[I64, I64, U64]:
    """Start, end and hash of each word: differences of one running sum, shifted to zero."""
    codes = joined.codes
    gap = (codes == _SPACE) | (codes == _BREAK)
    edge = np.flatnonzero(gap[1:] != gap[:-1]) + 1
    first, last = edge[0::2].astype(np.int64), edge[1::2].astype(np.int64)
    power = np.cumprod(np.full(len(codes), _BASE, dtype=np.uint64))
    inverse = np.cumprod(np.full(len(codes), _INVERSE, dtype=np.uint64))
    running = np.concatenate(
        (np.zeros(1, dtype=np.uint64), np.cumsum(codes.astype(np.uint64) * power, dtype=np.uint64))
    )
    value = (running[last] - running[first]) * inverse[first]
    return first, last, np.asarray(value, dtype=np.uint64)


def text_codes(joined: Joined, count: int) -> U64:
    """(count,) hash of each text of a batch as a whole."""
    begins = np.flatnonzero(joined.codes == _BREAK)[: count + 1]
    power = np.cumprod(np.full(int(np.diff(begins).max(initial=1)), _BASE, dtype=np.uint64))
    place = np.arange(begins[-1]) - np.repeat(begins[:-1], np.diff(begins))
    terms = joined.codes[: begins[-1]].astype(np.uint64) * power[place]
    return np.asarray(np.add.reduceat(terms, begins[:-1]), dtype=np.uint64)


def to_matrix(
    views: list[Grams], rows: int, idf: F32 | None, weights: tuple[float, ...]
) -> sparse.csr_matrix:
    """(rows, WIDTH) matrix: 1 + log count, times idf, each view at unit length times its weight."""
    blocks = []
    for grams, weight in zip(views, weights, strict=True):
        keys, counts = np.unique(grams.document * WIDTH + grams.bucket, return_counts=True)
        row, column = keys >> BITS, keys & (WIDTH - 1)
        value = (1 + np.log(counts)).astype(np.float32)
        if idf is not None:
            value = value * idf[column]
        norm = np.sqrt(np.bincount(row, weights=value * value, minlength=rows))
        value = value * (weight / np.maximum(norm, 1e-9))[row].astype(np.float32)
        blocks.append((row, column, value))
    row, column, value = (np.concatenate([block[place] for block in blocks]) for place in range(3))
    order = np.argsort(row, kind="stable")
    pointer = np.concatenate(([0], np.cumsum(np.bincount(row, minlength=rows))))
    return sparse.csr_matrix(
        (value[order].astype(np.float32), column[order].astype(np.int32), pointer.astype(np.int32)),
        shape=(rows, WIDTH),
    )
