"""A Telegram on loopback: one bot, one chat, every request checked against the Bot API."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from tests.servers.messengers import Messenger

TOKEN, CHAT = "123456:not-a-real_TOKEN", -100123
_SIMPLE = {"Integer": int, "String": str, "Boolean": bool}


class TelegramServer(Messenger):
    """`messages` are what stands in the chat by number; other people may write in between.

    Args:
        contract: the Bot API's description; without it only names are checked.
    """

    def __init__(self, contract: Path | None = None) -> None:
        super().__init__()
        has_one = contract is not None and contract.is_file()
        self._contract = json.loads(contract.read_text("utf-8")) if has_one and contract else None
        self.messages: dict[int, dict[str, Any]] = {}
        self.private: list[dict[str, Any]] = []
        self.updates: list[dict[str, Any]] = []
        self.answers: list[dict[str, Any]] = []
        self.last = 100

    def answer(self, path: str, payload: dict[str, Any], headers: Any) -> tuple[int, Any]:
        """See `Messenger.answer`."""
        _, bot, method = path.split("/")
        if bot != f"bot{TOKEN}":
            return _error(401, "Unauthorized")
        self._check(method, payload)
        if method == "getUpdates":
            return 200, {"ok": True, "result": self._wait(payload)}
        if method == "answerCallbackQuery":
            self.answers.append(payload)
            return 200, {"ok": True, "result": True}
        if str(payload.get("chat_id")) != str(CHAT):
            self.private.append(payload)
            return 200, {"ok": True, "result": {"message_id": 1, "date": 0}}
        if self.is_gone:
            return _error(400, "Bad Request: chat not found")
        with self.lock:
            return self._edit(payload) if method == "editMessageText" else self._send(payload)

    def _send(self, payload: dict[str, Any]) -> tuple[int, Any]:
        self.last += 1
        self.messages[self.last] = payload
        return 200, {"ok": True, "result": {"message_id": self.last, "date": int(time.time())}}

    def _edit(self, payload: dict[str, Any]) -> tuple[int, Any]:
        number = payload["message_id"]
        if number > self.last:
            return _error(400, "Bad Request: message to edit not found")
        if number not in self.messages:
            return _error(400, "Bad Request: message can't be edited")
        told = {key: payload.get(key) for key in ("text", "reply_markup")}
        before = self.messages[number]
        if all(before.get(key) == value for key, value in told.items()):
            return _error(400, "Bad Request: message is not modified: specified new message …")
        self.messages[number] = {**before, **told}
        return 200, {"ok": True, "result": {"message_id": number, "date": 0}}

    def chat(self, count: int = 1) -> None:
        """People write in the chat."""
        self.last += count

    def press(self, data: str, user: int, query: str = "q-1") -> None:
        """Somebody presses a button."""
        who = {"id": user, "is_bot": False, "first_name": "Анна"}
        pressed = {"id": query, "from": who, "chat_instance": "1", "data": data}
        self._update(callback_query=pressed)

    def write_to_bot(self, text: str, user: int, chat_type: str = "private") -> None:
        """Somebody writes to the bot."""
        who = {"id": user, "is_bot": False, "first_name": "Анна"}
        chat = {"id": user, "type": chat_type}
        self._update(message={"message_id": 5, "from": who, "chat": chat, "text": text})

    def _update(self, **what: Any) -> None:
        with self.lock:
            self.updates.append({"update_id": 1000 + len(self.updates), **what})

    def _wait(self, asked: dict[str, Any]) -> list[dict[str, Any]]:
        until = time.monotonic() + min(asked.get("timeout", 0), 0.3)
        while True:
            with self.lock:
                found = [one for one in self.updates if one["update_id"] >= asked.get("offset", 0)]
            if found or time.monotonic() > until:
                return found
            time.sleep(0.02)

    def _check(self, method: str, payload: dict[str, Any]) -> None:
        if "parse_mode" in payload or "entities" in payload:
            self.wrong.append("text must be plain")
        if not 1 <= len(payload.get("text", "x").encode("utf-16-le")) // 2 <= 4096:
            self.wrong.append("1 to 4096 characters")
        for row in payload.get("reply_markup", {}).get("inline_keyboard", ()):
            for button in row:
                if len(button.get("callback_data", "").encode()) > 64:
                    self.wrong.append("callback_data is 1 to 64 bytes")
        if self._contract is not None:
            self._check_fields(method, self._contract["methods"][method]["fields"], payload)

    def _check_fields(self, place: str, fields: list[Any], value: dict[str, Any]) -> None:
        known = {field["name"]: field for field in fields}
        if unknown := set(value) - set(known):
            self.wrong.append(f"{place}: unknown {unknown}")
        if absent := {n for n, field in known.items() if field["required"]} - set(value):
            self.wrong.append(f"{place}: {absent} missing")
        for name in set(value) & set(known):
            if not any(self._fits(kind, value[name]) for kind in known[name]["types"]):
                self.wrong.append(f"{place}.{name}: {value[name]!r}")

    def _fits(self, kind: str, given: Any) -> bool:
        if kind.startswith("Array of "):
            inner = kind.removeprefix("Array of ")
            return isinstance(given, list) and all(self._fits(inner, one) for one in given)
        if kind in _SIMPLE:
            return type(given) is _SIMPLE[kind]
        if not isinstance(given, dict) or self._contract is None:
            return False
        before = len(self.wrong)
        self._check_fields(kind, self._contract["types"][kind].get("fields", []), given)
        is_fine = len(self.wrong) == before
        del self.wrong[before:]
        return is_fine


def _error(code: int, description: str) -> tuple[int, Any]:
    return code, {"ok": False, "error_code": code, "description": description}
