"""Counts compared: against figures computed by hand and against chance itself."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from otklik.reports.counting import Change, compare, dispersion, mean, quantile, shared_risk


def test_three_to_five_is_not_growth() -> None:
    found = compare(3, 5)
    assert found.change is Change.SAME
    assert found.ratio == pytest.approx(5 / 3)
    assert found.low < 1 < (found.high or 0)


def test_thirty_to_sixty_is_growth_and_back_a_fall() -> None:
    assert compare(30, 60).change is Change.MORE
    assert compare(60, 30).change is Change.FEWER


def test_one_comment_says_nothing() -> None:
    assert compare(0, 1).change is Change.TOO_FEW
    assert compare(0, 0).ratio is None


def test_the_interval_is_that_of_the_exact_binomial_test() -> None:
    found = compare(12, 25)
    exact = binomtest(25, 37).proportion_ci(0.95, "exact")
    assert found.low == pytest.approx(exact.low / (1 - exact.low))
    assert found.high == pytest.approx(exact.high / (1 - exact.high))


def test_a_published_interval_is_met() -> None:
    # Rothman's women and fluoroscopy: 41 cancers in 28,010 years against 15 in 19,017
    found = compare(15, 41, span_before=19_017, span_after=28_010)
    assert found.ratio == pytest.approx(1.86, abs=0.005)
    assert found.low == pytest.approx(1.01, abs=0.01)
    assert found.high == pytest.approx(3.61, abs=0.02)


def test_nothing_before_has_no_ratio_and_no_upper_end() -> None:
    found = compare(0, 12)
    assert (found.ratio, found.high) == (None, None)
    assert found.change is Change.MORE


def test_longer_windows_are_compared_by_rate() -> None:
    found = compare(100, 200, span_before=7, span_after=14)
    assert found.ratio == pytest.approx(1.0)
    assert found.change is Change.SAME


@given(st.integers(0, 500), st.integers(0, 500), st.floats(1, 20))
def test_bunches_never_make_an_interval_narrower(before: int, after: int, bunch: float) -> None:
    calm, wild = compare(before, after), compare(before, after, dispersion=bunch)
    assert wild.low <= calm.low + 1e-9
    assert wild.high is None or calm.high is None or wild.high >= calm.high - 1e-9


def test_the_dispersion_is_pearsons_by_hand() -> None:
    # mean 4: (4 + 0 + 4) / 4 = 2 over 2 degrees; mean 10: (100 + 100) / 10 = 20 over 1
    assert dispersion([[2, 4, 6], [0, 20]]) == pytest.approx(22 / 3)
    assert dispersion([[5, 5, 5]]) == 1.0
    assert dispersion([[7], []]) == 1.0


def test_equal_streams_are_called_different_about_as_seldom_as_promised() -> None:
    source = random.Random(5)
    wrong = 0
    for _ in range(400):
        before, after = (
            sum(source.random() < 0.04 for _ in range(1000)) for _side in ("before", "after")
        )
        wrong += compare(before, after).change in (Change.MORE, Change.FEWER)
    assert wrong <= 400 * 0.05


def test_ten_comparisons_share_one_risk() -> None:
    assert shared_risk(10) == pytest.approx(0.005)
    assert compare(30, 50).change is Change.MORE
    assert compare(30, 50, risk=shared_risk(10)).change is Change.SAME


def test_quantiles_and_means_come_from_a_histogram() -> None:
    histogram = [(10.0, 2), (1.0, 6), (100.0, 2)]
    assert quantile(histogram, 0.5) == 1.0
    assert quantile(histogram, 0.8) == 10.0
    assert quantile(histogram, 0.95) == 100.0
    assert mean(histogram) == pytest.approx(22.6)
    assert (quantile([], 0.5), mean([])) == (None, None)


def test_windows_around_an_event_hold_the_same_weekdays() -> None:
    from otklik.reports.periods import around

    event = date(2026, 11, 11)
    before, after = around(event, 28, date(2026, 11, 21))
    assert after == (event, date(2026, 11, 17))
    assert before == (date(2026, 11, 4), date(2026, 11, 10))
    short, three = around(event, 28, date(2026, 11, 13))
    assert three == (event, date(2026, 11, 13))
    assert [day.weekday() for day in short] == [day.weekday() for day in three]
    assert short[1] < event
    with pytest.raises(ValueError, match="ahead"):
        around(event, 28, event - timedelta(days=1))
