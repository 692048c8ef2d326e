"""How many people are unhappy as a rule: found by `otklik.store.usual`, judged by elsewhere."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Usual:
    """What is usual of one topic, or of one thing under one topic, before a moment.

    Attributes:
        at: start of the hour that `hourly[0]` tells of.
        hourly: unhappy people expected in that hour, in the hour before it, and so on backwards.
        per_day: the same on an average day.
        per_week_in_all: unhappy people of the brand in an average week, whatever the topic.
        spread: size of the negative binomial: variance is mean + mean² / spread.
    """

    at: datetime
    hourly: tuple[float, ...]
    per_day: float
    per_week_in_all: float
    spread: float

    def between(self, start: datetime, end: datetime) -> float:
        """People expected from `start` to `end`; beyond `hourly`, at the average rate."""
        last = (end - self.at) / HOUR
        first = (start - self.at) / HOUR
        known = 0.0
        for back in range(max(0, math.floor(-last)), min(len(self.hourly), math.ceil(1 - first))):
            overlap = min(last, 1.0 - back) - max(first, -float(back))
            known += self.hourly[back] * max(0.0, overlap)
        later = max(0.0, last - max(1.0, first))
        earlier = max(0.0, min(last, 1.0 - len(self.hourly)) - first)
        return known + (later + earlier) * self.per_day / 24
