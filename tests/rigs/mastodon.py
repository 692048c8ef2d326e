"""A Mastodon server, as far as the collector calls it.

Written from the documentation (docs.joinmastodon.org, methods and entities of 4.3): there is
no machine-readable contract. Parameters of every call and keys of every answer are checked
against the tables beside it.
"""

from __future__ import annotations

import html
import re
from bisect import bisect_left, insort
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from tests.rigs.base import ContractViolation, Request, Response, Rig
from tests.rigs.mastodon_tables import check_call, checked, pattern_of

OUR_NAME, OUR_ACCOUNT = "romashka", "109000000000000001"
NUMBERS = count()


@dataclass
class Written:
    """One post."""

    id: int
    author: str
    text: str
    at: datetime
    parent: int = 0
    media: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    spoiler: str = ""
    visibility: str = "public"
    is_to_us: bool = True
    edited_at: datetime | None = None
    key: str = ""
    is_boost: bool = False
    notice: str = "mention"


@dataclass
class Somebody:
    """One account."""

    id: str
    acct: str
    name: str
    is_bot: bool = False


@dataclass
class Told:
    """What was done besides posts."""

    blocked: set[str] = field(default_factory=set)
    reports: list[dict[str, str]] = field(default_factory=list)


class MastodonRig(Rig):
    """A hand-written server with one account of ours."""

    name = "mastodon"
    posting = ("POST", "/api/v1/statuses")
    needs = ()

    def __init__(self) -> None:
        super().__init__()
        self.token = f"token-of-romashka-{next(NUMBERS)}"
        self.people = {OUR_NAME: Somebody(OUR_ACCOUNT, OUR_NAME, "Ромашка")}
        self.posts: dict[int, Written] = {}
        self.order: list[int] = []
        self.notices: dict[int, int] = {}
        self.scopes = ["read", "write"]
        self.is_new = True
        self.told = Told()
        self._last = datetime.min.replace(tzinfo=UTC)
        self._number = 0

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
        tags: tuple[str, ...] = (),
        spoiler: str = "",
        visibility: str = "public",
        is_to_us: bool = True,
        is_boost: bool = False,
        notice: str = "mention",
    ) -> str:
        """See `Rig`; `is_to_us` mentions our account, `tags` are hashtags."""
        with self.lock:
            post = Written(
                id=0,
                author=self._person(author).acct,
                text=text,
                at=at or max(datetime.now(UTC), self._last + timedelta(milliseconds=1)),
                parent=self._id(parent) if parent else 0,
                media=media,
                tags=tags,
                spoiler=spoiler,
                visibility=visibility,
                is_to_us=is_to_us and author != "Ромашка",
                is_boost=is_boost,
                notice=notice,
            )
            return self._external(self._stand(post).id)

    def edit(self, external_id: str, text: str) -> None:
        with self.lock:
            post = self.posts[self._id(external_id)]
            post.text, post.edited_at = text, datetime.now(UTC)

    def delete(self, external_id: str) -> None:
        with self.lock:
            number = self._id(external_id)
            del self.posts[number]
            del self.order[bisect_left(self.order, number)]
            self.notices = {key: one for key, one in self.notices.items() if one != number}

    def replies(self) -> list[str]:
        posts = (self.posts[number] for number in self.order)
        return [post.text for post in posts if post.author == OUR_NAME and post.parent]

    def say(self, text: str, **more: Any) -> str:
        """Our own post that answers nobody."""
        return self.write(text, author="Ромашка", **more)

    def limited(self) -> Response:
        reset = (datetime.now(UTC) + timedelta(seconds=7)).isoformat().replace("+00:00", "Z")
        headers = {"X-RateLimit-Reset": reset, "X-RateLimit-Remaining": "0"}
        return Response({"error": "Too many requests"}, 429, headers)

    def denied(self) -> Response:
        return Response({"error": "The access token is invalid"}, 401)

    def config(self) -> dict[str, Any]:
        return {"token": self.token, "hashtags": ["ромашка"], "host": "romashka.example"}

    # ---- answers ---------------------------------------------------------------------------

    def answer(self, request: Request) -> Response:
        pattern, number = pattern_of(request.path)
        pairs = request.pairs if request.method == "GET" else list(request.form.items())
        check_call(request.method, pattern, pairs)
        if request.headers.get("authorization") != f"Bearer {self.token}":
            raise ContractViolation(f"{request.path}: not signed with the token")
        given = {**dict(pairs), "key": request.headers.get("idempotency-key", "")}
        given["types"] = " ".join(value for name, value in pairs if name == "types[]")
        response = self._routes()[request.method, pattern](number, given)
        reset = (datetime.now(UTC) + timedelta(seconds=300)).isoformat().replace("+00:00", "Z")
        headers = {
            "X-RateLimit-Limit": "300",
            "X-RateLimit-Remaining": "299",
            "X-RateLimit-Reset": reset,
        }
        return Response(response.body, response.status, headers)

    def _routes(self) -> dict[tuple[str, str], Callable[[str, Mapping[str, str]], Response]]:
        ours = self.people[OUR_NAME]
        feeds = {"hashtag_feeds": {"local": "public", "remote": "public"}}
        app = {"name": "Otklik", "website": None}
        statuses, accounts = "/api/v1/statuses", "/api/v1/accounts"
        return {
            ("GET", f"{accounts}/verify_credentials"): lambda *_: Response(_account(ours)),
            ("GET", "/api/v1/apps/verify_credentials"): lambda *_: Response(
                {**app, "scopes": self.scopes} if self.is_new else app
            ),
            ("GET", "/api/v2/instance"): lambda *_: Response(
                {"version": "4.5.0", "configuration": {"timelines_access": feeds}}
            ),
            ("GET", "/api/v1/notifications"): lambda _, query: self._notifications(query),
            ("GET", "/api/v1/timelines/tag/{}"): self._timeline,
            ("GET", f"{statuses}/{{}}"): lambda number, _: self._found(number, self._status),
            ("GET", f"{statuses}/{{}}/context"): lambda n, _: self._found(n, self._context),
            ("POST", statuses): lambda _, form: self._post(form),
            ("PUT", f"{statuses}/{{}}"): lambda n, f: self._found(n, self._change(f)),
            ("DELETE", f"{statuses}/{{}}"): lambda n, _: self._found(n, self._remove),
            ("POST", f"{accounts}/{{}}/block"): lambda n, _: self._block(n, True),
            ("POST", f"{accounts}/{{}}/unblock"): lambda n, _: self._block(n, False),
            ("POST", "/api/v1/reports"): lambda _, form: self._report(form),
        }

    def _notifications(self, query: Mapping[str, str]) -> Response:
        kinds = query["types"].split()
        ids = [n for n in sorted(self.notices) if self.posts[self.notices[n]].notice in kinds]
        rows = []
        for number in self._page(ids, query, 40):
            post = self.posts[self.notices[number]]
            row = {
                "id": str(number),
                "type": post.notice,
                "created_at": _iso(post.at),
                "account": _account(self.people[post.author]),
                "status": self._status(post),
            }
            rows.append(checked("notification", row))
        return Response(rows)

    def _timeline(self, tag: str, query: Mapping[str, str]) -> Response:
        posts = (self.posts[number] for number in self.order)
        ids = [post.id for post in posts if tag in post.tags and post.visibility == "public"]
        return Response([self._status(self.posts[n]) for n in self._page(ids, query, 20)])

    def _page(self, ids: list[int], query: Mapping[str, str], usual: int) -> list[int]:
        size = min(self.page_size, int(query.get("limit", usual)))
        end = bisect_left(ids, int(query["max_id"])) if "max_id" in query else len(ids)
        if "min_id" in query:
            start = bisect_left(ids, int(query["min_id"]) + 1)
            return ids[start : min(start + size, end)][::-1]
        start = bisect_left(ids, int(query["since_id"]) + 1) if "since_id" in query else 0
        return ids[max(start, end - size) : end][::-1]

    def _found(self, number: str, make: Callable[[Written], Any]) -> Response:
        post = self.posts.get(int(number)) if number.isdigit() else None
        if post is None:
            return Response({"error": "Record not found"}, 404)
        made = make(post)
        return made if isinstance(made, Response) else Response(made)

    def _context(self, post: Written) -> dict[str, Any]:
        before: list[Written] = []
        above = self.posts.get(post.parent)
        while above is not None:
            before.insert(0, above)
            above = self.posts.get(above.parent)
        below, after = {post.id}, []
        for number in self.order[bisect_left(self.order, post.id) :]:
            if self.posts[number].parent in below:
                below.add(number)
                after.append(self.posts[number])
        return {
            "ancestors": [self._status(one) for one in before],
            "descendants": [self._status(one) for one in after],
        }

    def _post(self, form: Mapping[str, str]) -> Response:
        known = (one for one in self.posts.values() if form["key"] and one.key == form["key"])
        if again := next(known, None):
            return Response(self._status(again))
        above = int(form.get("in_reply_to_id", 0))
        if above and above not in self.posts:
            return Response({"error": "The post you are trying to reply to is gone."}, 404)
        if len(form["status"]) > 500:
            return Response({"error": "Validation failed: text limit"}, 422)
        post = Written(
            id=0,
            author=OUR_NAME,
            text=form["status"],
            at=max(datetime.now(UTC), self._last + timedelta(milliseconds=1)),
            parent=above,
            visibility=form.get("visibility", "public"),
            is_to_us=False,
            key=form["key"],
        )
        return Response(self._status(self._stand(post)))

    def _change(self, form: Mapping[str, str]) -> Callable[[Written], Any]:
        def change(post: Written) -> Any:
            if post.author != OUR_NAME:
                return Response({"error": "Record not found"}, 404)
            post.text, post.edited_at = form["status"], datetime.now(UTC)
            return self._status(post)

        return change

    def _remove(self, post: Written) -> Any:
        if post.author != OUR_NAME:
            return Response({"error": "Record not found"}, 404)
        shown = self._status(post)
        self.delete(self._external(post.id))
        return {**shown, "text": post.text}

    def _block(self, number: str, is_on: bool) -> Response:
        if number not in {one.id for one in self.people.values()}:
            return Response({"error": "Record not found"}, 404)
        self.told.blocked = self.told.blocked | {number} if is_on else self.told.blocked - {number}
        return Response({"id": number, "blocking": is_on, "following": False})

    def _report(self, form: Mapping[str, str]) -> Response:
        self.told.reports.append(
            {key: value for key, value in form.items() if key not in {"key", "types"}}
        )
        return Response({"id": "48914", "action_taken": False, "comment": form.get("comment", "")})

    # ---- objects ---------------------------------------------------------------------------

    def _status(self, post: Written) -> dict[str, Any]:
        above = self.posts.get(post.parent)
        shown = {
            "id": str(post.id),
            "uri": f"https://guests.example/posts/{post.id}",
            "url": f"https://guests.example/@{post.author}/{post.id}",
            "created_at": _iso(post.at),
            "edited_at": _iso(post.edited_at) if post.edited_at else None,
            "account": _account(self.people[post.author]),
            "content": self._markup(post),
            "visibility": post.visibility,
            "sensitive": bool(post.spoiler),
            "spoiler_text": post.spoiler,
            "media_attachments": [
                {"id": str(n), "type": "image", "url": one, "description": "снимок чека"}
                for n, one in enumerate(post.media)
            ],
            "mentions": [],
            "tags": [{"name": tag, "url": f"https://x.example/tags/{tag}"} for tag in post.tags],
            "emojis": [],
            "reblogs_count": 0,
            "favourites_count": 0,
            "replies_count": 0,
            "in_reply_to_id": str(post.parent) if above else None,
            "in_reply_to_account_id": self.people[above.author].id if above else None,
            "reblog": {"id": "1"} if post.is_boost else None,
        }
        return checked("status", shown)

    def _markup(self, post: Written) -> str:
        said = "<br />".join(html.escape(line, quote=False) for line in post.text.split("\n"))
        said = re.sub(
            r"https://(\S+)",
            r'<a href="https://\1"><span class="invisible">https://</span><span>\1</span></a>',
            said,
        )
        if not post.is_to_us:
            return f"<p>{said}</p>" if said else ""
        address = f"https://romashka.example/@{OUR_NAME}"
        card = f'<span class="h-card"><a href="{address}" class="u-url mention">@<span>'
        return f"<p>{card}{OUR_NAME}</span></a></span> {said}</p>"

    # ---- state -----------------------------------------------------------------------------

    def _stand(self, post: Written) -> Written:
        self._last = max(self._last, post.at)
        self._number += 1
        post.id = (int(post.at.timestamp() * 1000) << 16) | (self._number & 0xFFFF)
        self.posts[post.id] = post
        insort(self.order, post.id)
        if post.is_to_us:
            self.notices[self._number] = post.id
        return post

    def _person(self, name: str) -> Somebody:
        if name == "Ромашка":
            return self.people[OUR_NAME]
        known = next((one for one in self.people.values() if one.name == name), None)
        if known is None:
            number = len(self.people)
            known = Somebody(str(109_000 + number), f"guest{number}@guests.example", name)
            self.people[known.acct] = known
        return known

    def _id(self, external_id: str) -> int:
        return int(external_id.rpartition("/")[2])

    def _external(self, number: int) -> str:
        return f"romashka.example/{number}"


def _account(somebody: Somebody) -> dict[str, Any]:
    shown = {
        "id": somebody.id,
        "username": somebody.acct.partition("@")[0],
        "acct": somebody.acct,
        "display_name": somebody.name,
        "created_at": "2022-11-05T00:00:00.000Z",
        "url": f"https://guests.example/@{somebody.acct.partition('@')[0]}",
        "followers_count": 12,
        "bot": somebody.is_bot,
    }
    return checked("account", shown)


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + (
        f"{moment.microsecond // 1000:03}Z"
    )
