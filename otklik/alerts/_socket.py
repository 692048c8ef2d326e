"""Buttons and private messages of Slack by Socket Mode: no public address is needed.

https://docs.slack.dev/apis/events-api/using-socket-mode
"""

from __future__ import annotations

import json
import threading
import time
from typing import Any

from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection, connect

from otklik.alerts._blocks import TAKE
from otklik.alerts._heard import Answer, Heard, number_of
from otklik.alerts._http import Poster, read_json, read_retry_after
from otklik.alerts.slack import OFFICIAL, SlackConfig
from otklik.errors import AccessDenied, Transient

SILENCE = 60.0  # Slack pings every few seconds; the library answers
LOOK = 1.0


class SlackListener:
    """An envelope is acknowledged once it is done: one half done comes again."""

    def __init__(self, settings: SlackConfig, name: str) -> None:
        self._name, self._timeout = name, settings.timeout
        base = f"{settings.base_url.rstrip('/') or OFFICIAL}/api"
        tokens = [one.get_secret_value() for one in (settings.app_token, settings.bot_token) if one]
        self._app, self._bot = (
            Poster(
                base,
                secret=token,
                kind="slack",
                name=name,
                timeout=settings.timeout,
                headers={"Authorization": f"Bearer {token}"},
            )
            for token in tokens
        )

    def listen_once(self, answer: Answer, stopping: threading.Event) -> None:
        """See `Listener.listen_once`; returns when Slack asks to come again."""
        url = str(self._ask(self._app, "/apps.connections.open", {}).get("url", ""))
        try:
            with connect(url, open_timeout=self._timeout, close_timeout=1, proxy=None) as wire:
                self._talk(wire, answer, stopping)
        except (OSError, WebSocketException, ValueError) as error:
            raise self._app.error(Transient, f"Socket Mode: {type(error).__name__}") from None

    def _talk(self, wire: ClientConnection, answer: Answer, stopping: threading.Event) -> None:
        heard_at = time.monotonic()
        while not stopping.is_set():
            try:
                told = json.loads(wire.recv(timeout=LOOK))
            except TimeoutError:
                if time.monotonic() - heard_at > SILENCE:
                    wire.ping().wait(self._timeout)
                    heard_at = time.monotonic()
                continue
            heard_at = time.monotonic()
            if told.get("type") == "disconnect":
                return
            if "envelope_id" in told:
                self._handle(told.get("payload") or {}, answer)
                wire.send(json.dumps({"envelope_id": told["envelope_id"]}))

    def _handle(self, payload: dict[str, Any], answer: Answer) -> None:
        user = str((payload.get("user") or {}).get("id", ""))
        for action in payload.get("actions", ()):
            number = number_of(str(action.get("value", "")))
            if action.get("action_id") == TAKE and user and number is not None:
                channel = (payload.get("channel") or {}).get("id", "")
                said = answer(Heard("slack", user, number))
                self._say("/chat.postEphemeral", {"channel": channel, "user": user, "text": said})
        event = payload.get("event") or {}
        is_private = event.get("type") == "message" and event.get("channel_type") == "im"
        if is_private and event.get("user") and not (event.get("bot_id") or event.get("subtype")):
            said = answer(Heard("slack", str(event["user"]), None, str(event.get("text", ""))))
            self._say("/chat.postMessage", {"channel": event["channel"], "text": said})

    def _say(self, path: str, payload: dict[str, Any]) -> None:
        """What was done stands, whether or not it can be said."""
        text = payload["text"].replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        try:
            self._ask(self._bot, path, {**payload, "text": text})
        except (Transient, AccessDenied):
            return

    def _ask(self, poster: Poster, path: str, payload: dict[str, Any]) -> dict[str, Any]:
        answer = poster.post(payload, path)
        said = read_json(answer)
        if answer.is_success and said.get("ok") is True:
            return said
        about = f"Slack says {answer.status_code} {said.get('error', '')}"
        if answer.status_code == 429:
            raise poster.limited(about, read_retry_after(answer))
        is_said = said.get("ok") is False and answer.is_success
        raise poster.error(AccessDenied if is_said else Transient, about)
