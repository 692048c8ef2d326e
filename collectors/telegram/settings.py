"""What a person says of one Telegram bot in `otklik.toml`."""

from __future__ import annotations

import re
from typing import Literal

from pydantic import Field, SecretStr, field_validator

from otklik.platforms import PlatformSettings

TOKEN = re.compile(r"\d+:[A-Za-z0-9_-]+")
CHAT = re.compile(r"-?\d{1,16}|@[A-Za-z][A-Za-z0-9_]{3,31}")
LINK = re.compile(r"(?:https?://)?t\.me/([A-Za-z][A-Za-z0-9_]{3,31})/?$")


class TelegramSettings(PlatformSettings):
    """Settings of one Telegram bot.

    Attributes:
        token: as @BotFather gave it, ``env:NAME`` of the variable that holds it.
        chats: groups and channels to read, by number (``-1001234567890``) or ``@name``; all
            that the bot is in by default. A channel's comments stand in its discussion group:
            name that one. The chats named here are also those in which a ban is lifted.
        our_ids: numbers of users and channels that speak for us besides the bot, the channel
            and its anonymous administrators.
        poll_seconds: how long one call waits for news; at most half of `timeout`.
        ban_by: "restrict" lets a banned person read on in silence, "remove" puts them out.
    """

    token: SecretStr
    chats: tuple[str, ...] = ()
    our_ids: tuple[int, ...] = ()
    poll_seconds: int = Field(default=2, ge=0, le=50)
    ban_by: Literal["restrict", "remove"] = "restrict"

    @field_validator("token")
    @classmethod
    def _is_token(cls, value: SecretStr) -> SecretStr:
        if not TOKEN.fullmatch(value.get_secret_value()):
            raise ValueError("a bot's token looks like 123456:ABC-DEF")
        return value

    @field_validator("chats", mode="before")
    @classmethod
    def _as_names(cls, value: object) -> object:
        if not isinstance(value, list | tuple):
            return value
        return tuple(LINK.sub(r"@\1", str(chat).strip()).lower() for chat in value)

    @field_validator("chats")
    @classmethod
    def _are_chats(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for chat in value:
            if not CHAT.fullmatch(chat):
                raise ValueError(f"{chat!r} is neither a number (-1001234567890) nor an @name")
        return value
