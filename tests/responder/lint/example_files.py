"""Reads the example files of the lint: one file a code, one reply a line.

``## bad``, ``## good`` and their ``held out`` parts; ``## setting`` gives what holds for all.
``[[…]]`` marks the place that is to be found, ``||`` sets off what the reply is checked
against: ``name=Анна``, ``fact=…``, ``recent=…``, ``point=what happened => what answers it``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from otklik.enums import Language, PointState, Stance, Topic
from otklik.verdicts import Span
from responder.knowledge import Fact, Wording
from responder.lint import LintContext
from responder.points import Point, PointKind, find_known

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
FOLDER = Path(__file__).parent / "examples"
OWN_CONTACTS = ("help@teayard.example", "/help", "форму «Помощь»")
CODES_WITH_FILES = tuple(sorted(path.stem for path in FOLDER.glob("*.txt")))
_MARK = re.compile(r"\[\[(.*?)\]\](?!\()", re.DOTALL)
_ESCAPE = re.compile(r"\\u([0-9a-f]{4})")
_LISTS = {"fact", "recent", "thread", "approved", "expired", "point", "own"}


@dataclass(frozen=True)
class Example:
    """One reply: its text without marks, the marked place, and what it is checked against."""

    code: str
    text: str
    bad: bool
    held_out: bool
    span: tuple[int, int] | None = None
    only_near: bool = False
    settings: dict[str, Any] = field(default_factory=dict)

    def context(self) -> LintContext:
        """What the reply is checked against."""
        return context_of(self.text, self.settings)


def is_russian(text: str) -> bool:
    letters = [letter for letter in text.lower() if letter.isalpha()]
    return sum("а" <= letter <= "я" or letter == "ё" for letter in letters) * 2 > len(letters)


def make_fact(text: str, *, expired: bool = False) -> Fact:
    return Fact(
        id=f"fact-{sha256(text.encode()).hexdigest()[:8]}",
        says=Wording(ru=(text,), en=(text,)),
        topics=(Topic.NONE,),
        keywords=(),
        owner="shift",
        source="own",
        valid_from=AT - timedelta(days=300),
        valid_until=AT - timedelta(days=30) if expired else None,
        digest=sha256(text.encode()).hexdigest(),
    )


def make_point(said: str) -> Point:
    text, _, answer = (part.strip() for part in said.partition("=>"))
    return Point(
        text=text,
        span=Span(start=0, end=max(1, len(text))),
        kind=PointKind.HAPPENED,
        topic=Topic.NONE,
        thing_id="thing",
        state=PointState.FACT,
        answer=answer,
    )


def context_of(text: str, more: dict[str, Any]) -> LintContext:
    """What `text` is checked against, from the values of an example line."""
    facts = [make_fact(one) for one in more.get("fact", ())]
    facts += [make_fact(one, expired=True) for one in more.get("expired", ()) if one]
    language = Language(more["lang"]) if "lang" in more else None
    familiar = {"yes": True, "no": False}.get(more.get("familiar", ""))
    comment = more.get("comment", "")
    return LintContext(
        at=AT,
        language=language or (Language.RUSSIAN if is_russian(text) else Language.ENGLISH),
        comment=comment,
        known=tuple(find_known(comment)),
        stance=Stance(more.get("stance", "critic")),
        facts=tuple(facts),
        thread_texts=tuple(more.get("thread", ())),
        approved_texts=tuple(more.get("approved", ())),
        recent_replies=tuple(more.get("recent", ())),
        own_contacts=(*OWN_CONTACTS, *more.get("own", ())),
        own_words=tuple(more.get("own", ())),
        points=tuple(make_point(one) for one in more.get("point", ())),
        author_name=more.get("name", ""),
        reply_max_length=int(more["max"]) if "max" in more else None,
        platform=more.get("platform", ""),
        familiar=familiar,
    )


def read_values(parts: list[str]) -> dict[str, Any]:
    """``key=value`` parts; keys that may come twice give lists."""
    found: dict[str, Any] = {}
    for part in parts:
        key, _, value = part.strip().partition("=")
        key = "expired" if key == "expired_en" else key
        if key in _LISTS:
            found.setdefault(key, []).append(value)
        else:
            found[key] = value
    return found


@cache
def examples(code: str) -> tuple[Example, ...]:
    """All examples of a code, in the order of its file."""
    return tuple(_read(code))


def _read(code: str) -> Iterator[Example]:
    section, setting = "", dict[str, Any]()
    for line in (FOLDER / f"{code}.txt").read_text("utf-8").splitlines():
        if line.startswith("## "):
            section = line[3:].strip()
        elif section == "setting" and line.strip():
            setting = read_values(line.split("||"))
        elif line.strip():
            yield _example(code, section, setting, line)


def _example(code: str, section: str, setting: dict[str, Any], line: str) -> Example:
    head, *parts = line.split(" || ")
    own = read_values(parts)
    values = {**setting, **own}
    marked = _ESCAPE.sub(lambda found: chr(int(found[1], 16)), head).replace("\\n", "\n").strip()
    place = _MARK.search(marked)
    span = (place.start(), place.end() - 4) if place else None
    return Example(
        code=code,
        text=_MARK.sub(r"\1", marked),
        bad=section.startswith("bad"),
        held_out=section.endswith("held out"),
        span=span if "span" not in own else None,
        only_near="any" in own,
        settings=values,
    )
