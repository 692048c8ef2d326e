"""The lists that are read, newest first: mentions of our account, and hashtags."""

from __future__ import annotations

from abc import abstractmethod
from datetime import datetime
from typing import Any

from collectors._newest import Batch, Item, Listing
from collectors._text import quote
from collectors.mastodon.client import Api
from collectors.mastodon.conversations import Conversations
from collectors.mastodon.wire import Maker, Status, item_of, read_status
from otklik.errors import Gone
from otklik.platforms import BadRow, CollectedMention

KINDS = ("mention", "quote")  # servers before 4.5 know no quotes and pass over the word
NOTIFICATIONS_PER_PAGE, STATUSES_PER_PAGE = 80, 40


class _Posts(Listing):
    """What both lists share."""

    def __init__(self, api: Api, maker: Maker, conversations: Conversations) -> None:
        self._api, self._maker, self._conversations = api, maker, conversations
        self.prefix = maker.external("")

    @abstractmethod
    def _rows(self, token: str) -> list[Any]:
        """The page below `token`."""

    @abstractmethod
    def _taken(self, row: Any) -> Item | BadRow | None:
        """An entry; None for what is not read."""

    def read(self, token: str) -> Batch:
        """See `Listing`: the token is the id below which the page begins."""
        rows = self._rows(token)
        taken = [self._taken(row) for row in rows]
        numbers = [str(row["id"]) for row in rows if isinstance(row, dict) and row.get("id")]
        return Batch(
            items=tuple(one for one in taken if isinstance(one, Item)),
            bad_rows=tuple(one for one in taken if isinstance(one, BadRow)),
            next_token=numbers[-1] if numbers else "",
        )

    def unfold(self, item: Item) -> list[CollectedMention]:
        """See `Listing`: a post is one mention."""
        status: Status = item.content
        return [self._conversations.mention(status)]

    def find_gone(self, ids: list[str]) -> set[str]:
        """Those that the server certainly does not find when asked for one by one."""
        return {number for number in ids if self._is_gone(number)}

    def _is_gone(self, number: str) -> bool:
        try:
            self._api.read_object(lambda: self._api.client.status(number))
        except Gone:
            return True
        return False


class Mentions(_Posts):
    """Notifications that somebody mentioned our account or quoted a post of it."""

    title = "mentions"

    def _rows(self, token: str) -> list[Any]:
        client = self._api.client
        return self._api.read_list(
            lambda: client.notifications(
                types=list(KINDS), max_id=token or None, limit=NOTIFICATIONS_PER_PAGE
            )
        )

    def _taken(self, row: Any) -> Item | BadRow | None:
        status = read_status(row.get("status") if isinstance(row, dict) else row, "mentions")
        if isinstance(status, BadRow):
            return status
        if row.get("type") not in KINDS:
            return None
        try:
            at = datetime.fromisoformat(row["created_at"]).timestamp()
        except (KeyError, TypeError, ValueError):
            told = f"wrong created_at {quote(row.get('created_at'), 40)}"
            return BadRow(place=f"mastodon notification {quote(row.get('id'), 40)}", reason=told)
        return item_of(status, at)


class Hashtag(_Posts):
    """The timeline of one hashtag."""

    def __init__(self, api: Api, maker: Maker, conversations: Conversations, tag: str) -> None:
        super().__init__(api, maker, conversations)
        self.title, self._tag = f"#{tag}", tag

    def _rows(self, token: str) -> list[Any]:
        client, tag = self._api.client, self._tag
        return self._api.read_list(
            lambda: client.timeline_hashtag(tag, max_id=token or None, limit=STATUSES_PER_PAGE)
        )

    def _taken(self, row: Any) -> Item | BadRow | None:
        status = read_status(row, self.title)
        if isinstance(status, BadRow):
            return status
        return None if status.reblog else item_of(status, status.created_at.timestamp())
