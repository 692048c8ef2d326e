"""A stand-in of YouTube's Data API, checked against its discovery document."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.contracts.discovery import Call, discovery
from tests.rigs.base import ContractViolation, Request, Response
from tests.rigs.google import GoogleRig, Refusal

CHANNEL = "UCromashkaromashkaromas"
EMBEDDED = 2
FILTERS = ("allThreadsRelatedToChannelId", "channelId", "id", "videoId")
PARTS = {"snippet", "replies", "id", "statistics"}


@dataclass
class _Comment:
    id: str
    text: str
    author: str
    channel: str
    at: datetime
    video: str
    parent: str = ""
    media: tuple[str, ...] = ()
    status: str = "published"
    updated: datetime | None = None
    replies: list[str] = field(default_factory=list)


class YouTubeRig(GoogleRig):
    """One channel with one video. The token of a page is the number of entries before it."""

    name = "youtube"
    scope = "https://www.googleapis.com/auth/youtube.force-ssl"
    posting = ("POST", "/youtube/v3/comments")

    def __init__(self) -> None:
        super().__init__()
        self.api_token = "AIza" + self.refresh_token
        self.video = "vidRomashka"
        self.comments: dict[str, _Comment] = {}
        self.order: list[str] = []  # threads, newest last
        self.closed_videos: set[str] = set()
        self.can_reply = True
        self.spent = 0

    def write(
        self,
        text: str,
        *,
        author: str = "Гость",
        at: datetime | None = None,
        parent: str | None = None,
        rating: int | None = None,
        media: tuple[str, ...] = (),
    ) -> str:
        made = self._add(text, author, f"UC{abs(hash(author)):022d}"[:24], at, parent or "")
        made.media = media
        return f"{self.video}/{made.id}"

    def write_as_owner(self, text: str, parent: str) -> str:
        """The channel's owner answers in the app."""
        made = self._add(text, "Ромашка", CHANNEL, None, parent)
        return f"{self.video}/{made.id}"

    def edit(self, external_id: str, text: str) -> None:
        comment = self.comments[external_id.rpartition("/")[2]]
        comment.text, comment.updated = text, self.moment(None)

    def delete(self, external_id: str) -> None:
        self._remove(external_id.rpartition("/")[2])

    def replies(self) -> list[str]:
        ours = [one for one in self.comments.values() if one.channel == CHANNEL]
        return [one.text for one in sorted(ours, key=lambda one: one.at)]

    def status_of(self, external_id: str) -> str:
        """Where a comment stands in moderation."""
        return self.comments[external_id.rpartition("/")[2]].status

    def config(self) -> dict[str, Any]:
        return {"channel_id": CHANNEL, "daily_units": 100_000_000, **self.consent()}

    def check_sign(self, request: Request) -> None:
        if "key" in request.query or "access_token" in request.query:
            raise ContractViolation("a secret stands in the address")
        key = request.headers.get("x-goog-api-key")
        if key is None:
            super().check_sign(request)
        elif key != self.api_token:
            told = "API key not valid. Please pass a valid API key."
            raise Refusal(400, "badRequest", told, "API_KEY_INVALID")
        elif request.method != "GET" or "mine" in request.query:
            raise Refusal(401, "required", "Login Required")

    def call(self, request: Request) -> Response:
        contract = discovery("youtube.v3")
        call = contract.match(request)
        if set(call.query.get("part", ["snippet"])) - PARTS:
            raise ContractViolation("a part that is not played here")
        answers: dict[str, tuple[int, Callable[[Call], Any]]] = {
            "youtube.commentThreads.list": (1, self._list_threads),
            "youtube.comments.list": (1, self._list_comments),
            "youtube.videos.list": (1, self._list_videos),
            "youtube.channels.list": (1, self._list_channels),
            "youtube.comments.insert": (50, self._insert),
            "youtube.comments.update": (50, self._update),
            "youtube.comments.delete": (50, self._delete),
            "youtube.comments.setModerationStatus": (50, self._set_status),
        }
        if call.method not in answers:
            raise ContractViolation(f"{call.method} is not played here")
        cost, answer = answers[call.method]
        self.spent += cost
        body = contract.check_answer(call.method, answer(call))
        return Response(b"", 204) if body is None else Response(body)

    def _list_threads(self, call: Call) -> Any:
        given = [name for name in FILTERS if name in call.query]
        if len(given) != 1:
            raise ContractViolation(f"one filter is asked for, not {given}")
        if given == ["id"]:
            shown = [one for one in call.query["id"] if one in self.order]
            return {"kind": "youtube#commentThreadListResponse", "items": self._threads(shown)}
        if call.query.get("videoId", self.video) in self.closed_videos:
            raise Refusal(403, "commentsDisabled", "The video has disabled comments.")
        if call.query.get("videoId", self.video) != self.video:
            raise Refusal(404, "videoNotFound")
        if call.query.get("order") != "time":
            raise ContractViolation("only order=time is newest first")
        status = call.query.get("moderationStatus", "published")
        order = self.order
        if status != "published" or any(c.status != "published" for c in self.comments.values()):
            order = [one for one in order if self.comments[one].status == status]
        return self._paged(call, order, "commentThread", self._threads)

    def _list_comments(self, call: Call) -> Any:
        if ("id" in call.query) == ("parentId" in call.query):
            raise ContractViolation("id or parentId")
        if "id" in call.query:
            if len(call.query["id"]) > 50:
                raise ContractViolation("fifty ids at most")
            known = [one for one in call.query["id"] if one in self.comments]
            rows = [self._shown(self.comments[one], is_by_id=True) for one in known]
            return {"kind": "youtube#commentListResponse", "items": rows}
        parent = self._known(call.query["parentId"], "commentNotFound")
        return self._paged(
            call,
            parent.replies,
            "comment",
            lambda ids: [self._shown(self.comments[one]) for one in ids],
        )

    def _paged(
        self, call: Call, order: list[str], kind: str, show: Callable[[list[str]], list[Any]]
    ) -> Any:
        token = call.query.get("pageToken", "p0")
        if not token.startswith("p"):
            raise Refusal(400, "invalidPageToken")
        start = int(token[1:])
        size = min(self.page_size, call.query.get("maxResults", 20))
        end = len(order) - start
        body: dict[str, Any] = {
            "kind": f"youtube#{kind}ListResponse",
            "items": show(order[max(0, end - size) : max(0, end)][::-1]),
            "pageInfo": {"totalResults": len(order), "resultsPerPage": size},
        }
        if end - size > 0:
            body["nextPageToken"] = f"p{start + size}"
        return body

    def _list_videos(self, call: Call) -> Any:
        rows = [
            {"kind": "youtube#video", "id": one, "snippet": {"title": "Обзор чайника"}}
            for one in call.query.get("id", [])
            if one == self.video
        ]
        return {"kind": "youtube#videoListResponse", "items": rows}

    def _list_channels(self, call: Call) -> Any:
        if "id" in call.query:
            rows = [_channel(one) for one in call.query["id"]]
            return {"kind": "youtube#channelListResponse", "items": rows}
        if not call.query.get("mine"):
            raise ContractViolation("channels are asked for by id, or our own")
        row = {"kind": "youtube#channel", "id": CHANNEL, "snippet": {"title": "Ромашка"}}
        return {"kind": "youtube#channelListResponse", "items": [row]}

    def _insert(self, call: Call) -> Any:
        snippet = call.body.get("snippet", {})
        text, parent = snippet.get("textOriginal", ""), snippet.get("parentId", "")
        if not text or len(text) > 10_000:
            raise Refusal(400, "commentTextTooLong")
        if self._known(parent, "parentCommentNotFound").parent:
            raise Refusal(400, "invalidCommentMetadata", "a reply has no replies")
        if not self.can_reply:
            raise Refusal(403, "forbidden", "The comment cannot be answered")
        return self._shown(self._add(text, "Ромашка", CHANNEL, None, parent))

    def _update(self, call: Call) -> Any:
        comment = self._known(call.body.get("id", ""), "commentNotFound")
        if comment.channel != CHANNEL:
            raise Refusal(403, "forbidden")
        comment.text = call.body["snippet"]["textOriginal"]
        comment.updated = self.moment(None)
        return self._shown(comment)

    def _delete(self, call: Call) -> None:
        comment = self._known(call.query["id"], "commentNotFound")
        if comment.channel != CHANNEL:
            raise Refusal(403, "forbidden")
        self._remove(comment.id)

    def _set_status(self, call: Call) -> None:
        if call.query["moderationStatus"] == "likelySpam":
            raise Refusal(400, "invalidValue")
        if call.query.get("banAuthor") and call.query["moderationStatus"] != "rejected":
            raise Refusal(400, "banWithoutReject")
        for one in call.query["id"]:
            self._known(one, "commentNotFound").status = call.query["moderationStatus"]

    def _known(self, comment_id: str, reason: str) -> _Comment:
        if comment_id not in self.comments:
            raise Refusal(404, reason)
        return self.comments[comment_id]

    def _add(
        self, text: str, author: str, channel: str, at: datetime | None, parent: str
    ) -> _Comment:
        above = self.comments[parent.rpartition("/")[2]] if parent else None
        number = f"Ug{len(self.comments) + 1:05d}{self.client_token[:12]}"
        if above is not None:
            above = self.comments[above.parent] if above.parent else above
            number = f"{above.id}.{number}"
        while number in self.comments:
            number += "x"
        made = _Comment(number, text, author, channel, self.moment(at), self.video)
        self.comments[number] = made
        if above is not None:
            made.parent = above.id
            above.replies.append(number)
            return made
        self.order.append(number)
        if at is not None:
            self.order.sort(key=lambda key: self.comments[key].at)
        return made

    def _remove(self, number: str) -> None:
        comment = self.comments.pop(number)
        if comment.parent:
            self.comments[comment.parent].replies.remove(number)
            return
        self.order.remove(number)
        for reply in comment.replies:
            del self.comments[reply]

    def _threads(self, ids: list[str]) -> list[dict[str, Any]]:
        return [self._thread_of(self.comments[one]) for one in ids]

    def _thread_of(self, top: _Comment) -> dict[str, Any]:
        newest = [self._shown(self.comments[one]) for one in top.replies[-EMBEDDED:]]
        thread: dict[str, Any] = {
            "kind": "youtube#commentThread",
            "id": top.id,
            "snippet": {
                "channelId": CHANNEL,
                "videoId": top.video,
                "topLevelComment": self._shown(top),
                "canReply": self.can_reply,
                "totalReplyCount": len(top.replies),
                "isPublic": True,
            },
        }
        if newest:
            thread["replies"] = {"comments": newest}
        return thread

    def _shown(self, comment: _Comment, *, is_by_id: bool = False) -> dict[str, Any]:
        snippet: dict[str, Any] = {
            "channelId": CHANNEL,
            "videoId": comment.video,
            "textDisplay": comment.text,
            "authorDisplayName": comment.author,
            "authorChannelUrl": f"http://www.youtube.com/channel/{comment.channel}",
            "authorChannelId": {"value": comment.channel},
            "likeCount": 2,
            "canRate": True,
            "viewerRating": "none",
            "publishedAt": _time(comment.at),
            "updatedAt": _time(comment.updated or comment.at),
        }
        if comment.parent:
            snippet["parentId"] = comment.parent
        if comment.media:
            snippet["imageUrl"] = comment.media[0]
        if comment.status != "published" and not is_by_id:
            snippet["moderationStatus"] = comment.status
        return {"kind": "youtube#comment", "id": comment.id, "snippet": snippet}


def _channel(channel_id: str) -> dict[str, Any]:
    return {
        "kind": "youtube#channel",
        "id": channel_id,
        "snippet": {"title": "Гость", "publishedAt": "2019-05-04T12:00:00.5Z"},
        "statistics": {"subscriberCount": "42", "hiddenSubscriberCount": False},
    }


def _time(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"
