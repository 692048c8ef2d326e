"""Erlang C against published tables, and against a queue that is played through."""

from __future__ import annotations

import heapq
import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otklik.reports.erlang import (
    begun_within,
    erlang_b,
    erlang_c,
    mean_wait,
    people_needed,
)

# tables of teletraffic theory: load, people, share blocked (B)
PUBLISHED_B = [
    (1.0, 2, 0.2),
    (2.0, 5, 0.0367),
    (10.0, 15, 0.0365),
    (4.461, 10, 0.01),
    (12.03, 20, 0.01),
]
# … and share that waits (C); M/M/2 at load 1 is 1/3, M/M/1 is the load itself
PUBLISHED_C = [
    (1.0, 2, 1 / 3),
    (0.5, 1, 0.5),
    (2.0, 3, 0.4444),
    (4.0, 5, 0.5541),
    (20.0, 25, 0.2092),
]


@pytest.mark.parametrize(("load", "people", "share"), PUBLISHED_B)
def test_erlang_b_meets_the_published_tables(load: float, people: int, share: float) -> None:
    assert erlang_b(load, people) == pytest.approx(share, abs=2e-4)


@pytest.mark.parametrize(("load", "people", "share"), PUBLISHED_C)
def test_erlang_c_meets_the_published_tables(load: float, people: int, share: float) -> None:
    assert erlang_c(load, people) == pytest.approx(share, abs=2e-4)


def by_definition(load: float, people: int) -> float:
    top = load**people / math.factorial(people) * people / (people - load)
    return top / (sum(load**k / math.factorial(k) for k in range(people)) + top)


@given(st.floats(0.1, 60), st.integers(1, 30))
def test_the_recursion_is_the_textbook_formula(load: float, spare: int) -> None:
    people = math.floor(load) + spare
    assert erlang_c(load, people) == pytest.approx(by_definition(load, people), rel=1e-9)


def test_the_textbook_example_of_a_call_centre_is_met() -> None:
    # 100 calls in half an hour, 3 minutes each, 80 % within 20 s: 10 erlangs, 14 agents
    need = people_needed(200, 180, within=20, share=0.8, shrinkage=0.3, occupancy=1)
    assert need.load == pytest.approx(10)
    assert need.at_work == 14
    assert need.begun_in_time == pytest.approx(0.888, abs=0.002)
    assert need.occupancy == pytest.approx(0.714, abs=0.001)
    assert need.mean_wait == pytest.approx(7.8, abs=0.1)
    assert need.on_list == 20


def play(
    load: float, people: int, handling: float, within: float, contacts: int
) -> tuple[float, float]:
    """Share begun in time and mean wait of a queue played contact by contact."""
    source = random.Random(11)
    free = [0.0] * people
    at = waited = 0.0
    in_time = 0
    for _ in range(contacts):
        at += source.expovariate(load / handling)
        begun = max(at, heapq.heappop(free))
        heapq.heappush(free, begun + source.expovariate(1 / handling))
        waited += begun - at
        in_time += begun - at <= within
    return in_time / contacts, waited / contacts


@pytest.mark.parametrize(("load", "people"), [(10.0, 12), (3.0, 4), (40.0, 44)])
def test_a_queue_that_is_played_through_waits_as_the_formula_says(load: float, people: int) -> None:
    share, wait = play(load, people, 180, 60, 120_000)
    assert begun_within(load, people, 60, 180) == pytest.approx(share, abs=0.02)
    assert mean_wait(load, people, 180) == pytest.approx(wait, rel=0.12)


def test_with_too_few_people_the_queue_never_shrinks() -> None:
    # forty waiting, one more every 20 s, 5 minutes each: 15 people at 15 erlangs
    assert mean_wait(15, 15, 300) is None
    assert begun_within(15, 15, 3600, 300) == 0
    assert people_needed(180, 300, within=600, share=0.9).at_work >= 16


def test_nobody_is_needed_for_nothing() -> None:
    need = people_needed(0, 240, within=600, share=0.9)
    assert (need.at_work, need.on_list, need.begun_in_time) == (0, 0, 1.0)


@given(st.floats(0.5, 400), st.floats(30, 900), st.floats(60, 7200), st.floats(0.5, 0.99))
def test_as_many_as_needed_and_not_one_more(
    arrivals: float, handling: float, within: float, share: float
) -> None:
    need = people_needed(arrivals, handling, within=within, share=share)
    assert need.begun_in_time >= share
    assert need.occupancy <= 0.85 + 1e-9
    fewer = need.at_work - 1
    too_busy = fewer == 0 or need.load / fewer > 0.85
    assert too_busy or begun_within(need.load, fewer, within, handling) < share
