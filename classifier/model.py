"""Text in, Verdict out. Loads the artefact, judges in batches, holds no state between calls."""

from __future__ import annotations

import gc
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from classifier import artefact
from classifier.abstaining import Thresholds
from classifier.agreeing import agree
from classifier.answering import Answers, verdicts_of
from classifier.combination import inputs_of
from classifier.features import Features, extract
from classifier.hardfacts import apply
from classifier.reasons import Explainer
from otklik.enums import Effort, Language
from otklik.verdicts import Verdict

_LONE = re.compile("[\ud800-\udfff]")  # half a character; no answer may hold one
_BATCH = 512  # bounds memory; larger batches are no faster

F32 = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]


@contextmanager
def _collector_at_rest() -> Iterator[None]:
    """A batch makes no cycles but so many small objects that the memos of words would be walked
    over again and again: two fifths of the time of a fast verdict.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@dataclass(frozen=True, slots=True)
class Probabilities:
    """Per head (n, classes) probabilities, hard facts in force, and the features they came from.

    `unsure` (n,): not to be trusted; `critic` (n,): because `other` may hide a critic;
    `slow` (n,): the encoder was asked.
    """

    proba: dict[str, F32]
    unsure: Mask
    critic: Mask
    slow: Mask
    features: Features


class Classifier:
    """Judges texts. Safe to share between threads: nothing is written after loading.

    `effort`: `thorough` asks the encoder about every text, `balanced` where the bag is unsure,
    `fast` never. A verdict depends on text, model and effort alone, not on its batch.
    """

    def __init__(self, model: artefact.Model, effort: Effort = Effort.THOROUGH) -> None:
        self._model = model
        self._explainer = Explainer(model.bag)
        self.effort = effort if model.encoder is not None else Effort.FAST
        made = str(model.manifest["version"])
        # another effort is another judge: its verdicts must be told apart
        self.version = made if effort is Effort.THOROUGH else f"{made}-{self.effort}"
        self.manifest = model.manifest

    @classmethod
    def load(cls, path: Path | None = None, effort: Effort = Effort.THOROUGH) -> Classifier:
        """The classifier in folder `path`, or the one shipped with the package.

        Raises:
            ModelError: the artefact is missing or its digest is not the recorded one.
        """
        return cls(artefact.load(path or artefact.SHIPPED), effort)

    @property
    def thresholds(self) -> Thresholds:
        """When this classifier abstains."""
        fast = self.effort is Effort.FAST
        return self._model.thresholds[artefact.FAST if fast else artefact.FULL]

    def judge(self, texts: Sequence[str]) -> list[Verdict]:
        """One verdict for each text, in order, with reasons; any text is answered.

        A lone surrogate is shown as U+FFFD in the reasons; places are those of `texts`.
        """
        verdicts: list[Verdict] = []
        for start in range(0, len(texts), _BATCH):
            batch = [_LONE.sub("\ufffd", text) for text in texts[start : start + _BATCH]]
            with _collector_at_rest():
                verdicts.extend(self._judge(batch))
        return verdicts

    def probabilities(self, texts: Sequence[str]) -> Probabilities:
        """Probabilities of all heads for a batch, without reasons."""
        features = extract(texts)
        said = self._model.bag.read(features)
        found = self._model.combinations[artefact.FAST].proba(inputs_of(said))
        slow = self._slow(found["stance"])
        rows = np.flatnonzero(slow)
        if len(rows):
            self._ask_encoder(texts, rows, said, found)
        proba = apply(agree(found), features.facts)
        foreign = np.array([one is Language.OTHER for one in features.languages], dtype=bool)
        unsure, critic = self._unsure(proba["stance"], slow)
        return Probabilities(proba, unsure | foreign, critic, slow, features)

    def _slow(self, stance: F32) -> Mask:
        if self.effort is Effort.BALANCED:
            return np.asarray(stance.max(axis=1) < self._model.floor)
        return np.full(len(stance), self.effort is Effort.THOROUGH)

    def _ask_encoder(
        self,
        texts: Sequence[str],
        rows: npt.NDArray[np.int64],
        said: dict[str, F32],
        found: dict[str, F32],
    ) -> None:
        """Puts the full combination's probabilities into `rows` of `found`."""
        encoder = self._model.encoder
        if encoder is None:
            return
        scores = encoder.read([texts[row] for row in rows])
        inputs = inputs_of({head: part[rows] for head, part in said.items()}, scores)
        for head, part in self._model.combinations[artefact.FULL].proba(inputs).items():
            found[head][rows] = part

    def _unsure(self, stance: F32, slow: Mask) -> tuple[Mask, Mask]:
        unsure, critic = np.zeros(len(stance), dtype=bool), np.zeros(len(stance), dtype=bool)
        for name, rows in ((artefact.FAST, ~slow), (artefact.FULL, slow)):
            if rows.any():
                thresholds = self._model.thresholds[name]
                unsure[rows] = thresholds.unsure(stance[rows])
                critic[rows] = thresholds.critic(stance[rows])
        return unsure, critic

    def _judge(self, texts: Sequence[str]) -> list[Verdict]:
        found = self.probabilities(texts)
        best = {name: proba.argmax(axis=1) for name, proba in found.proba.items()}
        reasons = self._explainer.explain(found.features, best)
        answers = Answers(found.proba, best, found.unsure, found.critic, reasons)
        return verdicts_of(found.features, answers, self.version)
