"""A seller's cabinet on Wildberries, checked against the official contract.

What the contract leaves open is played as its words suggest: `dateTo` is inclusive by the
second, an answered entry moves at once from one list to the other, an answer is shown at once.
"""

from __future__ import annotations

import base64
import json
import secrets
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from tests.rigs.base import ContractViolation, Request, Response
from tests.rigs.marketplaces import Comment, Entry, MarketplaceRig, required, stamp

KINDS = {"feedbacks": "feedback", "questions": "question"}
SINGLE = {"/api/v1/feedback": "feedback", "/api/v1/question": "question"}


def make_token(scope: int = 1 << 7, *, days: float = 170, account: int = 3) -> str:
    """A token with the payload of a real one and no signature worth the name."""
    expires = int((datetime.now(UTC) + timedelta(days=days)).timestamp())
    payload = {"s": scope, "exp": expires, "sid": secrets.token_hex(8), "acc": account, "t": False}
    parts = ({"alg": "ES256", "typ": "JWT"}, payload)
    coded = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in parts]
    return f"{coded[0].decode()}.{coded[1].decode()}.{secrets.token_urlsafe(16)}"


class WildberriesRig(MarketplaceRig):
    """Feedbacks and questions of one seller."""

    name = "wildberries"
    contract = Path("wildberries/09-communications.yaml")
    posting = ("POST", "/api/v1/feedbacks/answer")

    def __init__(self) -> None:
        super().__init__()
        self.token = make_token()
        self.is_moderating = False

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
        key = f"k{self.number():019d}"
        entry = Entry(key, kind, text, author, self.moment(at), rating or 5, media)
        if parent is not None:
            entry.more["parent"] = parent.split("/")[1]
            self.entries[entry.more["parent"]].more["child"] = key
        self.add(entry)
        return f"{kind}/{key}"

    def edit(self, external_id: str, text: str) -> None:
        self.entries[external_id.split("/")[1]].text = text

    def delete(self, external_id: str) -> None:
        self.remove(external_id.split("/")[1])

    def answer_there(self, external_id: str, text: str) -> None:
        """The seller answers in the cabinet."""
        entry = self.entries[external_id.split("/")[1]]
        entry.comments = {"": Comment("", text, True, datetime.now(UTC))}

    def replies(self) -> list[str]:
        found = [comment for entry in self.entries.values() for comment in entry.ours]
        return [comment.text for comment in sorted(found, key=lambda one: one.at)]

    def limited(self) -> Response:
        body = {"title": "too many requests", "status": 429, "statusText": "Too Many Requests"}
        headers = {"X-Ratelimit-Retry": "7", "X-Ratelimit-Limit": "6", "X-Ratelimit-Reset": "7"}
        return Response(body, 429, headers)

    def denied(self) -> Response:
        body = {"title": "unauthorized", "detail": "token problem; token is expired", "status": 401}
        return Response(body, 401)

    def config(self) -> dict[str, Any]:
        return {"token": self.token, "page_size": 3}

    def check_key(self, request: Request) -> None:
        required(request.headers.get("authorization"), self.token, "Authorization")

    def respond(self, request: Request) -> Response:
        left = {"X-Ratelimit-Remaining": "5"}
        if request.method == "GET" and request.path in SINGLE:
            return self._one(SINGLE[request.path], request.query["id"])
        kind = KINDS.get(request.path.removeprefix("/api/v1/"))
        if request.method == "GET" and kind:
            return Response(_body(self._list(kind, request)), headers=left)
        if request.path == "/api/v1/feedbacks/answer":
            self._answer("feedback", request.json["id"], request.json["text"], request.method)
            return Response(b"", 204)
        if request.path == "/api/v1/questions" and request.json.get("state") == "wbRu":
            return self._answer_question(request.json["id"], request.json["answer"]["text"])
        raise ContractViolation("this rig does not play that call")

    def _list(self, kind: str, request: Request) -> dict[str, Any]:
        query = request.query
        take, skip = int(query["take"]), int(query["skip"])
        if take > (5000 if kind == "feedback" else 10_000) or query.get("order") != "dateDesc":
            raise ContractViolation(f"take={take}, order={query.get('order')}")
        is_answered = query["isAnswered"] == "true"
        bound = int(query["dateTo"]) if "dateTo" in query else None
        before = datetime.fromtimestamp(bound, UTC) + timedelta(seconds=1) if bound else None
        fitting = (one for one in self.newest(kind, before) if bool(one.ours) == is_answered)
        rows = [_shown(entry) for entry in islice(fitting, skip, skip + take)]
        return {"countUnanswered": 1, "countArchive": 2, f"{kind}s": rows}

    def _one(self, kind: str, key: str) -> Response:
        entry = self.entries.get(key)
        if entry is None or entry.kind != kind:
            told = "Невозможно получить по id"
            return Response({"data": None, "error": True, "errorText": told}, 422)
        return Response(_body(_shown(entry)))

    def _answer_question(self, key: str, text: str) -> Response:
        if key not in self.entries:
            return Response({"data": None, "error": True, "errorText": "Не найден вопрос"}, 404)
        self._answer("question", key, text, "PATCH")
        return Response(_body(None))

    def _answer(self, kind: str, key: str, text: str, method: str) -> None:
        """An unknown id is taken without a word, as the contract warns."""
        entry = self.entries.get(key)
        if not 2 <= len(text) <= 5000:
            raise ContractViolation(f"an answer of {len(text)} characters")
        if entry is None or entry.kind != kind:
            return
        if entry.ours and kind == "feedback" and method == "POST":
            raise ContractViolation("a second answer to one feedback")
        known = entry.comments.get("")
        if known is None:
            known = entry.comments[""] = Comment("", text, True, datetime.now(UTC))
            known.status = "reviewRequired" if self.is_moderating else "wbRu"
        elif known.changes:
            raise ContractViolation("an answer changed twice")
        else:
            known.text, known.changes = text, 1


def _body(data: Any) -> dict[str, Any]:
    return {"data": data, "error": False, "errorText": "", "additionalErrors": None}


def _shown(entry: Entry) -> dict[str, Any]:
    is_feedback = entry.kind == "feedback"
    reply = entry.comments.get("")
    product = {
        "nmId": entry.product,
        "imtId": 11157265,
        "productName": "Чайник «Ромашка»",
        "supplierArticle": "TEA-7/белый",
        "supplierName": "ООО «Ромашка»",
        "brandName": "Ромашка",
    }
    answer = None
    if reply is not None:
        answer = {"text": reply.text, "editable": not reply.changes}
        answer |= {"state": reply.status} if is_feedback else {"createDate": stamp(reply.at)}
    state = entry.more.get("state", "wbRu" if reply else "none" if is_feedback else "")
    shown = {
        "id": entry.id,
        "text": entry.text,
        "createdDate": stamp(entry.at),
        "state": state or "suppliersPortalSynch",
        "answer": answer,
        "productDetails": product,
        "wasViewed": entry.is_read,
    }
    if not is_feedback:
        return {**shown, "isWarned": bool(entry.more.get("warned"))}
    pictures = [link for link in entry.media if not link.endswith(".m3u8")]
    videos = [link for link in entry.media if link.endswith(".m3u8")]
    return {
        **shown,
        "productDetails": {**product, "size": "0"},
        "pros": entry.more.get("pros", ""),
        "cons": entry.more.get("cons", ""),
        "productValuation": entry.rating,
        "photoLinks": [{"fullSize": link, "miniSize": link} for link in pictures] or None,
        "video": {"link": videos[0], "durationSec": 10} if videos else None,
        "userName": entry.author,
        "bables": entry.more.get("tags"),
        "parentFeedbackId": entry.more.get("parent"),
        "childFeedbackId": entry.more.get("child"),
    }
