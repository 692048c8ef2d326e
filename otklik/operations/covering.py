"""Where shifts of a rota meet, and where nobody is on call."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta

from otklik.operations.calendars import DAY, Calendar
from otklik.operations.rota import Replacement, Rota, Shift

Stretch = tuple[datetime, datetime]
LOOKED_AT = timedelta(days=28)
_COMPARED_DAYS = 15  # two weeks hold every weekly meeting, a day more what passes midnight


def stretches(shift: Shift, first: date, days: int) -> Iterator[Stretch]:
    """When a shift is worked, of the days from `first` on."""
    for number in range(days):
        day = first + timedelta(days=number)
        if shift.begins_on(day):
            yield _at(shift, day, shift.hours.opens), _at(shift, day, shift.hours.closes)


def _at(shift: Shift, day: date, minute: int) -> datetime:
    on = day + timedelta(days=minute // DAY)
    clock = time(minute % DAY // 60, minute % 60)
    return datetime.combine(on, clock, tzinfo=shift.timezone)


def find_meeting(one: Shift, other: Shift, today: date) -> datetime | None:
    """The first moment at which both say who is on call for the same zone; None: never.

    A shift of some zones goes before one of all, so that these two may meet.
    """
    if bool(one.zones) != bool(other.zones) or (one.zones and not one.zones & other.zones):
        return None
    first = max(filter(None, (one.first, other.first, today)))
    first = min((last for last in (one.last, other.last) if last and last < first), default=first)
    theirs = list(stretches(other, first - timedelta(days=1), _COMPARED_DAYS))
    for start, end in stretches(one, first - timedelta(days=1), _COMPARED_DAYS):
        for begin, finish in theirs:
            if begin < end and start < finish:
                return max(begin, start)
    return None


def do_meet(one: Replacement, other: Replacement) -> bool:
    """Whether two replacements say who is on call for the same zone at one time."""
    same = not one.zones or not other.zones or bool(one.zones & other.zones)
    return same and one.start < other.end and other.start < one.end


def list_gaps(rota: Rota, zone_id: str, since: datetime, until: datetime) -> list[Stretch]:
    """Stretches in which nobody is on call for a zone, in order."""
    first, days = since.date() - timedelta(days=2), (until - since).days + 4
    covered = [
        (max(start, since), min(end, until))
        for start, end in _covered(rota, zone_id, first, days)
        if start < until and end > since
    ]
    gaps: list[Stretch] = []
    reached = since
    for start, end in sorted(covered):
        if start > reached:
            gaps.append((reached, start))
        reached = max(reached, end)
    return [*gaps, (reached, until)] if reached < until else gaps


def _covered(rota: Rota, zone_id: str, first: date, days: int) -> Iterator[Stretch]:
    for shift in rota.shifts:
        if shift.concerns(zone_id):
            yield from stretches(shift, first, days)
    for turn in rota.replacements:
        if not turn.zones or zone_id in turn.zones:
            yield turn.start, turn.end


def while_working(gaps: Sequence[Stretch], calendar: Calendar) -> tuple[datetime, float] | None:
    """The first open moment of the gaps, and the open minutes in them; None: none is open."""
    total = sum(calendar.working_minutes(*gap) for gap in gaps)
    if not total:
        return None
    start = next(start for start, end in gaps if calendar.working_minutes(start, end))
    return calendar.next_opening(start), total
