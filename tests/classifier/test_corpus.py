"""Labels and auxiliary sets are read strictly, and never leak into each other."""

import gzip
import json
from pathlib import Path

import pytest

from classifier.corpus import AUX_HEADS, load_aux, load_gold, text_key
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


def test_an_auxiliary_text_that_is_also_labelled_is_left_out(tmp_path: Path) -> None:
    head = next(head for head in AUX_HEADS if head.name == "spam")
    with gzip.open(tmp_path / "spam_ru.csv.gz", "wt", encoding="utf-8") as out:
        out.write('text,spam\n"Купи, слона! http://a.ru",1\nПривет всем,0\n')
    assert [row.label for row in load_aux(tmp_path, head)] == [1, 0]
    kept = load_aux(tmp_path, head, {text_key("купи слона")})
    assert [row.text for row in kept] == ["Привет всем"]


def test_a_detox_pair_is_two_rows_of_opposite_label(tmp_path: Path) -> None:
    head = next(head for head in AUX_HEADS if head.name == "detox")
    with gzip.open(tmp_path / "detox_pairs.csv.gz", "wt", encoding="utf-8") as out:
        out.write("toxic,neutral,lang\nты дурак,ты не прав,ru\n")
    assert [(row.text, row.label) for row in load_aux(tmp_path, head)] == [
        ("ты дурак", 1),
        ("ты не прав", 0),
    ]


def test_a_missing_set_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        load_aux(tmp_path, AUX_HEADS[0])


def test_own_texts_follow_the_guide_and_are_marked() -> None:
    rows = load_gold(OWN_TEXTS)
    assert len(rows) >= 700
    assert all(row.own for row in rows)
    for row in rows:
        both = row.claim is Claim.CONCRETE and row.abuse in (Abuse.INSULT, Abuse.THREAT)
        assert (row.stance is Stance.HEATED) == both, row


@pytest.mark.needs_shared
def test_every_auxiliary_set_is_readable_and_has_all_its_classes(shared: Path) -> None:
    gold = load_gold(shared / "gold" / "dev.jsonl")
    keys = {text_key(row.text) for row in gold}
    for head in AUX_HEADS:
        rows = load_aux(shared / "data", head, keys)
        assert {row.label for row in rows} == set(range(len(head.classes)))
        assert not any(text_key(row.text) in keys for row in rows)
