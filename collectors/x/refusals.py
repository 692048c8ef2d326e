"""What X means when it refuses: whose fault, what to do, how long to wait."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from collectors._http import DEFAULT_RETRY_AFTER, LONGEST_RETRY_AFTER, retry_after
from collectors._text import decode_json_bytes, html_to_text, quote
from otklik.errors import (
    AccessDenied,
    Gone,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    Transient,
)

NEW_KEYS = (
    "Выпустите новые ключи и токены приложения в консоли разработчика X и обновите переменные "
    "окружения источника"
)
PAY = "Пополните кредиты X API в консоли разработчика X (Billing): чтения и ответы остановлены"
RAISE_CAP = (
    "Исчерпан месячный предел чтений X API: поднимите предел расходов или тариф в консоли "
    "разработчика X либо дождитесь следующего месяца"
)
ENROL = (
    "Приложению X не разрешён этот метод: в консоли разработчика X проверьте тариф и что "
    "приложение входит в проект (Projects & Apps)"
)
UNLOCK = "Аккаунт X заблокирован или ограничен: войдите в него на x.com и снимите ограничение"
CHECK_QUERY = "X не принял запрос: проверьте `query`, `user_id` и `username` источника"


class Duplicate(Exception):
    """X has such a text of ours already; whether under this mention is yet to be seen."""


class Refusal(NamedTuple):
    """What an error answer means."""

    kind: type[Any]
    reason: str
    to_do: str = ""
    whole_account: bool = False


def read_refusal(status: int, headers: Mapping[str, str], body: bytes, is_act: bool) -> Refusal:
    """An error answer in the house's kinds of error.

    Args:
        is_act: the call was to change something; a read otherwise.
    """
    reason = f"{status}: {reason_of(body)}"
    words = reason.lower()
    if status == 401:
        return Refusal(AccessDenied, reason, NEW_KEYS, whole_account=True)
    if status == 402 or "creditsdepleted" in words:
        return Refusal(AccessDenied, reason, PAY, whole_account=True)
    if "usagecapexceeded" in words or "usage-capped" in words or "usage cap" in words:
        return Refusal(AccessDenied, reason, RAISE_CAP, whole_account=True)
    if status == 429:
        return Refusal(RateLimited, reason)
    if status == 403:
        return _forbidden(reason, words, is_act)
    if status in (404, 410):
        return Refusal(Gone, reason)
    if status in (408, 425):
        return Refusal(Transient, reason)
    if status >= 500:
        return Refusal(OutcomeUnknown if is_act else Transient, reason)
    return Refusal(Rejected, reason) if is_act else Refusal(AccessDenied, reason, CHECK_QUERY)


def _forbidden(reason: str, words: str, is_act: bool) -> Refusal:
    if any(sign in words for sign in ("suspended", "temporarily locked", "account is locked")):
        return Refusal(AccessDenied, reason, UNLOCK, whole_account=True)
    if not is_act:
        return Refusal(AccessDenied, reason, ENROL)
    return Refusal(Duplicate if "duplicate content" in words else Rejected, reason)


def reason_of(body: bytes) -> str:
    """X's own explanation in one cleaned line, whichever of its forms it takes."""
    text = decode_json_bytes(body[:20_000])
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return quote(html_to_text(text), 300)
    if not isinstance(data, dict):
        return quote(data, 300)
    errors = data.get("errors")
    inner = errors[0] if isinstance(errors, list) and errors else {}
    inner = inner if isinstance(inner, dict) else {"message": inner}
    told = [data.get("title"), data.get("detail"), data.get("reason"), data.get("type")]
    told += [inner.get("message"), inner.get("detail")]
    return quote("; ".join(dict.fromkeys(str(part) for part in told if part)) or data, 400)


def seconds_to_wait(headers: Mapping[str, str], epoch: float) -> float:
    """Until the limit that is used up starts anew, by X's headers.

    Args:
        epoch: now, in seconds since 1970.
    """
    for window in ("x-user-limit-24hour", "x-app-limit-24hour", "x-rate-limit"):
        is_used_up = headers.get(f"{window}-remaining", "0") == "0"
        reset = headers.get(f"{window}-reset", "")
        if is_used_up and reset.isdigit():
            return min(max(float(reset) - epoch, 1.0), LONGEST_RETRY_AFTER)
    if reset := headers.get("x-rate-limit-reset", ""):
        return min(max(float(reset) - epoch, 1.0), LONGEST_RETRY_AFTER) if reset.isdigit() else 60.0
    value = headers.get("retry-after")
    return retry_after(value) if value else DEFAULT_RETRY_AFTER
