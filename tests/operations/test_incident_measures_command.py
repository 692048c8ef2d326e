"""`otklik incidents measures`: shown first, asked for with exceptions, never of a customer."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlmodel import select
from typer.testing import CliRunner

from otklik.cli import app
from otklik.database import make_engine, session
from otklik.enums import ActKind, ActState
from otklik.models import Mention
from responder.moderation.terms import BanTerms
from responder.policy import kept
from responder.policy.file import shipped_policy
from tests.operations.conftest import Command, environment
from tests.responder.incidents.attack_wave import WAVE, Wave

SAY = "брань без сути"


@pytest.fixture
def wave(otklik: Command, tmp_path: Path) -> Wave:
    """An attack on VK, whose moderators may hide."""
    assert otklik("db", "upgrade").returncode == 0
    made = Wave(make_engine(f"sqlite:///{tmp_path / 'desk.sqlite3'}"))
    with session(made.engine) as db:
        for row in db.exec(select(Mention)):
            row.platform = "vk"
    return made


def measures(wave: Wave, folder: Path, *more: str, answer: str = "") -> str:
    login = "operator"
    arguments = ["incidents", "measures", str(wave.incident_id), "--as", login, *more]
    found = CliRunner().invoke(app, arguments, input=answer, env=environment(folder))
    return found.output


def test_what_may_be_done_is_shown_and_nothing_asked_for_without_a_reason(
    wave: Wave, tmp_path: Path
) -> None:
    said = measures(wave, tmp_path)
    assert said.count("[x] comment") == WAVE
    assert "(insult)" in said
    assert all(f"kept out (case): comment {number}" in said for number in wave.critics)
    assert "say why with --reason" in said
    assert wave.acts() == []
    assert "6, no ground in its words" in measures(wave, tmp_path, "--kind", "report")


def test_asked_for_are_those_shown_but_for_exceptions(wave: Wave, tmp_path: Path) -> None:
    first = wave.hostile[0]
    more = ("--reason", SAY, "--leave", str(first))
    assert "[ ] comment" in measures(wave, tmp_path, *more, answer="n\n")
    assert wave.acts() == []
    assert "5 asked for, 0 left out" in measures(wave, tmp_path, *more, answer="y\n")
    made = wave.acts()
    assert {act.mention_id for act in made} == set(wave.hostile[1:])
    assert {(act.kind, act.state) for act in made} == {(ActKind.HIDE, ActState.ASKED)}


def test_a_measure_that_is_none_is_refused(wave: Wave, tmp_path: Path) -> None:
    assert "hide, report or ban" in measures(wave, tmp_path, "--kind", "unhide")


def test_bans_are_weighed_by_the_policy_in_force(
    wave: Wave, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    strict = shipped_policy().model_copy(update={"bans": BanTerms(yearly_budget=3)})
    monkeypatch.setattr(kept, "find_in_force", lambda *_: strict)
    assert "bans left of the year's budget: 3" in measures(wave, tmp_path, "--kind", "ban")
