"""What is usual of the thing or the topic of a storyline.

How many people are unhappy in all, and at which hours, the company's own past says; which part of
them is of this thing or topic, what stands on the shelf beside it. The hours follow everybody's
pace, so that a busy evening and a holiday's peak raise what is expected of every storyline alike.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from otklik.usual import HOUR, Usual
from otklik.usual_rates import Rates
from responder.incidents.shelf import Line, Shelf
from responder.incidents.storyline import Storyline
from responder.incidents.tally import Tally

HOURS = 97
SPREAD = 1.5  # a storyline's days differ at least as much
LEAST_DAYS = 2.0  # nobody has a usual day before that
KNOWN_DAYS = 7.0  # before that, what is usual may be as much as several times what was seen
UNSEEN = 1.0  # what nobody has seen yet is not impossible
NEW_DESK = 15.0


def usual_of(shelf: Shelf, line: Line, storyline: Storyline, at: datetime, rates: Rates) -> Usual:
    """What is usual of what a storyline names (without a thing of ours: of its topic)."""
    others = shelf.tally - line.tally
    first = others.first_at(otherwise=at)
    known = (at - min(first, rates.since)) / timedelta(days=1)
    in_all = _in_all(others.count, first, at, rates, known)
    unseen = UNSEEN + NEW_DESK * max(0.0, 1 - known / KNOWN_DAYS)
    share = (_alike(shelf, line, others, storyline) + unseen) / (others.count + unseen)
    return Usual(
        at=at - HOUR,
        hourly=tuple(share * one for one in _paced(others, at, in_all / 24, rates)),
        per_day=in_all * share,
        per_week_in_all=in_all * 7,
        spread=min(rates.spread, SPREAD),
    )


def _in_all(count: int, first: datetime, at: datetime, rates: Rates, known: float) -> float:
    """Unhappy people on an average day; a desk of a few days looks at these as well."""
    if known >= KNOWN_DAYS:
        return rates.per_day
    days = max((at - first) / timedelta(days=1), LEAST_DAYS)
    return max(rates.per_day, count / days)


def _alike(shelf: Shelf, line: Line, others: Tally, storyline: Storyline) -> int:
    """How many of the others name one of its things; without things, have its topic."""
    things = set(storyline.named)
    if not things:
        return others.topics[storyline.topic]
    return sum(
        1
        for other in shelf.lines.values()
        if other is not line and not things.isdisjoint(other.named)
        for one in other.stories.values()
        if one.named & things
    )


def _paced(others: Tally, at: datetime, an_hour: float, rates: Rates) -> list[float]:
    """People expected in all in the hour before `at`, and so on backwards: as usual, or more."""
    seen = others.hours_before(at, HOURS)
    usual = [an_hour * rates.shape_at(at - (back + 1) * HOUR) for back in range(HOURS)]
    return [one * max(1.0, (count + 1) / (one + 1)) for one, count in zip(usual, seen, strict=True)]
