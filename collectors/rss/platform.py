"""The `Rss` platform: feeds, and feeds of comments that articles name."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime
from typing import ClassVar
from urllib.parse import urlsplit

from collectors._http import HttpClient
from collectors._text import clean_name
from collectors._wire import Answer, origin_of
from collectors.rss.entries import Article, EntryReader, changed_parts
from collectors.rss.feed import Feed, NotAFeed, parse_feed
from collectors.rss.memory import (
    MAX_HEADER,
    TITLE_LENGTH,
    Followed,
    Known,
    Memory,
    pair_of,
)
from collectors.rss.settings import MAX_URL, RssSettings
from otklik.errors import AccessDenied, Gone, PlatformError, RateLimited, Transient
from otklik.platforms import (
    BadRow,
    CollectedMention,
    Cursor,
    Limit,
    Meter,
    Page,
    Platform,
    SourceCheck,
)

ACCEPT = "application/rss+xml, application/atom+xml, application/xml;q=0.9, */*;q=0.1"
HOST_LIMIT = Limit(1, 1, burst=3, per="host")
NOT_MODIFIED = 304
ANOTHER_ADDRESS = "Ленты {url} больше нет или она закрыта: укажите новый адрес или уберите её."
UNREADABLE = "запись ленты не читается: её XML испорчен"
EMPTY = "лента {url} пуста, хотя раньше в ней были записи"


class Rss(Platform[RssSettings]):
    """A few feeds as one source.

    Limits: one call a second to a host, three at once; five million bytes a feed; thirty feeds
    a source. A host that says when to come again is not asked before.
    """

    name = "rss"
    title = "RSS / Atom"
    settings_type = RssSettings
    limits = (HOST_LIMIT,)
    rights = ("none: feeds are public",)
    token_steps = (
        "No token is needed: find the feed’s address (a page’s source names it as "
        "“application/rss+xml”; WordPress has /feed/ and /comments/feed/).",
        "`otklik sources add rss`, then `otklik sources check` reads every feed once.",
    )
    cannot = (
        "answer, moderate or report: a feed only shows",
        "see deletions: an entry that is absent has rolled off, or was deleted, nobody tells",
        "read further back than the feed holds, often its last 10 to 50 entries",
        "see what came and rolled off between two readings: read busy feeds often enough",
        "tell an author from another of the same name on one host",
    )
    PAGE_ITEMS: ClassVar[int] = 200

    def __init__(
        self, settings: RssSettings, *, source: str = "", meter: Meter | None = None
    ) -> None:
        super().__init__(settings, source=source, meter=meter)
        self._our_authors = frozenset(name.casefold() for name in settings.our_authors)
        for address in settings.addresses:
            self._client(address, Known()).close()

    def collect(self, cursor: Cursor) -> Iterator[Page]:
        """New and changed entries of every feed, then of the followed feeds of comments.

        One feed that cannot be read does not keep the others from being read; it is a warning
        then, and an error where none could be read.
        """
        if "feeds" in cursor:
            memory = Memory.of(cursor)
        else:
            memory = Memory(start=self.start_of(cursor).isoformat())
        failures: list[PlatformError] = []
        for address in self.settings.addresses:
            try:
                yield from self._read(address, memory, None)
            except (Transient, AccessDenied) as error:
                failures.append(error)
        if failures and len(failures) == len(self.settings.addresses):
            raise failures[0]
        for address, followed in list(memory.followed.items()):
            if followed.told < 0 or followed.told != followed.count:
                try:
                    yield from self._read(address, memory, followed)
                except (Transient, AccessDenied) as error:
                    failures.append(error)
        if failures:
            told = tuple(clean_name(error) for error in failures)
            yield Page(cursor=memory.cursor(), warnings=told, progress=1.0)

    def check(self) -> SourceCheck:
        """Read every feed once, from its beginning."""
        mentions: list[CollectedMention] = []
        failures: list[PlatformError] = []
        for address in self.settings.addresses:
            try:
                feed = self._feed(address, self._fetched(address, Known()))
                mentions += self._reader(address, feed, None).mentions()
            except (Transient, AccessDenied) as error:
                failures.append(error)
        count = len(self.settings.addresses)
        if len(failures) == count:
            raise failures[0]
        return SourceCheck(
            ok=True,
            message=f"{len(mentions)} entries in {count - len(failures)} of {count} feeds",
            newest_at=max((m.published_at for m in mentions if m.published_at), default=None),
            missing=tuple(clean_name(error) for error in failures),
        )

    def _read(self, address: str, memory: Memory, followed: Followed | None) -> Iterator[Page]:
        """Pages of one feed. Its memory grows with each; ETag and count are kept with the last."""
        known = memory.feeds.get(address, Known())
        answer = self._fetched(address, known)
        body = hashlib.sha256(answer.body).hexdigest()[:16]
        if answer.status == NOT_MODIFIED or body == known.body:
            if followed is not None:
                followed.count = followed.told
            return
        feed = self._feed(address, answer)
        if not feed.entries and known.seen:
            told = EMPTY.format(url=address)
            yield Page(cursor=memory.cursor(), warnings=(feed.warning or told,))
            return
        is_first_time = not known.body
        reader = self._reader(address, feed, _article(followed))
        fresh: list[CollectedMention] = []
        standing = dict[bytes, bytes]()
        memory.feeds[address] = known
        for mention in reader.mentions():
            key, version = pair_of(mention.external_id, changed_parts(mention))
            if known.seen.get(key) != version:
                if not (is_first_time and _is_before(mention, memory.start)):
                    fresh.append(mention)
                known.seen[key] = version
            standing[key] = version
            if len(fresh) == self.PAGE_ITEMS:
                yield Page(mentions=tuple(fresh), cursor=memory.cursor())
                fresh = []
        # The newest stand last: what is there now is kept first, and of it the newest.
        current = dict(reversed(standing.items()))
        known.seen = {**current, **{k: v for k, v in known.seen.items() if k not in current}}
        self._settle(known, answer, body if feed.is_whole else "")
        if followed is not None and feed.is_whole:
            followed.count = followed.told
        if self.settings.follow_comments and followed is None:
            _note_followed(reader, memory)
        warnings = (f"{feed.warning}: {address}",) if feed.warning else ()
        yield Page(
            mentions=tuple(fresh),
            bad_rows=tuple(BadRow(place=address, reason=UNREADABLE, raw=raw) for raw in feed.bad),
            cursor=memory.cursor(),
            warnings=warnings,
        )

    @staticmethod
    def _settle(known: Known, answer: Answer, body: str) -> None:
        """What makes the next call cheap; nothing of a feed that broke off."""
        known.body = body
        known.etag = answer.headers.get("etag", "")[:MAX_HEADER] if body else ""
        known.modified = answer.headers.get("last-modified", "")[:MAX_HEADER] if body else ""

    def _fetched(self, address: str, known: Known) -> Answer:
        client = self._client(address, known)
        try:
            return client.get(address, as_json=False, accept=(NOT_MODIFIED,))
        except (AccessDenied, Gone) as error:
            raise AccessDenied(
                str(error),
                platform=self.name,
                source=self.source,
                to_do=ANOTHER_ADDRESS.format(url=address),
            ) from error
        except RateLimited as error:
            self.meter.block(_key(address), error.retry_after)
            raise
        finally:
            client.close()

    def _client(self, address: str, known: Known) -> HttpClient:
        """A client of the feed's own host, which alone may be a private one."""
        headers = {"Accept": ACCEPT}
        if known.etag:
            headers["If-None-Match"] = known.etag
        if known.modified:
            headers["If-Modified-Since"] = known.modified
        return HttpClient(
            self.settings,
            platform=self.name,
            source=self.source,
            meter=self.meter,
            home=origin_of(address),
            limits={_key(address): HOST_LIMIT},
            headers=headers,
        )

    def _feed(self, address: str, answer: Answer) -> Feed:
        try:
            return parse_feed(answer.body, answer.content_type, address)
        except NotAFeed as error:
            raise Transient(
                f"{address}: {error}", platform=self.name, source=self.source
            ) from error

    def _reader(self, address: str, feed: Feed, article: Article | None) -> EntryReader:
        return EntryReader(
            address,
            feed,
            is_comments=address in self.settings.comment_feeds,
            article=article,
            our_authors=self._our_authors,
        )


def _key(address: str) -> str:
    return f"rss:{urlsplit(address).netloc.lower()}"[:255]


def _article(followed: Followed | None) -> Article | None:
    if followed is None:
        return None
    return Article(followed.external_id, followed.title, followed.url)


def _note_followed(reader: EntryReader, memory: Memory) -> None:
    for address, told, article in reversed(list(reader.comments_of())):
        if len(address) <= MAX_URL and urlsplit(address).scheme in ("http", "https") and told != 0:
            title = article.title[:TITLE_LENGTH]
            memory.follow(
                address, told, Followed(article.external_id, title, article.url[:MAX_URL])
            )


def _is_before(mention: CollectedMention, start: str) -> bool:
    at = mention.published_at
    return at is not None and at < datetime.fromisoformat(start)
