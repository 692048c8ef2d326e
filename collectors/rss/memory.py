"""What the cursor remembers of feeds: small, whatever the feeds hold."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from otklik.platforms import Cursor

CURSOR_SIZE = 58_000  # bytes of JSON
ID_SIZE, VERSION_SIZE = 6, 4
PAIR = ID_SIZE + VERSION_SIZE
MAX_FOLLOWED = 20
MAX_HEADER = 200
TITLE_LENGTH = 60


def pair_of(external_id: str, version: str) -> tuple[bytes, bytes]:
    """Short digests of an entry's identity and of what it says."""
    return (
        hashlib.sha256(external_id.encode("utf-8", "replace")).digest()[:ID_SIZE],
        hashlib.sha256(version.encode("utf-8", "replace")).digest()[:VERSION_SIZE],
    )


@dataclass
class Known:
    """One feed as it was last seen.

    Attributes:
        etag, modified: as the server gave them, of a feed read in full.
        body: digest of the answer that was read in full.
        seen: version digest by identity digest; what stands in the feed comes first.
    """

    etag: str = ""
    modified: str = ""
    body: str = ""
    seen: dict[bytes, bytes] = field(default_factory=dict)


@dataclass
class Followed:
    """A feed of comments that an article names.

    Attributes:
        count: comments that the article told of when this feed was last read.
        told: comments that the article tells of now; -1 when it does not say.
    """

    external_id: str
    title: str
    url: str
    count: int = -2
    told: int = -1


@dataclass
class Memory:
    """The cursor as fields. `start`: entries older than that were not asked for, ISO 8601."""

    start: str
    feeds: dict[str, Known] = field(default_factory=dict)
    followed: dict[str, Followed] = field(default_factory=dict)

    @classmethod
    def of(cls, cursor: Cursor) -> Memory:
        """What one of our own cursors holds."""
        return cls(
            start=cursor["start"],
            feeds={url: _known(entry) for url, entry in cursor["feeds"].items()},
            followed={url: Followed(**entry) for url, entry in cursor["followed"].items()},
        )

    def follow(self, address: str, told: int, article: Followed) -> None:
        """Remember a feed of comments; the newest named push the oldest out."""
        known = self.followed.pop(address, article)
        known.told = told
        self.followed[address] = known
        for oldest in list(self.followed)[:-MAX_FOLLOWED]:
            del self.followed[oldest]
            self.feeds.pop(oldest, None)

    def cursor(self) -> Cursor:
        """As JSON holds it; where room is short, each feed forgets what it has long lost."""
        rest = {
            url: {"etag": known.etag, "modified": known.modified, "body": known.body}
            for url, known in self.feeds.items()
        }
        state: dict[str, Any] = {
            "start": self.start,
            "feeds": rest,
            "followed": {url: asdict(entry) for url, entry in self.followed.items()},
        }
        room = (CURSOR_SIZE - len(json.dumps(state))) * 3 // (4 * PAIR) - 2 * len(rest)
        shares = _shares({url: len(known.seen) for url, known in self.feeds.items()}, room)
        for url, entry in rest.items():
            entry["seen"] = _packed(list(self.feeds[url].seen.items())[: shares[url]])
        return state


def _known(entry: dict[str, str]) -> Known:
    packed = base64.b64decode(entry["seen"])
    pairs = (packed[at : at + PAIR] for at in range(0, len(packed), PAIR))
    seen = {pair[:ID_SIZE]: pair[ID_SIZE:] for pair in pairs}
    return Known(entry["etag"], entry["modified"], entry["body"], seen)


def _packed(pairs: Iterable[tuple[bytes, bytes]]) -> str:
    return base64.b64encode(b"".join(key + version for key, version in pairs)).decode()


def _shares(needs: dict[str, int], room: int) -> dict[str, int]:
    """Room for all, the modest served first, the others in equal parts."""
    shares: dict[str, int] = {}
    for url in sorted(needs, key=lambda one: needs[one]):
        shares[url] = max(0, min(needs[url], room // (len(needs) - len(shares))))
        room -= shares[url]
    return shares
