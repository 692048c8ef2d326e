"""Lint of tricks: invisible characters, turned direction, look-alike letters, markup, links."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from otklik.verdicts import Span
from responder.lint.reading import LONGEST_READ
from responder.lint.values import Check, Hit, LintContext, hits

_I = re.IGNORECASE
_ZONES = (
    r"com|ru|рф|org|net|info|io|me|link|site|online|shop|app|xyz|top|click|ly|su|biz|co|uk|de|eu|"
    r"store|club|pro|dev|news|pw|cc|tv|gg|москва|рус|example"
)
_LINK = re.compile(
    r"\b(?:https?|ftp|tg|mailto|javascript|data):/{0,2}[^\s<>«»\"]{1,500}|"
    r"\bwww\.[^\s<>«»\"]{1,500}|"
    rf"(?<![\w@.-])(?:[a-zа-яё0-9-]{{1,63}}\.){{1,5}}(?:{_ZONES})\b(?:/[^\s<>«»\"]{{0,500}})?",
    _I,
)
_CLOSING = ".,;:!?)]»”\"'"
_HANDLE = re.compile(r"(?<![\w@./])@[a-z_][\w]{3,31}", _I)
_MARKUP = re.compile(
    r"<[/!]?[a-z][^<>]{0,200}>|\[[^\[\]]{1,100}\]\([^()\s]{1,300}\)|`{3}|\{\{[^{}]{0,100}\}\}|!\[|"
    r"(?:^|\n)#{1,6}\s|\*\*[^*\n]{1,200}\*\*|__[^_\n]{1,200}__(?!\w)",
    _I,
)
_INVISIBLE = {"Cf", "Cc", "Co", "Cn", "Cs"}
_JOINER, _EMOJI_FROM = "\u200d", "\u2190"
_RUSSIAN_LETTER = re.compile(r"[а-яё]", _I)
_LATIN_LETTER = re.compile(r"[a-z]", _I)
_WORD_PART = re.compile(r"[^\W\d_]+")
_MOST = 100  # places told; a text with more is not read any better for them


def _links(text: str, context: LintContext) -> Iterator[Hit]:
    own = tuple(contact.lower() for contact in context.own_contacts)
    for found in _LINK.finditer(text[:LONGEST_READ]):
        if found.start() and text[found.start() - 1] == "@":
            continue
        link = found[0].rstrip(_CLOSING)
        bare = re.sub(r"^(?:https?://)?(?:www\.)?", "", link.lower())
        is_own = any(bare == one or bare.startswith((f"{one}/", f"{one}?")) for one in own)
        if not context.links_allowed or not is_own:
            yield Hit("link_forbidden", Span(start=found.start(), end=found.start() + len(link)))
    yield from hits("link_forbidden", _HANDLE, text[:LONGEST_READ])


def _hidden(text: str, _: LintContext) -> Iterator[Hit]:
    for place in _invisible(text):
        yield Hit("hidden_characters", Span(start=place, end=place + 1))
    for word in _WORD_PART.finditer(text[:LONGEST_READ]):
        if _RUSSIAN_LETTER.search(word[0]) and _LATIN_LETTER.search(word[0]):
            yield Hit("hidden_characters", Span(start=word.start(), end=word.end()))
    yield from hits("hidden_characters", _MARKUP, text[:LONGEST_READ])


def _invisible(text: str) -> list[int]:
    found = [
        place
        for place, letter in enumerate(text)
        if not letter.isprintable()
        and letter not in "\n\t\r \u00a0\u202f\u2009"
        and unicodedata.category(letter) in _INVISIBLE
        and not _joins_emoji(text, place)
    ]
    return found[:_MOST]


def _joins_emoji(text: str, place: int) -> bool:
    return text[place] == _JOINER and place > 0 and text[place - 1] >= _EMOJI_FROM


TRICKS: tuple[Check, ...] = (_links, _hidden)
