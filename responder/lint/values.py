"""Values of the reply lint, and what its checks share."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from otklik.clock import now
from otklik.enums import Language, Severity, Stance
from otklik.verdicts import Span
from responder.knowledge import Fact, Power
from responder.points import Known, Point
from responder.powers import UsedPower


class Finding(BaseModel):
    """One thing wrong with a reply. `span` is its place in the reply, or all of it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: str
    severity: Severity
    span: Span
    message_ru: str
    message_en: str
    way_out_ru: str
    way_out_en: str


class LintContext(BaseModel):
    """What a reply is checked against.

    Attributes:
        facts: facts the reply cites, valid or not.
        thread_texts: public texts above it, ours and theirs.
        approved_texts: statements approved for an incident.
        own_contacts: our addresses, phones and paths that may stand in public.
        points, known: of the comment, as `responder.points` found them.
        reply_max_length: characters, None when unlimited.
        links_allowed: whether the platform lets a reply carry links.
        severities: weights of this house's policy by code; None switches the code off, and is
            without effect where the code blocks by default.
        platform: name of the platform, for how it counts characters.
        familiar: whether the author is to be addressed as ты; None reads it off the comment.
        own_words: names and things of ours that no dictionary has.
        powers: compensations this reply offers, and by whose yes.
        power_rules: the powers of the house (`Knowledge.powers`).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    comment: str = ""
    language: Language = Language.RUSSIAN
    stance: Stance = Stance.CRITIC
    at: AwareDatetime = Field(default_factory=now)
    facts: tuple[Fact, ...] = ()
    thread_texts: tuple[str, ...] = ()
    approved_texts: tuple[str, ...] = ()
    recent_replies: tuple[str, ...] = ()
    own_contacts: tuple[str, ...] = ()
    points: tuple[Point, ...] = ()
    known: tuple[Known, ...] = ()
    author_name: str = ""
    reply_max_length: int | None = None
    links_allowed: bool = True
    severities: Mapping[str, Severity | None] = Field(default_factory=dict)
    platform: str = ""
    familiar: bool | None = None
    own_words: tuple[str, ...] = ()
    powers: tuple[UsedPower, ...] = ()
    power_rules: tuple[Power, ...] = ()


@dataclass(frozen=True)
class Hit:
    """A place where something is wrong.

    Attributes:
        severity: where it is not the code's own.
        offers: what could stand there instead, the likeliest first.
    """

    code: str
    span: Span
    severity: Severity | None = None
    offers: tuple[str, ...] = ()


Check = Callable[[str, LintContext], Iterable[Hit]]


def hits(code: str, pattern: re.Pattern[str], text: str) -> Iterator[Hit]:
    """One hit for each match of the pattern."""
    for found in pattern.finditer(text):
        yield Hit(code, Span(start=found.start(), end=found.end()))


def whole(text: str) -> Span:
    """The place that is all of the text."""
    return Span(start=0, end=len(text))
