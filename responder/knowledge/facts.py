"""Knowledge: the facts that may be cited, found by words and, failing these, by meaning.

A fact out of date is worse than none: `find` never returns one that is not valid at the
moment asked about, nor a private one for a public reply, nor one nobody has written in the
language asked for. Read by `responder.knowledge.file`.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Protocol

from otklik.enums import Language, Topic
from responder.knowledge.meaning import Meaning
from responder.knowledge.values import Audience, Fact, Form, FoundFact, Power, Thing, Wording
from responder.words import stems, telling_stems

KEYWORD_WEIGHT = 3.0
TOPIC_BONUS = 1.5
NEAR_BONUS = 2.0  # of a fact about the very branch or product that is named
FAR_MALUS = 0.6  # of one about a certain branch, where none is named
LEAST_SCORE = 2.0
FEW = 20  # with fewer facts than this a word counts for as rare as among so many

Phrase = tuple[str, ...]


class Current(Protocol):
    """Something that holds the knowledge in force, which may be another one next time."""

    @property
    def current(self) -> Knowledge:
        """The knowledge at this moment."""


class Knowledge:
    """What a company knows of itself; immutable once read.

    Args:
        owners: who looks into cases of a topic, as readers should see it.
        channel: the way to private talk, in the accusative ("через …").
        own_contacts: addresses, phones and paths of ours that may stand in public.
        facts: those still only proposed are kept apart in `proposed`.
        use_meaning: False: keywords alone find facts.
        address: how people are addressed in Russian.
    """

    def __init__(
        self,
        *,
        company: Wording,
        channel: Wording,
        owners: Mapping[Topic, Wording],
        own_contacts: Sequence[str],
        things: Sequence[Thing],
        facts: Sequence[Fact],
        powers: Sequence[Power],
        use_meaning: bool = True,
        address: Form = Form.VY,
    ) -> None:
        self.address = address
        self.company, self.channel, self.owners = company, channel, dict(owners)
        self.own_contacts = tuple(own_contacts)
        self.things, self.powers = tuple(things), tuple(powers)
        self.facts = tuple(fact for fact in facts if not fact.proposed)
        self.proposed = tuple(fact for fact in facts if fact.proposed)
        self._by_id = {fact.id: fact for fact in facts}
        self._meaning = Meaning(self.facts) if use_meaning else None

    @property
    def current(self) -> Knowledge:
        """Itself: what never changes is always current."""
        return self

    def fact(self, fact_id: str) -> Fact | None:
        """The fact of that id, expired or not."""
        return self._by_id.get(fact_id)

    def find(
        self,
        text: str,
        topic: Topic,
        language: Language,
        at: datetime,
        limit: int = 3,
        *,
        audience: Audience = Audience.PUBLIC,
        at_fault: bool = True,
        about: Mapping[str, frozenset[str]] | None = None,
    ) -> list[FoundFact]:
        """Facts valid at `at` that fit the text, best first; none rather than a poor one.

        The topic counts in favour and never alone. Either language finds the same facts.
        `at_fault` says that something went wrong, against somebody only asking. `about`: ids by
        kind of what is named; facts of it come first, those of another one never.
        """
        named = about or {}

        def may_be_said(fact: Fact) -> bool:
            is_open = audience is Audience.PRIVATE or fact.audience is Audience.PUBLIC
            return is_open and fact.is_valid(at) and fact.is_said_in(language) and fact.fits(named)

        found = self._by_words(text, topic, named, may_be_said, at_fault=at_fault)
        if self._meaning is not None:
            found = self._meaning.settle(text, found, may_be_said)
        return found[:limit]

    def _by_words(
        self,
        text: str,
        topic: Topic,
        named: Mapping[str, frozenset[str]],
        may_be_said: Callable[[Fact], bool],
        *,
        at_fault: bool,
    ) -> list[FoundFact]:
        words = stems(text)
        matched = self._matched(words, at_fault=at_fault)
        fit = [fact for fact in self.facts if fact.id in matched and may_be_said(fact)]
        found = [self._score(fact, matched[fact.id], words, topic) for fact in fit]
        near = [
            one.model_copy(update={"score": one.score * _nearness(one.fact, named)})
            for one in found
            if one.score >= LEAST_SCORE
        ]
        return sorted(near, key=lambda one: (not one.fact.first, -one.score, one.fact.id))

    def general(self, topic: Topic, at: datetime, language: Language | None = None) -> list[Fact]:
        """Public facts that may answer vague criticism of a topic.

        Args:
            language: of the reply; None: only those written in every language.
        """
        return [
            fact
            for fact in self.facts
            if fact.general
            and topic in fact.topics
            and not fact.about
            and fact.is_valid(at)
            and fact.audience is Audience.PUBLIC
            and (fact.is_said_in(language) if language else not fact.says.missing)
        ]

    def things_in(self, text: str) -> list[Thing]:
        """Things the text names, in the order they are named; longer names win."""
        words = stems(text)
        found: dict[str, tuple[int, int, Thing]] = {}
        for start, word in enumerate(words):
            for phrase, thing in self._things_by_word.get(word, ()):
                if words[start : start + len(phrase)] == phrase:
                    hit = (start, -len(phrase), thing)
                    found[thing.id] = min(found.get(thing.id, hit), hit, key=lambda one: one[:2])
        return [thing for _, _, thing in sorted(found.values(), key=lambda hit: hit[:2])]

    def topic_of(self, text: str) -> Topic | None:
        """The topic of some fact the text calls for by a keyword, dates left aside."""
        matched = self._matched(stems(text), at_fault=False)
        return next((fact.topics[0] for fact in self.facts if fact.id in matched), None)

    def owner(self, topic: Topic) -> Wording:
        """Who looks into cases of this topic."""
        return self.owners.get(topic) or self.owners[Topic.NONE]

    def _matched(self, words: tuple[str, ...], *, at_fault: bool) -> dict[str, set[Phrase]]:
        found: dict[str, set[Phrase]] = defaultdict(set)
        for start, word in enumerate(words):
            for phrase, fact_id, only_at_fault in self._facts_by_word.get(word, ()):
                fits = at_fault or not only_at_fault
                if fits and words[start : start + len(phrase)] == phrase:
                    found[fact_id].add(phrase)
        return found

    def _score(
        self, fact: Fact, matched: set[Phrase], words: tuple[str, ...], topic: Topic
    ) -> FoundFact:
        score = sum(KEYWORD_WEIGHT * self._rarity(phrase) for phrase in matched)
        shared = self._fact_words[fact.id] & frozenset(words)
        score += sum(self._rarity([word]) for word in shared) / 4
        score *= TOPIC_BONUS if topic in fact.topics else 1.0
        names = sorted(" ".join(phrase) for phrase in matched)
        return FoundFact(fact=fact, score=score, matched=tuple(names))

    def _rarity(self, phrase: Iterable[str]) -> float:
        total = max(len(self.facts), FEW) + 1
        return sum(math.log(total / (1 + self._frequency[word])) for word in phrase)

    @cached_property
    def _frequency(self) -> Counter[str]:
        return Counter(word for words in self._fact_words.values() for word in words)

    @cached_property
    def _fact_words(self) -> dict[str, frozenset[str]]:
        return {
            fact.id: telling_stems(
                " ".join((*fact.all_texts(), *fact.keywords, *fact.fault_keywords))
            )
            for fact in self.facts
        }

    @cached_property
    def _facts_by_word(self) -> dict[str, list[tuple[Phrase, str, bool]]]:
        found: dict[str, list[tuple[Phrase, str, bool]]] = defaultdict(list)
        for fact in self.facts:
            for words, only in ((fact.keywords, False), (fact.fault_keywords, True)):
                for phrase in filter(None, map(stems, words)):
                    found[phrase[0]].append((phrase, fact.id, only))
        return found

    @cached_property
    def _things_by_word(self) -> dict[str, list[tuple[Phrase, Thing]]]:
        found: dict[str, list[tuple[Phrase, Thing]]] = defaultdict(list)
        for thing in self.things:
            for phrase in filter(None, map(stems, thing.words)):
                found[phrase[0]].append((phrase, thing))
        return found


def _nearness(fact: Fact, named: Mapping[str, frozenset[str]]) -> float:
    if not fact.about:
        return 1.0
    return NEAR_BONUS if fact.is_about(named) else FAR_MALUS
