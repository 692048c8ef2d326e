"""The clock of one machine."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
import structlog
from sqlalchemy import Engine

from otklik.database import make_engine
from otklik.desk import Desk, StepCount
from otklik.errors import ConfigError
from otklik.leader import lead
from otklik.schedule import Schedule, running
from responder.knowledge.file import shipped_knowledge
from responder.policy.file import shipped_policy
from tests.fakes import make_stage
from tests.operations.conftest import ROOT, environment, wait_for

NOTHING = StepCount(0, 0)


class Steps:
    """Steps that count their calls; `work` says how much each finds to do."""

    def __init__(self, **work: list[int]) -> None:
        self.calls = dict.fromkeys(("one", "two"), 0)
        self.work = work
        self.at_once = self.most_at_once = 0
        self._lock = threading.Lock()

    def step(self, name: str) -> Any:
        def work(_: Desk, limit: int | None) -> StepCount:
            assert limit is None
            with self._lock:
                self.calls[name] += 1
                self.at_once += 1
                self.most_at_once = max(self.most_at_once, self.at_once)
            todo = self.work.get(name)
            done = todo.pop(0) if todo else 0
            with self._lock:
                self.at_once -= 1
            if done < 0:
                raise RuntimeError("on purpose")
            return StepCount(done, 0)

        return work

    def all(self) -> dict[str, Any]:
        return {name: self.step(name) for name in self.calls}


@pytest.fixture
def desk(sqlite_engine: Engine) -> Desk:
    stage = make_stage(sqlite_engine, shipped_policy(), shipped_knowledge(), step_interval=0.05)
    return stage.desk


def test_every_step_is_woken_again_and_again(desk: Desk) -> None:
    steps = Steps()
    with running(desk, steps.all()):
        wait_for(lambda: min(steps.calls.values()) >= 3, seconds=60, what="three wake-ups")


def test_a_step_works_on_until_nothing_is_left(desk: Desk) -> None:
    steps = Steps(one=[5, 5, 5, 0])
    schedule = Schedule(desk.__class__(**{**vars(desk), "settings": _slow(desk)}), steps.all())
    schedule.start()
    wait_for(lambda: steps.calls["one"] == 4, seconds=60, what="the whole work")
    # and the step after it did not wait for its hour
    wait_for(lambda: steps.calls["two"] >= 2, seconds=60, what="the next step")
    schedule.stop()


def _slow(desk: Desk) -> Any:
    return desk.settings.model_copy(update={"step_interval": 3600.0})


def test_an_error_in_one_step_is_logged_and_stops_nothing(desk: Desk) -> None:
    steps = Steps(one=[-1, -1])
    with structlog.testing.capture_logs() as lines, running(desk, steps.all()):
        wait_for(lambda: steps.calls["one"] >= 4, seconds=60, what="later wake-ups")
    failures = [line for line in lines if line["event"] == "step failed"]
    assert [line["step"] for line in failures] == ["one", "one"]
    assert "on purpose" in failures[0]["error"]


def test_a_step_never_runs_twice_at_once(desk: Desk) -> None:
    steps = Steps()
    hold = threading.Event()

    def slow(desk: Desk, limit: int | None) -> StepCount:
        steps.step("one")(desk, limit)
        hold.wait(0.3)
        return NOTHING

    with running(desk, {"one": slow}):
        wait_for(lambda: steps.calls["one"] >= 3, seconds=60, what="three turns")
    assert steps.most_at_once == 1


def test_stopping_waits_for_what_is_being_worked_on(desk: Desk) -> None:
    begun, ended = threading.Event(), threading.Event()

    def slow(_: Desk, __: int | None) -> StepCount:
        begun.set()
        threading.Event().wait(0.3)
        ended.set()
        return StepCount(1, 0)

    with running(desk, {"slow": slow}):
        assert begun.wait(20)
    assert ended.is_set()


def test_a_second_leader_is_refused_and_named(engine: Engine, database_url: str) -> None:
    other = make_engine(database_url)
    with lead(engine), pytest.raises(ConfigError, match="already wakes the steps"), lead(other):
        pytest.fail("two led at once")
    with lead(other):
        assert other.url == engine.url
    other.dispose()


def test_a_second_scheduler_process_says_who_is_in_the_way(
    tmp_path: Path, sqlite_url: str, sqlite_engine: Engine
) -> None:
    with lead(sqlite_engine):
        found = subprocess.run(
            [sys.executable, "-m", "otklik.schedule"],
            cwd=tmp_path,
            env=environment(tmp_path, OTKLIK_DATABASE_URL=sqlite_url),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert found.returncode == 1
    assert "already wakes the steps of this database" in found.stderr
    assert "Traceback" not in found.stderr
    assert str(ROOT) not in found.stdout
