"""One careful HTTP client for every platform.

It bounds time and size of every call, spaces the calls, stays out of private networks, and
says what went wrong in the house's own errors. Reading and posting differ: a read that failed
may be repeated, a reply that may have been taken must never be (promise 3).
"""

from __future__ import annotations

import json
import math
import threading
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import stamina

from collectors._network import (
    Endpoint,
    GuardedBackend,
    GuardedTransport,
    PrivateAddress,
    endpoint_of,
    is_private_name,
)
from collectors._text import decode_json_bytes, html_to_text, quote
from otklik.clock import now
from otklik.errors import (
    AccessDenied,
    ConfigError,
    Gone,
    OutcomeUnknown,
    PlatformError,
    RateLimited,
    Rejected,
    Transient,
)
from otklik.platforms import PlatformSettings

USER_AGENT = "Otklik/0.1 (reputation monitor)"
READ_ATTEMPTS = 3
WHOLE_CALL = 3.0  # times `timeout`: connect, write and read may each take their own
MAX_REDIRECTS = 5
DEFAULT_RETRY_AFTER = 60.0  # seconds, where a 429 names none
LONGEST_RETRY_AFTER = 86_400.0
NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)

Params = Mapping[str, str | int | float]


class _TooLarge(Exception):
    """An answer beyond `max_bytes`."""


@dataclass(frozen=True)
class Answer:
    """What a server said. `data` holds parsed JSON where JSON was asked for."""

    status: int
    headers: httpx.Headers = field(repr=False)
    body: bytes = field(repr=False)
    data: Any = field(default=None, repr=False)

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
        return Answer(self.status, self.headers, self.body, data)

    def reason(self) -> str:
        """The server's own explanation of an error, in one cleaned line."""
        try:
            data = json.loads(decode_json_bytes(self.body))
        except (ValueError, RecursionError):
            return quote(html_to_text(self.text[:20_000]), 300)
        message = data.get("message") if isinstance(data, dict) else data
        return quote(message or data, 300)


class HttpClient:
    """Calls one source.

    Args:
        settings: base URL, limits and the SSRF switch of the source.
        platform, source: for errors.
        min_interval: seconds between two calls where the settings name none.
        auth: user and password for HTTP basic, sent to the base URL's host only.
        secrets: values that must never stand in a message.

    Raises:
        ConfigError: the base URL is wrong, or private without `allow_private_hosts`.
    """

    def __init__(
        self,
        settings: PlatformSettings,
        *,
        platform: str,
        source: str = "",
        min_interval: float = 0.0,
        auth: tuple[str, str] | None = None,
        secrets: Iterable[str] = (),
    ) -> None:
        self._platform, self._source = platform, source
        self._base = settings.base_url.rstrip("/")
        self._endpoint = self._checked_endpoint(settings)
        self._secrets = tuple(secret for secret in secrets if secret)
        self._interval = min_interval if settings.min_interval is None else settings.min_interval
        self._max_bytes, self._whole = settings.max_bytes, WHOLE_CALL * settings.timeout
        allowed = (self._endpoint,) if settings.allow_private_hosts else ()
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

    def _checked_endpoint(self, settings: PlatformSettings) -> Endpoint:
        place = f"source {self._source!r} ({self._platform}): base_url"
        if "@" in settings.base_url:
            raise ConfigError(f"{place} must not hold a password")
        try:
            endpoint = endpoint_of(settings.base_url)
        except ValueError as error:
            raise ConfigError(f"{place}: {error}") from None
        if is_private_name(endpoint[0]) and not settings.allow_private_hosts:
            raise ConfigError(
                f"{place} {endpoint[0]} stands in a private network: "
                "set allow_private_hosts = true if that is meant"
            )
        return endpoint

    def get(
        self,
        path: str,
        params: Params | None = None,
        *,
        as_json: bool = True,
        accept: Collection[int] = (),
    ) -> Answer:
        """Read something, repeating a failed call a few times; follows redirects.

        Args:
            path: below the base URL.
            as_json: parse the body into `Answer.data`.
            accept: statuses outside 2xx that are an answer, not an error.

        Raises:
            Transient, RateLimited, AccessDenied, Gone: see `otklik.errors`.
        """

        def read() -> Answer:
            answer = self._exchange("GET", path, params=params, follow_redirects=True)
            self._check_read(answer, path, accept)
            return self._parsed(answer, path) if as_json else answer

        return self._repeated(read)

    def read_by_post(self, path: str, payload: Any) -> Answer:
        """A read that the platform offers by POST only; repeated and parsed like `get`."""

        def read() -> Answer:
            answer = self._exchange("POST", path, json=payload)
            self._check_read(answer, path, ())
            return self._parsed(answer, path)

        return self._repeated(read)

    def send(
        self,
        method: str,
        path: str,
        *,
        params: Params | None = None,
        payload: Any = None,
        form: Mapping[str, str] | None = None,
        accept: Collection[int] = (),
    ) -> Answer:
        """Change something in a way that may be asked for twice (edit, delete, log in).

        Raises:
            Rejected: 400 and other refusals, with the reason.
            Transient, RateLimited, AccessDenied, Gone: see `otklik.errors`.
        """
        answer = self._exchange(method, path, params=params, json=payload, data=form)
        if answer.status in accept or 200 <= answer.status < 300:
            return answer
        if answer.status in (401, 403, 404, 408, 410, 425, 429) or answer.status >= 500:
            self._check_read(answer, path, ())
        raise self._error(Rejected, f"{answer.status} for {path}: {answer.reason()}")

    def post_once(self, path: str, payload: Any, *, params: Params | None = None) -> Answer:
        """Post a reply: one call, never repeated here; `data` of the answer is parsed.

        Raises:
            Transient, RateLimited: certainly not posted; may be tried again.
            Rejected, Gone: certainly not posted.
            OutcomeUnknown: sent, and no certain answer came back.
        """
        try:
            answer = self._call("POST", path, params=params, json=payload)
        except NOT_SENT as error:
            raise self._error(Transient, f"not sent: {_told(error)}") from error
        except PrivateAddress as error:
            raise self._private(error) from error
        except (httpx.HTTPError, _TooLarge) as error:
            raise self._error(OutcomeUnknown, f"sent, then {_told(error)}") from error
        self._check_posted(answer, path)
        try:
            return answer.parsed()
        except ValueError as error:
            raise self._error(OutcomeUnknown, f"sent, the answer is {error}") from error

    def error(self, kind: type[PlatformError], message: str) -> PlatformError:
        """An error of this source, with secrets taken out of its message."""
        return self._error(kind, message)

    def forget_cookies(self) -> None:
        """Drop cookies the server gave."""
        self._client.cookies.clear()

    def close(self) -> None:
        """Give back connections."""
        self._client.close()

    def _repeated(self, read: Callable[[], Answer]) -> Answer:
        for attempt in stamina.retry_context(
            on=_is_worth_repeating,
            attempts=READ_ATTEMPTS,
            timeout=self._whole,
            wait_initial=0.1,
            wait_max=2.0,
            wait_jitter=0.2,
        ):
            with attempt:
                return read()
        raise AssertionError("a retry ends with an answer or an error")

    def _exchange(self, method: str, path: str, **content: Any) -> Answer:
        try:
            return self._call(method, path, **content)
        except PrivateAddress as error:
            raise self._private(error) from error
        except (httpx.HTTPError, httpx.InvalidURL, _TooLarge) as error:
            raise self._error(Transient, f"{method} {path}: {_told(error)}") from error

    def _call(self, method: str, path: str, **content: Any) -> Answer:
        _spaced(self._endpoint, self._interval)
        with self._lock:
            self._backend.deadline = time.monotonic() + self._whole
            with self._client.stream(method, self._base + path, **content) as response:
                return Answer(response.status_code, response.headers, self._bounded(response))

    def _bounded(self, response: httpx.Response) -> bytes:
        body = bytearray()
        for chunk in response.iter_bytes():
            body += chunk
            if len(body) > self._max_bytes:
                raise _TooLarge(f"the answer is larger than {self._max_bytes:,} bytes")
        return bytes(body)

    def _parsed(self, answer: Answer, path: str) -> Answer:
        try:
            return answer.parsed()
        except ValueError as error:
            raise self._error(Transient, f"{path}: the answer is {error}") from error

    def _check_read(self, answer: Answer, path: str, accept: Collection[int]) -> None:
        status = answer.status
        if 200 <= status < 300 or status in accept:
            return
        told = f"{status} for {path}: {answer.reason()}"
        if status in (401, 403):
            raise self._error(AccessDenied, told)
        if status in (404, 410):
            raise self._error(Gone, told)
        self._check_limit(answer, told)
        raise self._error(Transient, told)

    def _check_posted(self, answer: Answer, path: str) -> None:
        status = answer.status
        told = f"{status} for {path}: {answer.reason() if status >= 300 else ''}"
        if 200 <= status < 300:
            return
        if status >= 500:
            raise self._error(OutcomeUnknown, told)
        if status in (404, 410):
            raise self._error(Gone, told)
        if status in (408, 425):
            raise self._error(Transient, told)
        self._check_limit(answer, told)
        raise self._error(Rejected, told)

    def _check_limit(self, answer: Answer, told: str) -> None:
        if answer.status == 429 or (answer.status == 503 and "retry-after" in answer.headers):
            seconds = retry_after(answer.headers.get("retry-after"))
            raise self.limited(told, seconds)

    def limited(self, message: str, seconds: float) -> RateLimited:
        """`RateLimited` of this source."""
        return RateLimited(
            self._scrubbed(message),
            retry_after=seconds,
            platform=self._platform,
            source=self._source,
        )

    def _private(self, error: PrivateAddress) -> PlatformError:
        return self._error(
            AccessDenied,
            f"{error}; a source may call its own base_url there, and only with "
            "allow_private_hosts = true",
        )

    def _error(self, kind: type[PlatformError], message: str) -> PlatformError:
        return kind(self._scrubbed(message), platform=self._platform, source=self._source)

    def _scrubbed(self, message: str) -> str:
        for secret in self._secrets:
            message = message.replace(secret, "***")
        return message


def retry_after(value: str | None) -> float:
    """Seconds to wait, from a Retry-After header in either of its two forms."""
    if value is None:
        return DEFAULT_RETRY_AFTER
    try:
        seconds = float(value)
    except ValueError:
        try:
            seconds = (parsedate_to_datetime(value) - now()).total_seconds()
        except (ValueError, TypeError):
            return DEFAULT_RETRY_AFTER
    if math.isnan(seconds):
        return DEFAULT_RETRY_AFTER
    return min(max(seconds, 1.0), LONGEST_RETRY_AFTER)


_next_call: dict[Endpoint, float] = {}
_next_call_lock = threading.Lock()


def _spaced(endpoint: Endpoint, interval: float) -> None:
    """Wait until this process may call `endpoint` again; sources of one host share the turn."""
    with _next_call_lock:
        slot = max(time.monotonic(), _next_call.get(endpoint, 0.0))
        _next_call[endpoint] = slot + interval
    time.sleep(max(0.0, slot - time.monotonic()))


def _is_worth_repeating(error: Exception) -> bool:
    is_hopeless = isinstance(error, RateLimited) or isinstance(error.__cause__, _TooLarge)
    return isinstance(error, Transient) and not is_hopeless


def _told(error: Exception) -> str:
    return f"{type(error).__name__.lstrip('_')}: {str(error)[:200] or 'no details'}"
