"""What a VK source remembers between polls: small, JSON, bounded."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from collectors.vk.settings import MOST_WATCHED
from collectors.vk.threads import Seen
from otklik.platforms import Cursor

MOST_THREADS: Final = MOST_WATCHED  # with 50 bytes each, half of what a cursor may hold
MOST_ITEMS: Final = 450  # of all streams together


@dataclass
class State:
    """The cursor, taken apart.

    Attributes:
        floor: how far back the first reading goes.
        threads: what was seen of each thread, the longest untouched first.
        turn: where among the quiet threads the next poll looks.
        streams: see `collectors.vk.streams`.
        ts: number of the last Long Poll event that was handed over.
        swept: seconds since the epoch, when everything was last looked through.
        deep: in the first look, how far down the list of a place it came.
        me: the account of the user token.
        me_by: which token that was, in short.
    """

    floor: datetime
    threads: dict[str, Seen] = field(default_factory=dict)
    turn: int = 0
    streams: dict[str, Any] = field(default_factory=dict)
    ts: str = ""
    swept: float = 0.0
    deep: dict[str, int] = field(default_factory=dict)
    me: int = 0
    me_by: str = ""

    @classmethod
    def of(cls, cursor: Cursor, start: datetime) -> State:
        """From a cursor of ours; a fresh one from `start` on where it is none."""
        if "floor" not in cursor:
            return cls(start)
        return cls(
            floor=datetime.fromisoformat(cursor["floor"]),
            threads={name: Seen(*seen) for name, seen in cursor.get("threads", {}).items()},
            turn=int(cursor.get("turn", 0)),
            streams=dict(cursor.get("streams", {})),
            ts=str(cursor.get("ts", "")),
            swept=float(cursor.get("swept", 0.0)),
            deep=dict(cursor.get("deep", {})),
            me=int(cursor.get("me", 0)),
            me_by=str(cursor.get("me_by", "")),
        )

    def cursor(self) -> Cursor:
        """As JSON takes it."""
        return {
            "floor": self.floor.isoformat(),
            "threads": {name: list(seen) for name, seen in self.threads.items()},
            "turn": self.turn,
            "streams": dict(self.streams),
            "ts": self.ts,
            "swept": self.swept,
            "deep": dict(self.deep),
            "me": self.me,
            "me_by": self.me_by,
        }

    def keep(self, name: str, seen: Seen) -> None:
        """Remember a thread, and forget the one that has been quiet for the longest time."""
        self.threads.pop(name, None)
        self.threads[name] = seen
        while len(self.threads) > MOST_THREADS:
            self.threads.pop(next(iter(self.threads)))
