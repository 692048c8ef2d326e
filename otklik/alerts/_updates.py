"""Buttons and private messages of Telegram by long polling: no public address is needed."""

from __future__ import annotations

import threading
from typing import Any

from otklik.alerts._heard import Answer, Heard, number_of
from otklik.alerts._http import Poster, read_json, read_retry_after
from otklik.alerts._text import shorten
from otklik.alerts.telegram import OFFICIAL, TAKE, TelegramConfig
from otklik.errors import AccessDenied, Transient

WAIT, ALERT_LIMIT = 25, 200


class TelegramListener:
    """An update is confirmed by the next question only: one half done is answered again."""

    def __init__(self, settings: TelegramConfig, name: str) -> None:
        token = settings.bot_token.get_secret_value()
        self._poster = Poster(
            f"{settings.base_url.rstrip('/') or OFFICIAL}/bot{token}",
            secret=token,
            kind="telegram",
            name=name,
            timeout=WAIT + settings.timeout,
        )
        self._next: dict[str, int] = {}

    def listen_once(self, answer: Answer, stopping: threading.Event) -> None:
        """See `Listener.listen_once`."""
        wanted = {"timeout": WAIT, "allowed_updates": ["message", "callback_query"], **self._next}
        for update in self._ask("/getUpdates", wanted).get("result", ()):
            self._handle(update, answer)
            self._next = {"offset": int(update["update_id"]) + 1}

    def _handle(self, update: dict[str, Any], answer: Answer) -> None:
        pressed, written = update.get("callback_query"), update.get("message")
        if pressed:
            number = number_of(str(pressed.get("data", "")).removeprefix(TAKE))
            if number is not None:
                said = answer(Heard("telegram", str(pressed["from"]["id"]), number))
                told = {"text": shorten(said, ALERT_LIMIT), "show_alert": True}
                self._say("/answerCallbackQuery", {"callback_query_id": pressed["id"], **told})
        elif written and written.get("chat", {}).get("type") == "private" and "from" in written:
            account = str(written["from"]["id"])
            said = answer(Heard("telegram", account, None, str(written.get("text", ""))))
            self._say("/sendMessage", {"chat_id": written["chat"]["id"], "text": said})

    def _say(self, path: str, payload: dict[str, Any]) -> None:
        """What was done stands, whether or not it can be said."""
        try:
            self._ask(path, payload)
        except Transient:
            return

    def _ask(self, path: str, payload: dict[str, Any]) -> dict[str, Any]:
        answer = self._poster.post(payload, path)
        said = read_json(answer)
        if answer.is_success and said.get("ok") is True:
            return said
        about = f"Telegram says {answer.status_code} {str(said.get('description', ''))[:200]}"
        if answer.status_code == 429:
            raise self._poster.limited(about, read_retry_after(answer))
        is_ours = answer.status_code in (401, 404, 409)  # 409: another program listens
        raise self._poster.error(AccessDenied if is_ours else Transient, about)
