"""A seller's cabinet on Ozon, checked against the official contract.

What the contract leaves open is played thus: `last_id` is the id of an entry, good also after
that entry is gone; questions come oldest first, three at a time; an unknown id is 404 with
code 5; comments count and show after moderation only.
"""

from __future__ import annotations

import bisect
import secrets
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from tests.rigs.base import ContractViolation, Request, Response
from tests.rigs.marketplaces import Comment, Entry, MarketplaceRig, required, stamp

SHOP = "Магазин «Ромашка»"
PAGED = {"/v1/review/list": (20, 100), "/v1/review/comment/list": (20, 100)}


class OzonRig(MarketplaceRig):
    """Reviews and questions of one seller."""

    name = "ozon"
    contract = Path("ozon/reviews-questions.fixed.json")
    posting = ("POST", "/v1/review/comment/create")

    def __init__(self) -> None:
        super().__init__()
        self.client_id = str(secrets.randbelow(10**9) + 1)
        self.key = str(uuid.uuid4())
        self.is_moderating = False
        self._places: dict[str, datetime] = {}

    def write(
        self,
        text: str,
        *,
        author: str = "Гость",
        at: datetime | None = None,
        parent: str | None = None,
        rating: int | None = None,
        media: tuple[str, ...] = (),
        kind: str = "review",
    ) -> str:
        if parent is not None:
            return self._comment_by_buyer(text, parent, at)
        key = str(uuid.UUID(int=self.number() << 64))
        entry = Entry(key, kind, text, author, self.moment(at), rating or 5, media)
        self.add(entry)
        self._places[key] = entry.at
        return f"review/{key}" if kind == "review" else f"question/{entry.product}/{key}"

    def _comment_by_buyer(self, text: str, parent: str, at: datetime | None) -> str:
        entry = self._entry(parent)
        key = f"c{self.number()}"
        entry.comments[key] = Comment(key, text, False, self.moment(at))
        return f"{'/'.join(parent.split('/')[:2])}/comment/{key}"

    def _entry(self, external_id: str) -> Entry:
        parts = external_id.split("/")
        return self.entries[parts[1] if parts[0] == "review" else parts[2]]

    def edit(self, external_id: str, text: str) -> None:
        self._entry(external_id).text = text

    def delete(self, external_id: str) -> None:
        self.remove(self._entry(external_id).id)

    def replies(self) -> list[str]:
        found = [comment for entry in self.entries.values() for comment in entry.ours]
        return [comment.text for comment in sorted(found, key=lambda one: one.at)]

    def limited(self) -> Response:
        told = "You have reached request rate limit per second"
        return Response(_error(8, told), 429, {"Retry-After": "7"})

    def denied(self) -> Response:
        return Response(_error(7, "Invalid Api-Key, please check the key and try again"), 403)

    def config(self) -> dict[str, Any]:
        return {"client_id": self.client_id, "api_token": self.key, "seller_name": SHOP}

    def check_key(self, request: Request) -> None:
        required(request.headers.get("client-id"), self.client_id, "Client-Id")
        required(request.headers.get("api-key"), self.key, "Api-Key")
        low, high = PAGED.get(request.path, (0, 0))
        if high and not low <= request.json["limit"] <= high:
            raise ContractViolation(f"limit {request.json['limit']} is not {low} … {high}")

    def respond(self, request: Request) -> Response:
        body = request.json or {}
        calls: dict[str, Callable[[dict[str, Any]], Response]] = {
            "/v1/review/list": self._reviews,
            "/v1/review/info": lambda asked: self._info("review", asked["review_id"]),
            "/v1/review/comment/list": self._comments,
            "/v1/review/comment/create": self._comment,
            "/v1/review/comment/delete": lambda asked: self._delete(asked["comment_id"], "review"),
            "/v1/question/list": self._questions,
            "/v1/question/count": self._count,
            "/v1/question/info": lambda asked: self._info("question", asked["question_id"]),
            "/v1/question/answer/list": self._answers,
            "/v1/question/answer/create": self._answer,
            "/v1/question/answer/delete": lambda asked: self._delete(
                asked["answer_id"], "question"
            ),
        }
        if request.path not in calls:
            raise ContractViolation("this rig does not play that call")
        return calls[request.path](body)

    def _reviews(self, asked: dict[str, Any]) -> Response:
        if asked.get("sort_dir") != "DESC" or asked.get("status") != "ALL":
            raise ContractViolation("this rig plays DESC and ALL only")
        last = asked.get("last_id") or ""
        if last and last not in self._places:
            return Response(_error(3, "invalid last_id"), 400)
        size = self.page_size
        before = self._places.get(last)
        older = (
            one
            for one in self.newest("review", before)
            if not last or (one.at, one.id) < (self._places[last], last)
        )
        found = list(islice(older, size + 1))
        shown = [_review(entry, is_whole=False) for entry in found[:size]]
        more = len(found) > size
        last = found[size - 1].id if more else (found[-1].id if found else "")
        return Response({"reviews": shown, "has_next": more, "last_id": last})

    def _questions(self, asked: dict[str, Any]) -> Response:
        start = datetime.fromisoformat(asked["filter"]["date_from"])
        last = asked.get("last_id") or ""
        position = bisect.bisect_left(self._order, (start, ""))
        if last:
            position = max(position, bisect.bisect_right(self._order, (self._places[last], last)))
        rest = (self.entries[key] for _, key in islice(self._order, position, None))
        found = list(islice((one for one in rest if one.kind == "question"), self.page_size))
        shown = [_question(entry) for entry in found]
        return Response({"questions": shown, "last_id": found[-1].id if found else ""})

    def _count(self, _asked: dict[str, Any]) -> Response:
        count = sum(entry.kind == "question" for entry in self.entries.values())
        numbers = {"all": count, "new": 0, "processed": 0, "unprocessed": count, "viewed": 0}
        return Response(numbers)

    def _info(self, kind: str, key: str) -> Response:
        entry = self.entries.get(key)
        if entry is None or entry.kind != kind:
            return _unknown(kind)
        shown = _review(entry, is_whole=True) if kind == "review" else _question(entry)
        return Response(shown)

    def _comments(self, asked: dict[str, Any]) -> Response:
        entry = self.entries.get(asked["review_id"])
        if entry is None:
            return _unknown()
        shown = [_comment(one) for one in _public(entry)]
        part = shown[asked.get("offset", 0) :][: asked["limit"]]
        return Response({"comments": part, "offset": len(part)})

    def _answers(self, asked: dict[str, Any]) -> Response:
        entry = self.entries.get(asked["question_id"])
        if entry is None or asked["sku"] != entry.product:
            return _unknown("question")
        shown = [one for one in _public(entry) if one.id > asked.get("last_id", "")]
        answers = [
            {
                "id": one.id,
                "text": one.text,
                "author_name": SHOP if one.is_ours else "Покупатель",
                "published_at": stamp(one.at),
                "question_id": entry.id,
                "sku": entry.product,
            }
            for one in shown[: self.page_size]
        ]
        return Response({"answers": answers, "last_id": answers[-1]["id"] if answers else ""})

    def _comment(self, asked: dict[str, Any]) -> Response:
        return self._add(asked["review_id"], asked, "comment_id")

    def _answer(self, asked: dict[str, Any]) -> Response:
        if not 2 <= len(asked["text"]) <= 3000:
            raise ContractViolation(f"an answer of {len(asked['text'])} characters")
        return self._add(asked["question_id"], asked, "answer_id")

    def _add(self, key: str, asked: dict[str, Any], name: str) -> Response:
        entry = self.entries.get(key)
        if entry is None:
            return _unknown("question" if name == "answer_id" else "review")
        made = f"a{self.number():09d}"
        status = "UNMODERATED" if self.is_moderating else "PUBLISHED"
        parent = asked.get("parent_comment_id", "")
        entry.comments[made] = Comment(made, asked["text"], True, datetime.now(UTC), parent, status)
        entry.is_read = entry.is_read or bool(asked.get("mark_review_as_processed"))
        return Response({name: made})

    def _delete(self, key: str, kind: str) -> Response:
        for entry in self.entries.values():
            if key in entry.comments:
                if not entry.comments[key].is_ours:
                    raise ContractViolation("a stranger's words are not ours to delete")
                del entry.comments[key]
                return Response({})
        return _unknown(kind)


def _public(entry: Entry) -> list[Comment]:
    shown = (one for one in entry.comments.values() if one.status == "PUBLISHED")
    return sorted(shown, key=lambda one: (one.at, one.id))


def _review(entry: Entry, *, is_whole: bool) -> dict[str, Any]:
    videos = [link for link in entry.media if link.endswith(".mp4")]
    photos = [link for link in entry.media if link not in videos]
    shown: dict[str, Any] = {
        "id": entry.id,
        "text": entry.text,
        "rating": entry.rating,
        "sku": entry.product,
        "status": "PROCESSED" if entry.is_read else "UNPROCESSED",
        "order_status": "DELIVERED",
        "published_at": stamp(entry.at),
        "is_rating_participant": True,
        "comments_amount": len(_public(entry)),
        "photos_amount": len(photos),
        "videos_amount": len(videos),
    }
    if is_whole:
        shown["photos"] = [{"url": link, "width": 600, "height": 800} for link in photos]
        shown["videos"] = [{"url": link, "width": 600, "height": 800} for link in videos]
        shown |= {"likes_amount": 0, "dislikes_amount": 0}
    return shown


def _question(entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "text": entry.text,
        "author_name": entry.author,
        "sku": entry.product,
        "status": "PROCESSED" if entry.ours else "NEW",
        "published_at": stamp(entry.at),
        "answers_count": len(_public(entry)),
        "product_url": f"https://www.ozon.ru/product/{entry.product}",
        "question_link": f"https://www.ozon.ru/product/{entry.product}/questions/?qid={entry.id}",
    }


def _comment(comment: Comment) -> dict[str, Any]:
    return {
        "id": comment.id,
        "text": comment.text,
        "is_owner": comment.is_ours,
        "is_official": comment.is_ours,
        "parent_comment_id": comment.parent,
        "published_at": stamp(comment.at),
    }


def _error(code: int, message: str) -> dict[str, Any]:
    return {"code": code, "message": message, "details": []}


def _unknown(kind: str = "review") -> Response:
    """The two halves of the contract disagree about what `details` are."""
    told = _error(5, "not found")
    return Response(told | ({"details": ""} if kind == "question" else {}), 404)
