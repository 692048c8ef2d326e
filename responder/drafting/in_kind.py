"""In kind: a complaint in verse or as a fairy tale may be answered so, if a person wants it."""

from __future__ import annotations

import re

from responder.drafting.finding import Name
from responder.drafting.parts import Part, Role
from responder.drafting.values import Style
from responder.drafting.wording import Speaker

LEAST_LINES = 4
LONGEST_LINE = 70  # characters of a line of verse
RHYME = 2  # last letters that sound alike
LEAST_RHYMED = 0.5  # share of the lines that rhyme with one of the three after them

_FAIRY_TALE = re.compile(
    r"\bжил[аио]?[\s-]+был[аио]?\b|в\s+некотором\s+царстве|в\s+тридевятом|за\s+тридевять\s+земель|"
    r"сказка\s+о|\bскоро\s+сказка|\bonce\s+upon\s+a\s+time\b|in\s+a\s+(?:far-?away|distant)\s+(?:land|"
    r"kingdom)|happily\s+ever\s+after",
    re.IGNORECASE,
)
_LETTERS = re.compile(r"[^\W\d_]+")
_VOWELS = "аеёиоуыэюяaeiouy"


def style_of(text: str) -> Style:
    """The style a comment is written in; plain unless it is plainly verse or a fairy tale."""
    if _FAIRY_TALE.search(text):
        return Style.FAIRY_TALE
    return Style.VERSE if _is_verse(text) else Style.PLAIN


def _is_verse(text: str) -> bool:
    lines = [line.strip() for line in re.split(r"\n|\s/\s", text) if line.strip()]
    if len(lines) < LEAST_LINES or max(map(len, lines)) > LONGEST_LINE:
        return False
    ends = [_ending(line) for line in lines]
    rhymed = sum(
        bool(end) and end in ends[place + 1 : place + 4] + ends[max(0, place - 3) : place]
        for place, end in enumerate(ends)
    )
    return rhymed >= LEAST_RHYMED * len(lines)


def _ending(line: str) -> str:
    words: list[str] = _LETTERS.findall(line.lower())
    if not words or len(words[-1]) <= RHYME:
        return words[-1] if words else ""
    last = words[-1].replace("ё", "о")
    return last[-RHYME:] if any(letter in _VOWELS for letter in last[-RHYME:]) else last[-3:]


def frame(parts: list[Part], style: Style, speaker: Speaker, name: Name) -> list[Part]:
    """The same sentences between an opening and an end in the author's own style."""
    if style is Style.VERSE:
        couplet = speaker.say("verse", name).replace(" / ", "\n")
        return [Part(couplet, Role.FRAME, 1), *_without_openings(parts)]
    opening = speaker.say("fairy_tale", name if name.about else Name("о беде", "с гостем"))
    end = speaker.say("fairy_tale_end", name)
    return [
        Part(opening, Role.FRAME, 1),
        *_without_openings(parts),
        Part(end, Role.FRAME, 1),
    ]


def _without_openings(parts: list[Part]) -> list[Part]:
    return [part for part in parts if part.role is not Role.OPENING]
