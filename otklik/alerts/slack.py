"""Slack: an incoming webhook, or the Web API of an app (threads, changes, buttons).

https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks
https://docs.slack.dev/reference/methods/chat.postMessage
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, ClassVar, Self
from urllib.parse import urlsplit

import httpx
from pydantic import Field, SecretStr, field_validator, model_validator

from otklik.alerts import AlertMessage, Channel, ChannelConfig
from otklik.alerts._blocks import EVENT, payload_of
from otklik.alerts._http import Poster, read_json, read_retry_after
from otklik.alerts._text import one_line, shorten
from otklik.errors import AccessDenied, PlatformError, Rejected, Transient

OFFICIAL = "https://slack.com"
SHORT = 500  # characters of the body where Slack says that a message is too long
_CLOCKS_DIFFER = timedelta(minutes=10)
_DENIED = frozenset(
    {
        "access_denied",
        "account_inactive",
        "action_prohibited",
        "channel_is_archived",
        "channel_not_found",
        "ekm_access_denied",
        "invalid_auth",
        "invalid_token",
        "is_archived",
        "missing_scope",
        "no_active_hooks",
        "no_permission",
        "no_service",
        "no_service_id",
        "no_team",
        "not_allowed_token_type",
        "not_authed",
        "not_in_channel",
        "org_login_required",
        "posting_to_general_channel_denied",
        "restricted_action",
        "team_access_not_granted",
        "team_disabled",
        "token_expired",
        "token_revoked",
        "user_not_found",
    }
)
_REFUSED = frozenset(
    {"invalid_payload", "invalid_blocks", "too_many_attachments", "no_text", "msg_too_long"}
)
_TRANSIENT = frozenset({"internal_error", "fatal_error", "service_unavailable", "request_timeout"})


class SlackConfig(ChannelConfig):
    """Settings of a Slack channel: either a webhook, or an app's token and a channel.

    Attributes:
        webhook_url: the whole address Slack gave for the channel; it is the secret.
        bot_token: ``xoxb-…`` of an app with `chat:write`, and `channels:history` (private ones:
            `groups:history`), by which a restart sees what was sent already.
        channel: id of the channel (``C0123…``), which the app was invited to; with `bot_token`.
        app_token: ``xapp-…`` with `connections:write`: buttons "take" and "open" by Socket Mode.
    """

    webhook_url: SecretStr | None = None
    bot_token: SecretStr | None = None
    channel: str = Field(default="", pattern=r"^[A-Z0-9]*$")
    app_token: SecretStr | None = None

    @field_validator("webhook_url")
    @classmethod
    def _is_address(cls, value: SecretStr | None) -> SecretStr | None:
        parts = urlsplit(value.get_secret_value()) if value else None
        if parts and (parts.scheme not in ("http", "https") or len(parts.path) < 2):
            raise ValueError("give the whole address of the webhook")
        return value

    @model_validator(mode="after")
    def _is_one_way(self) -> Self:
        if (self.webhook_url is None) == (self.bot_token is None):
            raise ValueError("give either webhook_url, or bot_token and channel")
        if self.bot_token is not None and not self.channel:
            raise ValueError("bot_token needs the id of a channel")
        if self.app_token is not None and self.bot_token is None:
            raise ValueError("buttons (app_token) need bot_token: a webhook cannot be answered")
        return self


class Slack(Channel):
    """Block Kit; strangers' words stand in `plain_text` only, defused and without emoji codes."""

    kind: ClassVar[str] = "slack"
    title: ClassVar[str] = "Slack"
    settings_type: ClassVar[type[ChannelConfig]] = SlackConfig
    can_update: ClassVar[bool] = True

    def __init__(self, settings: SlackConfig, name: str) -> None:
        super().__init__(settings, name)
        self._channel, self._has_buttons = settings.channel, settings.app_token is not None
        self._poster = _poster(settings, name)

    def send(self, message: AlertMessage) -> str | None:
        """See `Channel.send`; the reference is the channel's id and the message's `ts`."""
        if not self._channel:
            self._check(self._poster.post(payload_of(message)))
            return None
        payload = {**self._payload(message), **_thread(message.thread)}
        said = self._write("/chat.postMessage", payload, message)
        return f"{said.get('channel') or self._channel}:{said.get('ts', '')}"

    def update(self, reference: str, message: AlertMessage) -> None:
        """See `Channel.update`; nothing where a webhook is all there is."""
        channel, _, ts = reference.partition(":")
        if self._channel and ts:
            payload = {**self._payload(message), "channel": channel, "ts": ts}
            for key in ("unfurl_links", "unfurl_media"):  # chat.update knows neither
                payload.pop(key)
            self._write("/chat.update", payload, message)

    def find(
        self, message: AlertMessage, since: datetime, after: str, known: Collection[str] = ()
    ) -> str | None:
        """See `Channel.find`: the message's metadata holds its key."""
        if not self._channel or not message.key:
            return None
        asked: dict[str, Any] = {
            "channel": self._channel,
            "oldest": f"{(since - _CLOCKS_DIFFER).timestamp():.6f}",
            "include_all_metadata": "true",
            "limit": "200",
        }
        for _ in range(5):
            said = self._check(self._poster.get("/conversations.history", asked))
            for one in said.get("messages", ()):
                if one.get("metadata", {}).get("event_payload", {}).get("key") == message.key:
                    return f"{self._channel}:{one['ts']}"
            asked["cursor"] = (said.get("response_metadata") or {}).get("next_cursor")
            if not asked["cursor"]:
                break
        return None

    def _payload(self, message: AlertMessage) -> dict[str, Any]:
        payload = payload_of(message, buttons=self._has_buttons)
        metadata = {"event_type": EVENT, "event_payload": {"key": message.key}}
        return {**payload, "channel": self._channel, "metadata": metadata}

    def _write(self, path: str, payload: dict[str, Any], message: AlertMessage) -> dict[str, Any]:
        try:
            return self._check(self._poster.post(payload, path))
        except Rejected as error:
            if "msg_too_long" not in str(error) or len(message.body) <= SHORT:
                raise
        short = message.model_copy(update={"body": shorten(message.body, SHORT)})
        return self._check(self._poster.post({**payload, **_words(self._payload(short))}, path))

    def _check(self, answer: httpx.Response) -> dict[str, Any]:
        said = read_json(answer)
        word = str(said.get("error") or "") or one_line(answer.text)[:200]
        about = f"Slack says {answer.status_code} {word}"
        if answer.status_code == 429 or word in ("ratelimited", "rate_limited"):
            raise self._poster.limited(about, read_retry_after(answer))
        is_hook = not self._channel and answer.text.strip() == "ok"
        if answer.is_success and (is_hook or said.get("ok") is True):
            return said
        raise self._poster.error(_kind_of(answer.status_code, word, said), about)

    def close(self) -> None:
        """Give back connections."""
        self._poster.close()


def _words(payload: dict[str, Any]) -> dict[str, Any]:
    return {"text": payload["text"], "blocks": payload["blocks"]}


def _thread(reference: str) -> dict[str, Any]:
    ts = reference.partition(":")[2]
    return {"thread_ts": ts, "reply_broadcast": True} if ts else {}


def _poster(settings: SlackConfig, name: str) -> Poster:
    if settings.bot_token is not None:
        token = settings.bot_token.get_secret_value()
        url, headers = (
            f"{settings.base_url.rstrip('/') or OFFICIAL}/api",
            {"Authorization": f"Bearer {token}"},
        )
        return Poster(
            url, secret=token, kind="slack", name=name, timeout=settings.timeout, headers=headers
        )
    parts = urlsplit(settings.webhook_url.get_secret_value() if settings.webhook_url else "")
    base = settings.base_url.rstrip("/") or f"{parts.scheme}://{parts.netloc}"
    url = f"{base}{parts.path}" + (f"?{parts.query}" if parts.query else "")
    return Poster(url, secret=parts.path, kind="slack", name=name, timeout=settings.timeout)


def _kind_of(status: int, word: str, said: dict[str, Any]) -> type[PlatformError]:
    if word in _TRANSIENT:
        return Transient
    if word in _DENIED or status in (401, 403, 404, 410):
        return AccessDenied
    if word in _REFUSED or (400 <= status < 500 and status != 408):
        return Rejected
    is_answer = said.get("ok") is False and bool(said.get("error")) and status == 200
    return Rejected if is_answer else Transient  # 5xx, a redirect, or some proxy's page
