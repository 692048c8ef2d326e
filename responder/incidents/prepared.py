"""Statements prepared for the day when much goes wrong: one per kind, three words to fill in.

They stand in `statements.yaml` beside the knowledge of the house; the shipped companies have four
each. A person writes them in calm, fills in what, where and by when in the storm, and approves.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib import resources
from pathlib import Path

from sqlmodel import Session

from otklik.enums import Language
from otklik.errors import InputError, PolicyError
from otklik.marked_yaml import Marked, parse_yaml
from otklik.models import Person, Statement
from responder import statements
from responder.due_dates import date_text
from responder.knowledge.file import SHIPPED
from responder.lint import Finding
from responder.lint.figures import figures

FILE = "statements.yaml"
SLOTS = ("what", "where", "by")
LONGEST = 200  # signs of what a person fills in
_SLOT = re.compile(r"\{(\w*)\}")


@dataclass(frozen=True)
class Prepared:
    """One kind: its name and its text, by language."""

    id: str
    names: dict[Language, str]
    texts: dict[Language, str]

    def name(self, language: Language) -> str:
        """What it is called."""
        return self.names[language]


def open_prepared(knowledge_file: str) -> tuple[Prepared, ...]:
    """The statements of a house: of `statements.yaml` beside its knowledge, else the shipped ones.

    Args:
        knowledge_file: as the setting of that name has it.

    Raises:
        PolicyError: unreadable, or wrong; then with file, line and column.
    """
    if knowledge_file not in ("", *SHIPPED) or Path(knowledge_file).exists():
        own = Path(knowledge_file).resolve().parent / FILE
        if not own.is_file():
            return shipped("shop") if not knowledge_file else ()
        try:
            return parse_prepared(own.read_text("utf-8"), str(own))
        except (OSError, UnicodeDecodeError) as error:
            raise PolicyError(f"cannot be read: {error}", file=str(own)) from error
    return shipped(knowledge_file or "shop")


def shipped(name: str) -> tuple[Prepared, ...]:
    """The statements that come with a shipped company."""
    found = resources.files("responder") / "incidents" / "prepared_texts" / f"{name}.yaml"
    return parse_prepared(found.read_text("utf-8"), f"{name}.yaml")


def parse_prepared(text: str, name: str) -> tuple[Prepared, ...]:
    """The statements written as `text`; `name` is the file as the person knows it.

    Raises:
        PolicyError: at the line and column of what is wrong.
    """
    found = parse_yaml(text, name).check_keys(("statements",), ("statements",))
    made: dict[str, Prepared] = {}
    for mark in found["statements"].items():
        one = _read(mark)
        if one.id in made:
            mark.fail(f"a statement {one.id!r} stands here twice")
        made[one.id] = one
    return tuple(made.values())


def _read(mark: Marked) -> Prepared:
    keys = ("id", "name", "ru", "en")
    found = mark.check_keys(keys, keys)
    names = found["name"].check_keys(("ru", "en"), ("ru", "en"))
    return Prepared(
        id=found["id"].text(),
        names={Language(key): value.text() for key, value in names.items()},
        texts={language: _text(found[language]) for language in _LANGUAGES},
    )


_LANGUAGES = (Language.RUSSIAN, Language.ENGLISH)


def _text(mark: Marked) -> str:
    text = mark.text()
    slots = _SLOT.findall(text)
    for slot in slots:
        if slot not in SLOTS:
            mark.fail(f"{{{slot}}} is no placeholder; there are {{what}}, {{where}}, {{by}}")
    for slot in SLOTS:
        if slot not in slots:
            mark.fail(f"the placeholder {{{slot}}} is missing: readers want to know it")
    return text


def fill(
    prepared: Prepared, language: Language, *, what: str, where: str, by: datetime, at: datetime
) -> str:
    """The statement with its placeholders filled; `by` and `at` in the desk's own time zone.

    Raises:
        InputError: something is not filled, too long, or the time has gone by.
    """
    said = {"what": _one_line(what), "where": _one_line(where)}
    for name, value in said.items():
        if not value:
            raise InputError(f"fill in {name!r}")
        if len(value) > LONGEST:
            raise InputError(f"{name!r} is longer than {LONGEST} signs")
    if by <= at:
        raise InputError("the time by when has gone by")
    text = _SLOT.sub(
        lambda slot: {**said, "by": moment(by, language)}[slot.group(1)], prepared.texts[language]
    )
    return text[0].upper() + text[1:]


def ground(prepared: Prepared, language: Language, by: datetime) -> str:
    """What the house itself says here: its own words and the date a person chose."""
    said = {"what": "", "where": "", "by": moment(by, language)}
    return _SLOT.sub(lambda slot: said[slot.group(1)], prepared.texts[language])


_NAMING = frozenset(
    {"", "clock", "date"}
)  # units of a figure: "партия 4471", "с 9:40", "17 ноября"


def named(said: str) -> tuple[str, ...]:
    """Numbers by which what was filled in calls a thing, a place or a moment by its name.

    Whoever fills them in and confirms the text answers for them. Sums, shares and lengths of time
    are no names: to say those needs a fact or a power, in a storm too.
    """
    found = figures(said)
    counted = {one.number for one in found if one.unit not in _NAMING}
    return tuple(
        said[one.start : one.end]
        for one in found
        if one.unit in _NAMING and one.number not in counted
    )


@dataclass(frozen=True)
class Filled:
    """A prepared statement with what a person filled in, in one language."""

    prepared: Prepared
    language: Language
    what: str
    where: str
    by: datetime

    def text(self, at: datetime) -> str:
        """What is to be said; see `fill`."""
        return fill(
            self.prepared, self.language, what=self.what, where=self.where, by=self.by, at=at
        )

    def grounds(self) -> tuple[str, ...]:
        """What the text may rest on: the house's own words, the date, and named numbers."""
        own = ground(self.prepared, self.language, self.by)
        return (own, *named(f"{self.what}. {self.where}"))


def propose(
    session: Session,
    *,
    person: Person,
    incident_id: int,
    filled: Filled,
    at: datetime,
    own_contacts: Sequence[str] = (),
) -> Statement:
    """Propose it for an incident: approved by people as any other statement.

    Raises:
        InputError: see `fill`. ApprovalError, NotAllowed, NotFound: see `statements.propose`.
    """
    return statements.propose(
        session,
        person=person,
        incident_id=incident_id,
        language=filled.language,
        text=filled.text(at),
        at=at,
        own_contacts=own_contacts,
        grounds=filled.grounds(),
    )


def check(
    session: Session,
    *,
    incident_id: int,
    filled: Filled,
    at: datetime,
    own_contacts: Sequence[str] = (),
) -> list[Finding]:
    """The remarks `propose` would find."""
    return statements.check(
        session,
        incident_id=incident_id,
        language=filled.language,
        text=filled.text(at),
        at=at,
        own_contacts=own_contacts,
        grounds=filled.grounds(),
    )


def _one_line(text: str) -> str:
    return " ".join(text.split()).rstrip(".")


def moment(by: datetime, language: Language) -> str:
    """A time as readers want it: “18:00 23 ноября”, “18:00 on 23 November”."""
    between = " " if language is Language.RUSSIAN else " on "
    return f"{by:%H:%M}{between}{date_text(by, language)}"
