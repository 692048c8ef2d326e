"""An import tried on what is known: what it would add, change and leave, before anybody agrees."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from otklik.enums import ProposalKind
from responder.knowledge.house import House, values_digest
from responder.knowledge.importing.proposing import propose
from responder.knowledge.importing.run import read_named
from responder.knowledge.importing.values import Defaults, Refused
from responder.knowledge.judging_one import Judged, judge_fact

MOST_ROWS = 200
_FACT = ProposalKind.FACT


class Outcome(StrEnum):
    """What an import would do with a row."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"


@dataclass(frozen=True)
class Row:
    """One row: its line, the fact it would make, what is to be said against it."""

    line: int
    values: dict[str, Any]
    outcome: Outcome
    judged: Judged
    base_digest: str


@dataclass(frozen=True)
class Tried:
    """All rows that could be read, and those that could not, by line."""

    rows: list[Row] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)

    @property
    def fit(self) -> list[Row]:
        """What can be proposed as it is."""
        return [
            row
            for row in self.rows
            if row.outcome is not Outcome.SAME
            and row.judged.is_fit
            and not row.judged.contradictions
        ]


def try_import(house: House, name: str, text: str, defaults: Defaults, at: datetime) -> Tried:
    """What the file `name` with this text would do; the first `MOST_ROWS` rows of it.

    Raises:
        InputError: it cannot be read at all. PolicyError: its front matter is wrong.
    """
    read, defaults = read_named(name, text, defaults, at.date())
    known = [" ".join(fact.all_texts()) for fact in house.knowledge.facts]
    made, refused = propose(read, defaults, name, at.date(), known)
    refused += [
        Refused(name, one.line, f"more than {MOST_ROWS} rows at once") for one in made[MOST_ROWS:]
    ]
    rows = [_row(house, one.line, one.values, at) for one in made[:MOST_ROWS]]
    return Tried(rows, sorted(refused, key=lambda one: one.line))


def _row(house: House, line: int, said: dict[str, Any], at: datetime) -> Row:
    """What is known of that id stays where the file says nothing."""
    before = house.values(_FACT, str(said["id"]))
    plain = {key: str(one) if key.startswith("valid_") else one for key, one in said.items()}
    if before:  # where it came from and since when are not what an import is about
        plain = {key: one for key, one in plain.items() if key not in ("valid_from", "source")}
    values = before | plain
    if not before:
        outcome = Outcome.NEW
    else:
        same = values_digest(values) == values_digest(before)
        outcome = Outcome.SAME if same else Outcome.CHANGED
    return Row(
        line, values, outcome, judge_fact(house, values, at), house.digest(_FACT, said["id"])
    )
