"""Figures in facts: how much of what, for which case, and in which words it is said."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from otklik.enums import Language
from responder.words import stem, stems, telling_stems

_CLAUSE = re.compile(r"[,;:!?()]\s|[.!?]$|[.]\s|\s(?:а|но|зато|and|but)\s", re.I)
_TIME = re.compile(r"\b([01]?\d|2[0-4])[:.]([0-5]\d)\b")
_NUMBER = re.compile(r"(?<![\d.,:])\d+(?:[ \u00a0]\d{3})*(?:[.,]\d+)?(?![\d:])")
# a number that names a thing and counts nothing: batch 7 is not batch 9
_LABEL = re.compile(
    r"\b(?:парти\w+|верси\w+|кабинет\w*|окн\w+|корпус\w*|лини\w+|раздел\w*|room|window|batch|"
    r"version|building|section)\s+№?\s*(\d[\d.]*)",
    re.I,
)
_FROM = re.compile(r"(?:\bс|\bсо|\bот|\bfrom|\bat|\bafter|\bпосле)\s*$", re.I)
_UNTIL = re.compile(r"(?:\bдо|\bпо|\buntil|\btill|\bto|\bbefore|\bby|–|-)\s*$", re.I)
_MONTHS = frozenset(
    """январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь january
    february march april may june july august september october november december""".split()  # noqa: SIM905
)
_CASES = _MONTHS | frozenset(
    """понедельник вторник среда четверг пятница суббота воскресенье будни будний выходной праздник
    праздничный летом лето зимой зима ночь ночной утро вечер пик monday tuesday wednesday thursday
    friday saturday sunday weekday weekend holiday summer winter night peak""".split()  # noqa: SIM905
)
_UNITS = {
    "roubles": ("рубль", "руб", "₽", "rouble", "rub"),
    "points": ("балл", "бонус", "point"),
    "percent": ("процент", "%", "percent"),
    "minutes": ("минута", "мин", "minut"),
    "hours": ("час", "hour"),
    "days": ("день", "сутки", "day"),
    "weeks": ("неделя", "week"),
    "months": ("месяц", "month"),
    "years": ("год", "лет", "year"),
}
_UNIT_OF = {word: unit for unit, words in _UNITS.items() for word in words}
# different words for one deed, so that "открыто до" and "работает до" speak of one thing
_SAME = {
    word: words[0]
    for words in (
        ("работать", "открыть", "открытый", "открыто", "открываться"),
        ("работать", "закрыть", "закрытый", "закрыто", "закрываться"),
        ("open", "close", "clos", "hour"),
        ("вернуть", "возврат", "возвращать", "возвратить"),
        ("refund", "return"),
        ("доставка", "доставить", "доставлять", "привезти", "везти", "привозить", "ехать"),
        ("deliver", "delivery", "bring", "ship"),
        ("стоить", "стоять", "цена", "стоимость"),  # стоит is read as стоять, too
        ("cost", "pric"),
        ("хранить", "храниться", "хранение"),
    )
    for word in words
}
_FILLERS = frozenset(
    """рабочий каждый ежедневно около течение идти мочь можно срок отведено отвести work every daily
    within up tak take allow most least еще максимум only давать дать giv give""".split()  # noqa: SIM905
)
# whoever is open on a date says nothing of other dates
_OPENING = frozenset({"работать", "open"})
_SCALES = {
    **dict.fromkeys(("тысяча", "тыс", "thousand"), 1_000),
    **dict.fromkeys(("миллион", "млн", "million"), 1_000_000),
}


@dataclass(frozen=True)
class Figure:
    """One figure: `unit` (`roubles`, `until` for an hour of closing, a noun …) and its value.

    Attributes:
        words: what the clause speaks of, in dictionary forms, without figure, unit and case.
        case: days, months and the like for which it is said; of none: it is said of all.
    """

    value: str
    unit: str
    words: frozenset[str]
    case: frozenset[str]
    language: Language


def find_figures(text: str, language: Language) -> Iterator[Figure]:
    """The figures of a text that have a unit, clause by clause."""
    for clause in _CLAUSE.split(text):
        telling = telling_stems(clause)
        case = telling & _CASES | _days_of_month(clause) | _labels(clause)
        words = frozenset(
            _SAME.get(word, word)
            for word in telling - _CASES - _FILLERS - _UNIT_OF.keys() - _SCALES.keys()
            if not any(letter.isdigit() for letter in word)
        )
        counted = [*_times(clause), *_counts(clause)]
        for value, unit in counted:
            yield Figure(value, unit, words - {unit}, case, language)
        if not counted and not words & _OPENING:
            for day, month in _dates(clause):
                without = case - {day, month}
                yield Figure(f"{day} {month}", "date", words, without, language)


def _times(clause: str) -> Iterator[tuple[str, str]]:
    for found in _TIME.finditer(clause):
        before = clause[: found.start()]
        role = "from" if _FROM.search(before) else "until" if _UNTIL.search(before) else "time"
        yield f"{int(found[1])}:{found[2]}", role


def _counts(clause: str) -> Iterator[tuple[str, str]]:
    plain = _LABEL.sub(" ", _TIME.sub(" ", clause))
    for found in _NUMBER.finditer(plain):
        value = float(re.sub(r"[ \u00a0]", "", found[0]).replace(",", "."))
        rest = plain[found.end() :]
        following = list(stems(rest[:60]))[:3]
        if following and following[0] in _SCALES:
            value *= _SCALES[following.pop(0)]
        unit = _unit(rest, following[:2])
        if unit and unit not in _MONTHS:
            yield f"{value:.10g}", unit


def _unit(rest: str, following: list[str]) -> str:
    """What is counted: a unit among the next two words, else the very next word."""
    if rest.lstrip().startswith(("%", "₽")):
        return _UNIT_OF[rest.lstrip()[0]]
    known = next((_UNIT_OF[word] for word in following if word in _UNIT_OF), "")
    return known or next((word for word in following[:1] if not word.isdigit()), "")


def _labels(clause: str) -> frozenset[str]:
    return frozenset(f"no {found[1]}" for found in _LABEL.finditer(clause))


def _days_of_month(clause: str) -> frozenset[str]:
    """Days before a month belong to the case: 31 декабря is another day than 1 января."""
    return frozenset(day for day, _ in _dates(clause))


def _dates(clause: str) -> list[tuple[str, str]]:
    """Days with their months, in either order: 31 декабря, December 31."""
    words = [word.lower() for word in re.findall(r"\w+", clause)]
    pairs = [(one, stem(other)) for one, other in pairwise(words)]
    turned = [(other, stem(one)) for one, other in pairwise(words)]
    return [(day, month) for day, month in (*pairs, *turned) if day.isdigit() and month in _MONTHS]
