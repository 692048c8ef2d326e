"""What Wildberries says on the wire, and the mentions it becomes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic.alias_generators import to_camel

from collectors._newest import Item, digest_of
from collectors._seller import joined_text
from collectors._text import clean, clean_name, clean_original, quote
from collectors.wildberries.settings import Kind
from otklik.platforms import BadRow, CollectedAuthor, CollectedMention, CollectedThread

SITE = "https://www.wildberries.ru"
SELLER = "seller"
REJECTED = "none"
SINGULAR: dict[Kind, str] = {"feedbacks": "feedback", "questions": "question"}


class _Wire(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", alias_generator=to_camel)


class Reply(_Wire):
    """The seller's answer. Only answers to questions have a date."""

    text: str | None = None
    state: str | None = None
    editable: bool | None = None
    create_date: datetime | None = None


class Product(_Wire):
    """What the entry is about."""

    nm_id: int = 0
    imt_id: int = 0
    product_name: str | None = None
    supplier_article: str | None = None
    brand_name: str | None = None
    size: str | None = None


class Photo(_Wire):
    """A buyer's picture."""

    full_size: str | None = None


class Video(_Wire):
    """A buyer's video, a playlist."""

    link: str | None = None


class Entry(_Wire):
    """A feedback or a question; a question has neither rating nor pictures."""

    id: str = Field(min_length=1)
    text: str | None = None
    pros: str | None = None
    cons: str | None = None
    product_valuation: int | None = None
    created_date: datetime
    answer: Reply | None = None
    state: str | None = None
    product_details: Product = Product()
    photo_links: tuple[Photo, ...] | None = None
    video: Video | None = None
    user_name: str | None = None
    bables: tuple[str, ...] | None = None
    is_warned: bool | None = None
    parent_feedback_id: str | None = None
    child_feedback_id: str | None = None

    @field_validator("product_details", mode="before")
    @classmethod
    def _given(cls, value: Any) -> Any:
        return value or {}

    @property
    def at(self) -> float:
        """Seconds since the epoch."""
        return aware(self.created_date).timestamp()

    @property
    def whole_text(self) -> str:
        """All that the buyer wrote."""
        pros, cons = ("Достоинства: ", self.pros or ""), ("Недостатки: ", self.cons or "")
        return joined_text(("", self.text or ""), pros, cons)

    @property
    def media(self) -> tuple[str, ...]:
        """Links to pictures and video."""
        links = [photo.full_size for photo in self.photo_links or ()]
        links += [self.video.link] if self.video else []
        return tuple(clean_name(link) for link in links if link)

    def as_item(self) -> Item:
        """For the reading of lists; everything that a poll could find changed is digested."""
        kept = {
            "text",
            "pros",
            "cons",
            "product_valuation",
            "answer",
            "state",
            "media",
            "is_warned",
        }
        seen = self.model_dump(mode="json", include=kept)
        return Item(self.id, self.at, digest_of(seen, self.media), self)


def aware(moment: datetime) -> datetime:
    """In UTC, also where the API left the zone out."""
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)


def read_entries(rows: Iterable[Any], kind: Kind) -> tuple[list[Entry], list[BadRow]]:
    """Entries of an answer; what is none becomes a `BadRow`."""
    entries: list[Entry] = []
    bad: list[BadRow] = []
    for row in rows:
        try:
            entries.append(Entry.model_validate(row))
        except ValidationError as error:
            wrong = ", ".join(".".join(map(str, e["loc"])) or "item" for e in error.errors())
            name = row.get("id") if isinstance(row, dict) else None
            place = f"wildberries {SINGULAR[kind]} {clean_name(name)}".strip()
            bad.append(BadRow(place=place, reason=f"wrong {wrong}", raw=quote(row, 500)))
    return entries, bad


def mentions_of(entry: Entry, kind: Kind) -> list[CollectedMention]:
    """The entry and, where there is one, our answer."""
    thread, key = _thread(entry, kind), f"{SINGULAR[kind]}/{entry.id}"
    text, notes = clean(entry.whole_text)
    parent = entry.parent_feedback_id
    product = entry.product_details
    original = {
        "state": entry.state,
        "article": product.supplier_article,
        "size": product.size,
        "tags": entry.bables,
        "suspicious": entry.is_warned,
    }
    rating = entry.product_valuation
    mention = CollectedMention(
        external_id=key,
        thread=thread,
        author=CollectedAuthor(external_id=f"{key}/author", name=clean_name(entry.user_name)),
        text=text,
        parent_external_id=f"feedback/{parent}" if parent else None,
        published_at=aware(entry.created_date),
        rating=float(rating) if rating is not None and 1 <= rating <= 5 else None,
        url=_permalink(entry, kind),
        media=entry.media,
        cannot_answer=_why_not(entry, kind),
        original=clean_original({name: value for name, value in original.items() if value} | notes),
    )
    return [mention, *_answer(entry, mention)]


def _answer(entry: Entry, mention: CollectedMention) -> list[CollectedMention]:
    reply = entry.answer
    if reply is None or not reply.text:
        return []
    text, notes = clean(reply.text)
    is_shown = reply.state in (None, "", "wbRu")
    original = {"state": reply.state, "editable": reply.editable, **notes}
    answer = CollectedMention(
        external_id=f"{mention.external_id}/answer",
        thread=mention.thread,
        author=CollectedAuthor(external_id=f"{SELLER}/us", name="Продавец", is_ours=True),
        text=text,
        parent_external_id=mention.external_id,
        published_at=aware(reply.create_date) if reply.create_date else None,
        url=mention.url,
        is_hidden=not is_shown,
        original=clean_original(original),
    )
    return [answer]


def _why_not(entry: Entry, kind: Kind) -> str:
    if kind == "questions" and entry.state == REJECTED:
        return "Вопрос отклонён продавцом: на сайте Wildberries его не видно"
    return ""


def _thread(entry: Entry, kind: Kind) -> CollectedThread:
    product = entry.product_details
    root = entry.parent_feedback_id or entry.id
    named = " · ".join(
        clean_name(part)
        for part in (product.product_name, product.brand_name, product.supplier_article)
        if part and part.strip()
    )
    return CollectedThread(
        external_id=f"nm/{product.nm_id}/{SINGULAR[kind]}/{root}",
        title=f"{named or 'Товар'} (арт. WB {product.nm_id})",
        url=f"{SITE}/catalog/{product.nm_id}/detail.aspx" if product.nm_id else "",
    )


def _permalink(entry: Entry, kind: Kind) -> str:
    product = entry.product_details
    if not product.nm_id:
        return ""
    group = f"?imtId={product.imt_id}" if product.imt_id else ""
    return f"{SITE}/catalog/{product.nm_id}/{kind}{group}"
