"""Cases and incidents: one person, one story; many people, one story. Pure.

First version: unhappy mentions of the same topic whose telling words overlap, by different
people within a window, are one suspected incident. Near-copies with no case are an attack.
"""

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from otklik.enums import Claim, IncidentKind, Stance, Topic
from otklik.language.lemmas import lemmas

SIMILAR = 0.22
NEAR_COPY = 0.8
_MIN_WORD = 4
_MAX_WORDS = 60
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True)
class Story:
    """One unhappy mention, as grouping sees it."""

    mention_id: int
    author_id: int
    text: str
    topic: Topic
    stance: Stance
    claim: Claim
    incident_id: int | None = None


@dataclass(frozen=True)
class Wave:
    """Why mentions belong together: members by id, and the words they share."""

    kind: IncidentKind
    members: tuple[int, ...]
    words: tuple[str, ...]
    people: int
    incident_id: int | None


@lru_cache(maxsize=20_000)
def telling_words(text: str) -> frozenset[str]:
    """Lemmas that can tell one story from another: four letters or more, at most 60."""
    words = [word for word in _WORD.findall(text[:2000].lower()) if len(word) >= _MIN_WORD]
    return frozenset(lemmas(words[:_MAX_WORDS]))


class Neighbourhood:
    """Recent stories with the weight of each word: the rarer, the more it tells.

    Args:
        recent: stories to compare with, newest first.
    """

    def __init__(self, recent: Sequence[Story]) -> None:
        self.recent = list(recent)
        self._counts: Counter[str] = Counter()
        for story in self.recent:
            self._counts.update(telling_words(story.text))

    def attach(self, members: Sequence[int], mention_id: int, incident_id: int) -> None:
        """Remember that these stories belong to an incident now."""
        inside = {*members, mention_id}
        self.recent = [
            replace(story, incident_id=story.incident_id or incident_id)
            if story.mention_id in inside
            else story
            for story in self.recent
        ]

    def _weight(self, word: str) -> float:
        return math.log1p((len(self.recent) + 1) / (1 + self._counts[word]))

    def likeness(self, one: Story, other: Story) -> float:
        """Weighted share of words two stories have in common, 0 … 1."""
        mine, theirs = telling_words(one.text), telling_words(other.text)
        shared = mine & theirs
        if not shared:
            return 0.0
        together = sum(map(self._weight, mine | theirs))
        return sum(map(self._weight, shared)) / together

    def wave_of(self, story: Story, least_people: int) -> Wave | None:
        """The incident `story` belongs to, or None: fewer than `least_people` tell it."""
        likes = [
            (other, self.likeness(story, other))
            for other in self.recent
            if other.mention_id != story.mention_id and other.topic == story.topic
        ]
        near = [other for other, likeness in likes if likeness >= SIMILAR]
        people = {story.author_id, *(other.author_id for other in near)}
        if len(people) < least_people:
            return None
        return Wave(
            kind=_kind(story, [other for other, likeness in likes if likeness >= NEAR_COPY]),
            members=tuple(other.mention_id for other in near),
            words=self._shared_words(story, near),
            people=len(people),
            incident_id=next((other.incident_id for other in near if other.incident_id), None),
        )

    def _shared_words(self, story: Story, near: Sequence[Story]) -> tuple[str, ...]:
        counts = Counter(
            word for other in near for word in telling_words(other.text) & telling_words(story.text)
        )
        ranked = sorted(counts, key=lambda word: (-counts[word] * self._weight(word), word))
        return tuple(ranked[:4])


def _kind(story: Story, copies: Sequence[Story]) -> IncidentKind:
    """An attack is near-copies without a case; a critic with a case is never part of one."""
    empty = [other for other in copies if other.claim is not Claim.CONCRETE]
    hostile = story.stance is Stance.HATER and story.claim is not Claim.CONCRETE
    return IncidentKind.ATTACK if hostile and len(empty) >= 2 else IncidentKind.FAULT
