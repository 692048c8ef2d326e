"""One careful HTTP client for every platform without a library of its own.

It says what went wrong in the house's own errors. Reading and posting differ: a read that
failed may be repeated, a reply that may have been taken must never be (promise 3).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Mapping
from email.utils import parsedate_to_datetime
from typing import Any

import stamina

from collectors._wire import (
    Answer,
    Interrupted,
    NotSent,
    PrivateAddress,
    TooLarge,
    Wire,
    WireError,
)
from otklik.clock import now
from otklik.errors import (
    AccessDenied,
    Gone,
    OutcomeUnknown,
    PlatformError,
    RateLimited,
    Rejected,
    Transient,
)
from otklik.metering import LocalMeter
from otklik.platforms import Limit, Meter, PlatformSettings

READ_ATTEMPTS = 3
DEFAULT_RETRY_AFTER = 60.0  # seconds, where a 429 names none
LONGEST_RETRY_AFTER = 86_400.0

Params = Mapping[str, str | int | float]


class HttpClient:
    """Calls one source.

    Args:
        settings: base URL, bounds and the SSRF switch of the source.
        platform, source: for errors.
        meter: counts the calls; of this process only by default.
        home, min_interval, limits, auth: see `Wire`.
        headers: sent with every call.
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
        meter: Meter | None = None,
        home: str = "",
        min_interval: float = 0.0,
        limits: Mapping[str, Limit] | None = None,
        auth: tuple[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        secrets: Iterable[str] = (),
    ) -> None:
        self._platform, self._source = platform, source
        self._secrets = tuple(secret for secret in secrets if secret)
        self._headers = dict(headers or {})
        self.wire = Wire(
            settings,
            place=f"source {source!r} ({platform})",
            meter=meter or LocalMeter(),
            home=home,
            min_interval=min_interval,
            limits=limits,
            auth=auth,
        )

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

    def post_once(
        self, path: str, payload: Any, *, params: Params | None = None, method: str = "POST"
    ) -> Answer:
        """Post a reply: one call, never repeated here; `data` of the answer is parsed.

        Raises:
            Transient, RateLimited: certainly not posted; may be tried again.
            Rejected, Gone: certainly not posted.
            OutcomeUnknown: sent, and no certain answer came back.
        """
        try:
            answer = self.wire.call(
                method, path, headers=self._headers, params=params, json=payload
            )
        except NotSent as error:
            raise self._error(Transient, f"not sent: {error}") from error
        except PrivateAddress as error:
            raise self._private(error) from error
        except Interrupted as error:
            raise self._error(OutcomeUnknown, f"sent, then {error}") from error
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
        self.wire.forget_cookies()

    def close(self) -> None:
        """Give back connections."""
        self.wire.close()

    def _repeated(self, read: Callable[[], Answer]) -> Answer:
        for attempt in stamina.retry_context(
            on=_is_worth_repeating,
            attempts=READ_ATTEMPTS,
            timeout=self.wire.whole_call,
            wait_initial=0.1,
            wait_max=2.0,
            wait_jitter=0.2,
        ):
            with attempt:
                return read()
        raise AssertionError("a retry ends with an answer or an error")

    def _exchange(self, method: str, path: str, **content: Any) -> Answer:
        try:
            return self.wire.call(method, path, headers=self._headers, **content)
        except PrivateAddress as error:
            raise self._private(error) from error
        except WireError as error:
            raise self._error(Transient, f"{method} {path}: {error}") from error

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


def _is_worth_repeating(error: Exception) -> bool:
    is_hopeless = isinstance(error, RateLimited) or isinstance(error.__cause__, TooLarge)
    return isinstance(error, Transient) and not is_hopeless
