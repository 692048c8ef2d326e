"""What is usual of a storyline: the company's rate, the part of what it names, everybody's pace."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from otklik.enums import Topic
from otklik.usual import HOUR, Usual
from otklik.usual_rates import Rates
from responder.incidents.commonly import usual_of
from responder.incidents.gist import WIDTH
from responder.incidents.shelf import Shelf
from responder.incidents.story import Story, said_in
from responder.incidents.storyline import Storyline

AT = datetime(2026, 11, 18, 12, tzinfo=UTC)
NUTS = frozenset({("product", "nuts")})


def level(per_day: float, known: timedelta = timedelta(weeks=8)) -> Rates:
    """A company without seasons, known for so long."""
    shape = {(off, hour): 1.0 for off in (False, True) for hour in range(24)}
    by_topic = dict.fromkeys(Topic, per_day / len(Topic))
    zone = ZoneInfo("Europe/Moscow")
    return Rates(AT - known, per_day, by_topic, shape, 1000.0, zone, lambda _day: False)


def told(number: int, hours_ago: float, *, is_of_nuts: bool = False) -> Story:
    """One story unlike any other."""
    vector = np.random.default_rng(number).normal(size=WIDTH).astype(np.float32)
    return Story(
        mention_id=number,
        author_id=number,
        at=AT - timedelta(hours=hours_ago),
        topic=Topic.QUALITY,
        named=NUTS if is_of_nuts else frozenset(),
        words=said_in(f"история{number}"),
        signature=np.full(64, number, dtype=np.uint32),
        bands=(number,),
        meaning=vector / np.linalg.norm(vector),
    )


def usual(stories: list[Story], rates: Rates, *, of_nuts: bool = False) -> Usual:
    """Of a storyline of one story more."""
    shelf = Shelf()
    for one in sorted(stories, key=lambda one: one.at):
        shelf.add(one)
    line = shelf.add(told(9999, 0.1, is_of_nuts=of_nuts))
    seen: Storyline = line.seen_at(AT, shelf)
    return usual_of(shelf, line, seen, AT, rates)


def evenly(per_day: int, days: int, nuts_each: int = 10**9) -> list[Story]:
    return [
        told(number, number * 24 / per_day + 0.5, is_of_nuts=number % nuts_each == 1)
        for number in range(1, per_day * days)
    ]


def test_the_company_s_past_counts_and_not_what_the_shelf_can_hold() -> None:
    found = usual(evenly(48, 2), level(2000))
    assert found.per_week_in_all == 14_000
    assert 1500 < found.per_day <= 2000  # one topic is all there is


def test_a_thing_has_the_part_of_complaints_that_name_it() -> None:
    stories = evenly(24, 10, nuts_each=24)
    assert 0.5 < usual(stories, level(24), of_nuts=True).per_day < 2.5
    assert usual(stories, level(24)).per_day > 20


def test_everybody_s_pace_raises_what_is_expected_of_each() -> None:
    calm = usual(evenly(24, 10), level(24))
    peak = usual([*evenly(24, 10), *(told(5000 + n, n / 60) for n in range(60))], level(24))
    hour = (AT - HOUR, AT)
    assert peak.between(*hour) > 10 * calm.between(*hour)
    assert peak.between(AT - 6 * HOUR, AT - 3 * HOUR) < 2 * calm.between(
        AT - 6 * HOUR, AT - 3 * HOUR
    )


def test_a_young_desk_expects_more_than_it_has_seen() -> None:
    young = usual(evenly(4, 2), level(1, known=timedelta(days=2)), of_nuts=True)
    old = usual(evenly(4, 2), level(1), of_nuts=True)
    assert young.per_day > 3 * old.per_day
