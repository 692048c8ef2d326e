"""When a storyline is unusual: properties, and sentences."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otklik.enums import Topic
from otklik.usual import Usual
from responder.incidents.emergence import Budget, Surprise, judge, kept_in, tail
from responder.incidents.storyline import Storyline

AT = datetime(2026, 11, 18, 12, 30, tzinfo=UTC)
NUTS = (("product", "nuts"),)


def made(*minutes: float, mentions: int = 0) -> Storyline:
    """A storyline whose people came so many minutes before `AT`."""
    times = tuple(sorted(AT - timedelta(minutes=one) for one in minutes))
    return Storyline(
        id=1,
        topic=Topic.QUALITY,
        named=NUTS,
        words=("орех",),
        mentions=mentions or len(times),
        people=len(times),
        first_at=times[0],
        last_at=times[-1],
        times=times,
    )


def level(per_day: float, in_all: float = 10.0, spread: float = 3.0) -> Usual:
    """A company without seasons."""
    start = AT.replace(minute=0)
    return Usual(start, (per_day / 24,) * 97, per_day, in_all * 7, spread)


def test_three_people_at_once_about_a_thing_rarely_complained_of_are_unusual() -> None:
    found = judge(made(5, 12, 20), level(0.05, in_all=3 / 7), at=AT, budget=Budget())
    assert found is not None
    assert found.seen == 3
    assert found.probability < 1e-3


def test_as_many_as_on_any_day_are_nothing() -> None:
    every_hour = made(*range(0, 24 * 60, 60))
    assert judge(every_hour, level(24 * 40, in_all=2000), at=AT, budget=Budget()) is None


def test_fewer_people_than_the_floor_are_never_an_incident() -> None:
    assert judge(made(1, 2), level(1e-6, in_all=0.1), at=AT, budget=Budget()) is None
    with_two = judge(made(1, 2), level(1e-6, in_all=0.1), at=AT, budget=Budget(least_people=2))
    assert with_two is not None


def test_a_storyline_with_a_long_past_is_judged_by_it() -> None:
    new = made(*range(0, 180, 9))
    old = Storyline(**{**vars(new), "first_at": AT - timedelta(days=40), "mentions": 9000})
    usual = level(400, in_all=800)
    assert judge(new, usual, at=AT, budget=Budget()) is not None
    assert judge(old, usual, at=AT, budget=Budget()) is None


@given(seen=st.integers(1, 300), expected=st.floats(1e-6, 1e4), spread=st.floats(0.2, 1000))
def test_more_people_are_never_less_surprising_and_a_doubled_usual_never_more(
    seen: int, expected: float, spread: float
) -> None:
    here = tail(seen, expected, spread)
    assert 0 <= here <= 1
    assert tail(seen + 1, expected, spread) <= here
    assert tail(seen, 2 * expected, spread) >= here


@given(
    minutes=st.lists(st.floats(0, 4000), min_size=3, max_size=40),
    per_day=st.floats(1e-3, 1e5),
)
def test_who_is_unusual_against_much_is_unusual_against_half_of_it(
    minutes: list[float], per_day: float
) -> None:
    line = made(*minutes)
    if judge(line, level(per_day, in_all=100), at=AT, budget=Budget()) is not None:
        assert judge(line, level(per_day / 2, in_all=100), at=AT, budget=Budget()) is not None


@given(hours=st.floats(0.01, 90), ago=st.floats(0, 5))
def test_the_expected_of_a_level_company_is_its_rate_times_the_time(
    hours: float, ago: float
) -> None:
    end = AT - timedelta(hours=ago)
    expected = level(24.0).between(end - timedelta(hours=hours), end)
    assert expected == pytest.approx(hours, rel=1e-6)


@pytest.mark.parametrize(
    ("surprise", "russian", "english"),
    [
        (
            Surprise(14, 2.6, 0.05, 0.4, 1e-9),
            "14 человек за 3 часа, обычно 0,4 в день",
            "14 people in 3 hours, usual 0.4 a day",
        ),
        (
            Surprise(3, 0.3, 0.01, 0.04, 1e-6),
            "3 человека за 18 минут, обычно 1 в месяц",
            "3 people in 18 minutes, usual 1 a month",
        ),
        (
            Surprise(21, 30, 0.01, 0.001, 1e-6),
            "21 человек за 2 дня, обычно реже раза в месяц",
            "21 people in 2 days, usual less than once a month",
        ),
        (
            Surprise(112, 20.2, 12, 14.4, 1e-6),
            "112 человек за 21 час, обычно 14 в день",
            "112 people in 21 hours, usual 14 a day",
        ),
    ],
)
def test_a_surprise_is_said_in_both_languages(
    surprise: Surprise, russian: str, english: str
) -> None:
    kept = kept_in(json.loads(json.dumps({"haters": 0.1, **surprise.as_row()})))
    assert kept is not None
    assert kept.said("ru") == russian
    assert kept.said("en") == english
