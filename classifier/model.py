"""Text in, Verdict out. Loads the artefact, judges in batches, holds no state between calls."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from classifier import artefact
from classifier.abstaining import Thresholds
from classifier.features import Features, extract
from classifier.hardfacts import apply
from classifier.heads import TARGETS
from classifier.reasons import Explainer
from classifier.urgency import parts_of
from otklik.enums import Abuse, Claim, Language, Stance, Topic, Urgency
from otklik.language.identify import has_words
from otklik.verdicts import Reason, Verdict

_LONE = re.compile("[\ud800-\udfff]")  # half a character; no answer may hold one
_BATCH = 512  # bounds memory; larger batches are no faster

F32 = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Probabilities:
    """Per head (n, classes) probabilities, hard facts in force, and the features they came from.

    `unsure` (n,): not to be trusted; `critic` (n,): because `other` may hide a critic.
    """

    proba: dict[str, F32]
    unsure: Mask
    critic: Mask
    features: Features


class Classifier:
    """Judges texts. Safe to share between threads: nothing is written after loading."""

    def __init__(self, model: artefact.Model) -> None:
        self._model = model
        self._explainer = Explainer(model.readers)
        self.thresholds: Thresholds = model.thresholds
        self.version: str = str(model.manifest["version"])
        self.manifest = model.manifest

    @classmethod
    def load(cls, path: Path | None = None) -> Classifier:
        """The classifier in folder `path`, or the one shipped with the package.

        Raises:
            ModelError: the artefact is missing or its digest is not the recorded one.
        """
        return cls(artefact.load(path or artefact.SHIPPED))

    def judge(self, texts: Sequence[str]) -> list[Verdict]:
        """One verdict for each text, in order, with reasons; any text is answered.

        A lone surrogate is shown as U+FFFD in the reasons; places are those of `texts`.
        """
        verdicts: list[Verdict] = []
        for start in range(0, len(texts), _BATCH):
            batch = [_LONE.sub("\ufffd", text) for text in texts[start : start + _BATCH]]
            verdicts.extend(self._judge(batch))
        return verdicts

    def probabilities(self, texts: Sequence[str]) -> Probabilities:
        """Probabilities of all heads for a batch, without reasons."""
        features = extract(texts)
        inputs = np.hstack([self._model.readers.read(features.matrix), features.dense])
        proba = apply(self._model.heads.proba(inputs), features.facts)
        foreign = np.array([language is Language.OTHER for language in features.languages], bool)
        unsure = self.thresholds.unsure(proba["stance"]) | foreign
        return Probabilities(proba, unsure, self.thresholds.critic(proba["stance"]), features)

    def _judge(self, texts: Sequence[str]) -> list[Verdict]:
        found = self.probabilities(texts)
        best = {name: proba.argmax(axis=1) for name, proba in found.proba.items()}
        reasons = self._explainer.explain(found.features, best)
        listed = {
            name: proba.astype(float).round(4).tolist() for name, proba in found.proba.items()
        }
        return [self._verdict(row, found, listed, reasons[row]) for row in range(len(texts))]

    def _verdict(
        self,
        row: int,
        found: Probabilities,
        listed: dict[str, list[list[float]]],
        reasons: tuple[Reason, ...],
    ) -> Verdict:
        claim = _normal(TARGETS["claim"], listed["claim"][row])
        abuse = _normal(TARGETS["abuse"], listed["abuse"][row])
        stance = _normal(tuple(Stance), listed["stance"][row])
        topic = _normal(TARGETS["topic"], listed["topic"][row])
        urgency = _normal(TARGETS["urgency"], listed["urgency"][row])
        language = found.features.languages[row]
        reading, text = found.features.readings[row], found.features.texts[row]
        facts = found.features.facts[row]
        return Verdict(
            claim=Claim(_best(claim)),
            claim_proba=claim,
            abuse=Abuse(_best(abuse)),
            abuse_proba={**abuse, "any": round(1 - abuse[Abuse.NONE.value], 4)},
            stance=Stance(_best(stance)),
            stance_proba=stance,
            urgency=Urgency(int(_best(urgency))),
            urgency_parts=parts_of(reading, claim, abuse, facts),
            topic=Topic(_best(topic)),
            topic_proba=topic,
            language=language,
            abstained=bool(found.unsure[row]),
            abstain_reason=_why(language, text.original, bool(found.critic[row]))
            if found.unsure[row]
            else "",
            reasons=reasons,
            model_version=self.version,
        )


def _normal(classes: Sequence[str], values: list[float]) -> dict[str, float]:
    """Rounded probabilities that still sum to one: the largest takes what rounding left."""
    named = {str(name): value for name, value in zip(classes, values, strict=True)}
    best = max(named, key=named.__getitem__)
    named[best] = round(named[best] + 1 - sum(values), 4)
    return named


def _best(named: dict[str, float]) -> str:
    return max(named, key=named.__getitem__)


def _why(language: Language, text: str, critic: bool) -> str:
    if language is not Language.OTHER:
        return "perhaps a critic" if critic else "low confidence"
    return "language" if has_words(text) else "no words"
