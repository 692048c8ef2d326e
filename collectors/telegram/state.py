"""What the cursor of a bot remembers, and what it makes of updates that come in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from otklik.clock import now
from otklik.platforms import Cursor

# After a week of silence Telegram goes on with any number, also a smaller one.
NUMBERS_HOLD = timedelta(days=6)
KEPT_HOURS = 24
MAX_KEPT = 20


@dataclass
class State:
    """The cursor as fields.

    Attributes:
        offset: number of the next update; 0 before the first.
        at: when the last update came, ISO 8601.
        titles: of threads: title and URL, by external id.
        linked: the channel of a discussion group, 0 for none, by the group's number.
        moved: the new number of a group that became a supergroup, by the old one.
        lost: names of chats the bot was removed from, by number.
        ignored: chats that are not asked for and were told of.
    """

    offset: int = 0
    at: str = ""
    titles: dict[str, list[str]] = field(default_factory=dict)
    linked: dict[str, int] = field(default_factory=dict)
    moved: dict[str, str] = field(default_factory=dict)
    lost: dict[str, str] = field(default_factory=dict)
    ignored: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, cursor: Cursor) -> State:
        """The state a cursor holds; a new one for a cursor that starts anew."""
        known = {name: cursor[name] for name in cls.__dataclass_fields__ if name in cursor}
        return cls(**{name: _copied(value) for name, value in known.items()})

    @property
    def expected(self) -> int:
        """The number to ask from; 0 where the old numbers may no longer hold."""
        is_fresh = bool(self.at) and now() - datetime.fromisoformat(self.at) < NUMBERS_HOLD
        return self.offset if is_fresh else 0

    def advance(self, last: int) -> None:
        """All up to update `last` is on the page that carries this state."""
        self.offset, self.at = last + 1, now().isoformat()
        for kept in (self.linked, self.moved, self.lost):
            for oldest in list(kept)[:-MAX_KEPT]:
                del kept[oldest]
        del self.ignored[:-MAX_KEPT]

    def hole(self, first: int) -> str:
        """What is missing before update `first`, for people; empty when nothing is."""
        missing = first - self.expected if self.expected else 0
        if missing <= 0:
            return ""
        return (
            f"{missing} обновл. бота пропали до нас: либо их забрал кто-то ещё с тем же токеном, "
            f"либо источник не читали дольше {KEPT_HOURS} часов"
        )

    def cursor(self) -> Cursor:
        """As JSON holds it."""
        return asdict(self)


def _copied(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    return list(value) if isinstance(value, list) else value
