"""Slack, by incoming webhook. The address of the webhook is the secret.

https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks
"""

from __future__ import annotations

from typing import Any, ClassVar
from urllib.parse import urlsplit

import httpx
from pydantic import SecretStr, field_validator

from otklik.alerts import AlertMessage, Channel, ChannelConfig
from otklik.alerts._http import Poster, read_json, read_retry_after
from otklik.alerts._text import defuse, one_line, shorten
from otklik.errors import AccessDenied, PlatformError, Rejected, Transient

HEADER_LIMIT, SECTION_LIMIT, NOTICE_LIMIT = 150, 3_000, 300
_DENIED = frozenset(
    {
        "account_inactive",
        "action_prohibited",
        "channel_is_archived",
        "channel_not_found",
        "invalid_auth",
        "invalid_token",
        "missing_scope",
        "no_active_hooks",
        "no_service",
        "no_service_id",
        "no_team",
        "not_authed",
        "not_in_channel",
        "posting_to_general_channel_denied",
        "team_disabled",
        "token_expired",
        "token_revoked",
        "user_not_found",
    }
)
_REFUSED = frozenset(
    {"invalid_payload", "invalid_blocks", "too_many_attachments", "no_text", "msg_too_long"}
)


class SlackConfig(ChannelConfig):
    """Settings of a Slack channel. A `base_url` takes the place of the webhook's own host.

    Attributes:
        webhook_url: the whole address Slack gave for the channel; it is the secret.
    """

    webhook_url: SecretStr

    @field_validator("webhook_url")
    @classmethod
    def _is_address(cls, value: SecretStr) -> SecretStr:
        parts = urlsplit(value.get_secret_value())
        if parts.scheme not in ("http", "https") or len(parts.path) < 2:
            raise ValueError("give the whole address of the webhook")
        return value


class Slack(Channel):
    """Block Kit; strangers' words stand in `plain_text` only, defused and without emoji codes."""

    kind: ClassVar[str] = "slack"
    title: ClassVar[str] = "Slack"
    settings_type: ClassVar[type[ChannelConfig]] = SlackConfig

    def __init__(self, settings: SlackConfig, name: str) -> None:
        super().__init__(settings, name)
        parts = urlsplit(settings.webhook_url.get_secret_value())
        base = settings.base_url.rstrip("/") or f"{parts.scheme}://{parts.netloc}"
        query = f"?{parts.query}" if parts.query else ""
        self._poster = Poster(
            f"{base}{parts.path}{query}",
            secret=parts.path,
            kind=self.kind,
            name=name,
            timeout=settings.timeout,
        )

    def send(self, message: AlertMessage) -> None:
        """See `Channel.send`."""
        answer = self._poster.post(payload_of(message))
        error = self._error(answer)
        if error is not None:
            raise error

    def _error(self, answer: httpx.Response) -> PlatformError | None:
        said = read_json(answer)
        word = str(said.get("error") or "") or one_line(answer.text)[:200]
        about = f"Slack says {answer.status_code} {word}"
        if answer.status_code == 429 or word in ("ratelimited", "rate_limited"):
            return self._poster.limited(about, read_retry_after(answer))
        if answer.is_success and (answer.text.strip() == "ok" or said.get("ok") is True):
            return None
        return self._poster.error(_kind_of(answer.status_code, word), about)

    def close(self) -> None:
        """Give back connections."""
        self._poster.close()


def _kind_of(status: int, word: str) -> type[PlatformError]:
    if word in _DENIED or status in (401, 403, 404, 410):
        return AccessDenied
    if word in _REFUSED or (400 <= status < 500 and status != 408):
        return Rejected
    return Transient  # 5xx, a redirect, or some proxy's page instead of Slack's own "ok"


def payload_of(message: AlertMessage) -> dict[str, Any]:
    """What the webhook gets: a notice for the lock screen, and blocks."""
    title = one_line(defuse(message.title)) or message.kind
    blocks: list[dict[str, Any]] = [{"type": "header", "text": _plain(title, HEADER_LIMIT)}]
    body = defuse(message.body).strip()
    if body:
        blocks.append({"type": "section", "text": _plain(body, SECTION_LIMIT)})
    if _is_link(message.link):
        blocks.append({"type": "section", "text": {"type": "mrkdwn", "text": _link(message.link)}})
    facts = f"{message.kind} · urgency {message.urgency} · alert {message.alert_id}"
    blocks.append({"type": "context", "elements": [_plain(facts, SECTION_LIMIT)]})
    return {
        "text": _escaped(shorten(title, NOTICE_LIMIT)),
        "blocks": blocks,
        "unfurl_links": False,
        "unfurl_media": False,
    }


def _plain(text: str, limit: int) -> dict[str, Any]:
    return {"type": "plain_text", "text": shorten(text, limit), "emoji": False}


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _is_link(link: str) -> bool:
    is_address = link.startswith(("http://", "https://")) and not any(map(str.isspace, link))
    return is_address and len(link) <= SECTION_LIMIT - 500


def _link(link: str) -> str:
    safe = link.replace("<", "%3C").replace(">", "%3E").replace("|", "%7C")
    return f"<{_escaped(safe)}>"
