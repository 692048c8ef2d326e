"""A rig: a local stand-in of one platform, for the tests that every platform must pass.

A rig serves HTTP on a port of its own, checks every request against the platform's contract
and its own answers too. A test writes, edits and deletes on it as strangers do, and asks what
stands there. What breaks a contract is kept in `violations`; the fixtures named `rig` fail a
test that leaves any.
"""

from __future__ import annotations

import json
import threading
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar, Self
from urllib.parse import parse_qsl, urlsplit

from otklik.platforms import AnyPlatform, Limit, Meter, build_platform, load_platform


class ContractViolation(AssertionError):
    """A request or an answer that the platform's contract does not allow."""


@dataclass(frozen=True)
class Request:
    """One request as it came in; `query` keeps the last value of a repeated name."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    @property
    def json(self) -> Any:
        """The parsed body."""
        return json.loads(self.body or b"null")

    @property
    def form(self) -> dict[str, str]:
        """The body as a form."""
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The query with repeated names; see `raw_query`."""
        return parse_qsl(self.raw_query, keep_blank_values=True)

    raw_query: str = ""


@dataclass(frozen=True)
class Response:
    """An answer; `body` is made JSON unless it is bytes."""

    body: Any = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "application/json; charset=utf-8"

    def encoded(self) -> bytes:
        """The body's bytes."""
        if isinstance(self.body, bytes):
            return self.body
        return json.dumps(self.body, ensure_ascii=False).encode()


class FreeMeter(Meter):
    """Gives every turn at once and counts them; tests of reading need not wait for limits.

    Attributes:
        turns: how many were given, by key.
        blocked: keys that a platform asked to hold, with the seconds.
    """

    def __init__(self) -> None:
        self.turns: Counter[str] = Counter()
        self.blocked: list[tuple[str, float]] = []
        self.spent = 0

    def reserve_turn(self, key: str, limit: Limit, *, at_most: float) -> float:
        """At once."""
        self.turns[key] += 1
        assert len(key) <= 255
        return 0.0

    def block(self, key: str, seconds: float) -> None:
        """Remembered only."""
        self.blocked.append((key, seconds))

    def reserve_money(self, micros: int) -> None:
        """There is always enough."""
        self.spent += micros

    def settle_money(self, reserved: int, spent: int, items: int = 0) -> None:
        """What was really spent."""
        self.spent += spent - reserved


class Rig(ABC):
    """One platform's stand-in. Subclasses keep the state and answer requests.

    Class attributes:
        name: the platform's.
        page_size: items on one page of the stand-in, so that 7 comments make several pages.
        can_edit, can_delete: whether strangers can, and the collector can see it.
        has_reply: whether the platform can be answered; then `replies` shows ours.
        has_history: False where what was once handed over is forgotten (Telegram).
        posting: method and a part of the path of the call that posts a reply.
        needs: marks of what it reads or starts (see `tests/conftest.py`).
    """

    name: ClassVar[str]
    page_size: ClassVar[int] = 3
    can_edit: ClassVar[bool] = True
    can_delete: ClassVar[bool] = True
    has_reply: ClassVar[bool] = True
    has_history: ClassVar[bool] = True
    posting: ClassVar[tuple[str, str]] = ("POST", "")
    needs: ClassVar[tuple[str, ...]] = ("needs_shared",)

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.violations: list[str] = []
        self.lock = threading.RLock()
        self.on_request: Callable[[str], None] = lambda _phase: None
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        )

    # ---- what a test does ------------------------------------------------------------------

    @abstractmethod
    def write(
        self,
        text: str,
        *,
        author: str = "Гость",
        at: datetime | None = None,
        parent: str | None = None,
        rating: int | None = None,
        media: tuple[str, ...] = (),
    ) -> str:
        """A stranger writes; gives the external id the collector must report.

        Args:
            at: moment of publication, aware; by default now, later than all before.
            parent: external id of the comment that is answered, where there are threads.
            rating: 1 … 5, where the platform has ratings; 5 by default there.
        """

    def edit(self, external_id: str, text: str) -> None:
        """Its author changes it."""
        raise NotImplementedError

    def delete(self, external_id: str) -> None:
        """It vanishes."""
        raise NotImplementedError

    def replies(self) -> list[str]:
        """Texts of our own replies as they stand there, oldest first."""
        return []

    def limited(self) -> Response:
        """The platform's own way to say "too many calls, wait 7 seconds"."""
        return Response({"error": "too many requests"}, 429, {"Retry-After": "7"})

    def denied(self) -> Response:
        """The platform's own way to say that the token is not (any longer) good."""
        return Response({"error": "unauthorized"}, 401)

    @abstractmethod
    def config(self) -> dict[str, Any]:
        """Settings of a source on this rig, complete, without `base_url` and private hosts."""

    @abstractmethod
    def answer(self, request: Request) -> Response:
        """Answer one request, both checked against the contract.

        Raises:
            ContractViolation: kept in `violations`, answered 599.
        """

    # ---- what every rig has ----------------------------------------------------------------

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def settings(self, base_url: str = "", **changes: Any) -> dict[str, Any]:
        """Settings of a source, through `base_url` (a faulty proxy) where one is given."""
        return {
            **self.config(),
            "base_url": base_url or self.url,
            "allow_private_hosts": True,
            "min_interval": 0,
            "timeout": 60.0,  # a busy machine is slow, not dead
            **changes,
        }

    def platform(
        self, base_url: str = "", *, meter: Meter | None = None, **changes: Any
    ) -> AnyPlatform:
        """The real platform, calling this rig; without a `meter` it waits for no limit."""
        config = self.settings(base_url, **changes)
        kind = load_platform(self.name)
        return build_platform(kind, config, source="rig", meter=meter or FreeMeter())

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def stop(self) -> None:
        """Answer nobody any more."""
        self._server.shutdown()
        self._server.server_close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        rig = self

        class Handler(BaseHTTPRequestHandler):
            """One request."""

            protocol_version = "HTTP/1.1"

            def _serve(self) -> None:
                length = int(self.headers.get("content-length") or 0)
                parts = urlsplit(self.path)
                request = Request(
                    method=self.command,
                    path=parts.path,
                    query=dict(parse_qsl(parts.query, keep_blank_values=True)),
                    headers={name.lower(): value for name, value in self.headers.items()},
                    body=self.rfile.read(length),
                    raw_query=parts.query,
                )
                response = rig.serve(request)
                body = response.encoded()
                self.send_response(response.status)
                self.send_header("Content-Type", response.content_type)
                self.send_header("Content-Length", str(len(body)))
                self.send_header("Connection", "close")
                for name, value in response.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _serve  # noqa: N815

            def log_message(self, *_: object) -> None:
                """Silence."""

        return Handler

    def serve(self, request: Request) -> Response:
        """Answer and keep what broke the contract."""
        with self.lock:
            self.requests.append(request)
            self.on_request("before")
            try:
                answer = self.answer(request)
                self.on_request("after")
                return answer
            except ContractViolation as error:
                self.violations.append(f"{request.method} {request.path}: {error}")
                return Response({"violation": str(error)}, status=599)
            except Exception as error:
                self.violations.append(f"{request.method} {request.path}: rig: {error!r}")
                raise
