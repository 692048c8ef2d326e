"""Calls the Yandex Market partner API of one cabinet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from collectors._http import Params, retry_after
from collectors._seller import WAIT_STATUSES, Denial, SellerClient
from collectors._wire import Answer, limit_key
from collectors.yandex_market.settings import YandexMarketSettings
from otklik.errors import PlatformError, Transient
from otklik.platforms import Limit, Meter

HOME = "https://api.partner.market.yandex.ru"
HOUR = 3600.0
PER_HOUR = "cabinet and method"
# In any hour no more than the contract's own numbers: calls and burst together.
LIMITS: dict[str, Limit] = {
    "/goods-feedback": Limit(4900, HOUR, burst=100, per=PER_HOUR),
    "/goods-feedback/comments": Limit(4900, HOUR, burst=100, per=PER_HOUR),
    "/goods-feedback/comments/update": Limit(900, HOUR, burst=100, per=PER_HOUR),
    "/goods-feedback/comments/delete": Limit(900, HOUR, burst=100, per=PER_HOUR),
    "/goods-questions": Limit(900, HOUR, burst=100, per=PER_HOUR),
    "/goods-questions/answers": Limit(900, HOUR, burst=100, per=PER_HOUR),
    "/goods-questions/update": Limit(450, HOUR, burst=50, per=PER_HOUR),
    "/auth/token": Limit(90, HOUR, burst=10, per=PER_HOUR),
}
CABINET = "Кабинет продавца на Маркете → Настройки → API и модули → Токены авторизации"


class MarketClient(SellerClient):
    """Calls one cabinet; nearly every method is a POST."""

    def __init__(self, settings: YandexMarketSettings, *, source: str, meter: Meter) -> None:
        self._business = settings.business_id
        self.is_api_key = settings.api_token is not None
        token = settings.token.get_secret_value()
        headers = {"Api-Key": token} if self.is_api_key else {"Authorization": f"Bearer {token}"}
        super().__init__(
            settings,
            platform="yandex_market",
            source=source,
            meter=meter,
            home=HOME,
            headers=headers,
            secrets=(token,),
        )

    def path(self, version: int, rest: str) -> str:
        """The address of a method of this cabinet."""
        return f"/v{version}/businesses/{self._business}{rest}"

    def limits_of(self, path: str) -> Mapping[str, Limit]:
        """Each method has a bucket of its own."""
        for rest in sorted(LIMITS, key=len, reverse=True):
            if path.endswith(rest):
                return {limit_key("yandex_market", str(self._business), rest): LIMITS[rest]}
        return {}

    def denial_of(self, answer: Answer) -> Denial | None:
        """401: no good token; 403: a wrong one, or not for this cabinet or method."""
        if answer.status == 401:
            told = f"{CABINET}: токен удалён или введён с ошибкой; создайте новый"
            return Denial(told, whole_account=True)
        if answer.status == 403:
            return Denial(
                f"{CABINET}: токен должен быть этого кабинета и с доступом «Общение с "
                "покупателями»; проверьте его и business_id"
            )
        return None

    def pause_of(self, answer: Answer) -> float | None:
        """420 with the end of the limit as a date; without one four calls ran at once."""
        until = answer.headers.get("x-ratelimit-resource-until")
        if answer.status in WAIT_STATUSES and until:
            return retry_after(until)
        return super().pause_of(answer)

    def result(
        self,
        path: str,
        payload: Any = None,
        params: Params | None = None,
        refusal: type[PlatformError] = Transient,
    ) -> dict[str, Any]:
        """What stands under `result`.

        Raises:
            Transient: the answer is none of theirs.
        """
        answer = self.ask("POST", path, params=params, payload=payload, refusal=refusal)
        return self.unwrapped(answer, path)

    def unwrapped(self, answer: Answer, path: str) -> dict[str, Any]:
        """`result` of an answer."""
        body = answer.data
        found = body.get("result") if isinstance(body, dict) else None
        if not isinstance(found, dict) or body.get("status") != "OK":
            raise self.error(Transient, f"{path}: {answer.reason()}")
        return found

    def page(
        self,
        path: str,
        payload: Any,
        token: str,
        name: str,
        *,
        refusal: type[PlatformError] = Transient,
    ) -> tuple[list[Any], str]:
        """One page of a list, and the token of the next one; empty on the last.

        Args:
            refusal: what it is when the token is no longer good.
        """
        params: dict[str, str | int] = {"limit": 50}
        params |= {"pageToken": token} if token else {}
        found = self.result(path, payload, params, refusal)
        rows, paging = found.get(name), found.get("paging") or {}
        if not isinstance(rows, list) or not isinstance(paging, dict):
            raise self.error(Transient, f"{path}: no list of {name} in the answer")
        return rows, str(paging.get("nextPageToken") or "")
