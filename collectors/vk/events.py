"""Bots Long Poll: a community's events within seconds.

An event says that something happened in a thread; what it holds is used directly only where
no configured token can read the thread. The key of the Long Poll server is not kept in the
cursor, only the number of the last event: a new key goes on from there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from collectors._text import quote
from collectors.vk.client import VkClient
from collectors.vk.settings import VkSettings
from collectors.vk.wire import Comment, Name, read_items
from otklik.errors import Transient
from otklik.platforms import BadRow

# beginning of an event's type: watched place, kind of thread, where its number stands
PLACES: Final[dict[str, tuple[str, str, str]]] = {
    "wall_reply": ("wall", "wall", "post_id"),
    "board_post": ("board", "topic", "topic_id"),
    "photo_comment": ("photos", "photo", "photo_id"),
    "video_comment": ("videos", "video", "video_id"),
    "market_comment": ("market", "market", "item_id"),
}
OWNERS: Final = (
    "post_owner_id",
    "topic_owner_id",
    "photo_owner_id",
    "video_owner_id",
    "market_owner_id",
    "owner_id",
)
ROUNDS: Final = 20  # looks at the events in one poll, when there are very many


@dataclass
class News:
    """What the events told.

    Attributes:
        ts: number of the last event.
        touched: threads where something happened.
        gone: external ids of deleted comments.
        written: comments written or changed, with their thread.
        is_lost: events may be missing; everything has to be looked through.
    """

    ts: str
    touched: dict[Name, None] = field(default_factory=dict)
    gone: dict[str, None] = field(default_factory=dict)
    written: dict[str, tuple[Name, Comment]] = field(default_factory=dict)
    bad_rows: list[BadRow] = field(default_factory=list)
    is_lost: bool = False

    def take(self, update: Any, watched: Iterable[str]) -> None:
        """Keep one event, when it is of a watched place."""
        kind, inside = _event(update)
        place, _, action = kind.rpartition("_")
        if kind == "wall_post_new" and "wall" in watched:
            name = _post_name(inside)
            self._touch(name)
        elif place in PLACES and PLACES[place][0] in watched:
            self._comment(PLACES[place], action, inside)

    def _comment(self, place: tuple[str, str, str], action: str, inside: Mapping[str, Any]) -> None:
        name = thread_of(place[1], place[2], inside)
        number = inside.get("id")
        self._touch(name)
        if name is None or not isinstance(number, int):
            return
        external_id = f"{name}/{number}"
        if action == "delete":
            self.gone[external_id] = None
            self.written.pop(external_id, None)
            return
        comments, bad = read_items([inside], Comment, str(name))
        self.bad_rows += bad
        self.gone.pop(external_id, None)
        for comment in comments:
            self.written[external_id] = (name, comment)

    def _touch(self, name: Name | None) -> None:
        if name is None:
            self.is_lost = True
        else:
            self.touched[name] = None


class Events:
    """The events of one community."""

    def __init__(self, client: VkClient, settings: VkSettings) -> None:
        self._client, self._settings = client, settings
        self._server: dict[str, str] = {}

    def look(self, ts: str) -> News:
        """Events since `ts`; an empty one begins now, and counts as lost.

        Raises:
            Transient, RateLimited, AccessDenied: see `otklik.errors`.
        """
        server = self._server or self._asked()
        news = News(ts or server["ts"], is_lost=not ts)
        if not ts:
            return news
        for turn in range(ROUNDS):
            updates = self._once(news, 0 if turn else self._settings.long_poll_wait)
            for update in updates:
                news.take(update, self._settings.watch)
            if not updates:
                break
        return news

    def _once(self, news: News, wait: int) -> list[Any]:
        server = self._server or self._asked()
        params = {"key": server["key"], "ts": news.ts}
        answer = self._client.long_poll(server["server"], params, wait)
        if not isinstance(answer, dict):
            raise self._client.faults.error(Transient, f"Long Poll: {quote(answer)}")
        if "failed" in answer:
            self._failed(news, answer)
            return []
        updates = answer.get("updates")
        if not isinstance(updates, list) or not str(answer.get("ts", "")):
            raise self._client.faults.error(Transient, f"Long Poll: {quote(answer)}")
        news.ts = str(answer["ts"])
        return updates

    def _failed(self, news: News, answer: Mapping[str, Any]) -> None:
        """1: the history is too old, go on from the `ts` given; 2: the key is, 3: both are."""
        news.is_lost = True
        if answer["failed"] == 1 and str(answer.get("ts", "")):
            news.ts = str(answer["ts"])
            return
        news.ts = self._asked()["ts"]

    def _asked(self) -> dict[str, str]:
        answer = self._client.read("groups.getLongPollServer", group_id=self._settings.group_id)
        wanted = ("server", "key", "ts")
        if not isinstance(answer, dict) or not all(answer.get(name) for name in wanted):
            raise self._client.faults.error(Transient, "no Long Poll server in the answer")
        self._server = {name: str(answer[name]) for name in wanted}
        return self._server


def thread_of(kind: str, key: str, inside: Mapping[str, Any]) -> Name | None:
    """The thread an event's object names; None when it does not."""
    owner = next((inside[name] for name in OWNERS if isinstance(inside.get(name), int)), None)
    number = inside.get(key)
    if owner is None or not isinstance(number, int):
        return None
    return Name(kind, owner, number)


def _event(update: Any) -> tuple[str, dict[str, Any]]:
    if not isinstance(update, dict) or not isinstance(update.get("object"), dict):
        return "", {}
    return str(update.get("type") or ""), update["object"]


def _post_name(inside: Mapping[str, Any]) -> Name | None:
    owner, number = inside.get("owner_id"), inside.get("id")
    if not isinstance(owner, int) or not isinstance(number, int):
        return None
    return Name("wall", owner, number)
