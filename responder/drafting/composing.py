"""Composing: from points and facts to sentences, and from sentences to one reply.

A reply is built of blocks (opening, apology, facts, deeds, what we do not know yet, the way to
us) whose order is one of several plans; which plan and which words is seeded by the mention.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from otklik.enums import Abuse, Approach, Claim, Stance, Topic
from responder.drafting.finding import Findings, Name
from responder.drafting.in_kind import frame
from responder.drafting.material import MOST_FACTS, Material
from responder.drafting.parts import Part, Role, Written, assemble
from responder.drafting.values import DraftRequest, Style
from responder.drafting.wording import Speaker, lower_first
from responder.knowledge import Knowledge, Need, Thing
from responder.points import GENERAL_THINGS, Known, Point, PointKind

MOST_NOTES = 2
ORDER_KINDS = frozenset({"order", "phone", "email"})


class Composer:
    """Composes one reply to one mention, of one approach."""

    def __init__(
        self,
        request: DraftRequest,
        knowledge: Knowledge,
        findings: Findings,
        *,
        known: Sequence[Known],
        approach: Approach,
        style: Style = Style.PLAIN,
    ) -> None:
        self.request, self.knowledge, self.found = request, knowledge, findings
        self.style = style
        self.points: tuple[Point, ...] = findings.points
        self.known, self.approach = known, approach
        self.speaker = Speaker(request, knowledge, f"{request.seed}/{approach}")
        self.has = Material(request, findings, approach, self.speaker)
        self.parts: list[Part] = []

    def compose(self) -> Written:
        """The reply."""
        ways: dict[Approach, Callable[[], None]] = {
            Approach.APOLOGISE_AND_FIX: self._apologise,
            Approach.ARGUE: self._argue,
            Approach.REFUSE_POSITIVELY: self._refuse,
            Approach.THANK: self._thank,
            Approach.ANSWER: self._answer,
            Approach.ASK_IN_PRIVATE: self._ask_in_private,
            Approach.WARN: self._warn,
        }
        is_hater = self.request.verdict.stance is Stance.HATER
        if is_hater and self.approach not in (Approach.WARN, Approach.ASK_IN_PRIVATE):
            self._hater()
        else:
            ways[self.approach]()
            self._refer()
        if self.style is not Style.PLAIN:
            self.parts = frame(self.parts, self.style, self.speaker, self._first_name())
        return assemble(self.parts, self.points, self.request.reply_max_length)

    # The approaches.

    def _hater(self) -> None:
        """One calm sentence with a fact, for those who read; without a fact a calm request."""
        fact = self.found.calm()
        everything = list(range(len(self.points)))
        if fact is None:
            self._add(Role.OPENING, 10, self.speaker.say("warn"))
            return
        words = lower_first(self.speaker.fact(fact, at_fault=False))
        text = self.speaker.say("hater", fact=words)
        self.parts.append(Part(text, Role.FACT, 10, everything, (fact,)))

    def _apologise(self) -> None:
        self.has.gather(at_fault=True)
        plan = self._plan()
        opening = self._opening()
        sorry = self._sorry() if plan != "open_first" or opening is None else None
        before = [part for part in self.has.facts if self._is_first(part)]
        rest = [part for part in self.has.facts if part not in before]
        pending = self.has.pending()
        orders: dict[str, list[Part | None]] = {
            "open_first": [opening, *before, *rest, *self.has.deeds, *pending],
            "fact_first": [*before, *rest[:1], sorry, *rest[1:], *self.has.deeds, *pending],
            "norm_first": [self._norm(), sorry, *before, *rest, *self.has.deeds, *pending],
            "deed_first": [opening, *before, *self.has.deeds, *rest, *pending],
            "sorry_last": [*before, *rest, *self.has.deeds, *pending, sorry],
        }
        self._put(orders[plan])
        self._ask()

    def _plan(self) -> str:
        """Which order of blocks: what is serious is never begun with anything but care."""
        if self.found.is_serious or self.has.statement_point() is not None:
            return "open_first"
        fits = ["open_first", "open_first"]
        if any(self.found.matter(index) for index in range(len(self.points))):
            fits += ["norm_first", "norm_first", "norm_first"]
        if self.has.facts and self.speaker.is_fresh(self.has.facts[0].text):
            fits += ["fact_first", "sorry_last"]
        if self.has.deeds and self.has.facts:
            fits += ["deed_first"]
        return fits[self.speaker.chooser.number("plan", len(fits))]

    def _argue(self) -> None:
        concrete = self.request.verdict.claim is Claim.CONCRETE
        self.has.gather(at_fault=concrete)
        name = self._first_name()
        block = "argue" if name.about else "argue_plain"
        opening = None if concrete and self.has.facts else self.speaker.try_say(block, name)
        self._put([self._part(Role.OPENING, 3, opening), *self.has.facts, *self.has.deeds])
        self._put(self.has.pending())
        self._ask()

    def _refuse(self) -> None:
        self.has.gather(at_fault=self.request.verdict.claim is Claim.CONCRETE)
        if not self.has.facts and any(p.kind is PointKind.HAPPENED for p in self.points):
            # Without a reason nothing can be refused.
            self._put([self._opening(), *self.has.pending()])
            self._ask()
            return
        name = self._first_name()
        opening = self.speaker.try_say("refuse" if name.about else "refuse_plain", name)
        self._put([self._part(Role.OPENING, 3, opening), *self.has.facts, *self.has.deeds])
        if self.has.deeds:
            self._put(self.has.pending())
            self._ask()
            return
        self._alternative()
        self._put(self.has.pending())
        self._add(Role.ASK, 6, self.speaker.say("refuse_way"))

    def _alternative(self) -> None:
        """One more fact about what is refused: what can be had instead."""
        cited = [fact for part in self.has.facts for fact in part.facts]
        for index, point in enumerate(self.points):
            other = next(iter(self.found.others(index, cited)), None)
            if other is not None and len(self.has.facts) < MOST_FACTS and point.thing_id:
                text = self.speaker.fact(other, at_fault=False)
                self.parts.append(Part(text, Role.FACT, 7, [index], (other,)))
                return

    def _answer(self) -> None:
        self.has.gather(at_fault=False)
        if not self.has.facts and self._says_nothing():
            self._add(Role.OPENING, 10, self.speaker.say("noted"))
            self.points = ()
            return
        self._put([*self.has.facts, *self.has.pending()])
        for part in self.has.gaps():
            self.parts.append(part)

    def _ask_in_private(self) -> None:
        everything = list(range(len(self.points)))
        name = self._first_name()
        self.has.gather(at_fault=False, most=0)
        if self.found.is_serious:
            self._add(Role.OPENING, 4, self.speaker.try_say("fault_urgent"))
        elif self.request.verdict.stance is not Stance.QUESTION:
            self._add(Role.OPENING, 4, self.speaker.try_say("private_open", name))
        self._put([part for part in self.has.facts if self._is_first(part)])
        words = {"date": self.speaker.date(self.has.days)}
        self.parts.append(
            Part(self.speaker.say("private", name, **words), Role.PENDING, 10, everything)
        )
        self._add(Role.ASK, 5, self.speaker.try_say("private_why", name))

    def _warn(self) -> None:
        """A calm request, what happens next, and the matter where there is one."""
        if self.request.verdict.abuse is Abuse.THREAT:
            self._add(Role.OPENING, 10, self.speaker.say("threat"))
            self._add(Role.ASK, 8, self.speaker.say("threat_next"))
            self.points = ()
            return
        request = self._part(Role.OPENING, 9, self.speaker.say("warn"))
        after = self._part(Role.ASK, 8, self.speaker.say("warn_next"))
        if self.request.verdict.claim is not Claim.CONCRETE:
            self._put([request, after])
            fact = self.found.calm()
            if fact is not None and self.points:
                words = lower_first(self.speaker.fact(fact, at_fault=False))
                text = self.speaker.say("warn_matter", fact=words)
                everything = list(range(len(self.points)))
                self.parts.append(Part(text, Role.FACT, 6, everything, (fact,)))
            return
        self.has.gather(at_fault=True)
        matter = [*self.has.facts, *self.has.deeds, *self.has.pending()]
        heads = self.speaker.chooser.number("warn", 2)
        self._put([request, *matter, after] if heads else [*matter, request, after])
        self._ask()

    def _thank(self) -> None:
        """Brief; a reservation in the praise is answered, never argued away."""
        named = [thing for thing in self.knowledge.things_in(self.request.text) if not thing.sore]
        taken = {point.thing_id for point in self.points}
        # What was praised first is thanked for; "staff" and "café" stand beside the goods.
        named.sort(key=_is_beside)
        free = [thing for thing in named if thing.id not in taken or len(named) == 1]
        language = self.request.language
        name = Name()
        if free:
            name = Name(free[0].about.of(language)[0], free[0].being_with.of(language)[0])
        self._add(Role.OPENING, 10, self.speaker.say("thank" if free else "thank_plain", name))
        if self.request.verdict.claim is not Claim.NONE:
            for index in range(len(self.points[:MOST_NOTES])):
                self._note(index)

    def _note(self, index: int) -> None:
        fact = self.found.fact(index)
        owner = self.speaker.owner(self.points[index].topic)
        if fact is None:
            text = self.speaker.say("thank_note_plain", owner=owner)
            self.parts.append(Part(text, Role.GAP, 8, [index]))
            return
        words = lower_first(self.speaker.fact(fact, at_fault=False))
        text = self.speaker.say("thank_note", fact=words)
        self.parts.append(Part(text, Role.FACT, 8, [index], (fact,)))

    # Blocks around the points.

    def _refer(self) -> None:
        """Whoever was told a fact at another comment is led to it instead of hearing it again."""
        if not self.has.told:
            return
        facts = tuple(dict.fromkeys(self.has.told.values()))
        text = self.speaker.say("told_before")
        self.parts.insert(0, Part(text, Role.FACT, 9, list(self.has.told), facts))

    def _opening(self) -> Part | None:
        if self.found.is_serious:
            return self._part(Role.OPENING, 6, self.speaker.try_say("fault_urgent"))
        name = self._first_name()
        block = "fault" if name.about else "fault_plain"
        return self._part(Role.OPENING, 3, self.speaker.try_say(block, name))

    def _norm(self) -> Part | None:
        """How it should have been, said of the first trouble told of."""
        for index in range(len(self.points)):
            matter = self.found.matter(index)
            if matter is not None:
                norms = matter.norm.of(self.request.language)
                return self._part(Role.OPENING, 4, self.speaker.try_one_of("norm", norms))
        return None

    def _sorry(self) -> Part | None:
        return self._part(Role.SORRY, 2, self.speaker.try_say("sorry", self._first_name()))

    def _ask(self) -> None:
        """Ask in private for what is needed, and never for what was said."""
        given = {known.kind for known in self.known} & ORDER_KINDS
        if given and self.has.needs & {Need.ORDER, Need.CONTACT}:
            text = self.speaker.try_say("data_known")
        elif Need.ORDER in self.has.needs:
            text = self.speaker.say("action_data")
        elif Need.CONTACT in self.has.needs:
            text = self.speaker.say("contact")
        else:
            return
        self._add(Role.ASK, 6, text)

    def _says_nothing(self) -> bool:
        """Whether nothing is asked and nothing has gone wrong, so far as anybody can tell."""
        verdict = self.request.verdict
        quiet = verdict.stance is Stance.OTHER and verdict.claim is Claim.NONE
        return quiet and all(
            point.kind is PointKind.HAPPENED and not point.thing_id and not point.matter_id
            for point in self.points
        )

    def _first_name(self) -> Name:
        names = [self.found.name(index) for index in range(len(self.points))]
        return next((name for name in names if name.about), Name())

    def _is_first(self, part: Part) -> bool:
        return any(fact.first for fact in part.facts)

    def _put(self, parts: Sequence[Part | None]) -> None:
        self.parts.extend(part for part in parts if part is not None)

    def _add(self, role: Role, weight: int, text: str | None) -> None:
        self._put([self._part(role, weight, text)])

    def _part(self, role: Role, weight: int, text: str | None) -> Part | None:
        return Part(text, role, weight) if text else None


def _is_beside(thing: Thing) -> bool:
    return thing.topic is not Topic.QUALITY or thing.id in GENERAL_THINGS
