"""The child process of `_scrapy`: one Scrapy crawl that stays out of private networks.

Downloads go over the same guarded sockets as every other call of the house: addresses are
checked when a connection is made, below DNS and redirects, so that neither a redirect nor a
name that resolves elsewhere the second time gets past. A thread makes each call, because the
guarded client is a blocking one; that keeps one single guard for the whole house.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import os
import queue
import sys
import threading
import time
from collections.abc import Callable
from typing import Any, BinaryIO

import httpx
from scrapy import signals
from scrapy.core.downloader.handlers.base import BaseDownloadHandler
from scrapy.crawler import AsyncCrawlerProcess, Crawler
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
)
from scrapy.extensions.throttle import AutoThrottle
from scrapy.http import Headers, Request, Response
from scrapy.responsetypes import responsetypes

from collectors._scrapy import Event
from collectors._wire import MAX_REDIRECTS, WHOLE_CALL
from otklik.network import GuardedBackend, GuardedTransport

LONGEST_DELAY = 30.0  # seconds between two calls that a robots.txt may ask for
# Only what is named here runs: the rest would keep cookies, open ports, and cost a start.
EXTENSIONS = {
    "scrapy.extensions.corestats.CoreStats": 0,
    "scrapy.extensions.closespider.CloseSpider": 0,
    "scrapy.extensions.throttle.AutoThrottle": 0,
}
DOWNLOADER_MIDDLEWARES = {
    f"scrapy.downloadermiddlewares.{name}": order
    for name, order in {
        "offsite.OffsiteMiddleware": 50,
        "robotstxt.RobotsTxtMiddleware": 100,
        "downloadtimeout.DownloadTimeoutMiddleware": 350,
        "defaultheaders.DefaultHeadersMiddleware": 400,
        "useragent.UserAgentMiddleware": 500,
        "retry.RetryMiddleware": 550,
        "httpcompression.HttpCompressionMiddleware": 590,
        "redirect.RedirectMiddleware": 600,
        "stats.DownloaderStats": 850,
    }.items()
}
SPIDER_MIDDLEWARES = {
    "scrapy.spidermiddlewares.start.StartSpiderMiddleware": 25,
    "scrapy.spidermiddlewares.httperror.HttpErrorMiddleware": 50,
    "scrapy.spidermiddlewares.urllength.UrlLengthMiddleware": 800,
}
RETRIED = [
    CannotResolveHostError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
]
ORPHANED = 3  # exit status of a child whose parent is gone


class Out:
    """Events on their way to the parent, in order; waits while the parent is busy."""

    def __init__(self, pipe: BinaryIO) -> None:
        self._pipe, self._lock = pipe, threading.Lock()

    def write(self, event: Event) -> None:
        """Write one event; blocks."""
        line = json.dumps(event, ensure_ascii=True).encode() + b"\n"
        with self._lock:
            self._pipe.write(line)
            self._pipe.flush()

    async def send(self, event: Event) -> None:
        """Write one event without holding up the crawl's loop."""
        await asyncio.to_thread(self.write, event)


class GuardedHandler(BaseDownloadHandler):
    """Downloads by the house's guarded client; redirects and robots.txt are Scrapy's."""

    lazy = False

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._allowed = [(host, port) for host, port in crawler.settings["GUARD_ALLOWED"]]
        self._max_bytes = crawler.settings.getint("DOWNLOAD_MAXSIZE")
        self._idle: queue.SimpleQueue[tuple[GuardedBackend, httpx.Client]] = queue.SimpleQueue()

    async def download_request(self, request: Request) -> Response:
        """One exchange.

        Raises:
            PrivateAddress: the host stands in a private network.
            scrapy.exceptions.Download…Error: it did not come to its end.
        """
        started = time.monotonic()
        response = await asyncio.to_thread(self._fetch, request)
        request.meta["download_latency"] = time.monotonic() - started
        return response

    def _fetch(self, request: Request) -> Response:
        try:
            backend, client = self._idle.get_nowait()
        except queue.Empty:
            backend = GuardedBackend(self._allowed)
            client = httpx.Client(transport=GuardedTransport(backend, keepalive=4), trust_env=False)
            client.headers.clear()
        timeout = float(request.meta["download_timeout"])
        backend.deadline = time.monotonic() + WHOLE_CALL * timeout
        try:
            return self._answer(client, request, timeout)
        except httpx.TimeoutException as error:
            raise DownloadTimeoutError(f"{type(error).__name__}: {error}") from error
        except httpx.ConnectError as error:
            unresolved = "cannot be resolved" in str(error)
            kind = CannotResolveHostError if unresolved else DownloadConnectionRefusedError
            raise kind(str(error)) from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise DownloadFailedError(f"{type(error).__name__}: {error}") from error
        finally:
            self._idle.put((backend, client))

    def _answer(self, client: httpx.Client, request: Request, timeout: float) -> Response:
        headers = [(name, value) for name, values in request.headers.items() for value in values]
        with client.stream(
            request.method, request.url, headers=headers, content=request.body, timeout=timeout
        ) as answer:
            body = bytearray()
            for chunk in answer.iter_raw():
                body += chunk
                if len(body) > self._max_bytes:
                    raise DownloadCancelledError(f"larger than {self._max_bytes:,} bytes")
            kept = Headers(answer.headers.multi_items())
        kind = responsetypes.from_args(headers=kept, url=request.url, body=bytes(body))
        return kind(url=request.url, status=answer.status_code, headers=kept, body=bytes(body))

    async def close(self) -> None:
        """Give back connections."""
        while not self._idle.empty():
            self._idle.get_nowait()[1].close()


def settings_of(order: Event) -> dict[str, Any]:
    """Scrapy's settings for one order of `collectors._scrapy.Crawl`."""
    return {
        "TWISTED_REACTOR_ENABLED": False,
        "DOWNLOAD_HANDLERS": {
            "http": GuardedHandler,
            "https": GuardedHandler,
            **dict.fromkeys(("data", "file", "ftp", "s3")),
        },
        "GUARD_ALLOWED": order["allowed"],
        "USER_AGENT": order["user_agent"],
        "ROBOTSTXT_OBEY": True,
        "AUTOTHROTTLE_ENABLED": True,
        "AUTOTHROTTLE_START_DELAY": order["delay"],
        "AUTOTHROTTLE_MAX_DELAY": max(LONGEST_DELAY, order["delay"]),
        "DOWNLOAD_DELAY": order["delay"],
        "DOWNLOAD_DELAY_JITTER": 0.0,
        "DOWNLOAD_TIMEOUT": order["timeout"],
        "DOWNLOAD_MAXSIZE": order["max_bytes"],
        "CONCURRENT_REQUESTS": order["concurrency"],
        "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
        "CLOSESPIDER_TIMEOUT": order["seconds"],
        "SCRAPER_SLOT_MAX_ACTIVE_SIZE": 2_000_000,
        "REDIRECT_MAX_TIMES": MAX_REDIRECTS,
        "RETRY_TIMES": 1,
        "RETRY_HTTP_CODES": [500, 502, 504, 522, 524, 408],
        "HTTPERROR_ALLOW_ALL": True,
        "LOG_LEVEL": "ERROR",
        "LOG_VERSIONS": [],
        "RETRY_EXCEPTIONS": RETRIED,
        "EXTENSIONS_BASE": EXTENSIONS,
        "DOWNLOADER_MIDDLEWARES_BASE": DOWNLOADER_MIDDLEWARES,
        "SPIDER_MIDDLEWARES_BASE": SPIDER_MIDDLEWARES,
    }


def obey_crawl_delay(crawler: Crawler) -> Callable[..., None]:
    """A handler that makes AutoThrottle keep the pause which robots.txt asks for."""

    def parsed(robotparser: Any, **_: Any) -> None:
        asked = robotparser.rp.crawl_delay(crawler.settings["USER_AGENT"])
        throttle = crawler.get_extension(AutoThrottle)
        if asked and throttle is not None:
            throttle.mindelay = max(throttle.mindelay, min(float(asked), LONGEST_DELAY))

    return parsed


def run(order: Event, out: Out) -> None:
    """Make the crawl; the spider sends its events, the last of them comes from here.

    The spider class takes `job`, `out` and `domains`, and tells in `ended_because` when it
    stopped before its end.
    """
    module, _, name = order["spider"].partition(":")
    process = AsyncCrawlerProcess(settings_of(order))
    crawler = process.create_crawler(getattr(importlib.import_module(module), name))
    reasons: list[str] = []

    def closed(spider: Any, reason: str) -> None:
        reasons.append(spider.ended_because or reason)

    crawler.signals.connect(closed, signal=signals.spider_closed, weak=False)
    crawler.signals.connect(obey_crawl_delay(crawler), signal=signals.robots_parsed, weak=False)
    process.crawl(crawler, job=order["job"], out=out, domains=order["domains"])
    process.start(install_signal_handlers=False)
    if reasons:
        out.write({"kind": "end", "reason": reasons[0]})


def _end_with_parent() -> None:
    """Nothing is ever sent after the order: the end of the input is the end of the parent."""
    while os.read(sys.stdin.fileno(), 4096):
        continue
    os._exit(ORPHANED)


def main() -> None:
    """Take the order from standard input and crawl."""
    out = Out(os.fdopen(os.dup(sys.stdout.fileno()), "wb"))
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what a library prints is no event
    order = json.loads(sys.stdin.buffer.readline())
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        run(order, out)
    except BrokenPipeError:
        os._exit(ORPHANED)


if __name__ == "__main__":
    main()
