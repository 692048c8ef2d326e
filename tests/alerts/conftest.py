"""A messenger on 127.0.0.1 that answers as told and keeps what it was sent."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from otklik.alerts import AlertMessage
from otklik.enums import AlertKind

NASTY = (
    "<!channel> <script>alert(1)</script> *жирный* _курсив_ [ссылка](http://evil.example/x) "
    "@everyone #tag /start evil.example :bomb: & \x00\x1b[31m\u202eоборот\u202c \ud800"
)


class Messenger:
    """Answers every call with `status`, `body`, `headers`; `calls` are the JSON bodies."""

    def __init__(self, server: HTTPServer) -> None:
        self.url = server.url_for("").rstrip("/")
        self.status, self.headers = 200, {"Content-Type": "application/json"}
        self.body: Any = "ok"
        self.calls: list[Any] = []
        self.paths: list[str] = []

    def answer(self, request: Request) -> Response:
        """Keep the call and answer as told."""
        self.paths.append(request.path)
        self.calls.append(json.loads(request.get_data()))
        text = self.body if isinstance(self.body, str) else json.dumps(self.body)
        return Response(text, self.status, self.headers)


@pytest.fixture
def messenger() -> Iterator[Messenger]:
    with HTTPServer() as server:
        fake = Messenger(server)
        server.expect_request(re.compile(".*")).respond_with_handler(fake.answer)
        yield fake


@pytest.fixture
def nasty() -> str:
    return NASTY


@pytest.fixture
def make_message() -> Callable[..., AlertMessage]:
    def make(**changes: Any) -> AlertMessage:
        fields = {
            "kind": AlertKind.URGENT_MENTION,
            "title": "Срочное: отравление",
            "body": "Ребёнку стало плохо",
            "link": "https://desk.example/?mention=17&tab=case",
            "urgency": 3,
            "alert_id": 17,
        }
        return AlertMessage(**{**fields, **changes})

    return make
