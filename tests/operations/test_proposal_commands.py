"""`otklik policy propose`, `proposals`, `activate`, `reject`, as leads type them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from otklik import clock, database, people
from otklik.database import make_engine
from otklik.enums import Role
from responder.policy.file import shipped_policy
from responder.policy.proposing import with_version
from tests.operations.conftest import Command


@pytest.fixture
def desk(otklik: Command, tmp_path: Path) -> Command:
    """A database that decides by the shop's policy, with two leads."""
    assert otklik("db", "upgrade").returncode == 0
    engine = make_engine(f"sqlite:///{tmp_path / 'desk.sqlite3'}")
    with database.session(engine) as session:
        for login in ("gleb", "darya"):
            people.add_person(
                session,
                login=login,
                role=Role.LEAD,
                password=None,
                at=clock.now(),
                brand_id="default",
            )
    engine.dispose()
    assert otklik("step", "decide", OTKLIK_EFFORT="fast").returncode == 0
    (tmp_path / "new.yaml").write_text(with_version(shipped_policy().text, 7), "utf-8")
    return otklik


def listed(desk: Command) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(desk("policy", "proposals", "--json").stdout)
    return found


def test_one_lead_proposes_and_another_activates(desk: Command) -> None:
    made = desk("policy", "propose", "new.yaml", "--note", "проба", "--as", "gleb")
    assert made.returncode == 0, made.stderr
    own = desk("policy", "activate", "1", "--as", "gleb")
    assert own.returncode == 1
    assert "somebody else must" in own.stderr
    assert desk("policy", "activate", "1", "--as", "darya").returncode == 0
    (row,) = listed(desk)
    assert (row["state"], row["by"], row["decided_by"]) == ("active", "gleb", "darya")
    assert "7" in desk("policy", "history").stdout


def test_a_refusal_needs_a_reason_and_stays_on_record(desk: Command) -> None:
    desk("policy", "propose", "new.yaml", "--note", "проба", "--as", "gleb")
    assert desk("policy", "reject", "1", "--as", "darya").returncode == 1
    assert desk("policy", "reject", "1", "--why", "рано", "--as", "darya").returncode == 0
    assert [row["state"] for row in listed(desk)] == ["rejected"]


def test_a_file_that_is_not_there_and_a_file_followed_already_are_told(desk: Command) -> None:
    missing = desk("policy", "propose", "none.yaml", "--note", "x", "--as", "gleb")
    assert "no such file" in missing.stderr
    again = desk("policy", "propose", "--follow-file", "--note", "x", "--as", "gleb")
    assert "followed already" in again.stderr
