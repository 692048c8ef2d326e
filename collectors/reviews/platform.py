"""The `Reviews` platform: polls, checks, and what to make of a crawl's events."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar
from urllib.parse import urlsplit

from collectors._scrapy import Crawl, CrawlFailed, Event
from collectors.reviews.memory import Memory
from collectors.reviews.mentions import Mentions
from collectors.reviews.reading import Reading
from collectors.reviews.settings import ReviewsSettings
from otklik.errors import Transient
from otklik.platforms import Cursor, Meter, Page, Platform, SourceCheck

SPIDER = "collectors.reviews.spider:ReviewSpider"
CHECK_SECONDS = 60.0


class Reviews(Platform[ReviewsSettings]):
    """One site with reviews.

    Limits: no site states any; one call at a time to a host, a second between two at least
    (`min_interval`), more where the site is slow (AutoThrottle), and what its robots.txt says.
    """

    name = "reviews"
    title = "Сайты с отзывами"
    min_interval: ClassVar[float] = 1.0
    settings_type = ReviewsSettings
    rights = ("none: pages are read as any visitor reads them, where robots.txt lets us",)
    token_steps = (
        "Nothing is needed for sites with schema.org markup, Otzovik, iRecommend, Django-Oscar.",
        "2GIS: ask for a key of its reviews API in the account at dev.2gis.com, put it into an "
        'environment variable and write api_token = "env:NAME".',
    )
    cost = "free; a key of 2GIS is given by agreement"
    cannot = (
        "answer, hide, report: these sites have no such API; a person answers on the site",
        "see a deletion where a site marks up only its newest reviews, as most do",
        "read pages that build their reviews by script, and pages behind a captcha or a login",
        "keep the identity of a review without an id whose beginning is edited",
        "see an edit of Otzovik and iRecommend sooner than in a week",
    )

    def __init__(
        self, settings: ReviewsSettings, *, source: str = "", meter: Meter | None = None
    ) -> None:
        super().__init__(settings, source=source, meter=meter)
        home = urlsplit(settings.base_url).netloc.lower()
        self._mentions = Mentions(settings.host, home, settings.own_names)
        self._crawl: Crawl | None = None

    def collect(self, cursor: Cursor) -> Iterator[Page]:
        """One page for every site page with something new, and one for what vanished.

        A poll reads `max_pages` at most; the cursor keeps where the next one goes on, and of
        every review a mark, by which only new and edited ones are handed over.
        """
        memory = Memory(cursor, self.start_of(cursor), self.settings.recheck_days)
        reading = Reading(memory, self._mentions, self.source)
        for event in self._events(memory):
            yield from reading.take(event)
        yield from reading.finish(cursor)

    def check(self) -> SourceCheck:
        """Read the first page and say how many reviews it shows, and by which markup."""
        memory = Memory({}, self.start_of({}), self.settings.recheck_days)
        reading = Reading(memory, self._mentions, self.source)
        for event in self._events(memory, is_check=True):
            for _ in reading.take(event):
                continue
            if event["kind"] == "page":
                return _checked(event)
        for _ in reading.finish({}):
            continue
        return SourceCheck(ok=False, message="no page was read", missing=tuple(reading.warnings))

    def close(self) -> None:
        """End the crawl, if one is running."""
        if self._crawl is not None:
            self._crawl.close()

    def _events(self, memory: Memory, *, is_check: bool = False) -> Iterator[Event]:
        settings = self.settings
        delay = self.min_interval if settings.min_interval is None else settings.min_interval
        with Crawl(
            SPIDER,
            self._job(memory, is_check=is_check),
            allowed=settings.endpoints(),
            domains=settings.domains(),
            delay=delay,
            timeout=settings.timeout,
            seconds=CHECK_SECONDS if is_check else settings.max_seconds,
            max_bytes=settings.max_bytes,
        ) as self._crawl:
            try:
                yield from self._crawl
            except CrawlFailed as error:
                raise Transient(str(error), platform=self.name, source=self.source) from error

    def _job(self, memory: Memory, *, is_check: bool) -> dict[str, Any]:
        settings = self.settings
        file = settings.selector_file()
        starts = settings.starts()
        sitemaps = settings.addresses()[len(starts) :]
        return {
            "start_urls": starts[:1] if is_check else starts,
            "sitemaps": () if is_check and starts else sitemaps,
            "include": settings.include,
            "selectors": file.model_dump(mode="json", by_alias=True) if file else None,
            "languages": settings.languages,
            "horizon": memory.horizon.isoformat(),
            "after": memory.after,
            "at": memory.at,
            "known": memory.marks if file and any(f.reread_days for f in file.follow) else [],
            "token": settings.token(),
            "max_pages": 5 if is_check else settings.max_pages,
            "max_thread_pages": settings.max_thread_pages,
            "is_check": is_check,
        }


def _checked(event: Event) -> SourceCheck:
    """What the first page showed."""
    dates = [review["at"] for review in event["reviews"] if review.get("at")]
    told = ", ".join(f"{syntax}: {count}" for syntax, count in event["syntaxes"].items())
    missing = (f"{event['url']}: {event['strange']}",) if event["strange"] else ()
    return SourceCheck(
        ok=not missing,
        message=f"{event['count']} reviews on {event['url']}" + (f" ({told})" if told else ""),
        newest_at=max(dates, default=None),
        missing=missing,
    )


__all__ = ["Reviews"]
