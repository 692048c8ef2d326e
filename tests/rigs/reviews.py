"""A shop whose product page carries its reviews as JSON-LD.

Written from schema.org and robots.txt (RFC 9309), as there is no machine-readable contract of
"a site": requests must be plain GETs of known paths, by the house's own user agent, without
cookies, and never of what robots.txt forbids. Pages are checked to be what schema.org asks
of a Product with reviews.
"""

from __future__ import annotations

import html
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.rigs.base import ContractViolation, Request, Response, Rig

HOST = "shop.example"
PRODUCT = "/product/kettle"
ROBOTS = "User-agent: *\nDisallow: /cart\nSitemap: {url}/sitemap.xml\n"


@dataclass
class Review:
    """One review of the shop."""

    number: int
    text: str
    author: str
    at: datetime
    rating: int | None
    media: tuple[str, ...]


class ReviewsRig(Rig):
    """One product with paged reviews, newest first."""

    name = "reviews"
    has_reply = False
    needs = ()

    def __init__(self) -> None:
        super().__init__()
        self.reviews: list[Review] = []
        self._number = 0
        self._newest = datetime(2020, 1, 1, tzinfo=UTC)
        self._ordered: list[Review] | None = None  # newest first, made when it is asked for

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
        """A visitor writes; `parent` is ignored, as reviews have no threads."""
        with self.lock:
            now = datetime.now(UTC).replace(microsecond=0)
            self._number += 1
            when = at or max(now, self._newest + timedelta(seconds=1))
            self._newest, self._ordered = max(when, self._newest), None
            self.reviews.append(Review(self._number, text, author, when, rating or 5, media))
            return self._id(self._number)

    def edit(self, external_id: str, text: str) -> None:
        """The author changes it."""
        self._find(external_id).text = text

    def delete(self, external_id: str) -> None:
        """It vanishes."""
        with self.lock:
            self.reviews.remove(self._find(external_id))
            self._ordered = None

    def config(self) -> dict[str, Any]:
        """One start page; ids under a name of their own, so that a proxy changes none."""
        return {"start_urls": [PRODUCT], "host": HOST}

    def answer(self, request: Request) -> Response:
        """robots.txt, the sitemap, or the product's page."""
        self._check(request)
        if request.path == "/robots.txt":
            return Response(ROBOTS.format(url=self.url).encode(), content_type="text/plain")
        if request.path == "/sitemap.xml":
            return Response(self._sitemap().encode(), content_type="application/xml")
        if request.path == PRODUCT:
            page = int(request.query.get("page", "1"))
            return Response(self._page(page).encode(), content_type="text/html; charset=utf-8")
        return Response(b"<h1>404</h1>", 404, content_type="text/html")

    def _check(self, request: Request) -> None:
        if request.method != "GET" or request.body:
            raise ContractViolation(f"{request.method} on a page to read")
        if request.path.startswith("/cart"):
            raise ContractViolation("robots.txt forbids this")
        if "Otklik" not in request.headers.get("user-agent", ""):
            raise ContractViolation("an unnamed reader")
        if "cookie" in request.headers:
            raise ContractViolation("cookies were never given")
        if set(request.query) - {"page"}:
            raise ContractViolation(f"unknown parameters {sorted(request.query)}")

    def _sitemap(self) -> str:
        return (
            '<?xml version="1.0" encoding="UTF-8"?>'
            '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
            f"<url><loc>{self.url}{PRODUCT}</loc></url></urlset>"
        )

    def _page(self, number: int) -> str:
        if self._ordered is None:
            self._ordered = sorted(self.reviews, key=lambda r: (r.at, r.number), reverse=True)
        ordered = self._ordered
        begin = (number - 1) * self.page_size
        shown = ordered[begin : begin + self.page_size]
        product = {
            "@context": "https://schema.org",
            "@type": "Product",
            "name": "Чайник «Ромашка»",
            "aggregateRating": {
                "@type": "AggregateRating",
                "ratingValue": 4.2,
                "reviewCount": len(ordered),
            },
            "review": [self._node(review) for review in shown],
        }
        block = json.dumps(product, ensure_ascii=False).replace("</", "<\\/")
        has_more = begin + self.page_size < len(ordered)
        more = f'<a rel="next" href="?page={number + 1}">Дальше</a>' if has_more else ""
        words = "".join(f"<p>{html.escape(review.text)}</p>" for review in shown)
        return (
            "<!doctype html><html lang=ru><head><title>Чайник</title>"
            f'<script type="application/ld+json">{block}</script></head>'
            f"<body><h1>Чайник</h1>{words}{more}</body></html>"
        )

    @staticmethod
    def _node(review: Review) -> dict[str, Any]:
        node: dict[str, Any] = {
            "@type": "Review",
            "@id": f"#review-{review.number}",
            "author": {"@type": "Person", "name": review.author},
            "datePublished": review.at.isoformat(),
            "reviewBody": review.text,
            "reviewRating": {"@type": "Rating", "ratingValue": review.rating, "bestRating": 5},
        }
        return {**node, "image": list(review.media)} if review.media else node

    def _find(self, external_id: str) -> Review:
        return next(review for review in self.reviews if self._id(review.number) == external_id)

    @staticmethod
    def _id(number: int) -> str:
        return f"{HOST}{PRODUCT}#review-{number}"
