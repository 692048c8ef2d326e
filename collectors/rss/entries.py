"""Entries of a feed as mentions."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin, urlsplit

from collectors._text import bounded_id, clean, clean_name, html_to_text, tamed
from collectors.rss.feed import Entry, Feed
from otklik.platforms import CollectedAuthor, CollectedMention, CollectedThread

PLAIN = "text/plain"
MAX_MEDIA = 20
SURE_OF_ITSELF = 20  # characters; a shorter guid is a number within its feed


@dataclass(frozen=True)
class Article:
    """What the entries of a followed feed of comments stand under."""

    external_id: str
    title: str
    url: str


class EntryReader:
    """Makes mentions of one feed's entries.

    Args:
        address: of the feed.
        is_comments: all entries are comments.
        article: what they comment on, where it is known.
        our_authors: names under which we write, in lower case.
    """

    def __init__(
        self,
        address: str,
        feed: Feed,
        *,
        is_comments: bool,
        article: Article | None,
        our_authors: Collection[str],
    ) -> None:
        parts = urlsplit(address)
        self.host, self._path = parts.netloc.lower(), parts.path
        self._address, self._feed, self._article = address, feed, article
        self._is_comments, self._our_authors = is_comments, our_authors

    def mentions(self) -> Iterator[CollectedMention]:
        """One for each entry, oldest first where the feed begins with the newest."""
        taken: set[str] = set()
        for entry in reversed(self._feed.entries):
            identity = self._identity(entry)
            if identity in taken:
                # A feed that gives all comments the guid of their article.
                parts = (self._name(entry), _raw_date(entry), entry.get("title"), _body(entry))
                identity = bounded_id(f"{identity}#{_digest(*parts)}")
            if identity not in taken:
                taken.add(identity)
                yield self._mention(entry, identity)

    def comments_of(self) -> Iterator[tuple[str, int, Article]]:
        """Feeds of comments that entries name, with the count of comments (-1 when unsaid)."""
        for entry in self._feed.entries:
            address = _joined(self._address, entry.get("wfw_commentrss"))
            if address and urlsplit(address).netloc.lower() == self.host:
                count = clean_name(entry.get("slash_comments"))
                article = Article(self._identity(entry), self._title(entry), self._link(entry))
                yield address, int(count) if count.isdecimal() else -1, article

    def _mention(self, entry: Entry, identity: str) -> CollectedMention:
        title, link = self._title(entry), self._link(entry)
        is_comment = self._is_comment(entry, link)
        body, notes = clean(_body(entry))
        text = body if body and (is_comment or body.startswith(title)) else f"{title}\n\n{body}"
        published = _moment(entry, "published") or _moment(entry, "updated")
        updated = _moment(entry, "updated")
        if published is None and (raw := _raw_date(entry)):
            notes["unreadable_date"] = raw
        return CollectedMention(
            external_id=identity,
            thread=self._thread(entry, identity, is_comment),
            author=self._author(entry, identity, is_comment),
            text=text.strip(),
            parent_external_id=self._parent(entry),
            published_at=published,
            edited_at=updated if updated != published else None,
            url=link,
            media=self._media(entry, has_text=bool(text.strip())),
            original={**({"title": title} if is_comment and title else {}), **notes},
        )

    def _identity(self, entry: Entry) -> str:
        guid = clean_name(entry.get("id"))
        if guid and (":" in guid or len(guid) >= SURE_OF_ITSELF):
            return bounded_id(f"{self.host}/{guid}")
        if guid:
            return bounded_id(f"{self.host}{self._path}#{guid}")
        if link := self._link(entry):
            return bounded_id(f"{self.host}/{link}")
        named = (entry.get("title"), self._name(entry), _raw_date(entry))
        return f"{self.host}/{_digest(*(named if any(named) else (_body(entry),)))}"

    def _thread(self, entry: Entry, identity: str, is_comment: bool) -> CollectedThread:
        """An article stands for itself; a comment for the page it is on."""
        link = self._link(entry)
        if article := self._article:
            return CollectedThread(
                external_id=article.external_id, title=article.title, url=article.url
            )
        if not is_comment:
            return CollectedThread(external_id=identity, title=self._title(entry), url=link)
        page = link.partition("#")[0] if "#" in link else ""
        page = page or _http(self._reference(entry).get("href")) or self._feed.link
        return CollectedThread(
            external_id=bounded_id(f"{self.host}/{page or self._path}"),
            title=self._feed.title,
            url=page,
        )

    def _is_comment(self, entry: Entry, link: str) -> bool:
        fragment = urlsplit(link).fragment.lower()
        is_reference = bool(self._reference(entry)) or fragment.startswith("comment")
        return self._is_comments or self._article is not None or is_reference

    def _reference(self, entry: Entry) -> Mapping[str, Any]:
        told = entry.get("thr_in-reply-to")
        return told if isinstance(told, dict) else {}

    def _parent(self, entry: Entry) -> str | None:
        """What `thr:in-reply-to` names by its id, known as an entry of that id would be."""
        reference = clean_name(self._reference(entry).get("ref"))
        if not reference:
            return self._article.external_id if self._article else None
        return self._identity({"id": reference})

    def _author(self, entry: Entry, identity: str, is_comment: bool) -> CollectedAuthor:
        """Without a name a comment's author is one's own, an article's the paper."""
        name = self._name(entry)
        key = f"{self.host}/author/{name}" if name else f"{self.host}/anonymous/{identity}"
        if not name and not is_comment:
            name, key = self._feed.title, f"{self.host}/publisher{self._path}"
        return CollectedAuthor(
            external_id=bounded_id(key),
            name=name,
            url=_http(_table(entry.get("author_detail")).get("href")),
            is_ours=name.casefold() in self._our_authors,
        )

    @staticmethod
    def _name(entry: Entry) -> str:
        """The author's name; of a bare e-mail address the part that gives no address away."""
        told = _table(entry.get("author_detail")).get("name") or entry.get("author")
        return clean_name(told).partition("@")[0]

    def _title(self, entry: Entry) -> str:
        return clean_name(_plain(entry.get("title_detail"), entry.get("title")))

    def _link(self, entry: Entry) -> str:
        return _joined(self._address, entry.get("link"))

    def _media(self, entry: Entry, *, has_text: bool) -> tuple[str, ...]:
        found = [link.get("href") for link in entry.get("enclosures") or ()]
        for key in ("media_content", "media_thumbnail"):
            found += [item.get("url") for item in entry.get(key) or ()]
        if not has_text:
            found += _pictures(entry)
        links = (_joined(self._address, url) for url in found)
        return tuple(dict.fromkeys(link for link in links if link))[:MAX_MEDIA]


def changed_parts(mention: CollectedMention) -> str:
    """What makes an entry another version of itself."""
    return _digest(mention.text, mention.url, *mention.media)


def _body(entry: Entry) -> str:
    """The longest of what an entry says, as plain text."""
    details = [*(entry.get("content") or ()), entry.get("summary_detail")]
    texts = (_plain(detail, "") for detail in details if detail)
    return max(texts, key=len, default="")


def _plain(detail: Any, otherwise: Any) -> str:
    details = _table(detail)
    value = str(details.get("value") or otherwise or "")
    return value if details.get("type") == PLAIN else html_to_text(value)


def _moment(entry: Entry, name: str) -> datetime | None:
    if name not in entry:  # asking feedparser for what is absent gives something else
        return None
    parsed = entry.get(f"{name}_parsed")
    if parsed is not None:
        try:
            return datetime(*parsed[:6]).replace(tzinfo=UTC)  # noqa: DTZ001 — given in UTC
        except ValueError:
            return None
    return _read_loosely(clean_name(entry[name]))


def _read_loosely(value: str) -> datetime | None:
    """A date as people write it, in Russian too; only with day, month and year."""
    if not value:
        return None
    import dateparser

    settings = {
        "STRICT_PARSING": True,
        "TIMEZONE": "UTC",
        "TO_TIMEZONE": "UTC",
        "RETURN_AS_TIMEZONE_AWARE": True,
    }
    found = dateparser.parse(value[:100], languages=["ru", "en"], settings=settings)
    return found.astimezone(UTC) if found else None


def _raw_date(entry: Entry) -> str:
    name = next((key for key in ("published", "updated") if key in entry), None)
    return clean_name(entry[name]) if name else ""


def _pictures(entry: Entry) -> list[str]:
    reader = _Pictures()
    for detail in [*(entry.get("content") or ()), entry.get("summary_detail")]:
        reader.feed(tamed(str(_table(detail).get("value") or "")))
    return reader.found


class _Pictures(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        source = dict(attrs).get("src")
        if tag == "img" and source:
            self.found.append(source)


def _joined(address: str, value: Any) -> str:
    """An http(s) link of the feed, made absolute; empty for anything else."""
    link = clean_name(value)
    try:
        return _http(urljoin(address, link)) if link else ""
    except ValueError:
        return ""


def _http(value: Any) -> str:
    url = clean_name(value)
    return url if url.startswith(("http://", "https://")) else ""


def _table(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _digest(*parts: Any) -> str:
    text = "\x1f".join(str(part or "") for part in parts)
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:32]
