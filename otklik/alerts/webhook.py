"""A webhook of your own: JSON, signed, so that the receiver knows whose it is and when.

The signature is HMAC-SHA256 over ``<timestamp>.<body>``; `is_genuine` is what a receiver does.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any, ClassVar
from urllib.parse import urlsplit

import httpx
from pydantic import SecretStr, field_validator

from otklik.alerts import AlertMessage, Channel, ChannelConfig
from otklik.alerts._http import Poster, read_retry_after
from otklik.alerts._text import one_line, plain, shorten
from otklik.clock import now
from otklik.errors import AccessDenied, PlatformError, Rejected, Transient

TIMESTAMP, SIGNATURE = "X-Otklik-Timestamp", "X-Otklik-Signature"
WINDOW = 300.0  # seconds a signature is good for
LEAST_SECRET = 16
BODY_LIMIT = 20_000
_HERE = ("localhost", "127.0.0.1", "::1")


class WebhookConfig(ChannelConfig):
    """Settings of a signed webhook.

    Attributes:
        url: where it is posted; https, or http on this host. It may hold a token: a secret.
        secret: at least 16 characters, known to the receiver too.
    """

    url: SecretStr
    secret: SecretStr

    @field_validator("url")
    @classmethod
    def _is_safe(cls, value: SecretStr) -> SecretStr:
        parts = urlsplit(value.get_secret_value())
        is_here = parts.hostname in _HERE and parts.scheme == "http"
        if not parts.hostname or not (parts.scheme == "https" or is_here):
            raise ValueError("give an https address")
        return value

    @field_validator("secret")
    @classmethod
    def _is_long(cls, value: SecretStr) -> SecretStr:
        if len(value.get_secret_value()) < LEAST_SECRET:
            raise ValueError(f"at least {LEAST_SECRET} characters")
        return value


class Webhook(Channel):
    """`Idempotency-Key` names the delivery: a receiver that heeds it does nothing twice."""

    kind: ClassVar[str] = "webhook"
    title: ClassVar[str] = "Webhook"
    settings_type: ClassVar[type[ChannelConfig]] = WebhookConfig

    def __init__(self, settings: WebhookConfig, name: str) -> None:
        super().__init__(settings, name)
        self._secret = settings.secret.get_secret_value()
        url = settings.url.get_secret_value()
        self._poster = Poster(url, secret=url, kind=self.kind, name=name, timeout=settings.timeout)

    def send(self, message: AlertMessage) -> str | None:
        """See `Channel.send`; any 2xx means taken."""
        body = json.dumps(body_of(message), ensure_ascii=False).encode()
        stamp = str(int(now().timestamp()))
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": message.key or str(message.alert_id),
            TIMESTAMP: stamp,
            SIGNATURE: sign(self._secret, stamp, body),
        }
        answer = self._poster.post_bytes(body, headers)
        if answer.is_success:
            return None
        raise self._error(answer)

    def _error(self, answer: httpx.Response) -> PlatformError:
        about = f"the webhook says {answer.status_code} {one_line(plain(answer.text))[:200]}"
        if answer.status_code == 429:
            return self._poster.limited(about, read_retry_after(answer))
        if answer.status_code in (401, 403, 404, 410):
            return self._poster.error(AccessDenied, about)
        is_refused = 400 <= answer.status_code < 500 and answer.status_code != 408
        return self._poster.error(Rejected if is_refused else Transient, about)

    def close(self) -> None:
        """Give back connections."""
        self._poster.close()


def body_of(message: AlertMessage) -> dict[str, Any]:
    """What the receiver gets. Strangers' words are as written but for control characters."""
    return {
        "version": 1,
        "key": message.key,
        "alert": message.alert_id,
        "kind": message.kind.value,
        "urgency": message.urgency,
        "title": plain(message.title),
        "body": shorten(plain(message.body), BODY_LIMIT),
        "facts": [plain(fact) for fact in message.facts],
        "link": message.link,
        "taken_by": plain(message.taken_by),
    }


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """The signature of a body sent at that Unix time."""
    made = hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256)
    return f"v1={made.hexdigest()}"


def is_genuine(
    secret: str, timestamp: str, body: bytes, signature: str, *, at: float, window: float = WINDOW
) -> bool:
    """What a receiver asks: is it signed with our secret, and not older than the window?

    Args:
        at: the receiver's own Unix time.
    """
    if not timestamp.isascii() or not timestamp.isdecimal() or abs(at - int(timestamp)) > window:
        return False
    return hmac.compare_digest(sign(secret, timestamp, body).encode(), signature.encode())
