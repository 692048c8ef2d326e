from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from otklik.alerts import AlertMessage, Channel, build_channel
from otklik.errors import AccessDenied, PlatformError, RateLimited, Rejected, Transient

Make = Callable[..., AlertMessage]
PATH = "/services/T00000000/B00000000/not-a-real-webhook"
SHARED = Path(os.environ.get("OTKLIK_SHARED", Path(__file__).resolve().parents[3] / "shared"))
LIMITS = {"header": 150, "section": 3000, "context": 3000}


def check_contract(payload: dict[str, Any]) -> None:
    """What Slack's documentation asks of a webhook's payload, written down by hand."""
    assert set(payload) <= {"text", "blocks", "unfurl_links", "unfurl_media", "thread_ts"}
    assert payload["text"]
    assert len(payload["text"]) <= 40_000
    assert 1 <= len(payload["blocks"]) <= 50
    for block in payload["blocks"]:
        texts = block["elements"] if block["type"] == "context" else [block["text"]]
        assert 1 <= len(texts) <= 10
        for text in texts:
            assert 1 <= len(text["text"]) <= LIMITS[block["type"]]
            assert text["type"] in ("plain_text", "mrkdwn")
            assert text["type"] == "plain_text" or block["type"] != "header"
            assert text["type"] == "plain_text" or "emoji" not in text


@pytest.fixture
def slack(messenger: Any, monkeypatch: pytest.MonkeyPatch) -> Channel:
    monkeypatch.setenv("OTKLIK_SECRET_HOOK", f"https://hooks.slack.com{PATH}")
    config = {"webhook_url": "env:OTKLIK_SECRET_HOOK", "base_url": messenger.url, "timeout": 60}
    return build_channel("slack", config, name="ops")


def test_a_message_reaches_the_webhook_in_the_shape_slack_asks_for(
    slack: Channel, messenger: Any, make_message: Make
) -> None:
    slack.send(make_message())
    assert messenger.paths == [PATH]
    check_contract(messenger.calls[0])
    said = json.dumps(messenger.calls[0], ensure_ascii=False)
    assert "Ребёнку стало плохо" in said
    assert "<https://desk.example/?mention=17&amp;tab=case>" in said


def test_strangers_words_are_never_markup_mention_or_link(
    slack: Channel, messenger: Any, make_message: Make, nasty: str
) -> None:
    slack.send(make_message(title=nasty, body=nasty))
    payload = messenger.calls[0]
    check_contract(payload)
    assert payload["unfurl_links"] is False
    assert payload["unfurl_media"] is False
    markup = [b["text"]["text"] for b in payload["blocks"] if "mrkdwn" in json.dumps(b)]
    assert markup == ["<https://desk.example/?mention=17&amp;tab=case>"]
    assert "<" not in payload["text"]
    assert "@everyone" not in json.dumps(payload)
    assert "http://evil" not in json.dumps(payload)
    plain = [b["text"] for b in payload["blocks"] if b["type"] in ("header", "section")]
    assert all(text["emoji"] is False for text in plain if text["type"] == "plain_text")


@pytest.mark.parametrize("link", ["", "javascript:alert(1)", "https://x/ <!channel>"])
def test_only_an_address_becomes_a_link(
    slack: Channel, messenger: Any, make_message: Make, link: str
) -> None:
    slack.send(make_message(link=link))
    assert "mrkdwn" not in json.dumps(messenger.calls[0])


def test_a_link_cannot_break_out_of_its_brackets(
    slack: Channel, messenger: Any, make_message: Make
) -> None:
    slack.send(make_message(link="https://x/a|b><!channel>"))
    link = next(b for b in messenger.calls[0]["blocks"] if b["text"]["type"] == "mrkdwn")
    assert link["text"]["text"] == "<https://x/a%7Cb%3E%3C!channel%3E>"


def test_a_huge_comment_is_cut_to_slacks_limits(
    slack: Channel, messenger: Any, make_message: Make
) -> None:
    slack.send(make_message(title="т" * 5_000, body="😀" * 1_000_000))
    check_contract(messenger.calls[0])


def test_a_message_without_words_is_still_valid(
    slack: Channel, messenger: Any, make_message: Make
) -> None:
    slack.send(make_message(title="\x00", body=" \n", link=""))
    check_contract(messenger.calls[0])


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (400, "invalid_payload", Rejected),
        (400, "invalid_token", AccessDenied),
        (403, "action_prohibited", AccessDenied),
        (403, "invalid_token", AccessDenied),
        (404, "no_service", AccessDenied),
        (404, "channel_not_found", AccessDenied),
        (410, "channel_is_archived", AccessDenied),
        (413, "too large", Rejected),
        (500, "rollup_error", Transient),
        (502, "<html>Bad gateway</html>", Transient),
        (302, "", Transient),
        (200, "<html>Log in to the Wi-Fi</html>", Transient),
        (200, {"ok": False, "error": "invalid_auth"}, AccessDenied),
        (200, {"ok": False, "error": "invalid_blocks"}, Rejected),
        (200, {"ok": False, "error": "ratelimited"}, RateLimited),
    ],
)
def test_each_answer_says_what_can_be_done(
    slack: Channel,
    *,
    messenger: Any,
    make_message: Make,
    status: int,
    body: Any,
    expected: type[PlatformError],
) -> None:
    messenger.status, messenger.body = status, body
    with pytest.raises(PlatformError) as caught:
        slack.send(make_message())
    assert type(caught.value) is expected
    assert (caught.value.platform, caught.value.source) == ("slack", "ops")
    assert PATH not in str(caught.value)


@pytest.mark.parametrize(
    ("header", "least", "most"),
    [
        ("17", 17, 17),
        ("", 30, 30),
        ("soon", 30, 30),
        ("-5", 30, 30),
        ("99999999", 86_400, 86_400),
        ("in an hour", 3_500, 3_600),
        (format_datetime(datetime(2020, 1, 1, tzinfo=UTC), usegmt=True), 0, 0),
    ],
    ids=["seconds", "empty", "words", "negative", "years", "in an hour", "long ago"],
)
def test_429_says_when_to_come_back(
    slack: Channel, *, messenger: Any, make_message: Make, header: str, least: float, most: float
) -> None:
    messenger.status, messenger.body = 429, "rate_limited"
    if header == "in an hour":  # an hour from now, not from when the tests were gathered
        header = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)
    messenger.headers["Retry-After"] = header
    with pytest.raises(RateLimited) as caught:
        slack.send(make_message())
    assert least <= caught.value.retry_after <= most


def test_an_answer_of_the_new_api_counts_as_delivered(
    slack: Channel, messenger: Any, make_message: Make
) -> None:
    messenger.body = {"ok": True, "ts": "1.2"}
    slack.send(make_message())
    assert len(messenger.calls) == 1


@pytest.mark.needs_shared
@pytest.mark.parametrize(
    "name", ["auth.test", "chat.postMessage", "chat.update", "conversations.list"]
)
def test_a_recorded_refusal_is_never_taken_for_delivered(
    slack: Channel, messenger: Any, make_message: Make, name: str
) -> None:
    file = SHARED / "recordings" / "slack" / f"{name}.json"
    if not file.is_file():
        pytest.skip("../shared is absent")
    messenger.body = json.loads(file.read_text(encoding="utf-8"))
    assert messenger.body["ok"] is False
    with pytest.raises(PlatformError):
        slack.send(make_message())


def test_the_webhook_stands_in_no_log_error_or_repr(
    slack: Channel, make_message: Make, caplog: pytest.LogCaptureFixture, messenger: Any
) -> None:
    caplog.set_level(logging.DEBUG)
    messenger.status, messenger.body = 500, f"cannot serve {PATH}"
    with pytest.raises(Transient) as caught:
        slack.send(make_message())
    logged = [r.getMessage() for r in caplog.records if r.name != "werkzeug"]  # the fake's own
    assert any("HTTP Request" in line for line in logged)
    assert PATH not in "".join(logged) + str(caught.value) + repr(slack) + repr(slack.settings)


def test_a_server_that_is_down_is_something_to_try_again(
    make_message: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTKLIK_SECRET_HOOK", f"http://127.0.0.1:1{PATH}")
    channel = build_channel("slack", {"webhook_url": "env:OTKLIK_SECRET_HOOK"}, name="ops")
    with pytest.raises(Transient, match="no answer") as caught:
        channel.send(make_message())
    assert PATH not in str(caught.value)
    channel.close()
