"""Looking through threads: which are due, what changed in them, which are gone."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from collectors.vk.client import BATCH, VkClient
from collectors.vk.listing import AHEAD, Listing, read_lists
from collectors.vk.mentions import Teller
from collectors.vk.places import LISTS, PAGE, Topic, find_call, list_call, topics_of
from collectors.vk.settings import VkSettings
from collectors.vk.state import State
from collectors.vk.threads import Read, Seen, read_threads
from collectors.vk.wire import Name, name_of
from otklik.errors import AccessDenied, Gone, PlatformError
from otklik.platforms import BadRow, CollectedMention, Page

AT_ONCE: Final = 5_000  # comments read before they are handed over
DAY: Final = 86_400.0
DATED: Final = ("wall", "board", "videos")  # lists in the order of their dates
DENIED: Final = "denied"  # instead of a digest: read again when VK counts anew


@dataclass
class _Draft:
    """A page in the making."""

    mentions: list[CollectedMention] = field(default_factory=list)
    bad_rows: list[BadRow] = field(default_factory=list)
    complete_thread_ids: list[str] = field(default_factory=list)
    deleted_ids: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return not any(vars(self).values())


class Sweep:
    """One look through the threads of a source; moves `state` on as pages are taken.

    Args:
        page_of: mentions after which a page is handed over.
    """

    def __init__(
        self,
        client: VkClient,
        settings: VkSettings,
        teller: Teller,
        state: State,
        *,
        page_of: int = 100,
    ) -> None:
        self._page_of = page_of
        self._client, self._settings = client, settings
        self._teller, self._state = teller, state
        self._floor = state.floor.timestamp()

    def all_places(self) -> Iterator[Page]:
        """Pages of the threads in which something changed.

        Raises:
            Transient, RateLimited, AccessDenied: nothing could be read.
        """
        watched = [place for place in self._settings.watch if place in LISTS]
        listings = read_lists(self._client, self._settings, watched, self._listed_since())
        due = [topic for listing in listings for topic in self._certain(listing)]
        due += self._in_turn(listings, {topic.name for topic in due})
        yield from self._pages(due)
        if not self._state.swept:
            for listing in listings:
                yield from self._further_down(listing)
        yield from self._vanished(listings)
        bad_rows = [row for listing in listings for row in listing.bad_rows]
        warnings = [line for listing in listings for line in listing.warnings]
        if bad_rows or warnings:
            yield self._page(bad_rows=tuple(bad_rows), warnings=tuple(warnings))
        errors = [listing.error for listing in listings if listing.error is not None]
        if errors and len(errors) == len(listings) == len(self._settings.watch):
            raise errors[0]

    def _listed_since(self) -> float:
        """As far as the last look, and a day; the first look goes further down by itself."""
        return self._state.swept - DAY if self._state.swept else math.inf

    def some_threads(self, names: Sequence[Name]) -> Iterator[Page]:
        """The same for these threads, which an event named."""
        topics, gone = self.find(names)
        yield from self._pages(topics)
        yield from self._gone(gone)

    def find(self, names: Sequence[Name]) -> tuple[list[Topic], list[Name]]:
        """These threads as VK shows them now, and those that it certainly no longer has.

        Raises:
            Transient: VK could not tell of some; what an event said must not be forgotten.
        """
        groups: dict[tuple[str, int], list[Name]] = {}
        for name in names:
            groups.setdefault((name.kind, name.owner), []).append(name)
        parts = [
            (kind, owner, some[start : start + PAGE])
            for (kind, owner), some in groups.items()
            for start in range(0, len(some), PAGE)
        ]
        answers = self._client.batch([find_call(kind, some) for kind, _, some in parts])
        topics: list[Topic] = []
        gone: list[Name] = []
        for (kind, owner, some), answer in zip(parts, answers, strict=True):
            if isinstance(answer, AccessDenied):
                continue
            if isinstance(answer, PlatformError):
                raise answer
            found = {topic.name: topic for topic in topics_of(kind, owner, answer)[0]}
            topics += [found[name] for name in some if name in found]
            gone += [name for name in some if name not in found]
        return topics, gone

    def _further_down(self, listing: Listing) -> Iterator[Page]:
        """Threads below those that are watched, down to the date asked for; once."""
        place, size = listing.watched, listing.size
        offset = self._state.deep.get(place, listing.read - size // 2)
        is_open = listing.error is None and not listing.is_over and listing.oldest >= self._floor
        while is_open and place in DATED:
            part = Listing(place, size=size, read=offset)
            offsets = [offset + n * size for n in range(AHEAD)]
            calls = [list_call(place, self._settings, start, size) for start in offsets]
            for start, answer in zip(offsets, self._client.batch(calls), strict=True):
                part.take(self._settings.owner_id, start, answer)
            if part.error is not None:
                raise part.error
            known = self._state.threads
            topics = [topic for topic in part.topics.values() if str(topic.name) not in known]
            yield from self._pages([t for t in topics if self._is_alive(t)], is_kept=False)
            # half a page is read again: a deletion meanwhile moves the rest up
            offset = self._state.deep[place] = part.read - size // 2
            is_open = not part.is_over and part.oldest >= self._floor
            yield self._page(warnings=tuple(part.warnings))

    def _pages(self, due: Sequence[Topic], *, is_kept: bool = True) -> Iterator[Page]:
        done = 0
        for some in _portions(sorted(due, key=lambda topic: topic.at)):
            draft = _Draft()
            for read in read_threads(self._client, some):
                done += 1
                self._changes(read, draft, is_kept)
                if len(draft.mentions) >= self._page_of:
                    yield self._page(**vars(draft), progress=done / len(due))
                    draft = _Draft()
            if not draft.is_empty:
                yield self._page(**vars(draft), progress=done / len(due))

    def _changes(self, read: Read, draft: _Draft, is_kept: bool) -> None:
        name = str(read.topic.name)
        known = self._state.threads.get(name)
        if is_kept:
            self._state.keep(name, _seen(read))
        if known is None and read.error is None and 0 < read.newest < self._floor:
            return
        comments, is_whole = read.news(known)
        warnings = () if read.error is None or _is_denied(known) else (f"{name}: {read.error}",)
        draft.mentions += self._teller.of_thread(read, comments)
        draft.bad_rows += read.bad_rows
        draft.complete_thread_ids += (name,) if is_whole else ()
        draft.deleted_ids += (f"{name}/{c.id}" for c in comments if c.deleted)
        draft.warnings += warnings

    def _page(self, **content: object) -> Page:
        lists = {key: tuple(value) for key, value in content.items() if isinstance(value, list)}
        return Page.model_validate({**content, **lists, "cursor": self._state.cursor()})

    def _certain(self, listing: Listing) -> list[Topic]:
        """Threads with news, and the newest ones, where edits are likely."""
        topics = list(listing.topics.values())
        alive = [topic for topic in topics if self._is_alive(topic)]
        newest = {topic.name for topic in alive[: self._settings.recheck_posts]}
        return [topic for topic in topics if topic.name in newest or self._is_changed(topic)]

    def _in_turn(self, listings: Iterable[Listing], certain: set[Name]) -> list[Topic]:
        """Quiet threads, some at each poll: where a batch has room they cost no call."""
        room = -len(certain) % BATCH
        if self._settings.user_token is None:
            return []
        quiet = [
            topic
            for listing in listings
            for topic in listing.topics.values()
            if topic.name not in certain and self._is_alive(topic)
        ]
        start = self._state.turn % len(quiet) if quiet else 0
        chosen = (quiet[start:] + quiet[:start])[:room]
        self._state.turn = start + len(chosen)
        return chosen

    def _is_alive(self, topic: Topic) -> bool:
        post = topic.post
        return topic.count != 0 or (post is not None and not self._teller.is_ours(post.from_id))

    def _is_changed(self, topic: Topic) -> bool:
        known = self._state.threads.get(str(topic.name))
        if known is None:
            return self._is_alive(topic)
        return not known.digest or (topic.count is not None and topic.count != known.total)

    def _vanished(self, listings: Iterable[Listing]) -> Iterator[Page]:
        """Threads that were there and are not listed any more; VK is asked before it is said."""
        missing = [name for listing in listings for name in self._missing(listing)]
        if missing:
            yield from self._gone(self.find(missing[:PAGE])[1])

    def _missing(self, listing: Listing) -> list[Name]:
        if listing.error is not None or not listing.topics:
            return []
        lowest = min(name.number for name in listing.topics)
        known = (name_of(name) for name in self._state.threads)
        return [
            name
            for name in known
            if name is not None
            and (name.kind, name.owner) == (listing.kind, self._settings.owner_id)
            and name not in listing.topics
            and (listing.is_whole or (listing.kind == "wall" and name.number > lowest))
        ]

    def _gone(self, names: Iterable[Name]) -> Iterator[Page]:
        gone = tuple(str(name) for name in names)
        for name in gone:
            self._state.threads.pop(name, None)
        if gone:
            yield self._page(complete_thread_ids=gone)


def _portions(topics: Iterable[Topic]) -> Iterator[list[Topic]]:
    """As many as go in one call, and no more comments than fit into memory."""
    some: list[Topic] = []
    size = 0
    for topic in topics:
        if some and (len(some) == BATCH or size + (topic.count or 0) > AT_ONCE):
            yield some
            some, size = [], 0
        some.append(topic)
        size += topic.count or 0
    if some:
        yield some


def _is_denied(known: Seen | None) -> bool:
    return known is not None and known.digest == DENIED


def _seen(read: Read) -> Seen:
    seen = read.seen()
    is_refused = isinstance(read.error, AccessDenied | Gone)
    return seen._replace(digest=DENIED) if is_refused else seen
