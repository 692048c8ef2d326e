"""The slow reader: a small transformer that knows Russian and English, tuned on our labels.

Eight layers of multilingual-e5-small (MIT licence), the upper four tuned (`classifier.tuning`),
as an ONNX graph with int8 weights run by onnxruntime, and its vocabulary cut to the pieces our
languages use. Work is bounded: at most `LONGEST` pieces of a text are read, its beginning and
its end. Sessions run on one thread.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from classifier.targets import TARGETS
from otklik.errors import ModelError

# one text is a few hundred microseconds of splitting: threads would cost more than they bring
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers

LONGEST, _TAIL = 72, 20
_HEAD_CHARS, _TAIL_CHARS = 1200, 400  # of a long text; more would never be read
BOS, EOS, UNKNOWN = 0, 2, 3
COLUMNS = tuple(f"{head}.{label}" for head, labels in TARGETS.items() for label in labels)

F32 = npt.NDArray[np.float32]
Arrays = dict[str, npt.NDArray[Any]]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Pieces with their scores, and where each stands: `rows` (v, 384) int8, `scale` (v,)."""

    pieces: tuple[str, ...]
    scores: F32
    rows: npt.NDArray[np.int8]
    scale: F32
    places: F32


class Encoder:
    """Reads texts: (n, 25) scores in the order of `COLUMNS`. Safe to share between threads."""

    def __init__(self, vocabulary: Vocabulary, graph: bytes) -> None:
        self._vocabulary, self._graph = vocabulary, graph
        self._tokenizer = build_tokenizer(vocabulary.pieces, vocabulary.scores)
        self._session = _session(graph)

    def read(self, texts: Sequence[str]) -> F32:
        """Scores (before any softmax) of every text."""
        # one text a run: int8 scales are taken over the whole run, and a verdict must not
        # depend on who stands beside a text in its batch
        scores = [self._run(np.array(ids, dtype=np.int64)) for ids in self.pieces(texts)]
        return np.array(scores, dtype=np.float32).reshape(-1, len(COLUMNS))

    def pieces(self, texts: Sequence[str]) -> list[list[int]]:
        """Indices of the pieces of each text, cut to `LONGEST`."""
        split = self._tokenizer.encode_batch([shorten(text) for text in texts])
        return [cut(one.ids) for one in split]

    def _run(self, ids: npt.NDArray[np.int64]) -> F32:
        words = self._vocabulary
        vectors = words.rows[ids] * words.scale[ids][:, None] + words.places[: len(ids)]
        feed = {"x": vectors[None].astype(np.float32), "mask": np.ones((1, len(ids)), np.float32)}
        return np.asarray(self._session.run(None, feed)[0][0], dtype=np.float32)

    def arrays(self) -> Arrays:
        """Everything as arrays; `from_arrays` makes the same encoder of them."""
        words = self._vocabulary
        listed = json.dumps(words.pieces, ensure_ascii=False).encode("utf-8")
        return {
            "encoder_graph": np.frombuffer(self._graph, dtype=np.uint8),
            "encoder_pieces": np.frombuffer(listed, dtype=np.uint8),
            "encoder_scores": words.scores,
            "encoder_rows": words.rows,
            "encoder_scale": words.scale,
            "encoder_places": words.places,
        }

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Encoder:
        """An encoder of the arrays of an artefact.

        Raises:
            ModelError: the graph is none that can be run.
            KeyError: an array is missing.
        """
        pieces = tuple(json.loads(arrays["encoder_pieces"].tobytes().decode("utf-8")))
        return cls(
            Vocabulary(
                pieces,
                arrays["encoder_scores"],
                arrays["encoder_rows"],
                arrays["encoder_scale"],
                arrays["encoder_places"],
            ),
            arrays["encoder_graph"].tobytes(),
        )


def shorten(text: str) -> str:
    """The beginning and the end of a long text; the rest would be cut after splitting anyway."""
    if len(text) > _HEAD_CHARS + _TAIL_CHARS:
        text = f"{text[:_HEAD_CHARS]} {text[-_TAIL_CHARS:]}"
    return text.encode("utf-8", "replace").decode("utf-8")  # half a character has no piece


def cut(ids: list[int]) -> list[int]:
    """Pieces between the marks of beginning and end, the middle of a long text left out."""
    if len(ids) > LONGEST - 2:
        ids = ids[: LONGEST - 2 - _TAIL] + ids[-_TAIL:]
    return [BOS, *ids, EOS]


def build_tokenizer(pieces: Sequence[str], scores: F32) -> Tokenizer:
    """Unigram pieces over NFKC text with single blanks, as the base model was trained."""
    listed = [(piece, float(score)) for piece, score in zip(pieces, scores, strict=True)]
    tokenizer = Tokenizer(models.Unigram(listed, unk_id=UNKNOWN, byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.NFKC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Strip()]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    return tokenizer


def _session(graph: bytes) -> Any:
    import onnxruntime
    from onnxruntime.capi import onnxruntime_pybind11_state as raised

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
    except (
        raised.Fail, raised.InvalidArgument, raised.InvalidGraph,
        raised.InvalidProtobuf, raised.NotImplemented, raised.RuntimeException,
    ) as error:  # fmt: skip
        raise ModelError(f"the encoder's graph cannot be run: {error}") from error
