"""Reviews as the My Business API v4 writes them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from collectors._google import moment
from collectors._newest import Item, digest_of
from collectors._text import clean, clean_name, quote
from otklik.platforms import BadRow, CollectedAuthor, CollectedMention, CollectedThread

REPLY = "/reply"
STARS = {"ONE": 1, "TWO": 2, "THREE": 3, "FOUR": 4, "FIVE": 5}
TRANSLATED, ORIGINAL = "(Translated by Google)", "(Original)"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Reviewer(_Part):
    """Who wrote it, as far as they let it be known."""

    displayName: str = ""  # noqa: N815 — the documentation's names
    isAnonymous: bool = False  # noqa: N815


class ReviewReply(_Part):
    """What the owner answered; a state other than approved is not public."""

    comment: str = ""
    updateTime: str = ""  # noqa: N815
    reviewReplyState: str = ""  # noqa: N815


class Review(_Part):
    """One person's review, and the reply to it."""

    name: str = Field(pattern=r"^accounts/\d+/locations/\d+/reviews/[^/]+$")
    reviewId: str = Field(min_length=1)  # noqa: N815
    reviewer: Reviewer = Reviewer()
    starRating: str = ""  # noqa: N815
    comment: str = ""
    createTime: datetime  # noqa: N815
    updateTime: datetime  # noqa: N815
    reviewReply: ReviewReply | None = None  # noqa: N815
    reviewMediaItems: list[dict[str, Any]] = Field(default_factory=list)  # noqa: N815

    @field_validator("createTime", "updateTime", mode="before")
    @classmethod
    def _is_moment(cls, value: Any) -> datetime:
        found = moment(value)
        if found is None:
            raise ValueError("no time")
        return found

    @property
    def media(self) -> tuple[str, ...]:
        """Links of pictures and films."""
        values = (value for item in self.reviewMediaItems for value in item.values())
        return tuple(str(v) for v in values if str(v).startswith("https://"))[:20]


def read_reviews(rows: Iterable[Any], place: str) -> tuple[list[Item], list[BadRow]]:
    """Reviews out of an answer; what is none becomes a `BadRow`."""
    items: list[Item] = []
    bad: list[BadRow] = []
    for row in rows:
        try:
            review = Review.model_validate(row)
        except ValidationError as error:
            wrong = ", ".join(".".join(map(str, e["loc"])) or "item" for e in error.errors())
            known = clean_name(row.get("reviewId")) if isinstance(row, dict) else "?"
            where = f"google_business {place} review {known}"
            bad.append(BadRow(place=where, reason=f"wrong {wrong}", raw=quote(row, 500)))
        else:
            items.append(_item(review))
    return items, bad


def mentions_of(review: Review, title: str) -> list[CollectedMention]:
    """The review, and our reply under it."""
    identity = review.name
    thread = CollectedThread(external_id=identity, title=title)
    words, translation = split_translation(review.comment)
    text, notes = clean(words)
    if translation:
        notes["translation"] = clean(translation, 2_000).text
    is_edited = review.updateTime > review.createTime
    mention = CollectedMention(
        external_id=identity,
        thread=thread,
        author=CollectedAuthor(
            external_id=f"{identity.rpartition('/reviews/')[0]}/author/{review.reviewId}",
            name="" if review.reviewer.isAnonymous else clean_name(review.reviewer.displayName),
        ),
        text=text,
        published_at=review.createTime,
        edited_at=review.updateTime if is_edited else None,
        rating=STARS.get(review.starRating),
        media=review.media,
        original=notes,
    )
    return [mention, *_replies(review, thread)]


def split_translation(comment: str) -> tuple[str, str]:
    """The reviewer's own words, and Google's translation of them, whichever comes first."""
    if TRANSLATED not in comment:
        return comment, ""
    before, _, after = comment.partition(TRANSLATED)
    if ORIGINAL in after:
        translation, _, original = after.partition(ORIGINAL)
        return original.strip(), translation.strip()
    return (before.strip(), after.strip()) if before.strip() else (after.strip(), "")


def _replies(review: Review, thread: CollectedThread) -> list[CollectedMention]:
    reply = review.reviewReply
    if reply is None or not reply.comment:
        return []
    words, _ = split_translation(reply.comment)
    place = review.name.rpartition("/reviews/")[0]
    return [
        CollectedMention(
            external_id=review.name + REPLY,
            thread=thread,
            author=CollectedAuthor(external_id=f"{place}/owner", is_ours=True),
            text=clean(words).text,
            parent_external_id=review.name,
            published_at=moment(reply.updateTime),
            is_hidden=reply.reviewReplyState in {"PENDING", "REJECTED"},
        )
    ]


def _item(review: Review) -> Item:
    reply = review.reviewReply
    digest = digest_of(
        re.sub(r"\s+", " ", review.comment),
        review.starRating,
        str(review.updateTime),
        review.reviewer.displayName,
        reply.comment if reply else None,
        reply.reviewReplyState if reply else None,
    )
    return Item(review.reviewId, review.updateTime.timestamp(), digest, review)
