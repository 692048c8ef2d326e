"""A list shown newest first that changes under a reader's hands, for tests of such readers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from collectors._newest import Batch, Item, Listing, Window, digest_of, read_lists
from otklik.clock import now
from otklik.errors import Rejected, Transient
from otklik.platforms import CollectedAuthor, CollectedMention, CollectedThread
from tests.rigs.reading import Ledger

DAY = 86_400.0


@dataclass
class Entry:
    text: str
    at: float
    answers: list[str] = field(default_factory=list)


class FakeList(Listing):
    """Pages of three by offset, the worst kind: whatever is deleted shifts what follows."""

    title, prefix = "список", "host/"

    def __init__(self) -> None:
        self.entries: dict[str, Entry] = {}
        self.made = 0
        self.tokens_expire = False
        self.is_endless = False
        self.unreadable: set[str] = set()
        self.between: Callable[[], None] = lambda: None
        self.pages_read = 0

    def add(self, text: str = "", at: float | None = None) -> str:
        self.made += 1
        newest = max((e.at for e in self.entries.values()), default=0.0)
        key = f"n{self.made}"
        moment = at if at is not None else max(now().timestamp(), newest + 0.001)
        self.entries[key] = Entry(text or f"текст {self.made}", moment)
        return key

    def edit(self, key: str, text: str) -> None:
        newest = max(e.at for e in self.entries.values())
        self.entries[key].text, self.entries[key].at = text, newest + 0.001

    def read(self, token: str) -> Batch:
        self.pages_read += 1
        if token and self.tokens_expire:
            self.tokens_expire = False
            raise Rejected("400 invalid page token")
        start = 0 if self.is_endless else int(token or 0)
        order = sorted(self.entries, key=lambda key: -self.entries[key].at)
        items = tuple(self._item(key) for key in order[start : start + 3])
        has_more = self.is_endless or start + 3 < len(order)
        batch = Batch(items, next_token=str(start + 3) if has_more else "")
        self.between()
        return batch

    def unfold(self, item: Item) -> list[CollectedMention]:
        if item.id in self.unreadable:
            raise Transient("500")
        answers: list[str] = item.content[1]
        return [_mention(f"host/{item.id}", item.content[0])] + [
            _mention(f"host/{item.id}/{text}", text, f"host/{item.id}") for text in answers
        ]

    def find_gone(self, ids: list[str]) -> set[str]:
        return set(ids) - set(self.entries)

    def _item(self, key: str) -> Item:
        entry = self.entries[key]
        digest = digest_of(entry.text, entry.answers)
        return Item(key, entry.at, digest, (entry.text, [*entry.answers]))


def _mention(key: str, text: str, parent: str | None = None) -> CollectedMention:
    return CollectedMention(
        external_id=key,
        thread=CollectedThread(external_id="host/t"),
        author=CollectedAuthor(external_id="host/a"),
        text=text,
        parent_external_id=parent,
    )


def window(days: float = 30.0, *, recheck: float = 30.0, kept: int = 400) -> Window:
    start = now() - timedelta(days=days)
    return Window(start=start.timestamp(), recheck=recheck * DAY, kept=kept)


def poll(
    listing: Listing, ledger: Ledger, frame: Window | None = None, pages: int | None = None
) -> list[str]:
    found: list[str] = []
    for number, page in enumerate(read_lists({"a": listing}, ledger.cursor, frame or window())):
        ledger.store(page)
        found += [mention.external_id for mention in page.mentions]
        if pages is not None and number + 1 >= pages:
            break
    return found


def standing(listing: FakeList) -> dict[str, str]:
    return {f"host/{key}": entry.text for key, entry in listing.entries.items()}


def shown(ledger: Ledger) -> dict[str, str]:
    return {key: mention.text for key, mention in ledger.standing.items()}


class Failing(FakeList):
    """Fails in one way."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self._error = error

    def read(self, token: str) -> Batch:
        raise self._error
