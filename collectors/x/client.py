"""Calls to X through tweepy: limits, money, and errors in the house's words."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Mapping
from typing import Any

import stamina

from collectors._adapters import requests_session
from collectors._wire import Interrupted, NotSent, PrivateAddress, Wire, limit_key
from collectors.x.refusals import Duplicate, Refusal, read_refusal, seconds_to_wait
from collectors.x.settings import XSettings
from otklik.errors import (
    AccessDenied,
    MissingExtra,
    OutcomeUnknown,
    PlatformError,
    RateLimited,
    Transient,
)
from otklik.platforms import Limit, Meter

HOME = "https://api.twitter.com"  # tweepy's; an alias of api.x.com
POST_READ, USER_READ = 5_000, 10_000  # micro-dollars for one object in an answer
ITEM_READ = 2 * POST_READ + USER_READ  # a post, its author, the post it answers
CREATE, CREATE_WITH_LINK, DELETE, MANAGE = 15_000, 200_000, 10_000, 10_000
READ_ATTEMPTS = 3

# The documented windows, each split into a steady part and a burst.
APP_LIMITS = {
    "search": Limit(400, 900, burst=50, per="app for search"),
    "mentions": Limit(400, 900, burst=50, per="app for mentions"),
    "lookup": Limit(3_000, 900, burst=100, per="app for posts by id"),
    "own": Limit(9_000, 900, burst=100, per="app for our own posts"),
}
USER_LIMITS = {
    "search": Limit(260, 900, burst=40, per="account for search"),
    "mentions": Limit(260, 900, burst=40, per="account for mentions"),
    "lookup": Limit(4_500, 900, burst=100, per="account for posts by id"),
    "own": Limit(800, 900, burst=50, per="account for our own posts"),
    "me": Limit(65, 900, burst=10, per="account for its own profile"),
    "post": Limit(90, 900, burst=10, per="account for replies"),
    "delete": Limit(40, 900, burst=10, per="account for deleting"),
    "hide": Limit(40, 900, burst=10, per="account for hiding"),
}
_NOISY = ("tweepy", "oauthlib", "requests_oauthlib")


class Api:
    """Calls X for one source.

    Raises:
        MissingExtra: tweepy is not installed.
        ConfigError: see `Wire`.
    """

    def __init__(self, settings: XSettings, *, source: str, meter: Meter, interval: float) -> None:
        self._tweepy = _tweepy()
        self._source, self._meter, self._secrets = source, meter, settings.secrets
        self._reads_as_user = settings.bearer_token is None
        self.wire = Wire(
            settings, place=f"source {source!r} (x)", meter=meter, home=HOME, min_interval=interval
        )
        self._client = self._tweepy.Client(
            *(
                _plain(value)
                for value in (
                    settings.bearer_token,
                    settings.consumer_token,
                    settings.consumer_token_secret,
                    settings.access_token,
                    settings.access_token_secret,
                )
            ),
            return_type=_requests().Response,
            wait_on_rate_limit=False,
        )
        self._client.session = requests_session(self.wire, before=self._before)
        self._client.session.hooks["response"].append(self._remember)
        self._last: Any = None
        self._app_secret = _plain(settings.bearer_token) or ""
        self._user_secret = _plain(settings.access_token) or ""

    # ---- reading ---------------------------------------------------------------------------

    def read(
        self, path: str, params: Mapping[str, Any], *, reserve: int, as_user: bool = False
    ) -> dict[str, Any]:
        """One paid read; repeated a few times while the wire or the server fails.

        Args:
            reserve: micro-dollars put aside before the call; what the answer holds is settled.

        Raises:
            BudgetSpent: the month's money does not hold `reserve`; nothing was sent.
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
                return self._read_once(path, params, reserve, as_user or self._reads_as_user)
        raise AssertionError("a retry ends with an answer or an error")

    def _read_once(
        self, path: str, params: Mapping[str, Any], reserve: int, as_user: bool
    ) -> dict[str, Any]:
        self._meter.reserve_money(reserve)
        spent = items = 0
        try:
            body = self._parsed(
                self._exchange(
                    lambda: self._client.request(
                        "GET", path, params=dict(params), user_auth=as_user
                    )
                ),
                path,
            )
            spent, items = price_of(body)
        except Interrupted as error:
            raise self.error(Transient, f"GET {path}: {error}") from error
        else:
            return body
        finally:
            # A read that was cut is read again, and X charges an object once a day.
            self._meter.settle_money(reserve, spent, items)

    def _parsed(self, response: Any, path: str) -> dict[str, Any]:
        try:
            body = json.loads(response.content)
        except (ValueError, RecursionError):
            raise self.error(Transient, f"GET {path}: the answer is not JSON") from None
        if not isinstance(body, dict) or not {"data", "meta", "errors"} & set(body):
            raise self.error(Transient, f"GET {path}: the answer holds neither data nor meta")
        return body

    # ---- acting ----------------------------------------------------------------------------

    def create(self, text: str, in_reply_to: str, *, price: int) -> Any:
        """Post a reply: one call, never repeated; the parsed answer.

        Raises:
            Duplicate: X has such a text of ours already.
            Rejected, Gone, RateLimited, Transient: certainly not posted.
            OutcomeUnknown: sent, and no certain answer came back.
        """
        return self._act(
            lambda: self._client.create_tweet(text=text, in_reply_to_tweet_id=in_reply_to), price
        )

    def delete(self, number: str) -> Any:
        """Delete a post of ours."""
        return self._act(lambda: self._client.delete_tweet(number), DELETE)

    def hide(self, number: str, *, is_hidden: bool) -> Any:
        """Hide a reply in a conversation of ours, or show it again."""
        call = self._client.hide_reply if is_hidden else self._client.unhide_reply
        return self._act(lambda: call(number), MANAGE)

    def _act(self, call: Callable[[], Any], price: int) -> Any:
        self._meter.reserve_money(price)
        spent = price
        try:
            return json.loads(self._exchange(call, is_act=True).content)
        except Interrupted as error:
            raise self.error(OutcomeUnknown, f"sent, then {error}") from error
        except (ValueError, RecursionError) as error:
            raise self.error(OutcomeUnknown, "sent, the answer is not JSON") from error
        except (OutcomeUnknown, AssertionError):
            raise
        except (PlatformError, Duplicate):
            spent = 0
            raise
        finally:
            self._meter.settle_money(price, spent)

    # ---- both ------------------------------------------------------------------------------

    def _exchange(self, call: Callable[[], Any], *, is_act: bool = False) -> Any:
        """One call of tweepy; its errors are read off the answer, not off their texts."""
        self._last = None
        try:
            return call()
        except NotSent as error:
            raise self.error(Transient, f"not sent: {error}") from error
        except PrivateAddress as error:
            raise self.error(AccessDenied, str(error)) from error
        except (self._tweepy.TweepyException, AttributeError, TypeError, KeyError) as error:
            # tweepy itself breaks on error bodies that are no objects.
            if self._last is None or self._last.status_code < 300:
                raise
            raise self._refused(is_act) from error

    def _refused(self, is_act: bool) -> Exception:
        response = self._last
        refusal = read_refusal(response.status_code, response.headers, response.content, is_act)
        if refusal.kind is RateLimited:
            seconds = seconds_to_wait(response.headers, time.time())
            part = part_of(response.request.method, response.request.url)
            self._meter.block(self._key(part), seconds)
            return self.limited(refusal.reason, seconds)
        if refusal.kind is Duplicate:
            return Duplicate(self._scrubbed(refusal.reason))
        return self._error_of(refusal)

    def _error_of(self, refusal: Refusal) -> Exception:
        told = self._scrubbed(refusal.reason)
        if refusal.kind is AccessDenied:
            return AccessDenied(
                told,
                platform="x",
                source=self._source,
                to_do=refusal.to_do,
                whole_account=refusal.whole_account,
            )
        refused: Exception = refusal.kind(told, platform="x", source=self._source)
        return refused

    def error(self, kind: type[PlatformError], message: str) -> PlatformError:
        """An error of this source, with secrets taken out of its message."""
        return kind(self._scrubbed(message), platform="x", source=self._source)

    def denied(self, message: str, to_do: str) -> AccessDenied:
        """Something a person has to set right."""
        return AccessDenied(self._scrubbed(message), platform="x", source=self._source, to_do=to_do)

    def limited(self, message: str, seconds: float) -> RateLimited:
        """`RateLimited` of this source."""
        return RateLimited(
            self._scrubbed(message), retry_after=seconds, platform="x", source=self._source
        )

    @property
    def limits_left(self) -> str:
        """What the last answer told of calls left; empty when it told nothing."""
        headers = self._last.headers if self._last is not None else {}
        left, most = headers.get("x-rate-limit-remaining"), headers.get("x-rate-limit-limit")
        if left is None:
            return ""
        seconds = round(seconds_to_wait(headers, time.time()))
        return f"{left} of {most} calls of this kind for the next {seconds} s"

    @property
    def access_level(self) -> str:
        """What X says the account's token may do ("read", "read-write"); empty when it does not."""
        return str(self._last.headers.get("x-access-level", "")) if self._last is not None else ""

    def close(self) -> None:
        """Give back connections."""
        self._client.session.close()
        self.wire.close()

    def _before(self, method: str, url: str) -> Mapping[str, Any]:
        part = part_of(method, url)
        return {"limits": {self._key(part): self._limit(part)}}

    def _limit(self, part: str) -> Limit:
        is_app = part in APP_LIMITS and not self._reads_as_user
        return APP_LIMITS[part] if is_app else USER_LIMITS[part]

    def _key(self, part: str) -> str:
        is_app = part in APP_LIMITS and not self._reads_as_user
        return limit_key("x", self._app_secret if is_app else self._user_secret, part)

    def _remember(self, response: Any, *_: Any, **__: Any) -> None:
        self._last = response

    def _scrubbed(self, message: str) -> str:
        for secret in self._secrets:
            message = message.replace(secret, "***")
        return message


def part_of(method: str, url: str) -> str:
    """Which of X's limits a call falls under."""
    path = url.split("?", 1)[0]
    if method != "GET":
        return {"POST": "post", "DELETE": "delete"}.get(method, "hide")
    ends = {"/search/recent": "search", "/mentions": "mentions", "/me": "me", "/2/tweets": "lookup"}
    return next((part for end, part in ends.items() if path.endswith(end)), "own")


def price_of(body: Mapping[str, Any]) -> tuple[int, int]:
    """What an answer costs in micro-dollars, and how many items it brought.

    Every post and every account in it is counted at full price; X itself charges the same
    object once in a UTC day, so the bill is at most this.
    """
    data = body.get("data")
    items = len(data) if isinstance(data, list) else int(isinstance(data, dict))
    includes = body.get("includes")
    found = includes if isinstance(includes, dict) else {}
    shown = (
        {row.get("id") for row in data if isinstance(row, dict)}
        if isinstance(data, list)
        else set()
    )
    posts = {row.get("id") for name in ("posts", "tweets") for row in _dicts(found.get(name))}
    users = len(_dicts(found.get("users")))
    return POST_READ * (items + len(posts - shown)) + USER_READ * users, items


def _dicts(rows: Any) -> list[dict[str, Any]]:
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _plain(value: Any) -> str | None:
    return value.get_secret_value() if value is not None else None


def _is_worth_repeating(error: Exception) -> bool:
    return isinstance(error, Transient) and not isinstance(error, RateLimited)


def _tweepy() -> Any:
    try:
        import tweepy
    except ImportError as error:
        raise MissingExtra("X needs tweepy: pip install tweepy") from error
    for name in _NOISY:  # their debug lines show whole headers, tokens included
        logging.getLogger(name).setLevel(logging.INFO)
    return tweepy


def _requests() -> Any:
    import requests

    return requests
