"""Bytes of a feed as entries, whatever state they are in."""

from __future__ import annotations

import codecs
import io
import re
from dataclasses import dataclass
from typing import Any

from collectors._text import clean_name, decode_json_bytes, quote
from otklik.errors import MissingExtra

Entry = Any  # feedparser's dictionary
BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"<\0?\0", "utf-16-le"),
    (b"\0<\0?", "utf-16-be"),
)
MAX_PIECES, MAX_HEAD = 1_000, 20_000  # entries, characters: bounds of what is read piecewise
CHARSET = re.compile(r"charset=[\"']?([\w.:-]+)", re.IGNORECASE)
DECLARED = re.compile(rb"<\?xml[^>]{0,200}encoding=[\"']([\w.:-]+)")
DECLARATION = re.compile(r"\s*<\?xml[^>]*\?>")
DOCTYPE = re.compile(r"<!DOCTYPE", re.IGNORECASE)
OPENED = re.compile(r"<(?:\w+:)?(?:item|entry)[\s>]")
CLOSED = re.compile(r"</(?:\w+:)?(?:item|entry)\s*>")
ROOT = re.compile(r"<((?:\w+:)?(rss|feed|RDF))[\s>]")
# What feedparser lets through of its own when XML is broken in ways it did not foresee.
FAULTS = (
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    AssertionError,
    ArithmeticError,
    RecursionError,
)
BROKEN = "XML ленты испорчен: прочитано, что удалось"
CUT = "лента оборвана: прочитаны только целые записи, остальное — в следующий раз"


class NotAFeed(ValueError):
    """Something else than a feed; the message says what."""


@dataclass(frozen=True)
class Feed:
    """What a feed holds.

    Attributes:
        entries: as feedparser gives them, in the feed's order.
        warning: what was wrong with it, for people.
        is_whole: nothing is missing at its end.
        bad: beginnings of entries that cannot be read.
    """

    title: str
    link: str
    entries: list[Entry]
    warning: str = ""
    is_whole: bool = True
    bad: tuple[str, ...] = ()


def parse_feed(body: bytes, content_type: str, url: str) -> Feed:
    """The feed in an answer's body.

    Raises:
        NotAFeed: HTML, JSON, nothing at all, or a feed that defines entities.
        MissingExtra: feedparser is not installed.
    """
    try:
        import feedparser  # noqa: F401
    except ImportError as error:
        raise MissingExtra("feeds need feedparser: pip install feedparser") from error
    if not body.strip():
        raise NotAFeed("the answer is empty")
    text = _without_doctype(decoded(body, content_type))
    whole, is_whole = _closed(text)
    bad: list[str] = []
    try:
        parsed = _parsed(whole, url)
    except FAULTS:
        parsed, bad = _pieced_together(whole, url)
    if not parsed.get("version"):
        kind = "HTML" if "<html" in text[:2_000].lower() else "no feed"
        raise NotAFeed(f"the answer is {kind} ({quote(content_type, 60)}): {quote(text[:300])}")
    warning = CUT if not is_whole else BROKEN if parsed.get("bozo") or bad else ""
    return Feed(
        title=clean_name(parsed.feed.get("title")),
        link=clean_name(parsed.feed.get("link")),
        entries=list(parsed.entries),
        warning=warning,
        is_whole=is_whole,
        bad=tuple(bad),
    )


def _parsed(text: str, url: str) -> Any:
    """feedparser's reading. A stream, never bytes or text: those it takes for a file's name."""
    import feedparser

    return feedparser.parse(
        io.BytesIO(text.encode("utf-8", "replace")),
        response_headers={
            "content-type": "application/xml; charset=utf-8",
            "content-location": url,
        },
        sanitize_html=False,
        resolve_relative_uris=False,
    )


def _pieced_together(text: str, url: str) -> tuple[Any, list[str]]:
    """The feed read entry by entry, and the entries feedparser breaks down on."""
    opened = [found.start() for found in OPENED.finditer(text)]
    if not opened or opened[0] > MAX_HEAD or len(opened) > MAX_PIECES:
        raise NotAFeed("the feed cannot be parsed")
    head = text[: opened[0]]
    tail = _closing(head, ROOT.search(head))
    try:
        feed = _parsed(head + tail, url)
    except FAULTS as error:
        raise NotAFeed("the feed cannot be parsed") from error
    bad = []
    for start, end in zip(opened, [*opened[1:], len(text)], strict=True):
        piece = text[start:end]
        last = [found.end() for found in CLOSED.finditer(piece)][-1:]
        try:
            feed.entries += _parsed(head + piece[: last[0] if last else None] + tail, url).entries
        except FAULTS:
            bad.append(quote(piece, 500))
    return feed, bad


def decoded(body: bytes, content_type: str) -> str:
    """Bytes of XML as text. UTF-8 is tried first: nothing else looks like it by chance."""
    for bom, name in BOMS:
        if body.startswith(bom):
            return body.decode(name, "replace").lstrip("\ufeff")
    named = CHARSET.search(content_type)
    declared = DECLARED.search(body[:400])
    names = ["", named[1] if named else "", declared[1].decode() if declared else ""]
    for name in names:
        try:
            if not name:
                return codecs.getincrementaldecoder("utf-8-sig")().decode(body, final=False)
            return body.decode(name)
        except (LookupError, UnicodeError):
            continue
    return decode_json_bytes(body)


def _without_doctype(text: str) -> str:
    """No DTD, so no entity of the feed's own: those can blow a page up to gigabytes."""
    text = DECLARATION.sub("", text, count=1) if DECLARATION.match(text) else text
    if found := DOCTYPE.search(text):
        end, subset = text.find(">", found.end()), text.find("[", found.end())
        if 0 <= subset < end:
            end = text.find(">", text.find("]", subset))
        text = text[: found.start()] + text[end + 1 :]
    if "<!ENTITY" in text:
        raise NotAFeed("the feed defines entities of its own, which is refused")
    return text


def _closed(text: str) -> tuple[str, bool]:
    """The text up to its last whole entry with its root closed, and whether that is all."""
    root = ROOT.search(text[:5_000])
    if root is None or re.search(rf"</{re.escape(root[1])}\s*>", text[-5_000:]):
        return text, True
    first = OPENED.search(text)
    ends = [found.end() for found in CLOSED.finditer(text)]
    end = ends[-1] if ends else first.start() if first else len(text)
    return text[:end] + _closing(text[:end], root), False


def _closing(text: str, root: re.Match[str] | None) -> str:
    """What closes the root, and the channel in it."""
    if root is None:
        return ""
    is_in_channel = root[2] == "rss" and "</channel>" not in text
    return ("</channel>" if is_in_channel else "") + f"</{root[1]}>"
