"""What VK says on the wire, checked item by item, and how it is named here.

A thread is called as VK's own addresses call it (``wall-1_5``, ``topic-1_7``), a comment is
``wall-1_5/17`` and a stranger's post itself ``wall-1_5/post``; people are ``vk.com/id5``.
"""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from collectors._text import quote
from otklik.platforms import BadRow

SITE: Final = "https://vk.com/"
POST: Final = "post"  # instead of a comment's number: the post itself
EARLIEST, LATEST = 946_684_800, 4_102_444_800  # the years 2000 and 2100
_NAME = re.compile(r"^(wall|topic|photo|video|market)(-?\d+)_(\d+)$")
_MARKUP = re.compile(r"\[(?:id|club|public|event)\d+(?::bp-?\d+_\d+)?\|([^\]\[]{1,200})\]")
_ANSWERED = re.compile(r"\[(?:(?:id|club)\d+:bp-?\d+_(\d+)|post(\d+))\|")


class Name(NamedTuple):
    """Which thread: ``wall-1_5`` is post 5 on the wall of community 1."""

    kind: str
    owner: int
    number: int

    def __str__(self) -> str:
        return f"{self.kind}{self.owner}_{self.number}"

    @property
    def url(self) -> str:
        """Its address."""
        if self.kind == "market":
            return f"{SITE}market{self.owner}?w=product{self.owner}_{self.number}"
        return SITE + str(self)

    def url_of(self, comment: int, root: int | None = None) -> str:
        """Address of one comment; of the thread when `comment` is 0."""
        if not comment or self.kind == "market":
            return self.url
        if self.kind == "topic":
            return f"{self.url}?post={comment}"
        return f"{self.url}?reply={comment}" + (f"&thread={root}" if root else "")


def name_of(thread_external_id: str) -> Name | None:
    """The thread of that name; None when it is no name of a thread on VK."""
    found = _NAME.match(thread_external_id)
    return Name(found[1], int(found[2]), int(found[3])) if found else None


class Comment(BaseModel):
    """One comment, or a post in the place of one (`id` 0).

    Every place of VK has its own few fields; deleted ones keep hardly any.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: int = Field(ge=0)
    from_id: int = 0
    date: int = 0
    edited: int = 0
    text: str = ""
    parents_stack: tuple[int, ...] = ()
    reply_to_comment: int | None = None
    attachments: tuple[dict[str, Any], ...] = ()
    likes: dict[str, Any] = Field(default_factory=dict)
    thread: dict[str, Any] = Field(default_factory=dict)
    deleted: bool = False
    photo_id: int | None = None
    pid: int | None = None
    signer_id: int | None = None

    @field_validator("text", "parents_stack", "attachments", "likes", "thread", mode="before")
    @classmethod
    def _none_is_empty(cls, value: Any, info: Any) -> Any:
        if value is None:
            return cls.model_fields[info.field_name].get_default(call_default_factory=True)
        return value

    @property
    def at(self) -> datetime | None:
        """When it was published."""
        return moment(self.date)

    @property
    def parent(self) -> int | None:
        """Number of the comment it answers."""
        if self.reply_to_comment:
            return self.reply_to_comment
        if self.parents_stack:
            return self.parents_stack[-1]
        found = _ANSWERED.match(self.text)
        return int(found[1] or found[2]) if found else None

    @property
    def shown(self) -> str:
        """The text as VK shows it: ``[id5|Иван], спасибо`` reads «Иван, спасибо».

        Signs that people seldom type come as HTML entities.
        """
        return html.unescape(_MARKUP.sub(r"\1", self.text))

    @property
    def media(self) -> tuple[str, ...]:
        """Addresses of what is attached."""
        return tuple(filter(None, map(_address, self.attachments)))

    @property
    def print(self) -> str:
        """What an edit would change, in short."""
        places = [_identity(attachment) for attachment in self.attachments]
        return repr((self.id, self.from_id, self.text, places, self.deleted))


class Post(Comment):
    """A post of a wall, as lists and the search give it."""

    owner_id: int = 0
    post_type: str = POST
    post_id: int | None = None
    is_deleted: bool = False
    comments: dict[str, Any] = Field(default_factory=dict)

    @property
    def name(self) -> Name:
        """Its thread; that of the post it answers when it is a comment itself."""
        is_reply = self.post_type == "reply" and self.post_id
        return Name("wall", self.owner_id, self.post_id if is_reply and self.post_id else self.id)

    @property
    def external_id(self) -> str:
        """Of the mention it is."""
        return f"{self.name}/{self.id if self.name.number != self.id else POST}"

    @property
    def is_closed(self) -> bool:
        """Whether nobody may comment."""
        return self.comments.get("can_post") == 0 and not self.comments.get("groups_can_post")

    @property
    def title(self) -> str:
        """Its first line."""
        line = self.shown.strip().partition("\n")[0]
        return line[:120] or f"Запись {self.id}"


class Person(NamedTuple):
    """Who stands behind an id: name, number of followers when told."""

    name: str
    followers: int | None = None


def read_items(items: Any, kind: type[BaseModel], place: str) -> tuple[list[Any], list[BadRow]]:
    """Items that make sense, and the others as rows for the quarantine."""
    good: list[Any] = []
    bad: list[BadRow] = []
    for item in items if isinstance(items, list) else ():
        try:
            good.append(kind.model_validate(item))
        except ValidationError as error:
            wrong = ", ".join(".".join(map(str, e["loc"])) or "item" for e in error.errors())
            number = item.get("id") if isinstance(item, dict) else ""
            bad.append(
                BadRow(
                    place=f"vk {place} comment {quote(number, 30)}",
                    reason=f"wrong {wrong}",
                    raw=quote(item, 500),
                )
            )
    return good, bad


def people_of(answer: Any) -> dict[int, Person]:
    """Names by id out of `profiles` and `groups` of an answer; communities are negative."""
    found: dict[int, Person] = {}
    if isinstance(answer, Mapping):
        found.update(_people(answer.get("profiles"), 1))
        found.update(_people(answer.get("groups"), -1))
    return found


def _people(rows: Any, sign: int) -> Iterable[tuple[int, Person]]:
    for row in rows if isinstance(rows, list) else ():
        if isinstance(row, dict) and isinstance(row.get("id"), int):
            parts = (row.get("first_name"), row.get("last_name"), row.get("name"))
            name = html.unescape(" ".join(str(part) for part in parts if part))
            count = row.get("followers_count" if sign > 0 else "members_count")
            yield sign * abs(row["id"]), Person(name, count if isinstance(count, int) else None)


def digest(comments: Iterable[Comment]) -> str:
    """Of everything a poll could find changed in these, whatever their order."""
    prints = "\n".join(comment.print for comment in sorted(comments, key=lambda c: c.id))
    return hashlib.sha256(prints.encode("utf-8", "replace")).hexdigest()[:12]


def moment(seconds: int | float | None) -> datetime | None:
    """Aware time; None where it makes no sense as a comment's date."""
    if not seconds or not EARLIEST <= seconds <= LATEST:
        return None
    return datetime.fromtimestamp(seconds, UTC)


def _inside(attachment: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    kind = str(attachment.get("type") or "")
    inside = attachment.get(kind)
    return kind, inside if isinstance(inside, dict) else {}


def _identity(attachment: Mapping[str, Any]) -> str:
    kind, inside = _inside(attachment)
    return f"{kind}{inside.get('owner_id', '')}_{inside.get('id', inside.get('url', ''))}"


def _address(attachment: Mapping[str, Any]) -> str:
    """Where an attachment can be seen; pictures directly, the rest on VK."""
    kind, inside = _inside(attachment)
    sizes = inside.get("sizes") or inside.get("images")
    if kind in {"photo", "posted_photo", "sticker", "graffiti"} and isinstance(sizes, list):
        urls = [size for size in sizes if isinstance(size, dict) and size.get("url")]
        if urls:
            return str(max(urls, key=_area)["url"])
    address = inside.get("url")
    if isinstance(address, str) and address.startswith(("http://", "https://")):
        return address
    if isinstance(inside.get("id"), int) and isinstance(inside.get("owner_id"), int):
        return f"{SITE}{kind}{inside['owner_id']}_{inside['id']}"
    return f"{SITE}#{kind}" if kind else ""


def _area(size: Mapping[str, Any]) -> int:
    width, height = size.get("width"), size.get("height")
    return width * height if isinstance(width, int) and isinstance(height, int) else 0
