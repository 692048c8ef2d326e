"""No text hangs or breaks the reading, and the work on a text of any length is bounded.

PROOF=full reads 100,000 hostile strings, else a tenth. A string that takes longer than
`PATIENCE` seconds ends the whole run with a traceback, since a regular expression that hangs
cannot be stopped from inside.
"""

import faulthandler
import os
import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from otklik.language import chunks, folding, normaliser
from otklik.language.finding import find_obscenity, obscene_tokens
from otklik.language.identify import identify
from otklik.language.normaliser import MAX_CHARS, normalise

FULL = os.environ.get("PROOF") == "full"
STRINGS = 100_000 if FULL else 10_000
PATIENCE = 20.0  # seconds; the slowest string takes some milliseconds
SEED = 20261122
MEGABYTE = 1_000_000

_PIECES: list[str] = [
    *"хуйпиздеблятсукмжговнаабв", *"xypizdblfuckshtae", *"0123456789", *"*#@$%&!^~|+_-=.,:;?/\\",
    *"()[]{}<>\"'", *"  \t\n\r\x00\x0b\x85", "\u00a0", "\u2028", "\u200b", "\u200d", "\ufeff",
    "\u0301", "\u0336", "\u202e", "\u0640", "\ud800", "\udfff", "😀", "👨\u200d👩\u200d👧", "🇷🇺",
    "❤\ufe0f", "𝐟", "ｆ", "ⓕ", "½", "ﷺ", "ß", "İ", "ῼ", "我", "ش", "אב", "ก็", "हि", "한",
    "&#1074;", "&amp;", "<url>", "[id1|", "[club2|", "http://", "https:", "www.", ".ru", "a.com",
    "@user", "п и з ", "х у ", "f u c ", "}{", "><", "|/|", "3.14", "...", "…", "***", "нах",
    "пиз", "за", "по", "е-", "ph",
]  # fmt: skip


def _run_of_one(chance: random.Random) -> str:
    return chance.choice(_PIECES) * chance.randint(1, 4000)


def _alternating(chance: random.Random) -> str:
    return "".join(chance.sample(_PIECES, chance.randint(2, 4))) * chance.randint(1, 400)


def _soup(chance: random.Random) -> str:
    return "".join(chance.choices(_PIECES, k=chance.randint(1, 200)))


def _few_kinds(chance: random.Random) -> str:
    return "".join(chance.choices(chance.sample(_PIECES, 3), k=chance.randint(1, 300)))


def _nested(chance: random.Random) -> str:
    opened, closed = chance.choice([("(", ")"), ("[", "]"), ("{", "}"), ("<", ">"), ("«", "»")])
    depth = chance.randint(1, 800)
    return opened * depth + chance.choice(_PIECES) + closed * depth


def _almost(chance: random.Random) -> str:
    """A long run that almost matches, and its spoiler at the end."""
    return (chance.choice(_PIECES) + chance.choice(_PIECES)) * chance.randint(1, 1500) + "\x00!"


def _any_characters(chance: random.Random) -> str:
    return "".join(chr(chance.randrange(0x110000)) for _ in range(chance.randint(1, 60)))


# Shape and how often; the long ones are the dear ones.
SHAPES = [
    (_soup, 40), (_few_kinds, 30), (_any_characters, 20), (_run_of_one, 3), (_alternating, 4),
    (_nested, 2), (_almost, 1),
]  # fmt: skip


def _hostile(count: int) -> Iterator[str]:
    chance = random.Random(SEED)
    shapes, weights = zip(*SHAPES, strict=True)
    for shape in chance.choices(shapes, weights, k=count):
        yield shape(chance)


def test_no_hostile_string_hangs_or_breaks_the_reading() -> None:
    try:
        for text in _hostile(STRINGS):
            faulthandler.dump_traceback_later(PATIENCE, exit=True)
            normal = normalise(text)
            identify(text)
            end = 0
            for token in normal.tokens:
                assert end <= token.start < token.end <= len(text), ascii(text)
                end = token.end
            assert set(obscene_tokens(normal)) <= set(normal.tokens)
            assert normal.text == " ".join(normal.forms)
    finally:
        faulthandler.cancel_dump_traceback_later()


class _Counted:
    """A function and how many characters it was given."""

    def __init__(self, function: Callable[[str], Any]) -> None:
        self.function, self.characters = function, 0

    def __call__(self, text: str) -> Any:
        self.characters += len(text)
        return self.function(text)


_ENDLESS = ["слово ", "х", "х у й ", "*", "п*з*", "a.", "[id1|", "❤", "х\u0301"]


@pytest.mark.parametrize("piece", _ENDLESS)
def test_the_work_on_an_endless_text_is_that_on_its_beginning(
    piece: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    fold, chunk_of = _Counted(folding.fold), _Counted(chunks.chunk_of)
    monkeypatch.setattr(normaliser, "memo", {})
    monkeypatch.setattr(normaliser, "fold", fold)
    monkeypatch.setattr(normaliser, "chunk_of", chunk_of)
    text = (piece * (MEGABYTE // len(piece) + 1))[:MEGABYTE]
    found = find_obscenity(text)
    assert 0 < fold.characters + chunk_of.characters <= 3 * MAX_CHARS
    assert all(token.end <= MAX_CHARS for token in found)
