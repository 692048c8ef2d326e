"""A stand-in of Apple's feed of customer reviews.

Written from the documentation there is and from the feed as it is, no machine-readable
contract: one path, ten pages, `entry` missing, an object or a list.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from tests.rigs.base import ContractViolation, Request, Response, Rig

PATH = re.compile(r"/([a-z]{2})/rss/customerreviews/page=(\d+)/id=(\d+)/sortby=mostrecent/json")
CALIFORNIA = timezone(timedelta(hours=-7))
PAGES = 10


@dataclass
class _Review:
    text: str
    author: str
    rating: int
    updated: datetime
    title: str = ""


class AppStoreRig(Rig):
    """One app in one storefront; every other storefront's feed is empty."""

    name = "appstore"
    has_reply = False
    needs = ()

    def __init__(self) -> None:
        super().__init__()
        self.app_id = str(1_000_000_000 + secrets.randbelow(900_000_000))
        self.reviews: dict[str, _Review] = {}
        self.order: list[str] = []  # newest last
        self.is_empty = False
        self.opening: list[dict[str, Any]] = []  # entries before the reviews
        self._last = datetime(2000, 1, 1, tzinfo=UTC)

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
        number = str(14_000_000_001 + len(self.reviews))
        while number in self.reviews:
            number += "0"
        self.reviews[number] = _Review(text, author, rating or 5, self._moment(at))
        self.order.append(number)
        if at is not None:
            self.order.sort(key=lambda key: self.reviews[key].updated)
        return f"{self.app_id}/ru/{number}"

    def edit(self, external_id: str, text: str) -> None:
        number = external_id.rpartition("/")[2]
        review = self.reviews[number]
        review.text, review.updated = text, self._moment(None)
        self.order.remove(number)
        self.order.append(number)

    def delete(self, external_id: str) -> None:
        self.order.remove(external_id.rpartition("/")[2])

    def config(self) -> dict[str, Any]:
        return {"app_id": self.app_id, "countries": ["ru"]}

    def answer(self, request: Request) -> Response:
        match = PATH.fullmatch(request.path)
        if match is None or request.method != "GET" or request.raw_query:
            raise ContractViolation("the feed has no such address")
        page = int(match[2])
        if not 1 <= page <= PAGES:
            raise ContractViolation("the feed has ten pages")
        if match[3] != self.app_id:
            return Response({"errorMessage": "not found"}, 404)
        entries = [] if match[1] != "ru" or self.is_empty else self._entries(page)
        feed: dict[str, Any] = {
            "author": {"name": {"label": "iTunes Store"}},
            "updated": {"label": _time(datetime.now(UTC))},
            "title": {"label": "iTunes Store: Customer Reviews"},
        }
        if entries:
            feed["entry"] = entries if len(entries) > 1 else entries[0]
        return Response({"feed": feed}, content_type="text/javascript; charset=utf-8")

    def _entries(self, page: int) -> list[dict[str, Any]]:
        end = len(self.order) - (page - 1) * self.page_size
        shown = self.order[max(0, end - self.page_size) : max(0, end)]
        opening = self.opening if page == 1 else []
        return [*opening, *(self._entry(number) for number in reversed(shown))]

    def _entry(self, number: str) -> dict[str, Any]:
        review = self.reviews[number]
        return {
            "author": {
                "uri": {"label": f"https://itunes.apple.com/ru/reviews/id{number[-5:]}"},
                "name": {"label": review.author},
                "label": "",
            },
            "updated": {"label": _time(review.updated)},
            "im:rating": {"label": str(review.rating)},
            "im:version": {"label": "1.8.0"},
            "id": {"label": number},
            "title": {"label": review.title},
            "content": {"label": review.text, "attributes": {"type": "text"}},
            "im:voteSum": {"label": "0"},
            "im:contentType": {"attributes": {"term": "Application", "label": "Application"}},
            "im:voteCount": {"label": "0"},
        }

    def _moment(self, at: datetime | None) -> datetime:
        chosen = at or max(
            datetime.now(UTC).replace(microsecond=0), self._last + timedelta(seconds=1)
        )
        self._last = max(self._last, chosen)
        return chosen


def _time(at: datetime) -> str:
    return at.astimezone(CALIFORNIA).isoformat(timespec="seconds")
