"""Composing: from points and facts to sentences, and from sentences to one reply."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from otklik.enums import Approach, Claim, Language, PointState, Stance, Topic, Urgency
from responder.draft import DraftRequest
from responder.knowledge import Fact, Knowledge, Need, Thing
from responder.phrasing import Chooser, phrases, used_sentences
from responder.points import Known, Point, PointKind
from responder.promise_finder import date_text

PENDING_DAYS = 2
MOST_ACTIONS = 2
MOST_NOTES = 2
ORDER_TOPICS = frozenset({Topic.DELIVERY, Topic.PRICE})
_SORRY = frozenset({Approach.APOLOGISE_AND_FIX})
_KEEPS_CASE = frozenset({"Black", "Tea", "Help"})


@dataclass(frozen=True)
class Part:
    """One sentence of a reply. The least `weight` is dropped first where room is short."""

    text: str
    weight: int
    point: int | None = None
    fact: Fact | None = None


@dataclass(frozen=True)
class Written:
    """A reply with its points answered and the facts it cites."""

    text: str
    points: tuple[Point, ...]
    facts: tuple[Fact, ...]


@dataclass
class Composer:
    """Composes one reply to one mention."""

    request: DraftRequest
    knowledge: Knowledge
    points: tuple[Point, ...]
    known: tuple[Known, ...]
    parts: list[Part] = field(default_factory=list)
    answered: dict[int, Point] = field(default_factory=dict)
    actions: int = 0
    needs: set[Need] = field(default_factory=set)
    unknown: str | None = None

    def __post_init__(self) -> None:
        self.language = self.request.language
        self.blocks = phrases(self.language)
        self.things = {thing.id: thing for thing in self.knowledge.things}
        used = used_sentences(self.request.recent_replies)
        self.chooser = Chooser(self.request.seed, used)

    def compose(self) -> Written:
        """The reply of the approach asked for."""
        if self.request.verdict.stance is Stance.HATER:
            self._hater()
        else:
            {
                Approach.APOLOGISE_AND_FIX: self._apologise,
                Approach.ARGUE: self._argue,
                Approach.REFUSE_POSITIVELY: self._refuse,
                Approach.THANK: self._thank,
                Approach.ANSWER: self._answer,
                Approach.ASK_IN_PRIVATE: self._ask_in_private,
            }[self.request.approach]()
        return self._assemble(_shortened(self.parts, self.request.reply_max_length))

    # The approaches.

    def _hater(self) -> None:
        """One calm sentence with a fact, for those who read."""
        request, topic = self.request, self.request.verdict.topic
        found = self.knowledge.find(
            request.text,
            topic,
            self.language,
            request.at,
            limit=1,
            at_fault=False,
            about=request.about,
        )
        general = [*self._general(topic), *self._general(Topic.POLICY)]
        for fact in [*(one.fact for one in found), *general][:1]:
            self._say("hater", 10, 0, fact=fact, words=self._wording(fact, at_fault=False))
            for index in range(len(self.points)):
                self._settle(index, PointState.FACT, self._last(), fact)

    def _apologise(self) -> None:
        block = "fault_urgent" if self.request.verdict.urgency is Urgency.CRITICAL else "fault"
        self._open(block)
        rest = list(range(len(self.points)))[1 if self._statement() else 0 :]
        for index in sorted(rest, key=lambda index: not self._comes_first(self.points[index])):
            self._point(index, at_fault=True)
        self._ask()

    def _argue(self) -> None:
        at_fault = self.request.verdict.claim is Claim.CONCRETE
        self._open("fault" if at_fault else "argue")
        for index in range(len(self.points)):
            self._point(index, at_fault=at_fault)
        self._ask()

    def _refuse(self) -> None:
        self._open("refuse")
        for index in range(len(self.points)):
            self._point(index, at_fault=False)
        self._say("refuse_way", 4)

    def _answer(self) -> None:
        for index in range(len(self.points)):
            self._point(index, at_fault=False)

    def _ask_in_private(self) -> None:
        facts = [self._fact_for(point) for point in self.points]
        for index, fact in enumerate(facts):
            if fact is not None:
                self._fact(index, fact, at_fault=False)
        self._say("private", 10)
        for index in range(len(self.points)):
            self._settle(index, PointState.PENDING, self.parts[-1].text)

    def _thank(self) -> None:
        """Brief; a reservation in the praise is answered, never argued away."""
        named = [thing for thing in self.knowledge.things_in(self.request.text) if not thing.sore]
        taken = {point.thing_id for point in self.points}
        named.sort(key=self.knowledge.things.index)
        free = [thing for thing in named if thing.id not in taken or len(named) == 1]
        self._say("thank" if free else "thank_plain", 10, thing=free[0] if free else None)
        if self.request.verdict.claim is not Claim.NONE:
            for index, point in enumerate(self.points[:MOST_NOTES]):
                fact = self._fact_for(point)
                words = self._wording(fact, at_fault=False) if fact else ""
                block = "thank_note" if fact else "thank_note_plain"
                self._say(block, 8, index, fact=fact, words=words)
                state = PointState.FACT if fact else PointState.GAP
                self._settle(index, state, self._last(), fact)

    # Points.

    def _point(self, index: int, *, at_fault: bool) -> None:
        point = self.points[index]
        fact = self._fact_for(point) or self._general_for(point)
        if fact is None:
            self._not_known(index)
        elif any(part.fact == fact for part in self.parts):
            said = next(part for part in self.parts if part.fact == fact)
            self._settle(index, PointState.FACT, said.text, fact)
        else:
            self._fact(index, fact, at_fault=at_fault and point.kind is PointKind.HAPPENED)
            most = MOST_ACTIONS if point.kind is PointKind.HAPPENED else 1
            if at_fault and fact.action is not None and self.actions < most:
                self._action(index, fact)

    def _fact(self, index: int, fact: Fact, *, at_fault: bool) -> None:
        words = self._wording(fact, at_fault=at_fault)
        thing = self.things.get(self.points[index].thing_id)
        if index and thing is not None and any(part.point is not None for part in self.parts):
            self._say("thing_lead", 9 - index, index, thing=thing, fact=fact, words=words)
        else:
            self.parts.append(Part(words, 10 - index, index, fact))
        self._settle(index, PointState.FACT, self._last(), fact)

    def _action(self, index: int, fact: Fact) -> None:
        action = fact.action
        if action is None:
            return
        self.actions += 1
        self.needs.add(action.needs)
        values = {
            "action": self.chooser.choose(f"do:{fact.id}", action.says.of(self.language), {}),
            "owner": self.chooser.keep("owner", action.owner.of(self.language)),
            "date": self._date(action.days),
        }
        self._say("action", 9 - index, index, values=_lowered(values))
        self._settle(index, PointState.ACTION, self._last(), fact)

    def _not_known(self, index: int) -> None:
        """Say honestly that we do not know, and by when we shall."""
        point = self.points[index]
        happened = point.kind is PointKind.HAPPENED
        if happened and self.unknown is not None:
            self._settle(index, PointState.PENDING, self.unknown)
            return
        several = sum(not self._fact_for(one) for one in self.points[index:]) > 1
        thing = None if several else self.things.get(point.thing_id)
        owner = self.knowledge.owner(point.topic).of(self.language)
        values = {
            "owner": self.chooser.keep("owner", owner),
            "date": self._date(PENDING_DAYS),
        }
        block = ("pending" if happened else "gap") + ("" if thing else "_plain")
        self._say(block, 8 - index, index, thing=thing, values=_lowered(values))
        if happened and point.topic in ORDER_TOPICS:
            self.needs.add(Need.ORDER)
        if happened and thing is None:
            self.unknown = self._last()
        self._settle(index, PointState.PENDING if happened else PointState.GAP, self._last())

    def _statement(self) -> bool:
        """Say the approved statement of the wave, when it is in the reply's language."""
        statement = self.request.incident_statement
        russian = self.language is Language.RUSSIAN
        if not statement or _is_russian(statement) is not russian:
            return False
        self.parts.append(Part(statement.strip(), 10, 0))
        if self.points:
            self._settle(0, PointState.FACT, statement.strip())
            fact = self._fact_for(self.points[0])
            if fact is not None and fact.action is not None:
                self._action(0, fact)
        return True

    def _ask(self) -> None:
        """Ask in private for what is needed, and never for what was said."""
        given = any(known.kind == "order" for known in self.known)
        if given and self.needs & {Need.ORDER, Need.CONTACT}:
            self._say("data_known", 4)
        elif Need.ORDER in self.needs:
            self._say("action_data", 4)
        elif Need.CONTACT in self.needs:
            self._say("contact", 4)

    # Words.

    def _open(self, block: str) -> None:
        thing = self.things.get(self.points[0].thing_id) if self.points else None
        if block == "fault_urgent":
            self._say(block, 6)
        else:
            self._say(block if thing else f"{block}_plain", 6, thing=thing)

    def _say(
        self,
        block: str,
        weight: int,
        point: int | None = None,
        *,
        thing: Thing | None = None,
        fact: Fact | None = None,
        words: str = "",
        values: dict[str, str] | None = None,
    ) -> None:
        filled = {
            "channel": self.knowledge.channel.of(self.language)[0],
            "owner": self.knowledge.owner(self.request.verdict.topic).of(self.language)[0],
            "fact": _lower_first(words),
            "about": thing.about.of(self.language)[0] if thing else "",
            "with": thing.being_with.of(self.language)[0] if thing else "",
            **(values or {}),
        }
        text = self.chooser.choose(block, self.blocks[block], filled)
        self.parts.append(Part(text, weight, point, fact))

    def _wording(self, fact: Fact, *, at_fault: bool) -> str:
        wording = fact.admits if at_fault and fact.admits else fact.says
        return self.chooser.choose(f"fact:{fact.id}", wording.of(self.language), {})

    def _fact_for(self, point: Point) -> Fact | None:
        found = self.knowledge.find(
            point.text,
            point.topic,
            self.language,
            self.request.at,
            at_fault=point.kind is PointKind.HAPPENED,
            about=self.request.about,
        )
        if self.request.verdict.urgency is Urgency.CRITICAL and point.topic is not Topic.PRICE:
            # A rule about cakes is no answer to somebody who fell ill or whose data is shown.
            found = [one for one in found if one.fact.first]
        if point.thing_id:
            found = [one for one in found if one.fact.first or point.topic in one.fact.topics]
        cited = {part.fact for part in self.parts if part.fact}
        fresh = [one.fact for one in found if one.fact not in cited]
        near = found and fresh and fresh[0] is not found[0].fact
        # The best fact twice is better than a poor one once.
        return found[0].fact if near else (fresh[0] if fresh else None)

    def _comes_first(self, point: Point) -> bool:
        fact = self._fact_for(point)
        return fact is not None and fact.first

    def _general_for(self, point: Point) -> Fact | None:
        refuses = self.request.approach is Approach.REFUSE_POSITIVELY
        vague = self.request.verdict.claim is not Claim.CONCRETE
        if self.request.approach in _SORRY or not (refuses or vague):
            return None
        if point.kind is PointKind.ASKED and not refuses:
            return None
        topics = (self.request.verdict.topic, point.topic)
        return next((fact for topic in topics for fact in self._general(topic)), None)

    def _general(self, topic: Topic) -> list[Fact]:
        return self.knowledge.general(topic, self.request.at)

    def _settle(self, index: int, state: PointState, answer: str, fact: Fact | None = None) -> None:
        point = self.answered.get(index, self.points[index])
        ids = (*point.fact_ids, fact.id) if fact and fact.id not in point.fact_ids else None
        answers = f"{point.answer} {answer}".strip() if answer not in point.answer else point.answer
        self.answered[index] = point.model_copy(
            update={"state": state, "answer": answers, "fact_ids": ids or point.fact_ids}
        )

    def _last(self) -> str:
        return self.parts[-1].text

    def _date(self, days: int) -> str:
        return date_text(self.request.at + timedelta(days=days), self.language)

    # The whole.

    def _assemble(self, kept: list[Part]) -> Written:
        texts = {part.text for part in kept}
        facts = {part.fact.id: part.fact for part in kept if part.fact}
        points = [self._seen(index, texts) for index in range(len(self.points))]
        for point in points:
            for fact_id in point.fact_ids:
                fact = self.knowledge.fact(fact_id)
                if fact is not None:
                    facts.setdefault(fact_id, fact)
        return Written(" ".join(part.text for part in kept), tuple(points), tuple(facts.values()))

    def _seen(self, index: int, texts: set[str]) -> Point:
        """The point as the reply leaves it: what was dropped for room answers nothing."""
        point = self.answered.get(index, self.points[index])
        if point.answer and any(text in point.answer for text in texts):
            return point
        return point.model_copy(update={"state": PointState.GAP, "answer": "", "fact_ids": ()})


def _shortened(parts: list[Part], most: int | None) -> list[Part]:
    kept = list(parts)
    while most is not None and len(kept) > 1 and len(" ".join(p.text for p in kept)) > most:
        kept.remove(min(reversed(kept), key=lambda part: part.weight))
    return kept


def _lower_first(words: str) -> str:
    first = words.split(" ", 1)[0]
    if first in _KEEPS_CASE or first[:1].isdigit():
        return words
    return words[:1].lower() + words[1:]


def _lowered(values: dict[str, str]) -> dict[str, str]:
    return {name: _lower_first(value) for name, value in values.items()}


def _is_russian(text: str) -> bool:
    letters = [letter for letter in text.lower() if letter.isalpha()]
    russian = sum("а" <= letter <= "я" or letter == "ё" for letter in letters)
    return russian * 2 > len(letters)
