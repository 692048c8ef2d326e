"""What Yandex Market says on the wire, and the mentions it becomes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from collectors._newest import Item, digest_of
from collectors._seller import joined_text
from collectors._text import clean, clean_name, clean_original, quote
from otklik.platforms import BadRow, CollectedAuthor, CollectedMention, CollectedThread

PUBLISHED, DELETED = "PUBLISHED", "DELETED"
LONGEST_SKU = 120  # characters of it in a thread's id; the entry's own number follows
NAMES = {"BUSINESS": "Магазин", "BRAND": "Бренд", "VENDOR": "Производитель"}


class _Wire(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", alias_generator=to_camel)


W = TypeVar("W", bound=_Wire)


class Identifiers(_Wire):
    """What a review is about."""

    order_id: int | None = None
    offer_id: str | None = None


class Description(_Wire):
    """The words of a review."""

    advantages: str | None = None
    disadvantages: str | None = None
    comment: str | None = None


class Media(_Wire):
    """Links."""

    photos: tuple[str, ...] | None = None
    videos: tuple[str, ...] | None = None


class Statistics(_Wire):
    """Numbers of a review."""

    rating: int | None = None
    comments_count: int = 0
    recommended: bool | None = None
    paid_amount: int | None = None


class Feedback(_Wire):
    """A review."""

    feedback_id: int
    created_at: datetime
    need_reaction: bool = False
    identifiers: Identifiers = Identifiers()
    author: str | None = None
    description: Description | None = None
    media: Media | None = None
    statistics: Statistics = Statistics()

    def as_item(self) -> Item:
        """For the reading of lists."""
        numbers = (self.statistics.rating, self.statistics.comments_count)
        seen = digest_of(self.whole_text, self.links, self.need_reaction, *numbers)
        return Item(str(self.feedback_id), utc(self.created_at).timestamp(), seen, self)

    @property
    def whole_text(self) -> str:
        """All that the buyer wrote."""
        said = self.description or Description()
        return joined_text(
            ("", said.comment or ""),
            ("Достоинства: ", said.advantages or ""),
            ("Недостатки: ", said.disadvantages or ""),
        )

    @property
    def links(self) -> tuple[str, ...]:
        """Pictures, then videos."""
        media = self.media or Media()
        return tuple(clean_name(link) for link in (*(media.photos or ()), *(media.videos or ())))


class Author(_Wire):
    """Who commented or asked."""

    type: str | None = None
    name: str | None = None


class Comment(_Wire):
    """A comment on a review, or on an answer to a question."""

    id: int
    text: str | None = None
    can_modify: bool | None = None
    parent_id: int | None = None
    author: Author | None = None
    status: str | None = None
    created_at: datetime | None = None

    @property
    def who(self) -> Author:
        """Its author, as far as told."""
        return self.author or Author()


class Answer(Comment):
    """An answer to a question."""

    comments: tuple[Comment, ...] | None = None


class QuestionIds(_Wire):
    """Which question."""

    id: int
    offer_id: str = ""


class Question(_Wire):
    """A question."""

    question_identifiers: QuestionIds
    text: str = Field(min_length=1)
    created_at: datetime
    author: Author | None = None


def utc(moment: datetime) -> datetime:
    """In UTC, also where the zone was left out."""
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
            name = (row.get("feedbackId") or row.get("id")) if isinstance(row, dict) else None
            told = f"{place} {clean_name(name)}".strip()
            bad.append(BadRow(place=told, reason=f"wrong {wrong}", raw=quote(row, 500)))
    return good, bad


class Words:
    """Makes mentions for one cabinet.

    Args:
        business: the cabinet's number; ids begin with it.
        name: of the cabinet above its answers; empty when not configured.
    """

    def __init__(self, business: int, name: str) -> None:
        self._business, self._name = business, clean_name(name).casefold()

    def feedback(self, feedback: Feedback) -> CollectedMention:
        """The review itself."""
        key = f"{self._business}/feedback/{feedback.feedback_id}"
        text, notes = clean(feedback.whole_text)
        numbers = feedback.statistics
        original = {
            "order": feedback.identifiers.order_id,
            "recommended": numbers.recommended,
            "points_paid": numbers.paid_amount,
        }
        known = {name: value for name, value in original.items() if value is not None}
        rating = numbers.rating
        return CollectedMention(
            external_id=key,
            thread=self._thread(feedback.identifiers.offer_id or "", key),
            author=CollectedAuthor(external_id=f"{key}/author", name=clean_name(feedback.author)),
            text=text,
            published_at=utc(feedback.created_at),
            rating=float(rating) if rating is not None and 1 <= rating <= 5 else None,
            media=feedback.links,
            original=clean_original(known | notes),
        )

    def comments(
        self, comments: Iterable[Comment], above: CollectedMention
    ) -> list[CollectedMention]:
        """What stands under a review; every cabinet's comment there is ours."""
        root = f"{above.external_id}/comment"
        return [
            self._comment(
                comment,
                key=f"{root}/{comment.id}",
                parent=f"{root}/{comment.parent_id}" if comment.parent_id else above.external_id,
                above=above,
                is_ours=comment.who.type == "BUSINESS",
            )
            for comment in comments
            if comment.status != DELETED
        ]

    def question(self, question: Question) -> CollectedMention:
        """The question itself."""
        ids = question.question_identifiers
        key = f"{self._business}/question/{ids.id}"
        text, notes = clean(question.text)
        return CollectedMention(
            external_id=key,
            thread=self._thread(ids.offer_id, key),
            author=self._author(question.author or Author(), key, is_ours=False),
            text=text,
            published_at=utc(question.created_at),
            original=clean_original(notes),
        )

    def answers(self, answers: Iterable[Answer], above: CollectedMention) -> list[CollectedMention]:
        """Answers to a question, each with its comments."""
        shown: list[CollectedMention] = []
        for answer in answers:
            if answer.status == DELETED:
                continue
            key = f"{above.external_id}/answer/{answer.id}"
            is_ours = self._is_ours(answer)
            shown.append(
                self._comment(
                    answer, key=key, parent=above.external_id, above=above, is_ours=is_ours
                )
            )
            for comment in answer.comments or ():
                if comment.status == DELETED:
                    continue
                root = f"{key}/comment"
                parent = f"{root}/{comment.parent_id}" if comment.parent_id else key
                shown.append(
                    self._comment(
                        comment,
                        key=f"{root}/{comment.id}",
                        parent=parent,
                        above=above,
                        is_ours=self._is_ours(comment),
                    )
                )
        return shown

    def _is_ours(self, comment: Comment) -> bool:
        name = clean_name(comment.who.name).casefold()
        is_named = bool(self._name) and name == self._name
        return bool(comment.can_modify) or (comment.who.type == "BUSINESS" and is_named)

    def _comment(
        self, comment: Comment, *, key: str, parent: str, above: CollectedMention, is_ours: bool
    ) -> CollectedMention:
        text, notes = clean(comment.text)
        original = {"status": comment.status, "can_modify": comment.can_modify, **notes}
        return CollectedMention(
            external_id=key,
            thread=above.thread,
            author=self._author(comment.who, key, is_ours=is_ours),
            text=text,
            parent_external_id=parent,
            published_at=utc(comment.created_at) if comment.created_at else None,
            is_hidden=comment.status not in (None, PUBLISHED),
            original=clean_original(original),
        )

    def _author(self, author: Author, key: str, *, is_ours: bool) -> CollectedAuthor:
        return CollectedAuthor(
            external_id=f"{self._business}/us" if is_ours else f"{key}/author",
            name=clean_name(author.name) or NAMES.get(author.type or "", ""),
            is_ours=is_ours,
        )

    def _thread(self, offer: str, key: str) -> CollectedThread:
        shown = clean_name(offer)
        short = shown[:LONGEST_SKU]
        rest = key.partition("/")[2]
        return CollectedThread(
            external_id=f"{self._business}/offer/{short}/{rest}",
            title=f"Товар Маркета, SKU {shown}" if shown else "Товар Маркета",
        )
