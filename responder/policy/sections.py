"""What a policy says beside its rules: when zones work, what two people must approve."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time

from pydantic import BaseModel, ConfigDict, Field

from otklik.enums import Approach, Topic, Urgency

GENERAL = "general"  # the zone a comment is in until a rule routes it
WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MIDNIGHT = time(0)


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Shift(_Section):
    """Some days of the week from one time of day to another; an end of 00:00 is midnight.

    Attributes:
        days: 0 Monday … 6 Sunday.
    """

    days: frozenset[int]
    starts: time
    ends: time

    def covers(self, at: datetime) -> bool:
        """Whether the local moment `at` lies inside."""
        begun = self.starts <= at.time()
        ended = self.ends != MIDNIGHT and at.time() >= self.ends
        return at.weekday() in self.days and begun and not ended


class Hours(_Section):
    """When each zone works. A zone without hours of its own has those of `general`."""

    zones: Mapping[str, tuple[Shift, ...]] = Field(default_factory=dict)

    def is_open(self, zone: str, at: datetime) -> bool | None:
        """Whether `zone` works at the local moment `at`; None where nothing is said of it."""
        shifts = self.zones.get(zone, self.zones.get(GENERAL))
        return None if shifts is None else any(shift.covers(at) for shift in shifts)

    def open_zones(self, at: datetime) -> tuple[str, ...] | None:
        """Zones that work at the local moment `at`; None where no hours are set at all."""
        if not self.zones:
            return None
        return tuple(zone for zone in self.zones if self.is_open(zone, at))


class TwoPeople(_Section):
    """Replies that two people must approve, whatever the rule says."""

    approaches: frozenset[Approach] = frozenset()
    zones: frozenset[str] = frozenset()
    urgencies: frozenset[Urgency] = frozenset()

    def reason(self, approach: Approach | None, zone: str, urgency: Urgency) -> str:
        """Why two must approve, in the words of the policy; empty when one is enough."""
        if approach in self.approaches:
            return f"Политика требует двоих: подход {approach}"
        if zone in self.zones:
            return f"Политика требует двоих: зона {zone}"
        if urgency in self.urgencies:
            return f"Политика требует двоих: срочность {int(urgency)}"
        return ""


class IncidentTerms(_Section):
    """When the machine may confirm an incident by itself; `confirm_people` 0: never."""

    confirm_people: int = 0
    confirm_topics: frozenset[Topic] = frozenset()

    def confirms(self, topic: Topic, people: int) -> bool:
        """Is this one large enough, and of a topic that is named (none named: of any)?"""
        is_named = not self.confirm_topics or topic in self.confirm_topics
        return 0 < self.confirm_people <= people and is_named
