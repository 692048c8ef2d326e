"""Cases and incidents: one person, one story; many people, one story. Pure.

First version: unhappy mentions by different people within a window are one suspected incident
when they say the same word of the same thing of ours (`keys_of`), or when their telling words
overlap under one topic. Naming one product or branch brings two stories nearer, naming different
branches keeps them apart. Near-copies with no case are an attack.
"""

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from otklik.enums import Claim, IncidentKind, Stance, Topic
from otklik.language.lemmas import lemmas
from responder.knowledge import Knowledge
from responder.points import GENERAL_THINGS

SIMILAR = 0.22
SAME_THING = 0.08  # added to the likeness of two stories that name one product or branch
NEAR_COPY = 0.8
_MIN_WORD = 4
_MAX_WORDS = 60
_WORD = re.compile(r"[^\W\d_]+")
_NUMBER = re.compile(r"(?<![\w.,])\d{3,6}(?![\w.,]\d)")
# words that say nothing of what went wrong
_COMMON_WORDS = """
быть который очень просто опять снова теперь сегодня вчера потом только такой какой весь сказать
написать говорить делать сделать стать хотеть мочь знать ваш наш свой этот спасибо здравствовать
пожалуйста купить заказать взять брать пачка раз день неделя после
with that this have from your they what were just again very when there here been will would
bought ordered pack same also about
"""
_COMMON = frozenset(_COMMON_WORDS.split())


@dataclass(frozen=True)
class Story:
    """One unhappy mention, as grouping sees it. `named`: (kind, id) of what it names of ours."""

    mention_id: int
    author_id: int
    text: str
    topic: Topic
    stance: Stance
    claim: Claim
    incident_id: int | None = None
    keys: frozenset[tuple[str, str]] = frozenset()
    named: tuple[tuple[str, str], ...] = ()

    def ids(self, kind: str) -> set[str]:
        """Ids of what it names of that kind."""
        return {one for named, one in self.named if named == kind}


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


def said_in(text: str) -> frozenset[str]:
    """Telling words and numbers: a batch, a branch, a sum."""
    return telling_words(text) | frozenset(_NUMBER.findall(text[:2000]))


@lru_cache(maxsize=20_000)
def keys_of(knowledge: Knowledge, text: str) -> frozenset[tuple[str, str]]:
    """What a story says of which thing of ours: (thing, word or number), the thing's own names
    left out. Five people with one key tell one trouble, however differently they tell it.
    """
    keys: set[tuple[str, str]] = set()
    for thing in knowledge.things_in(text):
        if thing.id not in GENERAL_THINGS and not thing.sore:
            named = telling_words(" ".join(thing.words))
            keys.update((thing.id, word) for word in said_in(text) - named - _COMMON)
    return frozenset(keys)


def share_a_thing(one: Story, other: Story) -> bool:
    """Do both name the same product or branch?"""
    return any(one.ids(kind) & other.ids(kind) for kind in ("product", "branch"))


def are_apart(one: Story, other: Story) -> bool:
    """Do they name different branches, and no product in common?"""
    here, there = one.ids("branch"), other.ids("branch")
    return bool(here and there) and not share_a_thing(one, other)


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
        likeness = sum(map(self._weight, shared)) / together
        return min(1.0, likeness + SAME_THING) if share_a_thing(one, other) else likeness

    def wave_of(self, story: Story, least_people: int) -> Wave | None:
        """The incident `story` belongs to, or None: fewer than `least_people` tell it."""
        likes = [
            (other, self.likeness(story, other))
            for other in self.recent
            if other.mention_id != story.mention_id
            and other.topic == story.topic
            and not are_apart(story, other)
        ]
        alike = {other.mention_id for other, likeness in likes if likeness >= SIMILAR}
        told = self._same_key(story, least_people)
        near = [one for one in self.recent if one.mention_id in alike | told]
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

    def _same_key(self, story: Story, least_people: int) -> set[int]:
        """Stories that share a key with this one which enough different people share."""
        found: set[int] = set()
        for key in story.keys:
            same = [one for one in self.recent if key in one.keys and not are_apart(story, one)]
            if len({story.author_id, *(one.author_id for one in same)}) >= least_people:
                found.update(one.mention_id for one in same if one.mention_id != story.mention_id)
        return found

    def _shared_words(self, story: Story, near: Sequence[Story]) -> tuple[str, ...]:
        counts = Counter(
            word for other in near for word in said_in(other.text) & said_in(story.text)
        )
        ranked = sorted(counts, key=lambda word: (-counts[word] * self._weight(word), word))
        return tuple(ranked[:4])


def _kind(story: Story, copies: Sequence[Story]) -> IncidentKind:
    """An attack is near-copies without a case; a critic with a case is never part of one."""
    empty = [other for other in copies if other.claim is not Claim.CONCRETE]
    hostile = story.stance is Stance.HATER and story.claim is not Claim.CONCRETE
    return IncidentKind.ATTACK if hostile and len(empty) >= 2 else IncidentKind.FAULT
