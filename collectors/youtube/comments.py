"""Calls of YouTube's Data API, each one asked for once and checked."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Any

from collectors._google import GoogleApi
from collectors._newest import Batch
from collectors._text import clean_name
from collectors.youtube.wire import (
    Comment,
    CommentThread,
    Person,
    read_comments,
    read_people,
    read_threads,
)
from otklik.errors import Gone, OutcomeUnknown, Rejected, Transient

THREADS = 100
REPLIES = 100
IDS = 30  # of a comment's length; longer addresses are not taken
REPLY_PAGES = 20
KEPT = 5_000
PARTS = "snippet,replies"
REFUSALS = ("commentsDisabled", "forbidden", "ineligibleAccount")  # of one comment, not of us


class Comments:
    """Comments that one account may see.

    Args:
        api: of the source.
    """

    def __init__(self, api: GoogleApi) -> None:
        self._api = api
        self._titles: dict[str, str] = {}
        self._people: dict[str, Person] = {}

    def page(self, place: dict[str, str], token: str, size: int = THREADS) -> Batch:
        """One page of comment threads, newest first.

        Args:
            place: the filter that names a channel or a video, with a moderation status.

        Raises:
            Gone: the video does not exist, or its comments are switched off.
        """
        asked: dict[str, Any] = {**place, "maxResults": size, "order": "time"}
        if token:
            asked["pageToken"] = token
        request = self._service.commentThreads().list(part=PARTS, textFormat="plainText", **asked)
        data = self._api.read(request, {"commentsDisabled": Gone})
        where = place.get("videoId") or place.get("allThreadsRelatedToChannelId", "")
        items, bad = read_threads(self._rows(data), where)
        return Batch(tuple(items), tuple(bad), str(data.get("nextPageToken") or ""))

    def thread(self, thread_id: str) -> CommentThread:
        """A thread as it stands now.

        Raises:
            Gone: its top-level comment no longer exists.
        """
        request = self._service.commentThreads().list(
            part=PARTS, textFormat="plainText", id=thread_id
        )
        items, bad = read_threads(self._rows(self._api.read(request)), thread_id)
        if bad:
            raise self._api.error(Transient, f"thread {thread_id}: {bad[0].reason}")
        if not items:
            raise self._api.error(Gone, f"thread {thread_id} no longer exists")
        found: CommentThread = items[0].content
        return found

    def replies(self, thread: CommentThread) -> list[Comment]:
        """All replies of a thread: those that came with it, where that is all of them.

        Raises:
            Transient: they could not be read to the end.
        """
        shown, bad = thread.embedded
        if thread.snippet.totalReplyCount <= len(shown) + len(bad):
            return shown
        found: dict[str, Comment] = {}
        token = ""
        for _ in range(REPLY_PAGES):
            asked = {"pageToken": token} if token else {}
            request = self._service.comments().list(
                part="snippet",
                parentId=thread.id,
                maxResults=REPLIES,
                textFormat="plainText",
                **asked,
            )
            data = self._api.read(request)
            comments, _ = read_comments(self._rows(data), f"youtube {thread.place}")
            found |= {comment.id: comment for comment in comments}
            token = str(data.get("nextPageToken") or "")
            if not token:
                return list(found.values())
        raise self._api.error(Transient, f"the replies of {thread.id} have no end")

    def find(self, comment_ids: Iterable[str]) -> dict[str, Comment]:
        """Those of the comments that still exist, thirty a call."""
        wanted = list(dict.fromkeys(comment_ids))
        found: dict[str, Comment] = {}
        for start in range(0, len(wanted), IDS):
            request = self._service.comments().list(
                part="snippet", textFormat="plainText", id=",".join(wanted[start : start + IDS])
            )
            rows = self._rows(self._api.read(request))
            comments, bad = read_comments(rows, "youtube")
            if bad:
                raise self._api.error(Transient, bad[0].reason)
            found |= {comment.id: comment for comment in comments}
        return found

    def titles(self, video_ids: Iterable[str]) -> dict[str, str]:
        """Titles of videos, fifty a call; each is asked for once."""
        wanted = [one for one in dict.fromkeys(video_ids) if one and one not in self._titles]
        for start in range(0, len(wanted), 50):
            some = wanted[start : start + 50]
            request = self._service.videos().list(part="snippet", id=",".join(some))
            rows = self._rows(self._api.read(request))
            self._titles |= dict(_titled(row) for row in rows if isinstance(row, dict))
            self._titles |= {one: self._titles.get(one, "") for one in some}
        return {"": "", **self._titles}

    def people(self, channel_ids: Iterable[str]) -> dict[str, Person]:
        """Followers and age of channels, fifty a call; each is asked for once."""
        wanted = [one for one in dict.fromkeys(channel_ids) if one not in self._people]
        for start in range(0, len(wanted), 50):
            some = wanted[start : start + 50]
            request = self._service.channels().list(
                part="snippet,statistics", id=",".join(some), maxResults=50
            )
            found = read_people(self._rows(self._api.read(request)))
            self._people |= {one: found.get(one, Person()) for one in some}
        return self._people

    def own_channel(self) -> tuple[str, str]:
        """Id and title of the channel that consented; empty when it has none."""
        request = self._service.channels().list(part="snippet", mine=True)
        rows = [row for row in self._rows(self._api.read(request)) if isinstance(row, dict)]
        return _titled(rows[0]) if rows else ("", "")

    def forget(self) -> None:
        """Drop what is known of many videos and authors: a long reading needs it no more."""
        if len(self._people) + len(self._titles) > KEPT:
            self._people, self._titles = {}, {}

    def insert(self, top_id: str, text: str) -> Comment:
        """Reply under a top-level comment, once."""
        body = {"snippet": {"parentId": top_id, "textOriginal": text}}
        request = self._service.comments().insert(part="snippet", body=body)
        data = self._api.post_once(request, dict.fromkeys(REFUSALS, Rejected))
        comments, _ = read_comments([data], "youtube")
        if not comments:
            raise self._api.error(OutcomeUnknown, "sent, the answer names no comment")
        return comments[0]

    def update(self, comment_id: str, text: str) -> None:
        """Change our own comment."""
        body = {"id": comment_id, "snippet": {"textOriginal": text}}
        self._api.change(self._service.comments().update(part="snippet", body=body))

    def delete(self, comment_id: str) -> None:
        """Delete our own comment; one already gone is no error."""
        try:
            self._api.change(self._service.comments().delete(id=comment_id))
        except Gone:
            return

    def set_status(self, comment_id: str, status: str) -> None:
        """Hold a comment for review, or publish it."""
        request = self._service.comments().setModerationStatus(
            id=comment_id, moderationStatus=status
        )
        self._api.change(request)

    @cached_property
    def _service(self) -> Any:
        return self._api.service("youtube", "v3")

    def _rows(self, data: dict[str, Any]) -> list[Any]:
        rows = data.get("items", [])
        if not isinstance(rows, list):
            raise self._api.error(Transient, "no list in the answer")
        return rows


def _titled(row: dict[str, Any]) -> tuple[str, str]:
    """Id and title of a video or a channel."""
    snippet = row.get("snippet")
    title = snippet.get("title") if isinstance(snippet, dict) else ""
    return str(row.get("id") or ""), clean_name(title)
