"""`otklik knowledge`, `otklik powers`, `otklik showcase`, as a person types them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from otklik import clock, database, people
from otklik.bootstrap import open_database
from otklik.cli import app
from otklik.enums import Role
from otklik.settings import load_settings

Otklik = Callable[..., Any]


@pytest.fixture
def otklik(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Otklik:
    """`otklik("knowledge", "check", code=1)`: what it says; with --json, the value."""
    monkeypatch.chdir(tmp_path)

    def call(*words: str, code: int = 0) -> Any:
        done = CliRunner().invoke(app, list(words))
        assert done.exit_code == code, done.output
        return json.loads(done.stdout) if "--json" in words else done.output

    return call


@pytest.fixture
def desk(otklik: Otklik) -> Otklik:
    """The same over a database with one lead."""
    otklik("db", "upgrade")
    engine = open_database(load_settings())
    with database.session(engine) as db:
        people.add_person(
            db, login="vera", role=Role.LEAD, password=None, at=clock.now(), brand_id="default"
        )
    engine.dispose()
    return otklik


@pytest.mark.parametrize("name", ["shop", "institution", ""])
def test_check_of_shipped_knowledge_ends_well(otklik: Otklik, name: str) -> None:
    words = ["knowledge", "check", *([name] if name else [])]
    assert "0 errors" in otklik(*words)


def test_check_names_the_place_and_ends_with_one(otklik: Otklik, tmp_path: Path) -> None:
    assert "expired" in otklik("knowledge", "check", "shop", "--strict", code=1)
    (tmp_path / "f.yaml").write_text("facts:\n  - id: x\n    topic: place\n", "utf-8")
    assert "f.yaml:3:5" in otklik("knowledge", "check", "f.yaml", code=1)


def test_import_writes_proposals_and_names_bad_rows(otklik: Otklik, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("Текст;Тема\nКафе открыто до 23:00;место\nда;цена\n", "utf-8")
    words = ("knowledge", "import", "a.csv", "--owner", "Вера", "--into", "own/a.yaml", "--json")
    found = otklik(*words, "--until", "2027-01-31", code=1)
    assert found["refused"][0]["line"] == 3
    assert len(found["added"]) == 1
    (problem, _) = otklik("knowledge", "check", "own", "--json")
    assert problem["code"] == "not_checked"


def test_a_page_of_another_host_is_not_imported(otklik: Otklik) -> None:
    said = otklik("knowledge", "import", "https://example.org/a", "--into", "a.yaml", code=1)
    assert "own_hosts" in said


def test_find_shows_what_has_the_words_and_what_a_draft_would_cite(desk: Otklik) -> None:
    found = desk("knowledge", "find", "верните деньги", "--json")
    assert found[0]["id"] == "refund_term"
    cited = desk("knowledge", "find", "Третью неделю жду возврат", "--comment", "--json")
    assert cited[0]["id"] == "refund_term"
    assert "gap" in desk("knowledge", "find", "Погода сегодня так себе", "--comment")


def test_an_empty_desk_has_no_gaps_no_citations_and_an_empty_showcase(desk: Otklik) -> None:
    assert "every point" in desk("knowledge", "gaps", "--since", "30d")
    assert "nothing cites" in desk("knowledge", "cites", "refund_term")
    assert desk("showcase", "list", "--json") == []


def test_expiring_names_whom_to_ask(otklik: Otklik) -> None:
    found = otklik("knowledge", "expiring", "--days", "100000", "--json")
    assert all(row["owner"] and row["until"] for row in found)
    assert "recall_cause" in [row["id"] for row in found]


def test_powers_say_who_may_give_a_sum(otklik: Otklik) -> None:
    found = otklik("powers", "list", "--topic", "staff", "--sum", "900", "--json")
    assert [(row["id"], row["who"]) for row in found] == [("goodwill", "approver")]


@pytest.mark.parametrize(
    "words",
    [
        ("powers", "give", "99", "goodwill", "100", "--as", "vera"),
        ("powers", "take-back", "99", "goodwill", "--as", "vera"),
        ("showcase", "put", "99", "--why", "так", "--as", "vera"),
        ("showcase", "remove", "99", "--as", "vera"),
    ],
)
def test_a_draft_that_is_not_there_is_said_in_one_line(
    desk: Otklik, words: tuple[str, ...]
) -> None:
    said = desk(*words, code=1)
    assert "99" in said
    assert "Traceback" not in said
