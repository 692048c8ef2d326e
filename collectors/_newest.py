"""Reads lists that a platform shows newest first, and loses nothing on the way.

A reading is a pass from the top down to a floor. The cursor holds the page it stands at, and
what was seen in the window that is read again each time, so that edits and deletions there are
found. The mark below which nothing new is expected moves only when a pass came to its end; a
pass over several pages with news is made twice, since pages shift while they are read. What
deletions hide in both of these passes is found by the next ones, as far back as is remembered.
"""

from __future__ import annotations

import hashlib
import json
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from otklik.clock import now
from otklik.errors import AccessDenied, Gone, RateLimited, Rejected, Transient
from otklik.platforms import BadRow, CollectedMention, Cursor, Page

BARREN_PAGES = 3  # pages in a row that repeat earlier ones; then the list has no end
RING = 24
BAD_KEPT = 10
PARTS_KEPT = 30  # answers under one item whose vanishing is noticed
ASKED_AT_ONCE = 30  # vanished items that are asked for by id in one poll
STEP = 1e-6
LISTS = "lists"


@dataclass(frozen=True)
class Item:
    """One entry of a list, perhaps with answers inside.

    Attributes:
        id: within its list.
        at: what the list is sorted by, seconds since the epoch.
        digest: of everything that a poll could find changed.
        content: for `Listing.unfold`.
    """

    id: str
    at: float
    digest: str
    content: Any


@dataclass(frozen=True)
class Batch:
    """One page of a list.

    Attributes:
        next_token: of the page that follows; empty on the last one.
        is_cut: the platform shows no more, although there is more.
    """

    items: tuple[Item, ...]
    bad_rows: tuple[BadRow, ...] = ()
    next_token: str = ""
    is_cut: bool = False


class Listing(ABC):
    """One list of a platform, newest first.

    Attributes:
        title: for warnings.
        prefix: what the id of an item's mention begins with, before the item's own.
        asks_by_id: `find_gone` asks for each item, so that even an empty list is believed.
    """

    title: str
    prefix: str = ""
    asks_by_id: bool = True

    @abstractmethod
    def read(self, token: str) -> Batch:
        """The page at `token`, the first one for an empty token.

        Raises:
            Rejected: the token is no longer good.
        """

    @abstractmethod
    def unfold(self, item: Item) -> list[CollectedMention]:
        """The mention of an item, then all answers under it."""

    @abstractmethod
    def find_gone(self, ids: list[str]) -> set[str]:
        """Those of `ids` that certainly no longer exist."""

    def prepare(self, items: list[Item]) -> None:  # noqa: B027 — not every list needs it
        """Called before `unfold` with all items of a page that will be unfolded."""


@dataclass
class _Seen:
    at: float
    digest: str
    parts: dict[str, str]
    first: str  # id of the item's mention; empty where it is the prefix and the item's id
    turn: int


@dataclass
class _State:
    floor: float
    mark: float
    turn: int = 0
    token: str = ""
    pages: int = 0
    top: float = 0.0
    has_deep_news: bool = False
    has_failed: bool = False
    is_second: bool = False
    barren: int = 0
    dropped: float = 0.0  # the newest of what this pass could not keep in mind
    ring: list[str] = field(default_factory=list)
    bad: list[str] = field(default_factory=list)
    seen: dict[str, _Seen] = field(default_factory=dict)

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> _State:
        known = {one.name: data[one.name] for one in fields(cls) if one.name in data}
        known["seen"] = {key: _Seen(*row) for key, row in data.get("seen", {}).items()}
        return cls(**known)

    def as_json(self) -> dict[str, Any]:
        rows = {key: list(vars(row).values()) for key, row in self.seen.items()}
        return {**vars(self), "ring": [*self.ring], "bad": [*self.bad], "seen": rows}


@dataclass(frozen=True)
class Window:
    """How far lists are read.

    Attributes:
        start: of the first reading, seconds since the epoch.
        recheck: seconds back from now that every poll reads again.
        kept: how many items and answers of each list are remembered.
    """

    start: float
    recheck: float
    kept: int


def read_lists(listings: Mapping[str, Listing], cursor: Cursor, window: Window) -> Iterator[Page]:
    """One poll of several lists; a list that cannot be read does not stop the others.

    Raises:
        Transient: of the first list that could not be read, after all the others.
        Gone, AccessDenied: no list is open to us.
        RateLimited, AccessDenied of the whole account: at once.
    """
    known = cursor.get(LISTS, {})
    fresh = _State(window.start, window.start).as_json()
    states = {key: known.get(key, fresh) for key in listings}
    failure: Transient | None = None
    closed: list[Gone | AccessDenied] = []
    for key, listing in listings.items():
        try:
            for page in _Pass(listing, _State.of(states[key]), window).pages():
                states[key] = page.cursor
                yield page.model_copy(update={"cursor": {LISTS: dict(states)}})
        except RateLimited:
            raise
        except Transient as error:
            failure = failure or error
        except (Gone, AccessDenied) as error:
            closed.append(error)
            if len(closed) == len(listings) or getattr(error, "whole_account", False):
                raise
            told = f"{listing.title}: {error}"
            yield Page(cursor={LISTS: dict(states)}, warnings=(told,))
    if failure is not None:
        raise failure


class _Pass:
    """One pass through one list, or what is left of it."""

    def __init__(self, listing: Listing, state: _State, window: Window) -> None:
        self._listing, self._state, self._window = listing, state, window
        self._was_restarted = False

    def pages(self) -> Iterator[Page]:
        state = self._state
        if not state.token:
            self._begin()
        while True:
            try:
                batch = self._listing.read(state.token)
            except Rejected as error:
                if not state.token or self._was_restarted:
                    raise _not_understood(error) from error
                self._was_restarted = True
                self._begin()
                continue
            page = self._take(batch)
            state.token = batch.next_token
            is_given_up = state.barren > BARREN_PAGES
            is_over = is_given_up or not batch.next_token or self._is_below(batch)
            if is_over:
                page = _joined(page, self._give_up() if is_given_up else self._finish(batch))
            yield page.model_copy(update={"cursor": state.as_json()})
            if is_over:
                return

    def _begin(self) -> None:
        state = self._state
        recent = now().timestamp() - self._window.recheck
        state.floor = max(state.floor, min(state.mark, recent))
        state.turn += 1
        state.token, state.ring = "", []
        state.pages, state.barren, state.top, state.dropped = 0, 0, 0.0, 0.0
        state.has_deep_news = state.has_failed = False

    def _is_below(self, batch: Batch) -> bool:
        return bool(batch.items) and batch.items[-1].at < self._state.floor

    def _take(self, batch: Batch) -> Page:
        """What is new or changed on one page of the list."""
        state = self._state
        state.pages += 1
        self._note_repetition(batch)
        state.top = max([state.top, *(item.at for item in batch.items)])
        fresh = [item for item in batch.items if self._is_news(item)]
        self._listing.prepare(fresh)
        mentions: dict[str, CollectedMention] = {}
        deleted: list[str] = []
        warnings: list[str] = []
        for item in fresh:
            try:
                shown, vanished = self._unfold(item)
            except RateLimited:
                raise
            except (Transient, Gone) as error:
                state.has_failed = True
                warnings.append(f"{self._listing.title}, {item.id}: {error}")
                continue
            mentions |= {mention.external_id: mention for mention in shown}
            deleted += vanished
        self._forget()
        return Page(
            mentions=tuple(mentions.values()),
            deleted_ids=tuple(deleted),
            bad_rows=tuple(self._new_bad_rows(batch)),
            warnings=tuple(warnings),
        )

    def _is_news(self, item: Item) -> bool:
        state = self._state
        known = state.seen.get(item.id)
        if known is None:
            is_news = item.at >= state.floor
            state.has_deep_news |= is_news and state.pages > 1
            return is_news
        known.turn, known.at = state.turn, item.at
        return known.digest != item.digest

    def _unfold(self, item: Item) -> tuple[list[CollectedMention], list[str]]:
        """Changed mentions of an item, and ids of answers that vanished from under it."""
        every = self._listing.unfold(item)
        known = self._state.seen.get(item.id)
        if not every:
            return [], []
        first = every[0].external_id
        parts = {_suffix(mention.external_id, first): _digest(mention) for mention in every}
        before = known.parts if known else {}
        changed = [
            mention
            for mention in every
            if before.get(_suffix(mention.external_id, first))
            != parts[_suffix(mention.external_id, first)]
        ]
        kept = dict(list(parts.items())[-PARTS_KEPT:]) | {"": parts[""]}
        stored = "" if first == self._listing.prefix + item.id else first
        self._state.seen[item.id] = _Seen(item.at, item.digest, kept, stored, self._state.turn)
        return changed, [_whole(part, first) for part in before if part not in parts]

    def _note_repetition(self, batch: Batch) -> None:
        state = self._state
        mark = digest_of(*(item.id for item in batch.items), len(batch.bad_rows))
        state.barren = state.barren + 1 if mark in state.ring or not batch.items else 0
        state.ring = [*state.ring, mark][-RING:]

    def _new_bad_rows(self, batch: Batch) -> Iterable[BadRow]:
        for row in batch.bad_rows:
            mark = digest_of(row.place, row.reason, row.raw)
            if mark not in self._state.bad:
                self._state.bad = [*self._state.bad, mark][-BAD_KEPT:]
                yield row

    def _give_up(self) -> Page:
        """The list repeats itself without end: the mark stays, the next poll starts anew."""
        self._state.token = ""
        return Page(warnings=(f"{self._listing.title}: the same pages come again and again",))

    def _finish(self, batch: Batch) -> Page:
        state = self._state
        state.token, state.ring = "", []
        deleted = self._deleted(batch) if state.top or self._listing.asks_by_id else []
        warnings = self._warnings(batch)
        state.is_second = state.has_deep_news and not state.is_second
        if not (state.is_second or state.has_failed):
            state.mark = max(state.mark, state.top)
        self._forget(is_over=True)
        self._raise_floor()
        return Page(deleted_ids=tuple(deleted), warnings=tuple(warnings))

    def _warnings(self, batch: Batch) -> list[str]:
        state, title = self._state, self._listing.title
        if not state.top and state.seen:
            return [f"{title}: empty, although it held {len(state.seen)} entries before"]
        is_short = batch.is_cut and not self._is_below(batch) and state.floor > self._window.start
        return [f"{title}: more came than the platform shows; some are lost"] if is_short else []

    def _deleted(self, batch: Batch) -> list[str]:
        state = self._state
        lowest = batch.items[-1].at if batch.is_cut and batch.items else state.floor
        missing = [
            key
            for key, row in state.seen.items()
            if row.turn != state.turn and row.at >= max(lowest, state.floor)
        ][:ASKED_AT_ONCE]
        gone = self._listing.find_gone(missing) if missing else set()
        rows = [(key, state.seen.pop(key)) for key in missing if key in gone]
        return [
            _whole(part, row.first or self._listing.prefix + key)
            for key, row in rows
            for part in row.parts
        ]

    def _raise_floor(self) -> None:
        """What is remembered no longer is not looked at again."""
        state = self._state
        if state.dropped:
            state.floor = max(state.floor, min(state.mark, state.dropped + STEP))

    def _forget(self, *, is_over: bool = False) -> None:
        """Keep the newest only; until the pass is over, also what it has yet to meet."""
        state, room = self._state, self._window.kept
        kept: dict[str, _Seen] = {}
        for key, row in sorted(state.seen.items(), key=lambda pair: -pair[1].at):
            room -= 1 + len(row.parts)
            if room >= 0 or not (is_over or row.turn == state.turn):
                kept[key] = row
            else:
                state.dropped = max(state.dropped, row.at)
        state.seen = kept


def digest_of(*values: Any) -> str:
    """Ten hexadecimal characters that change with any of the values."""
    text = json.dumps(values, ensure_ascii=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:10]


def _digest(mention: CollectedMention) -> str:
    return digest_of(
        mention.text,
        mention.rating,
        mention.media,
        mention.is_hidden,
        mention.cannot_answer,
        mention.edited_at,
        mention.author.name,
    )


def _suffix(external_id: str, first: str) -> str:
    """Short where an answer's id begins with that of its item."""
    return external_id.removeprefix(first) if external_id.startswith(first) else "=" + external_id


def _whole(suffix: str, first: str) -> str:
    return suffix.removeprefix("=") if suffix.startswith("=") else first + suffix


def _not_understood(error: Rejected) -> AccessDenied:
    return AccessDenied(
        str(error),
        platform=error.platform,
        source=error.source,
        to_do="Проверьте настройки источника: площадка отвергает запрос",
    )


def _joined(page: Page, end: Page) -> Page:
    return page.model_copy(
        update={
            "deleted_ids": (*page.deleted_ids, *end.deleted_ids),
            "warnings": (*page.warnings, *end.warnings),
        }
    )
