"""Asks a language model behind an OpenAI-compatible endpoint; a client, and nothing of judging.

A question changes nothing over there, so it may be repeated where it was certainly not answered;
one that may have been paid for is not. Questions of a day are counted in the database. After a
failure everybody pauses, so that an endpoint that is down costs one time-out and not hundreds.
"""

from __future__ import annotations

import hashlib
import json
import queue
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import httpx
import stamina
from pydantic import SecretStr

from otklik.errors import (
    AccessDenied,
    ConfigError,
    PlatformError,
    RateLimited,
    Rejected,
    Transient,
)
from otklik.judging import Answer, Question
from otklik.metering import Limit, Meter
from otklik.network import (
    GuardedBackend,
    GuardedTransport,
    PrivateAddress,
    endpoint_of,
    is_private_name,
)

PAUSE = 30.0  # seconds nobody asks after a failure
PAUSE_DENIED = 600.0  # … after a key was turned away
LONGEST_PAUSE = 86_400.0
SHORT_PAUSE = 5.0  # a 429 asking for no more than this is waited for
MOST_BYTES = 1_000_000
ATTEMPTS = 3
WHOLE_CALL = 2.0  # times `timeout`
DAY = 86_400.0
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
E = TypeVar("E", bound=PlatformError)


@dataclass(frozen=True)
class Address:
    """Where and how one model is asked; see the settings of the `language_model` backend."""

    base_url: str
    model: str
    api_key: SecretStr | None = None
    key_scheme: str = "Bearer"
    allow_private_hosts: bool = False
    ca_file: str = ""
    form: str = "schema"
    timeout: float = 20.0
    concurrency: int = 4
    daily_requests: int = 1000
    max_tokens: int = 600
    tokens_name: str = "max_tokens"


class _Again(Exception):
    """Certainly not answered: may be asked again at once."""

    def __init__(self, failure: Transient, wait: float = 0.0) -> None:
        super().__init__(str(failure))
        self.failure, self.wait = failure, wait


@dataclass(frozen=True)
class _Line:
    """A client of its own for each question under way: a deadline belongs to one call."""

    backend: GuardedBackend
    client: httpx.Client


class CompletionClient:
    """Asks one model.

    Args:
        meter: counts the day's questions and keeps the pauses, for all processes.
        pause: seconds nobody asks after a failure.

    Raises:
        ConfigError: the address is wrong, or private without `allow_private_hosts`.
    """

    def __init__(self, address: Address, meter: Meter, *, pause: float = PAUSE) -> None:
        self._address, self._meter, self._pause = address, meter, pause
        self._secret = address.api_key.get_secret_value() if address.api_key else ""
        allowed = _checked(address)
        burst = address.daily_requests // 2
        # in no window of a day more than calls + burst
        self._limit = Limit(address.daily_requests - burst, DAY, burst=burst, per="key")
        told = f"{address.base_url}\n{address.model}\n{self._secret}"
        self._key = f"language_model:{hashlib.sha256(told.encode()).hexdigest()[:16]}"
        tls = _tls(address.ca_file)
        self._lines: queue.LifoQueue[_Line] = queue.LifoQueue()
        for _ in range(address.concurrency):
            backend = GuardedBackend(allowed)
            transport = GuardedTransport(backend, keepalive=1, tls=tls)
            client = httpx.Client(
                transport=transport,
                timeout=address.timeout,
                trust_env=False,
                follow_redirects=False,
                headers=self._headers(),
            )
            self._lines.put(_Line(backend, client))

    def __repr__(self) -> str:
        return f"<CompletionClient {self._address.model!r}>"

    @property
    def model(self) -> str:
        """See `Asker`."""
        return self._address.model

    def ask(self, question: Question) -> Answer:
        """See `Asker`."""
        try:
            for attempt in stamina.retry_context(
                on=_backoff, attempts=ATTEMPTS, timeout=None, wait_initial=0.2, wait_max=2.0
            ):
                with attempt:
                    return self._once(question)
        except _Again as error:
            self._meter.block(self._key, self._pause)
            raise error.failure from error
        raise AssertionError("a retry ends with an answer or an error")

    def close(self) -> None:
        """See `Asker`."""
        while not self._lines.empty():
            self._lines.get_nowait().client.close()

    def _once(self, question: Question) -> Answer:
        self._meter.wait(self._key, self._limit, at_most=SHORT_PAUSE)
        with self._line() as line:
            line.backend.deadline = time.monotonic() + WHOLE_CALL * self._address.timeout
            try:
                with line.client.stream("POST", self._url(), json=self._body(question)) as found:
                    body = self._bounded(found)
            except PrivateAddress as error:
                raise self._denied(str(error)) from error
            except _NOT_SENT as error:
                raise _Again(self._error(Transient, _told(error))) from error
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                raise self._paused(_told(error)) from error
        self._check(found, body)
        return self._answer(body)

    @contextmanager
    def _line(self) -> Iterator[_Line]:
        line = self._lines.get()
        try:
            yield line
        finally:
            self._lines.put(line)

    def _url(self) -> str:
        return self._address.base_url.rstrip("/") + "/chat/completions"

    def _headers(self) -> dict[str, str]:
        key = (
            {"Authorization": f"{self._address.key_scheme} {self._secret}"} if self._secret else {}
        )
        return {"Accept": "application/json", "Accept-Encoding": "identity", **key}

    def _body(self, question: Question) -> dict[str, Any]:
        return {
            "model": self._address.model,
            "messages": [
                {"role": "system", "content": self._system(question)},
                {"role": "user", "content": question.user},
            ],
            "temperature": 0,
            self._address.tokens_name: self._address.max_tokens,
            **self._form(question),
        }

    def _system(self, question: Question) -> str:
        if self._address.form == "schema":
            return question.system
        return f"{question.system}\nJSON Schema:\n{json.dumps(question.schema, ensure_ascii=False)}"

    def _form(self, question: Question) -> dict[str, Any]:
        if self._address.form == "words":
            return {}
        if self._address.form == "object":
            return {"response_format": {"type": "json_object"}}
        named = {"name": question.schema_name, "strict": True, "schema": dict(question.schema)}
        return {"response_format": {"type": "json_schema", "json_schema": named}}

    def _bounded(self, response: httpx.Response) -> bytes:
        body = bytearray()
        for chunk in response.iter_bytes():
            body += chunk
            if len(body) > MOST_BYTES:
                raise self._error(Rejected, f"the answer is larger than {MOST_BYTES:,} bytes")
        return bytes(body)

    def _check(self, found: httpx.Response, body: bytes) -> None:
        status = found.status_code
        if status == 200:
            return
        told = f"{status}: {self._reason(body)}"
        if status == 429:
            self._limited(told, found.headers.get("retry-after", ""))
        if status in (401, 402, 403, 404):
            raise self._denied(told)
        if status in (408, 409, 425) or status >= 500:
            raise _Again(self._error(Transient, told))
        raise self._error(Rejected, told)

    def _limited(self, told: str, retry_after: str) -> None:
        seconds = float(retry_after) if retry_after.strip().isdecimal() else self._pause
        if seconds <= SHORT_PAUSE:
            raise _Again(self._error(Transient, told), wait=seconds)
        seconds = min(seconds, LONGEST_PAUSE)
        self._meter.block(self._key, seconds)
        raise RateLimited(self._clean(told), retry_after=seconds, platform="language_model")

    def _answer(self, body: bytes) -> Answer:
        try:
            value = json.loads(body)
            choice = value["choices"][0]
            message, usage = choice["message"], value.get("usage") or {}
            return Answer(
                text=_text(message.get("content")),
                finish=_text(choice.get("finish_reason")) or "stop",
                refusal=_text(message.get("refusal")),
                tokens_in=_count(usage.get("prompt_tokens")),
                tokens_out=_count(usage.get("completion_tokens")),
            )
        except (ValueError, RecursionError, LookupError, TypeError, AttributeError) as error:
            raise self._paused("the answer is no chat completion") from error

    def _paused(self, told: str) -> Transient:
        self._meter.block(self._key, self._pause)
        return self._error(Transient, told)

    def _denied(self, told: str) -> AccessDenied:
        self._meter.block(self._key, PAUSE_DENIED)
        return AccessDenied(
            self._clean(told), platform="language_model", to_do="check base_url, model and api_key"
        )

    def _reason(self, body: bytes) -> str:
        return " ".join(body[:2000].decode("utf-8", "replace").split())[:300]

    def _error(self, kind: type[E], told: str) -> E:
        return kind(self._clean(told), platform="language_model")

    def _clean(self, told: str) -> str:
        told = told.replace(self._secret, "***") if self._secret else told
        return f"{self._address.model}: {told}"


def _backoff(error: Exception) -> bool | float:
    if not isinstance(error, _Again):
        return False
    return error.wait or True


def _checked(address: Address) -> tuple[tuple[str, int], ...]:
    """Private endpoints that may be called."""
    try:
        endpoint = endpoint_of(address.base_url)
    except ValueError as error:
        raise ConfigError(f"language_model: base_url: {error}") from None
    if any(sign in address.base_url for sign in "@?#"):
        raise ConfigError("language_model: base_url must hold neither password nor query")
    if is_private_name(endpoint[0]) and not address.allow_private_hosts:
        raise ConfigError(
            f"language_model: base_url {endpoint[0]} stands in a private network: "
            "set allow_private_hosts = true if that is meant"
        )
    if address.api_key and address.base_url.startswith("http:") and not address.allow_private_hosts:
        raise ConfigError("language_model: a key is not sent over plain http")
    return (endpoint,) if address.allow_private_hosts else ()


def _tls(ca_file: str) -> ssl.SSLContext | None:
    if not ca_file:
        return None
    try:
        return ssl.create_default_context(cafile=ca_file)
    except (OSError, ssl.SSLError) as error:
        raise ConfigError(f"language_model: ca_file {ca_file}: {error}") from error


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _count(value: Any) -> int:
    return value if isinstance(value, int) and 0 <= value < 10**9 else 0


def _told(error: Exception) -> str:
    return f"{type(error).__name__}: {str(error)[:200] or 'no details'}"
