"""The `YandexMarket` platform: reading, answering, checking."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from collectors._newest import Listing, Window, read_lists
from collectors._seller import floor_of
from collectors.yandex_market.client import CABINET, LIMITS, MarketClient
from collectors.yandex_market.listing import Feedbacks, Questions
from collectors.yandex_market.settings import Kind, YandexMarketSettings
from collectors.yandex_market.wire import Words, utc
from otklik.clock import now
from otklik.errors import ConfigError, Gone, OutcomeUnknown
from otklik.platforms import (
    Capability,
    CollectedMention,
    Cursor,
    Meter,
    Page,
    Platform,
    PostedReply,
    ReplyRequest,
    SourceCheck,
)

DAY = 86_400.0
WHERE: dict[Kind, tuple[int, str]] = {
    "feedbacks": (2, "/goods-feedback"),
    "questions": (1, "/goods-questions"),
}
PLACES = {
    ("feedback",),
    ("feedback", "comment"),
    ("question",),
    ("question", "answer"),
    ("question", "answer", "comment"),
}
LOOK_BACK = (1, 27)  # days; a check reads a month only where a day brought nothing
READABLE = frozenset({Capability.THREAD})
MAY_READ = {"ALL_METHODS", "ALL_METHODS_READ_ONLY", "COMMUNICATION"}
MAY_ANSWER = {"ALL_METHODS", "COMMUNICATION"}


class YandexMarket(Platform[YandexMarketSettings]):
    """One cabinet on Yandex Market.

    Limits: each method by the hour: 5,000 readings of reviews and 5,000 of comments, 1,000 of
    questions and 1,000 of answers, 1,000 changes of comments, 500 of answers; four calls at
    once. A comment has up to 4,096 characters, an answer up to 5,000; no contacts and no links
    except to the Market.
    """

    name = "yandex_market"
    title = "Яндекс Маркет"
    can = READABLE | {Capability.POST, Capability.EDIT, Capability.WITHDRAW}
    reply_max_length = 4096
    min_interval = 0.0
    reads_back = False
    settings_type = YandexMarketSettings
    limits = tuple(LIMITS.values())
    rights = ("access «Общение с покупателями» (COMMUNICATION)", "or the whole cabinet")
    token_steps = (
        "Open the seller's cabinet on the Market as its owner or manager.",
        "Click the icon of the account, «Настройки», then «API и модули» in the menu.",
        "Under «Токены авторизации» press «Создать новый токен».",
        "Give it a name and the access «Общение с покупателями», press «Создать».",
        "Take business_id from the cabinet's page or from the method GET /v2/campaigns.",
    )
    cost = "free"
    answers = (
        "Comments on reviews and on comments, answers to questions and comments on answers; each "
        "can be changed and deleted while the Market lets it (`canModify`). They are moderated."
    )
    cannot = (
        "Comments on reviews carry no date, and buyers no account id.",
        "The product is known by the seller's SKU only, without name and page.",
        "The changed text or moderation of an answer is noticed only when its thread is read.",
        "Answers of other people to a question that still awaits ours are seen after ours.",
        "An answer given in the cabinet to a question older than four weeks is not noticed.",
    )

    def __init__(
        self, settings: YandexMarketSettings, *, source: str = "", meter: Meter | None = None
    ) -> None:
        super().__init__(settings, source=source, meter=meter)
        self._client = MarketClient(settings, source=source, meter=self.meter)
        self._words = Words(settings.business_id, settings.business_name)

    def collect(self, cursor: Cursor) -> Iterator[Page]:
        """Everything since what is known; see `collectors._newest`."""
        window = Window(
            start=self.start_of(cursor).timestamp(),
            recheck=self.settings.recheck_days * DAY,
            kept=self.settings.recheck_items,
        )
        lists: dict[str, Listing] = {
            "feedbacks": self._feedbacks(floor_of(cursor, "feedbacks", window)),
            "questions": self._questions(floor_of(cursor, "questions", window)),
        }
        watched: dict[str, Listing] = {kind: lists[kind] for kind in self.settings.kinds}
        yield from read_lists(watched, cursor, window)

    def check(self) -> SourceCheck:
        """Read the youngest entries, and what an Api-Key may."""
        kind = self.settings.kinds[0]
        version, rest = WHERE[kind]
        path = self._client.path(version, rest)
        for days in LOOK_BACK:
            payload = _youngest(kind, days)
            answer = self._client.ask("POST", path, params={"limit": 50}, payload=payload)
            if rows := self._client.unwrapped(answer, path).get(kind) or []:
                break
        moments = [moment for row in rows if (moment := _created(row)) is not None]
        scopes = self._scopes()
        can_answer = scopes is None or bool(scopes & MAY_ANSWER)
        missing = (
            () if can_answer else (f"{CABINET}: дайте токену доступ «Общение с покупателями»",)
        )
        left = answer.headers.get("x-ratelimit-resource-remaining")
        of = answer.headers.get("x-ratelimit-resource-limit", "?")
        return SourceCheck(
            ok=True,
            message=f"{len(rows)} {kind} on the first page of {days} days",
            newest_at=max(moments, default=None),
            can=tuple(sorted(self.can if can_answer else READABLE)),
            rights=tuple(sorted(scopes or ())),
            missing=missing,
            limits_left=f"{left} of {of} readings of {kind} this hour" if left else "",
        )

    def thread(self, thread_external_id: str) -> list[CollectedMention]:
        """An entry with all that stands under it."""
        place, _, key = thread_external_id.rpartition("/")
        offer, _, kind = place.rpartition("/")
        if not offer.startswith(f"{self.settings.business_id}/offer/"):
            raise self._foreign(thread_external_id)
        return self._thread(kind, key, thread_external_id)

    def post(self, request: ReplyRequest) -> PostedReply:
        """Comment on a review or comment, answer a question, comment on an answer."""
        kind, key, *rest = self._parts(request.parent_external_id)
        parent = request.parent_external_id
        shown = self._thread(kind, key, parent)
        if parent not in {mention.external_id for mention in shown}:
            raise self._client.error(Gone, f"{parent} is no longer there")
        if any(
            one.author.is_ours and (one.parent_external_id, one.text) == (parent, request.text)
            for one in shown
        ):
            raise self._client.error(OutcomeUnknown, "the same reply stands there already")
        if kind == "feedback":
            comment: dict[str, Any] = {"text": request.text}
            if rest:
                comment["parentId"] = int(rest[-1])
            path = self._client.path(2, "/goods-feedback/comments/update")
            made = self._made(path, {"feedbackId": int(key), "comment": comment}, "id")
            return PostedReply(
                external_id=f"{self.settings.business_id}/feedback/{key}/comment/{made}"
            )
        return self._answer(key, rest, request.text)

    def edit(self, external_id: str, text: str) -> None:
        """Change our comment or answer."""
        kind, key, *rest = self._parts(external_id)
        if kind == "feedback" and rest:
            path = self._client.path(2, "/goods-feedback/comments/update")
            comment = {"id": int(rest[-1]), "text": text}
            self._client.send("POST", path, payload={"feedbackId": int(key), "comment": comment})
        elif rest:
            self._change("UPDATE", rest, text)
        else:
            raise self._foreign(external_id)

    def withdraw(self, external_id: str) -> None:
        """Delete our comment or answer."""
        kind, _, *rest = self._parts(external_id)
        if kind == "feedback" and rest:
            path = self._client.path(2, "/goods-feedback/comments/delete")
            self._client.send("POST", path, payload={"id": int(rest[-1])}, accept=(404,))
        elif rest:
            self._change("DELETE", rest, "")
        else:
            raise self._foreign(external_id)

    def close(self) -> None:
        """Give back connections."""
        self._client.close()

    def _feedbacks(self, since: float = 0.0) -> Feedbacks:
        return Feedbacks(self._client, self._words, since, self.settings.business_id)

    def _questions(self, since: float = 0.0) -> Questions:
        return Questions(self._client, self._words, since, self.settings.business_id)

    def _thread(self, kind: str, key: str, asked: str) -> list[CollectedMention]:
        if kind not in ("feedback", "question") or not key.isdecimal():
            raise self._foreign(asked)
        if kind == "feedback":
            feedbacks = self._feedbacks()
            shown = [feedbacks.whole(one) for one in feedbacks.find([key])]
        else:
            questions = self._questions()
            shown = [questions.whole(one) for one in questions.find([key])]
        if not shown:
            raise self._client.error(Gone, f"{asked} is no longer there")
        return shown[0]

    def _answer(self, key: str, rest: list[str], text: str) -> PostedReply:
        root = f"{self.settings.business_id}/question/{key}"
        parent = _entity(rest) if rest else {"id": int(key), "type": "QUESTION"}
        payload = {"operationType": "CREATE", "parentEntityId": parent, "text": text}
        made = self._made(self._client.path(1, "/goods-questions/update"), payload, "entity")
        if rest:
            return PostedReply(external_id=f"{root}/answer/{rest[1]}/comment/{made}")
        return PostedReply(external_id=f"{root}/answer/{made}")

    def _made(self, path: str, payload: dict[str, Any], name: str) -> str:
        body = self._client.certain(self._client.answer_once(path, payload))
        result = body.get("result") if isinstance(body, dict) else None
        found = result.get(name) if isinstance(result, dict) else None
        made = found.get("id") if isinstance(found, dict) else found
        if not isinstance(made, int):
            raise self._client.error(OutcomeUnknown, "sent, the answer names no comment")
        return str(made)

    def _change(self, operation: str, rest: list[str], text: str) -> None:
        payload: dict[str, Any] = {"operationType": operation, "entityId": _entity(rest)}
        accept = () if text else (404,)
        payload |= {"text": text} if text else {}
        path = self._client.path(1, "/goods-questions/update")
        self._client.send("POST", path, payload=payload, accept=accept)

    def _scopes(self) -> set[str] | None:
        """Accesses of an Api-Key; an OAuth token does not tell."""
        if not self._client.is_api_key:
            return None
        key = self._client.result("/v2/auth/token").get("apiKey") or {}
        return {str(scope) for scope in key.get("authScopes") or ()}

    def _parts(self, external_id: str) -> list[str]:
        business, *parts = external_id.split("/")
        is_known = tuple(parts[::2]) in PLACES and all(part.isdecimal() for part in parts[1::2])
        is_known = is_known and len(parts) % 2 == 0
        if business != str(self.settings.business_id) or not is_known:
            raise self._foreign(external_id)
        return parts

    def _foreign(self, external_id: str) -> ConfigError:
        return ConfigError(
            f"source {self.source!r} (yandex_market): {external_id} is not of cabinet "
            f"{self.settings.business_id}"
        )


def _entity(rest: list[str]) -> dict[str, Any]:
    """An answer or a comment on one, from the end of its id."""
    return {"id": int(rest[-1]), "type": rest[-2].upper()}


def _youngest(kind: Kind, days: int) -> dict[str, Any]:
    start = now() - timedelta(days=days)
    if kind == "feedbacks":
        return {"dateTimeFrom": start.isoformat(timespec="seconds"), "reactionStatus": "ALL"}
    return {"dateFrom": f"{start:%Y-%m-%d}", "sort": "CREATED_AT_DESC"}


def _created(row: Any) -> datetime | None:
    try:
        return utc(datetime.fromisoformat(row["createdAt"]))
    except (TypeError, KeyError, ValueError):
        return None
