"""What the fakes of Slack and Telegram share: a server on loopback with faults to order."""

from __future__ import annotations

import json
import threading
import time
from collections import deque
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, NamedTuple, Self
from urllib.parse import parse_qsl, urlsplit


class Call(NamedTuple):
    """One request as it came."""

    method: str
    payload: dict[str, Any]
    at: float


class Fault(NamedTuple):
    """What is answered instead; `works`: the request is carried out all the same."""

    status: int
    body: Any
    headers: dict[str, str] = {}  # noqa: RUF012 — never changed
    works: bool = False
    hangs: float = 0.0


class Messenger:
    """Keeps every call; `wrong` are those that break the contract.

    `is_gone`: the channel or chat was deleted. `before` and `after` are called with the method
    around its work.
    """

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.answered: list[tuple[str, Any]] = []
        self.wrong: list[str] = []
        self.faults: deque[Fault] = deque()
        self.lock = threading.RLock()
        self.is_gone = False
        self.before: Any = None
        self.after: Any = None
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def answer(self, path: str, payload: dict[str, Any], headers: Any) -> tuple[int, Any]:
        """Carry out one call."""
        raise NotImplementedError

    def called(self, method: str) -> list[dict[str, Any]]:
        """Payloads of the calls of a method."""
        return [call.payload for call in self.calls if call.method == method]

    def answers_to(self, method: str) -> list[Any]:
        """What was answered to the calls of a method."""
        return [body for called, body in self.answered if called == method]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=5)

    def _respond(
        self, path: str, payload: dict[str, Any], headers: Any
    ) -> tuple[int, Any, dict[str, str]]:
        method = path.rsplit("/", 1)[-1]
        with self.lock:
            self.calls.append(Call(method, payload, time.monotonic()))
            fault = self.faults.popleft() if self.faults and method != "getUpdates" else None
        if self.before is not None:
            self.before(method)
        if fault is None or fault.works:
            status, body = self.answer(path, payload, headers)
            self.answered.append((method, body))
            if self.after is not None:
                self.after(method)
        if fault is not None:
            time.sleep(fault.hangs)
            return fault.status, fault.body, fault.headers
        return status, body, {}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        fake = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                self._serve(json.loads(raw) if raw else {})

            def do_GET(self) -> None:
                self._serve(dict(parse_qsl(urlsplit(self.path).query)))

            def _serve(self, payload: dict[str, Any]) -> None:
                status, body, more = fake._respond(urlsplit(self.path).path, payload, self.headers)
                data = body.encode() if isinstance(body, str) else json.dumps(body).encode()
                try:
                    self.send_response(status)
                    self.send_header("Content-Type", "application/json")
                    self.send_header("Content-Length", str(len(data)))
                    for key, value in more.items():
                        self.send_header(key, value)
                    self.end_headers()
                    self.wfile.write(data)
                except OSError:
                    self.close_connection = True  # whoever asked is dead

            def log_message(self, *_: Any) -> None:
                """Silent."""

        return Handler
