"""Threads while they are being read, and their addresses."""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from collectors.reviews.found import Found

REPEATS_KEPT = 1_000  # pages of a thread among which a repeated one is noticed
IDS_KEPT = 2_000  # reviews of a thread that are counted for its completeness
TRACKING = re.compile(r"^(utm_\w+|gclid|yclid|fbclid|_openstat)$")


@dataclass
class Thread:
    """A thread while it is being read. `order`: of its start page. `is_whole`: up to now every
    page was read and none was left out; `declared`: the totals its pages tell."""

    url: str
    order: int
    title: str = ""
    open: int = 0
    pages: int = 0
    count: int = 0
    is_whole: bool = True
    is_sorted: bool = True
    oldest: datetime | None = None
    declared: set[int | None] = field(default_factory=set)
    keys: set[str] = field(default_factory=set)
    seen_pages: deque[str] = field(default_factory=lambda: deque(maxlen=REPEATS_KEPT))

    def note(self, reviews: list[Found]) -> None:
        """Keep identities (while they are few) and dates."""
        if len(self.keys) <= IDS_KEPT:
            self.keys.update(review.key for review in reviews)
        for review in reviews:
            self.note_date(review)

    def note_date(self, review: Found) -> None:
        """See whether reviews come newest first, as far as their dates tell."""
        at, oldest = review.at, self.oldest
        if at is None or (oldest and (at > oldest) and at.date() > oldest.date()):
            self.is_sorted = False
        if at is not None and (oldest is None or at < oldest):
            self.oldest = at


def thread_url(url: str) -> str:
    """The address of a thread: without fragment and marks of advertising."""
    parts = urlsplit(url)
    query = [(k, v) for k, v in parse_qsl(parts.query, True) if not TRACKING.match(k)]
    return urlunsplit(parts._replace(fragment="", query=urlencode(query)))


def with_token(url: str, token: tuple[str, str] | None) -> str:
    """The address with the token as a query parameter."""
    if token is None:
        return url
    return f"{url}{'&' if '?' in url else '?'}{urlencode([token])}"
