"""Finding: which facts of the company answer which point, once for all drafts of a mention."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache

from otklik.enums import Approach, Claim, Language, Stance, Topic, Urgency
from responder.drafting.values import DraftRequest
from responder.knowledge import Fact, FoundFact, Knowledge, Thing
from responder.points import GENERAL_THINGS, Point, PointKind
from responder.points.matters import Matter, find_matters, matters
from responder.points.splitting import sentence_before, stretch_of, tells_trouble
from responder.words import stems, telling_stems

GRAVE_MATTERS = frozenset({"harm", "fraud", "foreign"})
MOST_LOOKED_AT = 5
MOST_TOLD = 240  # characters of a story that belong to what it began with
LEAST_CALLED = 2  # keywords of a fact in hate without a case
LEAST_TOLD = 4  # words a fact shares with a kind of trouble to be plainly about it
SERIOUS_FROM = 0.5  # strength of an urgency part
SERIOUS_PARTS = ("harm", "child", "child_harmed", "selfharm", "threat", "leak", "legal")


@dataclass(frozen=True)
class Name:
    """What a point is about, in words of ours; empty where nothing known is named."""

    about: str = ""
    being_with: str = ""
    why: str = ""


class Findings:
    """The facts for the points of one mention, best first."""

    def __init__(
        self, request: DraftRequest, knowledge: Knowledge, points: tuple[Point, ...]
    ) -> None:
        self.request, self.knowledge, self.points = request, knowledge, points
        self.things: dict[str, Thing] = {thing.id: thing for thing in knowledge.things}
        grave = any(is_grave(point) for point in points)
        self.is_serious = grave or is_serious(request)
        self._whole = frozenset(stems(request.text))
        self._found = [self._facts_of(index) for index in range(len(points))]

    def fact(self, index: int, cited: Collection[Fact] = ()) -> Fact | None:
        """The best fact for a point; one not cited yet, unless the cited one is far better."""
        found = self._found[index]
        fresh = [fact for fact in found if fact not in cited]
        if not found:
            return None
        # The best fact twice is better than a poor one once.
        return found[0] if fresh[:1] != found[:1] else fresh[0]

    def others(self, index: int, cited: Collection[Fact]) -> list[Fact]:
        """Further facts for a point, for an alternative to what is refused."""
        return [fact for fact in self._found[index] if fact not in cited]

    def general(self, point: Point, approach: Approach) -> Fact | None:
        """A general fact for vague criticism, never where a case is to be solved."""
        if self.is_serious or self.request.verdict.stance is Stance.OTHER:
            return None
        if point.matter_id and self.request.verdict.claim is Claim.CONCRETE:
            return None
        refuses = approach is Approach.REFUSE_POSITIVELY
        vague = self.request.verdict.claim is not Claim.CONCRETE
        if approach is Approach.APOLOGISE_AND_FIX or not (refuses or vague):
            return None
        if point.kind is PointKind.ASKED and not refuses:
            return None
        topics = (self.request.verdict.topic, point.topic)
        return next((fact for topic in topics for fact in self.of_topic(topic)), None)

    def of_topic(self, topic: Topic) -> list[Fact]:
        """General facts of a topic."""
        return self.knowledge.general(topic, self.request.at)

    def calm(self) -> Fact | None:
        """One fact for those who read a hateful comment."""
        topic = self.request.verdict.topic
        found = self.knowledge.find(
            self.request.text,
            topic,
            self.request.language,
            self.request.at,
            limit=1,
            at_fault=False,
            about=self.request.about,
        )
        if self.request.verdict.claim is Claim.NONE:
            # "Shut up" asks for no opening hours.
            found = [one for one in found if len(one.matched) >= LEAST_CALLED]
        general = [*self.of_topic(topic), *self.of_topic(Topic.POLICY)]
        return next(iter([*(one.fact for one in found), *general]), None)

    def but_passing(self) -> tuple[Point, ...]:
        """The points without what a story only passes: no trouble, no fact, another point firm."""
        firm = [point for point in self.points if self._is_firm(point)]
        if not any(point.thing_id or point.matter_id for point in firm):
            return self.points
        return tuple(
            point
            for index, point in enumerate(self.points)
            if point in firm or point.kind is PointKind.ASKED or self._found[index]
        )

    def _is_firm(self, point: Point) -> bool:
        thing = self.things.get(point.thing_id)
        is_sore = thing is not None and thing.sore
        told = is_sore or bool(point.matter_id) or tells_trouble(point.text)
        return point.kind is PointKind.HAPPENED and told

    def points_are_known(self) -> bool:
        """Whether any point has a fact or a kind of trouble of its own."""
        return any(self.fact(index) or point.matter_id for index, point in enumerate(self.points))

    def team(self, index: int) -> Topic:
        """Whose team looks into a point."""
        point = self.points[index]
        thing, matter = self.things.get(point.thing_id), self.matter(index)
        if matter is not None and matter.asked_of is not None:
            return matter.asked_of
        if thing is not None and thing.asked_of is not None:
            return thing.asked_of
        if point.topic is not Topic.NONE:
            return point.topic
        # Of what nobody named, only a comment about nothing else tells the team.
        return self.request.verdict.topic if len(self.points) == 1 else Topic.NONE

    def matter(self, index: int) -> Matter | None:
        """The kind of trouble a point is about."""
        return matters().get(self.points[index].matter_id)

    def name(self, index: int) -> Name:
        """What to call the subject of a point."""
        point, language = self.points[index], self.request.language
        matter, thing = self.matter(index), self.things.get(point.thing_id)
        if matter is not None:
            return Name(
                matter.about.of(language)[0],
                matter.being_with.of(language)[0],
                matter.why.of(language)[0],
            )
        if thing is None:
            return Name()
        named = thing.being_with.of(language)[0]
        why = f"что вышло {named}" if language is Language.RUSSIAN else f"what went on with {named}"
        return Name(thing.about.of(language)[0], named, why)

    def is_named_by(self, fact_text: str, index: int) -> bool:
        """Whether a sentence says by itself what a point is about."""
        name = self.name(index)
        return bool(telling_stems(fact_text) & telling_stems(name.about))

    def _facts_of(self, index: int) -> list[Fact]:
        """Facts for a point; failing these, for what is told of it in the next sentences."""
        point = self.points[index]
        stretch = stretch_of(self.request.text, index, self.points, MOST_TOLD)
        found = self._facts_for(point, point.text, stretch)
        is_named = point.thing_id and point.thing_id not in GENERAL_THINGS
        if found or point.kind is PointKind.ASKED or not is_named or point.matter_id:
            return found
        return self._facts_for(point, stretch, stretch)

    def _facts_for(self, point: Point, words: str, stretch: str) -> list[Fact]:
        happened = point.kind is PointKind.HAPPENED
        matter = matters().get(point.matter_id)
        found = self.knowledge.find(
            _query(words, matter, self.request.language),
            point.topic,
            self.request.language,
            self.request.at,
            limit=MOST_LOOKED_AT,
            at_fault=happened,
            about=self.request.about,
        )
        if self.request.verdict.urgency is Urgency.CRITICAL and point.topic is not Topic.PRICE:
            # A rule about cakes is no answer to somebody who fell ill or whose data is shown.
            found = [one for one in found if one.fact.first]
        if point.thing_id or point.matter_id:
            topics = {point.topic, *self._topics_of(point)}
            found = [one for one in found if one.fact.first or topics & set(one.fact.topics)]
        if not happened:
            # What only sounds alike is no answer to a question.
            found = [one for one in found if one.matched]
        elif self.request.verdict.claim is Claim.CONCRETE:
            found = [one for one in found if self._fits_a_case(one, point, words)]
        before = sentence_before(self.request.text, point)
        told = frozenset(stems(f"{before} {point.text} {stretch}"))
        found = [one for one in found if one.fact.fits_words(told, self._whole, at_fault=happened)]
        if matter is not None:
            found.sort(
                key=lambda one: (
                    not one.fact.first,
                    not self._is_own(one, point, matter),
                    -self._likeness(one, point, matter),
                )
            )
        return [one.fact for one in found]

    def _fits_a_case(self, one: FoundFact, point: Point, words: str) -> bool:
        """Whether a fact says something about trouble, and about this trouble."""
        if one.fact.first:
            return True
        matter = matters().get(point.matter_id)
        if matter is not None:
            if _tells_of_other(one.fact, matter):
                return False
            is_like = self._likeness(one, point, matter) > 0
            return one.fact.admits is not None and (is_like or self._is_own(one, point, matter))
        thing = self.things.get(point.thing_id)
        told = tells_trouble(words) or (thing is not None and thing.sore)
        return one.fact.admits is not None and (told or not set(one.matched) <= self._names(point))

    def _is_own(self, one: FoundFact, point: Point, matter: Matter) -> bool:
        """Whether a fact is about the very thing, and about this side of it."""
        names = self._names(point)
        about_it = any(name in matched for matched in one.matched for name in names)
        return about_it and matter.topic in one.fact.topics

    def _likeness(self, one: FoundFact, point: Point, matter: Matter) -> float:
        """How much of what a fact says is about a kind of trouble, its thing left aside."""
        named = {word for name in self._names(point) for word in name.split()}
        return one.score * len((_words_of(one.fact) & matter.vocabulary) - named)

    def _names(self, point: Point) -> set[str]:
        thing = self.things.get(point.thing_id)
        return {" ".join(stems(word)) for word in thing.words} if thing else set()

    def _topics_of(self, point: Point) -> set[Topic]:
        matter = matters().get(point.matter_id)
        return {matter.topic} if matter else set()


def is_grave(point: Point) -> bool:
    """Whether a point tells of harm, of fraud or of something foreign in the food."""
    told = {matter.id for matter in find_matters(point.text)}
    return point.kind is PointKind.HAPPENED and bool(told & GRAVE_MATTERS)


def _query(text: str, matter: Matter | None, language: Language) -> str:
    """What to look for: the author's words and, beside them, ours for that kind of trouble."""
    if matter is None:
        return text
    return f"{text}. {matter.about.of(language)[0]}, {matter.why.of(language)[0]}"


def _words_of(fact: Fact) -> frozenset[str]:
    return _telling((*fact.all_texts(), *fact.keywords, *fact.fault_keywords))


def _tells_of_other(fact: Fact, matter: Matter) -> bool:
    """Whether a fact says far more of another kind of trouble than of this one."""
    words = _words_of(fact)
    most = _most_told(words)
    return most >= LEAST_TOLD and 2 * len(words & matter.vocabulary) < most


@lru_cache(maxsize=4_000)
def _most_told(words: frozenset[str]) -> int:
    return max(len(words & matter.vocabulary) for matter in matters().values())


@lru_cache(maxsize=4_000)
def _telling(texts: tuple[str, ...]) -> frozenset[str]:
    return telling_stems(" ".join(texts))


def is_serious(request: DraftRequest) -> bool:
    """Whether harm, a child, death or the law is in it: then nothing is light."""
    parts = request.verdict.urgency_parts
    return request.verdict.urgency is Urgency.CRITICAL or any(
        parts.get(part, 0.0) >= SERIOUS_FROM for part in SERIOUS_PARTS
    )
