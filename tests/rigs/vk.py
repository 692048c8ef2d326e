"""A stand-in of VK's API, every call and every answer held against VK's own JSON schema.

No emulator of VK exists. This one knows the walls, topics, photos, videos and goods of one
community, `execute` in the form the collector sends it, and Bots Long Poll. What the schema
does not tell (Long Poll's own answers, the order of `execute_errors`) follows VK's
documentation and the recordings.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any, ClassVar
from uuid import uuid4

from collectors.vk import Vk
from otklik.platforms import Meter
from tests.contracts import vk as contract
from tests.rigs import vk_shapes as shapes
from tests.rigs.base import ContractViolation, Request, Response, Rig
from tests.rigs.vk_world import KINDS, ME, NUMBERS, OWNER, Entry, Place, Refused, World

SEARCH_PAGE = 3


class VkRig(Rig):
    """One community on VK.

    Attributes:
        tokens: kind of token by its value.
        refusals: errors that methods answer with, by method; the last one is for ever.
        calls: so often each method was called, those inside `execute` too.
        rights: what the user token was given.
        failing: answers of Long Poll that come before its own.
        most_at_once: calls in one `execute` beyond which its answer is too big.
    """

    name = "vk"
    posting: ClassVar[tuple[str, str]] = ("POST", "wall.createComment")

    def __init__(self) -> None:
        super().__init__()
        self.world = World(self.page_size)
        self.tokens = {f"{kind}-{uuid4().hex}": kind for kind in ("group", "user", "service")}
        self.refusals: dict[str, Refused] = {}
        self.calls: Counter[str] = Counter()
        self.rights = 1 << 2 | 1 << 4 | 1 << 13 | 1 << 16 | 1 << 18 | 1 << 19 | 1 << 27
        self.failing: list[dict[str, Any]] = []
        self.most_at_once = 25
        self._kind = ""

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
    ) -> str:
        """A comment under the newest post, or an answer to another one."""
        moment = self.world.moment(at)
        if parent:
            place, above = self.world.find(parent)
            return self.write_in(place, text, author=author, at=moment, answers=above.id)
        place = self.world.place_for(moment)
        return self.write_in(place, text, author=author, at=moment, media=media)

    def write_in(
        self, place: Place, text: str, *, author: str = "Гость", at: int = 0, **how: Any
    ) -> str:
        """A comment in a certain thread; gives its external id."""
        moment = at or self.world.moment(None)
        entry = self.world.comment(place, text, self.world.account(author), moment, **how)
        return f"{place.name}/{entry.id}"

    def open(self, kind: str = "wall", **how: Any) -> Place:
        """A new thread."""
        return self.world.open_place(kind, at=how.pop("at", 0) or self.world.moment(None), **how)

    def edit(self, external_id: str, text: str) -> None:
        """Its author changes it."""
        self.world.change(*self.world.find(external_id), text)

    def delete(self, external_id: str) -> None:
        """It vanishes."""
        self.world.remove(*self.world.find(external_id))

    def replies(self) -> list[str]:
        """Texts in our name."""
        rows = (row for place in self.world.places.values() for row in place.entries.values())
        ours = [row for row in rows if row.from_id in (OWNER, ME) and not row.is_deleted]
        return [row.text for row in sorted(ours, key=lambda row: row.id)]

    def denied(self) -> Response:
        """The token has been revoked."""
        return Response({"error": Refused(5, "User authorization failed: invalid session.").body})

    def token(self, kind: str) -> str:
        """The token of that kind."""
        return next(token for token, known in self.tokens.items() if known == kind)

    def config(self) -> dict[str, Any]:
        """A community with its own and an administrator's token."""
        return {
            "owner_id": OWNER,
            "token": self.token("group"),
            "user_token": self.token("user"),
        }

    def platform(self, base_url: str = "", *, meter: Meter | None = None, **changes: Any) -> Vk:
        """The real platform; without waiting for turns unless a meter is given."""
        platform = super().platform(base_url, meter=meter, **changes)
        assert isinstance(platform, Vk)
        platform.page_of = self.page_size
        return platform

    # ---- answering -------------------------------------------------------------------------

    def answer(self, request: Request) -> Response:
        """One call of the API, or a look at the events."""
        if request.path == "/lp":
            return self._events(request)
        if request.method != "POST" or not request.path.startswith("/method/"):
            raise ContractViolation(f"nothing stands at {request.path}")
        method, form = request.path.removeprefix("/method/"), request.form
        if form.pop("v", None) != contract.VERSION:
            raise ContractViolation("the version of the API is not given")
        kind = self.tokens.get(form.pop("access_token", ""))
        if request.raw_query or kind is None:
            raise ContractViolation("no token, or something in the address")
        if method == "execute":
            return Response(self._execute(form, kind))
        try:
            return Response({"response": self._call(method, form, kind)})
        except Refused as error:
            return Response({"error": {**error.body, "request_params": []}})

    def _execute(self, form: dict[str, str], kind: str) -> dict[str, Any]:
        if set(form) != {"code"}:
            raise ContractViolation("execute takes its code and nothing else")
        if kind not in contract.token_kinds("execute"):
            raise ContractViolation(f"execute is not for a {kind} token")
        values: list[Any] = []
        errors: list[dict[str, Any]] = []
        self.calls["execute"] += 1
        calls = contract.calls_of(form["code"])
        if len(calls) > self.most_at_once:
            told = "Runtime error occurred during code invocation: response size is too big"
            return {"error": Refused(13, told).body}
        for method, params in calls:
            try:
                values.append(self._call(method, {k: str(v) for k, v in params.items()}, kind))
            except Refused as error:
                values.append(False)
                errors.append({"method": method, **error.body})
        answer: dict[str, Any] = {"response": values}
        return {**answer, "execute_errors": errors} if errors else answer

    def _call(self, method: str, params: dict[str, str], kind: str) -> Any:
        contract.check_call(method, params, kind)
        self._kind = kind
        self.calls[method] += 1
        try:
            if method in self.refusals:
                raise self.refusals[method]
            answer = self._answered(method, params, kind)
        except Refused as error:
            contract.check_error(method, error.body["error_code"])
            raise
        contract.check_answer(method, params, answer)
        return answer

    def _answered(self, method: str, params: dict[str, str], kind: str) -> Any:
        section, _, action = method.partition(".")
        if section in KINDS and action in shapes.COMMENT_ACTIONS:
            return getattr(self, f"_{shapes.COMMENT_ACTIONS[action]}")(section, params, kind)
        return getattr(self, f"_{section}_{action}")(params)

    def _comments(self, section: str, params: dict[str, str], _kind: str) -> Any:
        place = self._place(section, params)
        root = int(params.get("comment_id", 0))
        rows = place.level(root)
        part = self._part(rows, params)
        shown = int(params.get("thread_items_count", 0))
        items = [shapes.comment(place, row, min(shown, self.page_size)) for row in part]
        answer: dict[str, Any] = {"count": len(rows) if root else place.count, "items": items}
        if place.kind in {"wall", "video"}:
            answer["current_level_count"] = len(rows)
        if params.get("extended") == "1":
            accounts = shapes.accounts(items)
            answer["profiles"], answer["groups"] = self.world.names(accounts)
        return answer

    def _create(self, section: str, params: dict[str, str], kind: str) -> Any:
        place = self._place(section, params)
        if place.is_closed:
            raise Refused(*shapes.CLOSED[place.kind])
        if guid := self.world.guids.get(params.get("guid", "")):
            return shapes.created(place, guid)
        above = int(params.get("reply_to_comment", 0))
        if above and (above not in place.entries or place.entries[above].is_deleted):
            raise Refused(100, "One of the parameters specified was missing or invalid")
        is_group = kind == "group" or params.get("from_group", "0") != "0"
        account = OWNER if is_group else ME
        moment = self.world.moment(None)
        entry = self.world.comment(place, params["message"], account, moment, answers=above)
        self.world.guids[params.get("guid", str(entry.id))] = entry.id
        return shapes.created(place, entry.id)

    def _edit(self, section: str, params: dict[str, str], _kind: str) -> int:
        place, entry = self._entry(section, params)
        if entry.from_id not in (OWNER, ME):
            raise Refused(15, "Access denied")
        self.world.change(place, entry, params["message"])
        return 1

    def _delete(self, section: str, params: dict[str, str], _kind: str) -> int:
        place, entry = self._entry(section, params, with_deleted=True)
        if entry.is_deleted and section == "wall":
            raise Refused(104, "Not found")
        is_there = not entry.is_deleted
        if is_there:
            self.world.remove(place, entry)
        return int(is_there or section in {"video", "board"})

    def _restore(self, section: str, params: dict[str, str], _kind: str) -> int:
        place, entry = self._entry(section, params, with_deleted=True)
        if not entry.is_deleted and section == "wall":
            raise Refused(243, "Comment has not been deleted")
        self.world.restore(place, entry)
        return 1

    def _report(self, section: str, params: dict[str, str], _kind: str) -> int:
        self._entry(section, params)
        self.world.reports.append({"section": section, **params})
        return 1

    def _list(self, section: str, params: dict[str, str], _kind: str) -> Any:
        places = self.world.standing(KINDS[section])
        if keys := params.get("videos", ""):
            places = [
                place for place in places if f"{place.owner}_{place.number}" in keys.split(",")
            ]
        if numbers := params.get("topic_ids", ""):
            places = [place for place in places if str(place.number) in numbers.split(",")]
        if section == "board":
            places.sort(key=lambda place: place.updated, reverse=True)
        part = self._part(places, params)
        answer: dict[str, Any] = {
            "count": len(places),
            "items": [shapes.LISTED[section](place) for place in part],
        }
        if section == "board":
            answer |= {"default_order": 1, "can_add_topics": 0}
        elif section == "wall" and params.get("extended") == "1":
            named = self.world.names(place.from_id for place in part)
            answer["profiles"], answer["groups"] = named
        return answer

    def _find(self, section: str, params: dict[str, str], _kind: str) -> Any:
        keys = next(params[key] for key in ("posts", "photos", "item_ids") if key in params)
        places = [
            place
            for place in self.world.standing(KINDS[section])
            if f"{place.owner}_{place.number}" in keys.split(",")
        ]
        items = [shapes.LISTED[section](place) for place in places]
        if section == "photos":
            return items
        if section == "market":
            return {"count": len(items), "items": items}
        profiles, groups = self.world.names(place.from_id for place in places)
        return {"items": items, "profiles": profiles, "groups": groups}

    def _photos_getAllComments(self, params: dict[str, str]) -> Any:  # noqa: N802
        rows = [
            (place, row)
            for place in self.world.standing("photo")
            for row in place.entries.values()
            if not row.is_deleted
        ]
        rows.sort(key=lambda pair: (pair[1].date, pair[1].id), reverse=True)
        items = [shapes.photo_comment(place, row) for place, row in self._part(rows, params)]
        return {"count": len(rows), "items": items}

    def _newsfeed_getMentions(self, params: dict[str, str]) -> Any:  # noqa: N802
        since = int(params.get("start_time", 0))
        posts = [post for post in self._found("") if post.date >= since]
        return {
            "count": len(posts),
            "items": [shapes.post(place) for place in self._part(posts, params)],
        }

    def _newsfeed_search(self, params: dict[str, str]) -> Any:
        since = int(params.get("start_time", 0))
        posts = [post for post in self._found(params.get("q", "")) if post.date >= since]
        start = int(params.get("start_from", "0/").partition("/")[0])
        part = posts[start : start + SEARCH_PAGE]
        profiles, groups = self.world.names(post.from_id for post in part)
        answer: dict[str, Any] = {"items": [shapes.post(post) for post in part]}
        answer |= {"count": len(part), "total_count": len(posts)}
        if start + SEARCH_PAGE < len(posts):
            answer["next_from"] = f"{start + SEARCH_PAGE}/{posts[-1].number}"
        if params.get("extended") == "1":
            answer |= {"profiles": profiles, "groups": groups}
        return answer

    def _found(self, query: str) -> list[Place]:
        posts = [post for post in self.world.mentions if not post.is_gone and query in post.text]
        return sorted(posts, key=lambda post: (post.date, post.number), reverse=True)

    def _users_get(self, params: dict[str, str]) -> Any:
        if "user_ids" not in params:
            return self.world.names([ME])[0] if self._kind == "user" else []
        return self.world.names(int(one) for one in params["user_ids"].split(","))[0]

    def _groups_getById(self, params: dict[str, str]) -> Any:  # noqa: N802
        wanted = params.get("group_ids") or params["group_id"]
        groups = self.world.names(-int(one) for one in wanted.split(","))[1]
        return {"groups": groups, "profiles": []}

    def _groups_getTokenPermissions(self, _params: dict[str, str]) -> Any:  # noqa: N802
        rights = {"manage": 262144, "wall": 8192}
        listed = [{"name": name, "setting": bit} for name, bit in rights.items()]
        return {"mask": sum(rights.values()), "permissions": listed}

    def _account_getAppPermissions(self, _params: dict[str, str]) -> Any:  # noqa: N802
        return self.rights

    def _groups_ban(self, params: dict[str, str]) -> int:
        self.world.banned[int(params["owner_id"])] = params
        return 1

    def _groups_unban(self, params: dict[str, str]) -> int:
        self.world.banned.pop(int(params["owner_id"]), None)
        return 1

    def _groups_getLongPollServer(self, _params: dict[str, str]) -> Any:  # noqa: N802
        return {"key": "k1", "server": f"{self.url}/lp", "ts": str(len(self.world.events))}

    def _events(self, request: Request) -> Response:
        """Events after `ts`, at most as many as a page holds."""
        query = request.query
        if set(query) != {"act", "key", "ts", "wait"} or query["act"] != "a_check":
            raise ContractViolation(f"Long Poll is not asked so: {sorted(query)}")
        if int(query["wait"]) > 25:
            raise ContractViolation("Long Poll waits 25 seconds at most")
        if self.failing:
            return Response(self.failing.pop(0))
        start = int(query["ts"])
        part = self.world.events[start : start + self.page_size]
        return Response({"ts": str(start + len(part)), "updates": part})

    def _place(self, section: str, params: dict[str, str]) -> Place:
        owner = params.get("owner_id") or f"-{params['group_id']}"
        place = self.world.places.get(f"{KINDS[section]}{owner}_{params[NUMBERS[section]]}")
        if place is None or place.is_gone:
            raise Refused(15, "Access denied: post was not found")
        return place

    def _entry(
        self, section: str, params: dict[str, str], *, with_deleted: bool = False
    ) -> tuple[Place, Entry]:
        owner = int(params.get("owner_id") or f"-{params['group_id']}")
        place, entry = self.world.entry(KINDS[section], owner, int(params["comment_id"]))
        if entry.is_deleted and not with_deleted:
            raise Refused(100, "One of the parameters specified was missing or invalid")
        return place, entry

    def _part(self, rows: list[Any], params: dict[str, str]) -> list[Any]:
        start = int(params.get("offset", 0))
        return rows[start : start + min(int(params.get("count", 20)), self.page_size)]
