"""Material: what a reply has for each point: facts, deeds, and what we do not know yet."""

from __future__ import annotations

from otklik.enums import Approach, Language, Topic
from responder.drafting.finding import Findings, Name
from responder.drafting.parts import Part, Role
from responder.drafting.values import DraftRequest
from responder.drafting.wording import Speaker, lower_first
from responder.knowledge import Action, Fact, Need
from responder.points import Point, PointKind
from responder.points.splitting import is_request
from responder.words import telling_stems

PENDING_DAYS = 2
URGENT_DAYS = 1
MOST_FACTS = 4
MOST_SAID = 260  # characters of facts after which a further one is not begun
MOST_ACTIONS = 2
MOST_WHYS = 3
SAME_STARTS = ("что вышло ", "what went on with ")
_SEEN_THERE = frozenset({Topic.STAFF, Topic.PLACE})
_EVERY_DEED = telling_stems("здесь ответим напишем сообщим итог ответить написать сообщить")
_UNCLEAR = {Language.RUSSIAN: "что именно произошло", Language.ENGLISH: "what exactly happened"}
_AS_WELL = {Language.RUSSIAN: ", а также ", Language.ENGLISH: ", and also "}
_AND = {Language.RUSSIAN: "и", Language.ENGLISH: "and"}


class Material:
    """Sentences for the points of one mention, in one approach.

    Attributes:
        facts, deeds: sentences found by `gather`, the first first.
        unknown: indices of the points nothing is known for.
        told: the points whose fact this person was told at another comment, by index.
        needs: what the desk must be told in private before it can do what it says.
    """

    def __init__(
        self, request: DraftRequest, findings: Findings, approach: Approach, speaker: Speaker
    ) -> None:
        self.request, self.found = request, findings
        self.approach, self.speaker = approach, speaker
        self.points = findings.points
        self.facts: list[Part] = []
        self.deeds: list[Part] = []
        self.unknown: list[int] = []
        self.told: dict[int, Fact] = {}
        self.needs: set[Need] = set()
        self.days = URGENT_DAYS if findings.is_serious else PENDING_DAYS

    def gather(self, *, at_fault: bool, most: int = MOST_FACTS) -> None:
        """Facts and deeds for the points, what is known best first; the rest is unknown."""
        statement = self.statement_point()
        order = sorted(range(len(self.points)), key=lambda index: not self._has_first(index))
        for index in order:
            if index == statement:
                self._say_statement(index)
                continue
            point = self.points[index]
            cited = {fact: part for part in self.facts for fact in part.facts}
            fact = self.found.fact(index, cited) or self.found.general(point, self.approach)
            if fact is not None and self._was_told(fact):
                self.told[index] = fact
            elif fact is not None and fact in cited:
                cited[fact].points.append(index)
            elif fact is None or (self._is_full(most, point) and not fact.first):
                self.unknown.append(index)
            else:
                self._say_fact(index, fact, at_fault=at_fault)
        if at_fault:
            self._say_deeds()

    def _was_told(self, fact: Fact) -> bool:
        before = self.request.answered_before
        return before is not None and fact.id in before.fact_ids

    def _is_full(self, most: int, point: Point) -> bool:
        """Whether no further fact has room; what is asked for is answered before what is told."""
        said = sum(len(part.text) for part in self.facts)
        told_enough = said > MOST_SAID and point.kind is PointKind.HAPPENED
        return len(self.facts) >= most or told_enough

    def _say_fact(self, index: int, fact: Fact, *, at_fault: bool) -> None:
        happened = self.points[index].kind is PointKind.HAPPENED
        text = self.speaker.fact(fact, at_fault=at_fault and happened)
        name = self.found.name(index)
        if self.facts and name.about and not self.found.is_named_by(text, index):
            text = self.speaker.say("thing_lead", name, fact=lower_first(text))
        self.facts.append(Part(text, Role.FACT, 10 - index, [index], (fact,)))

    def _say_deeds(self) -> None:
        """What we shall do, one sentence for all that one owner does."""
        by_owner: dict[str, list[tuple[Part, Fact, Action]]] = {}
        for part in self.facts:
            for fact in part.facts:
                if fact.action is not None and self._deserves_action(part):
                    owner = self.speaker.kept_owner(fact.action.owner.of(self.request.language))
                    by_owner.setdefault(owner, []).append((part, fact, fact.action))
        for owner, found in list(by_owner.items())[:MOST_ACTIONS]:
            kept = _unlike(found)[:MOST_ACTIONS]
            joint = _AS_WELL[self.request.language]
            deed = joint.join(self.speaker.deed(fact, action) for _, fact, action in kept)
            days = max(action.days for _, _, action in kept)
            text = self.speaker.say(
                "action", action=deed, owner=owner, date=self.speaker.date(days)
            )
            points = [index for part, _, _ in found for index in part.points]
            facts = tuple(fact for _, fact, _ in kept)
            self.needs.update(action.needs for _, _, action in kept)
            self.deeds.append(Part(text, Role.ACTION, 9 - len(self.deeds), points, facts))

    def _deserves_action(self, part: Part) -> bool:
        kinds = {self.points[index].kind for index in part.points}
        return PointKind.HAPPENED in kinds or len(self.facts) == 1

    def pending(self) -> list[Part]:
        """Say honestly what we do not know, and by when we shall."""
        happened = [i for i in self.unknown if self.points[i].kind is PointKind.HAPPENED]
        named = [index for index in happened if self.found.name(index).why][:MOST_WHYS]
        plain = [index for index in happened if index not in named]
        if not happened:
            return self.gaps() if self.approach is not Approach.ANSWER else []
        if not named and not self.facts:
            named, plain = plain[:1], plain[1:]
        parts = [self._whys(named)] if named else []
        if plain:
            parts.append(self._rest(plain))
        return parts + (self.gaps() if self.approach is not Approach.ANSWER else [])

    def _whys(self, indices: list[int]) -> Part:
        language = self.request.language
        whys = list(dict.fromkeys(self.found.name(index).why for index in indices))
        whys = [why or _UNCLEAR.get(language, _UNCLEAR[Language.ENGLISH]) for why in whys]
        why = _listed(_shared_start(whys), _AND[language])
        for index in indices:
            matter = self.found.matter(index)
            self.needs.add(matter.needs if matter else Need.NOTHING)
        # Only of what people saw there can people be asked.
        there = {self.found.team(index) for index in indices} <= _SEEN_THERE
        block = "pending_there" if there and indices else "pending"
        text = self.speaker.say(block, None, why=why, **self._due(indices))
        return Part(text, Role.PENDING, 8, list(indices))

    def _rest(self, indices: list[int]) -> Part:
        text = self.speaker.say("rest", None, **self._due(indices))
        return Part(text, Role.PENDING, 5, list(indices))

    def gaps(self) -> list[Part]:
        """Questions we have no fact for: said so, and left visible to the editor."""
        asked = [i for i in self.unknown if self.points[i].kind is PointKind.ASKED]
        if not asked:
            return []
        name = self.found.name(asked[0]) if len(asked) == 1 else Name()
        block = "gap" if name.about else "gap_plain"
        if all(is_request(self.points[index].text) for index in asked):
            block = "request"
        text = self.speaker.say(block, name, **self._due(asked))
        return [Part(text, Role.GAP, 7, asked)]

    def _due(self, indices: list[int]) -> dict[str, str]:
        topics = {self.found.team(index) for index in indices}
        # Nobody of one team can say what went wrong in another.
        topic = topics.pop() if len(topics) == 1 else Topic.NONE
        return {"owner": self.speaker.owner(topic), "date": self.speaker.date(self.days)}

    def statement_point(self) -> int | None:
        """The point an approved statement answers, when it is in the reply's language."""
        statement = self.request.incident_statement
        if not statement or not self.points:
            return None
        if _is_russian(statement) is not (self.request.language is Language.RUSSIAN):
            return None
        words = telling_stems(statement)
        likeness = [len(words & telling_stems(point.text)) for point in self.points]
        return likeness.index(max(likeness))

    def _say_statement(self, index: int) -> None:
        statement = (self.request.incident_statement or "").strip()
        self.facts.append(Part(statement, Role.STATEMENT, 10, [index]))
        fact = self.found.fact(index)
        if fact is None or fact.action is None:
            return
        self.needs.add(fact.action.needs)
        text = self.speaker.say(
            "action",
            action=self.speaker.deed(fact, fact.action),
            owner=self.speaker.kept_owner(fact.action.owner.of(self.request.language)),
            date=self.speaker.date(fact.action.days),
        )
        self.deeds.append(Part(text, Role.ACTION, 9, [index], (fact,)))

    def _has_first(self, index: int) -> bool:
        fact = self.found.fact(index)
        return fact is not None and fact.first


def _is_russian(text: str) -> bool:
    letters = [letter for letter in text.lower() if letter.isalpha()]
    russian = sum("а" <= letter <= "я" or letter == "ё" for letter in letters)
    return russian * 2 > len(letters)


def _unlike(found: list[tuple[Part, Fact, Action]]) -> list[tuple[Part, Fact, Action]]:
    """The deeds without those that say once more what one before them says."""
    kept: list[tuple[Part, Fact, Action]] = []
    for one in found:
        words = _deed_words(one[2])
        if not any(words & _deed_words(other[2]) for other in kept):
            kept.append(one)
    return kept


def _deed_words(action: Action) -> frozenset[str]:
    return telling_stems(" ".join(action.says.ru)) - _EVERY_DEED


def _shared_start(whys: list[str]) -> list[str]:
    """The same beginning is said once: "what went on with the card, the transfer"."""
    start = next((one for one in SAME_STARTS if sum(w.startswith(one) for w in whys) > 1), None)
    if start is None:
        return whys
    alike = [why.removeprefix(start) for why in whys if why.startswith(start)]
    kept = [one for one in alike if not any(_is_within(one, other) for other in alike)]
    return [start + kept[0], *kept[1:], *(why for why in whys if not why.startswith(start))]


def _is_within(one: str, other: str) -> bool:
    return telling_stems(one) < telling_stems(other)


def _listed(words: list[str], joint: str) -> str:
    if len(words) == 1:
        return words[0]
    return f"{', '.join(words[:-1])} {joint} {words[-1]}"
