"""Answered and unanswered entries as one list, newest first, paged by date."""

from __future__ import annotations

import math
from functools import partial
from typing import Any

from collectors._newest import Batch, Item, Listing
from collectors._seller import certainly
from collectors._text import quote
from collectors.wildberries.client import UNKNOWN_ID, WildberriesClient
from collectors.wildberries.settings import Kind
from collectors.wildberries.wire import SINGULAR, Entry, mentions_of, read_entries
from otklik.errors import Rejected, Transient
from otklik.platforms import BadRow, CollectedMention

MOST = 5000  # entries in one call


class Entries(Listing):
    """Feedbacks or questions of a seller.

    A token is "second:size": entries up to that second, so many of each list. Where a whole
    page shows one and the same second, the next one is larger.
    """

    def __init__(self, client: WildberriesClient, kind: Kind, page_size: int) -> None:
        self.title = f"wildberries {kind}"
        self.prefix = f"{SINGULAR[kind]}/"
        self._client, self._kind, self._size = client, kind, page_size

    def read(self, token: str) -> Batch:
        """One page of both lists, cut where the shorter-reaching one ends."""
        bound, size = _position(token, self._size)
        entries: dict[str, Entry] = {}
        bad: list[BadRow] = []
        lowest = -math.inf
        # Unanswered first: what is answered meanwhile shows in the second call.
        for is_answered in (False, True):
            rows = self._rows(is_answered, bound, size)
            found, wrong = read_entries(rows, self._kind)
            entries |= {entry.id: entry for entry in found}
            bad += wrong
            if len(rows) >= size:
                lowest = max(lowest, min((entry.at for entry in found), default=math.inf))
        kept = sorted((one for one in entries.values() if one.at >= lowest), key=lambda e: -e.at)
        return Batch(
            items=tuple(entry.as_item() for entry in kept),
            bad_rows=tuple(bad),
            next_token=_next(bound, size, lowest),
        )

    def unfold(self, item: Item) -> list[CollectedMention]:
        """The entry and our answer; nothing more is asked."""
        return mentions_of(item.content, self._kind)

    def find_gone(self, ids: list[str]) -> set[str]:
        """Those the API cannot give by id."""
        return {key for key in ids if certainly(partial(self._is_gone, key), False)}

    def _is_gone(self, key: str) -> bool:
        return self.find(key) is None

    def find(self, key: str) -> Entry | None:
        """One entry as it stands; None when it is not there (any more).

        Raises:
            Transient: the answer makes no sense.
            Rejected: the call was refused for another reason.
        """
        path = f"/api/v1/{SINGULAR[self._kind]}"
        asked = {"id": key}
        answer = self._client.ask("GET", path, params=asked, accept=UNKNOWN_ID, refusal=Rejected)
        if answer.status in UNKNOWN_ID:
            return None
        entries, _ = read_entries([self._client.unwrapped(answer, path)], self._kind)
        if not entries or entries[0].id != key:
            raise self._client.error(Transient, f"{path}: {quote(key)} was asked for in vain")
        return entries[0]

    def _rows(self, is_answered: bool, bound: int | None, size: int) -> list[Any]:
        path = f"/api/v1/{self._kind}"
        params: dict[str, str | int] = {
            "isAnswered": "true" if is_answered else "false",
            "take": size,
            "skip": 0,
            "order": "dateDesc",
        }
        data = self._client.data(path, params | ({} if bound is None else {"dateTo": bound}))
        rows = data.get(self._kind) if isinstance(data, dict) else None
        if not isinstance(rows, list):
            raise self._client.error(Transient, f"{path}: no list of {self._kind} in the answer")
        return rows


def _position(token: str, size: int) -> tuple[int | None, int]:
    if not token:
        return None, size
    bound, _, wider = token.partition(":")
    return (int(bound) if bound else None), int(wider)


def _next(bound: int | None, size: int, lowest: float) -> str:
    """The second in which this page ends is read again: others may stand in it."""
    if lowest == -math.inf:
        return ""
    end = None if math.isinf(lowest) else math.floor(lowest) + 1
    if end is not None and (bound is None or end < bound):
        return f"{end}:{size}"
    wider = min(size * 2, MOST)
    if wider > size:
        return f"{'' if bound is None else bound}:{wider}"
    return f"{bound - 1}:{size}" if bound is not None else ""
