"""Near-copies: whether two texts are the same but for a few words, by MinHash over letters.

What insults hide their letters behind (ё, case, doubled letters, punctuation, digits, links) is
folded away first. Signatures and bands are kept in the database, so their numbers may never
change with a library: they are made here (docs/decisions/0024).
"""

import re

import numpy as np
from numpy.typing import NDArray

Signature = NDArray[np.uint32]

SIZE = 64  # numbers in a signature
ROWS = 4  # numbers in a band: of texts 0.6 alike, nine in ten pairs share one of the 16 bands
SAME = 0.6  # likeness from which two texts are near-copies
LONGEST = 600  # characters read of a text
_SHINGLE = 4
_LEAST = 12  # letters: shorter texts are copies only when they are equal
_LINK = re.compile(r"https?://\S+|[@#]\w+")
_OTHER = re.compile(r"[\W\d_]+")
_AGAIN = re.compile(r"(.)\1+")
_MIX = np.random.Generator(np.random.PCG64(7)).integers(1, 2**63, size=(2, SIZE), dtype=np.uint64)
_FACTORS = _MIX[0] | np.uint64(1)
_ADDED = _MIX[1]
_PRIME = np.uint64(0x100000001B3)
_TOP = np.uint64(32)


def folded(text: str) -> str:
    """What is compared of a text."""
    plain = _OTHER.sub(" ", _LINK.sub(" ", text[:LONGEST].lower().replace("ё", "е")))
    return _AGAIN.sub(r"\1", plain).strip()


def signature(text: str) -> Signature:
    """64 numbers; the share of equal ones estimates how alike two texts are."""
    hashes = _shingles(folded(text))
    spread: NDArray[np.uint64] = hashes[:, None] * _FACTORS + _ADDED
    least: Signature = (spread.min(axis=0) >> _TOP).astype(np.uint32)
    return least


def likeness(one: Signature, other: Signature) -> float:
    """Estimated share of letter runs in common, 0 … 1."""
    return float(np.count_nonzero(one == other)) / SIZE


def are_near(one: Signature, other: Signature) -> bool:
    """Are the texts of two signatures near-copies?"""
    return likeness(one, other) >= SAME


def bands(one: Signature) -> list[int]:
    """16 signed numbers of 64 bits under which near-copies meet."""
    rows = one.reshape(-1, ROWS).astype(np.uint64)
    key = np.arange(len(rows), dtype=np.uint64) * _PRIME
    for column in range(ROWS):
        key = _mixed((key ^ rows[:, column]) * _PRIME)
    found: list[int] = key.view(np.int64).tolist()
    return found


def _shingles(plain: str) -> NDArray[np.uint64]:
    """Numbers of runs of four letters; of the whole where it is short."""
    letters = np.frombuffer(plain.encode("utf-32-le"), dtype=np.uint32).astype(np.uint64)
    if len(letters) < _LEAST:
        powers = _PRIME ** np.arange(len(letters), dtype=np.uint64)
        return _mixed(np.array([(letters * powers).sum()], dtype=np.uint64))
    runs = letters[: len(letters) - _SHINGLE + 1].copy()
    for at in range(1, _SHINGLE):
        runs = runs * _PRIME ^ letters[at : len(letters) - _SHINGLE + 1 + at]
    return _mixed(runs)


def _mixed(numbers: NDArray[np.uint64]) -> NDArray[np.uint64]:
    mixed = (numbers ^ (numbers >> np.uint64(33))) * np.uint64(0xFF51AFD7ED558CCD)
    return mixed ^ (mixed >> np.uint64(29))
