"""A cabinet on Yandex Market, checked against the official contract.

What the contract leaves open is played thus: reviews come oldest first, page tokens go on from
the last entry shown, an unknown id is left out of an answer, a question needs an answer as long
as the shop has given none.
"""

from __future__ import annotations

import bisect
import secrets
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from itertools import islice
from pathlib import Path
from typing import Any

from tests.rigs.base import ContractViolation, Request, Response
from tests.rigs.marketplaces import Comment, Entry, MarketplaceRig, required, stamp

SHOP = "Магазин «Ромашка»"
MOST_DAYS = {"feedback": 184, "question": 31}


class YandexMarketRig(MarketplaceRig):
    """Reviews and questions of one cabinet."""

    name = "yandex_market"
    contract = Path("yandex-market/openapi/openapi.yaml")
    posting = ("POST", "/goods-feedback/comments/update")

    def __init__(self) -> None:
        super().__init__()
        self.token = f"ACMA:{secrets.token_urlsafe(24)}"
        self.business = secrets.randbelow(10**8) + 1
        self.scopes = ["COMMUNICATION"]
        self.status = "PUBLISHED"
        self._given: set[tuple[datetime, str]] = set()

    def write(
        self,
        text: str,
        *,
        author: str = "Гость",
        at: datetime | None = None,
        parent: str | None = None,
        rating: int | None = None,
        media: tuple[str, ...] = (),
        kind: str = "feedback",
    ) -> str:
        key = f"{self.number():09d}"
        if parent is not None:
            entry = self._entry(parent)
            entry.comments[key] = Comment(key, text, False, self.moment(at))
            word = "comment" if entry.kind == "feedback" else "answer"
            return f"{'/'.join(parent.split('/')[:3])}/{word}/{int(key)}"
        self.add(Entry(key, kind, text, author, self.moment(at), rating or 5, media))
        return f"{self.business}/{kind}/{int(key)}"

    def _entry(self, external_id: str) -> Entry:
        return self.entries[f"{int(external_id.split('/')[2]):09d}"]

    def edit(self, external_id: str, text: str) -> None:
        self._entry(external_id).text = text

    def delete(self, external_id: str) -> None:
        self.remove(self._entry(external_id).id)

    def answer_there(self, external_id: str, text: str) -> None:
        """The shop answers in its cabinet."""
        key = f"{self.number():09d}"
        self._entry(external_id).comments[key] = Comment(key, text, True, datetime.now(UTC))

    def replies(self) -> list[str]:
        found = [comment for entry in self.entries.values() for comment in entry.ours]
        return [comment.text for comment in sorted(found, key=lambda one: one.at)]

    def limited(self) -> Response:
        until = format_datetime(datetime.now(UTC) + timedelta(seconds=8), usegmt=True)
        headers = {"X-RateLimit-Resource-Limit": "5000", "X-RateLimit-Resource-Remaining": "0"}
        told = _error("LIMIT_EXCEEDED", "Hit rate limit of 5000 requests per hour")
        return Response(told, 420, {**headers, "X-RateLimit-Resource-Until": until})

    def denied(self) -> Response:
        return Response(_error("UNAUTHORIZED", "OAuth token is not specified"), 401)

    def config(self) -> dict[str, Any]:
        return {"business_id": self.business, "api_token": self.token, "business_name": SHOP}

    def check_key(self, request: Request) -> None:
        bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
        required(request.headers.get("api-key", bearer), self.token, "the token")
        if "/businesses/" in request.path and f"/businesses/{self.business}/" not in request.path:
            raise ContractViolation("another cabinet")

    def respond(self, request: Request) -> Response:
        calls: dict[str, Callable[[Request], Response]] = {
            "goods-feedback": self._feedbacks,
            "goods-feedback/comments": self._comments,
            "goods-feedback/comments/update": self._update,
            "goods-feedback/comments/delete": lambda asked: self._delete(asked.json["id"]),
            "goods-questions": self._questions,
            "goods-questions/answers": self._answers,
            "goods-questions/update": self._change,
        }
        if request.path == "/v2/auth/token":
            key = {"name": "Otklik", "authScopes": self.scopes}
            return _ok({"apiKey": key})
        rest = request.path.partition(f"/businesses/{self.business}/")[2]
        if rest not in calls:
            raise ContractViolation("this rig does not play that call")
        return calls[rest](request)

    def _feedbacks(self, request: Request) -> Response:
        asked = request.json or {}
        if "feedbackIds" in asked:
            if len(asked) > 1:
                raise ContractViolation("feedbackIds together with other filters")
            return _ok(_page("feedbacks", self._by_id(asked["feedbackIds"], "feedback")))
        end = datetime.fromisoformat(asked.get("dateTimeTo") or stamp(datetime.now(UTC)))
        early = end - timedelta(days=182)
        start = datetime.fromisoformat(asked.get("dateTimeFrom") or stamp(early))
        _refuse_long("feedback", start, end)
        if "dateTimeTo" not in asked:
            end += timedelta(minutes=1)  # what the test wrote a moment ahead
        found, token = self._part("feedback", start, end, request)
        return _ok(_page("feedbacks", map(_feedback, found), token))

    def _questions(self, request: Request) -> Response:
        asked = request.json or {}
        if "questionIds" in asked:
            shown = self._by_id(asked["questionIds"], "question")
            return _ok({**_page("questions", shown), "totalCount": 1})
        if asked.get("sort") != "CREATED_AT_DESC" and "sort" in asked:
            raise ContractViolation("this rig plays CREATED_AT_DESC only")
        last = date.fromisoformat(asked.get("dateTo") or f"{datetime.now(UTC):%Y-%m-%d}")
        first = date.fromisoformat(asked.get("dateFrom") or f"{last - timedelta(days=30)}")
        start, end = _midnight(first), _midnight(last + timedelta(days=1))
        _refuse_long("question", start, end - timedelta(days=1))
        token = request.query.get("pageToken")
        newest = self.newest("question", end)
        fitting = [one for one in newest if one.at >= start]
        if asked.get("needAnswer"):
            fitting = [one for one in fitting if not one.ours]
        if token:
            fitting = [one for one in fitting if one.id < token]
        found = fitting[: self.page_size]
        more = found[-1].id if len(fitting) > len(found) else None
        page = _page("questions", (self._question(one) for one in found), more)
        return _ok({**page, "totalCount": len(fitting)})

    def _part(
        self, kind: str, start: datetime, end: datetime, request: Request
    ) -> tuple[list[Entry], str | None]:
        """Oldest first, both ends left out."""
        token = request.query.get("pageToken")
        size = min(self.page_size, int(request.query.get("limit", "25")))
        position = bisect.bisect_right(self._order, (start, "\uffff"))
        if token:
            known = next(pair for pair in self._given if pair[1] == token)
            position = max(position, bisect.bisect_right(self._order, known))
        rest = (self.entries[key] for at, key in islice(self._order, position, None) if at < end)
        found = list(islice((one for one in rest if one.kind == kind), size + 1))
        if len(found) <= size:
            return found, None
        last = found[size - 1]
        self._given.add((last.at, last.id))
        return found[:size], last.id

    def _by_id(self, ids: Iterable[int], kind: str) -> list[dict[str, Any]]:
        found = (self.entries.get(f"{number:09d}") for number in ids)
        fitting = [entry for entry in found if entry is not None and entry.kind == kind]
        return [_feedback(one) if kind == "feedback" else self._question(one) for one in fitting]

    def _comments(self, request: Request) -> Response:
        entry = self.entries.get(f"{request.json['feedbackId']:09d}")
        if entry is None:
            return _ok({"comments": []})
        token = request.query.get("pageToken", "")
        rest = [one for one in entry.comments.values() if one.id > token]
        shown = rest[: self.page_size]
        more = shown[-1].id if len(rest) > len(shown) else None
        return _ok(_page("comments", (_comment(one, entry) for one in shown), more))

    def _answers(self, request: Request) -> Response:
        entry = self.entries.get(f"{request.json['questionId']:09d}")
        if entry is None:
            return Response(_error("NOT_FOUND", "Question not found"), 404)
        tops = [one for one in entry.comments.values() if not one.parent]
        return _ok(_page("answers", (_answer(one, entry) for one in tops)))

    def _update(self, request: Request) -> Response:
        entry = self.entries.get(f"{request.json['feedbackId']:09d}")
        comment = request.json["comment"]
        if entry is None:
            return Response(_error("NOT_FOUND", "Feedback not found"), 404)
        if "id" in comment:
            known = entry.comments[f"{comment['id']:09d}"]
            known.text = comment["text"]
            return _ok(_comment(known, entry))
        parent = comment.get("parentId")
        made = self._add(entry, comment["text"], f"{parent:09d}" if parent else "")
        return _ok(_comment(made, entry))

    def _add(self, entry: Entry, text: str, parent: str = "") -> Comment:
        key = f"{self.number():09d}"
        at = datetime.now(UTC)
        entry.comments[key] = Comment(key, text, True, at, parent, self.status)
        return entry.comments[key]

    def _delete(self, number: int) -> Response:
        for entry in self.entries.values():
            if f"{number:09d}" in entry.comments:
                if not entry.comments[f"{number:09d}"].is_ours:
                    raise ContractViolation("a stranger's words are not ours to delete")
                del entry.comments[f"{number:09d}"]
                return Response({"status": "OK"})
        return Response(_error("NOT_FOUND", "Comment not found"), 404)

    def _change(self, request: Request) -> Response:
        asked = request.json
        operation, entity = asked["operationType"], asked.get("entityId")
        if operation == "DELETE":
            return self._delete(entity["id"])
        if operation == "UPDATE":
            key = f"{entity['id']:09d}"
            holder = next(one for one in self.entries.values() if key in one.comments)
            holder.comments[key].text = asked["text"]
            return Response({"status": "OK"})
        parent, kind = f"{asked['parentEntityId']['id']:09d}", asked["parentEntityId"]["type"]
        holders = self.entries.values()
        above = next((one for one in holders if parent in (one.id, *one.comments)), None)
        if above is None:
            return Response(_error("NOT_FOUND", "Entity not found"), 404)
        made = self._add(above, asked["text"], "" if kind == "QUESTION" else parent)
        word = "ANSWER" if kind == "QUESTION" else "COMMENT"
        return _ok({"entity": {"id": int(made.id), "type": word}})

    def _question(self, entry: Entry) -> dict[str, Any]:
        return {
            "questionIdentifiers": {"id": int(entry.id), "categoryId": 7, "offerId": "TEA/7"},
            "businessId": self.business,
            "text": entry.text,
            "createdAt": stamp(entry.at),
            "votes": {"likes": 0, "dislikes": 0},
            "author": {"type": "USER", "name": entry.author},
        }


def _feedback(entry: Entry) -> dict[str, Any]:
    videos = [link for link in entry.media if link.endswith(".mp4")]
    photos = [link for link in entry.media if link not in videos]
    described = {"comment": entry.text, **entry.more}
    tops = [one for one in entry.comments.values() if not one.parent]
    media = {"photos": photos or None, "videos": videos or None}
    return {
        "feedbackId": int(entry.id),
        "createdAt": stamp(entry.at),
        "needReaction": not (entry.is_read or entry.ours),
        "identifiers": {"orderId": 1742, "offerId": "TEA/7"},
        "author": entry.author,
        "description": described,
        "media": media,
        "statistics": {"rating": entry.rating, "commentsCount": len(tops), "recommended": True},
    }


def _author(comment: Comment) -> dict[str, str]:
    return (
        {"type": "BUSINESS", "name": SHOP} if comment.is_ours else {"type": "USER", "name": "Пётр"}
    )


def _comment(comment: Comment, entry: Entry) -> dict[str, Any]:
    shown = {
        "id": int(comment.id),
        "text": comment.text,
        "canModify": comment.is_ours,
        "author": _author(comment),
        "status": comment.status,
        "feedbackId": int(entry.id),
    }
    return {**shown, "parentId": int(comment.parent)} if comment.parent else shown


def _answer(comment: Comment, entry: Entry) -> dict[str, Any]:
    below = [one for one in entry.comments.values() if one.parent == comment.id]
    votes = {"likes": 0, "dislikes": 0}
    comments = [
        {
            "id": int(one.id),
            "text": one.text,
            "canModify": one.is_ours,
            "author": _author(one),
            "status": one.status,
            "answerId": int(comment.id),
            "createdAt": stamp(one.at),
            "votes": votes,
        }
        for one in below
    ]
    return {
        "id": int(comment.id),
        "text": comment.text,
        "canModify": comment.is_ours,
        "author": _author(comment),
        "status": comment.status,
        "questionId": int(entry.id),
        "createdAt": stamp(comment.at),
        "votes": votes,
        "comments": comments,
    }


def _ok(result: Any) -> Response:
    left = {"X-RateLimit-Resource-Limit": "5000", "X-RateLimit-Resource-Remaining": "4711"}
    return Response({"status": "OK", "result": result}, headers=left)


def _page(name: str, rows: Iterable[Any], token: str | None = None) -> dict[str, Any]:
    return {name: list(rows), "paging": {"nextPageToken": token} if token else {}}


def _error(code: str, message: str) -> dict[str, Any]:
    return {"status": "ERROR", "errors": [{"code": code, "message": message}]}


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _refuse_long(kind: str, start: datetime, end: datetime) -> None:
    if end - start > timedelta(days=MOST_DAYS[kind]):
        raise ContractViolation(f"{(end - start).days} days are too many for a {kind}")
