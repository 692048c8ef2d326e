"""The command as people call it, in a folder of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from typer.testing import CliRunner

from otklik.cli import app

ROOT = Path(__file__).resolve().parents[2]
Command = Callable[..., subprocess.CompletedProcess[str]]


def environment(folder: Path, **more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("OTKLIK_")}
    url = f"sqlite:///{folder / 'desk.sqlite3'}"
    return {**kept, "PYTHONPATH": str(ROOT), "OTKLIK_DATABASE_URL": url, **more}


@pytest.fixture
def otklik(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Runs `otklik ARGS` in this process, in an empty folder with a database of its own."""
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        with monkeypatch.context() as variables:
            for name, value in environment(tmp_path, **more).items():
                variables.setenv(name, value)
            found = CliRunner().invoke(app, list(arguments), prog_name="otklik")
        if found.exception is not None and not isinstance(found.exception, SystemExit):
            raise found.exception
        return subprocess.CompletedProcess([], found.exit_code, found.stdout, found.stderr)

    return call


@pytest.fixture
def otklik_process(tmp_path: Path) -> Command:
    """The same in a process of its own, as a shell would."""

    def call(*arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "otklik", *arguments],
            cwd=tmp_path,
            env=environment(tmp_path, **more),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    return call


def wait_for(is_so: Callable[[], bool], *, seconds: float, what: str) -> float:
    """Seconds it took; fails the test when it does not come about."""
    began = time.monotonic()
    while not is_so():
        if time.monotonic() - began > seconds:
            pytest.fail(f"{what}: not within {seconds:g} s")
        time.sleep(0.1)
    return time.monotonic() - began


def family(process: subprocess.Popen[str]) -> list[psutil.Process]:
    """The process and everything it started."""
    root = psutil.Process(process.pid)
    return [root, *root.children(recursive=True)]


def gone(processes: list[psutil.Process]) -> bool:
    """Has each of them ended?"""
    return not any(p.is_running() and p.status() != psutil.STATUS_ZOMBIE for p in processes)
