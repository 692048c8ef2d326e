"""Words that open a pattern: where none of them stands in a text, the pattern is not tried.

An opener is a beginning of what must stand somewhere inside a word. Letters are looked up in
threes, so that a new word costs the same however many openers there are.
"""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path

_FILE = Path(__file__).resolve().parent / "data" / "hard_facts.txt"
_TIME = "час мин дн день дней сут недел месяц год лет hour hrs hr min day week month"
_PHRASES = {
    "hold": "hold жду ждал ждем вис держ wait hour",
    "retweet": "rt",
    "amount": "0",
    "date": "январ феврал март апрел ма[яй] июн июл август сентябр октябр ноябр декабр january "
    "february march april june july august sept oct nov dec вчера сегодня yesterday today "
    "night morning",
    "order_number": "заказ заявк договор обращени номер рейс order flight flt case ticket "
    "reservation confirmation",
    "duration": _TIME,
    "question": r"\?",
}
_SIZE = 3
_PIECE = re.compile(r"\[([^\]]+)\]|\\(.)|([^\\\[\](){}.*+?|^$ ])")


def _hard() -> dict[str, str]:
    """Openers of the hard facts' kinds: the sections of the file whose names end in `?`."""
    found: dict[str, list[str]] = {}
    name = ""
    for line in _FILE.read_text(encoding="utf-8").splitlines():
        if line.startswith("[") and line.endswith("]"):
            name = line[1:-1]
        elif line and not line.startswith("#") and name.endswith("?"):
            found.setdefault(name[:-1], []).append(line.partition(" ")[0])
    return {kind: " ".join(lines) for kind, lines in found.items()}


HARD = tuple(_hard())
_OPENERS = {**_PHRASES, **{f"hard.{kind}": lines for kind, lines in _hard().items()}}
GATES = tuple(_OPENERS)
_PATTERNS = [re.compile("|".join(lines.split())) for lines in _OPENERS.values()]


def _heads(opener: str) -> set[str]:
    """The first letters, at most three, that every match of `opener` holds."""
    heads, at = [""], 0
    while at < len(opener) and len(heads[0]) < _SIZE:
        piece = _PIECE.match(opener, at)
        if piece is None or opener[piece.end() : piece.end() + 1] in ("+", "*"):
            break
        group, escaped, sign = piece.groups()
        at = piece.end()
        if escaped == "b":
            continue
        choices = [*(group or escaped or sign)]
        if opener[at : at + 1] == "?":
            choices, at = ["", *choices], at + 1
        heads = [head + choice for head, choice in product(heads, choices)]
    return {head[:_SIZE] for head in heads}


def _index() -> dict[str, int]:
    found: dict[str, int] = {}
    for place, lines in enumerate(_OPENERS.values()):
        for head in {head for line in lines.split() for head in _heads(line)}:
            found[head] = found.get(head, 0) | 1 << place
    return found


_INDEX = _index()


def opened_by(word: str) -> list[int]:
    """Places in `GATES` of the patterns that one word in normal form opens."""
    known, mask = _INDEX.get, 0
    for at in range(len(word)):
        mask |= known(word[at : at + 3], 0) | known(word[at : at + 2], 0) | known(word[at], 0)
    if not mask:
        return []
    return [
        place
        for place, pattern in enumerate(_PATTERNS)
        if mask >> place & 1 and pattern.search(word)
    ]
