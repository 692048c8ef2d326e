"""The desk as a child process, as the supervisor starts it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from pathlib import Path
from typing import Self

from otklik.settings import Settings
from tests.servers.ports import free_port, wait_until

ROOT = Path(__file__).resolve().parents[2]


class DeskServer:
    """A desk on a free port of 127.0.0.1 over the database at `database_url`."""

    def __init__(self, database_url: str, **settings: object) -> None:
        self.port = free_port()
        self.settings = Settings(
            database_url=database_url,
            desk_port=self.port,
            **{"desk_warm_up": False} | settings,  # type: ignore[arg-type]
        )
        self._process: subprocess.Popen[bytes] | None = None
        self._log = tempfile.NamedTemporaryFile(prefix="desk-", suffix=".log")  # noqa: SIM115

    @property
    def url(self) -> str:
        """Base URL without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def host(self) -> str:
        """Host and port, as requests name them."""
        return f"127.0.0.1:{self.port}"

    def log(self) -> str:
        """What the process has said."""
        return Path(self._log.name).read_text("utf-8", "replace")[-4000:]

    def __enter__(self) -> Self:
        from dashboard.launch import environment

        self._process = subprocess.Popen(
            [sys.executable, "-m", "dashboard.launch"],
            cwd=ROOT,
            env={**os.environ, **environment(self.settings)},
            stdout=self._log,
            stderr=self._log,
        )
        try:
            wait_until(self._answers, seconds=180, what=f"the desk at {self.url}", log=self.log)
        except BaseException:
            self.__exit__()  # or the next test is told of what this one left behind
            raise
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait(timeout=10)
        self._log.close()

    def _answers(self) -> bool:
        if self._process is not None and self._process.poll() is not None:
            raise RuntimeError(f"the desk ended at once: {self.log()}")
        try:
            with urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=5) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False
