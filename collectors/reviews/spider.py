"""The spider that runs in the crawling child: fetches pages, sends what reviews they hold.

Imported by the child only. A *thread* is what is reviewed: a start page with the pages that
its paging leads to. What is sent: ``page`` for every page that was read (its reviews in
portions), ``thread`` when all pages of a thread are done, ``start`` when all that a start page
led to is done, ``trouble`` for what could not be read, ``note`` for what looked wrong.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from typing import Any
from urllib.parse import urljoin, urlsplit

from scrapy import Request, Spider, signals
from scrapy.exceptions import CloseSpider
from scrapy.http import Response
from scrapy.http.response.text import TextResponse

from collectors._scrapy import Event
from collectors.reviews.found import Found, digest_of
from collectors.reviews.job import Job, is_known_link, link_mark
from collectors.reviews.picking import Picker, Unreadable
from collectors.reviews.schema_org import read_reviews
from collectors.reviews.selector_file import SelectorFile
from collectors.reviews.structured import read_blocks
from collectors.reviews.threads import Thread, thread_url, with_token
from collectors.reviews.trouble import trouble_of_error, trouble_of_response
from otklik.clock import now

PORTION = 200  # reviews in one event
NEXT_LINKS = "//link[@rel='next']/@href | //a[contains(concat(' ', @rel, ' '), ' next ')]/@href"


class ReviewSpider(Spider):
    """One reading of one source; see `Job` for what it is told."""

    name = "reviews"

    def __init__(self, job: Event, out: Any, domains: list[str], **_: Any) -> None:
        super().__init__()
        self.job = Job.model_validate(job)
        self.out, self.allowed_domains = out, domains
        self.ended_because = ""
        self.fetched = 0
        self.open: dict[int, int] = {}
        self.threads: dict[str, Thread] = {}
        file = None if job["selectors"] is None else SelectorFile.model_validate(job["selectors"])
        self.picker = Picker(file, self.job.languages) if file else None
        self.rules = file.follow if file else ()
        self.horizon = self.job.horizon

    @classmethod
    def from_crawler(cls, crawler: Any, *args: Any, **kwargs: Any) -> ReviewSpider:
        """As Scrapy makes it."""
        spider: ReviewSpider = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(spider.dropped, signal=signals.request_dropped)
        crawler.signals.connect(spider.scheduled, signal=signals.request_scheduled)
        crawler.signals.connect(spider.broken, signal=signals.spider_error)
        return spider

    # ---- requests --------------------------------------------------------------------------

    async def start(self) -> AsyncIterator[Request]:
        """The start pages in turn, after the one that was done last; or the sitemaps first."""
        if self.job.sitemaps:
            for url in self.job.sitemaps:
                yield Request(url, self.read_sitemap, errback=self.failed, meta={"sitemap": 0})
        for request in self.requests_for(list(self.job.start_urls)):
            yield request

    def requests_for(self, urls: list[str]) -> Iterator[Request]:
        """Requests for start pages; the order decides what comes first."""
        marks = [digest_of(url) for url in urls]
        begin = marks.index(self.job.after) + 1 if self.job.after in marks else 0
        for order, url in enumerate(urls[begin:] + urls[:begin], start=len(self.open)):
            if self.ended_because:
                return
            thread = Thread(url=thread_url(url), order=order)
            first = url
            if self.job.at and self.job.at[0] == digest_of(url):
                first, thread.is_whole = self.job.at[1], False
            yield from self.request(first, thread, url)

    def request(
        self,
        url: str,
        thread: Thread,
        start: str,
        *,
        depth: int = 0,
        followed_as: str | None = None,
    ) -> Iterator[Request]:
        """The request for one page of a thread."""
        thread.open += 1
        self.open[thread.order] = self.open.get(thread.order, 0) + 1
        meta = {"thread": thread, "start": start, "depth": depth, "shown": url}
        meta["followed_as"] = followed_as
        yield Request(
            with_token(url, self.job.token),
            self.read,
            errback=self.failed,
            meta=meta,
            priority=-thread.order,
        )

    # ---- sitemaps --------------------------------------------------------------------------

    async def read_sitemap(self, response: Response) -> AsyncIterator[Request]:
        """Pages named by a sitemap, or further sitemaps."""
        from scrapy.utils.gz import gunzip, gzip_magic_number
        from scrapy.utils.sitemap import Sitemap, sitemap_urls_from_robots

        if trouble := trouble_of_response(response):
            await self.tell(trouble, response.url)
            return
        if response.url.endswith("/robots.txt"):
            for url in list(sitemap_urls_from_robots(response.text, response.url))[:50]:
                yield Request(url, self.read_sitemap, errback=self.failed, meta={"sitemap": 1})
            return
        try:
            is_packed = gzip_magic_number(response)
            entries = Sitemap(gunzip(response.body) if is_packed else response.body)
            found = [entry["loc"] for entry in entries if entry.get("loc")]
        except (ValueError, KeyError, AttributeError, TypeError, SyntaxError) as error:
            await self.tell({"what": "markup", "message": f"no sitemap: {error}"}, response.url)
            return
        depth = response.meta["sitemap"] + 1
        if entries.type == "sitemapindex" and depth <= 3:
            for url in found[: self.job.max_pages]:
                yield Request(url, self.read_sitemap, errback=self.failed, meta={"sitemap": depth})
            return
        include = re.compile(self.job.include)
        for request in self.requests_for([url for url in found if include.search(url)]):
            yield request

    # ---- pages -----------------------------------------------------------------------------

    async def read(self, response: Response) -> AsyncIterator[Request]:
        """One page of a thread: send its reviews, go on to the next."""
        thread: Thread = response.meta["thread"]
        self.fetched += 1
        if self.fetched > self.job.max_pages:
            return  # it was on its way already when the bound was reached
        if trouble := self.trouble_of(response):
            thread.is_whole = False
            await self.tell(trouble, response.meta["shown"], thread)
        elif isinstance(response, TextResponse):
            async for request in self.read_page(response, thread):
                yield request
        await self.close_page(thread, response.meta["start"])
        if self.fetched >= self.job.max_pages:
            self.ended_because = self.ended_because or "pages"
            raise CloseSpider("pages")

    def trouble_of(self, response: Response) -> Event | None:
        """What keeps a page from being read."""
        if trouble := trouble_of_response(response):
            return trouble
        if not isinstance(response, TextResponse):
            return {"what": "markup", "message": "neither a page nor JSON"}
        if self.picker and self.picker.asks_for_person(response.selector):
            to_do = self.picker.file.captcha_to_do
            return {"what": "captcha", "message": "the site asks for a captcha", "to_do": to_do}
        return None

    async def read_page(self, response: TextResponse, thread: Thread) -> AsyncIterator[Request]:
        """What a page that came well holds."""
        url = self.scrubbed(response.url)
        if self.picker:
            page = self.picked(self.picker, response, url)
        else:
            page = self.schema_org(response, url)
        thread.title = thread.title or page["title"]
        reviews: list[Found] = page.pop("reviews")
        links = page.pop("links")
        is_repeat = self.note_page(thread, reviews, page)
        followed, skipped = self.links_to_follow(links, url)
        start = response.meta["start"]
        mark = response.meta["followed_as"]
        event = {**page, **self.place(thread, url), "start": digest_of(start)}
        event.update(marks=[*skipped, mark] if mark else skipped, followed=mark is not None)
        for part in range(0, max(1, len(reviews)), PORTION):
            portion = reviews[part : part + PORTION]
            sent = [review.model_dump(mode="json", exclude_defaults=True) for review in portion]
            await self.out.send({"kind": "page", **event, "count": len(reviews), "reviews": sent})
            event.update(troubles=[], marks=[], syntaxes={})
        if is_repeat:
            thread.is_whole = False
            await self.out.send({"kind": "note", "what": "endless", **self.place(thread, url)})
            return
        depth = response.meta["depth"]
        for link, number in followed:
            for request in self.follow(link, number, thread, start, depth):
                yield request
        for request in self.next_page(page["next_url"], thread, start, depth, reviews):
            yield request

    def schema_org(self, response: TextResponse, url: str) -> Event:
        """A page by its markup."""
        if not hasattr(response.selector.root, "tag"):
            return {**NOTHING, "strange": "no page, but JSON"}
        blocks = read_blocks(response.selector, url)
        reading = read_reviews(blocks, url, now=now(), languages=self.job.languages)
        next_url = response.xpath(NEXT_LINKS).get() if reading.reviews else None
        words = " ".join(response.xpath("//title/text()").get("").split())
        return {
            "reviews": reading.reviews,
            "title": reading.title or words,
            "total": reading.total,
            "troubles": reading.troubles,
            "strange": "" if reading.has_markup else "no schema.org markup",
            "next_url": urljoin(response.url, next_url) if next_url else "",
            "links": [],
            "syntaxes": counted(reading.reviews),
        }

    def picked(self, picker: Picker, response: TextResponse, url: str) -> Event:
        """A page by the selector file."""
        is_followed = response.meta["followed_as"] is not None
        try:
            page = picker.read(response.selector, url, now=now(), is_followed=is_followed)
        except Unreadable as error:
            return {**NOTHING, "strange": str(error)}
        is_read = is_followed or picker.file.items_on == "all"
        is_strange = not (page.items or page.is_empty or page.links)
        return {
            "reviews": page.reviews,
            "title": page.title,
            "total": page.total if is_read else None,
            "troubles": page.troubles,
            "strange": "the selectors match nothing" if is_strange else "",
            "next_url": page.next_url,
            "links": page.links,
            "syntaxes": counted(page.reviews),
        }

    def note_page(self, thread: Thread, reviews: list[Found], page: Event) -> bool:
        """Keep what the thread's end will be judged by; whether the same page came before."""
        keys = [review.key for review in reviews]
        mark = digest_of(*sorted(keys))
        is_repeat = bool(keys) and mark in thread.seen_pages and bool(page["next_url"])
        thread.seen_pages.append(mark)
        thread.pages += 1
        thread.count += len(keys)
        thread.declared.add(page["total"])
        if page["troubles"] or page["strange"]:
            thread.is_whole = False
        thread.note(reviews)
        return is_repeat

    def next_page(
        self, url: str, thread: Thread, start: str, depth: int, reviews: list[Found]
    ) -> Iterator[Request]:
        """The request for the next page, where there is one that can hold something new."""
        if not url or self.job.is_check:
            return
        dated = [review.at for review in reviews if review.at]
        is_past = bool(dated) and thread.is_sorted and max(dated) < self.horizon
        if is_past or depth + 1 >= self.job.max_thread_pages:
            thread.is_whole = False
            return
        yield from self.request(self.scrubbed(url), thread, start, depth=depth + 1)

    def links_to_follow(
        self, links: list[tuple[str, int]], url: str
    ) -> tuple[list[tuple[str, int]], list[str]]:
        """Links to read now, and the marks of those that were read not long ago."""
        wanted, skipped = [], []
        for link, number in dict.fromkeys(links):
            days = self.rules[number].reread_days
            mark = is_known_link(link, days, self.job.known)
            if mark:
                skipped.append(mark)
            elif not self.job.is_check:
                wanted.append((link, number))
        return wanted, skipped

    def follow(
        self, link: str, number: int, thread: Thread, start: str, depth: int
    ) -> Iterator[Request]:
        """The request for a followed link."""
        rule = self.rules[number]
        mark = link_mark(link, rule.reread_days, now()) if rule.reread_days else ""
        if rule.thread == "same":
            yield from self.request(link, thread, start, depth=depth + 1, followed_as=mark)
        elif thread_url(link) not in self.threads:
            own = self.threads[thread_url(link)] = Thread(thread_url(link), thread.order)
            yield from self.request(link, own, start, followed_as=mark)

    # ---- ends ------------------------------------------------------------------------------

    async def close_page(self, thread: Thread, start: str) -> None:
        """One page less to wait for; at the last one of a thread tell how it stands."""
        for event in self.ends_of(thread, start):
            await self.out.send(event)

    def ends_of(self, thread: Thread, start: str) -> Iterator[Event]:
        """Events due when a page of a thread is done."""
        thread.open -= 1
        self.open[thread.order] -= 1
        if thread.open == 0:
            is_counted = thread.declared - {None} == {len(thread.keys)}
            whole = thread.is_whole and is_counted and not self.ended_because
            place = self.place(thread, thread.url)
            yield {"kind": "thread", **place, "is_whole": whole, "pages": thread.pages}
        if self.open[thread.order] == 0 and not self.ended_because:
            yield {"kind": "start", "start": digest_of(start)}

    def scheduled(self, request: Request) -> None:
        """Scrapy drops what leads to other hosts without a word; here it is said."""
        domain = urlsplit(request.url).hostname or ""
        thread = request.meta.get("thread")
        if any(domain == own or domain.endswith(f".{own}") for own in self.allowed_domains):
            return
        message, url = f"leads to {domain}", self.scrubbed(request.url)
        place = {"url": url} if thread is None else self.place(thread, url)
        self.out.write({"kind": "trouble", "what": "offsite", **place, "message": message})
        if thread is not None:
            thread.is_whole = False
            self.dropped(request)

    def dropped(self, request: Request) -> None:
        """It will not be fetched: it was already, or must not be."""
        thread = request.meta.get("thread")
        for event in self.ends_of(thread, request.meta["start"]) if thread else ():
            self.out.write(event)

    def broken(self, failure: Any, response: Response) -> None:
        """A page that this code stumbled over: said, never passed by in silence."""
        told = f"cannot be read: {type(failure.value).__name__}: {failure.value}"[:300]
        event = {"what": "failed", "message": self.scrubbed(told)}
        self.out.write({"kind": "trouble", "url": self.scrubbed(response.url), **event})

    async def failed(self, failure: Any) -> None:
        """A page did not come."""
        request = failure.request
        thread = request.meta.get("thread")
        trouble = trouble_of_error(failure.value)
        await self.tell(trouble, request.meta.get("shown", request.url), thread)
        if thread is not None:
            thread.is_whole = False
            await self.close_page(thread, request.meta["start"])

    async def tell(self, trouble: Event, url: str, thread: Thread | None = None) -> None:
        """Send a trouble; one that holds for the whole site ends the crawl."""
        place = {"url": self.scrubbed(url)} if thread is None else self.place(thread, url)
        message = self.scrubbed(trouble["message"])
        await self.out.send({"kind": "trouble", **place, **trouble, "message": message})
        if trouble["what"] in ("limited", "captcha"):
            self.ended_because = trouble["what"]
            raise CloseSpider(trouble["what"])

    def place(self, thread: Thread, url: str) -> Event:
        """Which thread and page an event is about."""
        return {"thread": thread.url, "thread_title": thread.title, "url": self.scrubbed(url)}

    def scrubbed(self, text: str) -> str:
        """Without the token."""
        if not self.job.token:
            return text
        name, token = self.job.token
        text = re.sub(rf"([?&]){re.escape(name)}=[^&#\s]*&?", r"\1", text).rstrip("?&")
        return text.replace(token, "***")


NOTHING: Event = {
    "reviews": [],
    "title": "",
    "total": None,
    "troubles": [],
    "strange": "",
    "next_url": "",
    "links": [],
    "syntaxes": {},
}


def counted(reviews: list[Found]) -> dict[str, int]:
    """How many reviews came by which syntax."""
    counts: dict[str, int] = {}
    for review in reviews:
        counts[review.syntax] = counts.get(review.syntax, 0) + 1
    return counts
