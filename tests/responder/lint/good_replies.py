"""Reads the good replies: whole answers to comments, each with what it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from responder.lint import LintContext
from responder.points import Point
from tests.responder.lint.example_files import context_of, make_fact, make_point, read_values

FOLDER = Path(__file__).parent
CASES = "good_replies_cases.txt"
KNOWN, FRESH = "good_replies.txt", "good_replies_fresh.txt"
RECENT = 200


@dataclass(frozen=True)
class GoodReply:
    """A reply somebody would sign, the comment it answers and the texts it is checked against."""

    trade: str
    comment: str
    text: str
    values: dict[str, Any]

    def context(self) -> LintContext:
        """With every check awake: name, limit, points and 200 replies sent before."""
        points: list[Point] = [
            make_point(f"{self.comment} => {fact}") for fact in self.values.get("fact", ())[:1]
        ]
        others = [one.text for one in good_replies() if one.text != self.text]
        context = context_of(self.text, {"comment": self.comment, **self.values})
        records = tuple(make_fact(one) for one in cases().get(self.comment, ()))
        return context.model_copy(
            update={
                "facts": (*context.facts, *records),
                "recent_replies": tuple(others[:RECENT]),
                "points": tuple(points),
                "author_name": "Мария Кравец",
                "reply_max_length": 1000,
            }
        )


@cache
def cases() -> dict[str, tuple[str, ...]]:
    """What the desk has on record, by comment."""
    found = {}
    for line in (FOLDER / CASES).read_text("utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            comment, _, records = line.partition(" => ")
            found[comment.strip()] = tuple(one.strip() for one in records.split(" || "))
    return found


@cache
def good_replies(name: str = KNOWN) -> tuple[GoodReply, ...]:
    """All of a file in its order; the fresh ones were written when the rules stood."""
    found, trade = [], ""
    for line in (FOLDER / name).read_text("utf-8").splitlines():
        if line.startswith("#"):
            trade = line[1:].strip()
        elif line.strip():
            said, *parts = line.split(" || ")
            comment, _, text = said.partition(" => ")
            found.append(GoodReply(trade, comment.strip(), text.strip(), read_values(parts)))
    return tuple(found)
