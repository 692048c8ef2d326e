from __future__ import annotations

import json
import logging
import os
import socket
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from otklik.alerts import AlertMessage, Channel, build_channel
from otklik.errors import AccessDenied, PlatformError, RateLimited, Rejected, Transient

Make = Callable[..., AlertMessage]
TOKEN = "123456:not-a-real_TOKEN"
SHARED = Path(os.environ.get("OTKLIK_SHARED", Path(__file__).resolve().parents[3] / "shared"))
# the part of sendMessage used here, by hand, for runs without the shared contract
BY_HAND: Mapping[str, Any] = {
    "methods": {
        "sendMessage": {
            "fields": [
                {"name": "chat_id", "types": ["Integer", "String"], "required": True},
                {"name": "message_thread_id", "types": ["Integer"], "required": False},
                {"name": "text", "types": ["String"], "required": True},
                {"name": "parse_mode", "types": ["String"], "required": False},
                {
                    "name": "link_preview_options",
                    "types": ["LinkPreviewOptions"],
                    "required": False,
                },
            ]
        }
    },
    "types": {
        "LinkPreviewOptions": {
            "fields": [{"name": "is_disabled", "types": ["Boolean"], "required": False}]
        }
    },
}
SIMPLE = {"Integer": int, "String": str, "Boolean": bool}


def check_contract(contract: Mapping[str, Any], path: str, payload: dict[str, Any]) -> None:
    method = path.removeprefix(f"/bot{TOKEN}/")
    check_fields(contract, contract["methods"][method]["fields"], payload)
    assert 1 <= len(payload["text"].encode("utf-16-le")) // 2 <= 4096
    assert "parse_mode" not in payload
    assert payload["link_preview_options"] == {"is_disabled": True}


def check_fields(contract: Mapping[str, Any], fields: list[Any], value: dict[str, Any]) -> None:
    known = {field["name"]: field for field in fields}
    assert set(value) <= set(known)
    assert {name for name, field in known.items() if field["required"]} <= set(value)
    for name, given in value.items():
        assert any(fits(contract, kind, given) for kind in known[name]["types"]), name


def fits(contract: Mapping[str, Any], kind: str, given: Any) -> bool:
    if kind in SIMPLE:
        return type(given) is SIMPLE[kind]
    check_fields(contract, contract["types"][kind]["fields"], given)
    return True


@pytest.fixture
def build(messenger: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Channel]:
    monkeypatch.setenv("OTKLIK_SECRET_BOT", TOKEN)
    messenger.body = {"ok": True, "result": {"message_id": 1}}

    def make(**changes: Any) -> Channel:
        config = {"bot_token": "env:OTKLIK_SECRET_BOT", "chat_id": -100123, "timeout": 60}
        return build_channel("telegram", {**config, "base_url": messenger.url, **changes}, name="t")

    return make


@pytest.mark.parametrize(
    "more", [{}, {"chat_id": "@tea_yard"}, {"chat_id": "-100"}, {"message_thread_id": 7}]
)
def test_a_message_keeps_to_the_contract(
    build: Callable[..., Channel], messenger: Any, make_message: Make, more: dict[str, Any]
) -> None:
    build(**more).send(make_message())
    check_contract(BY_HAND, messenger.paths[0], messenger.calls[0])
    assert messenger.calls[0]["text"] == (
        "Срочное: отравление\n\nРебёнку стало плохо\n\nhttps://desk.example/?mention=17&tab=case"
    )


@pytest.mark.needs_shared
def test_requests_fit_telegrams_own_description(
    build: Callable[..., Channel], messenger: Any, make_message: Make, nasty: str
) -> None:
    file = SHARED / "contracts" / "telegram" / "api.json"
    if not file.is_file():
        pytest.skip("../shared is absent")
    contract = json.loads(file.read_text(encoding="utf-8"))
    build(message_thread_id=7).send(make_message(title=nasty, body=nasty * 1000))
    build(chat_id="@tea_yard").send(make_message(title="", body="", link=""))
    for path, call in zip(messenger.paths, messenger.calls, strict=True):
        check_contract(contract, path, call)


def test_a_huge_comment_leaves_room_for_the_link(
    build: Callable[..., Channel], messenger: Any, make_message: Make
) -> None:
    build().send(make_message(title="😀" * 9_000, body="😀" * 100_000))
    check_contract(BY_HAND, messenger.paths[0], messenger.calls[0])
    assert messenger.calls[0]["text"].endswith("\n\nhttps://desk.example/?mention=17&tab=case")


def test_strangers_words_are_neither_link_nor_mention_nor_command(
    build: Callable[..., Channel], messenger: Any, make_message: Make, nasty: str
) -> None:
    build().send(make_message(title=nasty, body=nasty))
    text = messenger.calls[0]["text"]
    for alive in ("http://evil", "evil.example", "@everyone", "#tag", "/start", "\x1b", "\u202e"):
        assert alive not in text


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (400, {"ok": False, "error_code": 400, "description": "Bad Request"}, Rejected),
        (400, {"ok": False, "description": "Bad Request: chat not found"}, AccessDenied),
        (400, {"ok": False, "description": "Bad Request: message thread not found"}, AccessDenied),
        (400, {"ok": False, "description": "Bad Request: TOPIC_DELETED"}, AccessDenied),
        (401, {"ok": False, "error_code": 401, "description": "Unauthorized"}, AccessDenied),
        (403, {"ok": False, "error_code": 403, "description": "bot was kicked"}, AccessDenied),
        (404, {"ok": False, "error_code": 404, "description": "Not Found"}, AccessDenied),
        (500, {"ok": False, "error_code": 500, "description": "Internal"}, Transient),
        (502, "<html>", Transient),
        (200, "<html>Wi-Fi</html>", Transient),
        (200, "[]", Transient),
        (200, '{"ok": tr', Transient),
        (200, {"ok": False, "error_code": 400}, Rejected),
    ],
)
def test_each_answer_says_what_can_be_done(
    build: Callable[..., Channel],
    *,
    messenger: Any,
    make_message: Make,
    status: int,
    body: Any,
    expected: type[PlatformError],
) -> None:
    messenger.status, messenger.body = status, body
    with pytest.raises(PlatformError) as caught:
        build().send(make_message())
    assert type(caught.value) is expected
    assert (caught.value.platform, caught.value.source) == ("telegram", "t")


@pytest.mark.parametrize(
    ("parameters", "header", "expected"),
    [({"retry_after": 12}, "", 12), (None, "9", 9), ({}, "", 30), ({"retry_after": "x"}, "", 30)],
)
def test_429_says_when_to_come_back(
    build: Callable[..., Channel],
    *,
    messenger: Any,
    make_message: Make,
    parameters: Any,
    header: str,
    expected: float,
) -> None:
    messenger.status = 429
    messenger.headers["Retry-After"] = header
    messenger.body = {"ok": False, "error_code": 429, "parameters": parameters}
    with pytest.raises(RateLimited) as caught:
        build().send(make_message())
    assert caught.value.retry_after == expected


def test_a_moved_chat_is_named(
    build: Callable[..., Channel], messenger: Any, make_message: Make
) -> None:
    messenger.status = 400
    messenger.body = {"ok": False, "parameters": {"migrate_to_chat_id": -100777}}
    with pytest.raises(AccessDenied, match="-100777"):
        build().send(make_message())


def test_the_token_stands_in_no_log_error_or_repr(
    build: Callable[..., Channel],
    messenger: Any,
    make_message: Make,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    messenger.status, messenger.body = 400, {"ok": False, "description": f"bad /bot{TOKEN}/x"}
    channel = build()
    with pytest.raises(Rejected) as caught:
        channel.send(make_message())
    logged = [r.getMessage() for r in caplog.records if r.name != "werkzeug"]  # the fake's own
    assert any("HTTP Request" in line for line in logged)
    shown = "".join(logged) + str(caught.value) + repr(channel) + repr(channel.settings)
    assert TOKEN not in shown
    assert repr(vars(channel)).count(TOKEN) == 0


def test_a_hung_server_is_something_to_try_again(
    build: Callable[..., Channel], make_message: Make
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        channel = build(base_url=f"http://127.0.0.1:{silent.getsockname()[1]}", timeout=0.2)
        with pytest.raises(Transient, match="ReadTimeout") as caught:
            channel.send(make_message())
    assert TOKEN not in f"{caught.value} {caught.value.__cause__!r}"
    channel.close()
