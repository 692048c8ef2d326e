"""A proxy that spoils what passes: put it before a real server to test bad wires.

    with FaultyProxy(isso.url) as proxy:
        proxy.break_with(cut_after(), methods=("POST",), times=1)
        ...
        proxy.heal()

A fault is a function of one exchange; `stop()` refuses connections until `start()`.
"""

from __future__ import annotations

import http.client
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import urlsplit

from tests.servers.ports import free_port

HOP = {"connection", "transfer-encoding", "content-length", "keep-alive", "server", "date"}


@dataclass
class Reply:
    """An answer on its way to the client."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


@dataclass
class Exchange:
    """One request, and the means to answer it well or badly."""

    method: str
    path: str
    body: bytes
    forward: Callable[[], Reply]
    send: Callable[[Reply], None]
    raw: Callable[[bytes], None]
    is_over: threading.Event


Fault = Callable[[Exchange], None]


def answer(
    status: int,
    body: bytes | str = b"",
    *,
    content_type: str = "application/json",
    headers: Mapping[str, str] | None = None,
) -> Fault:
    """Answer this without asking the server: an error, an HTML page, a redirect."""
    content = body.encode() if isinstance(body, str) else body

    def fault(exchange: Exchange) -> None:
        extra = list((headers or {}).items())
        exchange.send(Reply(status, [("Content-Type", content_type), *extra], content))

    return fault


def rewrite(change: Callable[[bytes], bytes]) -> Fault:
    """Let the request through and change the answer's body."""

    def fault(exchange: Exchange) -> None:
        reply = exchange.forward()
        exchange.send(Reply(reply.status, reply.headers, change(reply.body)))

    return fault


def truncate(share: float = 0.5) -> Fault:
    """Let the request through and give only the first part of the answer, as if it were all."""
    return rewrite(lambda body: body[: int(len(body) * share)])


def hang() -> Fault:
    """Take the request and never answer."""
    return lambda exchange: void(exchange.is_over.wait(60))


def drip(seconds: float = 0.05) -> Fault:
    """Answer one byte at a time, for ever: a header first, then a body without end."""

    def fault(exchange: Exchange) -> None:
        exchange.raw(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Drip: ")
        while not exchange.is_over.wait(seconds):
            exchange.raw(b"a")

    return fault


def drip_body(seconds: float = 0.05) -> Fault:
    """Answer promptly, then give the body one byte at a time, for ever."""

    def fault(exchange: Exchange) -> None:
        exchange.raw(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
        while not exchange.is_over.wait(seconds):
            exchange.raw(b" ")

    return fault


def cut_before() -> Fault:
    """Take the request and cut the connection; the server never sees it."""
    return lambda exchange: None


def cut_after() -> Fault:
    """Let the request through and cut the connection instead of answering."""
    return lambda exchange: void(exchange.forward())


def slow(seconds: float) -> Fault:
    """Let the request through and answer rightly, late."""

    def fault(exchange: Exchange) -> None:
        reply = exchange.forward()
        exchange.is_over.wait(seconds)
        exchange.send(reply)

    return fault


def void(_: object) -> None:
    """Drop a value."""


@dataclass
class _Plan:
    fault: Fault
    methods: frozenset[str]
    path: str
    times: int | None

    def fits(self, method: str, path: str) -> bool:
        return method in self.methods and self.path in path and self.times != 0


@dataclass
class FaultyProxy:
    """Stands before `upstream` on a port of its own.

    Args:
        upstream: base URL of the real server.

    Attributes:
        requests: (method, path) of all that came, in order.
        forwarded: (method, path) of all that reached the server.
    """

    upstream: str
    port: int = 0
    requests: list[tuple[str, str]] = field(default_factory=list)
    forwarded: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.port = self.port or free_port()
        self._plan: _Plan | None = None
        self._server: ThreadingHTTPServer | None = None
        self._is_over = threading.Event()
        self._lock = threading.Lock()

    @property
    def url(self) -> str:
        """Base URL without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def host(self) -> str:
        """What ids of the server begin with when it is read through this proxy."""
        return f"127.0.0.1:{self.port}"

    def break_with(
        self,
        fault: Fault,
        *,
        methods: Iterable[str] = ("GET", "POST", "PUT", "PATCH", "DELETE"),
        path: str = "",
        times: int | None = None,
    ) -> None:
        """From now on treat requests of these methods, with `path` in theirs, like this.

        Args:
            times: how many requests; None for all until `heal`.
        """
        self._is_over.clear()
        self._plan = _Plan(fault, frozenset(methods), path, times)

    def heal(self) -> None:
        """Let everything through, and end what hangs."""
        self._plan = None
        self._is_over.set()

    def start(self) -> Self:
        """Listen."""
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            def handle_any(self) -> None:
                proxy._handle(self)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_any  # noqa: N815

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            block_on_close = False
            allow_reuse_address = True
            request_queue_size = 64

            def handle_error(self, *_: Any) -> None:
                """Clients of this proxy give up in the middle; that is what it is for."""

        self._server = Server(("127.0.0.1", self.port), Handler)
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def stop(self) -> None:
        """Refuse connections."""
        self._is_over.set()
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _handle(self, handler: BaseHTTPRequestHandler) -> None:
        body = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        method, path = handler.command, handler.path
        with self._lock:
            self.requests.append((method, path))
            plan = self._plan
            is_hit = plan is not None and plan.fits(method, path)
            if is_hit and plan is not None and plan.times is not None:
                plan.times -= 1

        def forward() -> Reply:
            with self._lock:
                self.forwarded.append((method, path))
            return _forwarded(self.upstream, method, path, body, dict(handler.headers))

        def raw(data: bytes) -> None:
            handler.wfile.write(data)
            handler.wfile.flush()

        def send(reply: Reply) -> None:
            handler.send_response(reply.status)
            for name, value in reply.headers:
                handler.send_header(name, value)
            handler.send_header("Content-Length", str(len(reply.body)))
            handler.end_headers()
            raw(reply.body)

        exchange = Exchange(method, path, body, forward, send, raw, self._is_over)
        if is_hit and plan is not None:
            plan.fault(exchange)
        else:
            send(forward())
        handler.close_connection = True


def _forwarded(
    upstream: str, method: str, path: str, body: bytes, headers: dict[str, str]
) -> Reply:
    parts = urlsplit(upstream)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
    try:
        kept = {name: value for name, value in headers.items() if name.lower() != "host"}
        connection.request(method, path, body or None, {**kept, "Host": parts.netloc})
        response = connection.getresponse()
        passed = [(n, v) for n, v in response.getheaders() if n.lower() not in HOP]
        return Reply(response.status, passed, response.read())
    finally:
        connection.close()
