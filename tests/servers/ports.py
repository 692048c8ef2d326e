"""Free ports, and waiting for a server to come up."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nothing listens on now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def wait_until(
    is_ready: Callable[[], bool], *, seconds: float, what: str, log: Callable[[], str]
) -> None:
    """Ask until `is_ready`, or fail with the server's log after `seconds`."""
    until = time.monotonic() + seconds
    while not is_ready():
        if time.monotonic() > until:
            raise TimeoutError(f"{what} did not come up in {seconds:g} s: {log()}")
        time.sleep(0.05)
