"""What encoders that had not seen a gold row said of it: a part of the artefact.

Combinations are fitted on such scores alone. Tuning the encoder takes long, so its out-of-fold
scores travel with it, and training the rest anew (with the staff's labels, say) is quick.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from classifier.encoder import COLUMNS, Encoder
from classifier.our_labels import digest_of

F32 = npt.NDArray[np.float32]
Arrays = dict[str, npt.NDArray[Any]]


@dataclass(frozen=True, slots=True)
class Unseen:
    """`names` (n,) digests of texts, `scores` (n, 25) out of fold."""

    names: tuple[str, ...] = ()
    scores: npt.NDArray[np.float16] | None = None

    def knows(self, texts: Sequence[str]) -> bool:
        """Whether scores of every one of these texts are kept."""
        return {digest_of(text.strip()) for text in texts} <= set(self.names)

    def of(self, texts: Sequence[str], encoder: Encoder) -> F32:
        """(n, 25) scores: out of fold where they are kept, else the encoder's own."""
        place = {name: row for row, name in enumerate(self.names)}
        found = np.zeros((len(texts), len(COLUMNS)), dtype=np.float32)
        rows = [place.get(digest_of(text.strip())) for text in texts]
        missing = [row for row, kept in enumerate(rows) if kept is None]
        for row, kept in enumerate(rows):
            if kept is not None and self.scores is not None:
                found[row] = self.scores[kept]
        if missing:
            found[missing] = encoder.read([texts[row] for row in missing])
        return found

    @classmethod
    def made(cls, texts: Sequence[str], scores: F32) -> Unseen:
        """Kept scores of `texts`, (n, 25)."""
        names = tuple(digest_of(text.strip()) for text in texts)
        return cls(names, scores.astype(np.float16))

    def arrays(self) -> Arrays:
        """Arrays for the artefact; none where nothing is kept."""
        if self.scores is None:
            return {}
        return {"unseen_names": np.array(self.names, dtype="S16"), "unseen_scores": self.scores}

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Unseen:
        """The same scores again; none where the artefact has none."""
        if "unseen_names" not in arrays:
            return cls()
        names = tuple(name.decode("ascii") for name in arrays["unseen_names"].tolist())
        return cls(names, arrays["unseen_scores"])
