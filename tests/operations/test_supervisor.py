"""Processes that live and die together."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from otklik.errors import ConfigError
from otklik.supervisor import ChildFailed, Supervisor
from tests.operations.conftest import ROOT, family, gone, wait_for

SLEEPER = [sys.executable, "-c", "import time; time.sleep(600)"]
DEAF = [
    sys.executable,
    "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
    "print('deaf', flush=True); time.sleep(600)",
]
NESTING = [
    sys.executable,
    "-c",
    "import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', "
    "'import time; time.sleep(600)']); time.sleep(600)",
]
PARENT = f"""
import sys
from otklik.supervisor import Supervisor
with Supervisor(patience=5) as supervisor:
    supervisor.start("one", {SLEEPER!r})
    supervisor.start("two", {SLEEPER!r})
    print("up", flush=True)
    supervisor.wait()
print("down", flush=True)
"""


def test_leaving_the_block_ends_everything_that_was_started() -> None:
    with Supervisor() as supervisor:
        numbers = [supervisor.start(name, SLEEPER) for name in ("one", "two")]
        assert all(psutil.pid_exists(number) for number in numbers)
    assert not any(psutil.pid_exists(number) for number in numbers)


def supervise(first: list[str], *others: list[str], log: Path | None = None) -> None:
    with Supervisor() as supervisor:
        supervisor.start("the desk", first, log=log)
        for number, command in enumerate(others):
            supervisor.start(f"other {number}", command)
        supervisor.wait()


def test_a_child_that_ends_is_named_with_its_code_and_last_word(tmp_path: Path) -> None:
    log = tmp_path / "child.log"
    code = "print('the port is taken'); raise SystemExit(7)"
    with pytest.raises(ChildFailed, match=r"the desk .* 7 \(the port is taken\)") as caught:
        supervise([sys.executable, "-c", code], SLEEPER, log=log)
    assert caught.value.code == 7
    assert SLEEPER not in [child.cmdline() for child in psutil.Process().children()]


def test_a_child_killed_by_a_signal_is_a_failure_too() -> None:
    code = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
    with pytest.raises(ChildFailed, match="signal 9") as caught:
        supervise([sys.executable, "-c", code])
    assert caught.value.code == 1


def test_a_child_that_will_not_listen_is_killed(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with Supervisor(patience=0.5) as supervisor:
        number = supervisor.start("deaf", DEAF, log=log)
        supervisor.wait_until(lambda: b"deaf" in log.read_bytes(), what="deaf", seconds=60)
    assert not psutil.pid_exists(number)


def test_children_of_children_end_as_well() -> None:
    with Supervisor() as supervisor:
        child = psutil.Process(supervisor.start("nesting", NESTING))
        wait_for(lambda: bool(child.children()), seconds=60, what="a grandchild")
        everybody = [child, *child.children()]
    wait_for(lambda: gone(everybody), seconds=60, what="the end of all")


def test_what_does_not_come_up_is_an_error_and_not_a_wait_for_ever() -> None:
    with Supervisor() as supervisor:
        supervisor.start("one", SLEEPER)
        with pytest.raises(ConfigError, match="the desk did not come up"):
            supervisor.wait_until(lambda: False, what="the desk", seconds=0.3)


def test_earlier_signal_handlers_are_put_back() -> None:
    before = signal.getsignal(signal.SIGINT)
    with Supervisor():
        assert signal.getsignal(signal.SIGINT) != before
    assert signal.getsignal(signal.SIGINT) == before


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_nobody_outlives_a_supervisor_that_is_told_to_end(number: signal.Signals) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PARENT],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == "up\n"
        everybody = family(parent)
        assert len(everybody) == 3
        os.killpg(parent.pid, number)
        rest = parent.stdout.read()
        wait_for(lambda: gone(everybody), seconds=60, what="the end of all")
    assert rest == ("" if number == signal.SIGKILL else "down\n")


def test_a_spare_child_is_started_again_after_a_rest_and_takes_nobody_down(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("otklik.supervisor.REST", 0.2)
    lives = tmp_path / "lives"
    code = f"import time; open({str(lives)!r}, 'a').write('x'); time.sleep(600)"
    with Supervisor() as supervisor:
        first = supervisor.start("the desk", SLEEPER)
        spare = supervisor.start("spare", [sys.executable, "-c", code], is_spare=True)
        wait_for(lives.exists, seconds=60, what="its first life")
        os.kill(spare, signal.SIGKILL)

        def lives_again() -> bool:
            supervisor.check()
            return lives.read_text() == "xx"

        rested = wait_for(lives_again, seconds=60, what="its second life")
        assert rested >= 0.2
        # this process has other children: servers that earlier tests have left to later ones
        children = {child.pid: child for child in psutil.Process().children()}
        assert spare not in children
        again = [child for child in children.values() if code in child.cmdline()]
        assert len(again) == 1
    assert gone([children[first], *again])
