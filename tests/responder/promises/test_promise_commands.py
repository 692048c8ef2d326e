"""`otklik promises …` on a desk with one promise."""

from __future__ import annotations

import json
from typing import Any

import pytest
from typer.testing import CliRunner

from otklik.cli import app
from otklik.enums import PromiseState
from tests.acts import proposed


@pytest.fixture
def run(story: Any, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs a command; its output. A failure of the house is raised."""
    monkeypatch.setenv("OTKLIK_DATABASE_URL", database_url)
    number = str(story.debt().id)

    def command(*words: str) -> str:
        given = [number if word == "N" else word for word in words]
        done = CliRunner().invoke(app, ["promises", *given])
        assert done.exit_code == 0, done.output
        return done.output

    return command


def test_what_is_owed_is_listed_with_owner_date_and_marks(run: Any) -> None:
    (row,) = json.loads(run("list", "--owner", "approver", "--json"))
    assert row["owner"] == "approver"
    assert (row["undated"], row["conditional"], row["postponed"]) == (False, False, 0)
    assert row["text"] in run("due", "--hours", "1000000")
    assert "nothing is owed" in run("list", "--owner", "operator")


def test_a_promise_is_postponed_handed_over_kept_and_reported_on(run: Any, story: Any) -> None:
    run("postpone", "N", "2099-01-01", "--as", "approver", "--reason", "ждём банк")
    run("hand-over", "N", "operator", "--as", "approver")
    debt = story.debt()
    assert (debt.postponements, debt.due_at.isoformat()[:10]) == (1, "2099-01-01")
    said = run("keep", "N", "--as", "operator", "--done", "деньги вернули", "--report")
    assert story.debt().state == PromiseState.KEPT
    assert proposed(story.stage, story.number).text in said
    (row,) = json.loads(run("rate", "--by", "person", "--json"))
    assert (row["key"], row["owed"]) == ("operator", 1)


def test_a_broken_one_counts_as_broken(run: Any, story: Any) -> None:
    run("break", "N", "--as", "approver", "--reason", "нет на складе")
    (row,) = json.loads(run("rate", "--by", "month", "--since", "2026-11-01", "--json"))
    assert (row["broken"], row["rate"]) == (1, "0%")
    assert story.debt().note == "нет на складе"


def test_a_day_that_is_none_is_refused_in_one_line(run: Any, story: Any) -> None:
    words = ["promises", "postpone", "1", "завтра", "--as", "approver", "--reason", "так"]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 1
    assert "is no day" in done.output
    assert run("list")
    assert story.debt().postponements == 0
