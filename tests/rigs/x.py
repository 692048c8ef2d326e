"""X's API v2, as far as the collector calls it; every request and answer against its contract."""

from __future__ import annotations

import re
import time
from bisect import bisect_left, insort
from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import count
from typing import Any

from tests.conftest import SHARED
from tests.contracts.openapi import open_api
from tests.rigs.base import ContractViolation, Request, Response, Rig
from tests.rigs.x_objects import (
    EPOCH_MS,
    OUR_ID,
    OUR_NAME,
    Account,
    Found,
    Objects,
    Version,
    Written,
    floor_id,
    milliseconds,
    missing,
    problem,
)

NUMBERS = count()  # every rig has an app and a token of its own: limits are kept by token
USER_ONLY = {("POST", "/2/tweets"), ("GET", "/2/users/me")}


class XRig(Objects, Rig):
    """A hand-written X: mentions, recent search, lookup, replies, hiding."""

    name = "x"
    posting = ("POST", "/2/tweets")

    def __init__(self) -> None:
        super().__init__()
        self._contract = open_api(SHARED / "contracts/x/openapi.json")
        self.accounts = {OUR_NAME: Account(OUR_ID, "Ромашка", OUR_NAME)}
        self.by_version: dict[int, Written] = {}
        self.addressed: list[int] = []
        self.others: list[int] = []
        self._last_ms = self._sequence = 0
        self.access_level = "read-write"
        number = next(NUMBERS)
        self.bearer = f"AAAAbearer-of-app-{number}"
        self.account_token = f"{OUR_ID}-account-token-{number}"

    # ---- what a test does ------------------------------------------------------------------

    def write(
        self,
        text: str,
        *,
        author: str = "Гость",
        at: datetime | None = None,
        parent: str | None = None,
        rating: int | None = None,
        media: tuple[str, ...] = (),
        names: tuple[str, ...] = (OUR_NAME,),
        quotes: int = 0,
        kind: str = "replied_to",
    ) -> str:
        """See `Rig`; the accounts in `names` are mentioned at the beginning."""
        with self.lock:
            number = self._new_id(at)
            above = self._written(parent) if parent else None
            said = "".join(f"@{name} " for name in names) + text
            post = Written(
                author=self._account(author).username,
                versions=[Version(number, said, media)],
                conversation=above.conversation if above else number,
                parent=above.last.id if above else 0,
                quotes=quotes,
                kind=kind,
                names=names,
            )
            self._stand(post)
            return f"x/{number}"

    def edit(self, external_id: str, text: str, *, names: tuple[str, ...] = (OUR_NAME,)) -> None:
        with self.lock:
            post = self._written(external_id)
            self._fall(post)
            post.names = names
            said = "".join(f"@{name} " for name in post.names) + text
            post.versions.append(Version(self._new_id(None), said, post.last.media))
            self._stand(post)

    def delete(self, external_id: str) -> None:
        with self.lock:
            post = self._written(external_id)
            self._fall(post)
            for version in post.versions:
                del self.by_version[version.id]

    def replies(self) -> list[str]:
        ours = [post for post in self._current() if post.author == OUR_NAME and post.parent]
        return [post.last.text for post in ours]

    def say(self, text: str) -> str:
        """Our own post that answers nobody."""
        return self.write(text, author="Ромашка", names=())

    def hidden(self) -> set[str]:
        """Ids of replies that are hidden."""
        return {f"x/{post.versions[0].id}" for post in self._current() if post.is_hidden}

    def limited(self) -> Response:
        headers = {"x-rate-limit-reset": str(int(time.time()) + 8), "x-rate-limit-remaining": "0"}
        return Response(problem("Too Many Requests", 429), 429, headers)

    def denied(self) -> Response:
        return Response(problem("Unauthorized", 401), 401)

    def config(self) -> dict[str, Any]:
        return {
            "username": OUR_NAME,
            "query": "Ромашка",
            "bearer_token": self.bearer,
            "consumer_token": "consumer-key-1",
            "consumer_token_secret": "consumer-secret-1",
            "access_token": self.account_token,
            "access_token_secret": "account-secret-1",
            "monthly_budget": 1000.0,
            "page_size": 10,
            "settle_seconds": 0,
            "recheck_hours": 24 * 7,
            "recheck_every": 0,
        }

    # ---- answers ---------------------------------------------------------------------------

    def answer(self, request: Request) -> Response:
        body = request.json if request.body else None
        self._contract.check_request(
            request.method, request.path, request.pairs, body, dict(request.headers)
        )
        self._check_signature(request)
        response = self._routed(request, body)
        headers = {
            "x-rate-limit-limit": "450",
            "x-rate-limit-remaining": "449",
            "x-rate-limit-reset": str(int(time.time()) + 900),
            **response.headers,
        }
        self._contract.check_response(request.method, request.path, response.status, response.body)
        return Response(response.body, response.status, headers)

    def _check_signature(self, request: Request) -> None:
        given = request.headers.get("authorization", "")
        is_act = request.method != "GET" or (request.method, request.path) in USER_ONLY
        is_user = given.startswith("OAuth ") and f'oauth_token="{self.account_token}"' in given
        if not (is_user or (not is_act and given == f"Bearer {self.bearer}")):
            raise ContractViolation(f"{request.method} {request.path}: not signed as it must be")

    def _routed(self, request: Request, body: Any) -> Response:
        method, path, query = request.method, request.path, request.query
        if path == "/2/users/me":
            user = self.user(self.accounts[OUR_NAME], query)
            return Response({"data": user}, headers={"x-access-level": self.access_level})
        if path == f"/2/users/{OUR_ID}/mentions":
            return Response(self.shown(self._page(self.addressed, query), query))
        if path == f"/2/users/{OUR_ID}/tweets":
            ours = [n for n in self._ids() if self.by_version[n].author == OUR_NAME]
            return Response(self.shown(self._page(ours, query), query))
        if path.startswith("/2/users/"):
            return Response({"errors": [missing(path.split("/")[3], "id")]})
        if path == "/2/tweets/search/recent":
            return self._search(query)
        if path == "/2/tweets":
            return self._create(body) if method == "POST" else self._look_up(query)
        number = int(path.split("/")[3])
        return self._hide(number, body["hidden"]) if method == "PUT" else self._remove(number)

    def _search(self, query: Mapping[str, str]) -> Response:
        if "since_id" in query and "start_time" in query:
            raise ContractViolation("search: at most one of start_time, since_id")
        oldest = int((time.time() - 7 * 86_400) * 1000)
        for floor in (query.get("since_id"), query.get("start_time")):
            if floor and milliseconds(floor) < oldest:
                told = "'start_time' or 'since_id' must be within the last seven days"
                return Response(problem(told, 400), 400)
        asked = query["query"]
        if found := re.fullmatch(r"conversation_id:(\d+)", asked):
            root = int(found[1])
            ids = [
                n
                for n in self._ids()
                if self.by_version[n].conversation == root and self.by_version[n].parent
            ]
            return Response(self.shown(self._page(ids, query), query))
        words = re.sub(r"\s-\S+", "", asked).strip("()").casefold()
        pool = self.others if f"-@{OUR_NAME}" in asked else self._ids()
        ids = [n for n in pool if words in self.by_version[n].last.text.casefold()]
        return Response(self.shown(self._page(ids, query), query))

    def _page(self, ids: list[int], query: Mapping[str, str]) -> Found:
        """Newest first, below the token; O(page) but for the filters above."""
        token = query.get("next_token") or query.get("pagination_token")
        end = bisect_left(ids, int(token.removeprefix("before"))) if token else len(ids)
        if "end_time" in query:
            end = min(end, bisect_left(ids, floor_id(query["end_time"])))
        start = bisect_left(ids, int(query.get("since_id", 0)) + 1)
        if "start_time" in query:
            start = max(start, bisect_left(ids, floor_id(query["start_time"])))
        size = min(self.page_size, int(query["max_results"]))
        cut = max(start, end - size)
        numbers = ids[cut:end][::-1]
        meta: dict[str, Any] = {"result_count": len(numbers)}
        if numbers:
            meta |= {"newest_id": str(numbers[0]), "oldest_id": str(numbers[-1])}
        if cut > start:
            meta["next_token"] = f"before{numbers[-1]}"
        return Found([self.row(number) for number in numbers], meta=meta)

    def _look_up(self, query: Mapping[str, str]) -> Response:
        found = Found()
        for number in query["ids"].split(","):
            if int(number) in self.by_version:
                found.rows.append(self.row(int(number)))
            else:
                found.missing.append(number)
        return Response(self.shown(found, query))

    def _create(self, body: Mapping[str, Any]) -> Response:
        above = self.by_version.get(int(body.get("reply", {}).get("in_reply_to_tweet_id", 0)))
        if above is None:
            told = "You attempted to reply to a Tweet that is deleted or not visible to you."
            return Response(problem(told, 403), 403)
        if body["text"] in self.replies():
            told = "You are not allowed to create a Tweet with duplicate content."
            return Response(problem(told, 403), 403)
        if not (above.quotes or any(f"@{OUR_NAME}" in one.text for one in above.versions)):
            told = "Reply to this conversation is not allowed: you have not been mentioned."
            return Response(problem(told, 403), 403)
        number = self._new_id(None)
        post = Written(
            author=OUR_NAME,
            versions=[Version(number, body["text"])],
            conversation=above.conversation,
            parent=above.last.id,
            prefix=f"@{above.author} ",
            names=(above.author,),
        )
        self._stand(post)
        return Response({"data": {"id": str(number), "text": body["text"]}}, 201)

    def _remove(self, number: int) -> Response:
        if number not in self.by_version:
            return Response(problem("Not Found", 404), 404)
        self.delete(f"x/{number}")
        return Response({"data": {"deleted": True}})

    def _hide(self, number: int, is_hidden: bool) -> Response:
        post = self.by_version.get(number)
        root = self.by_version.get(post.conversation) if post else None
        if post is None or root is None or root.author != OUR_NAME:
            return Response(
                problem("You can hide replies in your own conversations only.", 403), 403
            )
        post.is_hidden = is_hidden
        return Response({"data": {"hidden": is_hidden}})

    # ---- state -----------------------------------------------------------------------------

    def _account(self, name: str) -> Account:
        if name == "Ромашка":
            return self.accounts[OUR_NAME]
        known = next((one for one in self.accounts.values() if one.name == name), None)
        if known is None:
            number = 1000 + len(self.accounts)
            known = Account(str(number), name, f"guest{number}")
            self.accounts[known.username] = known
        return known

    def _new_id(self, at: datetime | None) -> int:
        moment = int(at.timestamp() * 1000) if at else max(int(time.time() * 1000), self._last_ms)
        self._last_ms = max(self._last_ms, moment)
        self._sequence += 1
        return ((moment - EPOCH_MS) << 22) | (self._sequence & 0x3FFFFF)

    def _stand(self, post: Written) -> None:
        self.by_version[post.last.id] = post
        insort(self._shelf(post), post.last.id)

    def _fall(self, post: Written) -> None:
        shelf = self._shelf(post)
        del shelf[bisect_left(shelf, post.last.id)]

    def _shelf(self, post: Written) -> list[int]:
        is_to_us = OUR_NAME in post.names and post.author != OUR_NAME
        return self.addressed if is_to_us else self.others

    def _written(self, external_id: str) -> Written:
        return self.by_version[int(external_id.removeprefix("x/"))]

    def _ids(self) -> list[int]:
        return sorted([*self.addressed, *self.others])

    def _current(self) -> Iterator[Written]:
        return (self.by_version[number] for number in self._ids())
