"""`otklik run`: scheduler and dashboard under one supervisor."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from otklik.processes import free_port, is_free
from tests.operations.conftest import Command, environment, family, gone, wait_for


@contextmanager
def run(folder: Path, port: int, **more: str) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-m", "otklik", "run"],
        cwd=folder,
        env=environment(folder, OTKLIK_DESK_PORT=str(port), **more),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.terminate()
            process.wait(timeout=40)


def read_until(process: subprocess.Popen[str], words: str) -> str:
    assert process.stdout is not None
    seen = []
    for line in process.stdout:
        seen.append(line)
        if words in line:
            return "".join(seen)
    pytest.fail(f"never said {words!r}: {''.join(seen)}")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_a_blank_folder_gets_a_desk_and_a_signal_ends_it(
    tmp_path: Path, number: signal.Signals, otklik: Command
) -> None:
    port, often = free_port(0), {"OTKLIK_HEARTBEAT": '{"interval": 0.3, "late": 1}'}
    with run(tmp_path, port, **often) as process:
        said = read_until(process, "Ctrl-C")
        assert f"http://127.0.0.1:{port}" in said
        assert f"http://127.0.0.1:{port}/invitation?token=" in said
        answer = httpx.get(f"http://127.0.0.1:{port}/", trust_env=False, timeout=20)
        assert answer.status_code < 500
        everybody = family(process)
        assert len(everybody) == 3
        wait_for(
            lambda: otklik("watch-heartbeat", **often).returncode == 0, seconds=20, what="a beat"
        )
        os.killpg(process.pid, number)
        assert process.wait(timeout=40) == (-9 if number == signal.SIGKILL else 0)
        wait_for(lambda: gone(everybody), seconds=60, what="the end of all")
    assert is_free("127.0.0.1", port)
    wait_for(
        lambda: otklik("watch-heartbeat", **often).returncode == 1, seconds=5, what="the alarm"
    )
    told = json.loads((tmp_path / "var" / "heartbeat.json").read_text("utf-8"))
    assert told["what"] in {"silent", "stopped"}  # children of a killed one may end in order


def test_a_taken_port_is_named_with_the_setting_that_changes_it(tmp_path: Path) -> None:
    with socket_on_a_port() as port, run(tmp_path, port) as process:
        said = process.communicate(timeout=60)[0]
    assert process.returncode == 1
    assert f"127.0.0.1:{port} is taken" in said
    assert "OTKLIK_DESK_PORT" in said


@contextmanager
def socket_on_a_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield int(server.getsockname()[1])


def test_a_scheduler_that_cannot_start_takes_the_dashboard_down_with_a_word(
    tmp_path: Path,
) -> None:
    with run(tmp_path, free_port(0), OTKLIK_MODEL_DIR=str(tmp_path / "no-model")) as process:
        said = process.communicate(timeout=90)[0]
    assert process.returncode == 1
    assert "no-model" in said
    assert "the scheduler ended with exit code 1; everything else was stopped" in said
    assert "Traceback" not in said
