"""An ONNX model from a folder: tiny real ones, made here."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from classifier.backends.local_model import LocalConfig, library
from classifier.backends.mapping import OutputMap, read_labels
from classifier.backends.onnx import OnnxModel
from otklik.enums import Abuse, Stance
from otklik.errors import MissingExtra, ModelError
from tests.fakes import RuleJudge
from tests.rigs.onnx_models import write_labels, write_model, write_tokenizer

RUDE, CALM = "ты идиот", "вкусный чай"
# columns: nobody is humiliated, somebody is
SCORES: list[list[float]] = [[0, 0], [0.1, 0], [-5, 5], [3, -1], [0, 0], [0, 0]]
ABUSE: dict[str, Any] = {"head": "abuse", "classes": ["none", "insult"]}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_tokenizer(tmp_path)
    write_model(tmp_path, {"logits": SCORES})
    write_labels(tmp_path, ABUSE)
    return tmp_path


def opened(folder: Path, **more: Any) -> OnnxModel:
    return OnnxModel(LocalConfig(path=str(folder), **more), RuleJudge())


def test_its_head_is_its_own_and_the_rest_is_our_models(folder: Path) -> None:
    model = opened(folder)
    rude, calm = model.attempt([RUDE, CALM])
    assert rude is not None
    assert calm is not None
    assert (rude.verdict.abuse, calm.verdict.abuse) == (Abuse.INSULT, Abuse.NONE)
    assert rude.verdict.abuse_proba["insult"] == pytest.approx(1 / (1 + np.exp(-9.9)), abs=1e-3)
    assert rude.heads == calm.heads == ("abuse",)
    assert calm.verdict.topic == RuleJudge().judge([CALM])[0].topic
    assert rude.verdict.model_version == model.version
    assert model.version.startswith("tiny-")


@pytest.mark.parametrize("batch", [1, 2, 5])
def test_batches_change_nothing(folder: Path, batch: int) -> None:
    texts = [RUDE, CALM, "спасибо за чай", "", "идиот " * 3000, "\ud800", "чай\x00"]
    small = opened(folder, batch=batch).judge(texts)
    whole = opened(folder, batch=64).judge(texts)
    assert [one.abuse for one in small] == [one.abuse for one in whole]
    assert len(small) == len(texts)


def test_a_stance_our_model_gave_is_abstained_on_where_the_new_axis_contradicts_it(
    folder: Path,
) -> None:
    (verdict,) = opened(folder).judge(["заказ опоздал, идиот "])
    assert (verdict.stance, verdict.abuse) == (Stance.CRITIC, Abuse.INSULT)
    assert (verdict.abstained, verdict.abstain_reason) == (True, "the axes do not fit the stance")


def test_several_heads_are_read_from_several_outputs(tmp_path: Path) -> None:
    write_tokenizer(tmp_path)
    stances = [[0, 0, 0], [0, 0, 0], [0, 9, 0], [9, 0, 0], [0, 0, 0], [0, 0, 9]]
    write_model(tmp_path, {"a": SCORES, "s": stances})
    write_labels(
        tmp_path,
        {**ABUSE, "output": "a"},
        {"head": "stance", "output": "s", "classes": ["praise", "hater", "other"]},
    )
    rude, thanks = opened(tmp_path).attempt(["идиот", "спасибо"])
    assert rude is not None
    assert thanks is not None
    assert (rude.verdict.stance, rude.verdict.abuse) == (Stance.HATER, Abuse.INSULT)
    assert (thanks.verdict.stance, thanks.verdict.abstained) == (Stance.PRAISE, False)
    assert rude.heads == ("abuse", "stance")


def test_an_unsure_stance_is_abstained_on(tmp_path: Path) -> None:
    write_tokenizer(tmp_path)
    write_model(tmp_path, {"s": [[0.2, 0, 0]] * 2 + [[0, 1, 0]] * 4})
    write_labels(tmp_path, {"head": "stance", "classes": ["praise", "hater", "other"]})
    hater, flat = opened(tmp_path).judge(["идиот", "никто"])
    assert (hater.abstained, flat.abstained) == (True, True)
    assert opened(tmp_path, least_sure=0.3).judge(["никто"])[0].abstained is False


def test_a_sigmoid_head_gives_the_rest_to_the_named_word() -> None:
    head = OutputMap(
        head="abuse",
        classes=("insult", "threat", None, "insult"),
        activation="sigmoid",
        rest="none",
    )
    found = head.read(np.array([[-9.0, -9, 9, -9], [2.0, -9, 9, 0]]))
    none, _, insult, threat = range(4)
    assert found[0, none] > 0.99
    assert found[1, insult] == pytest.approx(0.881, abs=2e-3)
    assert found[1, none] + found[1, threat] == pytest.approx(1 - found[1, insult])
    assert np.allclose(found.sum(axis=1), 1)


def test_columns_without_a_word_leave_their_share_to_the_others_or_to_the_rest() -> None:
    logits = np.log(np.array([[0.2, 0.3, 0.5]]))
    plain = OutputMap(head="claim", classes=("none", "vague", None))
    rest = OutputMap(head="claim", classes=("none", "vague", None), rest="concrete")
    assert plain.read(logits) == pytest.approx(np.array([[0.4, 0.6, 0.0]]))
    assert rest.read(logits) == pytest.approx(np.array([[0.2, 0.3, 0.5]]))


@pytest.mark.parametrize(
    ("labels", "told"),
    [
        ({**ABUSE, "classes": ["none", "rude"]}, "rude"),
        ({**ABUSE, "head": "mood"}, "head"),
        ({**ABUSE, "classes": [None]}, "no column"),
        ({**ABUSE, "activation": "sigmoid"}, "rest"),
        ({**ABUSE, "output": "scores"}, "'scores'"),
        ({**ABUSE, "first": 1}, "columns up to 3"),
        ({**ABUSE, "surprise": 1}, "surprise"),
    ],
)
def test_a_wrong_map_is_refused_at_start_with_what_is_wrong(
    folder: Path, labels: dict[str, Any], told: str
) -> None:
    write_labels(folder, labels)
    with pytest.raises(ModelError, match=told) as caught:
        opened(folder)
    assert str(folder) in str(caught.value)


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json", "labels.json"])
def test_a_broken_or_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).write_text("{", encoding="utf-8")
    with pytest.raises(ModelError, match=name):
        opened(folder)
    (folder / name).unlink()
    with pytest.raises(ModelError, match=name):
        opened(folder)


def test_an_input_nothing_can_fill_is_named(folder: Path) -> None:
    write_model(folder, {"logits": SCORES}, extra_input="pixels")
    with pytest.raises(ModelError, match=r"model\.onnx: input 'pixels'"):
        opened(folder)


def test_a_link_out_of_the_folder_is_not_followed(folder: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path.parent / "elsewhere.json"
    (folder / "labels.json").rename(elsewhere)
    (folder / "labels.json").symlink_to(elsewhere)
    with pytest.raises(ModelError, match="leads out"):
        read_labels(folder)


def test_a_changed_model_has_another_version(folder: Path) -> None:
    before = opened(folder).version
    write_model(folder, {"logits": [[1, 0]] * 6})
    assert opened(folder).version != before


def test_a_model_that_knows_fewer_words_than_its_tokenizer_says_so(folder: Path) -> None:
    write_model(folder, {"logits": SCORES[:3]})
    with pytest.raises(ModelError, match=r"model\.onnx"):
        opened(folder).judge(["чай"])


def test_a_missing_library_comes_with_the_command_that_brings_it() -> None:
    with pytest.raises(MissingExtra, match="pip install no-such-library"):
        library("no_such_library", "no-such-library", "this backend")
