"""What crosses the port: values a platform hands over and takes, frozen and checked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, field_validator

Cursor = dict[str, Any]


class Capability(StrEnum):
    """What can be done where the comment stands, beyond collecting."""

    THREAD = "thread"
    POST = "post"
    EDIT = "edit"
    WITHDRAW = "withdraw"
    HIDE = "hide"
    UNHIDE = "unhide"
    BAN = "ban"
    UNBAN = "unban"
    REPORT = "report"


class _Collected(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    @field_validator("*", mode="before")
    @classmethod
    def _storable(cls, value: Any) -> Any:
        """Collectors clean what they read; this is for the one that forgets."""
        return storable(value)


def storable(value: Any) -> Any:
    """Text without what no database takes: null characters, halves of a character."""
    if isinstance(value, str):
        if value.isascii() and "\x00" not in value:
            return value
        return value.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, dict):
        return {storable(key): storable(inside) for key, inside in value.items()}
    return [storable(inside) for inside in value] if isinstance(value, list) else value


class CollectedAuthor(_Collected):
    """Who wrote it, as far as the platform tells. `followers` is a count of accounts."""

    external_id: str = Field(min_length=1)
    name: str = ""
    url: str = ""
    followers: int | None = None
    registered_at: AwareDatetime | None = None
    is_ours: bool = False


class CollectedThread(_Collected):
    """The place a mention stands in: a page, a post, a product."""

    external_id: str = Field(min_length=1)
    title: str = ""
    url: str = ""
    is_closed: bool = False


class CollectedMention(_Collected):
    """One comment or review as the platform shows it now.

    Attributes:
        external_id: unique within the platform *and* host or owner (promise 2), so that
            comment 17 of two sites stays two: ``"blog.example/17"``.
        ordinal: position among rows of equal content, for imports without an id; part of
            `external_id` already, kept for the record.
        published_at: aware; None when unknown (no SLA clock, no alert).
        rating: normalised to 0 … 5 points, None when there is none.
        media: links to pictures, videos, files; a mention of media only goes to a person.
        cannot_answer: why it cannot be answered where it stands, for people; empty when it can.
        original: what else the source said, for the record; never rendered.
    """

    external_id: str = Field(min_length=1)
    thread: CollectedThread
    author: CollectedAuthor
    text: str
    parent_external_id: str | None = None
    published_at: AwareDatetime | None = None
    edited_at: AwareDatetime | None = None
    rating: float | None = Field(default=None, ge=0, le=5)
    url: str = ""
    media: tuple[str, ...] = ()
    is_hidden: bool = False
    cannot_answer: str = ""
    original: Mapping[str, Any] = Field(default_factory=dict)


class BadRow(_Collected):
    """A row that could not become a mention; goes to the quarantine table, nothing is lost.

    `place` names file and line (``"reviews.csv:17"``) or source and item.
    """

    place: str
    reason: str
    raw: str = ""


class Page(_Collected):
    """What one call brought, with the cursor that is true once it is stored.

    Attributes:
        cursor: stored in the same transaction as the mentions.
        complete_thread_ids: external ids of threads that `mentions` shows *in full*;
            a known mention of such a thread that is absent here was deleted there.
        deleted_ids: external ids of mentions the platform says are gone.
        progress: 0 … 1 for a bar, None when unknown.
        warnings: what looked wrong although the call succeeded (a page without its usual
            markup, a feed that became empty): the source becomes `suspect` and says so.
    """

    mentions: tuple[CollectedMention, ...] = ()
    bad_rows: tuple[BadRow, ...] = ()
    cursor: Cursor = Field(default_factory=dict)
    complete_thread_ids: tuple[str, ...] = ()
    deleted_ids: tuple[str, ...] = ()
    progress: float | None = None
    warnings: tuple[str, ...] = ()


class ReplyRequest(_Collected):
    """One reply to be posted under one mention.

    `idempotency_key` is ours and the same for every attempt at the same reply; platforms
    that have such a key send it, the others are read back (`Platform.thread`).
    """

    thread_external_id: str
    parent_external_id: str
    text: str = Field(min_length=1)
    idempotency_key: str


class PostedReply(_Collected):
    """Where our reply stands."""

    external_id: str
    url: str = ""
    posted_at: datetime | None = None


class SourceCheck(_Collected):
    """What one real call to a source showed; printed by `otklik sources check`.

    Attributes:
        rights: what the configured token may do, in the platform's own words.
        missing: what the configuration asks for and the token cannot do, with the way out.
        limits_left: calls or money left, as the platform tells; empty when it does not.
    """

    ok: bool
    message: str
    newest_at: AwareDatetime | None = None
    can: tuple[Capability, ...] = ()
    rights: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    limits_left: str = ""
