"""Which threads a place has: lists, newest first, read as far back as is needed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from collectors.vk.client import VkClient
from collectors.vk.places import LISTS, Topic, items_of, list_call, topics_of
from collectors.vk.settings import VkSettings
from collectors.vk.state import MOST_THREADS
from collectors.vk.wire import Name
from otklik.errors import PlatformError, Transient
from otklik.platforms import BadRow

AHEAD: Final = 5  # pages asked for at once where only their dates tell whether more are needed
ROUNDS: Final = 200


@dataclass
class Listing:
    """The threads of one place, as far as they were read; `error` says why not at all."""

    watched: str
    topics: dict[Name, Topic] = field(default_factory=dict)
    bad_rows: list[BadRow] = field(default_factory=list)
    error: PlatformError | None = None
    total: int = 0
    read: int = 0
    size: int = 0
    oldest: float = 0.0
    is_over: bool = False

    @property
    def kind(self) -> str:
        """Of its threads."""
        return LISTS[self.watched][0]

    @property
    def is_whole(self) -> bool:
        """The place has no further threads."""
        return self.error is None and self.read >= self.total

    @property
    def warnings(self) -> list[str]:
        """What looked wrong though VK answered."""
        if self.error is not None:
            return [f"{self.watched}: {self.error}"]
        if self.total and not self.topics:
            return [f"{self.watched}: VK counts {self.total} and shows none"]
        return []

    def take(self, owner: int, offset: int, answer: Any) -> None:
        """Keep a page."""
        if isinstance(answer, PlatformError):
            self.error, self.is_over = answer, True
            return
        if not isinstance(answer, dict) or not isinstance(answer.get("items"), list):
            self.error, self.is_over = Transient("no items in the answer"), True
            return
        got = len(items_of(answer))
        topics, bad = topics_of(self.kind, owner, answer)
        before = len(self.topics)
        self.topics.update((topic.name, topic) for topic in topics)
        self.bad_rows += bad
        self.size = self.size or got
        self.total = answer["count"] if isinstance(answer.get("count"), int) else offset + got
        self.read = max(self.read, offset + got)
        self.oldest = topics[-1].at if topics else self.oldest
        self.is_over |= got == 0 or self.read >= self.total or len(self.topics) == before

    def offsets(self, settings: VkSettings, floor: float, most: int) -> list[int]:
        """Pages to read next: all that are watched in any case, then as far as `floor`."""
        if self.is_over:
            return []
        stop = min(self.total, settings.watch_posts)
        if self.read >= stop:
            if self.oldest < floor:
                return []
            stop = min(self.total, most, self.read + AHEAD * self.size)
        return list(range(self.read, stop, self.size))


def read_lists(
    client: VkClient, settings: VkSettings, watched: Sequence[str], floor: float
) -> list[Listing]:
    """The threads of these places, newest first.

    Args:
        floor: seconds since the epoch, until where lists are read beyond `watch_posts`.

    Raises:
        Transient, RateLimited, AccessDenied: nothing could be read.
    """
    listings = [Listing(place) for place in watched]
    most = MOST_THREADS // max(1, len(listings))
    jobs = [(listing, 0) for listing in listings]
    for _ in range(ROUNDS):
        if not jobs:
            break
        calls = [list_call(listing.watched, settings, offset) for listing, offset in jobs]
        for (listing, offset), answer in zip(jobs, client.batch(calls), strict=True):
            listing.take(settings.owner_id, offset, answer)
        jobs = [
            (listing, offset)
            for listing in listings
            for offset in listing.offsets(settings, floor, most)
        ]
    return listings
