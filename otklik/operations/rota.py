"""Who is on call: shifts that recur, and replacements for stretches of time."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from otklik.operations.calendars import DAY, Hours

EVERY_DAY = frozenset(range(7))


@dataclass(frozen=True)
class Shift:
    """Hours that recur week by week, and the people who have them, the first to be called first.

    Attributes:
        zones: ids of the zones; empty: every zone.
        days: weekdays on which it begins, 0 is Monday.
        hours: minutes of the day by the wall clock of `timezone`; may pass midnight.
        turn_days: after so many days the next person is the first; 0: the order stays.
        first, last: days between which it holds, both included; None: without an end. Turns
            are counted from `first`.
    """

    people: tuple[str, ...]
    hours: Hours
    timezone: ZoneInfo
    zones: frozenset[str] = frozenset()
    days: frozenset[int] = EVERY_DAY
    turn_days: int = 0
    first: date | None = None
    last: date | None = None

    def concerns(self, zone_id: str | None) -> bool:
        """Whether it is for that zone."""
        return not self.zones or zone_id in self.zones

    def begins_on(self, day: date) -> bool:
        """Whether it is worked on that day."""
        started = self.first is None or day >= self.first
        return started and (self.last is None or day <= self.last) and day.weekday() in self.days

    def day_at(self, at: datetime) -> date | None:
        """The day of the shift that `at` belongs to; None when it is not worked then."""
        here = at.astimezone(self.timezone)
        minute = here.hour * 60 + here.minute
        for back in range(self.hours.closes // DAY + 1):
            day = here.date() - timedelta(days=back)
            inside = self.hours.opens <= minute + back * DAY < self.hours.closes
            if inside and self.begins_on(day):
                return day
        return None

    def in_order(self, day: date) -> tuple[str, ...]:
        """The people of that day, the first to be called first."""
        if not self.turn_days or self.first is None:
            return self.people
        turn = (day - self.first).days // self.turn_days % len(self.people)
        return self.people[turn:] + self.people[:turn]


@dataclass(frozen=True)
class Replacement:
    """Somebody else for a stretch of time: holidays, illness, a launch."""

    start: datetime
    end: datetime
    people: tuple[str, ...]
    zones: frozenset[str] = frozenset()

    def holds(self, zone_id: str | None, at: datetime) -> bool:
        """Whether it says who is on call for that zone then."""
        return self.start <= at < self.end and (not self.zones or zone_id in self.zones)


@dataclass(frozen=True)
class Rota:
    """Who is on call."""

    shifts: tuple[Shift, ...] = ()
    replacements: tuple[Replacement, ...] = field(default=())

    def on_call(self, zone_id: str | None, at: datetime) -> tuple[str, ...]:
        """Logins of those on call for a zone, the first to be called first.

        A replacement goes before the shifts; of several shifts that hold, one that names the
        zone goes before one that is for all. None as the zone asks for shifts of every zone.
        """
        for replacement in self.replacements:
            if replacement.holds(zone_id, at):
                return replacement.people
        named: list[str] = []
        for shift in sorted(self.shifts, key=lambda one: not one.zones):
            day = shift.day_at(at) if shift.concerns(zone_id) else None
            if day is not None:
                named += shift.in_order(day)
        return tuple(dict.fromkeys(named))

    def people(self) -> tuple[str, ...]:
        """Everybody whom it names."""
        logins = [one for shift in self.shifts for one in shift.people]
        logins += [one for turn in self.replacements for one in turn.people]
        return tuple(dict.fromkeys(logins))
