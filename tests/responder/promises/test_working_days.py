"""Working days of a promise know holidays, moved days off and worked Saturdays."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from responder.due_dates import add_working_days, find_due

MOSCOW = ZoneInfo("Europe/Moscow")


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        ((2026, 12, 30), 1, (2027, 1, 11)),  # over the New Year, 31 December is off
        ((2026, 11, 3), 1, (2026, 11, 5)),
        ((2025, 10, 31), 1, (2025, 11, 1)),  # a worked Saturday
        ((2025, 10, 31), 2, (2025, 11, 5)),
        ((2026, 11, 20), 3, (2026, 11, 25)),
    ],
)
def test_working_days_are_those_of_the_production_calendar(
    start: tuple[int, int, int], days: int, end: tuple[int, int, int]
) -> None:
    found = add_working_days(datetime(*start, 12, tzinfo=MOSCOW), days)
    assert (found.year, found.month, found.day) == end
    assert (found.hour, found.minute) == (23, 59)


def test_a_promise_before_the_new_year_is_due_after_it() -> None:
    at = datetime(2026, 12, 29, 12, tzinfo=MOSCOW)
    due = find_due("Вернём деньги в течение трёх рабочих дней", at)
    assert due is not None
    assert (due.at.year, due.at.month, due.at.day) == (2027, 1, 12)
