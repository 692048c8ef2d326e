"""One bounded HTTP exchange, below every client of ours and of a library.

It bounds time and size of every call, waits for the platform's limits, and stays out of
private networks. What went wrong is told by three exceptions that say the one thing that
matters after a reply: was it sent?
"""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import httpx

from collectors._text import decode_json_bytes, html_to_text, quote
from otklik.errors import ConfigError
from otklik.network import (
    Endpoint,
    GuardedBackend,
    GuardedTransport,
    PrivateAddress,
    endpoint_of,
    is_private_name,
)
from otklik.platforms import Limit, Meter, PlatformSettings

USER_AGENT = "Otklik/0.1 (reputation monitor)"
WHOLE_CALL = 3.0  # times `timeout`: connect, write and read may each take their own
MAX_REDIRECTS = 5
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)


class WireError(Exception):
    """An exchange did not come to its end."""


class NotSent(WireError):
    """The request certainly did not reach the server."""


class Interrupted(WireError):
    """The request was sent, or may have been; no whole answer came back."""


class TooLarge(Interrupted):
    """The answer is larger than `max_bytes`."""


@dataclass(frozen=True)
class Answer:
    """What a server said. `data` holds parsed JSON where JSON was asked for."""

    status: int
    headers: httpx.Headers = field(repr=False)
    body: bytes = field(repr=False)
    data: Any = field(default=None, repr=False)
    url: str = field(default="", repr=False)  # may hold a token

    @property
    def content_type(self) -> str:
        return str(self.headers.get("content-type", "no content type"))

    @property
    def text(self) -> str:
        return decode_json_bytes(self.body)

    def parsed(self) -> Answer:
        """The same answer with `data`.

        Raises:
            ValueError: the body is not JSON; the message quotes its beginning.
        """
        try:
            data = json.loads(decode_json_bytes(self.body))
        except (ValueError, RecursionError):
            start = quote(self.body[:600])
            raise ValueError(f"not JSON ({quote(self.content_type, 60)}): {start}") from None
        return Answer(self.status, self.headers, self.body, data, self.url)

    def reason(self) -> str:
        """The server's own explanation of an error, in one cleaned line."""
        try:
            data = json.loads(decode_json_bytes(self.body))
        except (ValueError, RecursionError):
            return quote(html_to_text(self.text[:20_000]), 300)
        message = data.get("message") if isinstance(data, dict) else data
        return quote(message or data, 300)


class Wire:
    """Calls the hosts of one source.

    Args:
        settings: base URL, bounds and the SSRF switch of the source.
        place: the source, for errors of configuration.
        home: the platform's own address (``https://api.vk.com``) where it has one; calls to
            it go to `base_url` when that is set, for tests and gateways. Without one,
            `base_url` itself is home.
        min_interval: seconds between two calls to one host in this process.
        limits: shared limits, by key; each call waits for all of them.
        auth: user and password for HTTP basic, sent to home only.
        also: further private endpoints that may be called under `allow_private_hosts`.

    Raises:
        ConfigError: the base URL is wrong, or private without `allow_private_hosts`.
    """

    def __init__(
        self,
        settings: PlatformSettings,
        *,
        place: str,
        meter: Meter,
        home: str = "",
        min_interval: float = 0.0,
        limits: Mapping[str, Limit] | None = None,
        auth: tuple[str, str] | None = None,
        also: Collection[Endpoint] = (),
    ) -> None:
        self._home = home.rstrip("/")
        self.base = (settings.base_url or home).rstrip("/")
        self.endpoint = _checked_endpoint(self.base, settings.allow_private_hosts, place)
        self._meter, self._limits = meter, dict(limits or {})
        self._interval = min_interval if settings.min_interval is None else settings.min_interval
        self._max_bytes, self._timeout = settings.max_bytes, settings.timeout
        allowed = (self.endpoint, *also) if settings.allow_private_hosts else ()
        self._backend = GuardedBackend(allowed)
        self._lock = threading.Lock()
        # No connection is kept: a reply on one that the server has just closed would leave
        # its outcome unknown for nothing.
        self._client = httpx.Client(
            transport=GuardedTransport(self._backend, keepalive=0),
            timeout=settings.timeout,
            max_redirects=MAX_REDIRECTS,
            auth=auth,
            trust_env=False,
            headers={
                "User-Agent": USER_AGENT,
                "Accept": "application/json",
                "Accept-Encoding": "identity",
            },
        )

    @property
    def whole_call(self) -> float:
        """Seconds after which no call waits any more."""
        return WHOLE_CALL * self._timeout

    def call(
        self, method: str, url: str, *, limits: Mapping[str, Limit] | None = None, **content: Any
    ) -> Answer:
        """One exchange.

        Args:
            url: absolute, or a path below the base URL.
            limits: further limits of this one call.
            content: as `httpx.Client.stream` takes it; `timeout` in seconds makes a long
                poll possible.

        Raises:
            NotSent, Interrupted, TooLarge: it did not come to its end.
            PrivateAddress: the host, or one it redirects to, is a private one.
            RateLimited: the limits leave no turn soon enough; nothing was sent.
        """
        for key, limit in {**self._limits, **(limits or {})}.items():
            self._meter.wait(key, limit)
        _spaced(self.endpoint, self._interval)
        patience = max(self._timeout, float(content.get("timeout") or 0.0))
        with self._lock:
            self._backend.deadline = time.monotonic() + WHOLE_CALL * patience
            try:
                with self._client.stream(method, self._absolute(url), **content) as response:
                    body = self._bounded(response)
                    return Answer(
                        response.status_code, response.headers, body, url=str(response.url)
                    )
            except _NOT_SENT as error:
                raise NotSent(_told(error)) from error
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                raise Interrupted(_told(error)) from error

    def _absolute(self, url: str) -> str:
        if url.startswith("/") or not url:
            return self.base + url
        if self._home and self.base != self._home and url.startswith(self._home):
            return self.base + url.removeprefix(self._home)
        return url

    def _bounded(self, response: httpx.Response) -> bytes:
        body = bytearray()
        for chunk in response.iter_bytes():
            body += chunk
            if len(body) > self._max_bytes:
                raise TooLarge(f"TooLarge: the answer is larger than {self._max_bytes:,} bytes")
        return bytes(body)

    def forget_cookies(self) -> None:
        """Drop cookies the server gave."""
        self._client.cookies.clear()

    def close(self) -> None:
        """Give back connections."""
        self._client.close()


def limit_key(platform: str, secret: str, part: str = "") -> str:
    """The key under which a token's limit is shared; tells nothing of the token.

    Args:
        part: what within the token has a limit of its own (an endpoint, a group).
    """
    digest = hashlib.sha256(f"{platform}\n{secret}".encode()).hexdigest()[:16]
    return f"{platform}:{digest}:{part}"[:255]


def origin_of(url: str) -> str:
    """Scheme, host and port of a URL, to compare and to show; no password, no path."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    port = f":{parts.port}" if parts.port else ""
    return urlunsplit((parts.scheme, host + port, "", "", ""))


def _checked_endpoint(base: str, allow_private: bool, place: str) -> Endpoint:
    if "@" in base:
        raise ConfigError(f"{place}: base_url must not hold a password")
    try:
        endpoint = endpoint_of(base)
    except ValueError as error:
        raise ConfigError(f"{place}: base_url: {error}") from None
    if is_private_name(endpoint[0]) and not allow_private:
        raise ConfigError(
            f"{place}: base_url {endpoint[0]} stands in a private network: "
            "set allow_private_hosts = true if that is meant"
        )
    return endpoint


_next_call: dict[Endpoint, float] = {}
_next_call_lock = threading.Lock()


def _spaced(endpoint: Endpoint, interval: float) -> None:
    """Wait until this process may call `endpoint` again; sources of one host share the turn."""
    with _next_call_lock:
        slot = max(time.monotonic(), _next_call.get(endpoint, 0.0))
        _next_call[endpoint] = slot + interval
    time.sleep(max(0.0, slot - time.monotonic()))


def _told(error: Exception) -> str:
    return f"{type(error).__name__.lstrip('_')}: {str(error)[:200] or 'no details'}"


__all__ = [
    "MAX_REDIRECTS",
    "USER_AGENT",
    "WHOLE_CALL",
    "Answer",
    "Interrupted",
    "NotSent",
    "PrivateAddress",
    "TooLarge",
    "Wire",
    "WireError",
    "limit_key",
    "origin_of",
]
