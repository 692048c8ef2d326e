"""Clauses: a comment cut into the smallest stretches that tell or ask one thing.

What is quoted, a stranger's handle, a link, and the praise section of a review template say
nothing to answer: they are blanked, so that places in the text stay true.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

LONGEST_READ = 5_000
_I = re.IGNORECASE

_SENTENCE = re.compile(r"[^.!?…\n;]+(?:[.](?=\S)[^.!?…\n;]+)*[.!?…;]*")
_CLAUSE_END = re.compile(
    r",\s*(?=\S)|\s[-–—]\s+(?=\S)|(?<!\sтак)\s+(?=(?:и|а|но|зато|плюс|потом|затем|причём|причем|ещё|еще|"
    r"да ещё|в итоге|and|but|then|also|plus|however|instead)\s)",
    _I,
)
_LONG_QUOTE = re.compile(r"«[^»]{25,400}»|“[^”]{25,400}”|\"[^\"\n]{12,400}\"")
_QUOTED_LINE = re.compile(r"^>.*$", re.MULTILINE)
_ADDRESSED = re.compile(r"<\w+>|https?://\S+|(?<!\w)@\w+|\bRT\b|\bpic\.twitter\.com/\S+")
_IDIOM = re.compile(r"\bмне\b[^.,!?\n]{0,30}\bпо\s+вкусу\b", _I)  # "to my taste" is no taste
_PRAISED = re.compile(
    r"\b(?:достоинства|плюсы|pros)\s*:.*?(?=\b(?:недостатки|минусы|отзыв|cons|review)\s*:|\Z)",
    _I | re.DOTALL,
)
_SECTION = re.compile(
    r"\b(?:недостатки|минусы|отзыв|комментарий|cons|review|comment)\s*:(?:\s*(?:нет|none)\b)?", _I
)
_EMPTY = re.compile(r"[\W_]*")


@dataclass(frozen=True)
class Clause:
    """One clause of the text from `start` to `end`; `asks` where its sentence ends in "?"."""

    start: int
    end: int
    asks: bool
    begins: bool  # the sentence


def split_clauses(text: str) -> list[Clause]:
    """The clauses of the first `LONGEST_READ` characters, in order."""
    plain = _blanked(text[:LONGEST_READ])
    found = []
    for sentence in _SENTENCE.finditer(plain):
        start, asked = sentence.start(), sentence[0].rstrip(" )(").endswith("?")
        begins = True
        cuts = [cut.end() for cut in _CLAUSE_END.finditer(sentence[0])]
        for cut in (*cuts, len(sentence[0])):
            end = sentence.start() + cut
            if not _EMPTY.fullmatch(plain[start:end]):
                found.append(Clause(start, end, asked and cut == len(sentence[0]), begins))
                begins = False
            start = end
    return found


def readable(text: str) -> str:
    """The text with what says nothing to us blanked; every place stays what it was."""
    return _blanked(text[:LONGEST_READ])


def _blanked(text: str) -> str:
    for pattern in (_QUOTED_LINE, _PRAISED, _IDIOM):
        text = pattern.sub(_blank, text)
    text = _SECTION.sub(lambda hit: " " * (len(hit[0]) - 1) + ";", text)
    for pattern in (_LONG_QUOTE, _ADDRESSED):
        text = pattern.sub(_blank, text)
    return text


def _blank(hit: re.Match[str]) -> str:
    return " " * len(hit[0])
