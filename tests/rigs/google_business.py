"""A stand-in of the My Business API v4, reviews only.

Written from the documentation, no machine-readable contract: what it asks of requests and
answers is what the reference of `accounts.locations.reviews` says.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import unquote

from jsonschema import Draft202012Validator

from tests.rigs.base import ContractViolation, Request, Response
from tests.rigs.google import GoogleRig, Refusal

STARS = ("ONE", "TWO", "THREE", "FOUR", "FIVE")
TIME = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3,9})?Z$"}


def _object(required: tuple[str, ...] = (), **properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }


TEXT = {"type": "string"}
REPLY = _object(("comment",), comment=TEXT, updateTime=TIME, reviewReplyState=TEXT)
REVIEW = _object(
    ("name", "reviewId", "reviewer", "starRating", "createTime", "updateTime"),
    name=TEXT,
    reviewId=TEXT,
    reviewer=_object(profilePhotoUrl=TEXT, displayName=TEXT, isAnonymous={"type": "boolean"}),
    starRating={"enum": ["STAR_RATING_UNSPECIFIED", *STARS]},
    comment=TEXT,
    createTime=TIME,
    updateTime=TIME,
    reviewReply=REPLY,
    reviewMediaItems={"type": "array", "items": _object(thumbnailUrl=TEXT)},
)
LIST = _object(
    reviews={"type": "array", "items": REVIEW},
    averageRating={"type": "number"},
    totalReviewCount={"type": "integer"},
    nextPageToken=TEXT,
)
ASKED = {"pageSize", "pageToken", "orderBy", "alt"}


@dataclass
class _Review:
    text: str
    author: str
    stars: int
    created: datetime
    updated: datetime
    media: tuple[str, ...] = ()
    reply: str = ""
    replied: datetime | None = None


class GoogleBusinessRig(GoogleRig):
    """Reviews of one place. The token of a page is the number of reviews before it."""

    name = "google_business"
    scope = "https://www.googleapis.com/auth/business.manage"
    posting = ("PUT", "/reply")
    needs = ()

    def __init__(self) -> None:
        super().__init__()
        self.place = "accounts/17/locations/4242"
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
        number = f"AbFvOq{len(self.reviews) + 1:06d}"
        moment = self.moment(at)
        self.reviews[number] = _Review(text, author, rating or 5, moment, moment, media)
        self.order.append(number)
        if at is not None:
            self.order.sort(key=lambda key: self.reviews[key].updated)
        return f"{self.place}/reviews/{number}"

    def edit(self, external_id: str, text: str) -> None:
        number = external_id.rpartition("/")[2]
        review = self.reviews[number]
        review.text, review.updated = text, self.moment(None)
        self.order.remove(number)
        self.order.append(number)

    def delete(self, external_id: str) -> None:
        number = external_id.rpartition("/")[2]
        del self.reviews[number]
        self.order.remove(number)

    def replies(self) -> list[str]:
        answered = [review for review in self.reviews.values() if review.reply]
        return [r.reply for r in sorted(answered, key=lambda r: r.replied or r.updated)]

    def config(self) -> dict[str, Any]:
        return {"locations": [self.place], "business_title": "Ромашка", **self.consent()}

    def call(self, request: Request) -> Response:
        match = re.fullmatch(
            r"/v4/(accounts/\d+/locations/\d+)/reviews(?:/([^/]+)(/reply)?)?", request.path
        )
        if match is None:
            raise ContractViolation("the documentation knows no such path")
        if match[1] != self.place:
            raise Refusal(403, "forbidden", "The caller does not have permission")
        asked = (request.method, bool(match[2]), bool(match[3]))
        answers: dict[tuple[str, bool, bool], Callable[[Request, str], Any]] = {
            ("GET", False, False): self._list,
            ("GET", True, False): self._get,
            ("PUT", True, True): self._update_reply,
            ("DELETE", True, True): self._delete_reply,
        }
        if asked not in answers:
            raise ContractViolation("the documentation knows no such method")
        return Response(answers[asked](request, unquote(match[2] or "")))

    def _list(self, request: Request, _: str) -> Any:
        if unknown := set(request.query) - ASKED:
            raise ContractViolation(f"unknown parameters {unknown}")
        size = int(request.query.get("pageSize", "50"))
        if not 1 <= size <= 50:
            raise ContractViolation("pageSize is 1 to 50")
        if request.query.get("orderBy") not in {"updateTime desc", "rating", "rating desc", None}:
            raise ContractViolation("unknown orderBy")
        start = int(request.query.get("pageToken", "0"))
        end = len(self.order) - start
        size = min(size, self.page_size)
        shown = [self._shown(key) for key in reversed(self.order[max(0, end - size) : end])]
        body: dict[str, Any] = {"averageRating": 4.2, "totalReviewCount": len(self.order)}
        if shown:
            body["reviews"] = shown
        if end - size > 0:
            body["nextPageToken"] = str(start + size)
        return _checked(LIST, body)

    def _get(self, request: Request, number: str) -> Any:
        return _checked(REVIEW, self._shown(self._known(request, number)))

    def _update_reply(self, request: Request, number: str) -> Any:
        _checked(_object(("comment",), comment=TEXT), request.json)
        review = self.reviews[self._known(request, number)]
        text = request.json["comment"]
        if not text or len(text.encode()) > 4096:
            raise Refusal(400, "invalidArgument")
        review.reply, review.replied = text, self.moment(None)
        return _checked(REPLY, {"comment": text, "updateTime": _time(review.replied)})

    def _delete_reply(self, request: Request, number: str) -> Any:
        review = self.reviews[self._known(request, number)]
        if not review.reply:
            raise Refusal(404, "notFound")
        review.reply = ""
        return {}

    def _known(self, request: Request, number: str) -> str:
        if set(request.query) - {"alt"}:
            raise ContractViolation("unknown parameters")
        if number not in self.reviews:
            raise Refusal(404, "notFound")
        return number

    def _shown(self, number: str) -> dict[str, Any]:
        review = self.reviews[number]
        is_anonymous = not review.author
        reviewer: dict[str, Any] = {"isAnonymous": True} if is_anonymous else {}
        shown: dict[str, Any] = {
            "name": f"{self.place}/reviews/{number}",
            "reviewId": number,
            "reviewer": reviewer or {"displayName": review.author},
            "starRating": STARS[review.stars - 1],
            "createTime": _time(review.created),
            "updateTime": _time(review.updated),
        }
        if review.text:
            shown["comment"] = review.text
        if review.media:
            shown["reviewMediaItems"] = [{"thumbnailUrl": link} for link in review.media]
        if review.reply and review.replied:
            shown["reviewReply"] = {"comment": review.reply, "updateTime": _time(review.replied)}
        return shown


def _checked(schema: dict[str, Any], body: Any) -> Any:
    for error in Draft202012Validator(schema).iter_errors(body):
        raise ContractViolation(error.message)
    return body


def _time(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond:06d}000Z"
