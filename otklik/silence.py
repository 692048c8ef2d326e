"""Silent zero: a source that used to bring comments and now brings none. Pure.

A page whose markup changed, a feed that became empty, a token that lost a right: each answers
"no comments" without an error. Only the source's own past can tell that from a quiet day.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from otklik.store.arrivals import Arrivals

KNOWN_FROM = timedelta(days=180)  # arrivals before are another source's life
GAPS_FROM = timedelta(days=60)
LEAST_ARRIVALS = 20
LEAST_HISTORY = timedelta(days=14)  # holds a whole weekend for certain
LEAST_SILENCE = timedelta(hours=2)  # arrivals are known by the hour
TIMES_LONGEST_GAP = 2
LEAST_CHANCE = 0.001


@dataclass(frozen=True)
class Silence:
    """A silence that chance does not explain: how long, and how many came in a day before."""

    lasts: timedelta
    per_day: float

    @property
    def told(self) -> str:
        """For people, in one line."""
        return f"обычно {_usual(self.per_day)}, уже {_lasting(self.lasts)} ни одного"


def find_silence(
    past: Sequence[Arrivals], at: datetime, *, heard_at: datetime | None = None
) -> Silence | None:
    """The silence of a source whose last reading brought nothing, if it is suspicious.

    It is when it lasts more than twice as long as any gap of its last 60 days *and* at its
    mean rate so long a silence had a chance below 1 in 1,000 (Poisson).

    Args:
        past: arrivals by the hour, oldest first, of the last 180 days.
        heard_at: when a reading last brought something, where that is later: a platform that
            shows comments days after their date is not silent meanwhile.
    """
    count = sum(hour.count for hour in past)
    if count < LEAST_ARRIVALS or past[-1].last - past[0].first < LEAST_HISTORY:
        return None
    lasts = at - max(past[-1].last, heard_at or past[-1].last)
    rate = (count - 1) / (past[-1].last - past[0].first).total_seconds()
    chance = math.exp(-rate * max(0.0, lasts.total_seconds()))
    if lasts <= max(LEAST_SILENCE, TIMES_LONGEST_GAP * longest_gap(past)) or chance >= LEAST_CHANCE:
        return None
    return Silence(lasts, rate * 86_400)


def longest_gap(past: Sequence[Arrivals]) -> timedelta:
    """The longest time without any arrival in the 60 days up to the last one."""
    since = past[-1].last - GAPS_FROM
    return max(
        (
            later.first - max(earlier.last, since)
            for earlier, later in pairwise(past)
            if later.first > since
        ),
        default=timedelta(),
    )


def _usual(per_day: float) -> str:
    for name, days in (("день", 1), ("неделю", 7)):
        if per_day * days >= 1:
            return f"{per_day * days:.0f} в {name}"
    return f"{per_day * 30:.0f} в месяц"


def _lasting(lasts: timedelta) -> str:
    hours = lasts.total_seconds() / 3600
    if hours < 48:
        return f"{hours:.0f} ч"
    days = int(hours // 24)
    if days % 100 not in (11, 12, 13, 14) and days % 10 in (1, 2, 3, 4):
        return f"{days} {'день' if days % 10 == 1 else 'дня'}"
    return f"{days} дней"
