"""Lists of what is new, newest first: photo comments, mentions of us, found posts.

A stream is read from its top down to the oldest item that is still compared (`floor`). Items
that are unknown or changed are handed over; those that vanished are deletions where the list
is complete by nature. Until a reading has come down to its floor the cursor keeps the old
`recent` and the place to go on from, so that a death in between loses nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from collectors._text import quote
from collectors.vk.client import Call, VkClient
from collectors.vk.mentions import Teller
from collectors.vk.places import PAGE, PEOPLE_FIELDS, Topic, items_of
from collectors.vk.settings import VkSettings
from collectors.vk.state import MOST_ITEMS, State
from collectors.vk.wire import Comment, Name, Person, Post, people_of, read_items
from otklik.errors import AccessDenied, Transient
from otklik.platforms import BadRow, CollectedMention, Page

OVERLAP: Final = 5  # items read again between two pages, in case one above them was deleted
PAGES: Final = 2_000
MENTIONS: Final = 50  # VK's bound for a page of mentions

COMPLETE: Final = ("photos", "mentions")  # the search does not show all there is

People = Mapping[int, Person]
Kept = dict[str, list[Any]]  # short print and date of an item, by its external id


@dataclass(frozen=True)
class Item:
    """One item of a stream; `tell` makes its mention once names are known."""

    key: str
    at: int
    print: str
    account: int
    tell: Callable[[People], CollectedMention] = field(repr=False)


@dataclass(frozen=True)
class Part:
    """One page of a stream, and where it goes on; None at the end."""

    items: Sequence[Item]
    bad_rows: Sequence[BadRow]
    following: Any
    people: People
    has_names: bool


class Streams:
    """All streams of a source; moves `state` on as pages are taken."""

    def __init__(
        self, client: VkClient, settings: VkSettings, teller: Teller, state: State
    ) -> None:
        self._client, self._settings = client, settings
        self._teller, self._state = teller, state
        self._queries = {f"search:{_short(query)}": query for query in settings.queries}
        self._kept = min(settings.recheck_items, MOST_ITEMS // max(1, len(self.names)))

    @property
    def names(self) -> list[str]:
        """Of the configured streams."""
        places = [place for place in COMPLETE if place in self._settings.watch]
        return [*places, *self._queries]

    def pages(self) -> Iterator[Page]:
        """What is new in every stream.

        One that VK refuses becomes a warning, unless there is nothing else to read.

        Raises:
            Transient, RateLimited, AccessDenied: see `otklik.errors`.
        """
        self._state.streams = {
            name: kept for name, kept in self._state.streams.items() if name in self.names
        }
        is_alone = len(self.names) == 1 and set(self._settings.watch) <= {"photos", "mentions"}
        for name in self.names:
            try:
                yield from self._stream(name)
            except AccessDenied as error:
                if error.whole_account or is_alone:
                    raise
                yield self._page(warnings=(f"{self._label(name)}: {error}",))

    def _stream(self, name: str) -> Iterator[Page]:
        kept = dict(self._state.streams.get(name, {}))
        reading = _Reading(kept, self._state.floor.timestamp(), self._kept)
        for _ in range(PAGES):
            try:
                part = self._part(name, reading.position, int(reading.floor))
            except AccessDenied as error:
                if error.whole_account or reading.position is None:
                    raise
                # a place to go on from does not live for ever: begin at the top again
                reading.restart()
                continue
            news, is_stuck = reading.take(part)
            if is_stuck:
                reading.restart()
                self._state.streams[name] = reading.unfinished()
                yield self._page(warnings=(f"{self._label(name)}: the same page again and again",))
                return
            is_over = reading.is_over(part)
            gone: tuple[str, ...] = ()
            kept = reading.unfinished()
            if is_over:
                kept, gone = reading.finished(is_complete=name in COMPLETE)
            self._state.streams[name] = kept
            if news or gone or part.bad_rows or not is_over:
                yield self._page(
                    mentions=self._told(news, part), bad_rows=part.bad_rows, deleted_ids=gone
                )
            if is_over:
                return

    def _label(self, name: str) -> str:
        return f"search {self._queries[name]}" if name in self._queries else name

    def _told(self, news: Sequence[Item], part: Part) -> tuple[CollectedMention, ...]:
        people = part.people
        if news and not part.has_names:
            people = find_people(self._client, (item.account for item in news))
        return tuple(item.tell(people) for item in news)

    def _part(self, name: str, position: Any, floor: int) -> Part:
        if name == "photos":
            return self._photos(int(position or 0))
        if name == "mentions":
            return self._mentions(int(position or 0), floor)
        return self._search(self._queries[name], position, floor)

    def _photos(self, offset: int) -> Part:
        owner = self._settings.owner_id
        answer = self._client.read(
            "photos.getAllComments", owner_id=owner, need_likes=True, offset=offset, count=PAGE
        )
        comments, bad = read_items(self._items(answer), Comment, f"photo{owner}")
        items = [self._photo_item(owner, comment) for comment in comments]
        return Part(items, bad, _further(answer, offset), {}, has_names=False)

    def _photo_item(self, owner: int, comment: Comment) -> Item:
        name = Name("photo", owner, comment.pid or comment.photo_id or 0)
        topic = Topic(name, title=f"Фотография {name.number}")
        return Item(
            key=f"{name}/{comment.id}",
            at=comment.date,
            print=comment.print,
            account=comment.from_id,
            tell=lambda people: self._teller.mention(topic, comment, people, {}),
        )

    def _mentions(self, offset: int, floor: int) -> Part:
        answer = self._client.read(
            "newsfeed.getMentions",
            owner_id=self._settings.owner_id,
            start_time=floor,
            offset=offset,
            count=MENTIONS,
        )
        items, bad = self._posts(answer, "mentions")
        return Part(items, bad, _further(answer, offset), {}, has_names=False)

    def _search(self, query: str, position: str | None, floor: int) -> Part:
        answer = self._client.read(
            "newsfeed.search",
            q=query,
            extended=True,
            count=PAGE,
            start_time=floor,
            start_from=position,
            fields=PEOPLE_FIELDS,
        )
        items, bad = self._posts(answer, f"search {quote(query, 40)}")
        following = answer.get("next_from") or None
        return Part(items, bad, following, people_of(answer), has_names=True)

    def _posts(self, answer: Any, place: str) -> tuple[list[Item], list[BadRow]]:
        posts, bad = read_items(self._items(answer), Post, place)
        return [self._post_item(post) for post in posts if not post.is_deleted], bad

    def _post_item(self, post: Post) -> Item:
        return Item(
            key=post.external_id,
            at=post.date,
            print=post.print,
            account=post.from_id,
            tell=lambda people: self._teller.found_post(post, people),
        )

    def _items(self, answer: Any) -> list[Any]:
        if not isinstance(answer, dict) or not isinstance(answer.get("items"), list):
            raise self._client.faults.error(Transient, "no items in the answer")
        return items_of(answer)

    def _page(self, **content: object) -> Page:
        return Page.model_validate({**content, "cursor": self._state.cursor()})


class _Reading:
    """One way down a stream, perhaps begun by an earlier poll.

    What was compared before and is not there any more is told as gone when one page showed
    everything, and otherwise when a second reading does not find it either: a deletion
    meanwhile moves items from a page not yet read to one that was.
    """

    def __init__(self, kept: Mapping[str, Any], start: float, most: int) -> None:
        self.floor = float(kept.get("floor", start))
        self.position = kept.get("next")
        self._is_cut = bool(kept.get("cut"))
        self._recent: Kept = dict(kept.get("recent", {}))
        self._top: Kept = dict(kept.get("top", {}))
        self._missing = set(kept.get("missing", ()))
        self._total = int(kept.get("total", 0))
        self._most = most
        self._seen: set[str] = set()
        self._pages = 0 if self.position is None else 1

    def take(self, part: Part) -> tuple[list[Item], bool]:
        """The unknown and changed items of a page; and whether it brought nothing unseen."""
        unseen = [item for item in part.items if item.key not in self._seen]
        self._seen.update(item.key for item in unseen)
        self._pages += 1
        is_stuck = bool(part.items) and not unseen
        is_stuck |= part.following is not None and part.following == self.position
        self.position = part.following
        news = [item for item in unseen if self._is_news(item)]
        for item in unseen:
            if item.at >= self.floor and item.key not in self._top:
                self._total += 1
                if len(self._top) < self._most:
                    self._top[item.key] = [_short(item.print), item.at]
        return news, is_stuck

    def _is_news(self, item: Item) -> bool:
        known = self._recent.get(item.key)
        if known is not None:
            return bool(known[0] != _short(item.print))
        return item.at > self.floor or (item.at == self.floor and not self._is_cut)

    def is_over(self, part: Part) -> bool:
        """The page went down to the floor, or there is none after it."""
        is_below = bool(part.items) and part.items[-1].at < self.floor
        return part.following is None or is_below or not part.items

    def restart(self) -> None:
        """Begin at the top; what was known before stays known."""
        self.position, self._top, self._total, self._seen = None, {}, 0, set()

    def unfinished(self) -> dict[str, Any]:
        """For the cursor, on the way."""
        kept = {"floor": self.floor, "cut": self._is_cut, "recent": self._recent}
        kept |= {"missing": sorted(self._missing)}
        if self.position is None:
            return kept
        return {**kept, "next": self.position, "top": self._top, "total": self._total}

    def finished(self, *, is_complete: bool) -> tuple[dict[str, Any], tuple[str, ...]]:
        """For the cursor, at the end: the newest items; and which of the former are gone.

        Args:
            is_complete: the list shows everything there is, so that absence means deletion.
        """
        is_cut = self._total > len(self._top)
        floor = min(at for _, at in self._top.values()) if is_cut and self._top else self.floor
        absent = {
            key: kept
            for key, kept in self._recent.items()
            if key not in self._top and key not in self._seen and kept[1] >= floor + is_cut
        }
        gone = [key for key in absent if self._pages == 1 or key in self._missing]
        missing = {key: kept for key, kept in absent.items() if key not in gone and is_complete}
        state = {"floor": floor, "cut": is_cut or self._is_cut, "missing": sorted(missing)}
        return {**state, "recent": {**self._top, **missing}}, tuple(gone if is_complete else ())


def find_people(client: VkClient, accounts: Iterable[int]) -> dict[int, Person]:
    """Names of people and communities; one call, none when there is nobody to ask for."""
    wanted = sorted({account for account in accounts if account})
    persons = [account for account in wanted if account > 0][:1000]
    communities = [-account for account in wanted if account < 0][:500]
    calls = []
    if persons:
        fields = ("followers_count",)
        calls.append(Call("users.get", {"user_ids": persons, "fields": fields}))
    if communities:
        fields = ("members_count",)
        calls.append(Call("groups.getById", {"group_ids": communities, "fields": fields}))
    found: dict[int, Person] = {}
    for call, answer in zip(calls, client.batch(calls), strict=True):
        found.update(named_people(call.method, answer))
    return found


def named_people(method: str, answer: Any) -> dict[int, Person]:
    """Names out of an answer of `users.get` or `groups.getById`, in any of their forms."""
    if method == "users.get":
        return people_of({"profiles": answer})
    return people_of({"groups": answer.get("groups") if isinstance(answer, dict) else answer})


def _further(answer: Mapping[str, Any], offset: int) -> int | None:
    """The next offset; a few items before the end of this page, None at the end of all."""
    got, count = len(items_of(answer)), answer.get("count")
    if not got or (isinstance(count, int) and offset + got >= count):
        return None
    return offset + got - min(OVERLAP, got // 2)


def _short(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:8]
