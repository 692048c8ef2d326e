"""Reviews as Apple's feed writes them in JSON: every value is a `label` with `attributes`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from collectors._newest import Item, digest_of
from collectors._text import clean, clean_name, quote
from otklik.platforms import BadRow, CollectedAuthor, CollectedMention, CollectedThread

STORE = "https://apps.apple.com"
HOST = "itunes.apple.com"


class Review(BaseModel):
    """One review, its values taken out of their labels."""

    model_config = ConfigDict(frozen=True)

    id: str = Field(min_length=1, pattern=r"^[^/\s]+$")
    updated: datetime
    rating: int = Field(ge=0, le=5)
    title: str = ""
    content: str = ""
    version: str = ""
    author: str = ""
    author_url: str = ""
    votes: str = ""
    vote_sum: str = ""

    @field_validator("updated")
    @classmethod
    def _in_utc(cls, value: datetime) -> datetime:
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC)

    @property
    def text(self) -> str:
        """Title and text, as a reader sees them."""
        return "\n\n".join(part for part in (self.title.strip(), self.content) if part)

    @property
    def author_id(self) -> str:
        """Number of the author's account in the store; empty when there is none."""
        found = re.search(r"/id(\d+)", self.author_url)
        return found[1] if found else ""


def entries_of(feed: dict[str, Any]) -> list[Any]:
    """Entries of a feed, whether it writes one, several or none."""
    found = feed.get("entry", [])
    return found if isinstance(found, list) else [found]


def app_name(entries: Iterable[Any]) -> str:
    """The app's name: some feeds begin with an entry of the app itself."""
    return next((label(one, "im:name") for one in entries if _is_app(one)), "")


def read_entries(entries: Iterable[Any], place: str) -> tuple[list[Item], list[BadRow]]:
    """Reviews out of a feed; what is none becomes a `BadRow`."""
    items: list[Item] = []
    bad: list[BadRow] = []
    for entry in entries:
        if _is_app(entry):
            continue
        try:
            review = _review(entry)
        except ValidationError as error:
            wrong = ", ".join(".".join(map(str, e["loc"])) or "entry" for e in error.errors())
            where = f"appstore {place} review {clean_name(label(entry, 'id')) or '?'}"
            bad.append(BadRow(place=where, reason=f"wrong {wrong}", raw=quote(entry, 500)))
        else:
            items.append(_item(review))
    return items, bad


def mention_of(review: Review, app_id: str, country: str, title: str) -> CollectedMention:
    """A review in one storefront."""
    place = f"{app_id}/{country}"
    text, notes = clean(review.text)
    facts = {
        "title": clean_name(review.title),
        "version": clean_name(review.version),
        "votes": clean_name(review.votes),
        "vote_sum": clean_name(review.vote_sum),
    }
    author = f"id{review.author_id}" if review.author_id else f"{place}/author/{review.id}"
    return CollectedMention(
        external_id=f"{place}/{review.id}",
        thread=CollectedThread(
            external_id=place, title=title, url=f"{STORE}/{country}/app/id{app_id}"
        ),
        author=CollectedAuthor(
            external_id=f"{HOST}/{author}",
            name=clean_name(review.author),
            url=clean_name(review.author_url),
        ),
        text=text,
        published_at=review.updated,
        rating=review.rating or None,
        url=f"{STORE}/{country}/app/id{app_id}?see-all=reviews",
        cannot_answer="Лента App Store не даёт ответить: отвечают в App Store Connect",
        original={**{key: value for key, value in facts.items() if value}, **notes},
    )


def label(entry: Any, *path: str) -> str:
    """The label at a path; empty when there is none."""
    for name in path:
        entry = entry.get(name) if isinstance(entry, dict) else None
    if isinstance(entry, list):  # content may come as text and as HTML
        entry = entry[0] if entry else None
    found = entry.get("label") if isinstance(entry, dict) else None
    return found if isinstance(found, str) else ""


def _is_app(entry: Any) -> bool:
    return isinstance(entry, dict) and "im:name" in entry and "im:rating" not in entry


def _review(entry: Any) -> Review:
    values: dict[str, Any] = {
        "id": label(entry, "id"),
        "updated": label(entry, "updated"),
        "rating": label(entry, "im:rating"),
        "title": label(entry, "title"),
        "content": label(entry, "content"),
        "version": label(entry, "im:version"),
        "author": label(entry, "author", "name"),
        "author_url": label(entry, "author", "uri"),
        "votes": label(entry, "im:voteCount"),
        "vote_sum": label(entry, "im:voteSum"),
    }
    return Review.model_validate(values)


def _item(review: Review) -> Item:
    digest = digest_of(review.text, review.rating, review.version, review.author, review.updated)
    return Item(review.id, review.updated.timestamp(), digest, review)
