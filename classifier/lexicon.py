"""Word classes the signals are built from: stems written by hand, looked up once per word.

A class is a set of beginnings of words; `$` closes one. Words come in normal form.
"""

from __future__ import annotations

import re
from pathlib import Path

from classifier.openers import GATES, opened_by
from otklik.language.obscenity import is_obscene

_FILE = Path(__file__).resolve().parent / "data" / "word_classes.txt"


def _read(path: Path) -> dict[str, list[str]]:
    stems: dict[str, list[str]] = {}
    name = ""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("[") and line.endswith("]"):
            name = line[1:-1]
        elif line and not line.startswith("#"):
            stems.setdefault(name, []).extend(line.split())
    return stems


_STEMS = _read(_FILE)
CLASSES = (*_STEMS, "obscene")
_OBSCENE = len(_STEMS)
MARKS = (*CLASSES, *(f"opens.{gate}" for gate in GATES))

_PLAIN = re.compile(r"[^\[\](){}.*+?|$]*")


def _by_head() -> dict[str, list[tuple[int, re.Pattern[str] | None]]]:
    """The letters each stem begins with → class, and the pattern where letters are not all."""
    found: dict[str, list[tuple[int, re.Pattern[str] | None]]] = {}
    for place, stems in enumerate(_STEMS.values()):
        for stem in stems:
            plain = _PLAIN.match(stem)
            head = plain.group() if plain is not None else ""
            if stem[len(head) : len(head) + 1] in ("?", "*"):
                head = head[:-1]
            pattern = None if head == stem else re.compile(stem.replace("$", r"\Z"))
            found.setdefault(head, []).append((place, pattern))
    return found


_BY_HEAD = _by_head()
_LONGEST = max(map(len, _BY_HEAD))


def classes_of(word: str) -> tuple[str, ...]:
    """Names of the classes one word in normal form belongs to; empty for most words."""
    return tuple(CLASSES[place] for place in _classes(word))


def marks_of(word: str) -> list[int]:
    """Places in `MARKS` of a word's classes and of the patterns it opens."""
    opened = [len(CLASSES) + place for place in opened_by(word)]
    return [*_classes(word), *opened]


def _classes(word: str) -> list[int]:
    if not word[:1].isalpha():
        return []
    found = {
        place
        for size in range(1, min(len(word), _LONGEST) + 1)
        for place, pattern in _BY_HEAD.get(word[:size], ())
        if pattern is None or pattern.match(word)
    }
    if is_obscene(word):
        found.add(_OBSCENE)
    return sorted(found)
