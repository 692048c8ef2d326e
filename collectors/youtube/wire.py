"""Comments as YouTube's Data API writes them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
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


class Person(_Part):
    """What a channel tells of who writes under its name."""

    followers: int | None = None
    registered_at: datetime | None = None


class _ChannelSnippet(_Part):
    publishedAt: Any = None  # noqa: N815


class _ChannelStatistics(_Part):
    subscriberCount: int | None = None  # noqa: N815
    hiddenSubscriberCount: bool = False  # noqa: N815


class _ChannelRow(_Part):
    id: str
    snippet: _ChannelSnippet = _ChannelSnippet()
    statistics: _ChannelStatistics = _ChannelStatistics()


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


def read_people(rows: Iterable[Any]) -> dict[str, Person]:
    """Followers and age of channels; one that makes no sense tells nothing."""
    found: dict[str, Person] = {}
    for row in rows:
        try:
            channel = _ChannelRow.model_validate(row)
        except ValidationError:
            continue
        counts = channel.statistics
        followers = None if counts.hiddenSubscriberCount else counts.subscriberCount
        found[channel.id] = Person(
            followers=followers, registered_at=moment(channel.snippet.publishedAt)
        )
    return found


def authors_of(comments: Iterable[Comment]) -> list[str]:
    """Channels of whoever wrote them, each once."""
    found = (comment.snippet.authorChannelId.value for comment in comments)
    return list(dict.fromkeys(one for one in found if one))


def _item(thread: CommentThread, replies: list[Comment]) -> Item:
    shown = sorted(reply.digest for reply in replies)
    digest = digest_of(
        thread.top.digest, thread.snippet.totalReplyCount, thread.snippet.canReply, shown
    )
    return Item(thread.id, thread.top.snippet.publishedAt.timestamp(), digest, thread)


@dataclass(frozen=True)
class Around:
    """What is known beside the thread itself: its video's title, our channels, the authors."""

    title: str = ""
    ours: Collection[str] = ()
    people: Mapping[str, Person] = field(default_factory=dict)


def mentions_of(
    thread: CommentThread, replies: Iterable[Comment], around: Around
) -> list[CollectedMention]:
    """The whole thread, oldest first."""
    ordered = sorted(replies, key=lambda one: (one.snippet.publishedAt, one.id))
    return [_mention(one, thread, around) for one in (thread.top, *ordered)]


def place_of(thread: CommentThread, title: str) -> CollectedThread:
    """The thread, titled by its video."""
    return CollectedThread(
        external_id=f"{thread.place}/{thread.id}",
        title=title or thread.place,
        url=permalink(thread.place, thread.id, is_video=bool(thread.snippet.videoId)),
        is_closed=not thread.snippet.canReply,
    )


def _mention(comment: Comment, thread: CommentThread, around: Around) -> CollectedMention:
    one, place = comment.snippet, place_of(thread, around.title)
    text, notes = clean(one.text)
    author = _author(comment, thread.place, around)
    counts: Mapping[str, Any] = {"likes": one.likeCount} if one.likeCount else {}
    can_answer = thread.snippet.canReply or author.is_ours
    return CollectedMention(
        external_id=f"{thread.place}/{comment.id}",
        thread=place,
        author=author,
        text=text,
        parent_external_id=place.external_id if one.parentId else None,
        published_at=one.publishedAt,
        edited_at=_edited(one),
        url=permalink(thread.place, comment.id, is_video=bool(thread.snippet.videoId)),
        media=(clean_name(one.imageUrl),) if one.imageUrl else (),
        is_hidden=one.moderationStatus in HELD,
        cannot_answer="" if can_answer else CLOSED,
        original={**counts, **notes},
    )


def _author(comment: Comment, place: str, around: Around) -> CollectedAuthor:
    one = comment.snippet
    channel = one.authorChannelId.value
    person = around.people.get(channel, Person())
    return CollectedAuthor(
        external_id=f"channel/{channel}" if channel else f"{place}/anonymous/{comment.id}",
        name=clean_name(one.authorDisplayName),
        url=clean_name(one.authorChannelUrl),
        followers=person.followers,
        registered_at=person.registered_at,
        is_ours=bool(channel) and channel in around.ours,
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
