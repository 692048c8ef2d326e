"""What a test needs from the machine: skip with a reason, or fail where it must be there."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

SYSTEM_PATH = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin", "/sbin"))


def find_program(name: str) -> str | None:
    """Full path of a program, also where only root looks; None when absent."""
    return shutil.which(name, path=SYSTEM_PATH)


def require(*needs: str) -> None:
    """Skip the test when a program (by name) or a file (by absolute path) is missing.

    With OTKLIK_REQUIRE_SERVERS=1 a missing one fails the test: continuous integration
    installs them all, so that a skip there would hide an untested part.
    """
    missing = [
        need
        for need in needs
        if not (Path(need).exists() if need.startswith("/") else find_program(need))
    ]
    if not missing:
        return
    reason = f"needs {', '.join(missing)}"
    if os.environ.get("OTKLIK_REQUIRE_SERVERS") == "1":
        pytest.fail(reason)
    pytest.skip(reason)
