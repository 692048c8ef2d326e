"""Scrapy crawls in a child process of their own: started, listened to, and always ended.

The job goes in as one JSON line; events come back as JSON lines while the crawl runs, so that
nothing is held here or there. The child reads strangers' markup, hence it gets no secret of
this process: neither its environment nor its files. It ends when its crawl does, when its time
is over, when nobody listens any more, or with its parent: its standard input closes then.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any, Self

from collectors._text import quote
from collectors._wire import USER_AGENT

Event = dict[str, Any]

GRACE = 20.0  # seconds a child may take to end by itself after its time
MAX_LINE = 64_000_000  # bytes of one event; a spider splits what is larger
ROOT = Path(__file__).resolve().parent.parent
KEPT_VARIABLES = ("PATH", "LANG", "LC_ALL", "SSL_CERT_FILE", "SSL_CERT_DIR", "SYSTEMROOT")


class CrawlFailed(Exception):
    """The child ended without having finished; the message holds the end of what it said."""


class Crawl:
    """One crawl in a child process; iterate to get its events, the last of kind ``end``.

    Args:
        spider: ``"package.module:Class"`` of a spider for `collectors._scrapy_child`.
        job: what the spider is told, JSON only; may hold secrets (they go through a pipe).
        allowed: private endpoints (host, port) that may be called all the same.
        domains: hosts that may be called at all; others are not followed.
        delay: seconds between two calls to one host, at least; more by AutoThrottle.
        timeout: seconds for connecting, writing and reading each; three times that for all.
        seconds: the whole crawl's time.
        max_bytes: largest answer read.
        concurrency: calls at a time over all hosts; one at a time to each host.

    Raises (while iterating):
        CrawlFailed: the child died.
    """

    def __init__(
        self,
        spider: str,
        job: Mapping[str, Any],
        *,
        allowed: list[tuple[str, int]],
        domains: list[str],
        delay: float,
        timeout: float,
        seconds: float,
        max_bytes: int,
        concurrency: int = 4,
    ) -> None:
        self._seconds = seconds
        self._order = {
            "spider": spider,
            "job": dict(job),
            "allowed": allowed,
            "domains": domains,
            "delay": delay,
            "timeout": timeout,
            "seconds": seconds,
            "max_bytes": max_bytes,
            "concurrency": concurrency,
            "user_agent": USER_AGENT,
        }
        self._process: subprocess.Popen[bytes] | None = None
        self._said: deque[bytes] = deque(maxlen=40)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __iter__(self) -> Iterator[Event]:
        process = self._process = _start()
        killer = threading.Timer(self._seconds + GRACE, process.kill)
        listener = threading.Thread(target=self._listen, args=(process.stderr,), daemon=True)
        killer.daemon = True
        killer.start()
        listener.start()
        try:
            _tell(process.stdin, self._order)
            yield from self._events(process, listener)
        finally:
            killer.cancel()
            self.close()

    def close(self) -> None:
        """End the child, whatever it is doing."""
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            _close(pipe)

    def _events(
        self, process: subprocess.Popen[bytes], listener: threading.Thread
    ) -> Iterator[Event]:
        while process.stdout and (line := process.stdout.readline(MAX_LINE)):
            try:
                event: Event = json.loads(line)
            except ValueError as error:
                raise CrawlFailed(f"the crawler said no JSON: {quote(line)}") from error
            yield event
            if event.get("kind") == "end":
                return
        code = process.wait()
        listener.join(timeout=2)
        raise CrawlFailed(f"the crawler ended with {code}: {self._last_words()}")

    def _listen(self, pipe: IO[bytes]) -> None:
        with pipe:
            for line in iter(lambda: pipe.readline(2_000), b""):
                self._said.append(line)

    def _last_words(self) -> str:
        said = b"".join(self._said).strip().splitlines()
        return quote(said[-1] if said else b"nothing was said", 300)


def _start() -> subprocess.Popen[bytes]:
    kept = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "collectors._scrapy_child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**kept, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", "TZ": "UTC"},
    )


def _tell(pipe: IO[bytes] | None, order: Event) -> None:
    try:
        if pipe is not None:
            pipe.write(json.dumps(order).encode() + b"\n")
            pipe.flush()
    except BrokenPipeError as error:
        raise CrawlFailed("the crawler did not start") from error


def _close(pipe: IO[bytes] | None) -> None:
    if pipe is not None:
        try:
            pipe.close()
        except BrokenPipeError:
            return  # what the dead child did not read any more


__all__ = ["Crawl", "CrawlFailed", "Event"]
