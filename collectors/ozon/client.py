"""Calls Ozon's Seller API."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from collectors._seller import Denial, SellerClient
from collectors._wire import Answer, limit_key
from collectors.ozon.settings import OzonSettings
from otklik.errors import PlatformError, Rejected, Transient
from otklik.platforms import Limit, Meter

HOME = "https://api-seller.ozon.ru"
LIMIT = Limit(45, 1.0, burst=5, per="Client ID")  # 50 in any second
CABINET = "seller.ozon.ru → Настройки → Seller API"
DEAD_KEY = ("invalid api-key", "api-key is deactivated", "specific ip")


class OzonClient(SellerClient):
    """Calls one seller's cabinet; every method is a POST."""

    def __init__(self, settings: OzonSettings, *, source: str, meter: Meter) -> None:
        key = settings.api_token.get_secret_value()
        super().__init__(
            settings,
            platform="ozon",
            source=source,
            meter=meter,
            home=HOME,
            headers={"Client-Id": settings.client_id, "Api-Key": key},
            secrets=(key,),
        )
        self._key = limit_key("ozon", settings.client_id)

    def limits_of(self, path: str) -> Mapping[str, Limit]:
        """One bucket for all methods, per Client ID."""
        return {self._key: LIMIT}

    def denial_of(self, answer: Answer) -> Denial | None:
        """Ozon tells a dead key, a missing role and a missing subscription by their words."""
        if answer.status not in (400, 401, 403, 404):
            return None
        told = answer.reason().lower()
        if any(words in told for words in DEAD_KEY):
            return Denial(
                f"{CABINET}: ключ недействителен или закрыт для этого адреса; создайте новый "
                "и впишите его в источник",
                whole_account=True,
            )
        if "required role" in told:
            return Denial(f"{CABINET}: у ключа нет нужной роли; создайте ключ с ролью для отзывов")
        if answer.status == 403:
            return Denial(
                "Отзывы и вопросы открыты только с подпиской Premium Plus: подключите её в "
                f"кабинете Ozon; если она есть, проверьте роль ключа ({CABINET})"
            )
        if answer.status == 401:
            return Denial(f"{CABINET}: проверьте Client ID и ключ", whole_account=True)
        return None

    def body(
        self, path: str, payload: Any, *, refusal: type[PlatformError] = Transient
    ) -> dict[str, Any]:
        """What a method answers.

        Raises:
            Transient: it is no object.
        """
        return self._object(self.ask("POST", path, payload=payload, refusal=refusal), path)

    def find(self, path: str, payload: Any, gone: Collection[int] = (404,)) -> dict[str, Any]:
        """As `body`; empty where the thing does not exist.

        Raises:
            Rejected: Ozon refused the call for another reason.
        """
        answer = self.ask("POST", path, payload=payload, accept=gone, refusal=Rejected)
        if answer.status not in gone:
            return self._object(answer, path)
        self.check_access(answer, path)
        return {}

    def rows(self, body: Mapping[str, Any], name: str, path: str) -> list[Any]:
        """The list under `name`.

        Raises:
            Transient: there is none.
        """
        found = body.get(name)
        if not isinstance(found, list):
            raise self.error(Transient, f"{path}: no list of {name} in the answer")
        return found

    def _object(self, answer: Answer, path: str) -> dict[str, Any]:
        if not isinstance(answer.data, dict):
            raise self.error(Transient, f"{path}: {answer.reason()}")
        return answer.data
