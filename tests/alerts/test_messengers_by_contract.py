"""Slack's Web API and Telegram through the real clients, against fakes that check each request."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from otklik.alerts import AlertMessage, Channel, build_channel
from otklik.alerts.email import EmailConfig, mail_of
from otklik.alerts.webhook import body_of
from otklik.errors import AccessDenied, ConfigError, PlatformError, RateLimited, Rejected, Transient
from tests.dashboard.hostile import AWAY, HOSTILE
from tests.servers.messengers import Fault, Messenger
from tests.servers.slack import APP, BOT, CHANNEL, SlackServer
from tests.servers.telegram import CHAT, TOKEN, TelegramServer

Make = Callable[..., AlertMessage]
SHARED = Path(os.environ.get("OTKLIK_SHARED", Path(__file__).resolve().parents[3] / "shared"))
CONTRACT = SHARED / "contracts" / "telegram" / "api.json"
SLACK_OK = {"ok": True, "channel": CHANNEL, "ts": "1.2"}


@pytest.fixture
def slack_server() -> Iterator[SlackServer]:
    with SlackServer() as fake:
        yield fake
    assert fake.wrong == []


@pytest.fixture
def telegram_server() -> Iterator[TelegramServer]:
    with TelegramServer(CONTRACT) as fake:
        yield fake
    assert fake.wrong == []


@pytest.fixture
def patience() -> float:
    """Seconds a call may take: a busy machine is slow, not dead."""
    return 60.0


@pytest.fixture
def slack(
    slack_server: SlackServer, monkeypatch: pytest.MonkeyPatch, patience: float
) -> Iterator[Channel]:
    monkeypatch.setenv("OTKLIK_SECRET_BOT", BOT)
    monkeypatch.setenv("OTKLIK_SECRET_APP", APP)
    config = {
        "bot_token": "env:OTKLIK_SECRET_BOT",
        "app_token": "env:OTKLIK_SECRET_APP",
        "channel": CHANNEL,
        "base_url": slack_server.url,
        "timeout": patience,
    }
    channel = build_channel("slack", config, name="slack")
    yield channel
    channel.close()


@pytest.fixture
def telegram(
    telegram_server: TelegramServer, monkeypatch: pytest.MonkeyPatch, patience: float
) -> Iterator[Channel]:
    monkeypatch.setenv("OTKLIK_SECRET_BOT", TOKEN)
    config = {
        "bot_token": "env:OTKLIK_SECRET_BOT",
        "chat_id": CHAT,
        "message_thread_id": 7,
        "buttons": True,
        "base_url": telegram_server.url,
        "timeout": patience,
    }
    channel = build_channel("telegram", config, name="telegram")
    yield channel
    channel.close()


@pytest.fixture(params=["slack", "telegram"])
def pair(request: pytest.FixtureRequest) -> tuple[Channel, Messenger]:
    server = request.getfixturevalue(f"{request.param}_server")
    return request.getfixturevalue(request.param), server


def sent(server: Messenger) -> list[dict[str, Any]]:
    return server.called("chat.postMessage") + server.called("sendMessage")


def test_a_message_has_buttons_and_loses_take_once_somebody_has_it(
    pair: tuple[Channel, Messenger], make_message: Make
) -> None:
    channel, server = pair
    message = make_message(key="17-1", can_take=True, facts=("Где: Отзывы", "Почему: отравление"))
    reference = channel.send(message)
    assert reference
    first = json.dumps(sent(server)[0], ensure_ascii=False)
    assert "Взять" in first
    assert "Открыть" in first
    assert "Где: Отзывы" in first
    assert first.count("https://desk.example/?mention=17&tab=case") == 1
    channel.update(reference, message.model_copy(update={"taken_by": "Анна"}))
    (changed,) = server.called("chat.update") + server.called("editMessageText")
    told = json.dumps(changed, ensure_ascii=False)
    assert "Взято: Анна" in told
    assert '"Взять"' not in told


def test_what_follows_stands_in_the_thread_of_the_first(
    pair: tuple[Channel, Messenger], make_message: Make
) -> None:
    channel, server = pair
    reference = channel.send(make_message(key="1-1")) or ""
    channel.send(make_message(key="2-2", thread=reference))
    last = sent(server)[-1]
    named = last.get("thread_ts") or str(last.get("reply_parameters", {}).get("message_id"))
    assert reference.endswith(named)


@pytest.mark.parametrize("between", [0, 3])
def test_a_message_whose_sender_died_is_found_again(
    pair: tuple[Channel, Messenger], make_message: Make, between: int
) -> None:
    channel, server = pair
    since = datetime.now(UTC) - timedelta(seconds=1)
    before = channel.send(make_message(key="1-1", alert_id=1)) or ""
    lost = make_message(key="2-2", alert_id=2, title="Второе")
    if isinstance(server, TelegramServer):
        server.chat(between)
    assert channel.find(lost, since, before) is None
    reference = channel.send(lost)
    assert channel.find(lost, since, before) == reference
    assert (
        channel.find(make_message(key="3-3", alert_id=3, title="Нет"), since, reference or "")
        is None
    )


def all_hostile(make_message: Make, *more: str) -> Iterator[AlertMessage]:
    for number, words in enumerate([*HOSTILE, *more]):
        yield make_message(
            title=words, body=words, facts=(words,), key=f"{number}-1", taken_by=words
        )


def test_no_hostile_text_comes_to_life_in_slack(
    slack: Channel, slack_server: SlackServer, make_message: Make
) -> None:
    living = "<!channel> <@U1> @everyone @here <https://a.b|c>"
    for message in all_hostile(make_message, living):
        slack.send(message)
    for payload in slack_server.called("chat.postMessage"):
        assert (payload["unfurl_links"], payload["unfurl_media"]) == (False, False)
        assert not any(sign in payload["text"] for sign in "<>")
        texts = [
            text
            for block in payload["blocks"]
            for text in (*block.get("elements", ()), *([block["text"]] if "text" in block else []))
        ]
        for text in texts:
            assert text["type"] in ("plain_text", "button")
            assert text.get("emoji", False) is False
        assert AWAY not in json.dumps(payload)
        assert "away.example" not in json.dumps(payload)
    assert len(slack_server.called("chat.postMessage")) == len(HOSTILE) + 1


def test_no_hostile_text_comes_to_life_in_telegram(
    telegram: Channel, telegram_server: TelegramServer, make_message: Make
) -> None:
    for message in all_hostile(make_message, "@everyone /start #tag t.me/x tg://x"):
        telegram.send(message)
    for payload in telegram_server.called("sendMessage"):
        assert payload["link_preview_options"] == {"is_disabled": True}
        assert "parse_mode" not in payload
        for alive in (AWAY, "away.example", "@everyone", "#tag", "t.me/x", "://x"):
            assert alive not in payload["text"]
    assert len(telegram_server.called("sendMessage")) == len(HOSTILE) + 1


def test_no_hostile_text_comes_to_life_in_a_mail_a_webhook_or_on_a_terminal(
    make_message: Make, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = EmailConfig(host="127.0.0.1", sender="desk@x.example", to=["a@x.example"])
    console = build_channel("console", {}, name="console")
    for message in all_hostile(make_message, "Bcc: a@b.c\r\nSubject: x\x1b[2J\u202e"):
        mail = mail_of(message, settings)
        assert mail.get_content_type() == "text/plain"
        assert set(mail.keys()) <= _HEADERS
        assert AWAY not in str(mail.get_content())
        assert [kind for kind in body_of(message).values() if isinstance(kind, dict)] == []
        console.send(message)
        told = capsys.readouterr().err + json.dumps(body_of(message), ensure_ascii=False)
        assert not set(told) & {"\x1b", "\x07", "\x08", "\u202e", "\r"}
        # only the first line can pose as ours
        lines = told.split("{", 1)[0].splitlines()[1:]
        assert all(line[:4] in ("  | ", "  · ", "  > ") or not line for line in lines)


_HEADERS = {"From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version"} | {
    "Content-Type",
    "Content-Transfer-Encoding",
}


@pytest.mark.needs_shared
def test_the_fake_slack_answers_as_slack_was_recorded(
    slack: Channel, slack_server: SlackServer, make_message: Make
) -> None:
    reference = slack.send(make_message(key="1-1")) or ""
    slack.update(reference, make_message(key="1-1", title="Другое"))
    for method in ("chat.postMessage", "chat.update"):
        recorded = json.loads((SHARED / "recordings" / "slack" / f"{method}.json").read_text())
        (answer,) = slack_server.answers_to(method)
        assert unlike(answer, recorded) == []


def unlike(answer: Any, recorded: Any, where: str = "") -> list[str]:
    """Where an answer has what no recorded one has, or another kind of it."""
    if isinstance(answer, dict) and isinstance(recorded, dict):
        unknown = [f"{where}.{key}" for key in answer if recorded and key not in recorded]
        known = [key for key in answer if key in recorded]
        return unknown + [
            one for key in known for one in unlike(answer[key], recorded[key], f"{where}.{key}")
        ]
    if isinstance(answer, list) and isinstance(recorded, list):
        kinds = {type(one) for one in recorded}
        return [f"{where}[]" for one in answer if kinds and type(one) not in kinds]
    return [] if type(answer) is type(recorded) else [where]


def test_a_huge_comment_is_cut_between_words(
    pair: tuple[Channel, Messenger], make_message: Make
) -> None:
    channel, server = pair
    channel.send(make_message(body="длинное слово " * 9_000, facts=("факт " * 900,) * 9))
    told = json.dumps(sent(server)[0], ensure_ascii=False)
    assert "длинное слово…" in told or "длинное…" in told


@pytest.mark.parametrize(
    "fault",
    [
        Fault(200, {"ok": False, "error": "msg_too_long"}),
        Fault(
            400, {"ok": False, "error_code": 400, "description": "Bad Request: message is too long"}
        ),
    ],
    ids=["slack", "telegram"],
)
def test_one_that_is_too_long_all_the_same_goes_out_shorter(
    request: pytest.FixtureRequest, make_message: Make, fault: Fault
) -> None:
    name = "slack" if fault.status == 200 else "telegram"
    channel, server = request.getfixturevalue(name), request.getfixturevalue(f"{name}_server")
    server.faults.append(fault)
    channel.send(make_message(body="длинное слово " * 200))
    first, second = sent(server)
    assert len(json.dumps(second)) < len(json.dumps(first)) / 2


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (Fault(429, "", {"Retry-After": "7"}), RateLimited),
        (Fault(500, "down"), Transient),
        (Fault(502, "<html>"), Transient),
        (Fault(503, {"ok": False}), Transient),
        (Fault(401, {"ok": False}), AccessDenied),
    ],
)
def test_what_goes_wrong_says_what_can_be_done(
    pair: tuple[Channel, Messenger],
    make_message: Make,
    fault: Fault,
    expected: type[PlatformError],
) -> None:
    channel, server = pair
    server.faults.append(fault)
    with pytest.raises(PlatformError) as caught:
        channel.send(make_message())
    assert type(caught.value) is expected
    assert BOT not in str(caught.value)
    assert TOKEN not in str(caught.value)
    if isinstance(caught.value, RateLimited):
        assert caught.value.retry_after == 7


@pytest.mark.parametrize("patience", [0.3])
def test_a_server_that_hangs_is_tried_again(
    pair: tuple[Channel, Messenger], make_message: Make, patience: float
) -> None:
    channel, server = pair
    server.faults.append(Fault(200, "", hangs=4 * patience))
    with pytest.raises(PlatformError) as caught:
        channel.send(make_message())
    assert type(caught.value) is Transient
    assert BOT not in str(caught.value)
    assert TOKEN not in str(caught.value)


def test_a_deleted_chat_is_somebodys_business(
    pair: tuple[Channel, Messenger], make_message: Make
) -> None:
    channel, server = pair
    server.is_gone = True
    with pytest.raises(AccessDenied, match=r"not.found"):
        channel.send(make_message())


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("token_revoked", AccessDenied),
        ("is_archived", AccessDenied),
        ("restricted_action", AccessDenied),
        ("invalid_blocks", Rejected),
        ("something_new", Rejected),
        ("internal_error", Transient),
    ],
)
def test_each_word_of_slack_is_understood(
    slack: Channel,
    slack_server: SlackServer,
    make_message: Make,
    word: str,
    expected: type[PlatformError],
) -> None:
    slack_server.faults.append(Fault(200, {"ok": False, "error": word}))
    with pytest.raises(PlatformError) as caught:
        slack.send(make_message())
    assert type(caught.value) is expected


@pytest.mark.parametrize(
    "config",
    [
        {},
        {"webhook_url": "env:OTKLIK_SECRET_HOOK", "bot_token": "env:OTKLIK_SECRET_BOT"},
        {"bot_token": "env:OTKLIK_SECRET_BOT"},
        {"webhook_url": "env:OTKLIK_SECRET_HOOK", "app_token": "env:OTKLIK_SECRET_BOT"},
    ],
)
def test_slack_wants_one_way_whole(config: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTKLIK_SECRET_BOT", BOT)
    monkeypatch.setenv("OTKLIK_SECRET_HOOK", "https://hooks.slack.com/services/T/B/x")
    with pytest.raises(ConfigError, match="channel 'ops'"):
        build_channel("slack", config, name="ops")
