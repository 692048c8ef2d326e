"""Calls Wildberries: its limits, its way to say "wait", its errors inside a 200."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from collectors._http import Params, retry_after
from collectors._seller import WAIT_STATUSES, Denial, SellerClient
from collectors._wire import Answer, limit_key
from collectors.wildberries.settings import WildberriesSettings
from collectors.wildberries.token import TokenFacts, read_token
from otklik.errors import Rejected, Transient
from otklik.platforms import Limit, Meter

HOME = "https://feedbacks-api.wildberries.ru"
LIMIT = Limit(3, 1.0, burst=6, per="seller")
UNKNOWN_ID = (404, 422)  # what a call by id answers to one that is not there
HOW_TO_RENEW = (
    "WB Партнёры → имя профиля → Настройки → Доступ к API: создайте токен с категорией "
    "«Вопросы и отзывы» без «Только на чтение» и впишите его в источник"
)


class WildberriesClient(SellerClient):
    """Calls one seller's feedbacks and questions."""

    def __init__(self, settings: WildberriesSettings, *, source: str, meter: Meter) -> None:
        token = settings.token.get_secret_value()
        super().__init__(
            settings,
            platform="wildberries",
            source=source,
            meter=meter,
            home=HOME,
            headers={"Authorization": token},
            secrets=(token,),
        )
        self.facts: TokenFacts | None = read_token(token)
        owner = self.facts.seller if self.facts and self.facts.seller else token
        self._key = limit_key("wildberries", owner, "feedbacks")

    def limits_of(self, path: str) -> Mapping[str, Limit]:
        """One bucket for the whole category, per seller."""
        return {self._key: LIMIT}

    def denial_of(self, answer: Answer) -> Denial | None:
        """401: the token is dead; 403: it lacks the category."""
        if answer.status in (401, 403):
            return Denial(HOW_TO_RENEW, whole_account=answer.status == 401)
        return None

    def pause_of(self, answer: Answer) -> float | None:
        """From `X-Ratelimit-Retry`, in seconds."""
        given = answer.headers.get("x-ratelimit-retry")
        if answer.status in WAIT_STATUSES and given:
            return retry_after(given)
        return super().pause_of(answer)

    def data(self, path: str, params: Params) -> Any:
        """What stands under `data`.

        Raises:
            Transient: the answer says that it is an error, or is none of theirs.
        """
        answer = self.ask("GET", path, params=params)
        return self.unwrapped(answer, path)

    def unwrapped(self, answer: Answer, path: str) -> Any:
        """`data` of an answer."""
        body = answer.data
        if not isinstance(body, dict) or body.get("error") or "data" not in body:
            raise self.error(Transient, f"{path}: {answer.reason()}")
        return body["data"]

    def refuse_error(self, answer: Answer) -> None:
        """For changes: an error may stand in a body with status 200.

        Raises:
            Rejected: it does.
        """
        body = self.certain(answer)
        if not isinstance(body, dict) or body.get("error"):
            raise self.error(Rejected, answer.reason())
