"""Google's APIs: calls by Google's own client over our wire, and what its refusals mean.

Keys and tokens travel in headers, never in addresses: those are logged.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache, cached_property
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import stamina

from collectors._adapters import Before, Httplib2Client
from collectors._google_account import Account
from collectors._http import READ_ATTEMPTS, retry_after
from collectors._text import quote
from collectors._wire import Interrupted, NotSent, PrivateAddress, Wire
from otklik.clock import now
from otklik.errors import (
    AccessDenied,
    Gone,
    MissingExtra,
    OutcomeUnknown,
    PlatformError,
    RateLimited,
    Rejected,
    Transient,
)
from otklik.platforms import Limit, Meter, PlatformSettings

SPENT_TODAY = {"quotaExceeded", "dailyLimitExceeded", "dailyLimitExceededUnreg"}
TOO_FAST = {"rateLimitExceeded", "userRateLimitExceeded", "RATE_LIMIT_EXCEEDED"}
BAD_KEY = {"keyInvalid", "keyExpired", "API_KEY_INVALID", "API_KEY_EXPIRED"}
SWITCHED_OFF = {"accessNotConfigured", "SERVICE_DISABLED"}
Reasons = Mapping[str, type[PlatformError]]


class GoogleApi:
    """Calls one of Google's APIs for one source.

    Args:
        home: the API's address.
        account: who calls.
        before: limits of a call by its method and address.
        day_key: under which a used-up quota of the day stops everybody; empty for none.
    """

    def __init__(
        self,
        settings: PlatformSettings,
        account: Account,
        *,
        platform: str,
        source: str,
        meter: Meter,
        home: str,
        before: Before,
        min_interval: float = 0.0,
        day_key: str = "",
    ) -> None:
        self._account, self._platform, self._source = account, platform, source
        self._meter, self._day_key = meter, day_key
        self.wire = Wire(
            settings,
            place=f"source {source!r} ({platform})",
            meter=meter,
            home=home,
            min_interval=min_interval,
        )
        self.home = home
        self._client = Httplib2Client(self.wire, headers=account.headers, before=before)

    def service(self, name: str, version: str) -> Any:
        """Google's client for a packaged discovery document.

        Raises:
            MissingExtra: google-api-python-client is not installed.
        """
        return _service(name, version)

    def request(self, method: str, path: str, query: str = "", body: Any = None) -> Any:
        """A call to an API that has no packaged discovery document."""
        answer = self._model.response
        headers = {"content-type": "application/json"} if body is not None else {}
        return _imported("googleapiclient.http").HttpRequest(
            self._client,
            answer,
            f"{self.home}{path}{'?' if query else ''}{query}",
            method=method,
            body=None if body is None else json.dumps(body, ensure_ascii=False).encode(),
            headers={"accept": "application/json", **headers},
        )

    @cached_property
    def _model(self) -> Any:
        return _imported("googleapiclient.model").JsonModel()

    def read(self, request: Any, reasons: Reasons | None = None) -> dict[str, Any]:
        """Read something, repeating a failed call a few times.

        Args:
            reasons: errors for reasons that mean something special here.

        Raises:
            Rejected: 400, as for a page token that is no longer good.
            Transient, RateLimited, AccessDenied, Gone: see `otklik.errors`.
        """
        for attempt in stamina.retry_context(
            on=lambda error: isinstance(error, Transient) and not isinstance(error, RateLimited),
            attempts=READ_ATTEMPTS,
            timeout=self.wire.whole_call,
            wait_initial=0.1,
            wait_max=2.0,
            wait_jitter=0.2,
        ):
            with attempt:
                found = self._execute(request, Transient, reasons or {})
                if not isinstance(found, dict):
                    raise self.error(Transient, f"no object in the answer: {quote(found)}")
                return found
        raise AssertionError("a retry ends with an answer or an error")

    def change(self, request: Any, reasons: Reasons | None = None) -> Any:
        """Change something in a way that may be asked for twice."""
        return self._execute(request, Transient, reasons or {})

    def post_once(self, request: Any, reasons: Reasons | None = None) -> dict[str, Any]:
        """Post a reply: one call, never repeated here.

        Raises:
            Transient, RateLimited, Rejected, Gone, AccessDenied: certainly not posted.
            OutcomeUnknown: sent, and no certain answer came back.
        """
        found = self._execute(request, OutcomeUnknown, reasons or {})
        if not isinstance(found, dict):
            raise self.error(OutcomeUnknown, f"sent, the answer is {quote(found)}")
        return found

    def error(self, kind: type[PlatformError], message: str, **more: Any) -> PlatformError:
        """An error of this source, with secrets taken out of its message."""
        for value in self._account.secrets:
            message = message.replace(value, "***")
        return kind(message, platform=self._platform, source=self._source, **more)

    def close(self) -> None:
        """Give back connections."""
        self.wire.close()
        self._account.close()

    def _execute(self, request: Any, unsure: type[PlatformError], reasons: Reasons) -> Any:
        http_error = _imported("googleapiclient.errors").HttpError
        try:
            return request.execute(http=self._client)
        except NotSent as error:
            raise self.error(Transient, f"not sent: {error}") from error
        except PrivateAddress as error:
            raise self.error(AccessDenied, str(error)) from error
        except Interrupted as error:
            raise self.error(unsure, f"sent, then {error}") from error
        except http_error as error:
            raise self._refused(error, unsure, reasons) from error
        except (ValueError, RecursionError) as error:
            raise self.error(unsure, "sent, the answer is not JSON") from error

    def _refused(self, error: Any, unsure: type[PlatformError], special: Reasons) -> PlatformError:
        status = int(error.resp.status)
        message, reasons = _told(error.content)
        told = f"{status} {message} {' '.join(sorted(reasons))}".rstrip()
        for reason in reasons & special.keys():
            return self.error(special[reason], told)
        if status == 401 or reasons & BAD_KEY:
            return self._unauthorized(told)
        if status == 429 or (status == 503 and "retry-after" in error.resp):
            return self.limited(told, retry_after(error.resp.get("retry-after")))
        if status == 403:
            return self._forbidden(told, reasons, error.resp.get("retry-after"))
        if status in (404, 410):
            return self.error(Gone, told)
        if status >= 500:
            return self.error(unsure, told)
        return self.error(Transient if status in (408, 425) else Rejected, told)

    def limited(self, told: str, seconds: float) -> PlatformError:
        """`RateLimited` of this source."""
        return self.error(RateLimited, told, retry_after=seconds)

    def _unauthorized(self, told: str) -> PlatformError:
        if self._account.renew():
            return self.error(Transient, f"the access token is no longer good: {told}")
        to_do = "Токен Google больше не действует: выдайте доступ заново и обновите настройки"
        return self.error(AccessDenied, told, to_do=to_do, whole_account=True)

    def _forbidden(self, told: str, reasons: set[str], wait: str | None) -> PlatformError:
        if reasons & SPENT_TODAY:
            seconds = seconds_to_midnight(now())
            if self._day_key:
                self._meter.block(self._day_key, seconds)
            return self.limited(told, seconds)
        if reasons & TOO_FAST:
            return self.limited(told, retry_after(wait))
        if reasons & SWITCHED_OFF:
            to_do = "Включите этот API в проекте Google Cloud (APIs & Services → Library)"
        else:
            to_do = "Дайте учётной записи права на этот канал, приложение или точку в Google"
        return self.error(AccessDenied, told, to_do=to_do)


def seconds_to_midnight(at: datetime) -> float:
    """Until quotas of the day are renewed: midnight in California."""
    try:
        here = at.astimezone(ZoneInfo("America/Los_Angeles"))
    except ZoneInfoNotFoundError:
        here = at.astimezone(UTC) - timedelta(hours=8)
    midnight = (here + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return max(60.0, midnight.timestamp() - at.timestamp())


def moment(value: Any) -> datetime | None:
    """A time as Google writes it, up to nanoseconds; None when it is none."""
    if not isinstance(value, str):
        return None
    whole, dot, rest = value.partition(".")
    digits = rest[: len(rest) - len(rest.lstrip("0123456789"))]
    try:
        found = datetime.fromisoformat(whole + dot + digits[:6].ljust(6, "0") + rest[len(digits) :])
    except ValueError:
        try:
            found = datetime.fromisoformat(value)
        except ValueError:
            return None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)


def call_limits(reading: tuple[str, Limit], writing: tuple[str, Limit]) -> Before:
    """Limits by the kind of call."""
    return lambda method, _url: {"limits": dict([reading if method == "GET" else writing])}


def _told(content: bytes) -> tuple[str, set[str]]:
    """Google's message, and the reasons it names."""
    try:
        error = json.loads(content)["error"]
        listed = [*error.get("errors", ()), *error.get("details", ())]
        reasons = {str(one["reason"]) for one in listed if one.get("reason")}
        return quote(error.get("message", ""), 200), reasons
    except (ValueError, KeyError, TypeError, AttributeError):
        return quote(content[:300], 200), set()


@cache
def _service(name: str, version: str) -> Any:
    """Built once for all sources: it costs 50 ms, and what it leaves behind is never freed."""
    build = _imported("googleapiclient.discovery").build
    return build(name, version, http=_Unused(), static_discovery=True, cache_discovery=False)


class _Unused:
    """Stands where Google's client wants a connection; every call brings its own."""


def _imported(module: str) -> Any:
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise MissingExtra(
            "this platform needs google-api-python-client: pip install google-api-python-client"
        ) from error
