"""What WordPress says on the wire, checked row by row."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from collectors._text import clean_name, html_to_text, quote
from otklik.platforms import BadRow

HELD = "hold"
APPROVED = "approved"
VISIBLE = (APPROVED, HELD)
ROUTES = {"post": "posts", "page": "pages"}
FIELDS = (
    "id,post,parent,author,author_name,author_email,author_url,author_user_agent,"
    "date_gmt,content,link,status,type,author_avatar_urls,_links.up"
)


class Content(BaseModel):
    """The text as written (`raw`, for moderators) and as shown."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    raw: str | None = None
    rendered: str = ""


class Row(BaseModel):
    """One comment as `/wp/v2/comments` shows it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: int
    post: int
    parent: int = 0
    author: int = 0
    author_name: str = ""
    author_email: str = ""
    author_url: str = ""
    author_user_agent: str = ""
    author_avatar_urls: Any = None
    date_gmt: str = ""
    content: Content
    link: str = ""
    status: str = APPROVED
    links: Any = Field(default=None, alias="_links")

    @property
    def text(self) -> str:
        """What a reader sees; line breaks as the author made them."""
        if self.content.raw is None:
            return html_to_text(self.content.rendered)
        return html_to_text(self.content.raw.replace("\r\n", "\n").replace("\n", "<br>"))

    @property
    def published_at(self) -> datetime | None:
        """Aware, UTC; None when the server gives no date."""
        try:
            found = datetime.fromisoformat(self.date_gmt)
        except ValueError:
            return None
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)

    @property
    def route(self) -> str:
        """Where to ask for the post; empty for kinds of posts we do not know."""
        try:
            return ROUTES.get(self.links["up"][0]["post_type"], "")
        except (TypeError, KeyError, IndexError):
            return ""

    @property
    def author_key(self) -> str:
        """Who wrote it: the user, or a guest by name and the hash of an address in the avatar."""
        if self.author:
            return f"user/{self.author}"
        avatars = self.author_avatar_urls
        avatar = str(next(iter(avatars.values()), "")) if isinstance(avatars, dict) else ""
        address = avatar.rpartition("/")[2].partition("?")[0]
        digest = hashlib.sha256(f"{address}\x1f{self.author_name}".encode()).hexdigest()[:16]
        return f"guest/{digest}" if self.author_name else f"anonymous/{self.id}"


class Place(BaseModel):
    """The post or page a thread stands under."""

    model_config = ConfigDict(frozen=True)

    title: str = ""
    url: str = ""
    is_closed: bool = False


class Thread(BaseModel):
    """All that was read of one post, in order of number."""

    model_config = ConfigDict(frozen=True)

    rows: tuple[Row, ...]
    bad_rows: tuple[BadRow, ...]
    is_complete: bool

    @property
    def newest(self) -> float:
        """Epoch of the youngest comment, 0 without any."""
        return max(
            (moment.timestamp() for row in self.rows if (moment := row.published_at)), default=0.0
        )

    def digest(self, place: Place) -> str:
        """Of everything a poll could find changed."""
        kept = {"id", "parent", "content", "status", "author_name", "author"}
        seen = repr([place.is_closed, [row.model_dump(include=kept) for row in self.rows]])
        return hashlib.sha256(seen.encode("utf-8", "replace")).hexdigest()[:24]


def read_rows(items: Iterable[Any], place: str) -> tuple[list[Row], list[BadRow]]:
    """Comments out of an answer; what is none becomes a `BadRow`."""
    rows: list[Row] = []
    bad: list[BadRow] = []
    for item in items:
        try:
            row = Row.model_validate(item)
        except ValidationError as error:
            wrong = ", ".join(".".join(map(str, e["loc"])) or "item" for e in error.errors())
            bad.append(BadRow(place=place, reason=f"wrong {wrong}", raw=quote(item, 500)))
        else:
            rows.append(row)
    return rows, bad


def read_place(item: Any) -> Place:
    """A post as its route shows it."""
    title = item.get("title")
    shown = title.get("rendered", "") if isinstance(title, dict) else ""
    return Place(
        title=clean_name(html_to_text(str(shown))),
        url=clean_name(item.get("link")),
        is_closed=item.get("comment_status") == "closed",
    )
