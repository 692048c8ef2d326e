"""What Isso says on the wire, checked row by row, and what can be told from it."""

from __future__ import annotations

import hashlib
import html
import math
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, NamedTuple
from urllib.parse import urlsplit, urlunsplit

from pydantic import BaseModel, ConfigDict, ValidationError

from collectors._text import quote
from otklik.platforms import BadRow

PUBLISHED, DELETED = 1, 4
EARLIEST = 946_684_800.0  # the year 2000, before which no comment was written
MARK = re.compile(r"#re-(\d{1,15})-([A-Za-z0-9]{0,40})$")
LATEST = 4_102_444_800.0  # the year 2100


class Mark(NamedTuple):
    """What a reply of ours says of itself, in the fragment of its website address."""

    answers: int
    key: str


class Row(BaseModel):
    """One comment as `/?uri=` shows it. Author and website come HTML-escaped, text does not."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: int
    parent: int | None = None
    text: str | None = None
    author: str | None = None
    website: str | None = None
    hash: str = ""
    mode: int = PUBLISHED
    created: Any = None
    modified: Any = None
    likes: Any = None
    dislikes: Any = None

    @property
    def created_epoch(self) -> float | None:
        """Seconds since 1970, None when it makes no sense."""
        return epoch(self.created)

    @property
    def site(self) -> str:
        """The author's website as typed, without a mark."""
        return MARK.sub("", html.unescape(self.website or ""))

    @property
    def mark(self) -> Mark | None:
        """The mark, if there is one; anybody can write one, so trust that of our own only."""
        found = MARK.search(html.unescape(self.website or ""))
        return Mark(int(found[1]), found[2]) if found else None

    @property
    def name(self) -> str:
        """The author's name as typed."""
        return html.unescape(self.author or "")


class Thread(BaseModel):
    """All that was read of one page, oldest first. `is_complete`: certainly nothing is missing."""

    model_config = ConfigDict(frozen=True)

    rows: tuple[Row, ...]
    bad_rows: tuple[BadRow, ...]
    is_complete: bool

    @property
    def published(self) -> list[Row]:
        """Comments the public sees."""
        return [row for row in self.rows if row.mode == PUBLISHED]

    @property
    def deleted(self) -> list[Row]:
        """Deleted ones that Isso keeps as empty shells for their replies."""
        return [row for row in self.rows if row.mode == DELETED]

    @property
    def newest(self) -> float:
        """Epoch of the youngest comment, 0 without any."""
        return max((row.created_epoch or 0.0 for row in self.rows), default=0.0)

    def digest(self) -> str:
        """Of everything a poll could find changed; Isso's admin edits without `modified`."""
        seen = repr([row.model_dump(exclude={"likes", "dislikes"}) for row in self.rows])
        return hashlib.sha256(seen.encode("utf-8", "replace")).hexdigest()[:24]


def marked(website: str, answers: int, key: str) -> str:
    """The website address with our mark; empty without an address to carry it.

    Isso knows one level of replies and moves a reply to a reply up to its root; the mark keeps
    which comment was meant, and our key.
    """
    if not website:
        return ""
    parts = urlsplit(website if "://" in website else f"http://{website}")
    fragment = f"re-{answers}-{re.sub('[^A-Za-z0-9]', '', key)[:40]}"
    return urlunsplit(parts._replace(path=parts.path or "/", fragment=fragment))


def read_rows(items: Iterable[Any], place: str) -> tuple[list[Row], list[BadRow]]:
    """Roots with their replies as rows; what is no comment becomes a `BadRow`."""
    rows: list[Row] = []
    bad: list[BadRow] = []
    for item in items:
        replies = item.get("replies") if isinstance(item, dict) else ()
        for entry in (item, *(replies if isinstance(replies, list) else ())):
            try:
                rows.append(Row.model_validate(entry))
            except ValidationError as error:
                wrong = ", ".join(".".join(map(str, e["loc"])) or "item" for e in error.errors())
                bad.append(BadRow(place=place, reason=f"wrong {wrong}", raw=quote(entry, 500)))
    return rows, bad


def epoch(value: Any) -> float | None:
    """Seconds since 1970 where they make sense as a comment's date."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if math.isfinite(value) and EARLIEST <= value <= LATEST else None


def moment(seconds: float | None) -> datetime | None:
    """Aware time of an epoch; None for none."""
    return datetime.fromtimestamp(seconds, UTC) if seconds else None


def own_hash(email: str, algorithm: str, salt: str) -> str:
    """The hash Isso shows for an address, by its `[hash]` section; empty without an address.

    Raises:
        ValueError: an algorithm that does not exist.
    """
    if not email:
        return ""
    value = html.escape(email, quote=False).encode()
    name, *parts = algorithm.split(":")
    if name == "none":
        return value.hex()
    if name != "pbkdf2":
        return hashlib.new(name, value).hexdigest()
    iterations, length, function = (*parts, *("1000", "6", "sha1")[len(parts) :])
    return hashlib.pbkdf2_hmac(function, value, salt.encode(), int(iterations), int(length)).hex()
