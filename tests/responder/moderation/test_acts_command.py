"""`otklik acts …`, as people at the desk type it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from otklik import clock, pipeline
from otklik.cli import app
from otklik.database import make_engine
from otklik.enums import Approach
from tests.fakes import Stage
from tests.responder.moderation.grounds_to_act import (
    COMPLAINT,
    INSULT,
    OBSCENE,
    Moderated,
    answer,
    moderated_stage,
    write,
)
from tests.servers.databases import SqliteTemplate

Command = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def desk(sqlite_template: SqliteTemplate, tmp_path: Path) -> tuple[Stage, type[Moderated]]:
    """A desk on the database that the command opens."""
    return moderated_stage(make_engine(sqlite_template.copy(tmp_path / "desk.sqlite3")))


@pytest.fixture
def acts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Runs `otklik acts ARGS` in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OTKLIK_DATABASE_URL", f"sqlite:///{tmp_path / 'desk.sqlite3'}")
    monkeypatch.setenv("OTKLIK_UNDO_SECONDS", "0")

    def call(*arguments: str) -> subprocess.CompletedProcess[str]:
        found = CliRunner().invoke(app, ["acts", *arguments], prog_name="otklik")
        if found.exception is not None and not isinstance(found.exception, SystemExit):
            raise found.exception
        return subprocess.CompletedProcess([], found.exit_code, found.stdout, found.stderr)

    return call


def work(stage: Stage) -> None:
    """The machine's turn, now."""
    stage.clock.at = clock.now() + timedelta(minutes=1)
    pipeline.act(stage.desk)


HIDE = ("--as", "operator", "--ground", "obscenity", "--reason", "мат")


def test_a_hiding_is_asked_for_approved_done_appealed_and_taken_back(
    desk: tuple[Stage, type[Moderated]], acts: Command
) -> None:
    stage, site = desk
    number = write(stage, OBSCENE)
    assert "people who must approve: 1" in acts("ask", "hide", "1", *HIDE).stdout
    (row,) = json.loads(acts("list", "--json").stdout)
    assert (row["kind"], row["state"], row["missing"], row["reason"]) == (
        "hide",
        "asked",
        "1",
        "мат",
    )
    assert "mention:1" in acts("list").stdout
    assert "will be done" in acts("approve", "1", "--as", "approver").stdout
    work(stage)
    assert site.done == [("hide", f"site/{number}")]
    assert acts("list").stdout == "nothing waits for anybody\n"
    entered = acts("appeal", "1", "--as", "operator", "--text", "мата нет")
    assert entered.stdout == "appeal 1 against act 1 is open\n"
    decide = ("--as", "lead", "--overturn", "--answer", "мата и правда нет")
    assert "act 2 (unhide) waits for an approval" in acts("appeal", "1", *decide).stdout
    acts("approve", "2", "--as", "lead")
    work(stage)
    assert [what for what, _ in site.done] == ["hide", "unhide"]
    figures = json.loads(acts("report", "--days", "3000", "--json").stdout)
    assert figures["kinds"][0]["rate"] == "100%"
    assert figures["grounds"] == {"obscenity": 1}
    assert "hidden by ground" in acts("report").stdout


def test_what_may_not_be_asked_for_is_said_in_one_line(
    desk: tuple[Stage, type[Moderated]], acts: Command
) -> None:
    stage, _ = desk
    write(stage, COMPLAINT)
    write(stage, INSULT)
    refusals = {
        ("ask", "hide", "1", *HIDE): "criticism is never hidden",
        ("ask", "hide", "1", "--as", "operator", "--ground", "taste", "--reason", "x"): "choose",
        ("ask", "ban", "2", "--as", "operator", "--reason", "надоел"): "not all criteria",
        ("ask", "report", "2", "--as", "nobody", "--reason", "x"): "nobody has the login",
        ("ask", "withdraw", "9", "--as", "operator", "--reason", "x"): "reply 9",
        ("approve", "7", "--as", "lead"): "act 7",
        ("case", "99"): "author 99",
    }
    for arguments, said in refusals.items():
        found = acts(*arguments)
        assert found.returncode == 1, arguments
        (line,) = found.stderr.splitlines()
        assert said in line
    assert acts("appeal", "1", "--as", "lead").returncode == 2


def test_the_case_for_a_ban_shows_what_is_missing(
    desk: tuple[Stage, type[Moderated]], acts: Command
) -> None:
    stage, _ = desk
    write(stage, INSULT)
    said = acts("case", "1").stdout
    terms = stage.desk.policy.bans
    assert f"NO   Violations without a case: 1 ({terms.violations})" in said
    assert f"bans in a year: 0 of {terms.yearly_budget}" in said
    found = json.loads(acts("case", "1", "--json").stdout)
    assert found["criteria"] == {"systematic": False, "staff": False, "personal": False}
    assert [item["criterion"] for item in found["evidence"]] == ["systematic"]


def test_a_reply_is_corrected_and_a_report_refused_by_command(
    desk: tuple[Stage, type[Moderated]], acts: Command
) -> None:
    stage, site = desk
    number = write(stage, COMPLAINT)
    answer(stage, number, Approach.ANSWER, "Заказ задержал курьер, он приедет сегодня.")
    text = ("--text", "Заказ задержал склад, курьер уже едет.", "--reason", "не курьер")
    found = json.loads(acts("ask", "correct", "1", "--as", "operator", *text, "--json").stdout)
    for login in ("approver", "lead")[: found["needed"]]:
        acts("approve", "1", "--as", login)
    work(stage)
    assert [what for what, _ in site.done] == ["edit"]
    acts("ask", "report", "1", "--as", "operator", "--reason", "спам")
    refused = acts("refuse", "2", "--as", "approver", "--reason", "это жалоба")
    assert refused.stdout == "act 2: refused\n"
    assert "refused by now" in acts("resolve", "2", "--as", "lead", "--done").stderr
