"""Cases that were handed out, and whether two people had one at the same time."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

HELD_BY_TWO = "held by two at once"


@dataclass(frozen=True)
class Taken:
    """A case somebody was handed; `asked` and `got` in seconds of one clock."""

    number: str
    who: str
    asked: float
    got: float


def handed_again(taken: Sequence[Taken], asked: Sequence[Taken] = ()) -> dict[str, str]:
    """Cases that were handed out more than once, and how that came about.

    Who asks for another case gives back the one they had: until that moment nobody else may
    have been handed it.

    Args:
        asked: whatever else was asked for, whether a case came of it or not.
    """
    found: dict[str, str] = {}
    heard = [*taken, *asked]
    for number, count in Counter(one.number for one in taken).items():
        if count < 2 or not number:
            continue
        some = sorted((one for one in taken if one.number == number), key=lambda one: one.got)
        pairs = list(pairwise(some))
        if any(other.got < _left(one, heard) for one, other in pairs if one.who != other.who):
            found[number] = HELD_BY_TWO
        else:
            is_own = all(one.who == other.who for one, other in pairs)
            found[number] = "to the same person" if is_own else "given back undone before"
    return found


def _left(held: Taken, taken: Sequence[Taken]) -> float:
    """When its holder asked for another case; never, where they did not."""
    return min(
        (one.asked for one in taken if one.who == held.who and one.asked > held.got),
        default=math.inf,
    )
