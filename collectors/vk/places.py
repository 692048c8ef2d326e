"""The places of VK where people write, and the calls that list and read them."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from collectors._text import clean_name
from collectors.vk.client import Call
from collectors.vk.settings import VkSettings
from collectors.vk.wire import Name, Person, Post, people_of, read_items
from otklik.platforms import BadRow, CollectedThread

PAGE: Final = 100  # items asked for at once, VK's bound for most calls
REPLIES_SHOWN: Final = 10  # of each branch, VK's bound
PEOPLE_FIELDS: Final = ("followers_count", "members_count")

# watched place: kind of its threads, method that lists them
LISTS: Final[dict[str, tuple[str, str]]] = {
    "wall": ("wall", "wall.get"),
    "board": ("topic", "board.getTopics"),
    "videos": ("video", "video.get"),
    "market": ("market", "market.get"),
}
# kind of thread: section of the API, name of the thread's number, further parameters
_NESTED: Final[dict[str, Any]] = {"thread_items_count": REPLIES_SHOWN, "fields": PEOPLE_FIELDS}
_USERS: Final[dict[str, Any]] = {"fields": ("followers_count",)}
SECTIONS: Final[dict[str, tuple[str, str, dict[str, Any]]]] = {
    "wall": ("wall", "post_id", {"preview_length": 0, **_NESTED}),
    "topic": ("board", "topic_id", {}),
    "photo": ("photos", "photo_id", _USERS),
    "video": ("video", "video_id", _NESTED),
    "market": ("market", "item_id", _USERS),
}
_CLOSED: Final[dict[str, Any]] = {"video": 0, "market": 0, "topic": 1}


@dataclass(frozen=True)
class Topic:
    """A thread as a list shows it.

    Attributes:
        count: comments in it; None where VK's lists do not tell.
        at: seconds since the epoch, of the post or of the last news.
        post: the post itself, where it is one.
        people: names that came along.
    """

    name: Name
    title: str = ""
    is_closed: bool = False
    count: int | None = None
    at: float = 0.0
    post: Post | None = None
    people: Mapping[int, Person] = field(default_factory=dict)

    @cached_property
    def thread(self) -> CollectedThread:
        """As the pipeline knows it."""
        return CollectedThread(
            external_id=str(self.name),
            title=clean_name(self.title),
            url=self.name.url,
            is_closed=self.is_closed,
        )


def owner_of(name: Name) -> dict[str, int]:
    """Whose thread it is, as VK asks for it."""
    return {"group_id": -name.owner} if name.kind == "topic" else {"owner_id": name.owner}


def method_of(name: Name, action: str) -> str:
    """``wall.createComment`` for a post and ``createComment``."""
    return f"{SECTIONS[name.kind][0]}.{action}"


def comments_call(name: Name, offset: int = 0, root: int | None = None) -> Call:
    """A page of comments, oldest first; of the answers to comment `root` where one is given."""
    _, key, further = SECTIONS[name.kind]
    params: dict[str, Any] = {**owner_of(name), key: name.number, **further}
    params |= {"need_likes": True, "count": PAGE, "offset": offset, "sort": "asc"}
    if root is not None:
        params |= {"comment_id": root}
        params.pop("thread_items_count")
    return Call(method_of(name, "getComments"), {**params, "extended": True})


def list_call(watched: str, settings: VkSettings, offset: int = 0, count: int = PAGE) -> Call:
    """A page of the threads of one place, newest first."""
    params: dict[str, Any] = {"count": count, "offset": offset}
    if watched == "wall":
        # by its short address: the contract of wall.get knows no owner_id
        domain = f"club{settings.group_id}" if settings.group_id else f"id{settings.owner_id}"
        params |= {"domain": domain, "extended": True, "fields": PEOPLE_FIELDS}
    elif watched == "board":
        params |= {"group_id": settings.group_id, "order": 1}
    else:
        params |= {"owner_id": settings.owner_id, "extended": True}
    return Call(LISTS[watched][1], params)


def find_call(kind: str, names: Sequence[Name]) -> Call:
    """The threads of these names, of one kind and, for topics, of one owner."""
    keys = [f"{name.owner}_{name.number}" for name in names]
    if kind == "wall":
        return Call("wall.getById", {"posts": keys, "extended": True, "fields": PEOPLE_FIELDS})
    if kind == "topic":
        numbers = [name.number for name in names]
        return Call("board.getTopics", {**owner_of(names[0]), "topic_ids": numbers})
    if kind == "video":
        return Call("video.get", {"videos": keys, "count": PAGE})
    if kind == "market":
        return Call("market.getById", {"item_ids": keys, "extended": True})
    return Call("photos.getById", {"photos": keys})


def items_of(answer: Any) -> list[Any]:
    """Items of an answer, in any of VK's forms."""
    items = answer.get("items") if isinstance(answer, dict) else answer
    return items if isinstance(items, list) else []


def topics_of(kind: str, owner: int, answer: Any) -> tuple[list[Topic], list[BadRow]]:
    """Threads that an answer lists; `owner` is whose they are where items do not say."""
    if kind == "wall":
        posts, bad = read_items(items_of(answer), Post, f"wall{owner}")
        people = people_of(answer)
        return [_of_post(post, people) for post in posts if not post.is_deleted], bad
    rows = (row for row in items_of(answer) if isinstance(row, dict) and _is_number(row.get("id")))
    return list(_others(kind, owner, rows)), []


def _of_post(post: Post, people: Mapping[int, Person]) -> Topic:
    count = post.comments.get("count")
    return Topic(
        name=post.name,
        title=post.title,
        is_closed=post.is_closed,
        count=count if _is_number(count) else None,
        at=post.date,
        post=post,
        people=people,
    )


def _others(kind: str, owner: int, rows: Iterable[Mapping[str, Any]]) -> Iterable[Topic]:
    for row in rows:
        whose = row.get("owner_id", owner)
        at = row.get("updated") or row.get("date") or 0
        flag = row.get("is_closed" if kind == "topic" else "can_comment")
        yield Topic(
            name=Name(kind, int(whose) if _is_number(whose) else owner, row["id"]),
            title=html.unescape(str(row.get("title") or row.get("text") or "")[:200]),
            is_closed=flag is not None and flag == _CLOSED.get(kind),
            count=row["comments"] if _is_number(row.get("comments")) else None,
            at=float(at) if isinstance(at, int | float) else 0.0,
        )


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
