"""Telegram, by the Bot API's sendMessage. https://core.telegram.org/bots/api#sendmessage

The token is part of every URL, so no URL may ever reach an error, a log or a repr.
"""

from __future__ import annotations

from typing import Any, ClassVar

import httpx
from pydantic import Field, SecretStr, field_validator

from otklik.alerts import AlertMessage, Channel, ChannelConfig
from otklik.alerts._http import Poster, read_json, read_retry_after
from otklik.alerts._text import defuse, one_line, shorten, size
from otklik.errors import AccessDenied, PlatformError, Rejected, Transient

OFFICIAL = "https://api.telegram.org"
TEXT_LIMIT, TITLE_LIMIT, LINK_LIMIT = 4_096, 300, 2_000  # UTF-16 units
_TOKEN_CHARACTERS = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz:_-")


class TelegramConfig(ChannelConfig):
    """Settings of a Telegram channel.

    Attributes:
        bot_token: as @BotFather gave it.
        chat_id: number of the chat, or ``@name`` of a public channel.
        message_thread_id: topic of a forum group.
    """

    bot_token: SecretStr
    chat_id: int | str = Field(union_mode="left_to_right")
    message_thread_id: int | None = None

    @field_validator("bot_token")
    @classmethod
    def _is_token(cls, value: SecretStr) -> SecretStr:
        number, _, rest = value.get_secret_value().partition(":")
        if not (number.isdecimal() and rest and _TOKEN_CHARACTERS.issuperset(number + rest)):
            raise ValueError("a token looks like 123456:ABC-DEF")
        return value


class Telegram(Channel):
    """Plain text without parse mode; strangers' words defused, no preview of any link."""

    kind: ClassVar[str] = "telegram"
    title: ClassVar[str] = "Telegram"
    settings_type: ClassVar[type[ChannelConfig]] = TelegramConfig

    def __init__(self, settings: TelegramConfig, name: str) -> None:
        super().__init__(settings, name)
        self._chat: dict[str, Any] = {"chat_id": settings.chat_id}
        if settings.message_thread_id is not None:
            self._chat["message_thread_id"] = settings.message_thread_id
        token = settings.bot_token.get_secret_value()
        base = settings.base_url.rstrip("/") or OFFICIAL
        self._poster = Poster(
            f"{base}/bot{token}/sendMessage",
            secret=token,
            kind=self.kind,
            name=name,
            timeout=settings.timeout,
        )

    def send(self, message: AlertMessage) -> None:
        """See `Channel.send`."""
        payload = {
            **self._chat,
            "text": text_of(message),
            "link_preview_options": {"is_disabled": True},
        }
        error = self._error(self._poster.post(payload))
        if error is not None:
            raise error

    def _error(self, answer: httpx.Response) -> PlatformError | None:
        said = read_json(answer)
        if answer.is_success and said.get("ok") is True:
            return None
        parameters = said.get("parameters")
        parameters = parameters if isinstance(parameters, dict) else {}
        code = answer.status_code if not answer.is_success else said.get("error_code")
        about = f"Telegram says {code} {one_line(str(said.get('description', '')))[:300]}"
        if "migrate_to_chat_id" in parameters:
            about += f" (the chat is now {parameters['migrate_to_chat_id']})"
        if code == 429:
            return self._poster.limited(about, _pause(parameters, answer))
        return self._poster.error(_kind_of(code), about)

    def close(self) -> None:
        """Give back connections."""
        self._poster.close()


def _pause(parameters: dict[str, Any], answer: httpx.Response) -> float | None:
    asked = parameters.get("retry_after")
    if isinstance(asked, int | float) and not isinstance(asked, bool):
        return float(asked)
    return read_retry_after(answer)


def _kind_of(code: object) -> type[PlatformError]:
    if code in (401, 403, 404):  # 404: no bot has this token
        return AccessDenied
    if isinstance(code, int) and 400 <= code < 500 and code != 408:
        return Rejected
    return Transient


def text_of(message: AlertMessage) -> str:
    """The message in at most 4,096 UTF-16 units; the body gives way to title and link."""
    title = shorten(one_line(defuse(message.title)) or message.kind, TITLE_LIMIT)
    link = message.link if size(message.link) <= LINK_LIMIT else ""
    tail = f"\n\n{link}" if link else ""
    body = defuse(message.body).strip()
    room = TEXT_LIMIT - size(title) - size(tail) - 2
    return title + (f"\n\n{shorten(body, room)}" if body else "") + tail
