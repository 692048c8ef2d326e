"""From texts to what the readers see: words, word classes, signals, shape.

Everything comes from the text alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from classifier import signals
from classifier.hardfacts import facts_of
from classifier.wordbook import Wordbook, Words
from otklik.enums import Language
from otklik.language.identify import identify
from otklik.language.normaliser import Normalised, normalise
from otklik.language.remembering import WORDS

_SHAPE = ("length", "words", "russian", "long_text", "mean_word")
DENSE_NAMES = (
    *(f"count.{name}" for name in signals.COUNTED),
    *(f"signal.{name}" for name in signals.SIGNALS),
    *(f"shape.{name}" for name in _SHAPE),
)
_SIGNAL_PLACE = {name: place for place, name in enumerate(signals.SIGNALS, len(signals.COUNTED))}
_SHAPE_PLACE = len(signals.COUNTED) + len(_SIGNAL_PLACE)
_LONG = 400  # characters

F32 = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Features:
    """What is known of a batch of n texts before any head has spoken.

    Attributes:
        words: the word forms of each text, as numbers into the wordbook.
        dense: (n, len(DENSE_NAMES)) counts (log), signals, shape.
        texts: normal forms with the way back to the original.
        readings: word classes and signals.
        facts: hard facts of each text; no head sees them.
        languages: language of each text.
    """

    words: Words
    dense: F32
    texts: list[Normalised]
    readings: list[signals.Reading]
    facts: list[list[signals.Signal]]
    languages: list[Language]


class _Shelf:
    """The wordbook in use; a full one is left to those who still read in it."""

    book = Wordbook()


def _book() -> Wordbook:
    book = _Shelf.book
    if len(book) > WORDS:
        book = _Shelf.book = Wordbook()
    return book


def extract(texts: Sequence[str], memo: Wordbook | None = None) -> Features:
    """Features of a batch; works for the empty text and for texts of any length.

    Args:
        texts: the batch.
        memo: words read before; one bounded memo of the process if None. Parts that are to be
            joined later must be read with one memo.
    """
    normal = [normalise(text) for text in texts]
    languages = [identify(text) for text in texts]
    words = (_book() if memo is None else memo).read([text.forms for text in normal])
    readings, counts = signals.read_all(normal, words)
    dense = _dense(counts, normal, words, readings, languages)
    facts = [
        facts_of(text, reading.opened) if reading.opened else []
        for text, reading in zip(normal, readings, strict=True)
    ]
    return Features(words, dense, normal, readings, facts, languages)


def _dense(
    counts: F32,
    normal: list[Normalised],
    words: Words,
    readings: list[signals.Reading],
    languages: list[Language],
) -> F32:
    dense = np.zeros((len(normal), len(DENSE_NAMES)), dtype=np.float32)
    dense[:, : counts.shape[1]] = np.log1p(counts)
    told = [
        (row, _SIGNAL_PLACE[signal.name], signal.weight)
        for row, reading in enumerate(readings)
        for signal in reading.signals
    ]
    if told:
        row, place, weight = (np.array(part) for part in zip(*told, strict=True))
        np.maximum.at(dense, (row, place), weight.astype(np.float32))
    length = np.array([len(text.text) for text in normal], dtype=np.float32)
    spoken = words.lengths.astype(np.float32)
    russian = [language is Language.RUSSIAN for language in languages]
    dense[:, _SHAPE_PLACE:] = np.column_stack(
        (
            np.log1p(length), np.log1p(spoken), russian, length > _LONG,
            length / np.maximum(spoken, 1),
        )
    )  # fmt: skip
    return dense
