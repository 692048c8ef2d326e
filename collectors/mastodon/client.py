"""Calls to a Mastodon server through Mastodon.py, its errors in the house's words."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import stamina

from collectors._adapters import requests_session
from collectors._http import DEFAULT_RETRY_AFTER, LONGEST_RETRY_AFTER, retry_after
from collectors._text import decode_json_bytes, html_to_text, quote
from collectors._wire import Interrupted, NotSent, PrivateAddress, Wire, limit_key
from collectors.mastodon.settings import MastodonSettings
from otklik.clock import now
from otklik.errors import (
    AccessDenied,
    Gone,
    MissingExtra,
    OtklikError,
    OutcomeUnknown,
    PlatformError,
    RateLimited,
    Rejected,
    Transient,
)
from otklik.platforms import Limit, Meter

READ_ATTEMPTS = 3
# Mastodon's own defaults: 300 calls in 5 minutes, 300 posts in 3 hours, 30 deletions in half
# an hour, each split into a steady part and a burst.
CALLS = Limit(260, 300, burst=40, per="account")
POSTS = Limit(280, 10_800, burst=20, per="account for posts")
DELETIONS = Limit(20, 1_800, burst=10, per="account for deletions")
RENEW = (
    "Выпустите новый токен: в Mastodon «Настройки → Разработка → ваше приложение», и обновите "
    "переменную окружения источника"
)
MORE_RIGHTS = (
    "Токену Mastodon не хватает прав: в «Настройки → Разработка» отметьте read и write и "
    "выпустите токен заново; если аккаунт ограничен, войдите в него"
)
CHECK_SETTINGS = "Сервер Mastodon не принял запрос: проверьте base_url и hashtags источника"


class Api:
    """Calls one server for one source.

    Attributes:
        client: `mastodon.Mastodon`; call its methods through `read` and `act`.

    Raises:
        MissingExtra: Mastodon.py is not installed.
        ConfigError: see `Wire`.
    """

    def __init__(
        self, settings: MastodonSettings, *, source: str, meter: Meter, interval: float
    ) -> None:
        self._library = _mastodon()
        self._source, self._meter = source, meter
        self._secret = settings.token.get_secret_value()
        self._place = settings.place
        self.wire = Wire(
            settings, place=f"source {source!r} (mastodon)", meter=meter, min_interval=interval
        )
        self._session = requests_session(self.wire, before=self._before)
        self._session.hooks["response"].append(self._remember)
        self.client = self._library.Mastodon(
            access_token=self._secret,
            api_base_url=self.wire.base,
            session=self._session,
            ratelimit_method="throw",
            version_check_mode="none",
        )
        self._last: Any = None

    def read(self, call: Callable[[], Any]) -> Any:
        """One read, repeated a few times while wire or server fail; the answer's own JSON.

        Raises:
            Transient, RateLimited, AccessDenied, Gone: see `otklik.errors`.
        """
        for attempt in stamina.retry_context(
            on=_is_worth_repeating,
            attempts=READ_ATTEMPTS,
            timeout=self.wire.whole_call,
            wait_initial=0.1,
            wait_max=2.0,
            wait_jitter=0.2,
        ):
            with attempt:
                return self._exchange(call, is_act=False)
        raise AssertionError("a retry ends with an answer or an error")

    def read_list(self, call: Callable[[], Any]) -> list[Any]:
        """A read whose answer is a list of objects.

        Raises:
            Transient: it is something else.
        """
        rows = self.read(call)
        if not isinstance(rows, list) or any(isinstance(row, list) for row in rows):
            raise self.error(Transient, f"the answer is no list of objects: {quote(rows)}")
        return rows

    def read_object(self, call: Callable[[], Any]) -> dict[str, Any]:
        """A read whose answer is an object with an id or with named parts.

        Raises:
            Transient: it is something else.
        """
        found = self.read(call)
        if not isinstance(found, dict) or not found:
            raise self.error(Transient, f"the answer is no object: {quote(found)}")
        return found

    def act(self, call: Callable[[], Any]) -> Any:
        """One call that changes something, never repeated; the answer's own JSON.

        Raises:
            Rejected, Gone, RateLimited, Transient: it certainly was not done.
            OutcomeUnknown: sent, and no certain answer came back.
        """
        return self._exchange(call, is_act=True)

    def _exchange(self, call: Callable[[], Any], *, is_act: bool) -> Any:
        self._last = None
        lost = OutcomeUnknown if is_act else Transient
        try:
            call()
        except self._library.MastodonNetworkError as error:
            raise self._not_answered(error.__context__, lost) from error
        except (self._library.MastodonError, AttributeError, TypeError, ValueError) as error:
            # What it makes of an answer is not asked: the answer itself is read below.
            if self._last is None:
                raise self.error(lost, f"{type(error).__name__}: {error}") from error
        return self._read_off(self._last, is_act, lost)

    def _not_answered(self, cause: Any, lost: type[PlatformError]) -> OtklikError:
        """Mastodon.py puts its own error before whatever the wire said."""
        if isinstance(cause, NotSent):
            return self.error(Transient, f"not sent: {cause}")
        if isinstance(cause, PrivateAddress):
            return self.error(AccessDenied, str(cause))
        if isinstance(cause, OtklikError):
            return cause
        told = "sent, then" if isinstance(cause, Interrupted) else "no answer:"
        return self.error(lost, f"{told} {cause}")

    def _read_off(self, response: Any, is_act: bool, lost: type[PlatformError]) -> Any:
        if not 200 <= response.status_code < 300:
            raise self._refused(response, is_act)
        if is_act and response.history:
            raise self.error(lost, "the server sent the call elsewhere: check base_url")
        try:
            return json.loads(decode_json_bytes(response.content))
        except (ValueError, RecursionError):
            raise self.error(
                lost, f"the answer is not JSON: {quote(response.content[:300])}"
            ) from None

    def _refused(self, response: Any, is_act: bool) -> PlatformError:
        status, told = response.status_code, f"{response.status_code}: {_reason(response.content)}"
        if status == 401:
            return self.denied(told, RENEW, whole_account=True)
        if status == 429 or (status == 503 and "retry-after" in response.headers):
            seconds = _seconds_to_wait(response.headers)
            self._meter.block(self._key(""), seconds)
            return RateLimited(
                self._scrubbed(told), retry_after=seconds, platform="mastodon", source=self._source
            )
        if status in (404, 410):
            return self.error(Gone, told)
        if status in (408, 425):
            return self.error(Transient, told)
        if status >= 500:
            return self.error(OutcomeUnknown if is_act else Transient, told)
        if is_act:
            hint = f" ({MORE_RIGHTS})" if status == 403 and "scope" in told else ""
            return self.error(Rejected, told + hint)
        return self.denied(told, MORE_RIGHTS if status == 403 else CHECK_SETTINGS)

    def error(self, kind: type[PlatformError], message: str) -> PlatformError:
        """An error of this source, with the token taken out of its message."""
        return kind(self._scrubbed(message), platform="mastodon", source=self._source)

    def denied(self, message: str, to_do: str, *, whole_account: bool = False) -> AccessDenied:
        """Something a person has to set right."""
        return AccessDenied(
            self._scrubbed(message),
            platform="mastodon",
            source=self._source,
            to_do=to_do,
            whole_account=whole_account,
        )

    @property
    def limits_left(self) -> str:
        """What the last answer told of calls left; empty when it told nothing."""
        headers = self._last.headers if self._last is not None else {}
        left = headers.get("x-ratelimit-remaining")
        if left is None:
            return ""
        return (
            f"{left} of {headers.get('x-ratelimit-limit')} calls for the next "
            f"{round(_seconds_to_wait(headers))} s"
        )

    def close(self) -> None:
        """Give back connections."""
        self._session.close()
        self.wire.close()

    def _before(self, method: str, url: str) -> Mapping[str, Any]:
        limits = {self._key(""): CALLS}
        path = url.split("?", 1)[0]
        if method == "DELETE":
            limits[self._key("delete")] = DELETIONS
        elif method == "POST" and path.endswith("/statuses"):
            limits[self._key("post")] = POSTS
        return {"limits": limits}

    def _key(self, part: str) -> str:
        return limit_key("mastodon", f"{self._place} {self._secret}", part)

    def _remember(self, response: Any, *_: Any, **__: Any) -> None:
        self._last = response

    def _scrubbed(self, message: str) -> str:
        return message.replace(self._secret, "***")


def _reason(body: bytes) -> str:
    text = decode_json_bytes(body[:20_000])
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return quote(html_to_text(text), 300)
    told = data.get("error_description") or data.get("error") if isinstance(data, dict) else data
    return quote(told or data, 300)


def _seconds_to_wait(headers: Mapping[str, str]) -> float:
    """Until the limit starts anew: Mastodon gives the moment, other servers the seconds."""
    reset = headers.get("x-ratelimit-reset", "")
    try:
        moment = datetime.fromisoformat(reset)
        seconds = (moment - now()).total_seconds()
    except (ValueError, TypeError):
        value = headers.get("retry-after")
        seconds = retry_after(value) if value else DEFAULT_RETRY_AFTER
    return min(max(seconds, 1.0), LONGEST_RETRY_AFTER)


def _is_worth_repeating(error: Exception) -> bool:
    return isinstance(error, Transient) and not isinstance(error, RateLimited)


def _mastodon() -> Any:
    try:
        import mastodon
    except ImportError as error:
        raise MissingExtra("Mastodon needs Mastodon.py: pip install mastodon.py") from error
    return mastodon
