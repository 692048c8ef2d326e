"""Training on a handful of rows: whole, repeatable, honest about what it was evaluated on."""

import itertools
import json
from pathlib import Path

import numpy as np
import pytest

from classifier import artefact
from classifier.abstaining import HATER, STANCES, Thresholds, choose
from classifier.evaluation import as_text, evaluate
from classifier.features import extract
from classifier.material import gather
from classifier.model import Classifier
from classifier.targets import TARGETS
from classifier.training import train
from otklik.enums import Effort, Stance
from otklik.errors import InputError

_CASES = [
    ("верните деньги за заказ {}", "concrete", "none", "critic", 2, "price"),
    ("ужасный сервис {}", "vague", "none", "critic", 0, "staff"),
    ("вы все дебилы {}", "none", "insult", "hater", 0, "none"),
    ("спасибо за вкусный обед {}", "none", "none", "praise", 0, "quality"),
    ("подскажите часы работы {}?", "concrete", "none", "question", 1, "place"),
    ("новости рынка {}", "none", "none", "other", 0, "none"),
    ("тупые уроды, заказ {} не привезли", "concrete", "insult", "heated", 2, "delivery"),
    ("сожгу вас {}", "none", "threat", "hater", 3, "none"),
    ("херня приложение {}", "vague", "profane", "critic", 0, "app"),
    ("новые правила {}", "none", "none", "other", 0, "policy"),
]
_NAMES = (
    *("раз", "два", "три", "четыре", "пять", "шесть"),
    *("семь", "восемь", "девять", "десять", "одиннадцать", "двенадцать"),
)


@pytest.fixture(scope="module")
def gold(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("gold") / "gold.jsonl"
    rows = [
        {
            "id": f"{place}-{name}",
            "text": case[0].format(name),
            "claim": case[1],
            "abuse": case[2],
            "stance": case[3],
            "urgency": str(case[4]),
            "topic": case[5],
        }
        for (place, case), name in itertools.product(enumerate(_CASES), _NAMES)
    ]
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def trained(gold: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("trained")
    train(gold, None, out, extra=(), folds=2, base=None)
    return out


def test_what_was_trained_can_be_loaded_and_judges(trained: Path, gold: Path) -> None:
    classifier = Classifier.load(trained)
    assert classifier.judge(["вы все дебилы"])[0].stance is Stance.HATER
    table = evaluate(classifier, gold, rounds=20)
    assert table["rows"] == len(_CASES) * len(_NAMES)
    assert table["stance_kappa"][0] > 0.8
    assert "stance_kappa" in as_text(table)


def test_the_same_data_gives_the_same_arrays(trained: Path, gold: Path, tmp_path: Path) -> None:
    again = train(gold, None, tmp_path, extra=(), folds=2, base=None)
    assert again.digest == Classifier.load(trained).manifest["digest"]


def test_the_manifest_records_rows_data_and_figures(trained: Path, gold: Path) -> None:
    manifest = Classifier.load(trained).manifest
    gold_rows = len(_CASES) * len(_NAMES)
    assert manifest["rows"] == {"gold": gold_rows, "ours": 0, "own": 0, "auxiliary": 0}
    assert manifest["data"] == {"gold.jsonl": artefact.file_digest(gold)}
    assert set(manifest["thresholds"]["fast"]) == {"hater_doubt", "floor", "other_doubt"}


def test_a_model_without_an_encoder_says_that_it_is_fast(trained: Path) -> None:
    classifier = Classifier.load(trained, Effort.THOROUGH)
    assert classifier.effort is Effort.FAST
    assert not classifier.probabilities(["спасибо за вкусный обед"]).slow.any()


def test_a_row_that_weighs_more_teaches_more(gold: Path, tmp_path: Path) -> None:
    strange = {
        "id": "s", "text": "спасибо за вкусный обед раз", "claim": "concrete", "abuse": "none",
        "stance": "critic", "urgency": "2", "topic": "price",
    }  # fmt: skip
    found = []
    for weight in (0.0, 50.0):
        extra = tmp_path / f"{weight}.jsonl"
        extra.write_text(json.dumps({**strange, "weight": weight}), encoding="utf-8")
        material = gather(gold, None, [extra], lambda _: None)
        said = material.teach(material.taught).read(extract([strange["text"]]))
        critic = TARGETS["tone"].index(Stance.CRITIC)
        found.append(float(said["tone"][0, critic] - said["tone"][0].max()))
    assert found[1] > found[0]


def test_unlabelled_rows_stop_training(tmp_path: Path) -> None:
    (tmp_path / "bad.jsonl").write_text('{"text": "x"}\n', encoding="utf-8")
    with pytest.raises(InputError, match=r"bad\.jsonl:1"):
        train(tmp_path / "bad.jsonl", None, tmp_path / "out", base=None)


def test_thresholds_keep_the_risk_within_its_budget() -> None:
    random = np.random.default_rng(2)
    truth = random.integers(0, len(STANCES), 4000)
    scores = random.normal(size=(4000, len(STANCES)))
    scores[np.arange(4000), truth] += 2.5
    proba = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    found = choose(proba.astype(np.float32), truth)
    unsure = found.unsure(proba.astype(np.float32))
    critics = np.isin(truth, [STANCES.index(Stance.CRITIC), STANCES.index(Stance.HEATED)])
    filed = (proba.argmax(axis=1) == HATER) & ~unsure
    assert filed[critics].mean() <= 0.01
    assert unsure.mean() <= 0.10


def test_a_doubtful_hater_is_unsure_and_a_clear_one_is_not() -> None:
    thresholds = Thresholds(hater_doubt=0.2, floor=0.4)
    proba = np.zeros((3, len(STANCES)), dtype=np.float32)
    proba[:, HATER] = (0.6, 0.95, 0.3)
    proba[:, STANCES.index(Stance.CRITIC)] = (0.4, 0.05, 0.1)
    assert thresholds.unsure(proba).tolist() == [True, False, True]
