"""Values of points: what a complaint says happened or asks, and what is known already."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from otklik.enums import PointState, Topic
from otklik.verdicts import Span

GENERAL_THINGS = frozenset({"order", "tea", "coffee", "cafe", "taste", "gift"})


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class PointKind(StrEnum):
    """Whether the author tells what happened or asks for something."""

    HAPPENED = "happened"
    ASKED = "asked"


class Point(_Value):
    """One point of a comment, with what the draft has for it.

    Attributes:
        text, span: the author's words and their place in the comment.
        thing_id: what of ours it is about, as `Knowledge.things` calls it; may be empty.
        matter_id: what kind of trouble it is, as `responder.points.matters` calls it, or empty.
        answer: the sentences of the draft that answer it; empty when none does.
    """

    text: str
    span: Span
    kind: PointKind
    topic: Topic
    thing_id: str = ""
    matter_id: str = ""
    state: PointState = PointState.GAP
    fact_ids: tuple[str, ...] = ()
    answer: str = ""


class KnownSource(StrEnum):
    """Where we know something from."""

    COMMENT = "comment"
    THREAD = "thread"
    PLATFORM = "platform"
    CASE = "case"


class Known(_Value):
    """Something the author already said, or we already know: must not be asked again.

    `kind` is `amount`, `date`, `order`, `place`, `duration`, `batch`, `phone` or `email`, and
    where we know it ourselves also `rating`, `branch`, `written_at` or `earlier_case`. `span`
    is its place in the text it stands in, and empty where it stands in none.
    """

    kind: str
    text: str
    span: Span
    source: KnownSource = KnownSource.COMMENT
