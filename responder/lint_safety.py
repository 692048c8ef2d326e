"""Lint of safety: personal data, links, obscenity, hidden characters, the wrong language."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from otklik.enums import Language
from otklik.language.obscenity import is_obscene
from otklik.verdicts import Span
from responder.lint_values import Check, Hit, LintContext, hits, whole
from responder.words import tokens

_I = re.IGNORECASE

_PHONE = re.compile(
    r"(?<![\d.,])(?:\+\d{1,3}|8)[\s(-]*\d{3}[\s)-]*\d{3}[\s-]*\d{2}[\s-]*\d{2}(?!\d)|"
    r"(?<!\d)\+\d[\d\s()-]{7,16}\d|(?<!\d)\d{3}-\d{2}-\d{2}(?!\d)|(?<!\d)\d{3}[-.]\d{3}[-.]\d{4}(?!\d)"
)
_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")
_CARD = re.compile(r"(?<!\d)(?:\d[ -]?){12,18}\d(?!\d)")
_ORDER = re.compile(
    r"(?:заказ\w*|договор\w*|order|booking|contract)\s*(?:номер|number|no\.?)?\s*[№#]?\s*\d{4,12}|[№#]\s?\d{4,12}",
    _I,
)
_PASSPORT = re.compile(
    r"(?:паспорт|passport|снилс|инн)\w*\W{0,3}(?:\w+\W+){0,2}?(?:\d[\s№-]?){6,12}", _I
)
_ADDRESS = re.compile(
    r"\b(?:кв\.?|квартир[аеуы]|flat|apartment|apt\.?)\s*№?\s*\d+|"
    r"\b(?:ул\.|улиц[аеуы]|просп(?:\.|ект\w*)|пер(?:\.|еул\w+)|наб\.|шоссе|бульвар\w*)\s*"
    r"[А-ЯЁ][\w-]+(?:\s[А-ЯЁ][\w-]+)?,?\s*(?:д(?:\.|ом)?\s*)?\d+\w?|"
    r"\b\d{1,4}\s[A-Z][a-z]+\s(?:Street|St\.|Road|Avenue|Lane|Drive)\b"
)
_LINK = re.compile(
    r"(?:https?|ftp|tg|mailto|javascript|data)\s?:\s?/{0,2}\S+|\bwww\.\S+|"
    r"(?<![\w@.])(?:[a-zа-яё0-9-]{1,63}\.)+(?:com|ru|рф|org|net|info|io|me|link|site|online|shop|"
    r"app|xyz|top|click|ly|su|biz|co|uk|de|example)\b(?:/\S*)?",
    _I,
)
_HANDLE = re.compile(r"(?<![\w@.])@[a-z_][\w.]{3,31}", _I)
_MARKUP = re.compile(
    r"<[/!]?[a-z][^>]{0,200}>|\[[^\]]{1,100}\]\([^)]{1,300}\)|`{3}|\{\{.*?\}\}|!\[|"
    r"(?:^|\n)#{1,6}\s|\*\*[^*]+\*\*",
    _I,
)
_INVISIBLE = {"Cf", "Cc", "Co", "Cn", "Cs"}
_JOINER, _EMOJI_FROM = "\u200d", "\u2190"
_RUSSIAN_LETTER = re.compile(r"[а-яё]", _I)
_LATIN_LETTER = re.compile(r"[a-z]", _I)
_WORD_PART = re.compile(r"[^\W\d_]+")
LEAST_LETTERS = 10


def _personal_data(text: str, context: LintContext) -> Iterator[Hit]:
    patterns = (_PHONE, _EMAIL, _ORDER, _PASSPORT, _ADDRESS, _CARD)
    for pattern in patterns:
        for hit in hits("personal_data", pattern, text):
            if not _is_ours(text[hit.span.start : hit.span.end], context):
                yield hit


def _is_ours(found: str, context: LintContext) -> bool:
    facts = " ".join(text for fact in context.facts for text in fact.all_texts())
    ours = (*context.own_contacts, *(facts.split() if facts else ()))
    plain = _plain(found)
    return found.strip() in facts or any(plain == _plain(one.strip(".,;()")) for one in ours)


def _plain(contact: str) -> str:
    digits = re.sub(r"\D", "", contact)
    return digits[-10:] if len(digits) >= 10 and "@" not in contact else contact.lower().strip()


def _links(text: str, context: LintContext) -> Iterator[Hit]:
    own = tuple(contact.lower() for contact in context.own_contacts)
    for found in _LINK.finditer(text):
        if found.start() and text[found.start() - 1] == "@":
            continue
        bare = re.sub(r"^(?:https?://)?(?:www\.)?", "", found[0].lower()).rstrip(".,;)")
        if not context.links_allowed or not bare.startswith(own or ("\0",)):
            yield Hit("link_forbidden", Span(start=found.start(), end=found.end()))
    yield from hits("link_forbidden", _HANDLE, text)


def _obscenity(text: str, _: LintContext) -> Iterator[Hit]:
    for word, span in tokens(text):
        if len(word) > 2 and is_obscene(word):
            yield Hit("obscenity", span)


def _hidden(text: str, _: LintContext) -> Iterator[Hit]:
    for place, letter in enumerate(text):
        if unicodedata.category(letter) in _INVISIBLE and letter not in "\n\t\r":
            joins_emoji = letter == _JOINER and place and text[place - 1] >= _EMOJI_FROM
            if not joins_emoji:
                yield Hit("hidden_characters", Span(start=place, end=place + 1))
    for word in _WORD_PART.finditer(text):
        if _RUSSIAN_LETTER.search(word[0]) and _LATIN_LETTER.search(word[0]):
            yield Hit("hidden_characters", Span(start=word.start(), end=word.end()))
    yield from hits("hidden_characters", _MARKUP, text)


def _wrong_language(text: str, context: LintContext) -> Iterator[Hit]:
    russian = len(_RUSSIAN_LETTER.findall(text))
    latin = len(_LATIN_LETTER.findall(text))
    if russian + latin < LEAST_LETTERS or context.language is Language.OTHER:
        return
    is_russian = russian > latin
    if is_russian is not (context.language is Language.RUSSIAN):
        yield Hit("wrong_language", whole(text))


SAFETY: tuple[Check, ...] = (_personal_data, _links, _obscenity, _hidden, _wrong_language)
