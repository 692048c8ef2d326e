"""Which stretches of the text made the verdict: exact places in the original, few and short.

A linear reading of n-grams can be taken apart: each n-gram's share is laid on the characters
it covers, summed over the words, and the words that carry most are shown. Rule signals come
with their own places.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from classifier import ngrams
from classifier.features import Features, word_views
from classifier.hardfacts import THREAT
from classifier.heads import TARGETS, Readers
from classifier.signals import Signal
from otklik.enums import Abuse, Claim
from otklik.language.normaliser import Token
from otklik.verdicts import Reason, Span

I64 = npt.NDArray[np.int64]
F32 = npt.NDArray[np.float32]

_MOST = 3  # spans of one kind
_LEAST_SHARE = 0.4  # of the strongest word
_SIGNALS_SHOWN = 6
_HOSTILE = frozenset(
    {
        "obscenity",
        "insult_word",
        "group_slur",
        "second_person_insult",
        "staff_insult",
        "threat",
        THREAT,
    }
)
_UNSHOWN = frozenset({"question", "retweet", "child"})
_ABUSES, _CLAIMS = TARGETS["abuse"], TARGETS["claim"]


class Explainer:
    """Takes verdicts apart by the level-1 weights of the abuse and claim classes."""

    def __init__(self, readers: Readers) -> None:
        column = {name: readers.weights[:, place] for place, name in enumerate(readers.names)}
        calm = column["abuse.none"]
        self._hostile = np.ascontiguousarray(-calm)
        self._case = np.ascontiguousarray(-column["claim.none"])

    def explain(self, features: Features, best: dict[str, I64]) -> list[tuple[Reason, ...]]:
        """Reasons of each text; `best` holds the chosen class per head."""
        hostile, case, first = self._scores(features)
        found = []
        for row, text in enumerate(features.texts):
            here = slice(first[row], first[row + 1])
            abuse, claim = _ABUSES[best["abuse"][row]], _CLAIMS[best["claim"][row]]
            told = [*features.facts[row], *features.readings[row].signals]
            reasons: list[Reason] = []
            if abuse != Abuse.NONE:
                facts = [item for item in told if item.name in _HOSTILE]
                reasons += _hostile_reasons(text.original, text.tokens, hostile[here], facts, abuse)
            if claim != Claim.NONE:
                spans = _strongest(text.tokens, case[here])
                reasons += [_reason("case", claim, text.original, *span) for span in spans]
            reasons += _signal_reasons(text.original, told)
            found.append(tuple(reasons))
        return found

    def _scores(self, features: Features) -> tuple[F32, F32, I64]:
        """Score of every word of the batch on both axes, and where each text's words begin."""
        joined = features.words
        views = word_views(joined)
        hostile, case = (
            _lay(views, weights, len(joined.codes)) for weights in (self._hostile, self._case)
        )
        begins, document = ngrams.word_starts(joined)
        first = np.searchsorted(document, np.arange(len(features.texts) + 1))
        if not len(begins):
            return np.zeros(0, np.float32), np.zeros(0, np.float32), first
        return np.add.reduceat(hostile, begins), np.add.reduceat(case, begins), first


def _lay(views: list[ngrams.Grams], weights: F32, size: int) -> F32:
    """Every n-gram's weight spread evenly over the characters it covers."""
    change = np.zeros(size + 1, dtype=np.float64)
    for grams in views:
        share = weights[grams.bucket] / grams.length
        change += np.bincount(grams.start, weights=share, minlength=size + 1)
        change -= np.bincount(grams.start + grams.length, weights=share, minlength=size + 1)
    return np.cumsum(change)[:-1].astype(np.float32)


def _hostile_reasons(
    text: str, tokens: list[Token], scores: F32, facts: list[Signal], abuse: str
) -> list[Reason]:
    spans = sorted({(fact.start, fact.end) for fact in facts}, key=lambda span: span[0] - span[1])
    kept: list[tuple[int, int]] = []
    for start, end in spans or _strongest(tokens, scores):
        if not any(left < end and start < right for left, right in kept):
            kept.append((start, end))
    return [_reason("hostile", abuse, text, *span) for span in sorted(kept[:_MOST])]


def _strongest(tokens: list[Token], scores: F32) -> list[tuple[int, int]]:
    """Places of the words that carry most, neighbours joined, in order of appearance."""
    if not len(scores):
        return []
    top = float(scores.max())
    if top <= 0:
        return []
    order = [int(place) for place in np.argsort(-scores, kind="stable")[:_MOST]]
    chosen = sorted(
        place
        for place in order
        if scores[place] >= top * _LEAST_SHARE and tokens[place].form[:1].isalnum()
    )
    spans: list[tuple[int, int]] = []
    for place in chosen:
        token = tokens[place]
        if spans and place - 1 in chosen:
            spans[-1] = (spans[-1][0], token.end)
        else:
            spans.append((token.start, token.end))
    return spans


def _signal_reasons(text: str, signals: list[Signal]) -> list[Reason]:
    shown: dict[str, Signal] = {}
    for signal in signals:
        known = shown.get(signal.name)
        if signal.name not in _UNSHOWN and (known is None or signal.weight > known.weight):
            shown[signal.name] = signal
    strongest = sorted(shown.values(), key=lambda signal: (-signal.weight, signal.start))
    return [
        _reason("signal", signal.name, text, signal.start, signal.end)
        for signal in strongest[:_SIGNALS_SHOWN]
    ]


def _reason(kind: str, name: str, text: str, start: int, end: int) -> Reason:
    return Reason(kind=kind, name=str(name), span=Span(start=start, end=end), text=text[start:end])
