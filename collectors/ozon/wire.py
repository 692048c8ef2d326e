"""What Ozon says on the wire, and the mentions it becomes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from collectors._newest import Item, digest_of
from collectors._text import clean, clean_name, clean_original, quote
from otklik.platforms import BadRow, CollectedAuthor, CollectedMention, CollectedThread

SITE = "https://www.ozon.ru"
SELLER = CollectedAuthor(external_id="seller/us", name="Продавец", is_ours=True)


class _Wire(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


W = TypeVar("W", bound=_Wire)


class Link(_Wire):
    """A picture or a video."""

    url: str | None = None


class Comment(_Wire):
    """A comment under a review."""

    id: str = Field(min_length=1)
    text: str | None = None
    is_owner: bool | None = None
    is_official: bool | None = None
    parent_comment_id: str | None = None
    published_at: datetime | None = None


class Review(_Wire):
    """A review as the list shows it; `info` adds the links."""

    id: str = Field(min_length=1)
    text: str | None = None
    rating: int | None = None
    sku: int = 0
    status: str = ""
    order_status: str = ""
    published_at: datetime
    comments_amount: int = 0
    photos_amount: int = 0
    videos_amount: int = 0
    photos: tuple[Link, ...] | None = None
    videos: tuple[Link, ...] | None = None

    def as_item(self) -> Item:
        """For the reading of lists."""
        amounts = (self.comments_amount, self.photos_amount, self.videos_amount)
        seen = digest_of(self.text, self.rating, self.status, *amounts)
        return Item(self.id, utc(self.published_at).timestamp(), seen, self)


class QuestionAnswer(_Wire):
    """An answer to a question."""

    id: str = Field(min_length=1)
    text: str | None = None
    author_name: str | None = None
    published_at: datetime | None = None


class Question(_Wire):
    """A question."""

    id: str = Field(min_length=1)
    text: str | None = None
    author_name: str | None = None
    sku: int
    status: str = ""
    published_at: datetime
    answers_count: int = 0
    product_url: str | None = None
    question_link: str | None = None

    def as_item(self) -> Item:
        """For the reading of lists. The item's name holds the SKU: calls need both."""
        seen = digest_of(self.text, self.status, self.answers_count)
        return Item(f"{self.sku}/{self.id}", utc(self.published_at).timestamp(), seen, self)


def utc(moment: datetime) -> datetime:
    """The API works in UTC, also where it leaves the zone out."""
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)


def read_rows(rows: Iterable[Any], kind: type[W], place: str) -> tuple[list[W], list[BadRow]]:
    """Rows of an answer; what makes no sense becomes a `BadRow`."""
    good: list[W] = []
    bad: list[BadRow] = []
    for row in rows:
        try:
            good.append(kind.model_validate(row))
        except ValidationError as error:
            wrong = ", ".join(".".join(map(str, e["loc"])) or "item" for e in error.errors())
            name = row.get("id") if isinstance(row, dict) else None
            told = f"{place} {clean_name(name)}".strip()
            bad.append(BadRow(place=told, reason=f"wrong {wrong}", raw=quote(row, 500)))
    return good, bad


def review_mention(review: Review) -> CollectedMention:
    """The review itself; its author is not told."""
    key = f"review/{review.id}"
    text, notes = clean(review.text)
    links = [link.url for link in (*(review.photos or ()), *(review.videos or ())) if link.url]
    original = {"status": review.status, "order_status": review.order_status}
    rating = review.rating
    return CollectedMention(
        external_id=key,
        thread=_thread(review.sku, key),
        author=CollectedAuthor(external_id=f"{key}/author", name="Покупатель"),
        text=text,
        published_at=utc(review.published_at),
        rating=float(rating) if rating is not None and 1 <= rating <= 5 else None,
        url=_card(review.sku),
        media=tuple(clean_name(link) for link in links),
        original=clean_original(original | notes),
    )


def comment_mention(comment: Comment, review: CollectedMention) -> CollectedMention:
    """A comment under a review."""
    key = f"{review.external_id}/comment/{comment.id}"
    text, notes = clean(comment.text)
    stranger = CollectedAuthor(
        external_id=f"{key}/author",
        name="Официальный представитель" if comment.is_official else "Покупатель",
    )
    parent = comment.parent_comment_id
    above = f"{review.external_id}/comment/{parent}" if parent else review.external_id
    return CollectedMention(
        external_id=key,
        thread=review.thread,
        author=SELLER if comment.is_owner else stranger,
        text=text,
        parent_external_id=above,
        published_at=utc(comment.published_at) if comment.published_at else None,
        url=review.url,
        original=clean_original(notes),
    )


def question_mention(question: Question) -> CollectedMention:
    """The question itself."""
    key = f"question/{question.sku}/{question.id}"
    text, notes = clean(question.text)
    thread = _thread(question.sku, f"question/{question.id}", clean_name(question.product_url))
    author = clean_name(question.author_name)
    return CollectedMention(
        external_id=key,
        thread=thread,
        author=CollectedAuthor(external_id=f"{key}/author", name=author),
        text=text,
        published_at=utc(question.published_at),
        url=clean_name(question.question_link) or thread.url,
        original=clean_original({"status": question.status, **notes}),
    )


def answer_mention(
    answer: QuestionAnswer, question: CollectedMention, seller_name: str
) -> CollectedMention:
    """An answer to a question; ours by its author's name."""
    key = f"{question.external_id}/answer/{answer.id}"
    text, notes = clean(answer.text)
    name = clean_name(answer.author_name)
    is_ours = bool(seller_name) and name.casefold() == clean_name(seller_name).casefold()
    stranger = CollectedAuthor(external_id=f"{key}/author", name=name)
    return CollectedMention(
        external_id=key,
        thread=question.thread,
        author=SELLER.model_copy(update={"name": name}) if is_ours else stranger,
        text=text,
        parent_external_id=question.external_id,
        published_at=utc(answer.published_at) if answer.published_at else None,
        url=question.url,
        original=clean_original(notes),
    )


def _thread(sku: int, key: str, url: str = "") -> CollectedThread:
    title = f"Товар Ozon, SKU {sku}"
    return CollectedThread(external_id=f"sku/{sku}/{key}", title=title, url=url or _card(sku))


def _card(sku: int) -> str:
    return f"{SITE}/product/{sku}/" if sku else ""
