"""Times to come that a sentence names, in Russian and English, and the moment each means.

Days end at 23:59:59 where the given moment has its clock; a working week ends on Friday.
Working days are those of the Russian production calendar, worked Saturdays among them.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Iterator
from datetime import datetime, time, timedelta
from typing import NamedTuple

from otklik.enums import Language
from otklik.operations.holidays import production_year

MONTHS = {
    Language.RUSSIAN: """
        января февраля марта апреля мая июня июля августа сентября октября ноября декабря
    """.split(),  # noqa: SIM905
    Language.ENGLISH: """
        January February March April May June July August September October November December
    """.split(),  # noqa: SIM905
}
_WEEKDAYS = {
    "понедельник": 0, "вторник": 1, "сред": 2, "четверг": 3, "пятниц": 4, "суббот": 5,
    "воскресен": 6, "monday": 0, "tuesday": 1, "wednesday": 2, "thursday": 3, "friday": 4,
    "saturday": 5, "sunday": 6,
}  # fmt: skip
_COUNTS = {
    "": 1, "один": 1, "одного": 1, "одной": 1, "одну": 1, "a": 1, "an": 1, "one": 1,
    "пара": 2, "пару": 2, "пары": 2, "couple": 2, "два": 2, "две": 2, "двух": 2, "two": 2,
    "три": 3, "трех": 3, "трёх": 3, "three": 3, "четыре": 4, "четырех": 4, "четырёх": 4, "four": 4,
    "пять": 5, "пяти": 5, "five": 5, "шесть": 6, "шести": 6, "six": 6, "семь": 7, "семи": 7,
    "seven": 7, "восемь": 8, "восьми": 8, "eight": 8, "девять": 9, "девяти": 9, "nine": 9,
    "десять": 10, "десяти": 10, "ten": 10, "двадцати": 20, "тридцати": 30,
}  # fmt: skip
_MINUTES = {"минут": 1, "minute": 1, "полчаса": 30, "half": 30, "час": 60, "hour": 60}
_DAYS = {"дн": 1, "ден": 1, "сут": 1, "day": 1, "недел": 7, "week": 7, "месяц": 30, "month": 30}

_BY = r"(?:до|к|ко|не\s+позже|не\s+позднее|by|before|until|no\s+later\s+than|on|во?)"
_MONTH = "|".join(month for months in MONTHS.values() for month in months)
_NUMBER = r"(?:\d{1,3}|" + "|".join(sorted(filter(None, _COUNTS), key=len, reverse=True)) + ")"
_I = re.IGNORECASE

_DAY = re.compile(
    rf"\b{_BY}\s+(?:the\s+)?(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?:-?го|-?му)?\s+(?:of\s+)?"
    rf"(?P<month>{_MONTH})\b|\b{_BY}\s+(?P<month2>{_MONTH})\s+(?P<day2>\d{{1,2}})\b",
    _I,
)
_BARE_DAY = re.compile(
    rf"(?<!от )(?<!со )(?<!\bс )(?<!за )\b(?P<day>\d{{1,2}})(?:-?го)?\s+(?P<month>{_MONTH})\b", _I
)
_NUMERIC = re.compile(
    rf"\b{_BY}\s+(?P<day>\d{{1,2}})\.(?P<month>\d{{2}})(?:\.(?P<year>20\d\d))?\b(?![.:]\d)", _I
)
_OF_MONTH = re.compile(
    r"\b(?:до|к|не\s+позже|не\s+позднее)\s+(?P<day>\d{1,2})(?:-?го|-?му|\s+числа)\b"
    r"(?!\s*(?:дом|этаж|корпус))|\b(?:by|before|until)\s+the\s+(?P<day2>\d{1,2})(?:st|nd|rd|th)\b",
    _I,
)
_WEEKDAY = re.compile(
    rf"\b(?:{_BY}\s+|(?=next|this))(?:конца\s+|the\s+end\s+of\s+)?"
    r"(?P<next>следующ\w+\s+|next\s+)?(?:эт\w+\s+|ближайш\w+\s+|this\s+|coming\s+)?"
    rf"(?P<weekday>{'|'.join(_WEEKDAYS)})\w*",
    _I,
)
_NEAR = re.compile(
    r"\b(?P<after>послезавтра|(?:the\s+)?day\s+after\s+tomorrow)\b"
    r"|\b(?P<tomorrow>(?:до\s+|by\s+)?(?:завтра|tomorrow))\b"
    r"|\b(?P<today>до\s+конца\s+дня|до\s+вечера|сегодня|today|tonight|by\s+the\s+end\s+of\s+"
    r"(?:the\s+)?day)\b",
    _I,
)
_SPAN = re.compile(
    r"\b(?:в\s+течение|за|через|within|in(?:side)?)\s+(?:(?:the\s+)?next\s+|ближайш\w+\s+)?"
    r"(?:a\s+(?=couple|half))?"
    rf"(?:\d{{1,2}}\s*(?:[-–—]|to|до|или|or)\s*)?(?P<count>{_NUMBER})?\s*(?:of\s+)?"
    r"(?P<working>рабоч\w+\s+|working\s+|business\s+)?"
    r"(?P<unit>полчаса|half\s+an\s+hour|минут|час|дн|ден|сут|недел|месяц"
    r"|minute|hour|day|week|month)\w*",
    _I,
)
_NEAREST = re.compile(
    rf"\b(?:в\s+)?ближайшие\s+(?:\d{{1,2}}\s*[-–—]\s*)?(?P<count>{_NUMBER})\s*"
    r"(?P<working>рабоч\w+\s+)?(?P<unit>минут|час|дн|сут|недел)\w*",
    _I,
)
_WEEK = re.compile(
    r"\b(?:до\s+конца|к\s+концу|на|by\s+the\s+end\s+of|before\s+the\s+end\s+of|by)?\s*(?P<next>следующ\w+\s+недел\w+"
    r"|next\s+week)\b|\b(?:(?:до\s+конца|к\s+концу)\s+(?:этой\s+|рабочей\s+)?недели|на\s+этой\s+неделе"
    r"|(?:by|before)\s+the\s+end\s+of\s+(?:this\s+|the\s+)?(?:working\s+)?week|this\s+week)\b",
    _I,
)
_MONTH_END = re.compile(
    rf"\b(?:до\s+конца|к\s+концу|(?:by|before)\s+the\s+end\s+of)\s+(?:(?:этого\s+)?(?P<here>месяца)"
    rf"|(?:the\s+|this\s+)?(?P<here2>month)|(?P<month>{_MONTH}))\b",
    _I,
)
_CLOCK = re.compile(
    r"\b(?:до|к|by|before)\s+(?P<hour>\d{1,2})(?::(?P<minute>\d{2})|\s*(?P<half>[ap])\.?m\b"
    r"|\s+час(?:ов|ам)\b(?!\s*(?:назад)))",
    _I,
)


class Due(NamedTuple):
    """A moment that a text names, and the place of the words that name it."""

    at: datetime
    start: int
    end: int


def find_due(text: str, at: datetime) -> Due | None:
    """The first time to come that a text names, the most exact kind of naming first."""
    for pattern, read in _READERS:
        for found in pattern.finditer(text):
            due = read(found, at)
            if due is not None:
                return Due(_with_clock(text, due, at), *found.span())
    clock = _CLOCK.search(text)
    if clock and (today := _with_clock(text, end_of(at), at)) > at:
        return Due(today, *clock.span())
    return None


def due_spans(text: str) -> list[tuple[int, int]]:
    """Places of the words in a text that name a time to come."""
    patterns = [pattern for pattern, _ in _READERS]
    return [hit.span() for pattern in patterns for hit in pattern.finditer(text)]


def add_working_days(at: datetime, days: int) -> datetime:
    """The end of the `days`-th working day after `at`."""
    day = at
    while days > 0:
        day += timedelta(days=1)
        days -= production_year(day.year).is_working_day(day.date())
    return end_of(day)


def end_of(day: datetime) -> datetime:
    """The last second of that day, in its own time zone."""
    return datetime.combine(day.date(), time(23, 59, 59), tzinfo=day.tzinfo)


def date_text(day: datetime, language: Language) -> str:
    """A day as it stands in a reply: ``"25 ноября"``, ``"25 November"``."""
    months = MONTHS.get(language, MONTHS[Language.ENGLISH])
    return f"{day.day} {months[day.month - 1]}"


def _with_clock(text: str, due: datetime, at: datetime) -> datetime:
    clock = _CLOCK.search(text)
    if clock is None or due.time() != time(23, 59, 59):
        return due
    hour = int(clock["hour"]) % 12 if clock["half"] else int(clock["hour"])
    hour += 12 if (clock["half"] or "").lower() == "p" else 0
    minute = int(clock["minute"] or 0)
    if hour > 23 or minute > 59:
        return due
    exact = due.replace(hour=hour, minute=minute, second=0)
    return exact if exact > at else due


def _on_day(at: datetime, day: int, month: int, year: int | None = None) -> datetime | None:
    for possible in (year,) if year else (at.year, at.year + 1):
        try:
            due = end_of(at.replace(year=possible, month=month, day=day))
        except ValueError:
            continue
        if due >= at:
            return due
    return None


def _named(found: re.Match[str], at: datetime) -> datetime | None:
    return _on_day(
        at, int(found["day"] or found["day2"]), _month(found["month"] or found["month2"])
    )


def _bare(found: re.Match[str], at: datetime) -> datetime | None:
    due = _on_day(at, int(found["day"]), _month(found["month"]))
    # a date that has just gone by is a date of the past, not of next year
    return due if due is not None and due - at < timedelta(days=180) else None


def _numeric(found: re.Match[str], at: datetime) -> datetime | None:
    year = int(found["year"]) if found["year"] else None
    return _on_day(at, int(found["day"]), int(found["month"]), year)


def _of_month(found: re.Match[str], at: datetime) -> datetime | None:
    day = int(found["day"] or found["day2"])
    for ahead in range(12):
        month = (at.month + ahead - 1) % 12 + 1
        if (due := _on_day(at, day, month)) is not None:
            return due
    return None


def _weekday(found: re.Match[str], at: datetime) -> datetime:
    wanted = _WEEKDAYS[found["weekday"].lower()]
    if found["next"]:
        return end_of(at + timedelta(days=7 - at.weekday() + wanted))
    return end_of(at + timedelta(days=(wanted - at.weekday()) % 7))


def _near(found: re.Match[str], at: datetime) -> datetime:
    days = 2 if found["after"] else 1 if found["tomorrow"] else 0
    return end_of(at + timedelta(days=days))


def _span(found: re.Match[str], at: datetime) -> datetime | None:
    word, unit = (found["count"] or "").lower(), found["unit"].lower()
    count = int(word) if word.isdigit() else _COUNTS[word]
    for start, minutes in _MINUTES.items():
        if unit.startswith(start) and not found["working"]:
            return at + timedelta(minutes=minutes * count)
    if unit.startswith("сут") and count == 1:
        return at + timedelta(days=1)
    days = next((days for start, days in _DAYS.items() if unit.startswith(start)), None)
    if days is None:
        return None
    if found["working"]:
        return add_working_days(at, count * (5 if days == 7 else 1))
    return end_of(at + timedelta(days=days * count))


def _week(found: re.Match[str], at: datetime) -> datetime:
    last = 4 if found["next"] or at.weekday() <= 4 else 6
    weeks = 7 if found["next"] else 0
    return end_of(at + timedelta(days=weeks + last - at.weekday()))


def _month_end(found: re.Match[str], at: datetime) -> datetime:
    month = _month(found["month"]) if found["month"] else at.month
    year = at.year + (month < at.month)
    return end_of(at.replace(year=year, month=month, day=monthrange(year, month)[1]))


def _month(name: str) -> int:
    lists = ([month.lower() for month in months] for months in MONTHS.values())
    return next(months.index(name.lower()) + 1 for months in lists if name.lower() in months)


_Reader = Callable[[re.Match[str], datetime], datetime | None]
_READERS: tuple[tuple[re.Pattern[str], _Reader], ...] = (
    (_DAY, _named),
    (_NUMERIC, _numeric),
    (_OF_MONTH, _of_month),
    (_WEEKDAY, _weekday),
    (_SPAN, _span),
    (_NEAREST, _span),
    (_MONTH_END, _month_end),
    (_WEEK, _week),
    (_NEAR, _near),
    (_BARE_DAY, _bare),
)


def all_due(text: str, at: datetime) -> Iterator[Due]:
    """Every time to come that a text names, in the order of the text; none inside another."""
    found: list[Due] = []
    for pattern, read in _READERS:
        for hit in pattern.finditer(text):
            apart = all(hit.end() <= one.start or hit.start() >= one.end for one in found)
            if apart and (due := read(hit, at)) is not None:
                found.append(Due(_with_clock(text, due, at), *hit.span()))
    yield from sorted(found, key=lambda one: one.start)
