"""From texts to what the heads see: hashed n-grams, word classes, signals, shape.

Everything comes from the text alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy import sparse

from classifier import ngrams, signals
from classifier.hardfacts import facts_of
from classifier.wordbook import MOST_WORDS, Wordbook, Words
from otklik.enums import Language
from otklik.language.identify import identify
from otklik.language.lemmas import lemmas
from otklik.language.normaliser import Normalised, normalise

_WORD_SALT, _LEMMA_SALT = 11, 21
VIEW_WEIGHTS = (1.0, 1.0, 1.0)
_SHAPE = ("length", "words", "russian", "long_text", "mean_word")
DENSE_NAMES = (
    *(f"count.{name}" for name in signals.COUNTED),
    *(f"signal.{name}" for name in signals.SIGNALS),
    *(f"shape.{name}" for name in _SHAPE),
)
_COUNT_PLACE = {name: place for place, name in enumerate(signals.COUNTED)}
_SIGNAL_PLACE = {name: len(_COUNT_PLACE) + place for place, name in enumerate(signals.SIGNALS)}
_SHAPE_PLACE = len(_COUNT_PLACE) + len(_SIGNAL_PLACE)


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
    dense: npt.NDArray[np.float32]
    texts: list[Normalised]
    readings: list[signals.Reading]
    facts: list[list[signals.Signal]]
    languages: list[Language]

    @cached_property
    def joined(self) -> ngrams.Joined:
        """The word view, joined."""
        return ngrams.join([text.text for text in self.texts])

    @cached_property
    def matrix(self) -> sparse.csr_matrix:
        """(n, ngrams.WIDTH) weighted n-grams."""
        return _matrix(self.texts, self.joined)


class _Shelf:
    """The wordbook in use; a full one is left to those who still read in it."""

    book = Wordbook()


def _book() -> Wordbook:
    book = _Shelf.book
    if len(book) > MOST_WORDS:
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
    readings = [signals.read(text) for text in normal]
    languages = [identify(text) for text in texts]
    words = (_book() if memo is None else memo).read([text.forms for text in normal])
    dense = _dense(normal, readings, languages)
    facts = [facts_of(text) for text in normal]
    return Features(words, dense, normal, readings, facts, languages)


def _matrix(normal: list[Normalised], words: ngrams.Joined) -> sparse.csr_matrix:
    dictionary = ngrams.join(
        [" ".join(lemmas([token.form for token in text.tokens])) for text in normal]
    )
    views = [*word_views(words), ngrams.word_grams(dictionary, _LEMMA_SALT, skip=True)]
    return ngrams.to_matrix(views, len(normal), None, VIEW_WEIGHTS)


def word_views(words: ngrams.Joined) -> list[ngrams.Grams]:
    """The two views that stand in the text itself: characters and words."""
    return [ngrams.char_grams(words), ngrams.word_grams(words, _WORD_SALT, skip=False)]


def _dense(
    normal: list[Normalised], readings: list[signals.Reading], languages: list[Language]
) -> npt.NDArray[np.float32]:
    dense = np.zeros((len(normal), len(DENSE_NAMES)), dtype=np.float32)
    for row, (text, reading, language) in enumerate(zip(normal, readings, languages, strict=True)):
        line = dense[row]
        for name, count in reading.counts.items():
            line[_COUNT_PLACE[name]] = count
        for signal in reading.signals:
            place = _SIGNAL_PLACE[signal.name]
            line[place] = max(line[place], signal.weight)
        words, length = len(text.tokens), len(text.text)
        line[_SHAPE_PLACE:] = (
            length, words, language is Language.RUSSIAN, length > 400, length / max(words, 1),
        )  # fmt: skip
    counted = [*range(len(_COUNT_PLACE)), _SHAPE_PLACE, _SHAPE_PLACE + 1]
    dense[:, counted] = np.log1p(dense[:, counted])
    return dense
