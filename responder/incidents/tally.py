"""How many complaints were told when, and of what: counted as they come and go."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

from otklik.enums import Topic
from responder.incidents.story import Story

SLOT = timedelta(minutes=10)
A_HOUR = 6  # slots


def slot_of(at: datetime) -> int:
    """Number of the ten minutes that hold a moment."""
    return int(at.timestamp() // SLOT.total_seconds())


class Tally:
    """Counts of stories.

    Attributes:
        count: how many.
        topics: by topic.
        slots: by ten minutes; those without any are absent.
    """

    def __init__(self) -> None:
        self.count = 0
        self.topics: Counter[Topic] = Counter()
        self.slots: Counter[int] = Counter()

    def put(self, story: Story, sign: int = 1) -> None:
        """Count one in, or out."""
        self.count += sign
        self.topics[story.topic] += sign
        slot = slot_of(story.at)
        self.slots[slot] += sign
        if not self.slots[slot]:
            del self.slots[slot]

    def __sub__(self, part: Tally) -> Tally:
        """What is left without a part of it."""
        rest = Tally()
        rest.count = self.count - part.count
        rest.topics = self.topics - part.topics
        rest.slots = self.slots - part.slots
        return rest

    def hours_before(self, at: datetime, hours: int) -> list[int]:
        """How many in the hour before `at`, in the hour before that, and so on."""
        last = slot_of(at)
        return [
            sum(self.slots.get(last - back * A_HOUR - one, 0) for one in range(A_HOUR))
            for back in range(hours)
        ]

    def first_at(self, otherwise: datetime) -> datetime:
        """When the oldest was told, to ten minutes."""
        if not self.slots:
            return otherwise
        return datetime.fromtimestamp(min(self.slots) * SLOT.total_seconds(), otherwise.tzinfo)
