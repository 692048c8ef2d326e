"""X's API v2, as far as the collector calls it; every request and answer against its contract."""

from __future__ import annotations

import re
import time
from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any

from tests.conftest import SHARED
from tests.contracts.openapi import open_api
from tests.rigs.base import ContractViolation, Request, Response, Rig

EPOCH_MS = 1_288_834_974_657
OUR_ID, OUR_NAME = "700700", "romashka"
NUMBERS = count()  # every rig has an app and a token of its own: limits are kept by token
PROBLEMS = "https://api.x.com/2/problems"
USER_ONLY = {("POST", "/2/tweets"), ("GET", "/2/users/me")}


@dataclass
class Version:
    """One wording of a post."""

    id: int
    text: str
    media: tuple[str, ...] = ()


@dataclass
class Written:
    """A post with its history."""

    author: str
    versions: list[Version]
    conversation: int = 0
    parent: int = 0
    quotes: int = 0
    prefix: str = ""
    is_hidden: bool = False
    kind: str = "replied_to"
    names: tuple[str, ...] = ()

    @property
    def last(self) -> Version:
        return self.versions[-1]


@dataclass
class Account:
    """Somebody on X."""

    id: str
    name: str
    username: str
    followers: int = 12
    created_at: str = "2015-03-01T10:00:00.000Z"


@dataclass
class Found:
    """Rows of an answer with what is missing."""

    rows: list[tuple[Written, Version]] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    meta: dict[str, Any] | None = None


class XRig(Rig):
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
        return Response(_told("Too Many Requests", 429), 429, headers)

    def denied(self) -> Response:
        return Response(_told("Unauthorized", 401), 401)

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
            user = self._user(self.accounts[OUR_NAME], query)
            return Response({"data": user}, headers={"x-access-level": self.access_level})
        if path == f"/2/users/{OUR_ID}/mentions":
            return Response(self._shown(self._page(self.addressed, query), query))
        if path == f"/2/users/{OUR_ID}/tweets":
            ours = [n for n in self._ids() if self.by_version[n].author == OUR_NAME]
            return Response(self._shown(self._page(ours, query), query))
        if path.startswith("/2/users/"):
            return Response({"errors": [_missing(path.split("/")[3], "id")]})
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
            if floor and _milliseconds(floor) < oldest:
                told = "'start_time' or 'since_id' must be within the last seven days"
                return Response(_told(told, 400), 400)
        asked = query["query"]
        if found := re.fullmatch(r"conversation_id:(\d+)", asked):
            root = int(found[1])
            ids = [
                n
                for n in self._ids()
                if self.by_version[n].conversation == root and self.by_version[n].parent
            ]
            return Response(self._shown(self._page(ids, query), query))
        words = re.sub(r"\s-\S+", "", asked).strip("()").casefold()
        pool = self.others if f"-@{OUR_NAME}" in asked else self._ids()
        ids = [n for n in pool if words in self.by_version[n].last.text.casefold()]
        return Response(self._shown(self._page(ids, query), query))

    def _page(self, ids: list[int], query: Mapping[str, str]) -> Found:
        """Newest first, below the token; O(page) but for the filters above."""
        token = query.get("next_token") or query.get("pagination_token")
        end = bisect_left(ids, int(token.removeprefix("before"))) if token else len(ids)
        if "end_time" in query:
            end = min(end, bisect_left(ids, _floor_id(query["end_time"])))
        start = bisect_left(ids, int(query.get("since_id", 0)) + 1)
        if "start_time" in query:
            start = max(start, bisect_left(ids, _floor_id(query["start_time"])))
        size = min(self.page_size, int(query["max_results"]))
        cut = max(start, end - size)
        numbers = ids[cut:end][::-1]
        meta: dict[str, Any] = {"result_count": len(numbers)}
        if numbers:
            meta |= {"newest_id": str(numbers[0]), "oldest_id": str(numbers[-1])}
        if cut > start:
            meta["next_token"] = f"before{numbers[-1]}"
        return Found([self._row(number) for number in numbers], meta=meta)

    def _look_up(self, query: Mapping[str, str]) -> Response:
        found = Found()
        for number in query["ids"].split(","):
            if int(number) in self.by_version:
                found.rows.append(self._row(int(number)))
            else:
                found.missing.append(number)
        return Response(self._shown(found, query))

    def _create(self, body: Mapping[str, Any]) -> Response:
        above = self.by_version.get(int(body.get("reply", {}).get("in_reply_to_tweet_id", 0)))
        if above is None:
            told = "You attempted to reply to a Tweet that is deleted or not visible to you."
            return Response(_told(told, 403), 403)
        if body["text"] in self.replies():
            told = "You are not allowed to create a Tweet with duplicate content."
            return Response(_told(told, 403), 403)
        if not (above.quotes or any(f"@{OUR_NAME}" in one.text for one in above.versions)):
            told = "Reply to this conversation is not allowed: you have not been mentioned."
            return Response(_told(told, 403), 403)
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
            return Response(_told("Not Found", 404), 404)
        self.delete(f"x/{number}")
        return Response({"data": {"deleted": True}})

    def _hide(self, number: int, is_hidden: bool) -> Response:
        post = self.by_version.get(number)
        root = self.by_version.get(post.conversation) if post else None
        if post is None or root is None or root.author != OUR_NAME:
            return Response(_told("You can hide replies in your own conversations only.", 403), 403)
        post.is_hidden = is_hidden
        return Response({"data": {"hidden": is_hidden}})

    # ---- objects ---------------------------------------------------------------------------

    def _shown(self, found: Found, query: Mapping[str, str]) -> dict[str, Any]:
        fields = set(filter(None, query.get("post.fields", "").split(",")))
        expanded = set(filter(None, query.get("expansions", "").split(",")))
        body: dict[str, Any] = {}
        if found.rows:
            body["data"] = [self._object(*row, fields, expanded) for row in found.rows]
        includes: dict[str, Any] = {}
        if "author_id" in expanded and found.rows:
            names = dict.fromkeys(post.author for post, _ in found.rows)
            includes["users"] = [self._user(self.accounts[name], query) for name in names]
        if others := list(self._related(found, expanded)):
            includes["posts"] = [self._object(*row, fields, set()) for row in others]
        if includes:
            body["includes"] = includes
        if found.missing:
            body["errors"] = [_missing(number, "ids") for number in found.missing]
        if found.meta is not None:
            body["meta"] = found.meta
        return body

    def _related(self, found: Found, expanded: set[str]) -> Iterator[tuple[Written, Version]]:
        numbers: list[int] = []
        for post, version in found.rows:
            if "referenced_posts" in expanded:
                numbers += [post.parent, post.quotes]
            if "edit_history_post_ids" in expanded:
                numbers += [one.id for one in post.versions if one.id != version.id]
        for number in dict.fromkeys(numbers):
            if number in self.by_version:
                yield self._row(number)

    def _object(
        self, post: Written, version: Version, fields: set[str], expanded: set[str]
    ) -> dict[str, Any]:
        said = post.prefix + version.text
        links = [f"https://t.co/m{version.id % 10_000}{n}" for n in range(len(version.media))]
        told = " ".join([_escaped(said), *links])
        shown: dict[str, Any] = {
            "id": str(version.id),
            "text": told,
            "edit_history_post_ids": [str(one.id) for one in post.versions],
        }
        if "created_at" in fields:
            shown["created_at"] = _iso(version.id)
        if "conversation_id" in fields:
            shown["conversation_id"] = str(post.conversation)
        if "display_text_range" in fields:
            shown["display_text_range"] = [len(post.prefix), len(told)]
        if "entities" in fields and (named := self._entities(post, version, said, links)):
            shown["entities"] = named
        if "author_id" in expanded:
            shown["author_id"] = self.accounts[post.author].id
        if "referenced_posts" in expanded and (post.parent or post.quotes):
            pairs = ((post.kind, post.parent), ("quoted", post.quotes))
            shown["referenced_posts"] = [{"type": k, "id": str(n)} for k, n in pairs if n]
        return shown

    def _entities(
        self, post: Written, version: Version, said: str, links: Iterable[str]
    ) -> dict[str, Any]:
        named = [
            {
                "start": found.start(),
                "end": found.end(),
                "username": found[1],
                "id": self.accounts[found[1]].id,
            }
            for found in re.finditer(r"@([A-Za-z0-9_]+)", said)
            if found[1] in self.accounts
        ]
        urls = [
            {
                "start": len(said) + 1,
                "end": len(said) + 24,
                "url": link,
                "expanded_url": address,
                "display_url": "pic.x.com/1",
                "media_key": f"3_{n}",
            }
            for n, (link, address) in enumerate(zip(links, version.media, strict=True))
        ]
        if post.quotes:
            address = f"https://x.com/{OUR_NAME}/status/{post.quotes}"
            urls.append({"start": 0, "end": 23, "url": "https://t.co/q", "expanded_url": address})
        return {key: rows for key, rows in (("mentions", named), ("urls", urls)) if rows}

    def _user(self, account: Account, query: Mapping[str, str]) -> dict[str, Any]:
        fields = query.get("user.fields", "").split(",")
        shown: dict[str, Any] = {
            "id": account.id,
            "name": account.name,
            "username": account.username,
        }
        if "created_at" in fields:
            shown["created_at"] = account.created_at
        if "public_metrics" in fields:
            shown["public_metrics"] = {
                "followers_count": account.followers,
                "following_count": 1,
                "post_count": 5,
                "listed_count": 0,
            }
        return shown

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

    def _row(self, number: int) -> tuple[Written, Version]:
        post = self.by_version[number]
        return post, next(one for one in post.versions if one.id == number)

    def _ids(self) -> list[int]:
        return sorted([*self.addressed, *self.others])

    def _current(self) -> Iterator[Written]:
        return (self.by_version[number] for number in self._ids())


def _milliseconds(value: str) -> int:
    if value.isdigit():
        return (int(value) >> 22) + EPOCH_MS
    return int(datetime.fromisoformat(value).timestamp() * 1000)


def _floor_id(moment: str) -> int:
    return (_milliseconds(moment) - EPOCH_MS) << 22


def _iso(number: int) -> str:
    moment = datetime.fromtimestamp(((number >> 22) + EPOCH_MS) / 1000, UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03}Z"


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _told(detail: str, status: int) -> dict[str, Any]:
    """X's usual error body, with what the contract's `Error` asks for."""
    about = {"title": "Error", "detail": detail, "type": "about:blank", "status": status}
    return {"code": status, "message": detail, **about}


def _missing(value: str, parameter: str) -> dict[str, Any]:
    return {
        "type": f"{PROBLEMS}/resource-not-found",
        "title": "Not Found Error",
        "detail": f"Could not find what {parameter} {value} names.",
        "parameter": parameter,
        "resource_id": value,
        "resource_type": "tweet",
        "value": value,
    }
