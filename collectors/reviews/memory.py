"""What the cursor keeps of reviews read before: bounded, and nothing of their words.

A review is kept as a mark of its identity and content together; a mark that is known is not
handed over again. Once all start pages have been read, only what was met stays. Where more
was met than fits, the newest stays; what does not fit is handed over again at the next poll,
which doubles nothing, as an identity and a content are stored once.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from collectors.reviews.found import MARK, mark_of
from otklik.clock import now
from otklik.platforms import Cursor

SEEN = 4_800  # marks: 38 kB
IDS = 11_000  # characters for identities of threads that were shown in full
HAD = 500  # threads known to have had reviews
VERSION = 1


class Memory:
    """Read from a cursor, asked and told while reading, written to a cursor again.

    Attributes:
        horizon: reviews dated before it are not handed over.
        after, at: where reading goes on; see `Job`.
    """

    def __init__(self, cursor: Cursor, start: datetime, recheck_days: float) -> None:
        is_own = cursor.get("v") == VERSION
        kept: Cursor = cursor if is_own else {}
        self._old = _unpacked(kept.get("seen", ""))
        self._met: dict[str, float] = {}
        self._ids: dict[str, list[str]] = {
            thread: str(joined).split("\n") for thread, joined in kept.get("ids", {}).items()
        }
        self._large: set[str] = set()
        self._had = dict.fromkeys(_unpacked(kept.get("had", "")))
        self.after: str = kept.get("after", "")
        self.at: tuple[str, str] | None = tuple(kept["at"]) if kept.get("at") else None
        self._since = _moment(kept["from"]) if kept.get("from") else None if is_own else start
        rolling = now() - timedelta(days=recheck_days)
        self.horizon = self._since or rolling

    def is_known(self, mark: str) -> bool:
        """Whether this review, with this content, was handed over before."""
        return mark in self._old or mark in self._met

    def meet(self, mark: str, at: datetime | None = None) -> None:
        """It stands on a page now."""
        self._met[mark] = at.timestamp() if at else float("inf")
        if len(self._met) > 2 * SEEN:
            self._met = {known: self._met[known] for known in self._newest()}

    def _newest(self) -> list[str]:
        return sorted(self._met, key=self._met.__getitem__, reverse=True)[:SEEN]

    @property
    def marks(self) -> list[str]:
        """All that is known."""
        return [*self._met, *self._old]

    def knew_reviews(self, thread: str) -> bool:
        """Whether a thread had reviews at an earlier reading."""
        return mark_of(thread) in self._had

    def note_reviews(self, thread: str) -> None:
        """A thread has reviews."""
        mark = mark_of(thread)
        self._had.pop(mark, None)
        self._had[mark] = None
        while len(self._had) > HAD:
            self._had.pop(next(iter(self._had)))

    def hold(self, thread: str, handed: Iterable[str]) -> None:
        """Keep what a thread hands over before it was shown in full: a death may come between.

        Args:
            thread: its external id.
            handed: external ids.
        """
        key = mark_of(thread)
        if key in self._large:
            return
        held = dict.fromkeys([*self._ids.get(key, ()), *_short(thread, handed)])
        if sum(map(len, held)) + len(held) < IDS:
            self._ids[key] = list(held)
        else:
            self._ids.pop(key, None)
            self._large.add(key)
        self._make_room()

    def replace_ids(self, thread: str, handed: Iterable[str], shown: set[str]) -> list[str]:
        """Keep what a thread shown in full holds; gives what it held and holds no more.

        Args:
            thread: its external id.
            handed: external ids of what is handed over from it.
            shown: of all that stands there, also what is too old to be handed over.
        """
        key = mark_of(thread)
        held = [thread + one[1:] if one[0] == "+" else one for one in self._ids.pop(key, [])]
        short = _short(thread, handed)
        if short and sum(map(len, short)) + len(short) < IDS:
            self._ids[key] = short
        self._make_room()
        return [one for one in held if one not in shown]

    def _make_room(self) -> None:
        """Threads known for longest go first."""
        size = sum(len("\n".join(kept)) for kept in self._ids.values())
        while size > IDS:
            size -= len("\n".join(self._ids.pop(next(iter(self._ids)))))

    def finish(self) -> None:
        """All start pages were read to their end."""
        self._old, self.after, self.at, self._since = {}, "", None, None

    def cursor(self) -> Cursor:
        """The whole as a cursor, under 64 kB."""
        marks = dict.fromkeys(self._newest()) if len(self._met) > SEEN else dict(self._met)
        old = (mark for mark in self._old if mark not in marks)
        room = SEEN - len(marks)
        cursor: dict[str, Any] = {
            "v": VERSION,
            "seen": "".join(marks) + "".join(mark for _, mark in zip(range(room), old)),  # noqa: B905
            "ids": {thread: "\n".join(held) for thread, held in self._ids.items()},
            "had": "".join(self._had),
        }
        if self._since is not None:
            cursor["from"] = self._since.isoformat()
        if self.after:
            cursor["after"] = self.after
        if self.at:
            cursor["at"] = list(self.at)
        return cursor


def _short(thread: str, ids: Iterable[str]) -> list[str]:
    """Ids without the part they share with their thread."""
    return [f"+{one[len(thread) :]}" if one.startswith(thread) else one for one in ids]


def _unpacked(text: Any) -> dict[str, None]:
    joined = str(text)
    return dict.fromkeys(joined[n : n + MARK] for n in range(0, len(joined), MARK))


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
