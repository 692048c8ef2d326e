"""Commit boundaries of a process, counted from outside the product and, when told so, deadly.

A boundary is (kind, phase): kind is the step of the data's way whose commit it is, phase is
`before` (the commit has not reached the database) or `after` (it has, nobody knows yet).
"""

from __future__ import annotations

import os
import signal
import sys
from collections import Counter
from types import FrameType
from typing import Any, NamedTuple

from sqlalchemy import Engine, event
from sqlmodel import Session

from otklik import pipeline

# commits of these functions get a kind of their own, wherever they are called from
_INNER = {"read_thread": "read_back", "_approve_waiting": "approve"}


class Boundary(NamedTuple):
    """One place at which a process can be killed; `nth` counts from 1 within a run."""

    kind: str
    phase: str
    nth: int = 1


class Watch:
    """Reports every boundary on a pipe and kills this very process at `target`.

    Args:
        pipe: file descriptor; one line `kind phase` for each boundary, whole even when killed.
        seen: how often each (kind, phase) was passed in earlier attempts of the same run.
    """

    def __init__(self, pipe: int, target: Boundary | None, seen: dict[str, int]) -> None:
        self._pipe, self._target = pipe, target
        self._seen = Counter(seen)

    def start(self) -> None:
        """Listen to every engine and session of this process."""
        event.listen(Engine, "commit", self._before)
        event.listen(Session, "after_commit", self._after)

    def _before(self, _: Any) -> None:
        self._pass("before")

    def _after(self, _: Any) -> None:
        self._pass("after")

    def _pass(self, phase: str) -> None:
        kind = _kind(sys._getframe(1))
        name = f"{kind} {phase}"
        self._seen[name] += 1
        os.write(self._pipe, f"{name}\n".encode())
        wanted = self._target
        if wanted and (wanted.kind, wanted.phase) == (kind, phase) and self._due(name, wanted):
            os.kill(os.getpid(), signal.SIGKILL)

    def _due(self, name: str, wanted: Boundary) -> bool:
        return self._seen[name] >= wanted.nth


def _kind(frame: FrameType | None) -> str:
    """Which step commits: the step's function stands on the stack."""
    while frame is not None:
        name = frame.f_code.co_name
        if name in _INNER:
            return _INNER[name]
        if name == "_post_one":
            return "post-2" if "outcome" in frame.f_locals else "post-1"
        if name in pipeline.STEPS:
            return name
        frame = frame.f_back
    return "other"
