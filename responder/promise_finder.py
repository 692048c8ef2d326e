"""Promises in a reply: what we say we shall do, and by when. A promise is a debt."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta

from pydantic import AwareDatetime, BaseModel, ConfigDict

from otklik.enums import Language
from otklik.verdicts import Span
from responder.phrasing import sentence_places

_MONTHS = {
    Language.RUSSIAN: """
        января февраля марта апреля мая июня июля августа сентября октября ноября декабря
    """.split(),  # noqa: SIM905
    Language.ENGLISH: """
        January February March April May June July August September October November December
    """.split(),  # noqa: SIM905
}
_WEEKDAYS = {
    "понедельник": 0, "вторник": 1, "сред": 2, "четверг": 3, "пятниц": 4, "суббот": 5,
    "воскресень": 6, "monday": 0, "tuesday": 1, "wednesday": 2, "thursday": 3, "friday": 4,
    "saturday": 5, "sunday": 6,
}  # fmt: skip
_COUNTS = {
    "один": 1, "одного": 1, "двух": 2, "два": 2, "трех": 3, "трёх": 3, "три": 3, "четырех": 4,
    "пяти": 5, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "a": 1, "an": 1, "": 1,
}  # fmt: skip
_UNITS = {"час": 0, "hour": 0, "дн": 1, "ден": 1, "сут": 1, "day": 1, "недел": 7, "week": 7}

_BEFORE = r"(?:до|к|ко|не\s+позже|не\s+позднее|by|before|until|no\s+later\s+than|on|во?)"
_ANY_MONTH = "|".join(month for months in _MONTHS.values() for month in months)
_DAY = re.compile(
    rf"\b{_BEFORE}\s+(?:the\s+)?(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?:-?го)?\s+(?:of\s+)?"
    rf"(?P<month>{_ANY_MONTH})\b|\b{_BEFORE}\s+(?P<month2>{_ANY_MONTH})\s+(?P<day2>\d{{1,2}})\b",
    re.IGNORECASE,
)
_NUMERIC = re.compile(rf"\b{_BEFORE}\s+(?P<day>\d{{1,2}})\.(?P<month>\d{{2}})\b", re.IGNORECASE)
_WEEKDAY = re.compile(
    rf"\b{_BEFORE}\s+(?:конца\s+)?(?P<weekday>{'|'.join(_WEEKDAYS)})\w*", re.IGNORECASE
)
_NEAR = re.compile(
    r"\b(?P<today>(?:до\s+конца\s+дня|до\s+вечера|сегодня|today|by\s+tonight|by\s+the\s+end\s+of\s+"
    r"the\s+day))\b|\b(?P<tomorrow>(?:до\s+|by\s+)?(?:завтра|tomorrow))\b",
    re.IGNORECASE,
)
_WITHIN = re.compile(
    r"\b(?:в\s+течение|за|через|within|in)\s+(?:ближайших\s+)?(?P<count>\d{1,3}|[а-яё]+|[a-z]+)?\s*"
    r"(?:рабочих\s+|working\s+|business\s+)?(?P<unit>час|дн|ден|сут|недел|hour|day|week)\w*",
    re.IGNORECASE,
)
_WILL = re.compile(
    r"\b(?:(?:мы|мне|я)\s+)?(?:вернём|вернем|пришлём|пришлем|ответим|напишем|сообщим|"
    r"разберёмся|разберемся|разберём|разберем|проверим|выясним|узнаем|исправим|починим|заменим|"
    r"обменяем|начислим|отменим|привезём|привезем|довезём|довезем|доставим|заберём|заберем|"
    r"проследим|найдём|найдем|поговорим|восстановим|соберём|соберем|закончим|поднимем|решим|"
    r"позвоним|свяжемся|опубликуем|объявим|уточним|сделаем|перезвоним|отправим|компенсируем|"
    r"назовём|назовем|спросим|ответ\s+будет|вернутся|решится|"
    r"вернётся|вернется|ответит|выяснит|напишет|свяжется|позвонит|вернёт|вернет|"
    r"we\s+(?:shall|will)|we'll|and\s+(?:shall|will)|i\s+will|i'll|will\s+"
    r"(?:be|get|call|write|answer|reply|find|refund|send|fix|return|contact|look))\b",
    re.IGNORECASE,
)


class FoundPromise(BaseModel):
    """A promise in a reply: the sentence, its place, and the end of the day it falls due."""

    model_config = ConfigDict(frozen=True)

    text: str
    span: Span
    due_at: AwareDatetime


def find_promises(text: str, language: Language, at: datetime) -> list[FoundPromise]:
    """Sentences that say what we shall do and by when. `at` is aware; due is not before it."""
    found = []
    for start, sentence in sentence_places(text):
        due_at = _due(sentence, at) if says_we_will(sentence) else None
        if due_at is not None:
            span = Span(start=start, end=start + len(sentence))
            found.append(FoundPromise(text=sentence, span=span, due_at=due_at))
    return found


def says_we_will(sentence: str) -> bool:
    """Whether the sentence says that we shall do something."""
    return _WILL.search(sentence) is not None


def due_spans(sentence: str) -> list[tuple[int, int]]:
    """Places of the words in a sentence that name a time to come."""
    patterns = (_DAY, _NUMERIC, _WEEKDAY, _NEAR, _WITHIN)
    return [hit.span() for pattern in patterns for hit in pattern.finditer(sentence)]


def date_text(day: datetime, language: Language) -> str:
    """A day as it stands in a reply: ``"25 ноября"``, ``"25 November"``."""
    months = _MONTHS.get(language, _MONTHS[Language.ENGLISH])
    return f"{day.day} {months[day.month - 1]}"


def _due(sentence: str, at: datetime) -> datetime | None:
    if day := _DAY.search(sentence):
        return _on_day(at, int(day["day"] or day["day2"]), _month(day["month"] or day["month2"]))
    if day := _NUMERIC.search(sentence):
        return _on_day(at, int(day["day"]), int(day["month"]))
    if weekday := _WEEKDAY.search(sentence):
        return _end_of(
            at + timedelta(days=(_WEEKDAYS[weekday["weekday"].lower()] - at.weekday()) % 7)
        )
    if within := _WITHIN.search(sentence):
        return _within(within, at)
    if near := _NEAR.search(sentence):
        return _end_of(at + timedelta(days=1 if near["tomorrow"] else 0))
    return None


def _within(found: re.Match[str], at: datetime) -> datetime | None:
    word = (found["count"] or "").lower()
    count = int(word) if word.isdigit() else _COUNTS.get(word)
    days = next(days for unit, days in _UNITS.items() if found["unit"].lower().startswith(unit))
    if count is None:
        return None
    return at + timedelta(hours=count) if days == 0 else _end_of(at + timedelta(days=days * count))


def _month(name: str) -> int:
    names = ([month.lower() for month in months] for months in _MONTHS.values())
    return next(months.index(name.lower()) + 1 for months in names if name.lower() in months)


def _on_day(at: datetime, day: int, month: int) -> datetime | None:
    for year in (at.year, at.year + 1):
        try:
            due = _end_of(at.replace(year=year, month=month, day=day))
        except ValueError:
            continue
        if due >= at:
            return due
    return None


def _end_of(day: datetime) -> datetime:
    return datetime.combine(day.date(), time(23, 59, 59), tzinfo=day.tzinfo)
