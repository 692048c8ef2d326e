"""One POST to a messenger, its failures translated, its secret kept out of errors and logs."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar

import httpx

from otklik.clock import now
from otklik.errors import PlatformError, RateLimited, Transient

PAUSE_UNSAID = 30.0  # seconds, where a 429 names none
LONGEST_PAUSE = 86_400.0
HIDDEN = "***"
E = TypeVar("E", bound=PlatformError)


class _Redaction(logging.Filter):
    """httpx logs each URL at INFO, and here URLs are secrets."""

    def __init__(self) -> None:
        super().__init__()
        self.secrets: set[str] = set()

    def filter(self, record: logging.LogRecord) -> bool:
        text = record.getMessage()
        if any(secret in text for secret in self.secrets):
            record.msg, record.args = hide(text, self.secrets), ()
        return True


_redaction = _Redaction()


def hide(text: str, secrets: set[str]) -> str:
    """The text without the secrets."""
    for secret in secrets:
        text = text.replace(secret, HIDDEN)
    return text


class Poster:
    """Posts JSON to one secret address. Neither proxies of the environment nor redirects.

    Args:
        secret: part of `url` or of `headers` that must never be shown.
        headers: sent with every call.
    """

    def __init__(
        self,
        url: str,
        *,
        secret: str,
        kind: str,
        name: str,
        timeout: float,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self._url, self._secret, self._kind, self._name = url, secret, kind, name
        _redaction.secrets.add(secret)
        logging.getLogger("httpx").addFilter(_redaction)  # adding it twice is one
        self._client = httpx.Client(
            timeout=timeout, trust_env=False, follow_redirects=False, headers=dict(headers or {})
        )

    def post(self, payload: Mapping[str, Any], path: str = "") -> httpx.Response:
        """The answer, whatever it says; `path` follows the address.

        Raises:
            Transient: no answer: refused, hung, broken off.
        """
        return self._ask("POST", path, json=payload)

    def post_bytes(self, content: bytes, headers: Mapping[str, str]) -> httpx.Response:
        """The answer to these very bytes. Raises as `post` does."""
        return self._ask("POST", "", content=content, headers=dict(headers))

    def get(self, path: str, parameters: Mapping[str, Any]) -> httpx.Response:
        """The answer to a question. Raises as `post` does."""
        return self._ask("GET", path, params=dict(parameters))

    def _ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        try:
            return self._client.request(method, f"{self._url}{path}", **more)
        except httpx.RequestError as error:
            raise self.error(Transient, f"no answer: {type(error).__name__} {error}") from error

    def error(self, kind: type[E], message: str) -> E:
        """An error of that kind, the secret hidden."""
        return kind(self._clean(message), platform=self._kind, source=self._name)

    def limited(self, message: str, retry_after: float | None) -> RateLimited:
        """An error asking for a pause in seconds."""
        pause = PAUSE_UNSAID if retry_after is None else min(max(retry_after, 0.0), LONGEST_PAUSE)
        return RateLimited(
            self._clean(message), retry_after=pause, platform=self._kind, source=self._name
        )

    def close(self) -> None:
        """Give back connections."""
        self._client.close()

    def _clean(self, message: str) -> str:
        return f"channel {self._name!r}: {hide(message, {self._secret})[:500]}"

    def __repr__(self) -> str:
        return f"<Poster {self._name!r}>"


def read_retry_after(answer: httpx.Response) -> float | None:
    """Seconds of a Retry-After header: a number or a date; None when absent or unreadable."""
    value = answer.headers.get("retry-after", "").strip()
    if value.isdecimal():
        return float(value)
    try:
        return (parsedate_to_datetime(value) - now()).total_seconds()
    except (ValueError, TypeError):
        return None


def read_json(answer: httpx.Response) -> dict[str, Any]:
    """The object of an answer; empty when it holds none."""
    try:
        value = answer.json()
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
