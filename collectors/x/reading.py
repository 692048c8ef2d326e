"""What is read from X, page by page, within the budget."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from collectors.x.client import ITEM_READ, POST_READ, Api
from collectors.x.mentions import external, moment_of
from collectors.x.paging import REACH, Stream
from collectors.x.refusals import CHECK_QUERY
from collectors.x.settings import XSettings
from collectors.x.wire import EXPANSIONS, POST_FIELDS, USER_FIELDS, Batch, read_batch
from otklik.clock import now
from otklik.errors import BudgetSpent, Gone

IDS_PER_LOOKUP = 100
YOUNG_KEPT = 600  # posts remembered for `recheck_hours`
THREAD_PAGES = 5
MENTIONS_SHOWN = 800
SMALL_PAGE = 10  # what is asked for when the budget holds no more
FIELDS = {
    "post.fields": ",".join(POST_FIELDS),
    "expansions": ",".join(EXPANSIONS),
    "user.fields": ",".join(USER_FIELDS),
}


class Reader:
    """Reads streams, conversations and single posts of one source."""

    def __init__(self, settings: XSettings, api: Api) -> None:
        self._settings, self._api = settings, api

    def streams(self) -> list[Stream]:
        """What the settings ask for."""
        settings = self._settings
        streams = []
        if settings.mentions:
            path = f"/2/users/{settings.own_id}/mentions"
            streams.append(Stream("mentions", path, {}, "pagination_token", 5, most=MENTIONS_SHOWN))
        if query := settings.search_query:
            # A changed query starts anew: its older posts were never read.
            mark = hashlib.sha256(query.encode()).hexdigest()[:8]
            streams.append(_search(f"search:{mark}", query))
        return streams

    def page(self, stream: Stream, params: dict[str, Any]) -> Batch:
        """A page as large as settings say; a small one when the budget holds no more."""
        try:
            return self.fetch(stream, params, self._settings.page_size)
        except BudgetSpent:
            if self._settings.page_size <= SMALL_PAGE:
                raise
        return self.fetch(stream, params, SMALL_PAGE)

    def fetch(self, stream: Stream, params: dict[str, Any], count: int) -> Batch:
        """A page of so many posts."""
        asked = {**stream.params, **FIELDS, **params, "max_results": count}
        body = self._api.read(stream.path, asked, reserve=count * ITEM_READ)
        batch = read_batch(body, stream.name)
        if stream.name == "mentions" and batch.missing:
            raise self._api.denied(f"X finds no account {self._settings.own_id}", CHECK_QUERY)
        return batch

    def look_up(self, numbers: Sequence[str], extra: dict[str, str], price: int) -> Batch:
        """Posts by id.

        Args:
            extra: fields and expansions; without them an object holds id and text.
            price: micro-dollars for one post with what its expansions bring.
        """
        params = {"ids": ",".join(numbers), **extra}
        body = self._api.read("/2/tweets", params, reserve=len(numbers) * price)
        return read_batch(body, "lookup")

    def conversation(self, root: str) -> Batch:
        """The post that began it, and its answers as far as recent search reaches.

        Raises:
            Gone: neither is found.
        """
        found = self.look_up([root], FIELDS, ITEM_READ)
        stream = _search("conversation", f"conversation_id:{root}")
        params: dict[str, Any] = {}
        for _ in range(THREAD_PAGES):
            part = self.page(stream, params)
            found.add(part)
            if not part.next_token or part.next_token == params.get(stream.token_name):
                break
            params = {stream.token_name: part.next_token}
        if not found.posts:
            raise self._api.error(Gone, f"conversation {root} is not found on X")
        return found


class Young:
    """Posts that are looked up again for deletions: newest version to identity.

    Args:
        posts: from the cursor; changed in place.
        looked: ISO moment of the last look, empty before the first.
    """

    def __init__(self, settings: XSettings, posts: dict[str, str], looked: str) -> None:
        self._settings, self.posts, self.looked = settings, posts, looked

    def keep(self, batch: Batch) -> None:
        """Remember what came."""
        if not self._settings.recheck_hours:
            return
        for post in batch.posts:
            for version in post.history:
                self.posts.pop(version, None)
            self.posts[post.id] = post.first_id
        self._forget()

    def is_due(self) -> bool:
        """Whether it is time for another look."""
        if not self._settings.recheck_hours:
            return False
        wait = timedelta(hours=self._settings.recheck_every)
        return not self.looked or now() - datetime.fromisoformat(self.looked) >= wait

    def find_gone(self, reader: Reader) -> list[str]:
        """External ids of those that X no longer finds; they are forgotten."""
        self._forget()
        gone: list[str] = []
        numbers = list(self.posts)
        for start in range(0, len(numbers), IDS_PER_LOOKUP):
            batch = reader.look_up(numbers[start : start + IDS_PER_LOOKUP], {}, POST_READ)
            lost = [number for number in batch.missing if number in self.posts]
            gone += [external(self.posts.pop(number)) for number in lost]
        self.looked = now().isoformat()
        return gone

    def _forget(self) -> None:
        oldest = now() - timedelta(hours=self._settings.recheck_hours)
        made = {number: moment_of(number) for number in self.posts}
        kept = [number for number, moment in made.items() if moment and moment >= oldest]
        newest = set(sorted(kept, key=int)[-YOUNG_KEPT:])
        for number in [one for one in self.posts if one not in newest]:
            del self.posts[number]


def stamp(moment: datetime) -> str:
    """A moment as X takes it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _search(name: str, query: str) -> Stream:
    return Stream(name, "/2/tweets/search/recent", {"query": query}, "next_token", 10, REACH)
