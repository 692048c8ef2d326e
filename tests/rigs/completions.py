"""A hand-written chat-completions server on loopback, strict about every request.

It checks what the public documentation of OpenAI's endpoint asks for: path, bearer key, JSON
with known fields only, roles, a strict JSON schema whose objects name all their properties.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jsonschema

KEY = "sk-very-secret-0123456789"
MODEL = "strict-1"

REQUEST = {
    "type": "object",
    "additionalProperties": False,
    "required": ["model", "messages"],
    "properties": {
        "model": {"const": MODEL},
        "messages": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["role", "content"],
                "properties": {
                    "role": {"enum": ["system", "user", "assistant", "developer"]},
                    "content": {"type": "string", "minLength": 1},
                },
            },
        },
        "temperature": {"type": "number", "minimum": 0, "maximum": 2},
        "max_tokens": {"type": "integer", "minimum": 1},
        "max_completion_tokens": {"type": "integer", "minimum": 1},
        "response_format": {
            "oneOf": [
                {
                    "type": "object",
                    "additionalProperties": False,
                    "required": ["type"],
                    "properties": {"type": {"const": "json_object"}},
                },
                {
                    "type": "object",
                    "additionalProperties": False,
                    "required": ["type", "json_schema"],
                    "properties": {
                        "type": {"const": "json_schema"},
                        "json_schema": {
                            "type": "object",
                            "additionalProperties": False,
                            "required": ["name", "schema"],
                            "properties": {
                                "name": {"type": "string", "pattern": "^[a-zA-Z0-9_-]{1,64}$"},
                                "strict": {"type": "boolean"},
                                "schema": {"type": "object"},
                            },
                        },
                    },
                },
            ]
        },
    },
}
GOOD: dict[str, Any] = {
    "claim": "concrete",
    "abuse": "none",
    "stance": "critic",
    "urgency": "1",
    "topic": "delivery",
    "reasons": [],
    "unsure": False,
}


@dataclass
class Reply:
    """What the server answers with.

    `body` replaces the whole answer; `hang` are seconds of silence first.
    """

    content: str | None = ""
    status: int = 200
    finish: str = "stop"
    refusal: str | None = None
    body: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)
    hang: float = 0.0

    def as_bytes(self) -> bytes:
        if self.body is not None:
            return self.body
        message = {"role": "assistant", "content": self.content, "refusal": self.refusal}
        choice = {"index": 0, "message": message, "finish_reason": self.finish, "logprobs": None}
        usage = {"prompt_tokens": 900, "completion_tokens": 60, "total_tokens": 960}
        whole = {
            "id": "chatcmpl-1",
            "object": "chat.completion",
            "created": 1,
            "model": MODEL,
            "choices": [choice],
            "usage": usage,
        }
        return json.dumps(whole).encode()


def says(**changes: Any) -> Reply:
    """A good answer with some fields changed."""
    return Reply(json.dumps({**GOOD, **changes}, ensure_ascii=False))


@dataclass
class Endpoint:
    """The server as a test sees it: what was asked, what was wrong, what to answer.

    `answer` gets the user's message; `planned` answers go first, one per request.
    """

    url: str = ""
    answer: Callable[[str], Reply] = lambda _: says()
    planned: list[Reply] = field(default_factory=list)
    asked: list[dict[str, Any]] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def users(self) -> list[str]:
        """The user messages, in order."""
        return [one["messages"][-1]["content"] for one in self.asked]


def complaint_about(path: str, headers: Any, body: Any) -> str:
    """What the documentation forbids in this request; empty when nothing."""
    if path != "/v1/chat/completions":
        return f"path {path}"
    if headers.get("Authorization") != f"Bearer {KEY}":
        return "no key"
    if headers.get("Content-Type") != "application/json":
        return "content type"
    try:
        jsonschema.validate(body, REQUEST)
        form = body.get("response_format", {}).get("json_schema")
        if form is not None:
            jsonschema.Draft202012Validator.check_schema(form["schema"])
            _check_strict(form["schema"])
    except (jsonschema.ValidationError, jsonschema.SchemaError, ValueError) as error:
        return str(error)[:300]
    return ""


def _check_strict(schema: Any) -> None:
    if isinstance(schema, list):
        for one in schema:
            _check_strict(one)
    if not isinstance(schema, dict):
        return
    if schema.get("type") == "object":
        if schema.get("additionalProperties") is not False:
            raise ValueError("strict: additionalProperties must be false")
        if sorted(schema.get("required", [])) != sorted(schema.get("properties", {})):
            raise ValueError("strict: every property must be required")
    for one in schema.values():
        _check_strict(one)


@contextmanager
def endpoint() -> Iterator[Endpoint]:
    """A running server."""
    world = Endpoint()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            with world.lock:
                world.asked.append(body)
                world.at_once += 1
                world.most_at_once = max(world.most_at_once, world.at_once)
                reply = self._reply(body)
            time.sleep(reply.hang)
            with world.lock:
                world.at_once -= 1
            self._send(reply)

        def _reply(self, body: Any) -> Reply:
            if wrong := complaint_about(self.path, self.headers, body):
                world.complaints.append(wrong)
                return Reply(status=400, body=json.dumps({"error": {"message": wrong}}).encode())
            if world.planned:
                return world.planned.pop(0)
            return world.answer(body["messages"][-1]["content"])

        def _send(self, reply: Reply) -> None:
            content = reply.as_bytes()
            try:
                self.send_response(reply.status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)
            except OSError:
                self.close_connection = True  # the client has gone, as some tests mean it to

        def log_message(self, *_: Any) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    world.url = f"http://127.0.0.1:{server.server_port}/v1"
    try:
        yield world
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
