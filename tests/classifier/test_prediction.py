"""JSONL in, JSONL out: nothing lost, nothing stopped."""

import json
from pathlib import Path
from typing import Any

import pytest

from classifier.model import Classifier
from classifier.prediction import predict_file
from otklik.errors import InputError

FIELDS = {
    "stance",
    "stance_proba",
    "claim",
    "abuse",
    "abuse_proba",
    "urgency",
    "urgency_parts",
    "topic",
    "abstained",
    "reasons",
}


def _predict(
    classifier: Classifier, folder: Path, content: bytes
) -> tuple[int, list[dict[str, Any]]]:
    (folder / "in.jsonl").write_bytes(content)
    count = predict_file(classifier, folder / "in.jsonl", folder / "out.jsonl")
    lines = (folder / "out.jsonl").read_text(encoding="utf-8").splitlines()
    return count, [json.loads(line) for line in lines]


def test_each_row_keeps_its_fields_and_gets_a_verdict(
    classifier: Classifier, tmp_path: Path
) -> None:
    row = {"id": "a1", "text": "Третий день нет связи", "page": 7}
    count, (answer,) = _predict(classifier, tmp_path, json.dumps(row).encode())
    assert count == 1
    assert answer.items() >= row.items()
    assert set(answer) >= FIELDS
    assert {"none", "profane", "insult", "threat", "any"} < set(answer["abuse_proba"])
    assert answer["sentiment"] in (-1, 0, 1)
    assert 0 <= answer["spam_proba"] <= 1
    assert answer["lang"] == answer["language"]
    assert isinstance(answer["urgency"], int)
    for reason in answer["reasons"]:
        start, end = reason["span"]["start"], reason["span"]["end"]
        assert str(row["text"])[start:end] == reason["text"]


def test_rows_come_back_in_order_over_batches(classifier: Classifier, tmp_path: Path) -> None:
    content = "".join(json.dumps({"id": n, "text": f"отзыв {n}"}) + "\n" for n in range(1203))
    count, rows = _predict(classifier, tmp_path, content.encode())
    assert count == 1203
    assert [row["id"] for row in rows] == list(range(1203))


def test_a_line_that_cannot_be_judged_comes_back_with_its_error(
    classifier: Classifier, tmp_path: Path
) -> None:
    content = (
        '\ufeff{"id": 1, "text": "ок"}\n'
        "{broken\n"
        "\n"
        '{"id": 3}\n'
        '{"id": 4, "text": null}\n'
        "[1, 2]\n"
        '{"id": 6, "text": ""}\n'
    ).encode() + b'{"id": 7, "text": "\xef\xf0"}\n'
    count, rows = _predict(classifier, tmp_path, content)
    assert count == 2
    assert [("error" in row, row.get("id"), row.get("line")) for row in rows] == [
        (False, 1, None),
        (True, None, 2),
        (True, 3, 4),
        (True, 4, 5),
        (True, None, 6),
        (False, 6, None),
        (True, None, 8),
    ]
    assert "in.jsonl:2" in rows[1]["error"]


def test_half_a_character_goes_through_unharmed(classifier: Classifier, tmp_path: Path) -> None:
    count, (answer,) = _predict(classifier, tmp_path, rb'{"id": 1, "text": "\ud800 \u0445*\u0439"}')
    assert count == 1
    assert answer["text"] == "\ud800 х*й"


def test_progress_tells_how_many_rows_are_done(classifier: Classifier, tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text('{"text": "а"}\n' * 5, encoding="utf-8")
    told: list[int] = []
    predict_file(classifier, tmp_path / "in.jsonl", tmp_path / "out.jsonl", told.append)
    assert told == [5]


def test_a_missing_file_is_an_input_error(classifier: Classifier, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nowhere\.jsonl"):
        predict_file(classifier, tmp_path / "nowhere.jsonl", tmp_path / "out.jsonl")


def test_the_same_file_gives_the_same_answer(classifier: Classifier, tmp_path: Path) -> None:
    content = json.dumps({"id": 1, "text": "Верните деньги, мошенники!"}).encode()
    assert _predict(classifier, tmp_path, content) == _predict(classifier, tmp_path, content)
