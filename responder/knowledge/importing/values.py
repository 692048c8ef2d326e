"""Values of importing: what a file holds, and what of it could not be read."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date

from otklik.enums import Language, Topic
from responder.knowledge.values import Audience

LEAST_WORDS = 3
MOST_CHARACTERS = 500
_CYRILLIC, _LETTER = re.compile(r"[а-яё]", re.I), re.compile(r"[^\W\d_]")
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Refused:
    """A row that was left out: where it stands and why."""

    file: str
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.reason}"


@dataclass(frozen=True)
class Defaults:
    """What holds for all facts of a file unless it says otherwise itself."""

    owner: str = ""
    person: str = ""
    topic: Topic = Topic.NONE
    valid_from: date | None = None
    valid_until: date | None = None
    audience: Audience = Audience.PUBLIC


@dataclass(frozen=True)
class ReadFact:
    """One fact as a file has it; `None` and empty fields are what it does not say.

    Attributes:
        texts: whole sentences by language; a language that is absent stays so.
        asked: the question it stands under.
        heading: of the part of the file it stands in, for keywords.
    """

    line: int
    texts: dict[Language, tuple[str, ...]]
    source: str
    id: str = ""
    asked: tuple[str, ...] = ()
    heading: str = ""
    topics: tuple[Topic, ...] = ()
    keywords: tuple[str, ...] = ()
    owner: str = ""
    person: str = ""
    valid_from: date | None = None
    valid_until: date | None = None
    audience: Audience | None = None
    about: dict[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass
class Read:
    """All that was read of one file or page."""

    facts: list[ReadFact] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)


def language_of(text: str) -> Language:
    """Russian where at least half of the letters are, else English: no other is imported."""
    letters = _LETTER.findall(text)
    russian = len(_CYRILLIC.findall(text))
    return Language.RUSSIAN if russian * 2 >= max(len(letters), 1) else Language.ENGLISH


def whole_sentence(text: str) -> str:
    """The text as a whole sentence.

    Raises:
        ValueError: too short to be a fact, or too long for one; says so.
    """
    said = " ".join(text.split()).strip(" ;,")
    if len(_WORD.findall(said)) < LEAST_WORDS:
        raise ValueError(f"too short to be a fact: {said!r}")
    if len(said) > MOST_CHARACTERS:
        raise ValueError(f"longer than {MOST_CHARACTERS} characters: more than one fact")
    ended = said if said[-1] in ".!?" else f"{said.rstrip(':')}."
    return ended[0].upper() + ended[1:]
