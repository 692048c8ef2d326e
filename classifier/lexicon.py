"""Word classes the signals are built from: stems written by hand, looked up once per word.

A class is a set of beginnings of words; `$` closes one. Words come in normal form.
"""

from __future__ import annotations

import re
from pathlib import Path

from otklik.language.obscenity import is_obscene

_MAX_CACHE = 200_000

_FILE = Path(__file__).resolve().parent / "data" / "word_classes.txt"


def _read(path: Path) -> dict[str, re.Pattern[str]]:
    stems: dict[str, list[str]] = {}
    name = ""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("[") and line.endswith("]"):
            name = line[1:-1]
        elif line and not line.startswith("#"):
            stems.setdefault(name, []).extend(line.replace("$", r"\Z").split())
    return {name: re.compile("(?:" + "|".join(found) + ")") for name, found in stems.items()}


_PATTERNS = _read(_FILE)
CLASSES = (*_PATTERNS, "obscene")

_memo: dict[str, tuple[str, ...]] = {}


def classes_of(word: str) -> tuple[str, ...]:
    """Names of the classes one word in normal form belongs to; empty for most words."""
    known = _memo.get(word)
    if known is None:
        if len(_memo) > _MAX_CACHE:
            _memo.clear()
        known = _memo[word] = _look_up(word)
    return known


def _look_up(word: str) -> tuple[str, ...]:
    if not word[:1].isalpha():
        return ()
    found = [name for name, pattern in _PATTERNS.items() if pattern.match(word)]
    if is_obscene(word):
        found.append("obscene")
    return tuple(found)
