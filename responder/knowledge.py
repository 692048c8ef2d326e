"""Knowledge: dated facts with an owner and a source, and the powers a desk has.

A fact out of date is worse than none: `find` never returns one that is not valid at the
moment asked about, nor a private one for a public reply. Read by `responder.knowledge_file`.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from functools import cached_property

from pydantic import AwareDatetime, BaseModel, ConfigDict

from otklik.enums import Language, Topic
from responder.words import stems, telling_stems

KEYWORD_WEIGHT = 3.0
TOPIC_BONUS = 1.5
NEAR_BONUS = 2.0  # of a fact about the very branch or product that is named
FAR_MALUS = 0.6  # of one about a certain branch, where none is named
LEAST_SCORE = 2.0

Phrase = tuple[str, ...]


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Audience(StrEnum):
    """Where a fact may be said."""

    PUBLIC = "public"
    PRIVATE = "private"


class Wording(_Value):
    """One thing said in both languages; each a choice of equal wordings, at least one."""

    ru: tuple[str, ...]
    en: tuple[str, ...]

    def of(self, language: Language) -> tuple[str, ...]:
        """The wordings in a language; English for everybody who does not read Russian."""
        return self.ru if language is Language.RUSSIAN else self.en


class Need(StrEnum):
    """What the desk must be told in private before it can act."""

    NOTHING = "nothing"
    ORDER = "order"
    CONTACT = "contact"


class Action(_Value):
    """What the desk may do in such a case. `days` from the reply to the deed."""

    says: Wording
    owner: Wording
    days: int
    needs: Need = Need.NOTHING


class Fact(_Value):
    """One fact. `digest` is the SHA-256 (hex) of what may be said, dates and audience.

    Attributes:
        says: the fact for somebody who asks.
        admits: the fact for somebody it went wrong for; empty when `says` does.
        keywords: phrases in either language that call for this fact.
        fault_keywords: the same, only where something went wrong, not where one asks.
        first: comes before all others (health, safety).
        general: may answer vague criticism of its topic.
        owner: who keeps it true (a role).
        about: (kind, ids) of what it holds for, and for nothing else of these kinds.
    """

    id: str
    says: Wording
    admits: Wording | None = None
    topics: tuple[Topic, ...]
    keywords: tuple[str, ...]
    fault_keywords: tuple[str, ...] = ()
    first: bool = False
    owner: str
    source: str
    valid_from: AwareDatetime
    valid_until: AwareDatetime | None = None
    audience: Audience = Audience.PUBLIC
    action: Action | None = None
    general: bool = False
    about: tuple[tuple[str, tuple[str, ...]], ...] = ()
    digest: str

    @property
    def text_ru(self) -> str:
        """The first Russian wording."""
        return self.says.ru[0]

    @property
    def text_en(self) -> str:
        """The first English wording."""
        return self.says.en[0]

    def is_valid(self, at: datetime) -> bool:
        """Whether it may be cited at that moment; the last day counts in full."""
        return self.valid_from <= at and (self.valid_until is None or at < self.valid_until)

    def fits(self, about: Mapping[str, frozenset[str]]) -> bool:
        """Whether it may be said of what is named: never of another branch than its own."""
        return all(
            not about.get(kind) or not about[kind].isdisjoint(ids) for kind, ids in self.about
        )

    def all_texts(self) -> tuple[str, ...]:
        """Everything this fact says, for checking figures against it."""
        wordings = [self.says, self.admits, self.action.says if self.action else None]
        return tuple(text for one in wordings if one for text in (*one.ru, *one.en))


class FoundFact(_Value):
    """A fact that fits, how well (above 0, no upper bound), and by which keywords."""

    fact: Fact
    score: float
    matched: tuple[str, ...]


class Thing(_Value):
    """Something people complain about, with the words to name it in a reply of ours.

    Attributes:
        words: phrases in either language that name it.
        about, being_with: Russian "о чём" and "с чем"; English the noun phrase, twice.
        sore: names trouble by itself, so thanks never mention it.
    """

    id: str
    topic: Topic
    words: tuple[str, ...]
    about: Wording
    being_with: Wording
    sore: bool = False


class Power(_Value):
    """Which compensation for which kind of case, up to how many roubles, and whose."""

    id: str
    topics: tuple[Topic, ...]
    says: Wording
    up_to: int
    owner: str


class Knowledge:
    """What a company knows of itself; immutable once read.

    Args:
        owners: who looks into cases of a topic, as readers should see it.
        channel: the way to private talk, in the accusative ("через …").
        own_contacts: addresses, phones and paths of ours that may stand in public.
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
    ) -> None:
        self.company, self.channel, self.owners = company, channel, dict(owners)
        self.own_contacts = tuple(own_contacts)
        self.things, self.facts, self.powers = tuple(things), tuple(facts), tuple(powers)
        self._by_id = {fact.id: fact for fact in self.facts}

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
        words = stems(text)
        matched = self._matched(words, at_fault=at_fault)
        valid = [fact for fact in self.facts if fact.id in matched and fact.is_valid(at)]
        valid = [fact for fact in valid if fact.fits(named)]
        found = [self._score(fact, matched[fact.id], words, topic) for fact in valid]
        allowed = [
            one
            for one in found
            if one.score >= LEAST_SCORE
            and (audience is Audience.PRIVATE or one.fact.audience is Audience.PUBLIC)
        ]
        allowed.sort(
            key=lambda one: (
                not one.fact.first,
                -one.score * _nearness(one.fact, named),
                one.fact.id,
            )
        )
        return allowed[:limit]

    def general(self, topic: Topic, at: datetime) -> list[Fact]:
        """Public facts that may answer vague criticism of a topic."""
        return [
            fact
            for fact in self.facts
            if fact.general
            and topic in fact.topics
            and not fact.about
            and fact.is_valid(at)
            and fact.audience is Audience.PUBLIC
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
        total = len(self.facts) + 1
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
    return NEAR_BONUS if any(named.get(kind) for kind, _ in fact.about) else FAR_MALUS
