"""What stands on the stand-in of VK: threads, comments, people, events."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

OWNER = -1234
ME = 77  # the person of the user token
# by section of the API: kind of thread, name of its number
KINDS = {"wall": "wall", "board": "topic", "photos": "photo", "video": "video", "market": "market"}
NUMBERS = {
    "wall": "post_id",
    "board": "topic_id",
    "photos": "photo_id",
    "video": "video_id",
    "market": "item_id",
}
# VK's names for what an event tells: beginning of its type, the thread's number, its owner
EVENTS = {
    "wall": ("wall_reply", "post_id", "post_owner_id"),
    "topic": ("board_post", "topic_id", "topic_owner_id"),
    "photo": ("photo_comment", "photo_id", "photo_owner_id"),
    "video": ("video_comment", "video_id", "video_owner_id"),
    "market": ("market_comment", "item_id", "market_owner_id"),
}


class Refused(Exception):
    """VK's answer is an error."""

    def __init__(self, code: int, message: str = "", **further: Any) -> None:
        super().__init__(message)
        self.body = {"error_code": code, "error_msg": message or f"Error {code}", **further}


@dataclass
class Entry:
    """One comment."""

    id: int
    from_id: int
    date: int
    text: str
    root: int = 0
    answers: int = 0
    media: tuple[str, ...] = ()
    is_deleted: bool = False
    was: str = ""


@dataclass
class Place:
    """One thread: a post, a topic, a photo, a video, a product."""

    kind: str
    number: int
    from_id: int
    date: int
    text: str
    owner: int = OWNER
    is_closed: bool = False
    is_gone: bool = False
    entries: dict[int, Entry] = field(default_factory=dict)
    branches: dict[int, list[int]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """As in its address."""
        return f"{self.kind}{self.owner}_{self.number}"

    def level(self, root: int = 0) -> list[Entry]:
        """Comments of one level as VK shows them: a deleted one stays while it is answered."""
        rows = (self.entries[number] for number in self.branches.get(root, ()))
        return [row for row in rows if not row.is_deleted or (not root and self.level(row.id))]

    @property
    def count(self) -> int:
        """All that is shown."""
        roots = self.level()
        return len(roots) + sum(len(self.level(row.id)) for row in roots if row.id in self.branches)

    @property
    def updated(self) -> int:
        """Moment of the last comment."""
        return max((row.date for row in self.entries.values()), default=self.date)


class World:
    """The state, and what people do to it; `now` is the clock on VK's wall."""

    def __init__(self, page_size: int) -> None:
        self.now: Callable[[], datetime] = lambda: datetime.now(UTC)
        self.places: dict[str, Place] = {}
        self.people: dict[str, int] = {}
        self.guids: dict[str, int] = {}
        self.banned: dict[int, dict[str, Any]] = {}
        self.events: list[dict[str, Any]] = []
        self.reports: list[dict[str, Any]] = []
        self.mentions: list[Place] = []
        self.last = 0
        self._number = 100
        self._page_size = page_size
        self._open: Place | None = None

    def next_number(self) -> int:
        """Numbers of an owner rise through all his places."""
        self._number += 1
        return self._number

    def moment(self, at: datetime | None) -> int:
        """Seconds since the epoch; by default now, later than all before."""
        seconds = int((at or self.now()).timestamp())
        if at is None:
            seconds = max(seconds, self.last + 1 if self.last >= seconds else seconds)
        self.last = max(self.last, seconds)
        return seconds

    def account(self, author: str) -> int:
        """A person of that name."""
        return self.people.setdefault(author, 1000 + len(self.people))

    def open_place(
        self, kind: str = "wall", *, at: int, text: str = "Новинки недели", from_id: int = OWNER
    ) -> Place:
        """A new thread."""
        place = Place(kind, self.next_number(), from_id, at, text)
        self.places[place.name] = place
        return place

    def place_for(self, at: int) -> Place:
        """The post under which people write now; a new one when it is full."""
        full = self._page_size if len(self.places) <= 20 else 100
        if self._open is None or len(self._open.entries) >= full or self._open.is_gone:
            self._open = self.open_place(at=at - 60)
        return self._open

    def comment(
        self,
        place: Place,
        text: str,
        from_id: int,
        at: int,
        *,
        answers: int = 0,
        media: tuple[str, ...] = (),
    ) -> Entry:
        """A new comment."""
        above = place.entries.get(answers)
        root = (above.root or above.id) if above and place.kind in {"wall", "video"} else 0
        entry = Entry(self.next_number(), from_id, at, text, root, answers, media)
        place.entries[entry.id] = entry
        place.branches.setdefault(root, []).append(entry.id)
        self.happened(place, entry, "new")
        return entry

    def change(self, place: Place, entry: Entry, text: str) -> None:
        """A comment gets another text."""
        entry.text = text
        self.happened(place, entry, "edit")

    def remove(self, place: Place, entry: Entry) -> None:
        """A comment goes."""
        entry.is_deleted = True
        self.happened(place, entry, "delete")

    def restore(self, place: Place, entry: Entry) -> None:
        """It comes back."""
        entry.is_deleted = False
        self.happened(place, entry, "restore")

    def happened(self, place: Place, entry: Entry, action: str) -> None:
        """An event for those who listen."""
        kind, key, owner = EVENTS[place.kind]
        body: dict[str, Any] = {"id": entry.id, key: place.number}
        if action == "delete":
            owner = "topic_owner_id" if place.kind == "topic" else "owner_id"
            body |= {owner: place.owner, "deleter_id": entry.from_id}
        else:
            body |= {owner: place.owner, "from_id": entry.from_id, "date": entry.date}
            body |= {"text": entry.text}
        self.events.append({"type": f"{kind}_{action}", "object": body, "group_id": -OWNER})

    def find(self, external_id: str) -> tuple[Place, Entry]:
        """A comment by the id the collector gives."""
        name, _, number = external_id.rpartition("/")
        return self.places[name], self.places[name].entries[int(number)]

    def entry(self, kind: str, owner: int, number: int) -> tuple[Place, Entry]:
        """A comment by its number alone, which is how VK asks for most.

        Raises:
            Refused: there is none.
        """
        for place in self.places.values():
            if (place.kind, place.owner) == (kind, owner) and number in place.entries:
                return place, place.entries[number]
        raise Refused(100, "One of the parameters specified was missing or invalid: comment_id")

    def standing(self, kind: str) -> list[Place]:
        """Threads of a kind, the newest first."""
        found = [p for p in self.places.values() if p.kind == kind and not p.is_gone]
        return sorted(found, key=lambda place: (place.date, place.number), reverse=True)

    def names(self, accounts: Iterable[int]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """Profiles and groups for these accounts."""
        by_id = {number: name for name, number in self.people.items()} | {ME: "Вера Оператор"}
        wanted = sorted(set(accounts))
        profiles = [
            {"id": n, "first_name": by_id.get(n, "Имя"), "last_name": "", "followers_count": n % 97}
            for n in wanted
            if n > 0
        ]
        groups = [
            {"id": -n, "name": f"Сообщество {-n}", "screen_name": f"club{-n}", "members_count": 5}
            for n in wanted
            if n < 0
        ]
        return profiles, groups
