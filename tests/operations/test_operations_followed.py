"""`operations.yaml` while the system runs, and the commands that read it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from otklik.database import make_engine, session
from otklik.migrate import upgrade
from otklik.models import Alert, AuditEvent
from otklik.operations.following import FollowingOperations
from otklik.operations.reading import OperationsError
from otklik.settings import Settings
from tests.operations.conftest import Command

NOW = datetime(2026, 11, 22, 18, tzinfo=UTC)
GOOD = "zones: {{general: {{first_reply: {hours}h}}}}\nroutes: [{{to: console}}]\n"


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    found = make_engine(f"sqlite:///{tmp_path / 'desk.sqlite3'}")
    upgrade(found)
    yield found
    found.dispose()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "operations.yaml"
    path.write_text(GOOD.format(hours=4), encoding="utf-8")
    return path


def settings(file: Path) -> Settings:
    return Settings(operations_file=str(file))


def first_reply(following: FollowingOperations) -> int:
    assert following.current is not None
    return following.current.zone("general").first_reply[1]


def actions(engine: Engine) -> list[str]:
    with session(engine) as db:
        found = db.exec(select(AuditEvent.action).where(AuditEvent.subject_kind == "operations"))
        return list(found)


def test_a_good_file_is_taken_over_without_a_restart(engine: Engine, file: Path) -> None:
    following = FollowingOperations(engine, settings(file), NOW)
    assert first_reply(following) == 240
    file.write_text(GOOD.format(hours=12), encoding="utf-8")
    following.follow(NOW)
    assert first_reply(following) == 720
    following.follow(NOW)
    assert actions(engine) == ["operations.loaded", "operations.loaded"]


def test_a_broken_file_leaves_the_last_good_one_and_is_told_once(
    engine: Engine, file: Path
) -> None:
    following = FollowingOperations(engine, settings(file), NOW)
    file.write_text("zones: {general: {frist_reply: 4h}}\n", encoding="utf-8")
    following.follow(NOW)
    following.follow(NOW)
    assert first_reply(following) == 240
    assert "operations.yaml:1:19: unknown key 'frist_reply'" in following.problem
    # a restart finds the last good text in the database
    restarted = FollowingOperations(engine, settings(file), NOW)
    assert first_reply(restarted) == 240
    with session(engine) as db:
        (alert,) = db.exec(select(Alert))
    assert alert.kind == "operations_broken"
    assert "otklik operations check" in alert.body
    file.write_text(GOOD.format(hours=4), encoding="utf-8")
    following.follow(NOW)
    assert following.problem == ""
    assert actions(engine) == ["operations.loaded", "operations.broken", "operations.recovered"]


def test_a_broken_first_file_stops_the_start(engine: Engine, file: Path) -> None:
    file.write_text("zones: []\n", encoding="utf-8")
    with pytest.raises(OperationsError, match=r"operations\.yaml:1:8: expected keys"):
        FollowingOperations(engine, settings(file), NOW)


def test_without_a_file_nothing_is_set_up(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    following = FollowingOperations(engine, Settings(), NOW)
    assert following.current is None
    (tmp_path / "operations.yaml").write_text(GOOD.format(hours=1), encoding="utf-8")
    following.follow(NOW)
    assert first_reply(following) == 60


def test_a_check_tells_every_fault_and_exits_with_one(otklik: Command, tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(
        "zones:\n  general: {calendar: ofice}\nroutes: [{to: slak}]\n", encoding="utf-8"
    )
    found = otklik("operations", "check", "mine.yaml")
    assert found.returncode == 1
    assert found.stderr.splitlines() == [
        "mine.yaml:2:23: there is no calendar 'ofice'; known: always",
        "mine.yaml:3:15: there is no channel 'slak'; known: console",
        "2 faults",
    ]
    told = json.loads(otklik("operations", "check", "mine.yaml", "--json").stdout)
    assert [(one["line"], one["column"]) for one in told["faults"]] == [(2, 23), (3, 15)]


def test_a_check_remarks_what_looks_wrong(otklik: Command, tmp_path: Path) -> None:
    (tmp_path / "operations.yaml").write_text(
        "zones: {general: {}}\nroutes: [{to: console, when: working}]\n", encoding="utf-8"
    )
    found = otklik("operations", "check")
    assert found.returncode == 0
    assert "operations.yaml:2: zone general: a critical comment is told" in found.stdout


def test_show_says_who_what_and_where(otklik: Command) -> None:
    found = otklik("operations", "show", "institution", "--at", "2027-01-01T03:00", "--json")
    told = json.loads(found.stdout)
    (zone,) = told["zones"]
    assert zone == {
        "zone": "general",
        "open": "no",
        "opens": "Mon 2027-01-11 09:00 MSK",
        "on_call": "duty",
    }
    critical = [row for row in told["alerts"] if row["urgency"] == "critical"]
    assert [(row["after"], row["people"]) for row in critical] == [
        ("at once", "duty"),
        ("30 min", "head"),
    ]
    assert critical[0]["why"] == "Угроза жизни — в любое время"


def test_show_without_a_file_says_what_to_do(otklik: Command) -> None:
    found = otklik("operations", "show")
    assert found.returncode == 1
    assert "there is no operations.yaml here" in found.stderr
