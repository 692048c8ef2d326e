"""Is this one fact, or power, fit to be said? Faults by field, for whoever is writing it.

What a `Fault` of weight `BLOCK` names must be mended first; others are shown and may stay.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from otklik.enums import Language, ProposalKind, Severity
from otklik.errors import PolicyError
from otklik.marked_yaml import Marked
from responder.knowledge.checking import ENOUGH, NOBODY, find_disagreement, is_rival
from responder.knowledge.contradictions import Contradiction, find_contradictions_of
from responder.knowledge.house import House, read_text, text_of
from responder.knowledge.importing.values import MOST_CHARACTERS
from responder.knowledge.values import Audience, Fact, Power
from responder.words import stems

PLACE = "form"
_SENTENCES = ("ru", "en", "fault_ru", "fault_en")
_KEY = re.compile(r"the key '(\w+)'")
_ENDED = re.compile(r"[.!?]$")


@dataclass(frozen=True)
class Fault:
    """What is wrong, in which field; `detail` holds names and figures that no text can know."""

    key: str
    message: str
    severity: Severity = Severity.BLOCK
    detail: str = ""


@dataclass(frozen=True)
class Judged:
    """A fact or power as it would be read, and all that is to be said against it."""

    value: Fact | Power | None = None
    mark: Marked | None = None
    text: str = ""
    faults: tuple[Fault, ...] = ()
    contradictions: tuple[Contradiction, ...] = field(default=())

    @property
    def is_fit(self) -> bool:
        """May it be proposed?"""
        return self.value is not None and not any(
            fault.severity is Severity.BLOCK for fault in self.faults
        )


def judge_fact(house: House, values: Mapping[str, Any], at: datetime) -> Judged:
    """The fact of these values, key by key as in a file, and what is wrong with it."""
    faults = [*_plain_faults(values), *_wording_faults(values)]
    if faults:
        return Judged(faults=tuple(faults))
    text = text_of(ProposalKind.FACT, values)
    try:
        found = read_text(text, PLACE, house.owners)
    except PolicyError as error:
        return Judged(text=text, faults=(_from_reader(error, text, values),))
    if found is None or isinstance(found[1], Power):
        raise PolicyError("not a fact", file=PLACE, line=1, column=1)
    return _judged(house, found[0], found[1], text, at)


def _judged(house: House, mark: Marked, fact: Fact, text: str, at: datetime) -> Judged:
    others = [one for one in house.knowledge.facts if one.id != fact.id]
    quarrels = find_contradictions_of(fact, others, house.knowledge.powers, at)
    told = [*_remarks(fact, others, at), *_reach(house.with_fact(fact, mark), fact, at)]
    return Judged(fact, mark, text, tuple(told), tuple(quarrels))


def judge_power(house: House, values: Mapping[str, Any]) -> Judged:
    """The power of these values, and what is wrong with it."""
    faults = [
        Fault(key, message)
        for key, message in (
            ("ru", "say in both languages what may be given"),
            ("en", "say in both languages what may be given"),
            ("topics", "choose a topic"),
            ("owner", "say who answers for the money"),
        )
        if not values.get(key)
    ]
    if str(values.get("owner", "")).strip().lower() in NOBODY:
        faults.append(Fault("owner", "say who answers for the money"))
    if faults:
        return Judged(faults=tuple({one.key: one for one in faults}.values()))
    text = text_of(ProposalKind.POWER, values)
    try:
        found = read_text(text, PLACE, house.owners)
    except PolicyError as error:
        return Judged(text=text, faults=(_from_reader(error, text, values),))
    mark, power = found or (None, None)
    return Judged(power, mark, text)


def _plain_faults(values: Mapping[str, Any]) -> list[Fault]:
    def has(key: str) -> bool:
        return bool(values.get(key))

    faults = []
    if not has("ru") and not has("en"):
        faults.append(Fault("ru", "write the fact in Russian or in English"))
    if not has("topics"):
        faults.append(Fault("topics", "choose a topic"))
    if not has("keywords") and not has("asked"):
        faults.append(Fault("keywords", "give words that call for it, or questions it answers"))
    if not has("owner") or str(values["owner"]).strip().lower() in NOBODY:
        faults.append(Fault("owner", "say who keeps it true"))
    if not has("source"):
        faults.append(Fault("source", "say where it comes from"))
    since, until = _day(values.get("valid_from")), _day(values.get("valid_until"))
    if since is None:
        faults.append(Fault("valid_from", "say from which day it holds"))
    elif until is not None and until < since:
        faults.append(Fault("valid_until", "the last day is before the first"))
    return faults


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(str(value)) if value else None
    except ValueError:
        return None


def _wording_faults(values: Mapping[str, Any]) -> list[Fault]:
    faults = []
    for key in _SENTENCES:
        for text in _texts(values.get(key)):
            said = " ".join(text.split())
            if said[:1].islower() or not _ENDED.search(said):
                message = "whole sentences: a capital letter first, a full stop at the end"
                faults.append(Fault(key, message))
            elif len(said) > MOST_CHARACTERS:
                faults.append(Fault(key, "that is more than one fact: it is too long to be said"))
    for plain_key, fault_key in (("ru", "fault_ru"), ("en", "fault_en")):
        admits = values.get("fault_ru") or values.get("fault_en")
        if admits and values.get(plain_key) and not values.get(fault_key):
            faults.append(Fault(fault_key, "say it in both languages, or in neither"))
    return list({one.key: one for one in faults}.values())


def _texts(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value or ())


def _from_reader(error: PolicyError, text: str, values: Mapping[str, Any]) -> Fault:
    """The field whose line the reader names, or whose key it misses."""
    missing = _KEY.search(error.message)
    if missing and missing[1] in values:
        return Fault(missing[1], "it cannot be read", detail=error.message)
    lines = text.splitlines()[: error.line or 1]
    keys = [line.strip().partition(":")[0] for line in lines if re.match(r"^  \w+:", line)]
    return Fault(keys[-1] if keys else "ru", "it cannot be read", detail=error.message)


def _remarks(fact: Fact, others: Sequence[Fact], at: datetime) -> list[Fault]:
    faults = []
    for language in fact.says.missing:
        key = "en" if language is Language.ENGLISH else "ru"
        message = "no wording in this language: it is not said in it"
        faults.append(Fault(key, message, Severity.WARN))
    if not fact.says.missing and (figures := find_disagreement(fact)):
        message = "only one of the languages has these figures"
        faults.append(Fault("en", message, Severity.WARN, ", ".join(figures)))
    if fact.valid_until is not None and fact.valid_until <= at:
        message = "it is over already: nothing cites it"
        faults.append(Fault("valid_until", message, Severity.WARN))
    rivals = _rivals(fact, others)
    if rivals:
        message = "some of these words call for another fact just as well"
        faults.append(Fault("keywords", message, Severity.NOTE, ", ".join(rivals)))
    return faults


def _rivals(fact: Fact, others: Sequence[Fact]) -> list[str]:
    mine = {stems(word) for word in fact.keywords} - {()}
    return [
        one.id
        for one in others
        if is_rival(fact, one) and mine & {stems(word) for word in one.keywords}
    ]


def _reach(house: House, fact: Fact, at: datetime) -> list[Fault]:
    """A fact that its own words do not find is a fact nobody ever cites."""
    moment = max(fact.valid_from, at)
    if not fact.is_valid(moment):
        return []
    about = {kind: frozenset(ids) for kind, ids in fact.about}
    language = next(one for one in Language if fact.is_said_in(one))
    for words in (*fact.keywords, *fact.fault_keywords, *fact.asked):
        found = house.by_words.find(
            words,
            fact.topics[0],
            language,
            moment,
            ENOUGH,
            audience=Audience.PRIVATE,
            about=about,
        )
        if fact.id in [one.fact.id for one in found]:
            return []
    return [Fault("keywords", "none of its words finds it: give it words of its own")]
