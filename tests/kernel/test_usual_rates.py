"""What is usual is learned from the past: rates, hours, spread, and what is left out of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from otklik.enums import Topic
from otklik.usual_rates import PAST, Rates, UnhappyHour, learn

UNTIL = datetime(2026, 11, 16, tzinfo=UTC)
SINCE = UNTIL - PAST
MOSCOW = ZoneInfo("Europe/Moscow")
HOURS = PAST // timedelta(hours=1)


def weekend(day: date) -> bool:
    return day.weekday() > 4


def learned(hours: list[UnhappyHour], since: datetime = SINCE) -> Rates:
    return learn(hours, since, UNTIL, zone=MOSCOW, is_day_off=weekend)


def drawn(mean: float, *, size: float | None = None, seed: int = 1) -> Iterator[UnhappyHour]:
    """Hours of a company: Poisson, or gamma-mixed by the day with that size."""
    rng = np.random.default_rng(seed)
    for number in range(HOURS):
        if number % 24 == 0:
            pace = 1.0 if size is None else rng.gamma(size, 1 / size)
        if people := rng.poisson(mean * pace):
            yield UnhappyHour(SINCE + timedelta(hours=number), Topic.QUALITY, float(people))


def test_a_level_company_is_known_by_its_rate() -> None:
    rates = learned(list(drawn(2.0)))
    assert rates.by_topic[Topic.QUALITY] == pytest.approx(48, rel=0.1)
    assert rates.per_day == pytest.approx(48, rel=0.1)
    assert all(0.7 < one < 1.4 for one in rates.shape.values())


def test_days_that_differ_more_than_by_chance_widen_the_spread() -> None:
    assert learned(list(drawn(2.0))).spread > 50
    assert learned(list(drawn(2.0, size=2.0))).spread < 8


def test_nights_and_days_off_have_rates_of_their_own() -> None:
    hours = [
        UnhappyHour(start, Topic.QUALITY, 4.0)
        for number in range(HOURS)
        if 10 <= (local := (start := SINCE + timedelta(hours=number)).astimezone(MOSCOW)).hour < 20
        and local.weekday() < 5
    ]
    rates = learned(hours)
    noon, an_hour = datetime(2026, 11, 18, 9, 40, tzinfo=UTC), rates.per_day / 24
    assert an_hour * rates.shape_at(noon) > 3
    assert an_hour * rates.shape_at(noon + timedelta(hours=14)) < 0.7
    assert an_hour * rates.shape_at(noon + timedelta(days=3)) < 0.7


def test_an_old_incident_is_no_yardstick() -> None:
    calm = [UnhappyHour(SINCE + timedelta(days=day), Topic.QUALITY, 1.0) for day in range(56)]
    storm = [
        UnhappyHour(UNTIL - timedelta(days=9, hours=hour), Topic.QUALITY, 60.0) for hour in range(5)
    ]
    assert learned(calm + storm).per_day < 2 * learned(calm).per_day


@pytest.mark.parametrize("days", [0, 2])
def test_a_company_without_a_past_is_taken_for_a_small_one(days: int) -> None:
    rates = learned([], since=UNTIL - timedelta(days=days))
    assert 0.3 <= rates.per_day <= 1
    assert sum(rates.by_topic.values()) <= 1


def test_a_topic_nobody_spoke_of_is_rare_and_not_impossible() -> None:
    rates = learned(list(drawn(2.0)))
    assert 0 < rates.by_topic[Topic.APP] < 0.5
