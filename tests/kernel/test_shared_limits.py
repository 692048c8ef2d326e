"""Turns and money that several processes share."""

from __future__ import annotations

import itertools
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from otklik import clock
from otklik.database import reading, session
from otklik.entries import SourceSettings
from otklik.errors import BudgetSpent, RateLimited
from otklik.limiter import DatabaseMeter, budget_micros, next_month
from otklik.metering import Limit, LocalMeter
from otklik.models import Source
from otklik.store import limits, sources

ROOT = Path(__file__).resolve().parents[2]
SHARED = Limit(40, 1.0, burst=6)
LAST_MINUTE, DECEMBER = (
    datetime(2026, 11, 30, 23, 59, tzinfo=UTC),
    datetime(2026, 12, 1, tzinfo=UTC),
)


def start(url: str, key: str, limit: Limit, lasts: str) -> subprocess.Popen[str]:
    numbers = (limit.calls, limit.seconds, limit.burst)
    command = [sys.executable, "-m", "tests.kernel.limit_user", url, key, *map(str, numbers), lasts]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def most_in_a_window(moments: list[float], seconds: float) -> int:
    """The greatest number of moments that any window of that length holds."""
    ordered, most, first = sorted(moments), 0, 0
    for last, moment in enumerate(ordered):
        while moment - ordered[first] >= seconds:
            first += 1
        most = max(most, last - first + 1)
    return most


@pytest.fixture
def source(engine: Engine) -> Source:
    """A source of its own, to spend money on."""
    with session(engine) as db:
        wanted = [SourceSettings(name="paid", platform="x")]
        sources.sync_sources(db, "default", wanted, clock.now())
        found = sources.find_source(db, "default", "paid")
    assert found is not None
    return found


def test_two_processes_share_one_limit_and_use_it(database_url: str) -> None:
    both = [start(database_url, "shared", SHARED, "3") for _ in range(2)]
    told = [process.communicate(timeout=60)[0].split() for process in both]
    assert all(process.returncode == 0 for process in both)
    assert all(told)
    moments = sorted(float(line) for lines in told for line in lines)
    assert most_in_a_window(moments, SHARED.seconds) <= SHARED.calls + SHARED.burst
    rate = len(moments) / (moments[-1] - moments[0])
    assert rate >= 0.8 * SHARED.calls / SHARED.seconds


def test_a_process_killed_in_its_turn_leaves_no_lock(engine: Engine, database_url: str) -> None:
    process = start(database_url, "mine", SHARED, "hang")
    assert process.stdout is not None
    assert process.stdout.readline() == "locked\n"
    process.kill()
    process.communicate(timeout=30)
    assert DatabaseMeter(engine, 0).reserve_turn("mine", SHARED, at_most=1) == 0.0


@given(
    limit=st.builds(Limit, st.integers(1, 500), st.floats(0.5, 1000), burst=st.integers(1, 60)),
    pauses=st.lists(st.floats(0, 100), min_size=1, max_size=80),
    window=st.floats(0.1, 5.0),
)
def test_no_window_ever_holds_more_than_its_calls_and_the_burst(
    limit: Limit, pauses: list[float], window: float
) -> None:
    due, now, moments = 0.0, 1.0e9, []
    for pause in pauses:
        now += pause * limit.gap / 10
        due, moment = limit.turn(due, now)
        assert moment >= now
        moments.append(moment)
    assert moments == sorted(moments)
    length = window * limit.seconds
    # one gap of slack: seconds since the epoch are told to the microsecond
    assert most_in_a_window(moments, length - 1e-5) <= length / limit.gap + limit.burst + 1e-3


@given(burst=st.integers(1, 20), calls=st.integers(1, 100))
def test_after_a_pause_a_whole_burst_goes_out_and_no_more(burst: int, calls: int) -> None:
    limit, due, waits = Limit(calls, 60, burst=burst), 0.0, []
    for _ in range(burst + 1):
        due, moment = limit.turn(due, 1.0e9)
        waits.append(moment - 1.0e9)
    assert waits[:burst] == pytest.approx([0.0] * burst, abs=1e-5)
    assert waits[burst] == pytest.approx(limit.gap, abs=1e-5)


def test_a_turn_too_far_away_is_not_taken(engine: Engine) -> None:
    meter, limit = DatabaseMeter(engine, 0), Limit(1, 100)
    assert meter.reserve_turn("k", limit, at_most=5) == 0.0
    for _ in range(3):
        with pytest.raises(RateLimited) as raised:
            meter.reserve_turn("k", limit, at_most=5)
        assert 98 < raised.value.retry_after <= 100
    assert meter.reserve_turn("k", limit, at_most=500) <= 100
    assert meter.reserve_turn("another", limit, at_most=5) == 0.0


def local(_: Engine) -> LocalMeter:
    return LocalMeter()


def shared(engine: Engine) -> DatabaseMeter:
    return DatabaseMeter(engine, 0)


@pytest.mark.parametrize("make", [local, shared])
def test_a_block_is_not_shortened_by_a_burst(
    engine: Engine, make: type[LocalMeter], request: pytest.FixtureRequest
) -> None:
    meter, limit, key = make(engine), Limit(60, 60, burst=20), request.node.name  # type: ignore[arg-type]
    meter.block(key, 50)
    meter.block(key, 10)
    waits = [meter.reserve_turn(key, limit, at_most=100) for _ in range(22)]
    assert waits[:20] == pytest.approx([50.0] * 20, abs=2.0)
    assert waits[21] > 51
    with pytest.raises(RateLimited):
        meter.reserve_turn(key, limit, at_most=30)


def test_money_is_bounded_by_the_month_and_the_next_one_is_free(
    engine: Engine, source: Source
) -> None:
    days = iter(
        [datetime(2026, 11, 30, 23, 59, tzinfo=UTC)] * 4 + [datetime(2026, 12, 1, tzinfo=UTC)]
    )
    meter = DatabaseMeter(engine, source.id or 0, 1_000_000, lambda: next(days))
    other = DatabaseMeter(engine, source.id or 0, 1_000_000, lambda: next(days))
    meter.reserve_money(600_000)
    with pytest.raises(BudgetSpent) as raised:
        other.reserve_money(600_000)
    assert raised.value.retry_after == 60
    meter.settle_money(600_000, 250_000, items=50)
    other.reserve_money(600_000)
    with reading(engine) as db:
        spent = limits.find_spend(db, source.id or 0, "2026-11")
    assert spent is not None
    assert (spent.micros, spent.items) == (850_000, 50)
    next(days)
    DatabaseMeter(engine, source.id or 0, 1_000_000, lambda: next(days)).reserve_money(900_000)


def test_a_call_made_at_midnight_is_paid_from_the_month_it_began_in(
    engine: Engine, source: Source
) -> None:
    moments = itertools.chain(
        [datetime(2026, 11, 30, 23, 59, tzinfo=UTC)],
        itertools.repeat(datetime(2026, 12, 1, tzinfo=UTC)),
    )
    meter = DatabaseMeter(engine, source.id or 0, None, lambda: next(moments))
    meter.reserve_money(500)
    meter.settle_money(500, 300, items=2)
    with reading(engine) as db:
        found = [limits.find_spend(db, source.id or 0, m) for m in ("2026-11", "2026-12")]
    assert [row.micros if row else None for row in found] == [300, None]


@pytest.mark.parametrize(
    ("at", "then"),
    [
        (datetime(2026, 12, 31, 23, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)),
        (datetime(2024, 2, 29, 5, tzinfo=UTC), datetime(2024, 3, 1, tzinfo=UTC)),
        (datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)),
    ],
)
def test_the_next_month_begins_with_its_first_second(at: datetime, then: datetime) -> None:
    assert next_month(at) == then
    assert next_month(then - timedelta(microseconds=1)) == then


def test_a_budget_in_dollars_is_counted_in_millionths() -> None:
    assert budget_micros({"monthly_budget": 12.34}) == 12_340_000
    assert budget_micros({}) is None
