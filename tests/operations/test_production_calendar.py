"""The Russian production calendar: the years that are known, and the law where none is."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from otklik.operations.holidays import by_law, known_years, production_year


def days_of(year: int) -> list[date]:
    first = date(year, 1, 1)
    return [first + timedelta(days=n) for n in range((date(year + 1, 1, 1) - first).days)]


@pytest.mark.parametrize("year", known_years())
def test_each_known_year_has_its_official_number_of_days_and_hours(year: int) -> None:
    known = production_year(year)
    worked = [day for day in days_of(year) if known.is_working_day(day)]
    # 247 days and 1972 hours of a forty-hour week, as published for 2025, 2026 and 2027 alike
    assert len(worked) == 247
    assert len(worked) * 8 - len(known.short) == 1972
    assert known.is_decreed == (year < 2027)  # 2027 is provisional until somebody compares it


@pytest.mark.parametrize("year", known_years())
def test_every_day_of_the_data_differs_from_a_plain_week(year: int) -> None:
    known = production_year(year)
    assert all(day.weekday() <= 4 for day in known.off)
    assert all(day.weekday() > 4 for day in known.working)
    assert all(known.is_working_day(day) for day in known.short)


@pytest.mark.parametrize("year", known_years())
def test_the_government_moves_only_days_off_never_a_holiday(year: int) -> None:
    holidays = [date(year, 1, day) for day in range(1, 9)]
    holidays += [date(year, *day) for day in ((2, 23), (3, 8), (5, 1), (5, 9), (6, 12), (11, 4))]
    assert not any(production_year(year).is_working_day(day) for day in holidays)
    assert len(by_law(year).off) <= len(production_year(year).off)


def test_a_moved_saturday_is_worked_and_short() -> None:
    known = production_year(2025)
    assert known.is_working_day(date(2025, 11, 1))
    assert date(2025, 11, 1) in known.short
    assert not known.is_working_day(date(2025, 11, 3))


def test_a_year_without_a_decree_goes_by_the_law_alone() -> None:
    year = production_year(2032)  # the eighth of March is a Monday, the ninth of May a Sunday
    assert not year.is_decreed
    assert {date(2032, 2, 23), date(2032, 3, 8), date(2032, 5, 10)} <= year.off
    assert date(2032, 1, 12) not in year.off  # January moves by decree only
    assert date(2032, 12, 31) in year.short


def test_two_days_off_in_a_row_do_not_move_to_one_day() -> None:
    # 1 May 2021 was a Saturday, 9 May a Sunday: the Mondays after them
    assert {date(2021, 5, 3), date(2021, 5, 10)} <= by_law(2021).off
