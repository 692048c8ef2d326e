"""A storyline: mentions of different people that tell one trouble, as far as the machine sees.

Every unhappy mention belongs to one. Most storylines stay what they are; one that is unusual
becomes an incident.
"""

from dataclasses import dataclass
from datetime import datetime

from otklik.enums import Topic


@dataclass(frozen=True)
class Storyline:
    """One storyline at a moment.

    Attributes:
        named: (kind, id) of the things of ours that its mentions name.
        words: what its mentions say, the most telling first.
        mentions: how many it ever had.
        people: how many different people told it within the window.
        times: the first mention of each of these people, oldest first, within the window.
    """

    id: int
    topic: Topic
    named: tuple[tuple[str, str], ...]
    words: tuple[str, ...]
    mentions: int
    people: int
    first_at: datetime
    last_at: datetime
    times: tuple[datetime, ...]
