"""Calls to VK's API: the token that may make them, VK's limits, batches, errors.

vk-api is used as the client; what it does on its own account is switched off here. It would
sleep between calls (our limits hold across processes), ask again and again after error 6, and
wait for a person to solve a captcha.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

import stamina

from collectors._adapters import requests_session
from collectors._http import READ_ATTEMPTS, retry_after
from collectors._text import quote
from collectors._wire import NotSent, PrivateAddress, TooLarge, Wire, WireError, limit_key
from collectors.vk.faults import BLOCKING, RUNTIME, WAITS, Faults, Purpose, code_of
from collectors.vk.rights import Kind, choose, settings_for
from collectors.vk.settings import VkSettings
from otklik.errors import (
    AccessDenied,
    MissingExtra,
    OutcomeUnknown,
    PlatformError,
    RateLimited,
    Rejected,
    Transient,
)
from otklik.platforms import Limit, Meter

HOME: Final = "https://api.vk.ru"
VERSION: Final = "5.199"
BATCH: Final = 25  # calls that one `execute` may hold
# no window of a second holds more than 3 and 20 calls
LIMITS: Final[dict[Kind, Limit]] = {
    Kind.USER: Limit(3, 1.05, per="user token"),
    Kind.GROUP: Limit(20, 1.05, per="community token"),
    Kind.SERVICE: Limit(3, 1.05, per="service token"),
}
PRIVATE: Final = "Адрес стоит в закрытой сети: проверьте base_url источника"
T = TypeVar("T")


@dataclass(frozen=True)
class Call:
    """One method with its parameters."""

    method: str
    params: Mapping[str, Any] = field(default_factory=dict)

    @property
    def code(self) -> str:
        """The call in VK's script."""
        return f"API.{self.method}({json.dumps(_plain(self.params), sort_keys=True)})"


class VkClient:
    """Calls VK for one source.

    Attributes:
        calls: calls made so far, a batch being one; for figures.
    """

    def __init__(self, settings: VkSettings, *, platform: str, source: str, meter: Meter) -> None:
        self._tokens = {kind: token.get_secret_value() for kind, token in settings.tokens.items()}
        self._meter = meter
        self._platform, self._timeout = platform, settings.timeout
        self._apis: dict[Kind, Any] = {}
        self.calls = 0
        self.faults = Faults(platform, source, self._scrubbed)
        self._wire = Wire(settings, place=f"source {source!r} ({platform})", meter=meter, home=HOME)

    def can(self, *methods: str) -> bool:
        """Whether a configured token may call each of these."""
        return all(choose([method], self._tokens) for method in methods)

    def mark_of(self, kind: Kind) -> str:
        """Tells one token from another, and nothing of it; empty without such a token."""
        return self._limit_key(kind).split(":")[1][:8] if kind in self._tokens else ""

    def read(self, method: str, /, *, as_user: bool = False, **params: Any) -> Any:
        """`response` of a reading call, repeated a few times when it fails on the way.

        Args:
            as_user: with the user token, even where another could do it.

        Raises:
            Transient, RateLimited, AccessDenied, Gone: see `otklik.errors`.
        """
        tokens = [Kind.USER] if as_user else None
        return self._repeated(lambda: self._one(Call(method, params), Purpose.READ, tokens))

    def change(self, method: str, /, **params: Any) -> Any:
        """`response` of a call that may be made twice; made once here.

        Raises:
            Rejected: VK refuses it.
            Transient, RateLimited, AccessDenied, Gone: see `otklik.errors`.
        """
        return self._one(Call(method, params), Purpose.CHANGE)

    def post(self, method: str, /, *, as_user: bool, **params: Any) -> Any:
        """`response` of a call that must not be made twice.

        Args:
            as_user: with the user token, even where the community's could do it.

        Raises:
            OutcomeUnknown: sent, and no certain answer came back.
            Rejected, Gone, Transient, RateLimited, AccessDenied: certainly not done.
        """
        tokens = [Kind.USER] if as_user else None
        return self._one(Call(method, params), Purpose.POST, tokens)

    def batch(self, calls: Sequence[Call]) -> list[Any]:
        """Responses of reading calls in their order; a `PlatformError` stands where one failed.

        25 of them go in one `execute` where a token may call both; else one by one.

        Raises:
            Transient, RateLimited, AccessDenied: none could be made, or the token is concerned.
        """
        found: list[Any] = []
        for start in range(0, len(calls), BATCH):
            found += self._some(calls[start : start + BATCH])
        return found

    def long_poll(self, server: str, params: Mapping[str, str], wait: int) -> Any:
        """One look at a community's events.

        Raises:
            Transient: no JSON came back.
            AccessDenied: the server stands in a private network.
        """
        if urlsplit(server).scheme not in {"http", "https"}:
            raise self.faults.error(Transient, f"no Long Poll server: {quote(server)}")
        sent = {"act": "a_check", **params, "wait": str(wait)}
        self.calls += 1
        try:
            answer = self._wire.call("GET", server, params=sent, timeout=wait + self._timeout)
            if answer.status != 200:
                raise self.faults.error(Transient, f"Long Poll: {answer.status}")
            return answer.parsed().data
        except PrivateAddress as error:
            raise self.faults.denied(f"Long Poll: {error}", PRIVATE) from error
        except (WireError, ValueError) as error:
            raise self.faults.error(Transient, f"Long Poll: {error}") from error

    def close(self) -> None:
        """Give back connections."""
        self._wire.close()

    def _some(self, calls: Sequence[Call]) -> list[Any]:
        kind = choose(["execute", *(call.method for call in calls)], self._tokens)
        if kind is None or len(calls) == 1:
            return [self._caught(call) for call in calls]
        code = f"return [{', '.join(call.code for call in calls)}];"
        try:
            answer = self._repeated(lambda: self._batched(kind, code, len(calls)))
        except _TooMuch:
            half = len(calls) // 2
            return [*self._some(calls[:half]), *self._some(calls[half:])]
        return self._taken_apart(calls, answer)

    def _batched(self, kind: Kind, code: str, size: int) -> dict[str, Any]:
        call = Call("execute", {"code": code})
        answer = self._ask(kind, call, Purpose.READ)
        values = answer.get("response")
        if not answer.get("execute_errors") and not (
            isinstance(values, list) and len(values) == size
        ):
            raise self._no_answer(call, Purpose.READ, f"not an answer: {quote(answer)}")
        return answer

    def _caught(self, call: Call) -> Any:
        try:
            return self.read(call.method, **call.params)
        except PlatformError as error:
            is_whole = isinstance(error, AccessDenied) and error.whole_account
            if is_whole or isinstance(error, RateLimited) or not _is_of_one_call(error):
                raise
            return error

    def _taken_apart(self, calls: Sequence[Call], answer: Mapping[str, Any]) -> list[Any]:
        """VK puts `false` where a call failed, and the errors in the same order beside it."""
        values = answer.get("response")
        told = answer.get("execute_errors")
        errors = [e for e in told if isinstance(e, dict)] if isinstance(told, list) else []
        if not isinstance(values, list) or len(values) != len(calls):
            values = [False] * len(calls)
        found: list[Any] = []
        for call, value in zip(calls, values, strict=True):
            found.append(self._failed(call, errors) if value is False else value)
        return found

    def _failed(self, call: Call, errors: list[dict[str, Any]]) -> PlatformError:
        position = next(
            (n for n, error in enumerate(errors) if error.get("method") in (call.method, None)),
            None,
        )
        fault = errors.pop(position) if position is not None else (errors or [{}])[0]
        error = self.faults.of(fault, call.method, Purpose.READ)
        is_account = isinstance(error, AccessDenied) and error.whole_account
        if is_account or isinstance(error, RateLimited):
            raise error
        return error

    def _one(self, call: Call, purpose: Purpose, only: Collection[Kind] | None = None) -> Any:
        usable = [kind for kind in self._tokens if only is None or kind in only]
        kind = choose([call.method], usable)
        if kind is None:
            needed = settings_for(call.method)
            told = f"{call.method} needs {needed}"
            if purpose is not Purpose.READ:
                raise self.faults.error(Rejected, told)
            raise self.faults.denied(told, f"Укажите в настройках источника {needed}")
        answer = self._ask(kind, call, purpose)
        if "response" not in answer:
            raise self._no_answer(call, purpose, quote(answer, 200))
        return answer["response"]

    def _ask(self, kind: Kind, call: Call, purpose: Purpose) -> dict[str, Any]:
        api = self._api(kind)
        from vk_api.exceptions import ApiError, ApiHttpError

        self.calls += 1
        try:
            answer = api.method(call.method, _plain(call.params), raw=True)
        except NotSent as error:
            raise self.faults.error(Transient, f"{call.method}: not sent: {error}") from error
        except PrivateAddress as error:
            raise self.faults.denied(f"{call.method}: {error}", PRIVATE) from error
        except WireError as error:
            raise self._no_answer(call, purpose, str(error)) from error
        except ApiHttpError as error:
            raise self._http(kind, call, error.response, purpose) from error
        except ApiError as error:
            raise self._told(kind, call, error.error, purpose) from error
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise self._no_answer(
                call, purpose, f"not an answer: {type(error).__name__}"
            ) from error
        if not isinstance(answer, dict):
            raise self._no_answer(call, purpose, f"not an answer: {quote(answer)}")
        return answer

    def _told(
        self, kind: Kind, call: Call, fault: Mapping[str, Any], purpose: Purpose
    ) -> PlatformError:
        code = code_of(fault)
        if code in BLOCKING:
            self._meter.block(self._limit_key(kind), WAITS[code])
        if code == RUNTIME and call.method == "execute" and "too big" in str(fault):
            return _TooMuch("the answer would be too big")
        return self.faults.of(fault, call.method, purpose)

    def _http(self, kind: Kind, call: Call, response: Any, purpose: Purpose) -> PlatformError:
        status, told = response.status_code, f"HTTP {response.status_code}"
        if status == 429:
            seconds = retry_after(response.headers.get("retry-after"))
            self._meter.block(self._limit_key(kind), seconds)
            return self.faults.limited(f"{call.method}: {told}", seconds)
        if status in {401, 403}:
            to_do = "Проверьте доступ этого сервера к api.vk.ru"
            return self.faults.denied(f"{call.method}: {told}", to_do)
        return self._no_answer(call, purpose, told)

    def _no_answer(self, call: Call, purpose: Purpose, why: str) -> PlatformError:
        kind = OutcomeUnknown if purpose is Purpose.POST else Transient
        return self.faults.error(kind, f"{call.method}: {why}")

    def _repeated(self, ask: Callable[[], T]) -> T:
        for attempt in stamina.retry_context(
            on=_is_worth_repeating,
            attempts=READ_ATTEMPTS,
            timeout=self._wire.whole_call,
            wait_initial=0.2,
            wait_max=2.0,
            wait_jitter=0.3,
        ):
            with attempt:
                return ask()
        raise AssertionError("a retry ends with an answer or an error")

    def _api(self, kind: Kind) -> Any:
        if kind not in self._apis:
            self._apis[kind] = self._made(kind)
        return self._apis[kind]

    def _made(self, kind: Kind) -> Any:
        try:
            from vk_api import VkApi
            from vk_api.vk_api import jconfig
        except ImportError as error:
            raise MissingExtra("vk needs vk-api: pip install vk-api") from error
        limits = {"limits": {self._limit_key(kind): LIMITS[kind]}}
        session = requests_session(self._wire, before=lambda *_: limits)
        session.hooks["response"].append(_as_utf8)
        api = VkApi(
            token=self._tokens[kind],
            api_version=VERSION,
            config=jconfig.MemoryConfig,
            session=session,
        )
        api.RPS_DELAY = 0.0
        api.error_handlers.clear()
        return api

    def _limit_key(self, kind: Kind) -> str:
        return limit_key(self._platform, self._tokens[kind])

    def _scrubbed(self, message: str) -> str:
        for secret in self._tokens.values():
            message = message.replace(secret, "***")
        return message


class _TooMuch(PlatformError):
    """VK will not give that much in one answer."""


def _plain(params: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters as VK takes them: flags 1 and 0, lists with commas, nothing empty."""
    return {key: _value(value) for key, value in params.items() if value is not None}


def _value(value: Any) -> Any:
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, Iterable) and not isinstance(value, str):
        return ",".join(map(str, value))
    return value


def _as_utf8(response: Any, **_: Any) -> None:
    """VK answers in UTF-8, whatever a gateway's header says."""
    response.encoding = "utf-8"


def _is_of_one_call(error: PlatformError) -> bool:
    """VK itself said so of this one call, or there is no token for it."""
    from vk_api.exceptions import ApiError

    is_without_token = isinstance(error, AccessDenied) and error.__cause__ is None
    return is_without_token or isinstance(error.__cause__, ApiError)


def _is_worth_repeating(error: Exception) -> bool:
    is_hopeless = isinstance(error, RateLimited) or isinstance(error.__cause__, TooLarge)
    return isinstance(error, Transient) and not is_hopeless
