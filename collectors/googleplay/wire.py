"""Reviews as the developer API writes them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from collectors._newest import Item, digest_of
from collectors._text import clean, clean_name, clean_original, quote
from otklik.platforms import BadRow, CollectedAuthor, CollectedMention, CollectedThread

STORE = "https://play.google.com/store/apps/details?id="
REPLY = "/reply"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Timestamp(_Part):
    """A moment; the contract writes its seconds as a string."""

    seconds: int = Field(ge=0, le=253_402_300_799)
    nanos: int = Field(default=0, ge=0, le=999_999_999)

    @property
    def moment(self) -> datetime:
        """Aware, UTC."""
        return datetime.fromtimestamp(self.seconds, UTC).replace(microsecond=self.nanos // 1000)


class UserComment(_Part):
    """What the reviewer wrote."""

    text: str = ""
    originalText: str = ""  # noqa: N815 — the contract's names
    lastModified: Timestamp  # noqa: N815
    starRating: int | None = Field(default=None, ge=0, le=5)  # noqa: N815
    reviewerLanguage: str = ""  # noqa: N815
    device: str = ""
    androidOsVersion: int | None = None  # noqa: N815
    appVersionCode: int | None = None  # noqa: N815
    appVersionName: str = ""  # noqa: N815
    thumbsUpCount: int | None = None  # noqa: N815
    thumbsDownCount: int | None = None  # noqa: N815
    deviceMetadata: dict[str, Any] = Field(default_factory=dict)  # noqa: N815

    @property
    def words(self) -> str:
        """Title and text, which a tab holds together, in the reviewer's own language."""
        return (self.originalText or self.text).strip("\t").replace("\t", "\n")


class DeveloperComment(_Part):
    """What the developer answered."""

    text: str = ""
    lastModified: Timestamp | None = None  # noqa: N815


class _Comment(_Part):
    userComment: UserComment | None = None  # noqa: N815
    developerComment: DeveloperComment | None = None  # noqa: N815


class Review(_Part):
    """One person's review, and the answer to it."""

    reviewId: str = Field(min_length=1)  # noqa: N815
    authorName: str = ""  # noqa: N815
    comments: list[_Comment] = Field(min_length=1)

    @field_validator("comments")
    @classmethod
    def _has_user(cls, comments: list[_Comment]) -> list[_Comment]:
        if not any(comment.userComment for comment in comments):
            raise ValueError("no userComment")
        return comments

    @property
    def user(self) -> UserComment:
        """The last version of the review."""
        return next(c.userComment for c in reversed(self.comments) if c.userComment)

    @property
    def answer(self) -> DeveloperComment | None:
        """The answer that stands there now."""
        found = (c.developerComment for c in reversed(self.comments) if c.developerComment)
        return next(found, None)


def read_reviews(rows: Iterable[Any], package: str) -> tuple[list[Item], list[BadRow]]:
    """Reviews out of an answer; what is none becomes a `BadRow`."""
    items: list[Item] = []
    bad: list[BadRow] = []
    for row in rows:
        try:
            review = Review.model_validate(row)
        except ValidationError as error:
            bad.append(BadRow(place=_place(row, package), reason=_reason(error), raw=_raw(row)))
            continue
        items.append(_item(review))
    return items, bad


def _item(review: Review) -> Item:
    user = review.user
    answer = review.answer.text if review.answer else None
    moment = user.lastModified.moment
    digest = digest_of(user.words, user.starRating, str(moment), review.authorName, answer)
    return Item(review.reviewId, moment.timestamp(), digest, review)


def mentions_of(review: Review, package: str, title: str) -> list[CollectedMention]:
    """The review, and our answer under it."""
    user = review.user
    identity = f"{package}/{review.reviewId}"
    thread = CollectedThread(external_id=identity, title=title, url=STORE + package)
    text, notes = clean(user.words)
    facts = user.model_dump(
        exclude={"text", "originalText", "lastModified", "starRating"}, exclude_defaults=True
    )
    mention = CollectedMention(
        external_id=identity,
        thread=thread,
        author=CollectedAuthor(
            external_id=f"{package}/author/{review.reviewId}", name=clean_name(review.authorName)
        ),
        text=text,
        published_at=user.lastModified.moment,
        rating=user.starRating or None,
        url=f"{STORE}{package}&reviewId={clean_name(review.reviewId)}",
        original={**clean_original(facts), **notes},
    )
    return [mention, *_answers(review, thread, package)]


def _answers(review: Review, thread: CollectedThread, package: str) -> list[CollectedMention]:
    answer = review.answer
    if answer is None or not answer.text:
        return []
    return [
        CollectedMention(
            external_id=thread.external_id + REPLY,
            thread=thread,
            author=CollectedAuthor(external_id=f"{package}/developer", is_ours=True),
            text=clean(answer.text).text,
            parent_external_id=thread.external_id,
            published_at=answer.lastModified.moment if answer.lastModified else None,
        )
    ]


def _place(row: Any, package: str) -> str:
    known = clean_name(row.get("reviewId")) if isinstance(row, dict) else ""
    return f"googleplay {package} review {known or '?'}"


def _raw(row: Any) -> str:
    return quote(row, 500)


def _reason(error: ValidationError) -> str:
    wrong = (".".join(map(str, one["loc"])) or "item" for one in error.errors())
    return "wrong " + ", ".join(wrong)
