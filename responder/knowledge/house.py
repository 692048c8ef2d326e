"""What a house knows now: the files of its settings, and what its desk has put beside or before.

Per fact and power what the desk has in force goes before the file; what it took out stays out.
A file that is broken changes nothing: the last good one goes on, and the fault is told.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Any

from sqlmodel import Session

from otklik.enums import ProposalKind, Topic
from otklik.errors import PolicyError
from otklik.marked_yaml import Marked, parse_yaml
from otklik.models import KnowledgeText
from otklik.store import facts as rows
from otklik.store import proposals
from responder.knowledge import keeping, searching
from responder.knowledge.facts import Knowledge
from responder.knowledge.file import (
    Contents,
    list_named_texts,
    make_knowledge,
    read_contents,
)
from responder.knowledge.reading import read_fact, read_owners, read_power
from responder.knowledge.values import Fact, Power, Wording
from responder.knowledge.writing_yaml import fact_text, plain, power_text

KINDS = (ProposalKind.FACT, ProposalKind.POWER)
WITHDRAWN = "withdrawn"  # key of a text by which the desk takes something out
_NOBODY = Wording(ru=("–",), en=("–",))
_NOT_SAID = ("imported", "source_says")  # of an import's own book-keeping
Texts = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Origin:
    """Where a fact or power comes from; `proposal_id` is 0 where the file says it.

    `is_in_file`: the file has it, too, and says `file_digest`.
    """

    proposal_id: int = 0
    is_out: bool = False
    is_in_file: bool = False
    file_digest: str = ""


@dataclass(frozen=True)
class House:
    """All a house knows, and where each thing of it comes from.

    Attributes:
        contents: everything in force, each beside the place it stands at.
        texts: of the files, and their names; the last good ones while they are broken.
        origins: by kind and id, those that were taken out included.
        problem: what is wrong with files or texts of the desk, a line each.
    """

    contents: Contents
    texts: Texts
    origins: Mapping[tuple[ProposalKind, str], Origin]
    problem: str = ""
    use_meaning: bool = True
    ids: tuple[int, ...] = field(default=())

    @cached_property
    def knowledge(self) -> Knowledge:
        """What drafts are written from."""
        return make_knowledge(self.contents, use_meaning=self.use_meaning)

    @cached_property
    def by_words(self) -> Knowledge:
        """The same, found by words alone: for rehearsals, which must not take long."""
        return make_knowledge(self.contents, use_meaning=False)

    def origin(self, kind: ProposalKind, subject: str) -> Origin:
        """Where that comes from; an empty one for what is not there."""
        return self.origins.get((kind, subject), Origin())

    def mark(self, kind: ProposalKind, subject: str) -> Marked | None:
        """What stands there in force, with its places; None where there is nothing."""
        found: Sequence[tuple[Marked, Fact | Power]] = (
            self.contents.facts if kind is ProposalKind.FACT else self.contents.powers
        )
        return next((mark for mark, value in found if value.id == subject), None)

    def values(self, kind: ProposalKind, subject: str) -> dict[str, Any]:
        """What stands there, key by key as in a file; empty where there is nothing."""
        mark = self.mark(kind, subject)
        return said_of(mark) if mark else {}

    def digest(self, kind: ProposalKind, subject: str) -> str:
        """Of what is in force there; empty where there is nothing."""
        values = self.values(kind, subject)
        return values_digest(values) if values else ""

    def with_fact(self, fact: Fact, mark: Marked) -> House:
        """The same house if it knew this fact, too, or instead of the one of that id."""
        others = [pair for pair in self.contents.facts if pair[1].id != fact.id]
        return replace(self, contents=replace(self.contents, facts=[*others, (mark, fact)]))

    @property
    def owners(self) -> dict[Topic, Wording]:
        """Who looks into cases of a topic, as the files have it."""
        single = self.contents.single
        return read_owners(single["owners"]) if "owners" in single else _no_owners()


def read_house(session: Session, brand_id: str, named: str, *, use_meaning: bool = True) -> House:
    """What the house knows at this moment.

    Args:
        named: `knowledge_file` of the settings.

    Raises:
        PolicyError: the files are wrong, and there never were good ones.
    """
    problem = ""
    try:
        texts = tuple(list_named_texts(named))
        _read(texts)
    except PolicyError as error:
        kept = rows.find_knowledge_text(session, brand_id)
        if kept is None:
            raise
        texts, problem = tuple((text, name) for text, name in kept.texts), str(error)
    active = tuple(
        (row.id or 0, row.kind, row.subject, row.text)
        for row in proposals.list_active(session, brand_id, *KINDS)
        if row.text
    )
    house = _house(texts, active, use_meaning=use_meaning)
    return house if not problem else replace(house, problem=_lines(problem, house.problem))


def read_files(named: str) -> House:
    """What the files alone say, where there is no desk yet.

    Raises:
        PolicyError: they are wrong.
    """
    return _house(tuple(list_named_texts(named)), (), use_meaning=True)


def take_over(session: Session, brand_id: str, house: House, at: datetime) -> list[str]:
    """Make all of the desk agree with what the house knows: search, kept facts, last good files.

    Ids of facts that say something else now, or nothing.
    """
    facts = house.knowledge.facts
    keeping.keep(session, brand_id, facts, at)
    changed = searching.sync(session, brand_id, facts, at)
    if not house.problem:
        digest = texts_digest(house.texts)
        before = rows.find_knowledge_text(session, brand_id)
        if before is None or before.digest != digest:
            texts = [list(pair) for pair in house.texts]
            row = KnowledgeText(brand_id=brand_id, digest=digest, texts=texts, loaded_at=at)
            rows.save_knowledge_text(session, row)
    return changed


def texts_digest(texts: Texts) -> str:
    """Identity of files: their texts and names."""
    return hashlib.sha256(json.dumps(texts, ensure_ascii=False).encode()).hexdigest()


def values_digest(values: Mapping[str, Any]) -> str:
    """Identity of one fact or power: all that stands there, in whatever order."""
    return hashlib.sha256(
        json.dumps(values, ensure_ascii=False, sort_keys=True, default=str).encode()
    ).hexdigest()


def said_of(mark: Marked) -> dict[str, Any]:
    """Keys and plain values of one item, without what imports note for themselves."""
    found: dict[str, Any] = plain(mark)
    return {key: value for key, value in found.items() if key not in _NOT_SAID}


def read_text(
    text: str, place: str, owners: Mapping[Topic, Wording]
) -> tuple[Marked, Fact | Power] | None:
    """The fact or power of a text of the desk; None where it takes something out.

    Raises:
        PolicyError: at line and column of what is wrong.
    """
    root = parse_yaml(text, place).check_keys(("fact", "power", WITHDRAWN))
    if WITHDRAWN in root:
        return None
    if "power" in root:
        return root["power"], read_power(root["power"])
    if "fact" not in root:
        raise PolicyError("neither a fact nor a power", file=place, line=1, column=1)
    return root["fact"], read_fact(root["fact"], dict(owners))


def taking_out(subject: str) -> str:
    """The text by which the desk takes something out."""
    return f"{WITHDRAWN}: {json.dumps(subject)}\n"


def is_taking_out(text: str) -> bool:
    """Does this text take something out?"""
    return text.startswith(f"{WITHDRAWN}:")


def text_of(kind: ProposalKind, values: Mapping[str, Any]) -> str:
    """The text of the desk that says these values."""
    return fact_text(values) if kind is ProposalKind.FACT else power_text(values)


@lru_cache(maxsize=8)
def _read(texts: Texts) -> Contents:
    return read_contents(list(texts), whole=True)


@lru_cache(maxsize=8)
def _house(
    texts: Texts, active: tuple[tuple[int, ProposalKind, str, str], ...], *, use_meaning: bool
) -> House:
    contents = _read(texts)
    single = contents.single
    owners = read_owners(single["owners"]) if "owners" in single else _no_owners()
    facts = {fact.id: (mark, fact) for mark, fact in contents.facts}
    powers = {power.id: (mark, power) for mark, power in contents.powers}
    origins = _origins(facts, powers)
    faults = []
    for number, kind, subject, text in active:
        key = (kind, subject)
        before = origins.get(key, Origin())
        known: dict[str, Any] = facts if kind is ProposalKind.FACT else powers
        try:
            found = read_text(text, f"desk:{number}", owners)
        except PolicyError as error:  # an older reader's text: rather nothing than a guess
            faults.append(str(error))
            found = None
        if found is None:
            known.pop(subject, None)
        else:
            known[subject] = found
        origins[key] = replace(before, proposal_id=number, is_out=found is None)
    merged = replace(contents, facts=list(facts.values()), powers=list(powers.values()))
    ids = tuple(number for number, *_ in active)
    return House(merged, texts, origins, "\n".join(faults), use_meaning, ids)


def _origins(
    facts: Mapping[str, tuple[Marked, Fact]], powers: Mapping[str, tuple[Marked, Power]]
) -> dict[tuple[ProposalKind, str], Origin]:
    found: dict[tuple[ProposalKind, str], Origin] = {}
    for kind, items in ((ProposalKind.FACT, facts), (ProposalKind.POWER, powers)):
        for subject, (mark, _) in items.items():
            digest = values_digest(said_of(mark))
            found[kind, subject] = Origin(is_in_file=True, file_digest=digest)
    return found


def _no_owners() -> dict[Topic, Wording]:
    return dict.fromkeys(Topic, _NOBODY)


def _lines(*texts: str) -> str:
    return "\n".join(filter(None, texts))
