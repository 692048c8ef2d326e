"""Calls of the Bot API: one token, its limits, and what a refusal means."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from typing import Any

from collectors._http import HttpClient
from collectors._text import quote
from collectors._wire import Answer, NotSent, PrivateAddress, WireError, limit_key
from collectors.telegram.settings import TelegramSettings
from otklik.errors import (
    AccessDenied,
    Gone,
    OutcomeUnknown,
    PlatformError,
    RateLimited,
    Rejected,
    Transient,
)
from otklik.platforms import Limit, Meter

HOME = "https://api.telegram.org"
# 30 calls a second for a token, 20 messages a minute into one group.
TOKEN_LIMIT = Limit(25, 1, burst=5, per="token")
GROUP_LIMIT = Limit(15, 60, burst=5, per="group")
REFUSALS = (400, 401, 403, 404, 409, 413, 429)
PAUSE_UNSAID = 30.0  # seconds, where a 429 names none
GONE = ("not found", "message_id_invalid", "message identifier is not specified")
OUT_OF_CHAT = ("chat not found", "kicked", "not a member", "chat_id_invalid", "bot was blocked")
RENEW = (
    "Токен бота отозван или неверен: возьмите действующий у @BotFather (/mybots → API Token) "
    "и запишите его в переменную окружения источника."
)
BACK_INTO_CHAT = "Бота нет в чате: верните его туда администратором и проверьте источник снова."
NO_WEBHOOK = (
    "У бота включён webhook, обновления уходят туда: отключите его (deleteWebhook) "
    "или заведите для Отклика отдельного бота."
)
ONE_READER = (
    "Обновления этого бота читает ещё кто-то: остановите вторую программу с тем же токеном "
    "или заведите для Отклика отдельного бота; все чаты бота собирайте одним источником."
)


class Moved(Gone):
    """The group has become a supergroup with another number, `chat`."""

    chat: int = 0


class Conflict(AccessDenied):
    """Somebody else fetches the updates of this bot."""


class _Redaction(logging.Filter):
    """httpx logs each URL at INFO, and here URLs are secrets."""

    def __init__(self) -> None:
        super().__init__()
        self.secrets: set[str] = set()

    def filter(self, record: logging.LogRecord) -> bool:
        text = record.getMessage()
        for secret in self.secrets:
            if secret in text:
                text = text.replace(secret, "***")
                record.msg, record.args = text, ()
        return True


_redaction = _Redaction()


class BotApi:
    """One bot.

    Attributes:
        own_id: the bot's number as a user; the token begins with it.
    """

    def __init__(self, settings: TelegramSettings, *, source: str, meter: Meter) -> None:
        self._token = settings.token.get_secret_value()
        _redaction.secrets.add(self._token)
        logging.getLogger("httpx").addFilter(_redaction)  # adding it twice is one
        self.key = limit_key("telegram", self._token)
        self.own_id = int(self._token.partition(":")[0])
        self._source, self._meter = source, meter
        self._http = HttpClient(
            settings,
            platform="telegram",
            source=source,
            meter=meter,
            home=HOME,
            limits={self.key: TOKEN_LIMIT},
            secrets=(self._token,),
        )

    def read(self, method: str, **params: Any) -> Any:
        """The result of a method that changes nothing.

        Raises:
            Transient, RateLimited, AccessDenied, Conflict, Moved, Gone: as refused.
        """
        query = {
            name: value if isinstance(value, str | int) else json.dumps(value)
            for name, value in params.items()
        }
        answer = self._http.get(self._path(method), query, accept=REFUSALS)
        return self._result(method, answer, Transient)

    def act(self, method: str, **payload: Any) -> Any:
        """The result of a method that may be asked for twice.

        Raises:
            Rejected, Gone, Moved, Transient, RateLimited, AccessDenied: as refused.
        """
        answer = self._http.send("POST", self._path(method), payload=payload, accept=REFUSALS)
        try:
            return self._result(method, answer.parsed(), Rejected)
        except ValueError as error:
            raise self.error(Transient, f"{method}: the answer is {error}") from error

    def send_once(self, chat: int, payload: Mapping[str, Any]) -> dict[str, Any]:
        """The message that one `sendMessage` into `chat` has become; never repeated.

        Raises:
            OutcomeUnknown: sent, and no certain answer came back.
            Rejected, Gone, Moved, Transient, RateLimited, AccessDenied: certainly not posted.
        """
        limits = {self._group_key(chat): GROUP_LIMIT}
        path = self._path("sendMessage")
        try:
            answer = self._http.wire.call("POST", path, json=dict(payload), limits=limits)
        except NotSent as error:
            raise self.error(Transient, f"not sent: {error}") from error
        except PrivateAddress as error:
            raise self.error(AccessDenied, str(error)) from error
        except WireError as error:
            raise self.error(OutcomeUnknown, f"sent, then {error}") from error
        if answer.status >= 500:
            raise self.error(OutcomeUnknown, f"sendMessage: {answer.status}")
        try:
            sent = self._result("sendMessage", answer.parsed(), Rejected, chat)
        except ValueError as error:
            kind = OutcomeUnknown if answer.status < 300 else Rejected
            raise self.error(kind, f"sendMessage: {answer.status}, {error}") from error
        if not (isinstance(sent, dict) and isinstance(sent.get("message_id"), int)):
            raise self.error(OutcomeUnknown, "sent, the answer names no message")
        return sent

    def error(self, kind: type[PlatformError], message: str) -> PlatformError:
        """An error of this source; the token never stands in its message."""
        return self._http.error(kind, message)

    def denied(
        self,
        message: str,
        to_do: str,
        *,
        whole_account: bool = False,
        kind: type[AccessDenied] = AccessDenied,
    ) -> AccessDenied:
        """A person must act."""
        return kind(
            message.replace(self._token, "***"),
            platform="telegram",
            source=self._source,
            to_do=to_do,
            whole_account=whole_account,
        )

    def close(self) -> None:
        """Give back connections."""
        self._http.close()

    def _path(self, method: str) -> str:
        return f"/bot{self._token}/{method}"

    def _group_key(self, chat: int) -> str:
        return limit_key("telegram", self._token, f"group:{chat}")

    def _result(
        self, method: str, answer: Answer, otherwise: type[PlatformError], chat: int = 0
    ) -> Any:
        data = answer.data
        if isinstance(data, dict) and data.get("ok") is True and "result" in data:
            return data["result"]
        if isinstance(data, dict) and data.get("ok") is False:
            raise self._refusal(method, data, otherwise, chat)
        certain = OutcomeUnknown if chat and answer.status < 300 else Transient
        raise self.error(certain, f"{method}: no answer of the Bot API: {quote(data)}")

    def _refusal(
        self, method: str, data: Mapping[str, Any], otherwise: type[PlatformError], chat: int
    ) -> PlatformError:
        code, parameters = data.get("error_code"), data.get("parameters")
        parameters = parameters if isinstance(parameters, dict) else {}
        description = str(data.get("description", ""))
        told, said = f"{method}: {code} {quote(description, 200)}", description.lower()
        if code == 429:
            return self._limited(told, parameters.get("retry_after"), chat)
        if isinstance(parameters.get("migrate_to_chat_id"), int):
            moved = Moved(told, platform="telegram", source=self._source)
            moved.chat = parameters["migrate_to_chat_id"]
            return moved
        if code in (401, 404):  # 404: nothing answers under such a token
            return self.denied(told, RENEW, whole_account=True)
        if code == 409:
            to_do = NO_WEBHOOK if "webhook" in said else ONE_READER
            return self.denied(told, to_do, kind=Conflict)
        if any(part in said for part in OUT_OF_CHAT):
            return self.denied(told, BACK_INTO_CHAT)
        if any(part in said for part in GONE):
            return self.error(Gone, told)
        return self.error(otherwise, told)

    def _limited(self, told: str, asked: Any, chat: int) -> RateLimited:
        is_number = isinstance(asked, int | float) and not isinstance(asked, bool)
        seconds = max(1.0, float(asked)) if is_number else PAUSE_UNSAID
        self._meter.block(self._group_key(chat) if chat else self.key, seconds)
        return self._http.limited(told, seconds)
