"""Telegram, by the Bot API. https://core.telegram.org/bots/api#sendmessage

The token is part of every URL, so no URL may ever reach an error, a log or a repr.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from itertools import count, islice
from typing import Any, ClassVar
from urllib.parse import urlsplit

import httpx
from pydantic import Field, SecretStr, field_validator

from otklik.alerts import AlertMessage, Channel, ChannelConfig
from otklik.alerts._http import Poster, read_json, read_retry_after
from otklik.alerts._text import defuse, one_line, shorten, size
from otklik.errors import AccessDenied, PlatformError, Rejected, Transient

OFFICIAL = "https://api.telegram.org"
TEXT_LIMIT, TITLE_LIMIT, LINK_LIMIT, FACT_LIMIT, SHORT = 4_096, 300, 1_000, 200, 1_000  # UTF-16
TAKE = "take:"
LOOKS = 20  # messages of others looked at after a kill
# a chat or a topic that is not there any more, or where the bot may not write
_GONE = (
    "chat not found",
    "message thread not found",
    "topic_deleted",
    "topic_closed",
    "not enough rights",
    "have no rights",
    "need administrator rights",
    "chat_write_forbidden",
)
_TOKEN_CHARACTERS = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz:_-")


class TelegramConfig(ChannelConfig):
    """Settings of a Telegram channel.

    Attributes:
        bot_token: as @BotFather gave it.
        chat_id: number of the chat, or ``@name`` of a public channel.
        message_thread_id: topic of a forum group.
        buttons: "take" and "open" under each alert; the bot must be one of its own, since
            only one program may listen to a bot (`getUpdates`).
    """

    bot_token: SecretStr
    chat_id: int | str = Field(union_mode="left_to_right")
    message_thread_id: int | None = None
    buttons: bool = False

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
    can_update: ClassVar[bool] = True

    def __init__(self, settings: TelegramConfig, name: str) -> None:
        super().__init__(settings, name)
        self._chat: dict[str, Any] = {"chat_id": settings.chat_id}
        self._has_buttons = settings.buttons
        self._topic: dict[str, Any] = {}
        if settings.message_thread_id is not None:
            self._topic["message_thread_id"] = settings.message_thread_id
        token = settings.bot_token.get_secret_value()
        base = settings.base_url.rstrip("/") or OFFICIAL
        self._poster = Poster(
            f"{base}/bot{token}",
            secret=token,
            kind=self.kind,
            name=name,
            timeout=settings.timeout,
        )

    def send(self, message: AlertMessage) -> str | None:
        """See `Channel.send`; the reference is the number of the message in its chat."""
        more: dict[str, Any] = dict(self._topic)
        if message.thread.isdecimal():
            answered = {"message_id": int(message.thread), "allow_sending_without_reply": True}
            more["reply_parameters"] = answered
        said = self._write("/sendMessage", more, message)
        return str((said.get("result") or {}).get("message_id", ""))

    def update(self, reference: str, message: AlertMessage) -> None:
        """See `Channel.update`."""
        if reference.isdecimal():
            self._edit(int(reference), message)

    def find(
        self, message: AlertMessage, since: datetime, after: str, known: Collection[str] = ()
    ) -> str | None:
        """See `Channel.find`. A bot cannot read what it wrote, but it can change that alone:

        one of the next few messages that lets itself be made to say this is the one looked for.
        Nothing else of this bot's may stand there; that is why it has to be a bot of its own.
        """
        if not after.isdecimal():
            return None
        numbers = (str(number) for number in count(int(after) + 1))
        strange = (number for number in numbers if number not in known)  # ours do not use up looks
        return next((one for one in islice(strange, LOOKS) if self._edit(int(one), message)), None)

    def _edit(self, number: int, message: AlertMessage) -> bool:
        try:
            self._write("/editMessageText", {"message_id": number}, message)
        except Rejected as error:
            return "not modified" in str(error)
        return True

    def _write(self, path: str, more: dict[str, Any], message: AlertMessage) -> dict[str, Any]:
        text = text_of(message, with_link=not self._shows_link(message))
        payload = {
            **self._chat,
            **more,
            "text": text,
            "link_preview_options": {"is_disabled": True},
            **self._buttons(message),
        }
        try:
            return self._check(self._poster.post(payload, path))
        except Rejected as error:
            if "too long" not in str(error) or size(text) <= SHORT:
                raise
        return self._check(self._poster.post({**payload, "text": shorten(text, SHORT)}, path))

    def _buttons(self, message: AlertMessage) -> dict[str, Any]:
        row: list[dict[str, str]] = []
        if self._has_buttons and message.can_take and not message.taken_by:
            row.append({"text": "Взять", "callback_data": f"{TAKE}{message.alert_id}"})
        if self._shows_link(message):
            row.append({"text": "Открыть", "url": message.link})
        return (
            {"reply_markup": {"inline_keyboard": [row] if row else []}} if self._has_buttons else {}
        )

    def _shows_link(self, message: AlertMessage) -> bool:
        """Telegram refuses a button whose address has no public name."""
        parts = urlsplit(message.link)
        host = parts.hostname or ""
        has_name = "." in host and not host.replace(".", "").isdecimal()
        return self._has_buttons and parts.scheme == "https" and has_name

    def _check(self, answer: httpx.Response) -> dict[str, Any]:
        said = read_json(answer)
        if answer.is_success and said.get("ok") is True:
            return said
        parameters = said.get("parameters")
        parameters = parameters if isinstance(parameters, dict) else {}
        code = answer.status_code if not answer.is_success else said.get("error_code")
        words = one_line(str(said.get("description", "")))[:300]
        about = f"Telegram says {code} {words}"
        if "migrate_to_chat_id" in parameters:
            about += f" (the chat is now {parameters['migrate_to_chat_id']})"
            raise self._poster.error(AccessDenied, about)
        if code == 429:
            raise self._poster.limited(about, _pause(parameters, answer))
        raise self._poster.error(_kind_of(code, words.lower()), about)

    def close(self) -> None:
        """Give back connections."""
        self._poster.close()


def _pause(parameters: dict[str, Any], answer: httpx.Response) -> float | None:
    asked = parameters.get("retry_after")
    if isinstance(asked, int | float) and not isinstance(asked, bool):
        return float(asked)
    return read_retry_after(answer)


def _kind_of(code: object, words: str) -> type[PlatformError]:
    if code in (401, 403, 404) or any(word in words for word in _GONE):  # 404: no such bot
        return AccessDenied
    if isinstance(code, int) and 400 <= code < 500 and code != 408:
        return Rejected
    return Transient


def text_of(message: AlertMessage, *, with_link: bool = True) -> str:
    """The message in at most 4,096 UTF-16 units; the body gives way to the rest."""
    title = shorten(one_line(defuse(message.title)) or message.kind, TITLE_LIMIT)
    link = message.link if with_link and size(message.link) <= LINK_LIMIT else ""
    told = [shorten(one_line(defuse(fact)), FACT_LIMIT) for fact in message.facts[:8]]
    told += [f"Взято: {shorten(one_line(defuse(message.taken_by)), FACT_LIMIT)}"] * bool(
        message.taken_by
    )
    facts = "\n".join(filter(None, told))
    tail = "".join(f"\n\n{part}" for part in (facts, link) if part)
    body = defuse(message.body).strip()
    room = TEXT_LIMIT - size(title) - size(tail) - 2
    return title + (f"\n\n{shorten(body, room)}" if body else "") + tail
