"""The finder on replies of our own: what is promised, by when exactly, and what is no promise."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from importlib import util
from pathlib import Path
from typing import Any, TypeVar

import pytest

from otklik.enums import Language
from responder.promise_finder import FoundPromise, find_debts

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)  # a Sunday
Example = TypeVar("Example")


def _examples() -> Any:
    spec = util.spec_from_file_location(
        "promise_examples", Path(__file__).with_name("promise_examples.py")
    )
    assert spec is not None
    assert spec.loader is not None
    module = util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


EXAMPLES = _examples()


def half(examples: Sequence[Example], number: int) -> list[Example]:
    """Pairs (Russian, English) in turn: 0 was tuned on, 1 was set aside before."""
    return [one for place, one in enumerate(examples) if place // 2 % 2 == number]


def due(found: FoundPromise) -> str | None:
    if found.is_undated:
        return None
    is_whole_day = (found.due_at.hour, found.due_at.minute) == (23, 59)
    return found.due_at.strftime("%Y-%m-%d" if is_whole_day else "%Y-%m-%d %H:%M")


def said(text: str) -> tuple[str | None, ...]:
    return tuple(due(one) for one in find_debts(text, Language.RUSSIAN, AT))


@pytest.mark.parametrize(("text", "expected"), half(EXAMPLES.PROMISED, 0))
def test_a_promise_falls_due_when_its_words_say(text: str, expected: tuple[str | None]) -> None:
    assert said(text) == expected


@pytest.mark.parametrize("text", half(EXAMPLES.NOT_PROMISED, 0))
def test_what_is_no_promise_of_ours_enters_nothing(text: str) -> None:
    assert said(text) == ()


def test_of_the_examples_set_aside_nineteen_in_twenty_are_read_right() -> None:
    promised, others = half(EXAMPLES.PROMISED, 1), half(EXAMPLES.NOT_PROMISED, 1)
    right = sum(said(text) == expected for text, expected in promised)
    alarms = sum(said(text) != () for text in others)
    assert len(EXAMPLES.PROMISED) >= 60
    assert len(EXAMPLES.NOT_PROMISED) >= 60
    assert right >= 0.95 * len(promised)
    assert alarms <= 0.05 * len(others)


CONDITIONAL = [
    "Как только получим номер заказа, вернём деньги за 2 дня.",
    "Once we have your order number, we will refund you within 2 days.",
    "После получения фото начислим баллы в течение двух дней.",
    "Если чек сохранился, вернём деньги за 3 дня.",
]


@pytest.mark.parametrize("text", CONDITIONAL)
def test_a_promise_that_hangs_on_something_is_marked(text: str) -> None:
    (found,) = find_debts(text, Language.RUSSIAN, AT)
    assert found.is_conditional


def test_an_undated_promise_has_the_terms_of_the_house() -> None:
    (found,) = find_debts("Мы разберёмся.", Language.RUSSIAN, AT, days=3)
    assert found.is_undated
    assert found.due_at == datetime(2026, 11, 25, 23, 59, 59, tzinfo=UTC)


def test_an_undated_promise_falls_due_with_the_dated_one_after_it() -> None:
    vague, dated = find_debts("Мы разберёмся. Ответим до пятницы.", Language.RUSSIAN, AT)
    assert vague.is_undated
    assert not dated.is_undated
    assert vague.due_at == dated.due_at


def test_working_days_pass_over_a_weekend() -> None:
    friday = datetime(2026, 11, 27, 15, tzinfo=UTC)
    (found,) = find_debts("Вернём в течение 1 рабочего дня.", Language.RUSSIAN, friday)
    assert found.due_at.date().isoformat() == "2026-11-30"
