"""The storylines of late, kept in memory: which one a new mention continues. Pure.

A shelf is made of mentions alone and can be made again at any time: what people have decided
stands in the mentions themselves (the incident they belong to), so that nothing here has to be
kept.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import numpy as np

from responder.incidents import near_copies
from responder.incidents.gist import WIDTH, Gist, Vector
from responder.incidents.story import Story
from responder.incidents.storyline import Storyline
from responder.incidents.tally import Tally

_Key = TypeVar("_Key")
_THINGS = ("product", "branch")
_DAY = timedelta(days=1)
_WINDOW = timedelta(days=3)
_A_FEW = 3
_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Likeness:
    """How much each kind of evidence counts, and how much is enough to be one storyline.

    Chosen on the tuning halves of the scenarios (`tests.bench.grouping_quality --choose`).
    """

    enough: float = 0.31
    words: float = 0.05
    thing: float = 0.2
    other_thing: float = -0.12
    other_topic: float = -0.04
    a_day: float = -0.02
    known: float = 0.08  # it is an incident already
    surge: float = 0.2  # times its share of the last hour's complaints
    calm: float = 0.4  # enough for a calm mention to belong to an incident
    words_without_meaning: float = 0.3
    enough_without_meaning: float = 0.22


@dataclass(eq=False)
class Line:
    """One storyline as it grows: its stories and what they have in common.

    `hostile`: how many of them are abuse without a case.
    `last_at`: when the newest story was told that ever was in it; `first_at`: when the oldest was.
    `past`: how many more it had that there is no room for.
    """

    key: int
    last_at: datetime
    incident_id: int | None = None
    past: int = 0
    stories: dict[int, Story] = field(default_factory=dict)
    words: Counter[str] = field(default_factory=Counter)
    named: Counter[tuple[str, str]] = field(default_factory=Counter)
    tally: Tally = field(default_factory=Tally)
    hostile: int = 0
    first_at: datetime = _NEVER
    meaning: Vector = field(default_factory=lambda: np.zeros(WIDTH, dtype=np.float32))

    def ids(self, kind: str) -> set[str]:
        """Things of that kind that a third of its stories name."""
        least = len(self.stories) / 3
        return {one for (of, one), count in self.named.items() if of == kind and count >= least}

    def put(self, story: Story, sign: int = 1) -> None:
        """Count a story in, or out."""
        _count(self.words, story.words, sign)
        _count(self.named, story.named, sign)
        self.tally.put(story, sign)
        self.hostile += sign * story.is_hostile
        self.last_at = max(self.last_at, story.at)
        self.first_at = min(self.first_at, story.at)
        if story.meaning is not None:
            self.meaning += sign * story.meaning

    def seen_at(self, at: datetime, shelf: Shelf) -> Storyline:
        """What it is at a moment, for whoever judges whether it is unusual."""
        told = sorted(self.stories.values(), key=lambda story: (story.at, story.mention_id))
        first = dict[int, datetime]()
        for story in told:
            if at - _WINDOW < story.at <= at:
                first.setdefault(story.author_id, story.at)
        words = [word for word in self.words if self.words[word] * 3 >= len(told)]
        words = words or list(self.words)
        words.sort(key=lambda word: (-self.words[word] * shelf.weight(word), word))
        return Storyline(
            id=self.key,
            topic=self.tally.topics.most_common(1)[0][0],
            named=tuple((kind, one) for kind in _THINGS for one in sorted(self.ids(kind))),
            words=tuple(words[:4]),
            mentions=len(told) + self.past,
            people=len(first),
            first_at=min(self.first_at, told[0].at) if self.past else told[0].at,
            last_at=told[-1].at,
            times=tuple(sorted(first.values())),
        )


def _count(counts: Counter[_Key], keys: Iterable[_Key], sign: int) -> None:
    for key in keys:
        counts[key] += sign
        if not counts[key]:
            del counts[key]


class Shelf:
    """Storylines of the newest mentions, found again by meaning, telling words and copies.

    Args:
        at_most: stories kept; the oldest go first.

    Attributes:
        going_on: incidents that are faults and not over; whoever looks says so, and they alone
            draw others in while they surge.
    """

    def __init__(self, likeness: Likeness | None = None, at_most: int = 2000) -> None:
        self.likeness, self.at_most = likeness or Likeness(), at_most
        self.lines: dict[int, Line] = {}
        self.place: dict[int, Line] = {}  # by mention
        self.tally = Tally()
        self.going_on: set[int] = set()
        self._by_word: dict[str, set[int]] = {}
        self._by_band: dict[int, tuple[int, ...]] = {}  # mostly of one
        self._of_incident: dict[int, Line] = {}
        self._slots: list[int] = []  # line in each row of the matrix
        self._row: dict[int, int] = {}
        self._gist = Gist()
        self._matrix = np.zeros((64, WIDTH), dtype=np.float32)
        self._last = 0

    def __len__(self) -> int:
        return len(self.place)

    def add(self, story: Story) -> Line:
        """Put a story into the storyline it continues, or begin one with it."""
        self.drop([story.mention_id])
        line = self._find(story) or self._begin(story)
        if story.meaning is not None:
            self._gist.learn(story.meaning)
        line.stories[story.mention_id] = story
        line.put(story)
        self.place[story.mention_id] = line
        self.tally.put(story)
        for word in story.words:
            self._by_word.setdefault(word, set()).add(line.key)
        for band in story.bands:
            self._by_band[band] = (*self._by_band.get(band, ()), story.mention_id)
        self._turn(line)
        while len(self.place) > self.at_most:
            oldest = next(iter(self.place))
            self.place[oldest].past += 1
            self.drop([oldest])
        return line

    def _find(self, story: Story) -> Line | None:
        """The storyline a story continues: that of its incident, of its copies, or most like."""
        if story.incident_id is not None:
            return self._of_incident.get(story.incident_id)
        surges = {} if story.is_hostile else self._surges(story.at)
        return self._likest(story, self._enough(story), surges)

    def _enough(self, story: Story) -> float:
        how = self.likeness
        return how.enough if story.meaning is not None else how.enough_without_meaning

    def incident_like(self, story: Story) -> int | None:
        """The incident that a story belongs to which is not put on the shelf, or None."""
        line = self._likest(story, self.likeness.calm, {})
        return line.incident_id if line is not None else None

    def drawn_in(self, line: Line, since: datetime) -> list[int]:
        """Mentions told since then that an incident would take in if they came now.

        Only those that stand alone, or nearly so: what has grown elsewhere is a story of its own.
        """
        surges = self._surges(line.last_at)
        alone = (
            other.stories[number]
            for number, other in self.place.items()
            if other.incident_id is None and other is not line and len(other.stories) <= _A_FEW
        )
        return [
            story.mention_id
            for story in alone
            if story.at >= since
            and not story.is_hostile
            and self._scores(story, surges).get(line.key, 0.0) >= self._enough(story)
        ]

    def _surges(self, at: datetime) -> dict[int, float]:
        """Which share of the last hour's complaints each fault has, by key; a few are none.

        What the hostile tell is none either: it must draw nobody in who has a case.
        """
        told = {
            line.key: line.tally.hours_before(at, 1)[0]
            for number, line in self._of_incident.items()
            if number in self.going_on and line.hostile * 2 < len(line.stories)
        }
        pressing = {key: count for key, count in told.items() if count >= _A_FEW}
        if not pressing:
            return {}
        every = self.tally.hours_before(at, 1)[0]
        return {key: count / every for key, count in pressing.items()}

    def _likest(self, story: Story, enough: float, surges: Mapping[int, float]) -> Line | None:
        """The storyline of its copies, else the one most like it, if that is like enough."""
        copy = self._copied(story)
        if copy is not None:
            return copy
        scores = self._scores(story, surges)
        best = max(scores, key=lambda key: (scores[key], -key), default=None)
        return self.lines[best] if best is not None and scores[best] >= enough else None

    def become(self, line: Line, incident_id: int) -> None:
        """A storyline belongs to an incident from now on."""
        line.incident_id = incident_id
        self._of_incident[incident_id] = line
        self.going_on.add(incident_id)

    def drop(self, mention_ids: Iterable[int]) -> None:
        """Forget stories; a storyline without any is forgotten with them."""
        for number in mention_ids:
            line = self.place.pop(number, None)
            if line is None:
                continue
            story = line.stories.pop(number)
            line.put(story, -1)
            self.tally.put(story, -1)
            self._forget_bands(story)
            for word in story.words:
                if word not in line.words:
                    self._forget_word(word, line.key)
            self._turn(line) if line.stories else self._end(line)

    def weight(self, word: str) -> float:
        """How much a word tells: the fewer storylines say it, the more."""
        return math.log((len(self.lines) + 1) / (len(self._by_word.get(word, ())) + 0.5))

    def _copied(self, story: Story) -> Line | None:
        near = {one for band in story.bands for one in self._by_band.get(band, ())}
        for number in sorted(near, reverse=True):
            line = self.place[number]
            other = line.stories[number].signature
            if self._may_meet(story, line) and near_copies.are_near(story.signature, other):
                return line
        return None

    def _may_meet(self, story: Story, line: Line) -> bool:
        if line.incident_id is not None and line.incident_id in story.apart_from:
            return False
        here = story.ids("branch")
        if not here:
            return True
        there = line.ids("branch")
        if not there or here & there:
            return True
        return bool(story.ids("product") & line.ids("product"))

    def _scores(self, story: Story, surges: Mapping[int, float]) -> dict[int, float]:
        """How like each storyline is that may be meant, by key."""
        how, shared = self.likeness, self._shared(story)
        near = self._near(story, shared.keys() | surges.keys())
        words = how.words_without_meaning if story.meaning is None else how.words
        found: dict[int, float] = {}
        for key in shared.keys() | near.keys():
            line = self.lines[key]
            if self._may_meet(story, line):
                days = max(0.0, (story.at - line.last_at) / _DAY)
                found[key] = (
                    near.get(key, 0.0)
                    + words * shared.get(key, 0.0)
                    + self._by_things(story, line)
                    + (how.other_topic if not line.tally.topics[story.topic] else 0.0)
                    + how.a_day * days
                    + (how.known if line.incident_id is not None else 0.0)
                    + how.surge * surges.get(key, 0.0)
                )
        return found

    def _near(self, story: Story, also: Iterable[int], at_most: int = 12) -> dict[int, float]:
        """How near in meaning the nearest storylines are, and these."""
        if story.meaning is None or not self._slots:
            return {}
        cosines = self._gist.nearness(self._matrix[: len(self._slots)], story.meaning)
        least = max(0, len(cosines) - at_most)
        nearest = np.argpartition(cosines, least - 1)[least:] if least else range(len(cosines))
        wanted = {self._slots[row] for row in nearest}.union(also)
        return {key: float(cosines[self._row[key]]) for key in wanted}

    def _shared(self, story: Story) -> dict[int, float]:
        """Weighted share of the story's words that each storyline says, 0 … 1."""
        weights = {word: max(0.0, self.weight(word)) for word in story.words}
        total = sum(weights.values()) or 1.0
        most = 20 + len(self.lines) // 20  # a word that many say finds nothing by itself
        found: dict[int, float] = {}
        lines, root = self.lines, math.sqrt
        for word, weight in weights.items():
            keys = self._by_word.get(word, ())
            share = weight / total
            for key in keys if len(keys) <= most else ():
                line = lines[key]
                often = root(line.words[word] / len(line.stories))
                found[key] = found.get(key, 0.0) + share * often
        best = sorted(found, key=lambda key: (-found[key], key))[:8]
        return {key: found[key] for key in best}

    def _by_things(self, story: Story, line: Line) -> float:
        """For one thing of ours that both name, against two different ones."""
        here = story.ids(*_THINGS)
        if not here:
            return 0.0
        there = {one for kind in _THINGS for one in line.ids(kind)}
        if not there:
            return 0.0
        return self.likeness.thing if here & there else self.likeness.other_thing

    # ---- places in the matrix ----------------------------------------------------------------

    def _begin(self, story: Story) -> Line:
        self._last += 1
        line = self.lines[self._last] = Line(self._last, story.at, story.incident_id)
        if story.incident_id is not None:
            self._of_incident[story.incident_id] = line
        self._row[line.key] = len(self._slots)
        self._slots.append(line.key)
        if len(self._slots) > len(self._matrix):
            self._matrix = np.concatenate([self._matrix, np.zeros_like(self._matrix)])
        return line

    def _turn(self, line: Line) -> None:
        # the mean cosine to its stories, not the cosine to their mean: what is a little near to
        # everything must not swallow everything
        self._matrix[self._row[line.key]] = line.meaning / len(line.stories)

    def _end(self, line: Line) -> None:
        """Its row is taken by the last one."""
        del self.lines[line.key]
        if line.incident_id is not None:
            self._of_incident.pop(line.incident_id, None)
        row, last = self._row.pop(line.key), len(self._slots) - 1
        moved = self._slots.pop()
        if row != last:
            self._slots[row], self._row[moved] = moved, row
            self._matrix[row] = self._matrix[last]

    def _forget_bands(self, story: Story) -> None:
        for band in story.bands:
            others = self._by_band.pop(band, ())
            if left := tuple(one for one in others if one != story.mention_id):
                self._by_band[band] = left

    def _forget_word(self, word: str, key: int) -> None:
        left = self._by_word.get(word)
        if left is not None:
            left.discard(key)
            if not left:
                del self._by_word[word]
