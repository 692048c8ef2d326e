"""Labels and auxiliary sets are read strictly, and never leak into each other."""

import gzip
import json
from pathlib import Path

import pytest

from classifier.auxiliary import TASKS, Task, load_auxiliary
from classifier.corpus import load_gold, text_key
from classifier.our_labels import SETS, digest_of, load_ours
from classifier.targets import AUXILIARY
from classifier.training import OWN_TEXTS
from otklik.enums import Abuse, Claim, Stance, Urgency
from otklik.errors import InputError

ROW = {
    "id": "g1",
    "text": "Верните деньги",
    "claim": "vague",
    "abuse": "none",
    "stance": "critic",
    "urgency": "2",
    "topic": "price",
}


def _write(folder: Path, *rows: object) -> Path:
    path = folder / "gold.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return path


def test_urgency_may_be_a_string_or_a_number(tmp_path: Path) -> None:
    rows = load_gold(_write(tmp_path, ROW, {**ROW, "urgency": 3}))
    assert [row.urgency for row in rows] == [Urgency.HIGH, Urgency.CRITICAL]


@pytest.mark.parametrize(
    "bad", [{**ROW, "stance": "angry"}, {**ROW, "urgency": "7"}, {"text": "x"}, [1]]
)
def test_a_row_against_the_guide_is_named_by_its_line(tmp_path: Path, bad: object) -> None:
    with pytest.raises(InputError, match=r"gold\.jsonl:2"):
        load_gold(_write(tmp_path, ROW, bad))


def test_copies_of_a_comment_share_a_key() -> None:
    assert text_key("RT @ivan: Связи НЕТ! http://t.co/1") == text_key("rt : связи нет <url>")
    assert text_key("Связи нет") != text_key("Связь есть")


def _set(folder: Path, stem: str, text: str) -> None:
    with gzip.open(folder / f"{stem}.csv.gz", "wt", encoding="utf-8") as out:
        out.write(text)


def _task(stem: str) -> Task:
    return next(task for task in TASKS if task.stem == stem)


def test_an_auxiliary_text_that_is_also_labelled_is_left_out(tmp_path: Path) -> None:
    _set(tmp_path, "spam_ru", 'text,spam\n"Купи, слона! http://a.ru",1\nПривет всем,0\n')
    tasks = [_task("spam_ru")]
    assert load_auxiliary(tmp_path, tasks=tasks).of("spam").tolist() == [1, 0]
    kept = load_auxiliary(tmp_path, {text_key("купи слона")}, tasks)
    assert kept.texts == ["Привет всем"]


def test_a_detox_pair_is_two_rows_of_opposite_label(tmp_path: Path) -> None:
    _set(tmp_path, "detox_pairs", "toxic,neutral,lang\nты дурак,ты не прав,ru\n")
    rows = load_auxiliary(tmp_path, tasks=[_task("detox_pairs")])
    assert rows.texts == ["ты дурак", "ты не прав"]
    assert rows.of("toxic").tolist() == [1, 0]
    assert rows.of("spam").tolist() == [-1, -1]


def test_a_missing_set_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        load_auxiliary(tmp_path)


def test_our_labels_find_their_texts_by_digest(tmp_path: Path) -> None:
    for stem in SETS:
        column = {"detox_pairs": "toxic,neutral"}.get(stem, "text")
        _set(tmp_path, stem, f"{column}\n")
    _set(tmp_path, "spam_ru", "text,spam\n Верните деньги ,0\nчужой,0\n")
    labels = tmp_path / "labels.gz"
    digest = digest_of("Верните деньги")
    labels.write_bytes(gzip.compress(f"{digest} v n C 2 p 03\n".encode()))
    (row,) = load_ours(tmp_path, set(), labels)
    assert (row.text, row.claim, row.stance) == ("Верните деньги", Claim.VAGUE, Stance.CRITIC)
    assert (row.urgency, row.own) == (Urgency.HIGH, True)
    assert load_ours(tmp_path, {text_key("верните деньги")}, labels) == []


def test_a_label_that_is_none_of_ours_is_named(tmp_path: Path) -> None:
    labels = tmp_path / "labels.gz"
    labels.write_bytes(gzip.compress(b"0123 v n\n"))
    with pytest.raises(InputError, match=r"labels\.gz:1"):
        load_ours(tmp_path, set(), labels)


def test_own_texts_follow_the_guide_and_are_marked() -> None:
    rows = load_gold(OWN_TEXTS)
    assert len(rows) >= 700
    assert all(row.own for row in rows)
    for row in rows:
        both = row.claim is Claim.CONCRETE and row.abuse in (Abuse.INSULT, Abuse.THREAT)
        assert (row.stance is Stance.HEATED) == both, row


@pytest.mark.needs_shared
def test_every_auxiliary_head_has_all_its_classes_and_no_gold_text(shared: Path) -> None:
    keys = {text_key(row.text) for row in load_gold(shared / "gold" / "dev.jsonl")}
    rows = load_auxiliary(shared / "data", keys)
    for head, classes in AUXILIARY.items():
        assert set(rows.of(head).tolist()) - {-1} == set(range(len(classes)))
    assert not any(text_key(text) in keys for text in rows.texts)


@pytest.mark.needs_shared
def test_our_labels_follow_the_guide_and_leave_the_gold_set_alone(shared: Path) -> None:
    keys = {text_key(row.text) for row in load_gold(shared / "gold" / "dev.jsonl")}
    rows = load_ours(shared / "data", keys)
    assert len(rows) > 20_000
    assert not any(text_key(row.text) in keys for row in rows)
    for row in rows:
        if row.stance is Stance.CRITIC:
            assert row.claim is not Claim.NONE, row
        if row.stance is Stance.HEATED:
            assert row.claim is Claim.CONCRETE, row
