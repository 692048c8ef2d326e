"""From schema.org nodes to reviews."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

from collectors.reviews.found import (
    NAMELESS,
    Answer,
    Found,
    Moment,
    identity_digest,
    moment_of,
    number_in,
    numbered,
    plain,
    rating_of,
)
from collectors.reviews.structured import Block, Node, first, short, types_of, walk

NOT_OPINIONS = {"claimreview", "mediareview", "aggregatereview"}
LINKS_TO_REVIEWS = ("review", "reviews")
ORGANISATIONS = ("Organization", "LocalBusiness", "Store", "Corporation", "Restaurant", "Brand")


@dataclass
class Reading:
    """What the markup of a page told.

    Attributes:
        total: how many reviews the page says there are, None when it does not.
        has_markup: there are schema.org things, with or without reviews.
        troubles: (reason, raw) of each block that cannot be read.
    """

    reviews: list[Found] = field(default_factory=list)
    title: str = ""
    total: int | None = None
    has_markup: bool = False
    troubles: list[tuple[str, str]] = field(default_factory=list)


def read_reviews(
    blocks: Iterator[Block], url: str, *, now: datetime, languages: tuple[str, ...] = ()
) -> Reading:
    """Reviews of all blocks, each once: one that two blocks tell counts for the first."""
    reading = Reading()
    totals: set[int] = set()
    first_told: dict[str, int] = {}
    for number, block in enumerate(blocks):
        if block.reason:
            reading.troubles.append((block.reason, block.raw))
        found = []
        for node, item in _reviews_of(block.nodes):
            review = _review(node, item, block.syntax, url=url, now=now, languages=languages)
            told_by = first_told.setdefault(review.fingerprint(), number)
            if told_by == number and not review.is_empty:
                found.append(review)
        # An RDF graph has no order of its own.
        reading.reviews += sorted(found, key=lambda r: r.key) if block.syntax == "rdfa" else found
        reading.title = reading.title or next((r.item for r in found if r.item), "")
        totals |= set(_totals(block.nodes))
        reading.has_markup = reading.has_markup or any(types_of(n) for n in walk(list(block.nodes)))
    reading.reviews = numbered(reading.reviews)
    reading.total = totals.pop() if len(totals) == 1 else None
    return reading


def _reviews_of(nodes: tuple[Node, ...]) -> Iterator[tuple[Node, Node]]:
    """Review nodes with the node of what they review (empty where nothing says)."""
    owners: dict[int, Node] = {}
    for node in walk(list(nodes)):
        for name in LINKS_TO_REVIEWS:
            value = node.get(name)
            for entry in value if isinstance(value, list) else [value]:
                if isinstance(entry, dict):
                    owners.setdefault(id(entry), node)
                    if not types_of(entry) and _looks_like_review(entry):
                        entry["@type"] = ["Review"]
    for node in walk(list(nodes)):
        if is_review(node):
            reviewed = first(node.get("itemReviewed"))
            owner = reviewed if isinstance(reviewed, dict) else owners.get(id(node), {})
            yield node, owner


def is_review(node: Mapping[str, Any]) -> bool:
    """Whether a node is somebody's opinion of something."""
    kinds = {kind.lower() for kind in types_of(node)}
    return any(kind.endswith("review") for kind in kinds - NOT_OPINIONS)


def _looks_like_review(node: Mapping[str, Any]) -> bool:
    return "author" in node and ("reviewBody" in node or "reviewRating" in node)


def _review(
    node: Node, item: Node, syntax: str, *, url: str, now: datetime, languages: tuple[str, ...]
) -> Found:
    when = _moment(node, ("datePublished", "dateCreated", "uploadDate"), now, languages)
    edited = _moment(node, ("dateModified",), now, languages)
    name, link = _person(node.get("author") or node.get("creator"))
    title = plain(first(node.get("name") or node.get("headline")))
    text = _text(node)
    value, best, worst = _rating(node)
    return Found(
        key=_key(node, url) or identity_digest(name, when, text or title),
        syntax=syntax,
        author=name,
        author_url=urljoin(url, link) if link else "",
        at=when.at if when else None,
        edited_at=edited.at if edited and when and edited.at > when.at else None,
        is_day=bool(when and when.is_day),
        is_rough=bool(when and when.is_rough),
        rating=rating_of(value, best, worst),
        rated="" if value is None else f"{value}" + (f" / {best}" if best is not None else ""),
        title="" if title == text else title,
        text=text,
        pros=_notes(node.get("positiveNotes")),
        cons=_notes(node.get("negativeNotes")),
        url=_link(node.get("url"), url),
        item=plain(first(item.get("name"))),
        media=tuple(_media(node, url)),
        answers=tuple(_answers(node, now, languages)),
    )


def _text(node: Node) -> str:
    for name in ("reviewBody", "description", "text", "articleBody"):
        value = first(node.get(name))
        if isinstance(value, Mapping):
            value = value.get("name")
        if isinstance(value, str) and value.strip():
            return plain(value)
    return ""


def _rating(node: Node) -> tuple[Any, Any, Any]:
    found = node.get("reviewRating") or node.get("rating")
    for entry in found if isinstance(found, list) else [found]:
        if isinstance(entry, Mapping) and first(entry.get("ratingValue")) is not None:
            return (
                first(entry.get("ratingValue")),
                first(entry.get("bestRating")),
                first(entry.get("worstRating")),
            )
        if isinstance(entry, int | float | str) and number_in(entry) is not None:
            return entry, None, None
    return first(node.get("ratingValue")), first(node.get("bestRating")), None


def _moment(
    node: Node, names: tuple[str, ...], now: datetime, languages: tuple[str, ...]
) -> Moment | None:
    for name in names:
        value = first(node.get(name))
        read = moment_of(
            None if isinstance(value, Mapping) else value, now=now, languages=languages
        )
        if read is not None:
            return read
    return None


def _person(value: Any) -> tuple[str, str]:
    """Name and link of an author in any of the forms sites use."""
    value = first(value)
    if isinstance(value, Mapping):
        parts = [first(value.get("givenName")), first(value.get("familyName"))]
        name = first(value.get("name")) or first(value.get("alternateName"))
        name = name or " ".join(str(part) for part in parts if part)
        link = first(value.get("url")) or first(value.get("sameAs"))
        return plain(name), link if isinstance(link, str) else ""
    name = plain(value)
    return ("", name) if name.startswith(("http://", "https://")) else (name, "")


def is_nameless(name: str) -> bool:
    """Whether a name stands for nobody in particular."""
    return not name or name.casefold() in NAMELESS


def _key(node: Node, url: str) -> str:
    """What the site itself calls the review, where that tells it from others."""
    for name in ("@id", "identifier", "url"):
        value = first(node.get(name))
        if isinstance(value, Mapping):
            value = value.get("value") or value.get("@id")
        key = key_of(str(value or ""), url, is_link=name == "url")
        if key:
            return key
    return ""


def key_of(value: str, url: str, *, is_link: bool = False) -> str:
    """An identity from an id or a link; empty where it names the page and not the review.

    ``#review-17`` holds on its page; ``/reviews/17`` holds on the whole host.
    """
    value = value.strip()
    if not value or value.startswith("_:"):
        return ""
    if "/" not in value and not is_link:
        return f"#{value.lstrip('#')}"
    there, here = urlsplit(urljoin(url, value)), urlsplit(url)
    if there.path in ("", "/", here.path) or there.hostname != here.hostname:
        is_own = there.fragment and there.fragment.lower() not in ("reviews", "review", "comments")
        if there.hostname == here.hostname and not is_own and there.query not in ("", here.query):
            return f"{there.path}?{there.query}"
        return f"#{there.fragment}" if is_own else ""
    tail = f"#{there.fragment}" if there.fragment else ""
    return there.path + (f"?{there.query}" if there.query else "") + tail


def _link(value: Any, url: str) -> str:
    value = first(value)
    link = urljoin(url, value) if isinstance(value, str) and value else ""
    return link if link.startswith(("http://", "https://")) else ""


def _notes(value: Any) -> str:
    """Pros or cons: a text, a list, or an ItemList."""
    if isinstance(value, Mapping):
        value = value.get("itemListElement") or value.get("name")
    entries = value if isinstance(value, list) else [value]
    names = (e.get("name") or e.get("item") if isinstance(e, Mapping) else e for e in entries)
    return "\n".join(plain(name) for name in names if isinstance(name, str) and name.strip())


def _media(node: Node, url: str) -> Iterator[str]:
    for name in ("image", "associatedMedia", "video"):
        value = node.get(name)
        for entry in value if isinstance(value, list) else [value]:
            target = entry
            if isinstance(entry, Mapping):
                target = first(entry.get("contentUrl")) or first(entry.get("url"))
            link = _link(target, url)
            if link:
                yield link


def _answers(node: Node, now: datetime, languages: tuple[str, ...]) -> Iterator[Answer]:
    value = node.get("comment")
    for entry in value if isinstance(value, list) else [value]:
        if isinstance(entry, Mapping) and (text := _text({**entry, "reviewBody": None})):
            author = first(entry.get("author"))
            kinds = types_of(author) if isinstance(author, Mapping) else set()
            when = _moment(dict(entry), ("datePublished", "dateCreated"), now, languages)
            yield Answer(
                text=text,
                author=_person(author)[0],
                at=when.at if when else None,
                key=short(entry.get("@id") or ""),
                is_official=any(kind.endswith(ORGANISATIONS) for kind in kinds),
            )


def _totals(nodes: tuple[Node, ...]) -> Iterator[int]:
    for node in walk(list(nodes)):
        if "AggregateRating" in types_of(node) or "reviewCount" in node:
            told = str(first(node.get("reviewCount")) or 0).removesuffix(".0")
            digits = re.sub(r"[\s.,]", "", told)
            if "reviewCount" in node and digits.isdecimal():
                yield int(digits)
