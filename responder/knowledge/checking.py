"""Checking knowledge before it serves: contradictions, gaps of language, dates, owners, reach."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from otklik.enums import Language, Severity
from otklik.marked_yaml import Marked
from responder.knowledge.contradictions import (
    Contradiction,
    find_contradictions,
    find_power_contradictions,
)
from responder.knowledge.expiry import last_day, list_expiring, owner_of
from responder.knowledge.facts import Knowledge
from responder.knowledge.file import Contents, make_knowledge
from responder.knowledge.values import Audience, Fact
from responder.words import stems

NOBODY = frozenset({"-", "–", "—", "?", "нет", "никто", "none", "nobody", "unknown", "n/a"})
ENOUGH = 3  # a fact among the first so many is within reach
_SHORTEST = 2
_DIGITS, _GROUPED = re.compile(r"\d+"), re.compile(r"(?<=\d)[ \u00a0,](?=\d{3}\b)")


@dataclass(frozen=True)
class Problem:
    """One thing wrong, at its place. `code` is one of `CODES`; `fact_ids` it concerns."""

    code: str
    severity: Severity
    message: str
    fact_ids: tuple[str, ...]
    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.code}: {self.message}"


CODES = {
    "contradiction": Severity.BLOCK,
    "contradicts_power": Severity.BLOCK,
    "no_owner": Severity.BLOCK,
    "unreachable": Severity.BLOCK,
    "expired": Severity.WARN,
    "expires_soon": Severity.WARN,
    "missing_language": Severity.WARN,
    "languages_disagree": Severity.WARN,
    "source_changed": Severity.WARN,
    "not_checked": Severity.NOTE,
    "shared_keyword": Severity.NOTE,
}


def check_knowledge(contents: Contents, at: datetime, *, days: float) -> list[Problem]:
    """What is wrong with these files at that moment, in the order of the files.

    Args:
        days: a fact that ends within so many is soon to expire.
    """
    return _Checker(contents, at, days).check()


class _Checker:
    def __init__(self, contents: Contents, at: datetime, days: float) -> None:
        self.contents, self.at, self.days = contents, at, days
        self.knowledge: Knowledge = make_knowledge(contents, use_meaning=False)
        self.marks = {fact.id: mark for mark, fact in contents.facts}
        self.facts = [fact for _, fact in contents.facts if not fact.proposed]

    def check(self) -> list[Problem]:
        checks: tuple[Callable[[], Iterator[Problem]], ...] = (
            *(self._contradictions, self._owners, self._dates, self._languages),
            *(self._imported, self._shared_keywords, self._reach),
        )
        found = [problem for check in checks for problem in check()]
        order = {mark.file: place for place, (mark, _) in enumerate(self.contents.facts)}
        return sorted(found, key=lambda one: (order[one.file], one.line, one.code))

    def _problem(
        self, code: str, fact: Fact, message: str, key: str = "id", also: tuple[str, ...] = ()
    ) -> Problem:
        mark = self.marks[fact.id]
        place: Marked = mark.value.get(key, mark)
        return Problem(
            code=code,
            severity=CODES[code],
            message=message,
            fact_ids=(fact.id, *also),
            file=place.file,
            line=place.line,
            column=place.column,
        )

    def _contradictions(self) -> Iterator[Problem]:
        for one in find_contradictions(self.facts, self.at):
            yield self._contradiction("contradiction", one)
        for one in find_power_contradictions(self.facts, self.knowledge.powers, self.at):
            yield self._contradiction("contradicts_power", one)

    def _contradiction(self, code: str, found: Contradiction) -> Problem:
        of = ", ".join(found.words)
        said = f"{found.first.id} says {found.said} of {of}"
        other = f"{found.second.id} ({found.second.place}) says {found.other}"
        return self._problem(code, found.first, f"{said}, {other}", also=(found.second.id,))

    def _owners(self) -> Iterator[Problem]:
        for _, fact in self.contents.facts:
            if fact.owner.strip().lower() in NOBODY:
                yield self._problem("no_owner", fact, "nobody keeps it true", "owner")

    def _dates(self) -> Iterator[Problem]:
        for fact in self.facts:
            if fact.valid_until is not None and fact.valid_until <= self.at:
                message = f"ended after {last_day(fact)}; ask {owner_of(fact)}"
                yield self._problem("expired", fact, message, "valid_until")
        for fact in list_expiring(self.facts, self.at, self.days):
            if fact.is_valid(self.at):
                message = f"ends after {last_day(fact)}; ask {owner_of(fact)}"
                yield self._problem("expires_soon", fact, message, "valid_until")

    def _languages(self) -> Iterator[Problem]:
        for _, fact in self.contents.facts:
            for language in fact.says.missing:
                key = "en" if "ru" not in self.marks[fact.id].value else "ru"
                message = f"no wording in {language.value}: it is not said in it"
                yield self._problem("missing_language", fact, message, key)
            if not fact.says.missing and (only := find_disagreement(fact)):
                message = f"only one language says {', '.join(only)}"
                yield self._problem("languages_disagree", fact, message, "en")

    def _imported(self) -> Iterator[Problem]:
        for mark, fact in self.contents.facts:
            if "source_says" in mark.value:
                message = "the source says something else by now; take it over, drop source_says"
                yield self._problem("source_changed", fact, message, "source_says")
            if fact.proposed:
                message = "imported and not yet checked: not cited until `proposed` is taken out"
                yield self._problem("not_checked", fact, message, "proposed")

    def _shared_keywords(self) -> Iterator[Problem]:
        calls: dict[tuple[str, ...], list[Fact]] = defaultdict(list)
        for fact in self.facts:
            for phrase in {stems(word) for word in fact.keywords}:
                calls[phrase].append(fact)
        for phrase, facts in sorted(calls.items()):
            rivals = [fact for fact in facts[1:] if is_rival(fact, facts[0])]
            if phrase and rivals:
                ids = tuple(fact.id for fact in rivals)
                message = f"{' '.join(phrase)!r} calls for {', '.join(ids)} just as well"
                yield self._problem("shared_keyword", facts[0], message, "keywords", ids)

    def _reach(self) -> Iterator[Problem]:
        for fact in self.facts:
            moment = max(fact.valid_from, self.at)
            if fact.is_valid(moment) and not self._is_found(fact, moment):
                message = "none of its keywords finds it among the first"
                yield self._problem("unreachable", fact, message, "keywords")

    def _is_found(self, fact: Fact, moment: datetime) -> bool:
        about = {kind: frozenset(ids) for kind, ids in fact.about}
        language = next(one for one in Language if fact.is_said_in(one))
        for words in (*fact.keywords, *fact.fault_keywords, *fact.asked):
            found = self.knowledge.find(
                words,
                fact.topics[0],
                language,
                moment,
                ENOUGH,
                audience=Audience.PRIVATE,
                about=about,
            )
            if fact.id in [one.fact.id for one in found]:
                return True
        return False


def is_rival(one: Fact, other: Fact) -> bool:
    """Whether both may be said of the same thing to the same reader."""
    scopes = dict(other.about)
    apart = any(kind in scopes and not set(ids) & set(scopes[kind]) for kind, ids in one.about)
    return not apart and one.audience == other.audience and one.first == other.first


def find_disagreement(fact: Fact) -> list[str]:
    """Figures that only one of the two languages has."""
    said = {
        language: {
            number
            for text in fact.says.of(language)
            for number in _DIGITS.findall(_GROUPED.sub("", text))
            if len(number) >= _SHORTEST  # below ten they are often written as words
        }
        for language in (Language.RUSSIAN, Language.ENGLISH)
    }
    russian, english = said[Language.RUSSIAN], said[Language.ENGLISH]
    return sorted(russian ^ english)
