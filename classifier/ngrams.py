"""Words to hashes and hashed runs of characters, a whole batch at a time in numpy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

BITS = 18
_BASE = np.uint64(0x9E3779B97F4A7C15 | 1)
_MIX_A, _MIX_B = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_SHIFT, _TOP = np.uint64(31), np.uint64(64 - BITS)
_BREAK = 10
CHAR_SIZES = (2, 3, 4, 5)

U64 = npt.NDArray[np.uint64]
I64 = npt.NDArray[np.int64]
F32 = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Grams:
    """Every n-gram occurrence of a batch: its hash `bucket` (n,), the `document` (n,) it is in."""

    bucket: I64
    document: I64


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
        parts.append((_mix(value[start], size), start))
    start = np.concatenate([part[1] for part in parts])
    return Grams(np.concatenate([part[0] for part in parts]), joined.document[start])


def text_codes(joined: Joined, count: int) -> U64:
    """(count,) hash of each text of a batch as a whole."""
    begins = np.flatnonzero(joined.codes == _BREAK)[: count + 1]
    power = np.cumprod(np.full(int(np.diff(begins).max(initial=1)), _BASE, dtype=np.uint64))
    place = np.arange(begins[-1]) - np.repeat(begins[:-1], np.diff(begins))
    terms = joined.codes[: begins[-1]].astype(np.uint64) * power[place]
    return np.asarray(np.add.reduceat(terms, begins[:-1]), dtype=np.uint64)
