"""How often a source is read, and when its silence is suspicious: both pure."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from itertools import groupby

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otklik.pace import bounds, next_pace
from otklik.silence import LEAST_ARRIVALS, Silence, find_silence, longest_gap
from otklik.store.arrivals import Arrivals

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)  # a Sunday
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def by_hour(moments: Iterable[datetime]) -> list[Arrivals]:
    hours = groupby(sorted(moments), key=lambda at: at.replace(minute=0, second=0, microsecond=0))
    found = [list(inside) for _, inside in hours]
    return [Arrivals(inside[0], inside[-1], len(inside)) for inside in found]


def always(_: datetime) -> bool:
    return True


def by_day(at: datetime) -> bool:
    return 8 <= at.hour < 22


def in_the_office(at: datetime) -> bool:
    return at.weekday() < 5 and 9 <= at.hour < 18


def a_life(
    seed: int, per_day: float, days: float, awake: Callable[[datetime], bool] = always
) -> list[datetime]:
    """Arrivals by chance at that rate, in the hours when people write, up to now."""
    rng, at, found = random.Random(seed), NOW - days * DAY, list[datetime]()
    while at < NOW:
        if awake(at):
            found.append(at)
        at += timedelta(days=rng.expovariate(per_day))
    return found


@pytest.mark.parametrize("awake", [always, by_day, in_the_office])
@pytest.mark.parametrize("per_day", [1.0, 14.0, 60.0])
def test_a_source_that_lives_as_ever_is_never_suspicious(
    awake: Callable[[datetime], bool], per_day: float
) -> None:
    alarms = looks = 0
    for seed in range(4):
        life = a_life(seed, per_day, 60, awake)
        for hours in range(0, 24 * 14, 6):
            at = NOW - hours * HOUR
            alarms += find_silence(by_hour(one for one in life if one < at), at) is not None
            looks += 1
    assert alarms / looks < 0.003


@pytest.mark.parametrize("awake", [always, by_day, in_the_office])
@pytest.mark.parametrize("per_day", [2.0, 14.0, 200.0])
def test_a_source_that_went_silent_is_noticed_and_not_before_its_longest_gap(
    awake: Callable[[datetime], bool], per_day: float
) -> None:
    past = by_hour(a_life(7, per_day, 60, awake))
    gap = longest_gap(past)
    assert find_silence(past, past[-1].last + 1.9 * gap) is None
    late = past[-1].last + max(2.1 * gap, 2.1 * HOUR, 12 / per_day * 3 * DAY)
    assert find_silence(past, late) is not None


def test_fourteen_a_day_and_two_days_without_any_is_told_so() -> None:
    past = by_hour(NOW - timedelta(days=2) - k * DAY / 14 for k in range(14 * 30))
    found = find_silence(past, NOW)
    assert found is not None
    assert found.told == "обычно 14 в день, уже 2 дня ни одного"


@pytest.mark.parametrize(
    ("silence", "told"),
    [
        (Silence(5 * HOUR, 100.0), "обычно 100 в день, уже 5 ч ни одного"),
        (Silence(21 * DAY, 0.5), "обычно 4 в неделю, уже 21 день ни одного"),
        (Silence(112 * DAY, 0.1), "обычно 3 в месяц, уже 112 дней ни одного"),
    ],
)
def test_the_silence_is_told_in_units_that_a_person_would_use(silence: Silence, told: str) -> None:
    assert silence.told == told


@given(st.lists(st.floats(0, 170), max_size=LEAST_ARRIVALS - 1), st.floats(0, 400))
def test_a_source_of_few_comments_or_none_is_never_suspicious(
    ages: list[float], later: float
) -> None:
    past = by_hour(NOW - age * DAY for age in ages)
    assert find_silence(past, NOW + later * DAY) is None


@given(st.integers(20, 400), st.floats(0.1, 13.9), st.floats(0, 60))
def test_one_wave_of_comments_that_ebbs_is_no_history(
    count: int, days: float, later: float
) -> None:
    past = by_hour(NOW - days * DAY * k / count for k in range(count))
    assert find_silence(past, NOW + later * DAY) is None


def test_what_the_last_reading_brought_late_is_heard_as_well() -> None:
    past = by_hour(NOW - timedelta(days=5) - k * DAY / 14 for k in range(14 * 30))
    assert find_silence(past, NOW) is not None
    assert find_silence(past, NOW, heard_at=NOW - HOUR) is None


@given(
    st.lists(st.floats(0.01, 170), min_size=LEAST_ARRIVALS, max_size=200),
    st.floats(0, 100),
    st.floats(0, 100),
)
def test_the_longer_a_silence_the_more_suspicious(
    ages: list[float], one: float, more: float
) -> None:
    past = by_hour(NOW - age * DAY for age in ages)
    sooner, later = (find_silence(past, NOW + days * DAY) for days in (one, one + more))
    assert sooner is None or later is not None


INTERVALS = st.floats(0.5, 3600)


@given(INTERVALS, st.lists(st.integers(0, 5), max_size=60), st.floats(0, 600))
def test_the_pace_stays_within_its_bounds(
    interval: float, brought: list[int], min_interval: float
) -> None:
    within, pace = bounds(interval, min_interval=min_interval), None
    for count in brought:
        pace = next_pace(pace, interval, count, within)
        assert min_interval <= within[0] <= pace <= within[1]


@given(INTERVALS, st.integers(1, 30))
def test_a_busy_source_is_read_more_often_and_a_quiet_one_less(interval: float, n: int) -> None:
    within = bounds(interval)
    busy = quiet = interval
    for _ in range(n):
        faster = next_pace(busy, interval, 3, within)
        slower = next_pace(quiet, interval, 0, within)
        assert faster < busy or faster == within[0]
        assert slower > quiet or slower == within[1]
        busy, quiet = faster, slower
    assert busy < interval < quiet


def test_bounds_that_a_person_sets_are_kept_but_for_the_platform_s_own() -> None:
    assert bounds(60) == (10, 300)
    assert bounds(60, fastest=5, slowest=60) == (5, 60)
    assert bounds(60, fastest=5, min_interval=30) == (30, 300)
    assert bounds(5, slowest=5, min_interval=8) == (8, 8)
