"""Comments as YouTube's Data API writes them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from collectors._google import moment
from collectors._newest import Item, digest_of
from collectors._text import clean, clean_name, quote
from otklik.platforms import BadRow, CollectedAuthor, CollectedMention, CollectedThread

WATCH = "https://www.youtube.com/watch?v="
CHANNEL = "https://www.youtube.com/channel/"
HELD = {"heldForReview", "likelySpam", "rejected"}
CLOSED = "Под этим комментарием YouTube не даёт ответить"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class _Channel(_Part):
    value: str = ""


class CommentSnippet(_Part):
    """What a comment says; the contract marks nothing as required."""

    channelId: str = ""  # noqa: N815 — the contract's names
    videoId: str = ""  # noqa: N815
    parentId: str = ""  # noqa: N815
    textDisplay: str = ""  # noqa: N815
    textOriginal: str = ""  # noqa: N815
    authorDisplayName: str = ""  # noqa: N815
    authorChannelUrl: str = ""  # noqa: N815
    authorChannelId: _Channel = _Channel()  # noqa: N815
    imageUrl: str = ""  # noqa: N815
    likeCount: int | None = None  # noqa: N815
    moderationStatus: str = ""  # noqa: N815
    publishedAt: datetime  # noqa: N815
    updatedAt: datetime | None = None  # noqa: N815

    @field_validator("publishedAt", "updatedAt", mode="before")
    @classmethod
    def _is_moment(cls, value: Any) -> datetime:
        found = moment(value)
        if found is None:
            raise ValueError("no time")
        return found

    @property
    def text(self) -> str:
        """As written where we may see that, else as shown in plain text."""
        return self.textOriginal or self.textDisplay


class Comment(_Part):
    """A top-level comment or a reply."""

    id: str = Field(min_length=1)
    snippet: CommentSnippet

    @property
    def digest(self) -> str:
        """Of everything a poll could find changed."""
        one = self.snippet
        return digest_of(
            self.id, one.text, str(one.updatedAt), one.moderationStatus, one.authorDisplayName
        )


class _ThreadSnippet(_Part):
    channelId: str = ""  # noqa: N815
    videoId: str = ""  # noqa: N815
    topLevelComment: Comment  # noqa: N815
    totalReplyCount: int = Field(default=0, ge=0)  # noqa: N815
    canReply: bool = True  # noqa: N815


class _Replies(_Part):
    comments: list[Any] = Field(default_factory=list)


class CommentThread(_Part):
    """A top-level comment with some of its replies."""

    id: str = Field(min_length=1)
    snippet: _ThreadSnippet
    replies: _Replies = _Replies()

    @property
    def top(self) -> Comment:
        """The comment that began it."""
        return self.snippet.topLevelComment

    @property
    def place(self) -> str:
        """The video, or the channel where it stands on the channel's own page."""
        return self.snippet.videoId or self.snippet.channelId

    @property
    def embedded(self) -> tuple[list[Comment], list[BadRow]]:
        """Replies that came with it."""
        return read_comments(self.replies.comments, f"youtube {self.place} thread {self.id}")


def read_threads(rows: Iterable[Any], place: str) -> tuple[list[Item], list[BadRow]]:
    """Threads out of an answer; what is none becomes a `BadRow`."""
    items: list[Item] = []
    bad: list[BadRow] = []
    for row in rows:
        try:
            thread = CommentThread.model_validate(row)
        except ValidationError as error:
            bad.append(_bad_row(row, f"youtube {place} thread", error))
            continue
        replies, spoilt = thread.embedded
        bad += spoilt
        items.append(_item(thread, replies))
    return items, bad


def read_comments(rows: Iterable[Any], place: str) -> tuple[list[Comment], list[BadRow]]:
    """Comments out of an answer; what is none becomes a `BadRow`."""
    comments: list[Comment] = []
    bad: list[BadRow] = []
    for row in rows:
        try:
            comments.append(Comment.model_validate(row))
        except ValidationError as error:
            bad.append(_bad_row(row, f"{place} comment", error))
    return comments, bad


def _item(thread: CommentThread, replies: list[Comment]) -> Item:
    shown = sorted(reply.digest for reply in replies)
    digest = digest_of(
        thread.top.digest, thread.snippet.totalReplyCount, thread.snippet.canReply, shown
    )
    return Item(thread.id, thread.top.snippet.publishedAt.timestamp(), digest, thread)


def mentions_of(
    thread: CommentThread, replies: Iterable[Comment], title: str, ours: Collection[str]
) -> list[CollectedMention]:
    """The whole thread, oldest first."""
    place = place_of(thread, title)
    cannot_answer = "" if thread.snippet.canReply else CLOSED
    top = mention_of(thread.top, place, thread.place, ours, cannot_answer)
    ordered = sorted(replies, key=lambda one: (one.snippet.publishedAt, one.id))
    under = [mention_of(one, place, thread.place, ours, cannot_answer) for one in ordered]
    return [top, *under]


def place_of(thread: CommentThread, title: str) -> CollectedThread:
    """The thread, titled by its video."""
    return CollectedThread(
        external_id=f"{thread.place}/{thread.id}",
        title=title or thread.place,
        url=permalink(thread.place, thread.id, is_video=bool(thread.snippet.videoId)),
        is_closed=not thread.snippet.canReply,
    )


def mention_of(
    comment: Comment, place: CollectedThread, video: str, ours: Collection[str], cannot_answer: str
) -> CollectedMention:
    """One comment of a thread."""
    one = comment.snippet
    text, notes = clean(one.text)
    author = one.authorChannelId.value
    is_ours = bool(author) and author in ours
    counts: Mapping[str, Any] = {"likes": one.likeCount} if one.likeCount else {}
    return CollectedMention(
        external_id=f"{video}/{comment.id}",
        thread=place,
        author=CollectedAuthor(
            external_id=f"channel/{author}" if author else f"{video}/anonymous/{comment.id}",
            name=clean_name(one.authorDisplayName),
            url=clean_name(one.authorChannelUrl),
            is_ours=is_ours,
        ),
        text=text,
        parent_external_id=place.external_id if one.parentId else None,
        published_at=one.publishedAt,
        edited_at=_edited(one),
        url=permalink(video, comment.id, is_video=place.url.startswith(WATCH)),
        media=(clean_name(one.imageUrl),) if one.imageUrl else (),
        is_hidden=one.moderationStatus in HELD,
        cannot_answer="" if is_ours else cannot_answer,
        original={**counts, **notes},
    )


def permalink(place: str, comment_id: str, *, is_video: bool) -> str:
    """Where a comment is shown first of all; that of a channel's own page has no such place."""
    return f"{WATCH}{place}&lc={comment_id}" if is_video else CHANNEL + place


def _edited(one: CommentSnippet) -> datetime | None:
    return one.updatedAt if one.updatedAt and one.updatedAt > one.publishedAt else None


def _bad_row(row: Any, place: str, error: ValidationError) -> BadRow:
    wrong = ", ".join(".".join(map(str, e["loc"])) or "item" for e in error.errors())
    known = clean_name(row.get("id")) if isinstance(row, dict) else "?"
    return BadRow(place=f"{place} {known}", reason=f"wrong {wrong}", raw=quote(row, 500))
