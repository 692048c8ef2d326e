"""A site with a feed of comments, as RSS 2.0; written from the specification, no contract at hand.

It keeps to what the specification asks of a feed (title, link and description of the channel,
title or description of an item, dates by RFC 822) and of HTTP (ETag, 304), and asks of a caller
what a caller of feeds should do: GET, an Accept that names feeds, conditions as they were given.
"""

from __future__ import annotations

import hashlib
import html
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

from tests.rigs.base import ContractViolation, Request, Response, Rig

HOST = "news.example"
PAGE = f"https://{HOST}/otkrylsya-punkt/"
PATH = "/otkrylsya-punkt/feed/"
RSS = "application/rss+xml; charset=utf-8"
NAMESPACES = (
    'xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:content="http://purl.org/rss/1.0/modules/content/"'
)


@dataclass
class Comment:
    """One comment; `text` is what its author typed."""

    number: int
    text: str
    author: str
    at: datetime
    media: tuple[str, ...] = ()

    @property
    def guid(self) -> str:
        """As WordPress makes it."""
        return f"{PAGE}#comment-{self.number}"


class RssRig(Rig):
    """The stand-in.

    Attributes:
        holds: entries the feed shows; older ones roll off.
        pages: other answers by path: body and content type.
    """

    name = "rss"
    can_delete = False
    has_reply = False
    needs = ()

    def __init__(self) -> None:
        super().__init__()
        self.comments: dict[str, Comment] = {}
        self.holds = 5_000
        self.pages: dict[str, tuple[bytes, str]] = {}
        self._latest = datetime.now(UTC) - timedelta(days=2)
        self._rendered: bytes | None = None

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
        """A comment under the article."""
        with self.lock:
            floor = self._latest + timedelta(seconds=1)
            self._latest = at or max(floor, datetime.now(UTC) - timedelta(seconds=1))
            comment = Comment(len(self.comments) + 1, text, author, self._latest, media)
            external_id = f"{HOST}/{comment.guid}"
            self.comments[external_id] = comment
            self._rendered = None
            return external_id

    def edit(self, external_id: str, text: str) -> None:
        """A moderator changes it."""
        with self.lock:
            self.comments[external_id].text = text
            self._rendered = None

    def config(self) -> dict[str, Any]:
        """One feed."""
        return {"feeds": [f"https://{HOST}{PATH}"]}

    def answer(self, request: Request) -> Response:
        """The feed, or that it has not changed."""
        _check(request)
        if request.path in self.pages:
            body, content_type = self.pages[request.path]
            return Response(body, content_type=content_type)
        if request.path != PATH:
            return Response(b"<h1>404</h1>", 404, content_type="text/html")
        if self._rendered is None:
            newest = list(self.comments.values())[::-1][: self.holds]
            self._rendered = rendered(newest)
            check_feed(self._rendered)
        etag = f'"{hashlib.sha256(self._rendered).hexdigest()[:20]}"'
        if request.headers.get("if-none-match") == etag:
            return Response(b"", 304, {"ETag": etag})
        return Response(self._rendered, headers={"ETag": etag}, content_type=RSS)


def rendered(comments: Iterable[Comment]) -> bytes:
    """The feed of these comments."""
    channel = f"<title>Комментарии: Открылся пункт</title><link>{PAGE}</link>"
    channel += "<description>Свежие комментарии</description>"
    items = "".join(_item(comment) for comment in comments)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" {NAMESPACES}>'
        f"<channel>{channel}{items}</channel></rss>"
    ).encode()


def _item(comment: Comment) -> str:
    """What the author typed stands as HTML inside XML: escaped twice."""
    spoken = escape(f"<p>{html.escape(comment.text)}</p>")
    attached = "".join(
        f'<enclosure url="{escape(url)}" length="1" type="image/jpeg"/>' for url in comment.media
    )
    return (
        f"<item><title>От: {escape(comment.author)}</title><link>{comment.guid}</link>"
        f"<dc:creator>{escape(comment.author)}</dc:creator>"
        f"<pubDate>{format_datetime(comment.at)}</pubDate>"
        f'<guid isPermaLink="false">{comment.guid}</guid>'
        f"<description>{spoken}</description>{attached}</item>"
    )


def check_feed(body: bytes) -> None:
    """Whether a feed is what RSS 2.0 asks for.

    Raises:
        ContractViolation: something required is missing, a date is none.
    """
    root = ET.fromstring(body)  # noqa: S314 — our own
    channel = root.find("channel")
    if root.tag != "rss" or root.get("version") != "2.0" or channel is None:
        raise ContractViolation("no RSS 2.0 with a channel")
    if missing := [tag for tag in ("title", "link", "description") if not channel.findtext(tag)]:
        raise ContractViolation(f"the channel lacks {missing}")
    for item in channel.iter("item"):
        if not (item.findtext("title") or item.findtext("description")):
            raise ContractViolation("an item has neither title nor description")
        parsedate_to_datetime(item.findtext("pubDate") or "")


def _check(request: Request) -> None:
    if request.method != "GET" or request.body:
        raise ContractViolation("feeds are read by GET without a body")
    if "application/rss+xml" not in request.headers.get("accept", ""):
        raise ContractViolation("the Accept header names no feed")
    if not request.headers.get("user-agent", "").startswith("Otklik/"):
        raise ContractViolation("the caller does not say who it is")
    condition = request.headers.get("if-none-match", '""')
    if not condition.removeprefix("W/").startswith('"'):
        raise ContractViolation(f"If-None-Match is no entity tag: {condition}")
