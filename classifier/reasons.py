"""Which stretches of the text made the verdict: exact places in the original, few and short.

What the bag reads in a word can be taken apart: the word's vector times the slope of the log-odds
of the classes asked about. The words that carry most are shown; rule signals come with their
own places.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from classifier.bag import Bag
from classifier.features import Features
from classifier.hardfacts import THREAT
from classifier.signals import Signal
from classifier.targets import TARGETS
from otklik.enums import Abuse, Claim
from otklik.language.normaliser import Token
from otklik.verdicts import Reason, Span

I64 = npt.NDArray[np.int64]
F32 = npt.NDArray[np.float32]
Place = tuple[int, int]

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
_CALM, _EMPTY = _ABUSES.index(Abuse.NONE), _CLAIMS.index(Claim.NONE)
# Words that say nothing when they stand alone, whatever weight they carry.
_FUNCTION_LIST = """
а без бы был была были было в вам вас ваш ваша ваше ваши во вот все всё вы да для до его ее если
есть еще ещё же за и из или им их к как ко когда кто ли мне мной мой моя мы на над нам нас наш не
него нее ней нет ни них но ну о об он она они оно от по под при про с свой себе себя сам со так
там то того тоже той только том ты у уж уже чем что чтобы это этого этой этом этот эта эти я
a am an and are as at be been but by can d did do does for from get got had has have he her him his
how i if in is it its just ll m me my no not of on or our re s she so t than that the their them
then there they this to too u up us ve was we were what when who why will with you your
"""
_FUNCTION = frozenset(_FUNCTION_LIST.split())


class Explainer:
    """Takes verdicts apart by what the bag's words do for abuse and for a claim."""

    def __init__(self, bag: Bag | None = None) -> None:
        self._bag = bag

    def explain(
        self,
        features: Features,
        best: Mapping[str, I64],
        shares: Mapping[str, F32] | None = None,
    ) -> list[tuple[Reason, ...]]:
        """Reasons of each text.

        Args:
            features: of the n texts.
            best: (n,) chosen class per head.
            shares: for `abuse` and `claim`, what each word of the batch does for any abuse and
                for any claim; the bag's own if None.
        """
        hostile, case = (
            self._shares(features, head, rows, shares)
            for head, rows in (
                ("abuse", best["abuse"] != _CALM),
                ("claim", best["claim"] != _EMPTY),
            )
        )
        first = features.words.first.tolist()
        kinds = zip(best["abuse"].tolist(), best["claim"].tolist(), strict=True)
        found = []
        for row, (abuse, claim) in enumerate(kinds):
            told = [*features.facts[row], *features.readings[row].signals]
            text = features.texts[row]
            reasons: list[Reason] = []
            if abuse != _CALM:
                spans = _told(told) or _strongest(text.tokens, hostile[first[row] : first[row + 1]])
                reasons += _reasons("hostile", _ABUSES[abuse], text.original, spans)
            if claim != _EMPTY:
                spans = _strongest(text.tokens, case[first[row] : first[row + 1]])
                reasons += _reasons("case", _CLAIMS[claim], text.original, spans)
            if told:
                reasons += _signal_reasons(text.original, told)
            found.append(tuple(reasons))
        return found

    def _shares(
        self,
        features: Features,
        head: str,
        rows: npt.NDArray[np.bool_],
        shares: Mapping[str, F32] | None,
    ) -> F32:
        if shares is not None:
            return shares[head]
        if self._bag is None:
            return np.zeros(len(features.words.numbers), np.float32)
        calm = TARGETS[head].index("none")
        classes = [place for place in range(len(TARGETS[head])) if place != calm]
        return self._bag.shares(features, head, classes, rows)


def _told(facts: list[Signal]) -> list[Place]:
    """Places of the hostile facts, the longest first, none within another."""
    spans = sorted(
        {(fact.start, fact.end) for fact in facts if fact.name in _HOSTILE},
        key=lambda span: (span[0] - span[1], span),
    )
    kept: list[Place] = []
    for start, end in spans:
        if not any(left < end and start < right for left, right in kept):
            kept.append((start, end))
    return sorted(kept[:_MOST])


def _strongest(tokens: list[Token], scores: F32) -> list[Place]:
    """Places of the words that carry most, neighbours joined, in order of appearance."""
    values = scores.tolist()
    order = [
        place
        for place in sorted(range(len(values)), key=values.__getitem__, reverse=True)[: 3 * _MOST]
        if values[place] > 0 and _speaks(tokens[place].form)
    ][:_MOST]
    if not order:
        return []
    least = values[order[0]] * _LEAST_SHARE
    spans: list[Place] = []
    before = -2
    for place in sorted(place for place in order if values[place] >= least):
        token = tokens[place]
        if place == before + 1:
            spans[-1] = (spans[-1][0], token.end)
        else:
            spans.append((token.start, token.end))
        before = place
    return spans


def _speaks(form: str) -> bool:
    return form[0].isalpha() and form not in _FUNCTION and form != "httpurl"


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


def _reasons(kind: str, name: str, text: str, spans: list[Place]) -> list[Reason]:
    return [_reason(kind, name, text, start, end) for start, end in spans]


def _reason(kind: str, name: str, text: str, start: int, end: int) -> Reason:
    # every value is ours and of its type: checking each again would cost more than finding it
    span = Span.model_construct(start=start, end=end)
    return Reason.model_construct(kind=kind, name=str(name), span=span, text=text[start:end])
