"""Values of knowledge: dated facts with owner and source, things, and what a desk may give."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from pydantic import AwareDatetime, BaseModel, ConfigDict

from otklik.enums import Language, Role, Topic
from otklik.subjects import EntityKind
from responder.words import stems

WITHIN = "within"  # kind under which `about` holds ids of what the named things belong to


VOUCHED = "vouched-"  # how ids of facts begin that one person stands for in one reply


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Audience(StrEnum):
    """Where a fact may be said."""

    PUBLIC = "public"
    PRIVATE = "private"


class Form(StrEnum):
    """How the house addresses people in Russian: `MIRROR` says ты to who says ты."""

    VY = "vy"
    TY = "ty"
    MIRROR = "mirror"


class Wording(_Value):
    """One thing said in two languages; each a choice of equal wordings.

    A language without any is one that nobody has written yet: it is never said in it.
    """

    ru: tuple[str, ...]
    en: tuple[str, ...]

    def of(self, language: Language) -> tuple[str, ...]:
        """The wordings in a language; English for everybody who does not read Russian."""
        return self.ru if language is Language.RUSSIAN else self.en

    @property
    def missing(self) -> tuple[Language, ...]:
        """Languages nobody has written it in."""
        both = ((Language.RUSSIAN, self.ru), (Language.ENGLISH, self.en))
        return tuple(language for language, texts in both if not texts)


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
        asked: how people ask for it or tell of it, in either language; never said.
        only_if: told to somebody it went wrong for only where their words have all words of one
            of these phrases; empty: wherever the keywords find it.
        not_if: never told where the comment has all words of one of these.
        first: comes before all others (health, safety).
        general: may answer vague criticism of its topic.
        owner: who keeps it true (a role); `person` is the login of who that is today, or empty.
        about: (kind, ids) of what it holds for, and for nothing else of these kinds.
        proposed: read from a file or page and not yet checked by a person: never cited.
        place: file and line it stands at, for those who mend it.
    """

    id: str
    says: Wording
    admits: Wording | None = None
    topics: tuple[Topic, ...]
    keywords: tuple[str, ...]
    fault_keywords: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()
    only_if: tuple[str, ...] = ()
    not_if: tuple[str, ...] = ()
    first: bool = False
    owner: str
    person: str = ""
    source: str
    valid_from: AwareDatetime
    valid_until: AwareDatetime | None = None
    audience: Audience = Audience.PUBLIC
    action: Action | None = None
    general: bool = False
    about: tuple[tuple[str, tuple[str, ...]], ...] = ()
    proposed: bool = False
    place: str = ""
    digest: str

    @property
    def is_vouched(self) -> bool:
        """Whether one person stands for it, in one reply, and no knowledge of the house does."""
        return self.id.startswith(VOUCHED)

    @property
    def text_ru(self) -> str:
        """The first Russian wording; empty when there is none."""
        return next(iter(self.says.ru), "")

    @property
    def text_en(self) -> str:
        """The first English wording; empty when there is none."""
        return next(iter(self.says.en), "")

    def is_valid(self, at: datetime) -> bool:
        """Whether it may be cited at that moment; the last day counts in full."""
        if self.proposed:
            return False
        return self.valid_from <= at and (self.valid_until is None or at < self.valid_until)

    def is_said_in(self, language: Language) -> bool:
        """Whether somebody has written it in that language."""
        return bool(self.says.of(language))

    def fits(self, about: Mapping[str, frozenset[str]]) -> bool:
        """Whether it may be said of what is named: never of another branch than its own.

        Ids under `WITHIN` are of what the named things belong to: the city of a named branch.
        """
        return all(_is_of(about, kind, ids) for kind, ids in self.about)

    def fits_words(self, told: frozenset[str], whole: frozenset[str], *, at_fault: bool) -> bool:
        """Whether it answers this trouble and not a neighbouring one.

        Args:
            told: stems of what is told about one point.
            whole: stems of the comment.
            at_fault: something went wrong, against somebody only asking.
        """
        wanted = [frozenset(stems(words)) for words in self.only_if if at_fault]
        refused = (frozenset(stems(words)) for words in self.not_if)
        return (not wanted or any(words <= told for words in wanted)) and not any(
            words <= whole for words in refused
        )

    def is_about(self, about: Mapping[str, frozenset[str]]) -> bool:
        """Whether it is about the very things that are named, or what they belong to."""
        named = frozenset[str]().union(*about.values())
        return any(not named.isdisjoint(ids) for _, ids in self.about)

    def all_texts(self) -> tuple[str, ...]:
        """Everything this fact says, for checking figures against it."""
        wordings = [self.says, self.admits, self.action.says if self.action else None]
        return tuple(text for one in wordings if one for text in (*one.ru, *one.en))


def _is_of(about: Mapping[str, frozenset[str]], kind: str, ids: tuple[str, ...]) -> bool:
    named, within = about.get(kind, frozenset()), about.get(WITHIN, frozenset())
    if named:
        return not (named | within).isdisjoint(ids)
    # of the kinds, a named thing always belongs to one of the cities, if to any
    return kind != EntityKind.CITY or not within or not within.isdisjoint(ids)


class FoundFact(_Value):
    """A fact that fits, how well, and by which keywords.

    `score` is above 0 and has no upper bound. Without keywords it was found by meaning alone:
    then `likeness` says how near (cosine, 0 … 1).
    """

    fact: Fact
    score: float
    matched: tuple[str, ...]
    likeness: float | None = None


class Thing(_Value):
    """Something people complain about, with the words to name it in a reply of ours.

    Attributes:
        words: phrases in either language that name it.
        about, being_with: Russian "о чём" and "с чем"; English the noun phrase, twice.
        sore: names trouble by itself, so thanks never mention it.
        asked_of: whose team looks into it, where that is not the topic's.
    """

    id: str
    topic: Topic
    words: tuple[str, ...]
    about: Wording
    being_with: Wording
    sore: bool = False
    asked_of: Topic | None = None

    @property
    def team(self) -> Topic:
        """Whose team looks into it."""
        return self.asked_of or self.topic


class Unit(StrEnum):
    """What a compensation is counted in."""

    ROUBLES = "roubles"
    POINTS = "points"


class Power(_Value):
    """Which compensation for which kind of case, up to how much, and by whom.

    Attributes:
        up_to: what the least of `limits` may give, in `unit`.
        limits: (role, most) in the order of the roles; a role has at least what those before
            it have.
        people: (login, most) of single people trusted with more than their role.
        beyond: the role that may go past every limit, on its own answer; None: nobody.
        urgent: urgency parts (`harm`, `money` …) of which one must be present; empty: any case.
        rules: ids of the policy rules it belongs to; empty: any rule.
        owner: who answers for the money.
    """

    id: str
    topics: tuple[Topic, ...]
    says: Wording
    up_to: int
    unit: Unit = Unit.ROUBLES
    limits: tuple[tuple[Role, int], ...] = ()
    people: tuple[tuple[str, int], ...] = ()
    beyond: Role | None = None
    urgent: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    owner: str
    place: str = ""
