"""A stand-in of Google Play's developer API, checked against its discovery document."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tests.contracts.discovery import Call, discovery
from tests.rigs.base import ContractViolation, Request, Response
from tests.rigs.google import GoogleRig, Refusal, service_account

PACKAGE = "ru.romashka.shop"
LONGEST_REPLY = 350


@dataclass
class _Review:
    text: str
    author: str
    rating: int
    changed: datetime
    answer: str = ""
    answered: datetime | None = None


class GooglePlayRig(GoogleRig):
    """Reviews of one app. The token of a page is the number of reviews before it."""

    name = "googleplay"
    scope = "https://www.googleapis.com/auth/androidpublisher"
    posting = ("POST", ":reply")

    def __init__(self) -> None:
        super().__init__()
        self.package = f"{PACKAGE}.a{self.client_token[:8]}"
        self.reviews: dict[str, _Review] = {}
        self.order: list[str] = []  # newest last

    def write(
        self,
        text: str,
        *,
        author: str = "Гость",
        at: datetime | None = None,
        parent: str | None = None,
        rating: int | None = None,
        media: tuple[str, ...] = (),
    ) -> str:
        number = f"gp:{len(self.reviews) + 1:06d}-{self.client_token[:6]}"
        self.reviews[number] = _Review(text, author, rating or 5, self.moment(at))
        self.order.append(number)
        if at is not None:
            self.order.sort(key=lambda key: self.reviews[key].changed)
        return f"{self.package}/{number}"

    def edit(self, external_id: str, text: str) -> None:
        number = external_id.partition("/")[2]
        review = self.reviews[number]
        review.text, review.changed = text, self.moment(None)
        self.order.remove(number)
        self.order.append(number)

    def delete(self, external_id: str) -> None:
        number = external_id.partition("/")[2]
        del self.reviews[number]
        self.order.remove(number)

    def replies(self) -> list[str]:
        answered = [review for review in self.reviews.values() if review.answer]
        return [r.answer for r in sorted(answered, key=lambda r: r.answered or r.changed)]

    def config(self) -> dict[str, Any]:
        return {
            "package": self.package,
            "app_title": "Ромашка",
            "service_account_token": service_account()[0],
            "hourly_calls": 1_000_000,
        }

    def call(self, request: Request) -> Response:
        contract = discovery("androidpublisher.v3")
        call = contract.match(request)
        if call.path.get("packageName") != self.package:
            raise Refusal(404, "applicationNotFound")
        answers = {
            "androidpublisher.reviews.list": self._list,
            "androidpublisher.reviews.get": self._get,
            "androidpublisher.reviews.reply": self._reply,
        }
        if call.method not in answers:
            raise ContractViolation(f"{call.method} is not played here")
        return Response(contract.check_answer(call.method, answers[call.method](call)))

    def _list(self, call: Call) -> Any:
        start = int(call.query.get("token", "0"))
        size = min(self.page_size, call.query.get("maxResults", 10))
        end = len(self.order) - start
        shown = [self._shown(key) for key in reversed(self.order[max(0, end - size) : end])]
        body: dict[str, Any] = {"reviews": shown} if shown else {}
        if end - size > 0:
            body["tokenPagination"] = {"nextPageToken": str(start + size)}
        return body

    def _get(self, call: Call) -> Any:
        return self._shown(self._known(call))

    def _reply(self, call: Call) -> Any:
        number, text = self._known(call), call.body.get("replyText", "")
        if not text or len(text) > LONGEST_REPLY:
            raise Refusal(400, "replyTextTooLong")
        review = self.reviews[number]
        review.answer = html.unescape(re.sub(r"<[^>]*>", "", text))
        review.answered = self.moment(None)
        return {"result": {"replyText": review.answer, "lastEdited": _stamp(review.answered)}}

    def _known(self, call: Call) -> str:
        number = call.path["reviewId"]
        if number not in self.reviews:
            raise Refusal(404, "reviewNotFound")
        return number

    def _shown(self, number: str) -> dict[str, Any]:
        review = self.reviews[number]
        user = {
            "text": review.text,
            "lastModified": _stamp(review.changed),
            "starRating": review.rating,
            "reviewerLanguage": "ru",
            "device": "klte",
            "androidOsVersion": 34,
            "appVersionCode": 120,
            "appVersionName": "1.2.0",
            "thumbsUpCount": 1,
        }
        comments: list[dict[str, Any]] = [{"userComment": user}]
        if review.answer and review.answered:
            answer = {"text": review.answer, "lastModified": _stamp(review.answered)}
            comments.append({"developerComment": answer})
        return {"reviewId": number, "authorName": review.author, "comments": comments}


def _stamp(at: datetime) -> dict[str, Any]:
    moment = at.astimezone(UTC)
    return {"seconds": str(int(moment.timestamp())), "nanos": moment.microsecond * 1000}
