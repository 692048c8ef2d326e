"""Finding and building channels."""

from __future__ import annotations

import pytest

from otklik.alerts import build_channel, discover_channels
from otklik.errors import ConfigError


def test_each_file_is_one_channel_of_that_name() -> None:
    assert sorted(discover_channels()) == ["console", "email", "slack", "telegram", "webhook"]


def test_an_unknown_kind_names_the_known_ones() -> None:
    with pytest.raises(ConfigError, match="console, email, slack, telegram, webhook"):
        build_channel("pigeon", {}, name="roof")


def test_an_unknown_key_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"channel 'here' \(console\): colour"):
        build_channel("console", {"colour": "red"}, name="here")


@pytest.mark.parametrize("key", ["bot_token", "chat_id"])
def test_a_missing_key_is_named(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTKLIK_SECRET_BOT", "1:a")
    config = {"bot_token": "env:OTKLIK_SECRET_BOT", "chat_id": 1}
    del config[key]
    with pytest.raises(ConfigError, match=key):
        build_channel("telegram", config, name="t")


def test_a_secret_written_out_is_refused_and_not_repeated() -> None:
    with pytest.raises(ConfigError, match="env:NAME") as caught:
        build_channel("telegram", {"bot_token": "123:hush", "chat_id": 1}, name="t")
    assert "hush" not in str(caught.value)


def test_an_unset_variable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OTKLIK_SECRET_BOT", raising=False)
    with pytest.raises(ConfigError, match="OTKLIK_SECRET_BOT"):
        build_channel("telegram", {"bot_token": "env:OTKLIK_SECRET_BOT", "chat_id": 1}, name="t")


@pytest.mark.parametrize("wrong", ["hush", "12:hu/../sh", "12:", "a:hush", "12:hush?x=1"])
def test_a_malformed_token_is_refused_and_not_repeated(
    wrong: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTKLIK_SECRET_BOT", wrong)
    with pytest.raises(ConfigError, match="bot_token") as caught:
        build_channel("telegram", {"bot_token": "env:OTKLIK_SECRET_BOT", "chat_id": 1}, name="t")
    assert "hu" not in str(caught.value)


def test_a_webhook_must_be_a_whole_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTKLIK_SECRET_HOOK", "T0/B0/hush")
    with pytest.raises(ConfigError, match="webhook_url") as caught:
        build_channel("slack", {"webhook_url": "env:OTKLIK_SECRET_HOOK"}, name="ops")
    assert "hush" not in str(caught.value)
