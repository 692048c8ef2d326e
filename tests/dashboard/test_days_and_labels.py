"""Days in the language of the screen; names of lines that do not cover each other."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest

from dashboard import browser, data, words
from dashboard.reports import charts
from otklik.settings import Settings

DAY = date(2026, 11, 3)


@pytest.mark.parametrize(
    ("language", "short", "shown"),
    [("ru", "03.11", "03.11.2026"), ("en", "3 Nov", "3 Nov 2026")],
)
def test_a_day_is_written_as_its_language_does(
    monkeypatch: pytest.MonkeyPatch, language: str, short: str, shown: str
) -> None:
    monkeypatch.setattr(browser, "cookies", lambda: {browser.LANGUAGE_COOKIE: language})
    monkeypatch.setattr(data, "settings", lambda: Settings(timezone="Europe/Moscow"))
    at = datetime(2026, 11, 2, 22, 30, tzinfo=UTC)  # the next day already where the house is
    assert words.day(DAY) == words.day_of(at) == shown
    assert words.moment(at, now=at + timedelta(days=2)) == f"{short} 01:30"
    assert words.moment(at, now=at + timedelta(days=60)) == f"{shown} 01:30"  # last year's
    assert words.moment(at, now=at) == "01:30"


def test_names_at_the_ends_of_lines_stand_apart_however_low_the_ends_are() -> None:
    days = [DAY + timedelta(days=n) for n in range(20)]
    series = [
        charts.Line(name=f"line {n}", values=[100.0] * 19 + [float(n)], colour="#000")
        for n in range(6)
    ]
    figure = charts.lines(days, series, height=320)
    places = sorted(float(one.y) for one in figure.layout.annotations)
    px = (320 - 60) / 100
    assert all((above - below) * px >= 15 for below, above in pairwise(places))
