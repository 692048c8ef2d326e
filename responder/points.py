"""Points: what a complaint says happened and what it asks, and what is known already."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from otklik.enums import PointState, Topic
from otklik.verdicts import Span


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
        answer: the sentences of the draft that answer it; empty when none does.
    """

    text: str
    span: Span
    kind: PointKind
    topic: Topic
    thing_id: str = ""
    state: PointState = PointState.GAP
    fact_ids: tuple[str, ...] = ()
    answer: str = ""


class Known(_Value):
    """Something the author already said: must not be asked again.

    `kind` is `amount`, `date`, `order`, `place`, `duration`, `batch`, `phone` or `email`.
    """

    kind: str
    text: str
    span: Span
