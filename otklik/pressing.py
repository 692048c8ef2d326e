"""Pressure: how urgent a mention has become, in hours, as one moment that never moves by waiting.

Everything that waits ages alike. So the order of handing out is that of `pressing_at`: the end
of the term, less a head start for urgency, for each earlier contact and for a thread in which
many write. Pressure is the time since then; it rises by an hour each hour.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from otklik.enums import Urgency

_HOUR = timedelta(hours=1)
UNSAID = 24 * _HOUR  # the term where none is set
FIRST = timedelta(days=3650)  # whatever is critical goes before all that is not
_AHEAD = {Urgency.LOW: 0 * _HOUR, Urgency.NORMAL: 8 * _HOUR, Urgency.HIGH: 24 * _HOUR}
_CONTACT, _MOST_CONTACTS = 4 * _HOUR, 3
# mentions within an hour in one thread, and the head start they give
PACES = {100: 8 * _HOUR, 30: 4 * _HOUR, 10: 2 * _HOUR}


class Part(NamedTuple):
    """One part of the pressure, in hours; of a term they are less than nothing.

    Attributes:
        name: `waits`, `term`, `urgency`, `contacts` or `pace`.
    """

    name: str
    hours: float


def pace_of(an_hour: int) -> int:
    """The step of `PACES` that so many mentions reach; 0: none."""
    return next((step for step in PACES if an_hour >= step), 0)


def pressing_at(
    urgency: int, waiting_since: datetime, due_at: datetime | None, contacts: int, pace: int
) -> datetime:
    """Since when it presses; what is earlier goes first.

    Args:
        contacts: how often the same person wrote about it before.
        pace: step of `PACES` that its thread reached while it waited.
    """
    ahead = FIRST if urgency >= Urgency.CRITICAL else _AHEAD[Urgency(urgency)]
    return (due_at or waiting_since + UNSAID) - ahead - _of_contacts(contacts) - _of_pace(pace)


def parts_of(
    urgency: int,
    waiting_since: datetime,
    due_at: datetime | None,
    contacts: int,
    pace: int,
    *,
    at: datetime,
) -> list[Part]:
    """The parts by now; they add up to the pressure. What is critical has none of urgency:

    it goes before everything whatever its pressure.
    """
    term = (due_at or waiting_since + UNSAID) - waiting_since
    ahead = _AHEAD.get(Urgency(urgency), 0 * _HOUR)
    spans = {
        "waits": at - waiting_since,
        "term": -term,
        "urgency": ahead,
        "contacts": _of_contacts(contacts),
        "pace": _of_pace(pace),
    }
    return [Part(name, span / _HOUR) for name, span in spans.items() if span]


def _of_contacts(contacts: int) -> timedelta:
    return _CONTACT * min(max(contacts, 0), _MOST_CONTACTS)


def _of_pace(pace: int) -> timedelta:
    return PACES.get(pace, 0 * _HOUR)
