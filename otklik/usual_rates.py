"""What is usual of a company: rates of its topics over the hours of its days, and their spread.

Learned from the last eight weeks without the newest three days, so that what is growing now is no
part of its own yardstick. Younger weeks weigh more. Where little is known, estimates lean on what
is known better: a topic on its company, an hour on an even day, a company without a past on one
unhappy person a day.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from otklik.enums import Topic
from otklik.usual import HOUR

PAST = timedelta(weeks=8)
LEFT_OUT = timedelta(days=3)
_HALF_LIFE = timedelta(weeks=3)  # a week that old weighs half
# how many days, people and days² the prior counts for
_PRIOR_DAYS, _PRIOR_PEOPLE, _PRIOR_SPREAD, _PRIOR_WEIGHT = 1.0, 4.0, 0.15, 3.0
_LEAST_SPREAD, _MOST_SPREAD = 1e-3, 2.0
_DAY = timedelta(days=1)

Bin = tuple[bool, int]
IsDayOff = Callable[[date], bool]


class UnhappyHour(NamedTuple):
    """So many different people were unhappy about a topic in the hour that begins at `start`."""

    start: datetime
    topic: Topic
    people: float


@dataclass(frozen=True)
class Rates:
    """What was learned of one company.

    Attributes:
        since: when the oldest of what it was learned from was told.
        per_day: unhappy people on an average day, all topics.
        by_topic: the same of each topic.
        shape: how many times as many come in an hour as on average, by (day off, local hour).
        spread: size of the negative binomial of a topic's day.
    """

    since: datetime
    per_day: float
    by_topic: dict[Topic, float]
    shape: dict[Bin, float]
    spread: float
    zone: ZoneInfo
    is_day_off: IsDayOff

    def shape_at(self, hour: datetime) -> float:
        """How many times as many people come in that hour as on average."""
        return self.shape[_bin(hour, self.zone, self.is_day_off)]


def learn(
    hours: Sequence[UnhappyHour],
    since: datetime,
    until: datetime,
    *,
    zone: ZoneInfo,
    is_day_off: IsDayOff,
) -> Rates:
    """What is usual, from the hours between `since` and `until` (whole hours, UTC)."""
    seen = _Seen(since, until, zone, is_day_off)
    first = _rates(hours, seen)
    return _rates(_capped(hours, first), seen)


class _Seen:
    """The time that was watched: weighted days in all, and hours by bin."""

    def __init__(
        self, since: datetime, until: datetime, zone: ZoneInfo, is_day_off: IsDayOff
    ) -> None:
        self.since, self.until, self.zone, self.is_day_off = since, until, zone, is_day_off
        self.hours: defaultdict[Bin, float] = defaultdict(float)
        for start in _each_hour(since, until):
            self.hours[self.bin(start)] += self.weight(start)
        self.days = sum(self.hours.values()) / 24

    def weight(self, start: datetime) -> float:
        """Of an hour, 0 … 1."""
        return float(0.5 ** ((self.until - start) / _HALF_LIFE))

    def bin(self, start: datetime) -> Bin:
        """Day off or not, and the local hour."""
        return _bin(start, self.zone, self.is_day_off)


def _rates(hours: Sequence[UnhappyHour], seen: _Seen) -> Rates:
    people: defaultdict[Topic, float] = defaultdict(float)
    in_bin: defaultdict[Bin, float] = defaultdict(float)
    for start, topic, count in hours:
        people[topic] += count * seen.weight(start)
        in_bin[seen.bin(start)] += count * seen.weight(start)
    per_day = (sum(people.values()) + _PRIOR_DAYS) / (seen.days + _PRIOR_DAYS)
    share = per_day * _PRIOR_DAYS / len(Topic)
    rates = Rates(
        since=seen.since,
        per_day=per_day,
        by_topic={one: (people[one] + share) / (seen.days + _PRIOR_DAYS) for one in Topic},
        shape=_shape(in_bin, seen, per_day / 24),
        spread=1 / _PRIOR_SPREAD,
        zone=seen.zone,
        is_day_off=seen.is_day_off,
    )
    return Rates(**{**vars(rates), "spread": 1 / _overdispersion(hours, seen, rates)})


def _shape(in_bin: defaultdict[Bin, float], seen: _Seen, an_hour: float) -> dict[Bin, float]:
    """Shrunk towards an even day by as many people as the prior counts for."""
    return {
        (off, hour): (in_bin[off, hour] + _PRIOR_PEOPLE)
        / (seen.hours[off, hour] * an_hour + _PRIOR_PEOPLE)
        for off in (False, True)
        for hour in range(24)
    }


def _overdispersion(hours: Sequence[UnhappyHour], seen: _Seen, rates: Rates) -> float:
    """Variance beyond chance in parts of the squared mean, by moments over topics and days."""
    counted = _by_day(hours, seen)
    beyond = squared = 0.0
    for start, topic, expected in _expected_days(seen, rates):
        found = counted.get((start, topic), 0.0)
        beyond += (found - expected) ** 2 - expected
        squared += expected**2
    whole = (beyond + _PRIOR_WEIGHT * _PRIOR_SPREAD) / (squared + _PRIOR_WEIGHT)
    return min(max(whole, _LEAST_SPREAD), _MOST_SPREAD)


def _by_day(hours: Sequence[UnhappyHour], seen: _Seen) -> dict[tuple[int, Topic], float]:
    found: defaultdict[tuple[int, Topic], float] = defaultdict(float)
    for start, topic, count in hours:
        found[(start - seen.since) // _DAY, topic] += count
    return found


def _expected_days(seen: _Seen, rates: Rates) -> Iterator[tuple[int, Topic, float]]:
    """Number of a whole day, topic, people expected on it."""
    for number in range((seen.until - seen.since) // _DAY):
        start = seen.since + number * _DAY
        day = sum(rates.shape[seen.bin(one)] for one in _each_hour(start, start + _DAY)) / 24
        for topic, per_day in rates.by_topic.items():
            yield number, topic, per_day * day


def _capped(hours: Sequence[UnhappyHour], rates: Rates) -> list[UnhappyHour]:
    """Yesterday's incident is no yardstick: an hour counts at most as far as it is credible."""
    return [
        UnhappyHour(start, topic, min(count, _most(rates.by_topic[topic] / 24)))
        for start, topic, count in hours
    ]


def _most(expected: float) -> float:
    return expected + 4 * math.sqrt(expected + _PRIOR_SPREAD * expected**2) + 2


def _bin(start: datetime, zone: ZoneInfo, is_day_off: IsDayOff) -> Bin:
    local = start.astimezone(zone)
    return is_day_off(local.date()), local.hour


def _each_hour(since: datetime, until: datetime) -> Iterator[datetime]:
    for number in range(max(0, math.ceil((until - since) / HOUR))):
        yield since + number * HOUR
