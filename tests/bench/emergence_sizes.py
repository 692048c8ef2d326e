"""False alarms and finds by size of company: ``python -m tests.bench.emergence_sizes``.

A made-up company has everyday troubles, few of them frequent (a Zipf), told at the hours people
are awake, on some days more than on others. Eight weeks are learned from, then weeks are watched
with the settings as shipped; nothing happens in them, so that what is suspected is false. Then a
new trouble begins that names nothing of ours, told by so many people a day: after how many of
them is it suspected? Vectors are drawn around the trade, the trouble and the teller, so that two
tellings of one trouble are as near as two paraphrases of the scenarios are, and two troubles as
near as its background.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby, takewhile
from zoneinfo import ZoneInfo

import numpy as np

from otklik.enums import Topic
from otklik.settings import Settings
from otklik.usual_rates import LEFT_OUT, PAST, Rates, UnhappyHour, learn
from responder.incidents import near_copies
from responder.incidents.commonly import usual_of
from responder.incidents.emergence import Budget, judge
from responder.incidents.gist import WIDTH, Vector
from responder.incidents.lately import AT_MOST, REMEMBERED
from responder.incidents.shelf import Shelf
from responder.incidents.story import Story

ZONE = ZoneInfo("Europe/Moscow")
START = datetime(2026, 2, 2, tzinfo=ZONE)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
TROUBLES, PRODUCTS = 150, 30
TOPICS = [one for one in Topic if one is not Topic.NONE]
TRADE, TROUBLE, TELLER = 0.7, 0.8, 0.75  # lengths; cosines 0.63 and 0.28 as they are
SPREAD = 6.0  # of a day's number of people: variance is mean + mean² / SPREAD


@dataclass(frozen=True)
class Told:
    """One comment: which trouble (-1: the new one), who, when."""

    at: datetime
    trouble: int
    author: int


class Company:
    """Comments of one company, and its vectors."""

    def __init__(self, a_month: int, seed: int) -> None:
        self.rng, self.noise = random.Random(seed), np.random.default_rng(seed)
        self.a_day = a_month / 30
        self._trade = self._drawn(TRADE)
        self._troubles = {number: self._drawn(TROUBLE) for number in range(-1, TROUBLES)}
        weights = [1 / (rank + 2) for rank in range(TROUBLES)]
        self._troubles_by_weight = (list(range(TROUBLES)), weights)
        self._authors = 0

    def _drawn(self, length: float) -> Vector:
        row = self.noise.normal(size=WIDTH).astype(np.float32)
        return row * np.float32(length / float(np.linalg.norm(row)))

    def everyday(self, since: datetime, days: int) -> Iterator[Told]:
        """What is told on so many days, oldest first."""
        for number in range(days):
            start = since + number * DAY
            off = start.weekday() > 4
            mean = self.a_day * (0.7 if off else 1.12) * self.rng.gammavariate(SPREAD, 1 / SPREAD)
            for at in sorted(self._moments(start, int(self.noise.poisson(mean)))):
                (trouble,) = self.rng.choices(*self._troubles_by_weight)
                yield self._told(at, trouble)

    def new_trouble(self, since: datetime, a_day: int, days: int) -> list[Told]:
        """So many people a day tell of one new trouble."""
        found = [
            self._told(at, -1)
            for number in range(days)
            for at in self._moments(since + number * DAY, a_day)
        ]
        return sorted(found, key=lambda one: one.at)

    def _moments(self, start: datetime, count: int) -> list[datetime]:
        """Most of them by day and in the evening."""
        hours = [1 if hour < 7 else 6 if hour < 18 else 8 for hour in range(24)]
        found = self.rng.choices(range(24), hours, k=count)
        return [start + HOUR * (hour + self.rng.random()) for hour in found]

    def _told(self, at: datetime, trouble: int) -> Told:
        self._authors += 1
        return Told(at, trouble, self._authors)

    def story(self, told: Told) -> Story:
        """As grouping sees it; one in three names its product."""
        row = self._trade + self._troubles[told.trouble] + self._drawn(TELLER)
        signature = self.noise.integers(2**32, size=64, dtype=np.uint32)
        names = told.trouble >= 0 and self.rng.random() < 1 / 3
        product = ("product", f"p{told.trouble % PRODUCTS}")
        return Story(
            mention_id=told.author,
            author_id=told.author,
            at=told.at,
            topic=TOPICS[told.trouble % len(TOPICS)],
            named=frozenset({product} if names else ()),
            words=frozenset(),
            signature=signature,
            bands=tuple(near_copies.bands(signature)),
            meaning=row / np.linalg.norm(row),
        )


class Watch:
    """A shelf with what is usual, as `waves` uses them."""

    def __init__(self, company: Company, past: list[Told]) -> None:
        settings = Settings()
        self.budget = Budget(settings.incident_false_alarms_per_week, settings.incident_size)
        self.company, self.told, self.shelf = company, list(past), Shelf(at_most=AT_MOST)
        self.raised = 0
        self._rates: tuple[datetime, Rates] | None = None
        for one in past[-self.shelf.at_most :]:
            self.shelf.add(company.story(one))

    def look(self, one: Told) -> bool:
        """Take one in; was a new incident suspected with it?"""
        self.told.append(one)
        self.shelf.drop(self._older_than(one.at - REMEMBERED))
        line = self.shelf.add(self.company.story(one))
        storyline = line.seen_at(one.at, self.shelf)
        if line.incident_id is not None or storyline.people < self.budget.least_people:
            return False
        usual = usual_of(self.shelf, line, storyline, one.at, self._learned(one.at))
        if judge(storyline, usual, at=one.at, budget=self.budget) is None:
            return False
        self.raised += 1
        self.shelf.become(line, self.raised)
        return True

    def _older_than(self, since: datetime) -> list[int]:
        """Stories are put on the shelf in the order in which they are told."""
        times = ((number, line.stories[number].at) for number, line in self.shelf.place.items())
        return [number for number, at in takewhile(lambda one: one[1] < since, times)]

    def _learned(self, at: datetime) -> Rates:
        """Once a day is enough here."""
        until = at.replace(hour=0, minute=0, second=0, microsecond=0) - LEFT_OUT
        if self._rates is None or self._rates[0] != until:
            since = max(START, until - PAST)
            inside = [one for one in self.told if since <= one.at < until]
            hours = [
                UnhappyHour(start, TOPICS[topic], len(list(group)))
                for (start, topic), group in groupby(sorted(map(_hour, inside)))
            ]
            rates = learn(hours, since, until, zone=ZONE, is_day_off=_is_day_off)
            self._rates = (until, rates)
        return self._rates[1]


def _hour(one: Told) -> tuple[datetime, int]:
    start = one.at.replace(minute=0, second=0, microsecond=0)
    return start, one.trouble % len(TOPICS)


def _is_day_off(day: date) -> bool:
    return day.weekday() > 4


def played(a_month: int, weeks: int, seed: int, rates: list[int]) -> tuple[float, dict[int, str]]:
    """False alarms a week; by people a day, how many were needed, of three tries."""
    past_days = PAST // DAY
    false = 0
    needed: dict[int, list[int | None]] = defaultdict(list)
    company = Company(a_month, seed)
    past = list(company.everyday(START, past_days))
    watch = Watch(company, past)
    since = START + past_days * DAY
    for one in company.everyday(since, weeks * 7):
        false += watch.look(one)
    for a_day in rates:
        for trial in range(3):
            other = Company(a_month, seed * 1000 + trial)
            needed[a_day].append(_needed(other, a_day))
    return false / weeks, {a_day: _said(found) for a_day, found in needed.items()}


def _needed(company: Company, a_day: int, days: int = 5) -> int | None:
    past_days = PAST // DAY
    watch = Watch(company, list(company.everyday(START, past_days)))
    since = START + past_days * DAY
    told = company.new_trouble(since, a_day, days)
    both = sorted([*told, *company.everyday(since, days)], key=lambda one: one.at)
    seen = 0
    for one in both:
        seen += one.trouble == -1
        if watch.look(one) and one.trouble == -1:
            return seen
    return None


def _said(found: list[int | None]) -> str:
    known = [one for one in found if one is not None]
    if not known:
        return "not in 5 days"
    return f"{statistics.median(known):g}" + ("" if len(known) == len(found) else " (not always)")


def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--sizes", type=int, nargs="+", default=[20, 200, 2000, 20_000])
    parser.add_argument("--weeks", type=int, default=26)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    rates = [5, 10, 30]
    heads = " | ".join(f"{rate} a day" for rate in rates)
    sys.stdout.write(f"| unhappy a month | false a week | {heads} |\n|---|---|---|---|---|\n")
    for size in options.sizes:
        weeks = options.weeks if size < 10_000 else max(4, options.weeks // 6)
        false, needed = played(size, weeks, options.seed, rates)
        cells = " | ".join(needed[rate] for rate in rates)
        sys.stdout.write(f"| {size:,} | {false:.2f} ({weeks} weeks) | {cells} |\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
