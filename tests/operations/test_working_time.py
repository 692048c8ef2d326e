"""Working minutes: exact, monotone, and what a clock on the wall would count."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from otklik.operations import Calendar, Hours, always

MOSCOW, BERLIN, NEW_YORK = (
    ZoneInfo("Europe/Moscow"),
    ZoneInfo("Europe/Berlin"),
    ZoneInfo("America/New_York"),
)
NINE_TO_SIX = (Hours(540, 1080),)
SHOP = Calendar(
    "shop",
    BERLIN,
    {day: (Hours(540, 780), Hours(840, 1080)) for day in range(5)} | {5: (Hours(600, 960),)},
    days={date(2026, 12, 25): (), date(2026, 12, 27): NINE_TO_SIX, date(2027, 1, 1): ()},
    shorter={date(2026, 12, 24): 60},
)
NIGHT = Calendar("night", NEW_YORK, {day: (Hours(1320, 1800),) for day in range(7)})
ROUND = Calendar("round", BERLIN, {day: (Hours(0, 1440),) for day in range(7)})
CALENDARS = st.sampled_from([SHOP, NIGHT, ROUND, always()])
_YEAR_MINUTES = 410 * 24 * 60
# thirteen months with both changes of the clock and the turn of the year
MOMENTS = st.integers(0, _YEAR_MINUTES * 60_000_000).map(
    lambda ticks: datetime(2026, 3, 1, tzinfo=UTC) + timedelta(microseconds=ticks)
)


def counted_one_by_one(calendar: Calendar, start: datetime, end: datetime) -> int:
    """Open minutes from `start` to `end`, each looked at on the wall clock."""
    total, at = 0, start
    while at < end:
        here = at.astimezone(calendar.zone)
        minute = here.hour * 60 + here.minute
        days = (here.date(), here.date() - timedelta(days=1))
        total += any(
            hours.opens <= minute + back * 1440 < hours.closes
            for back, day in enumerate(days)
            for hours in calendar.hours_on(day)
        )
        at += timedelta(minutes=1)
    return total


@given(CALENDARS, MOMENTS, st.integers(1, 40_000).map(lambda hundredths: hundredths / 100))
def test_to_add_and_then_to_measure_gives_back_what_was_added(
    calendar: Calendar, start: datetime, minutes: float
) -> None:
    end = calendar.add_working(start, minutes)
    assert calendar.working_minutes(start, end) == pytest.approx(minutes, abs=1e-6)
    # the earliest such moment: a tick before, something is still missing
    before = calendar.working_minutes(start, end - timedelta(microseconds=1))
    assert before < calendar.working_minutes(start, end)


@given(CALENDARS, MOMENTS, MOMENTS, MOMENTS)
def test_working_time_only_grows_and_its_parts_add_up(
    calendar: Calendar, one: datetime, two: datetime, three: datetime
) -> None:
    first, middle, last = sorted((one, two, three))
    head, tail = calendar.working_minutes(first, middle), calendar.working_minutes(middle, last)
    assert min(head, tail) >= 0
    assert calendar.working_minutes(first, last) == pytest.approx(head + tail, abs=1e-6)
    assert calendar.working_minutes(last, first) == -calendar.working_minutes(first, last)


@given(CALENDARS, MOMENTS, st.floats(0, 5_000), st.floats(0, 5_000))
def test_a_longer_term_never_ends_earlier(
    calendar: Calendar, start: datetime, one: float, two: float
) -> None:
    short, long = sorted((one, two))
    assert calendar.add_working(start, short) <= calendar.add_working(start, long)


@settings(max_examples=25, deadline=None)
@given(CALENDARS, MOMENTS, st.integers(1, 6_000))
def test_minutes_are_those_that_the_wall_clock_shows(
    calendar: Calendar, start: datetime, length: int
) -> None:
    start = start.replace(second=0, microsecond=0)
    end = start + timedelta(minutes=length)
    assert calendar.working_minutes(start, end) == counted_one_by_one(calendar, start, end)


@given(CALENDARS, MOMENTS)
def test_it_is_open_just_when_time_passes(calendar: Calendar, at: datetime) -> None:
    passes = calendar.working_minutes(at, at + timedelta(microseconds=1)) > 0
    assert calendar.is_working(at) is passes
    assert calendar.next_opening(at) == at or not passes
    assert calendar.is_working(calendar.next_opening(at))


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25)])
def test_days_on_which_the_clocks_change_are_as_long_as_they_are(day: date, hours: int) -> None:
    midnight = datetime(day.year, day.month, day.day, tzinfo=BERLIN)
    assert ROUND.working_minutes(midnight, midnight + timedelta(days=1)) == hours * 60


def test_a_term_goes_on_over_lunch_night_and_holiday() -> None:
    start = datetime(2026, 12, 24, 12, 30, tzinfo=BERLIN)  # half an hour before lunch
    # 30 minutes, then 14:00 to 17:00 of the short day, then the Saturday from 10:00
    assert SHOP.add_working(start, 30) == datetime(2026, 12, 24, 13, 0, tzinfo=BERLIN)
    assert SHOP.add_working(start, 31) == datetime(2026, 12, 24, 14, 1, tzinfo=BERLIN)
    assert SHOP.add_working(start, 240) == datetime(2026, 12, 26, 10, 30, tzinfo=BERLIN)


def test_a_term_that_is_used_up_at_closing_time_ends_then() -> None:
    start = datetime(2026, 11, 20, 17, 0, tzinfo=BERLIN)  # a Friday
    assert SHOP.add_working(start, 60) == datetime(2026, 11, 20, 18, 0, tzinfo=BERLIN)
    assert SHOP.add_working(start, 0) == start


def test_a_single_day_goes_before_its_weekday() -> None:
    sunday = datetime(2026, 12, 27, 10, tzinfo=BERLIN)
    assert SHOP.is_working(sunday)
    assert not SHOP.is_working(datetime(2026, 12, 25, 10, tzinfo=BERLIN))
    assert not SHOP.is_working_day(date(2027, 1, 1))


def test_the_closing_of_a_night_is_on_the_next_morning() -> None:
    late = datetime(2026, 11, 20, 23, tzinfo=NEW_YORK)
    assert NIGHT.closing(late) == datetime(2026, 11, 21, 6, tzinfo=NEW_YORK)
    assert always().closing(late) is None


def test_a_desk_that_never_opens_is_not_waited_for() -> None:
    closed = Calendar("closed", MOSCOW, {})
    at = datetime(2026, 11, 22, tzinfo=UTC)
    with pytest.raises(ValueError, match="never opens"):
        closed.next_opening(at)
    with pytest.raises(ValueError, match="does not open"):
        closed.add_working(at, 1)


def test_a_moment_without_a_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        always().is_working(datetime(2026, 11, 22))  # noqa: DTZ001
