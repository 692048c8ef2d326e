"""Several processes that live and die together: `otklik run` and `otklik demo`.

Each child leads a session of its own, so that Ctrl-C reaches only the supervisor and everybody
stops in order; where the kernel can, children are told when the supervisor is killed.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from types import FrameType, TracebackType
from typing import NamedTuple, Self

from otklik.errors import ConfigError, OtklikError

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
REST = 5.0  # seconds until a spare child is started again
PATIENCE = 15.0  # seconds a child has to end by itself
_PR_SET_PDEATHSIG = 1


class ChildFailed(OtklikError):
    """A process that should run ended; `code` is what the supervisor ends with."""

    def __init__(self, name: str, code: int, last_word: str = "") -> None:
        how = f"signal {-code}" if code < 0 else f"exit code {code}"
        said = f" ({last_word})" if last_word else ""
        super().__init__(f"{name} ended with {how}{said}; everything else was stopped")
        self.name, self.code = name, code if code > 0 else 1


class _Child(NamedTuple):
    name: str
    process: subprocess.Popen[bytes]
    log: Path | None
    again: Callable[[], int] | None = None
    since: float = 0.0

    def last_word(self) -> str:
        """The last line of its log, if it has one."""
        lines = self.log.read_text("utf-8", "replace").split("\n") if self.log else []
        return next((line.strip() for line in reversed(lines) if line.strip()), "")


class Supervisor:
    """Starts children, waits, and stops them all when one ends or a signal comes.

    Use as a context: on leaving, nothing started here is left running.
    """

    def __init__(self, patience: float = PATIENCE) -> None:
        self._children: list[_Child] = []
        self._patience = patience
        self._signals = 0
        self._before: dict[signal.Signals, object] = {}

    @property
    def is_stopping(self) -> bool:
        """Did somebody ask to stop?"""
        return self._signals > 0

    def start(
        self,
        name: str,
        command: Sequence[str],
        *,
        environment: Mapping[str, str] | None = None,
        log: Path | None = None,
        is_spare: bool = False,
    ) -> int:
        """Start a child; gives its process id.

        Args:
            log: file its output is appended to; the terminal by default.
            is_spare: the others go on without it: when it ends it is started again.
        """
        with contextlib.ExitStack() as stack:
            output = stack.enter_context(log.open("ab")) if log else None
            process = subprocess.Popen(
                list(command),
                env=None if environment is None else dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT if output else None,
                start_new_session=True,
                preexec_fn=_die_with(os.getpid()),  # noqa: PLW1509 (no threads here)
            )
        again = partial(self.start, name, command, environment=environment, log=log, is_spare=True)
        self._children.append(_Child(name, process, log, again if is_spare else None))
        return process.pid

    def wait_until(self, is_ready: Callable[[], bool], *, what: str, seconds: float) -> bool:
        """Wait for a child to come up; False when somebody asked to stop meanwhile.

        Raises:
            ChildFailed: a child ended.
            ConfigError: it did not come up in time.
        """
        until = time.monotonic() + seconds
        while not self.is_stopping:
            self.check()
            if is_ready():
                return True
            if time.monotonic() > until:
                raise ConfigError(f"{what} did not come up within {seconds:g} s")
            time.sleep(0.1)
        return False

    def wait(self) -> None:
        """Until somebody asks to stop.

        Raises:
            ChildFailed: a child ended by itself.
        """
        while not self.is_stopping:
            self.check()
            time.sleep(0.2)

    def check(self) -> None:
        """Are all children alive?

        Raises:
            ChildFailed: one is not.
        """
        for child in list(self._children):
            code = child.process.poll()
            if code is None or self.is_stopping:
                continue
            if child.again is None:
                raise ChildFailed(child.name, code, child.last_word())
            self._start_again(child)

    def _start_again(self, child: _Child) -> None:
        """After a pause, so that one that cannot live does not take the machine's time."""
        self._children.remove(child)
        if not child.since:
            self._children.append(child._replace(since=time.monotonic()))
        elif time.monotonic() - child.since < REST:
            self._children.append(child)
        elif child.again is not None:
            child.again()

    def stop(self) -> None:
        """Ask every child to end, the last started first; kill those that do not."""
        asked = self._signals
        for child in reversed(self._children):
            _signal(child.process, signal.SIGTERM)
        until = time.monotonic() + self._patience
        while any(child.process.poll() is None for child in self._children):
            if time.monotonic() > until or self._signals > max(asked, 1):
                break
            time.sleep(0.05)
        for child in self._children:
            _signal(child.process, signal.SIGKILL)
            child.process.wait()

    def __enter__(self) -> Self:
        for number in STOP_SIGNALS:
            self._before[number] = signal.signal(number, self._on_signal)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._signals += 1


def _signal(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    """To the child's whole session, so that its own children end too."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)


def _die_with(parent: int) -> Callable[[], None] | None:
    if not sys.platform.startswith("linux"):
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl

    def ask_the_kernel() -> None:
        prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
        if os.getppid() != parent:  # it died before we could ask
            os._exit(1)

    return ask_the_kernel
