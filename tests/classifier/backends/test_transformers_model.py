"""A transformers folder, over a stand-in library of a few lines: what is asked of the real one."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from classifier.backends.local_model import LocalConfig
from classifier.backends.transformers import TransformersModel
from otklik.enums import Abuse
from otklik.errors import MissingExtra, ModelError
from tests.fakes import RuleJudge
from tests.rigs.onnx_models import write_labels


class Tensor:
    """Numbers with the five methods that are called on them."""

    def __init__(self, values: Any) -> None:
        self.values = np.asarray(values, dtype=np.float32)

    def float(self) -> Tensor:
        return self

    def cpu(self) -> Tensor:
        return self

    def numpy(self) -> Any:
        return self.values


class StandIn:
    """`transformers` as far as it is used: remembers what it was asked for."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.AutoTokenizer = SimpleNamespace(from_pretrained=self._tokenizer)
        self.AutoModelForSequenceClassification = SimpleNamespace(from_pretrained=self._model)

    def _tokenizer(self, _folder: str, **kept: Any) -> Any:
        self.asked.append(kept)

        def tokenize(texts: Sequence[str], **more: Any) -> dict[str, Any]:
            assert (more["truncation"], more["max_length"]) == (True, 256)
            return {"input_ids": texts}

        return tokenize

    def _model(self, folder: str, **kept: Any) -> Any:
        self.asked.append(kept)
        if (Path(folder) / "broken").exists():
            raise OSError("weights do not fit")

        class Model:
            def eval(self) -> None: ...

            def __call__(self, input_ids: Sequence[str]) -> Any:
                return SimpleNamespace(logits=Tensor([[0, 9 * ("идиот" in t)] for t in input_ids]))

        return Model()


@pytest.fixture
def theirs(monkeypatch: pytest.MonkeyPatch) -> StandIn:
    torch = SimpleNamespace(inference_mode=nullcontext, set_num_threads=lambda _: None)
    stand_in = StandIn()
    monkeypatch.setitem(sys.modules, "torch", torch)
    monkeypatch.setitem(sys.modules, "transformers", stand_in)
    return stand_in


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_labels(tmp_path, {"head": "abuse", "classes": ["none", "insult"]})
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "bert"}), encoding="utf-8")
    (tmp_path / "model.safetensors").write_bytes(b"weights")
    return tmp_path


def opened(folder: Path) -> TransformersModel:
    return TransformersModel(LocalConfig(path=str(folder)), RuleJudge())


def test_its_logits_are_read_by_the_same_map(folder: Path, theirs: StandIn) -> None:
    rude, calm = opened(folder).judge(["ты идиот", "чай"])
    assert (rude.abuse, calm.abuse) == (Abuse.INSULT, Abuse.NONE)


def test_it_is_opened_from_the_folder_alone_without_code_or_pickle(
    folder: Path, theirs: StandIn
) -> None:
    opened(folder)
    assert all(kept["local_files_only"] is True for kept in theirs.asked)
    assert all(kept["trust_remote_code"] is False for kept in theirs.asked)
    assert theirs.asked[1]["use_safetensors"] is True


def test_a_pickle_or_code_of_its_own_is_refused_before_any_library_sees_it(
    folder: Path, theirs: StandIn
) -> None:
    (folder / "config.json").write_text('{"auto_map": {"AutoModel": "x.Y"}}', encoding="utf-8")
    with pytest.raises(ModelError, match="code of its own"):
        opened(folder)
    (folder / "config.json").write_text("{}", encoding="utf-8")
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(ModelError, match="pickle"):
        opened(folder)
    assert theirs.asked == []


def test_what_the_library_cannot_open_names_the_folder(folder: Path, theirs: StandIn) -> None:
    (folder / "broken").touch()
    with pytest.raises(ModelError, match="weights do not fit") as caught:
        opened(folder)
    assert str(folder) in str(caught.value)


def test_without_the_library_the_command_that_brings_it_is_told(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(MissingExtra, match="pip install transformers torch"):
        opened(folder)
