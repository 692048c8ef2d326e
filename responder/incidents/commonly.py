"""What is usual of the thing or the topic of a storyline, by what stands on the shelf beside it.

A storyline's share of all complaints is as it was with everything else; how many there are in
all follows the hours as they were. So a busy evening and a holiday's peak raise what is expected
of every storyline alike.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from otklik.usual import HOUR, Usual
from responder.incidents.shelf import Line, Shelf
from responder.incidents.storyline import Storyline

HOURS = 72
SPREAD = 1.5
LEAST_DAYS = 2.0  # nobody has a usual day before that
KNOWN_DAYS = 7.0  # before that, what is usual may be as much as several times what was seen
UNSEEN = 1.0  # what nobody has seen yet is not impossible
NEW_DESK = 15.0


def usual_of(shelf: Shelf, line: Line, storyline: Storyline, at: datetime) -> Usual:
    """What is usual of what a storyline names (without a thing of ours: of its topic)."""
    things = set(storyline.named)
    others = [
        one
        for other in shelf.lines.values()
        if other is not line
        for one in other.stories.values()
        if one.at <= at
    ]
    if things:
        alike = sum(1 for one in others if one.named & things)
    else:
        alike = sum(1 for one in others if one.topic is storyline.topic)
    first = min((one.at for one in others), default=at)
    days = max((at - first) / timedelta(days=1), LEAST_DAYS)
    mean = len(others) / (days * 24)
    counts = [0] * HOURS
    for one in others:
        back = int((at - one.at) / HOUR)
        if back < HOURS:
            counts[back] += 1
    unseen = UNSEEN + NEW_DESK * max(0.0, 1 - days / KNOWN_DAYS)
    per_day = (alike + unseen) / days
    pace = [max(1.0, (count + 1) / (mean + 1)) for count in counts]
    return Usual(
        at=at - HOUR,
        hourly=tuple(per_day / 24 * one for one in pace),
        per_day=per_day,
        per_week_in_all=(len(others) + 1) / days * 7,
        spread=SPREAD,
    )
