"""What stands in public around a comment."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import tuple_
from sqlmodel import Session, col, func, select

from otklik.models import Author, Mention


@dataclass(frozen=True)
class ThreadLine:
    """One comment of a thread as it stands in public."""

    id: int
    external_id: str
    parent_external_id: str | None
    author_name: str
    is_ours: bool
    text: str
    at: datetime
    is_edited: bool


def list_thread_around(
    session: Session, mention: Mention, *, before: int = 3, after: int = 20, text_limit: int = 2000
) -> list[ThreadLine]:
    """The comments before and after one, oldest first, itself among them."""
    place = tuple_(col(Mention.waiting_since), col(Mention.id))
    here = (mention.waiting_since, mention.id)
    near = _thread_query(mention, text_limit)
    backwards = (col(Mention.waiting_since).desc(), col(Mention.id).desc())
    earlier = near.where(place <= here).order_by(*backwards).limit(before + 1)
    later = near.where(place > here).order_by(col(Mention.waiting_since), col(Mention.id))
    lines = [*reversed(session.execute(earlier).all()), *session.execute(later.limit(after))]
    return [ThreadLine(*line) for line in lines]


def _thread_query(mention: Mention, text_limit: int) -> Any:
    columns: tuple[Any, ...] = (
        Mention.id,
        Mention.external_id,
        Mention.parent_external_id,
        Author.name,
        Mention.is_ours,
        func.substr(col(Mention.text), 1, text_limit),
        Mention.waiting_since,
        col(Mention.edited_at).is_not(None),
    )
    return (
        select(*columns)
        .join(Author, col(Author.id) == Mention.author_id)
        .where(Mention.thread_id == mention.thread_id, col(Mention.deleted_at).is_(None))
    )
