"""Probabilities of a batch become verdicts; most of the cost of a fast verdict lies here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from classifier.features import Features
from classifier.targets import AUXILIARY, TARGETS
from classifier.urgency import parts_of
from otklik.enums import Abuse, Claim, Language, Stance, Topic, Urgency
from otklik.language.identify import has_words
from otklik.verdicts import Reason, Verdict

_DIGITS = 4
_NAMES: dict[str, tuple[str, ...]] = {
    **{head: tuple(str(label) for label in labels) for head, labels in TARGETS.items()},
    "stance": tuple(str(stance) for stance in Stance),
    "sentiment": AUXILIARY["sentiment"],
}
_STANCES, _CLAIMS, _ABUSES = tuple(Stance), tuple(Claim), tuple(Abuse)
_TOPICS, _URGENCIES = tuple(Topic), tuple(Urgency)
_INSULT, _THREAT, _PROFANE = (
    _ABUSES.index(kind) for kind in (Abuse.INSULT, Abuse.THREAT, Abuse.PROFANE)
)
_OBSCENE_FOUND = 0.99

F32 = npt.NDArray[np.float32]
I64 = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Answers:
    """What the heads said of n texts: probabilities, the best class, doubt, reasons."""

    proba: dict[str, F32]
    best: dict[str, I64]
    unsure: Mask
    critic: Mask
    reasons: Sequence[tuple[Reason, ...]]


def verdicts_of(features: Features, answers: Answers, version: str) -> list[Verdict]:
    """One verdict per text, in order."""
    named = {head: _named(head, answers.proba[head], answers.best[head]) for head in _NAMES}
    beside = _beside(features, answers.proba)
    best = {head: places.tolist() for head, places in answers.best.items()}
    unsure, critic = answers.unsure.tolist(), answers.critic.tolist()
    spam = np.round(answers.proba["spam"][:, 1].astype(float), _DIGITS).tolist()
    found = []
    for row, language in enumerate(features.languages):
        claim, abuse = named["claim"][row], named["abuse"][row]
        parts = parts_of(features.readings[row], claim, abuse, features.facts[row])
        why = ""
        if unsure[row]:
            why = _why(language, features.texts[row].original, critic[row])
        # every value is ours and of its type: checking each again would cost more than judging
        found.append(
            Verdict.model_construct(
                claim=_CLAIMS[best["claim"][row]],
                claim_proba=claim,
                abuse=_ABUSES[best["abuse"][row]],
                abuse_proba={**abuse, **beside[row]},
                stance=_STANCES[best["stance"][row]],
                stance_proba=named["stance"][row],
                urgency=_URGENCIES[best["urgency"][row]],
                urgency_parts=parts,
                topic=_TOPICS[best["topic"][row]],
                topic_proba=named["topic"][row],
                sentiment=best["sentiment"][row] - 1,
                sentiment_proba=named["sentiment"][row],
                spam_proba=spam[row],
                language=language,
                abstained=unsure[row],
                abstain_reason=why,
                reasons=answers.reasons[row],
                model_version=version,
            )
        )
    return found


def _named(head: str, proba: F32, best: I64) -> list[dict[str, float]]:
    """Rounded probabilities that still sum to one: the largest takes what rounding left."""
    rounded = np.round(proba.astype(np.float64), _DIGITS)
    rows = np.arange(len(rounded))
    rounded[rows, best] += 1 - rounded.sum(axis=1)
    rounded = np.round(rounded, _DIGITS)
    names = _NAMES[head]
    return [dict(zip(names, line, strict=True)) for line in rounded.tolist()]


def _beside(features: Features, proba: dict[str, F32]) -> list[dict[str, float]]:
    """Kinds of abuse beside the four: each a probability of its own."""
    abuse = proba["abuse"]
    hate = proba["hate"][:, 1] * (abuse[:, _INSULT] + abuse[:, _THREAT])
    obscene = np.where(
        [text.obscene for text in features.texts], _OBSCENE_FOUND, abuse[:, _PROFANE]
    )
    columns = np.stack([proba["toxic"][:, 1], obscene, hate], axis=1).astype(np.float64)
    names = ("any", "obscenity", "group_hate")
    return [dict(zip(names, line, strict=True)) for line in np.round(columns, _DIGITS).tolist()]


def _why(language: Language, text: str, critic: bool) -> str:
    if language is not Language.OTHER:
        return "perhaps a critic" if critic else "low confidence"
    return "language" if has_words(text) else "no words"
