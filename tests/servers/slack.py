"""A Slack on loopback: Web API and Socket Mode, every request checked by what Slack documents."""

from __future__ import annotations

import json
import time
from threading import Thread
from typing import Any, Self

from websockets.exceptions import ConnectionClosed
from websockets.sync.server import Server, ServerConnection, serve

from tests.servers.messengers import Messenger

BOT, APP, CHANNEL = "xoxb-not-a-real-token", "xapp-not-a-real-token", "C0DESK00001"
_SENDING = {"channel", "text", "blocks", "metadata", "thread_ts", "reply_broadcast"}
_ARGUMENTS = {
    "chat.postMessage": _SENDING | {"unfurl_links", "unfurl_media"},
    "chat.update": (_SENDING - {"thread_ts"}) | {"ts"},
    "chat.postEphemeral": {"channel", "user", "text"},
    "conversations.history": {"channel", "oldest", "include_all_metadata", "limit", "cursor"},
    "apps.connections.open": set(),
}
_LIMITS = {"header": 150, "section": 3000, "context": 3000, "button": 75}


class SlackServer(Messenger):
    """One workspace with one channel. `messages` are what stands there, by `ts`."""

    def __init__(self) -> None:
        super().__init__()
        self.messages: dict[str, dict[str, Any]] = {}
        self.acknowledged: list[dict[str, Any]] = []
        self.connections: list[ServerConnection] = []
        self._socket: Server | None = None
        self.ahead = 0.0  # seconds its clock is before this machine's

    def answer(self, path: str, payload: dict[str, Any], headers: Any) -> tuple[int, Any]:
        """See `Messenger.answer`."""
        method = path.rsplit("/", 1)[-1]
        if method not in _ARGUMENTS:
            return 200, self._refuse("unknown_method")
        wanted = APP if method == "apps.connections.open" else BOT
        if headers.get("Authorization") != f"Bearer {wanted}":
            return 200, {"ok": False, "error": "invalid_auth"}
        if unknown := set(payload) - _ARGUMENTS[method]:
            return 200, self._refuse(f"unknown arguments {unknown}")
        if method == "apps.connections.open":
            return 200, {"ok": True, "url": self._socket_url()}
        if payload.get("channel") != CHANNEL or self.is_gone:
            return 200, {"ok": False, "error": "channel_not_found"}
        if method == "conversations.history":
            return 200, self._history(payload)
        if method == "chat.postEphemeral":
            return 200, {"ok": True, "message_ts": self._stamp()}
        self._check_blocks(payload)
        return 200, self._write(method, payload)

    def _write(self, method: str, payload: dict[str, Any]) -> dict[str, Any]:
        with self.lock:
            if method == "chat.update":
                if payload["ts"] not in self.messages:
                    return {"ok": False, "error": "message_not_found"}
                self.messages[payload["ts"]] |= payload
                stamp = payload["ts"]
            else:
                stamp = self._stamp()
                self.messages[stamp] = payload
        message = {"type": "message", "text": payload["text"]}
        if method == "chat.postMessage":  # the answer to an update was recorded without
            message["ts"] = stamp
        return {"ok": True, "channel": CHANNEL, "ts": stamp, "message": message}

    def _history(self, asked: dict[str, Any]) -> dict[str, Any]:
        oldest = float(asked.get("oldest", 0))
        found = [
            {"type": "message", "ts": ts, "text": one["text"], "metadata": one.get("metadata", {})}
            for ts, one in sorted(self.messages.items(), reverse=True)
            if float(ts) > oldest and ("thread_ts" not in one or one.get("reply_broadcast"))
        ]
        return {"ok": True, "messages": found, "has_more": False}

    def _stamp(self) -> str:
        return f"{time.time() + self.ahead:.6f}"

    def _refuse(self, why: str) -> dict[str, Any]:
        self.wrong.append(why)
        return {"ok": False, "error": "invalid_arguments"}

    def _check_blocks(self, payload: dict[str, Any]) -> None:
        if not payload.get("text") or len(payload.get("blocks", ())) > 50:
            self.wrong.append("text and at most 50 blocks")
        for block in payload.get("blocks", ()):
            if block["type"] == "actions":
                ids = [one["action_id"] for one in block["elements"]]
                if len(set(ids)) != len(ids) or len(ids) > 25:
                    self.wrong.append("action_id must be unique in its block")
                texts = [(one["text"], _LIMITS["button"]) for one in block["elements"]]
            else:
                given = block["elements"] if block["type"] == "context" else [block["text"]]
                texts = [(one, _LIMITS[block["type"]]) for one in given]
                if not 1 <= len(texts) <= 10:
                    self.wrong.append("1 to 10 elements")
            for text, limit in texts:
                if not 1 <= len(text["text"]) <= limit:
                    self.wrong.append(f"{block['type']}: {len(text['text'])} characters")
                if text["type"] == "mrkdwn" and ("emoji" in text or block["type"] == "header"):
                    self.wrong.append("mrkdwn where only plain_text may be")

    # ---- Socket Mode ----

    def _socket_url(self) -> str:
        assert self._socket is not None
        return f"ws://127.0.0.1:{self._socket.socket.getsockname()[1]}/link/?ticket=t"

    def _talk(self, connection: ServerConnection) -> None:
        connection.send(json.dumps({"type": "hello", "num_connections": 1}))
        self.connections.append(connection)
        try:
            for text in connection:
                self.acknowledged.append(json.loads(text))
        except ConnectionClosed:
            return

    def press(self, action: str, value: str, user: str, envelope: str = "e-1") -> None:
        """Somebody presses a button: one `block_actions` envelope."""
        payload = {
            "type": "block_actions",
            "user": {"id": user, "username": "anna"},
            "channel": {"id": CHANNEL},
            "container": {"type": "message", "channel_id": CHANNEL},
            "actions": [{"type": "button", "action_id": action, "value": value}],
        }
        self._say(envelope, "interactive", payload)

    def write_to_bot(self, text: str, user: str, envelope: str = "e-9") -> None:
        """Somebody writes to the bot in private: one `message.im` event."""
        event = {
            "type": "message",
            "channel_type": "im",
            "channel": CHANNEL,
            "user": user,
            "text": text,
        }
        self._say(envelope, "events_api", {"type": "event_callback", "event": event})

    def _say(self, envelope: str, kind: str, payload: dict[str, Any]) -> None:
        told = {"envelope_id": envelope, "type": kind, "payload": payload}
        self.connections[-1].send(json.dumps({**told, "accepts_response_payload": False}))

    def disconnect(self) -> None:
        """Ask the client to come again, as Slack does every few hours, and hang up."""
        connection = self.connections[-1]
        connection.send(json.dumps({"type": "disconnect", "reason": "refresh_requested"}))
        connection.close()

    def __enter__(self) -> Self:
        self._socket = serve(self._talk, "127.0.0.1", 0)
        self._listener = Thread(target=self._socket.serve_forever, daemon=True)
        self._listener.start()
        return super().__enter__()

    def __exit__(self, *_: object) -> None:
        super().__exit__()
        assert self._socket is not None
        for connection in self.connections:
            connection.close()
        self._socket.shutdown()
        self._listener.join(timeout=5)
