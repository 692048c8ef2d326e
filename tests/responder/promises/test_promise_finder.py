"""Promises in a reply: what we said we should do, and the day it falls due."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from otklik.enums import Language
from responder.promise_finder import date_text, find_promises

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)  # a Sunday

FOUND = [
    ("Вернём деньги до пятницы.", "2026-11-27"),
    ("Мы ответим вам до 25 ноября.", "2026-11-25"),
    ("До конца среды пришлём новую пачку.", "2026-11-25"),
    ("Заменим коробку в течение 2 дней.", "2026-11-24"),
    ("Разберёмся завтра.", "2026-11-23"),
    ("Проверим сегодня и напишем.", "2026-11-22"),
    ("Напишем здесь не позднее 1 декабря.", "2026-12-01"),
    ("Начислим баллы к понедельнику.", "2026-11-23"),
    ("Через неделю опубликуем результат.", "2026-11-29"),
    ("Причина ясна, ответ будет здесь до 24 ноября.", "2026-11-24"),
    ("До 05.12 довезём остаток.", "2026-12-05"),
    ("Вернём до 3 января.", "2027-01-03"),
    ("We will refund you by Friday.", "2026-11-27"),
    ("We shall answer here by 25 November.", "2026-11-25"),
    ("By November 30 we shall send another pack.", "2026-11-30"),
    ("We'll call within 2 days.", "2026-11-24"),
    ("We will find out by tomorrow.", "2026-11-23"),
    ("We shall write no later than 1 December.", "2026-12-01"),
    ("We will replace it in a week.", "2026-11-29"),
]


@pytest.mark.parametrize(("text", "day"), FOUND)
def test_a_promise_with_a_day_is_found_and_falls_due_at_the_end_of_it(text: str, day: str) -> None:
    language = Language.ENGLISH if text.isascii() else Language.RUSSIAN
    (promise,) = find_promises(text, language, AT)
    assert promise.due_at.date().isoformat() == day
    assert promise.due_at >= AT
    assert text[promise.span.start : promise.span.end] == promise.text == text


NOT_PROMISES = [
    "Кафе открыто до 21:00.",
    "С 18 ноября партия не продаётся.",
    "До пятницы скидка на улун.",
    "Вы написали нам 20 ноября.",
    "По городу везём за 90 минут.",
    "Спасибо, что рассказали.",
    "We will look into it.",
    "Refunds take 3 days.",
    "The café is open until 9 on Friday.",
    "You wrote to us on 20 November.",
]


@pytest.mark.parametrize("text", NOT_PROMISES)
def test_a_fact_or_a_word_without_a_day_is_no_dated_promise(text: str) -> None:
    assert find_promises(text, Language.RUSSIAN, AT) == []


def test_each_promise_of_a_reply_is_found_at_its_place() -> None:
    text = "Извините. До 24 ноября вернём деньги. Кафе открыто. Ответим здесь до 30 ноября."
    found = find_promises(text, Language.RUSSIAN, AT)
    assert [one.due_at.day for one in found] == [24, 30]
    assert all(text[one.span.start : one.span.end] == one.text for one in found)


def test_hours_are_counted_from_the_moment_of_writing() -> None:
    (promise,) = find_promises("Ответим в течение 2 часов.", Language.RUSSIAN, AT)
    assert promise.due_at == datetime(2026, 11, 22, 14, tzinfo=UTC)


@pytest.mark.parametrize("month", range(1, 13))
@pytest.mark.parametrize("language", [Language.RUSSIAN, Language.ENGLISH])
def test_the_way_we_write_a_date_is_read_back(month: int, language: Language) -> None:
    day = datetime(2027, month, 7, tzinfo=UTC)
    text = f"Напишем здесь до {date_text(day, language)}."
    if language is Language.ENGLISH:
        text = f"We shall write here by {date_text(day, language)}."
    (promise,) = find_promises(text, language, datetime(2027, 1, 1, tzinfo=UTC))
    assert (promise.due_at.month, promise.due_at.day) == (month, 7)


def test_an_impossible_date_is_no_promise() -> None:
    assert find_promises("Вернём до 31 февраля.", Language.RUSSIAN, AT) == []
