"""Lint of privacy: what of a person must not stand in public, even if it stood there before."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from otklik.language.grammar import readings
from otklik.verdicts import Span
from responder.lint.reading import LONGEST_READ
from responder.lint.values import Check, Hit, LintContext

_I = re.IGNORECASE
_MONTH = (
    r"(?:январ|феврал|март|апрел|ма[йя]|июн|июл|август|сентябр|октябр|ноябр|декабр|jan|feb|mar|apr|"
    r"may|jun|jul|aug|sep|oct|nov|dec)\w{0,8}"
)
_PHONE = re.compile(
    r"(?<![\d.,])(?:\+\d{1,3}|"
    r"8)[\s(-]{0,3}\d{3}[\s)-]{0,3}\d{3}[\s-]{0,2}\d{2}[\s-]{0,2}\d{2}(?!\d)|"
    r"(?<!\d)\+\d(?:[\s()-]{0,2}\d){7,14}|(?<!\d)\d{3}-\d{2}-\d{2}(?!\d)|"
    r"(?<!\d)\d{3}[-.]\d{3}[-.]\d{4}(?!\d)"
)
_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}")
_ORDER = re.compile(
    r"\b(?:your\s+)?(?:заказ\w{0,3}|договор\w{0,3}|брон[ьи]\w{0,2}|заявк\w{1,3}|полис\w{0,3}|"
    r"order|booking|contract|reservation|policy)\s{0,2}"
    r"(?:номер|number|no\.?)?\s{0,2}[№#]?\s{0,2}\d(?:[\d -]{2,13})\d\b|[№#]\s?\d{4,12}",
    _I,
)
_PASSPORT = re.compile(
    r"\b(?:паспорт|passport|снилс|инн|ssn)\w{0,3}\W{0,3}(?:\w{1,20}\W{1,3}){0,2}?"
    r"\d(?:[\s№-]{0,2}\d){5,13}(?!\d)",
    _I,
)
_BIRTH = re.compile(
    r"(?:дат[аеуы]\s+рождения|д\.\s?р\.|родил(?:ись|ся|ась)|date\s+of\s+birth|born\s+on|dob)\W{1,3}"
    rf"(?:\d{{1,2}}[./-]\d{{1,2}}[./-]\d{{2,4}}|\d{{1,2}}\s+{_MONTH}\s+\d{{4}}|"
    rf"{_MONTH}\s+\d{{1,2}},?\s+\d{{4}})",
    _I,
)
_STREET = (
    r"(?:ул\.|улиц[аеуы]|просп\.|проспект[аеу]?|пер\.|переул\w{1,4}|наб\.|шоссе|бульвар[аеу]?|"
    r"площад[ьи]|проезд[аеу]?)"
)
_ADDRESS = re.compile(
    rf"\b{_STREET}\s?[А-ЯЁ][\w-]{{1,30}}(?:\s[А-ЯЁ][\w-]{{1,30}})?,?\s{{0,2}}"
    r"(?:(?:д\.|дом)\s?)?\d{1,4}\w?(?:,?\s?(?:корп?\.?|стр\.?|кв\.?|квартира)\s?\d{1,4})*|"
    r"\b(?:кв\.|квартир[аеуы]|flat|apartment|apt\.?)\s?№?\s?\d{1,4}\b|"
    r"\b\d{1,4}\s[A-Z][a-z]{1,20}\s(?:Street|St\.|Road|Avenue|Lane|Drive|Square)(?!\w)"
)
_CARD = re.compile(r"(?<!\d)(?:\d[ -]?){12,18}\d(?!\d)")
_SNILS = re.compile(r"(?<!\d)\d{3}-\d{3}-\d{3}[ -]\d{2}(?!\d)")
_HEALTH = re.compile(
    r"\b(?:ваш\w{0,3}\s+(?:диагноз|заболевани|анализ\w*\s+показал|болезн|беременност)\w{0,6}|"
    r"your\s+(?:diagnosis|illness|disease|pregnancy|test\s+results?\s+show))\b|"
    r"(?<=\bу\sвас\s)(?:\w{3,20}\s)?(?:диабет|гастрит|язв|рак|опухол|гипертони|астм|гепатит|вич|"
    r"аллерги|грыж|артрит|анеми|депресси|эпилепси|беременност|инфаркт|инсульт|пневмони|"
    r"цистит)\w{0,4}|"
    r"(?<=\byou\shave\s)(?:[\w-]{1,20}\s){0,3}?(?:diabetes|gastritis|cancer|asthma|hepatitis|hiv|"
    r"anemia|anaemia|depression|epilepsy|arthritis|hypertension)\b",
    _I,
)
_NAME = re.compile(r"\b[А-ЯЁ][а-яё]{1,25}(?:-[А-ЯЁ][а-яё]{1,25})?\b")
_ENGLISH_NAME = re.compile(r"\b([A-Z][a-z]{2,15})\s([A-Z][a-z]{2,20})\b")
_GIVEN = frozenset(
    """
    alan alex alice amanda amy andrew angela anna anne anthony barbara ben brian carol catherine
    charles chris christine claire daniel david deborah diana donald donna dorothy edward elizabeth
    ellen emily emma eric fiona frank gary george grace graham hannah harry helen henry ian irene
    jack jacob james jane janet jason jennifer jessica joan john jonathan joseph joshua judith
    julia julie karen kate keith kelly kevin laura lauren linda lisa lucy margaret maria marie
    martha martin mary matthew megan melissa michael michelle mike nancy natalie neil nicholas
    nicole oliver olivia pamela patricia paul peter philip rachel rebecca richard robert ruth
    sally sandra sarah sharon simon sophie stephen steven stuart susan thomas tim timothy tom
    victoria vincent virginia wendy william zoe
    """.split()  # noqa: SIM905
)
_NOT_SURNAMES = frozenset({"street", "road", "square", "park", "house", "avenue", "hotel", "shop"})


def _personal_data(text: str, context: LintContext) -> Iterator[Hit]:
    said = text[:LONGEST_READ]
    for pattern in (_PHONE, _EMAIL, _ORDER, _PASSPORT, _BIRTH, _ADDRESS, _SNILS, _HEALTH):
        for found in pattern.finditer(said):
            if not _is_ours(found[0], context):
                yield _hit(found.start(), found.end())
    for found in _CARD.finditer(said):
        if is_card(found[0]) and not _is_ours(found[0], context):
            yield _hit(found.start(), found.end())
    for start, end in _full_names(said):
        if not _is_ours(said[start:end], context):
            yield _hit(start, end)


def is_card(number: str) -> bool:
    """Whether the digits of `number` carry the check digit of a bank card (Luhn)."""
    digits = [int(one) for one in number if one.isdigit()]
    doubled = [2 * one - 9 * (one > 4) for one in digits[-2::-2]]
    return len(digits) >= 13 and (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def _full_names(text: str) -> Iterator[tuple[int, int]]:
    """A given name with a surname or a patronymic; a bare given name is how people sign."""
    for first, second in _neighbours(text):
        kinds = (_kinds(first[0]), _kinds(second[0]))
        if _is_full_name(*kinds):
            yield _with_third(text, first.start(), second.end())
    for found in _ENGLISH_NAME.finditer(text):
        surname = found[2].lower()
        if found[1].lower() in _GIVEN and surname not in _GIVEN | _NOT_SURNAMES:
            yield found.span()


def _neighbours(text: str) -> Iterator[tuple[re.Match[str], re.Match[str]]]:
    for first, second in pairwise(_NAME.finditer(text)):
        if text[first.end() : second.start()] == " ":
            yield first, second


def _is_full_name(first: frozenset[str], second: frozenset[str]) -> bool:
    both = (("Giv", "Sur"), ("Sur", "Giv"), ("Giv", "Pat"))
    return any(one in first and other in second for one, other in both)


def _kinds(word: str) -> frozenset[str]:
    found = {one.traits.get("NameType", "") for one in readings(word)}
    return frozenset(found - {""})


def _with_third(text: str, start: int, end: int) -> tuple[int, int]:
    third = re.compile(r"\s[А-ЯЁ][а-яё]{2,25}\b").match(text, end)
    return (start, third.end()) if third else (start, end)


def _hit(start: int, end: int) -> Hit:
    return Hit("personal_data", Span(start=start, end=end))


def _is_ours(found: str, context: LintContext) -> bool:
    facts = " ".join(text for fact in context.facts for text in fact.all_texts())
    ours = (*context.own_contacts, *context.own_words, *(facts.split() if facts else ()))
    plain = _plain(found)
    return found.strip() in facts or any(plain == _plain(one.strip(".,;()")) for one in ours)


def _plain(contact: str) -> str:
    digits = re.sub(r"\D", "", contact)
    return digits[-10:] if len(digits) >= 10 and "@" not in contact else contact.lower().strip()


PRIVACY: tuple[Check, ...] = (_personal_data,)
