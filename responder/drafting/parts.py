"""Parts of a reply: sentences with what they answer, and how they become one text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from otklik.enums import PointState
from responder.knowledge import Fact
from responder.points import Point


class Role(StrEnum):
    """What a sentence is for."""

    OPENING = "opening"
    SORRY = "sorry"
    STATEMENT = "statement"
    FACT = "fact"
    ACTION = "action"
    PENDING = "pending"
    GAP = "gap"
    ASK = "ask"
    FRAME = "frame"


# What a point has, from the most to the least: an action beats a fact beats a "not yet".
_STATES = (
    (Role.ACTION, PointState.ACTION),
    (Role.FACT, PointState.FACT),
    (Role.STATEMENT, PointState.FACT),
    (Role.PENDING, PointState.PENDING),
)


@dataclass
class Part:
    """One or two sentences of a reply. The least `weight` is dropped first where room is short.

    Attributes:
        points: indices of the points it answers.
        facts: what it rests on.
    """

    text: str
    role: Role
    weight: int
    points: list[int] = field(default_factory=list)
    facts: tuple[Fact, ...] = ()


@dataclass(frozen=True)
class Written:
    """A reply with its points answered and the facts it cites."""

    text: str
    points: tuple[Point, ...]
    facts: tuple[Fact, ...]
    uses_statement: bool = False


def assemble(parts: Sequence[Part], points: Sequence[Point], most: int | None) -> Written:
    """One text of the parts that fit into `most` characters, and what each point has in it."""
    kept = _shortened(list(parts), most)
    facts = {fact.id: fact for part in kept for fact in part.facts}
    return Written(
        text=_joined(kept),
        points=tuple(_answered(index, point, kept) for index, point in enumerate(points)),
        facts=tuple(facts.values()),
        uses_statement=any(part.role is Role.STATEMENT for part in kept),
    )


def _answered(index: int, point: Point, kept: Sequence[Part]) -> Point:
    own = [part for part in kept if index in part.points]
    roles = {part.role for part in own}
    state = next((state for role, state in _STATES if role in roles), PointState.GAP)
    ids = dict.fromkeys(fact.id for part in own for fact in part.facts)
    return point.model_copy(
        update={
            "state": state,
            "fact_ids": tuple(ids),
            "answer": " ".join(part.text for part in own),
        }
    )


def _shortened(parts: list[Part], most: int | None) -> list[Part]:
    while most is not None and len(parts) > 1 and len(_joined(parts)) > most:
        parts.remove(min(reversed(parts), key=lambda part: part.weight))
    return parts


def _joined(parts: Sequence[Part]) -> str:
    text = ""
    for part in parts:
        gap = "\n" if part.role is Role.FRAME and "\n" in part.text else " "
        text = f"{text}{gap if text else ''}{part.text}"
        text += "\n" if part.role is Role.FRAME and "\n" in part.text else ""
    return "\n".join(line.strip() for line in text.split("\n")).strip()
