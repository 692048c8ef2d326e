"""From a correction at the desk to a model that serves, and back, by commands alone."""

from __future__ import annotations

import json
from itertools import product
from pathlib import Path

import pytest
from sqlmodel import select

from otklik import clock, database
from otklik.database import make_engine
from otklik.learning import is_frozen
from otklik.models import AuditEvent, Mention, VerdictRow
from otklik.store.people import find_person
from responder import labelling
from tests.operations.conftest import Command

CASES = [
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
NAMES = ("раз", "два", "три", "четыре", "пять", "шесть", "семь", "восемь", "девять", "десять")
FIELDS = ("claim", "abuse", "stance", "urgency", "topic")


@pytest.fixture
def gold(tmp_path: Path) -> str:
    rows = [
        {"id": f"{place}-{name}", "text": case[0].format(name), **named(case)}
        for (place, case), name in product(enumerate(CASES), NAMES)
    ]
    lines = [json.dumps(row, ensure_ascii=False) for row in rows]
    (tmp_path / "gold.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return "gold.jsonl"


def named(case: tuple[object, ...]) -> dict[str, str]:
    return dict(zip(FIELDS, map(str, case[1:]), strict=True))


@pytest.fixture
def labelled(otklik: Command, tmp_path: Path) -> dict[int, str]:
    """Twelve judged comments that an operator has labelled whole; texts by mention."""
    lines = [
        json.dumps({"id": str(n), "text": f"чай рассыпан, пачка {n}", "author": f"a{n}"})
        for n in range(12)
    ]
    (tmp_path / "reviews.jsonl").write_text("\n".join(lines), encoding="utf-8")
    assert otklik("import", "reviews.jsonl").returncode == 0
    assert otklik("step", "classify").returncode == 0
    for login, role in (("oleg", "operator"), ("lena", "lead"), ("ada", "admin")):
        assert otklik("people", "add", "--login", login, "--role", role).returncode == 0
    engine = make_engine(f"sqlite:///{tmp_path / 'desk.sqlite3'}")
    with database.session(engine) as session:
        person = find_person(session, "oleg")
        assert person is not None
        found = {one.id or 0: one.text for one in session.exec(select(Mention))}
        for mention, (field, value) in product(
            found, named(("", "concrete", "none", "critic", 1, "quality")).items()
        ):
            labelling.label(
                session,
                person=person,
                mention_id=mention,
                mention_version=1,
                field=field,
                value=value,
                at=clock.now(),
            )
    engine.dispose()
    return found


def rows_of(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text("utf-8").strip().split("\n") if line]


def test_labels_are_written_in_two_parts_that_share_nothing(
    otklik: Command, labelled: dict[int, str], tmp_path: Path
) -> None:
    assert otklik("model", "labels", "taught.jsonl").returncode == 0
    assert otklik("model", "labels", "kept.jsonl", "--frozen").returncode == 0
    taught, kept = rows_of(tmp_path / "taught.jsonl"), rows_of(tmp_path / "kept.jsonl")
    frozen = {text for number, text in labelled.items() if is_frozen("default", number)}
    assert {row["text"] for row in kept} == frozen
    assert {row["text"] for row in taught} == set(labelled.values()) - frozen
    assert all(row["known"] and "oleg" not in str(row["who"]) for row in taught)


def test_a_model_is_trained_with_staff_compared_forced_listed_and_rolled_back(
    otklik: Command, labelled: dict[int, str], gold: str, tmp_path: Path
) -> None:
    trained = otklik("model", "train", gold, "--staff", "--folds", "2", "--json")
    assert trained.returncode == 0, trained.stderr
    told = json.loads(trained.stdout)
    version = told["version"]
    assert (tmp_path / "var" / "models" / version / "manifest.json").is_file()
    frozen = sum(is_frozen("default", number) for number in labelled)
    assert told["staff"]["frozen"] == frozen
    assert told["staff"]["training"] == len(labelled) - frozen
    learned = json.loads((tmp_path / "var/models" / version / "learned.json").read_text("utf-8"))
    assert not {f"staff-{n}-1" for n in labelled if is_frozen("default", n)} & {*learned["ids"]}

    compared = json.loads(otklik("model", "compare", version, "--json").stdout)
    assert compared["frozen"]["rows"] == frozen
    assert compared["recent"]["rows"] == frozen
    refused = otklik("model", "promote", version, "--by", "lena")
    assert (refused.returncode, "too few frozen labels" in refused.stderr) == (1, True)
    assert otklik("model", "promote", version, "--by", "oleg").returncode == 1
    assert "may not act" in otklik("model", "promote", version, "--by", "oleg").stderr
    forced = otklik("model", "promote", version, "--by", "ada", "--force", "--reason", "проба")
    assert forced.returncode == 0, forced.stderr
    listed = json.loads(otklik("model", "list", "--json").stdout)
    assert listed["serving"] == version
    assert judged_by(otklik, tmp_path, "новый чай рассыпан") == version
    assert otklik("model", "rollback", "--by", "lena").returncode == 0
    assert judged_by(otklik, tmp_path, "ещё один чай рассыпан") != version
    engine = make_engine(f"sqlite:///{tmp_path / 'desk.sqlite3'}")
    with database.reading(engine) as session:
        found = session.exec(select(AuditEvent).where(AuditEvent.subject_kind == "model")).all()
    engine.dispose()
    assert [one.action for one in found] == ["model.promoted", "model.rolled_back"]
    assert otklik("audit", "verify").returncode == 0


def judged_by(otklik: Command, folder: Path, text: str) -> str:
    """Version of the model that judges this new comment."""
    row = {"id": text, "text": text, "author": "новый"}
    (folder / "one.jsonl").write_text(json.dumps(row), encoding="utf-8")
    assert otklik("import", "one.jsonl", "--name", text).returncode == 0
    assert otklik("step", "classify").returncode == 0
    engine = make_engine(f"sqlite:///{folder / 'desk.sqlite3'}")
    with database.reading(engine) as session:
        last = session.exec(select(VerdictRow).order_by(VerdictRow.id.desc())).first()  # type: ignore[union-attr]
    engine.dispose()
    assert last is not None
    return last.model_version


def test_a_named_model_wins_and_the_commands_say_so(otklik: Command, tmp_path: Path) -> None:
    found = otklik("model", "list", OTKLIK_MODEL_DIR=str(tmp_path / "mine"))
    assert "OTKLIK_MODEL_DIR names" in found.stderr


def test_a_version_nobody_knows_is_refused(otklik: Command) -> None:
    assert otklik("people", "add", "--login", "ada", "--role", "admin").returncode == 0
    found = otklik("model", "promote", "2020-01-01-00000000", "--by", "ada")
    assert (found.returncode, "no model has the version" in found.stderr) == (1, True)
