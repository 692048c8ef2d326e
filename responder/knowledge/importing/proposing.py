"""From what was read to facts of our own form: ids that stay, keywords, nothing translated."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from otklik.enums import Language, Topic
from responder.knowledge.importing.values import Defaults, Read, ReadFact, Refused
from responder.knowledge.values import Audience
from responder.words import stems, telling_stems

MOST_KEYWORDS = 4
ID_WORDS = 5
LONGEST_ID = 48
_LATIN = dict(
    zip(
        "абвгдежзийклмнопрстуфхцчшщъыьэюя",
        "a b v g d e zh z i y k l m n o p r s t u f kh ts ch sh shch _ y _ e yu ya".split(),  # noqa: SIM905
        strict=True,
    )
)


@dataclass(frozen=True)
class Proposal:
    """One fact as it is to stand in a file: its keys and values in their order."""

    id: str
    line: int
    values: dict[str, Any]


def propose(
    read: Read, defaults: Defaults, name: str, today: date, known: Iterable[str] = ()
) -> tuple[list[Proposal], list[Refused]]:
    """Facts ready to be written, and rows that lack what a fact needs.

    Args:
        name: of the file or page, for what is refused.
        known: texts of facts there already, so that keywords are rare among these, too.
    """
    refused = list(read.refused)
    counts = _frequency(read.facts, known)
    taken: set[str] = set()
    found = []
    for fact in read.facts:
        fault = _fault(fact, defaults, today) or ("" if _is_new(fact, taken) else _twice(fact))
        if fault:
            refused.append(Refused(name, fact.line, fault))
            continue
        fact_id = fact.id or _free(_id_of(fact), taken)
        taken.add(fact_id)
        values = _values(fact, fact_id, defaults, today, counts)
        found.append(Proposal(fact_id, fact.line, values))
    return found, sorted(refused, key=lambda one: one.line)


def _fault(fact: ReadFact, defaults: Defaults, today: date) -> str:
    if not (fact.owner or defaults.owner):
        return "a fact needs an owner: a column, `owner:` in the front matter, or --owner"
    until = fact.valid_until or defaults.valid_until
    since = fact.valid_from or defaults.valid_from or today
    if until is not None and until < since:
        return f"it would end on {until}, before it begins on {since}"
    return ""


def _is_new(fact: ReadFact, taken: set[str]) -> bool:
    return not fact.id or fact.id not in taken


def _twice(fact: ReadFact) -> str:
    return f"the id {fact.id!r} stands in this file twice"


def _values(
    fact: ReadFact, fact_id: str, defaults: Defaults, today: date, counts: Counter[str]
) -> dict[str, Any]:
    audience = fact.audience or defaults.audience
    values: dict[str, Any] = {
        "id": fact_id,
        "ru": list(fact.texts.get(Language.RUSSIAN, ())),
        "en": list(fact.texts.get(Language.ENGLISH, ())),
        "topics": [topic.value for topic in fact.topics or _topics(fact, defaults)],
        "keywords": list(fact.keywords) or _keywords(fact, counts),
        "asked": list(fact.asked),
        "owner": fact.owner or defaults.owner,
        "person": fact.person or defaults.person,
        "source": fact.source,
        "valid_from": fact.valid_from or defaults.valid_from or today,
        "valid_until": fact.valid_until or defaults.valid_until,
        "audience": None if audience is Audience.PUBLIC else audience.value,
        "about": {kind: list(ids) for kind, ids in fact.about.items()},
    }
    return {key: value for key, value in values.items() if value}


def _topics(fact: ReadFact, defaults: Defaults) -> tuple[Topic, ...]:
    heading = fact.heading.strip().lower()
    return (Topic(heading),) if heading in set(Topic) else (defaults.topic,)


def _frequency(facts: Sequence[ReadFact], known: Iterable[str]) -> Counter[str]:
    texts = [" ".join(_all_texts(fact)) for fact in facts]
    return Counter(word for text in (*texts, *known) for word in telling_stems(text))


def _all_texts(fact: ReadFact) -> list[str]:
    return [text for texts in fact.texts.values() for text in texts]


def _keywords(fact: ReadFact, counts: Counter[str]) -> list[str]:
    """The rarest telling words, half of them in each language there is."""
    found: list[str] = []
    each = MOST_KEYWORDS // max(len(fact.texts), 1)
    for texts in fact.texts.values():
        words = _telling(" ".join((fact.heading, *texts)))
        rare = sorted(words, key=lambda word: (counts[word], words.index(word)))
        found += [word for word in rare if word not in found][:each]
    return found


def _telling(text: str) -> list[str]:
    telling = telling_stems(text)
    words = (word for word in stems(text) if word in telling and not re.search(r"\d", word))
    return [word for word in dict.fromkeys(words) if len(word) > 2]


def _id_of(fact: ReadFact) -> str:
    """Of the first telling words, figures aside: it stays when an hour or a price changes."""
    words = _telling(next(iter(_all_texts(fact)), ""))[:ID_WORDS]
    latin = "_".join("".join(_LATIN.get(letter, letter) for letter in word) for word in words)
    plain = re.sub(r"[^a-z0-9_]", "", latin)
    return re.sub(r"_+", "_", plain)[:LONGEST_ID].strip("_") or "fact"


def free_id(text: str, taken: Iterable[str]) -> str:
    """An id that nobody has, of the first telling words of a text."""
    read = ReadFact(line=1, texts={Language.RUSSIAN: (text,)}, source="")
    return _free(_id_of(read), set(taken))


def _free(fact_id: str, taken: set[str]) -> str:
    numbers = (f"{fact_id}_{number}" for number in range(2, len(taken) + 3))
    return next(one for one in (fact_id, *numbers) if one not in taken)
