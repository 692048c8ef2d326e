"""Statements prepared for a bad day: read strictly, filled wholly, clean by the lint."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from otklik.enums import Language, Stance
from otklik.errors import InputError, PolicyError
from responder.incidents import prepared
from responder.incidents.effect import sum_up
from responder.knowledge.file import SHIPPED, shipped_knowledge
from responder.lint import LintContext, lint

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)
BY = AT + timedelta(hours=3)
SAID = {
    Language.RUSSIAN: ("приложение", "по всей стране", "ничего не работает, что случилось?"),
    Language.ENGLISH: ("the app", "everywhere", "nothing works, what is going on?"),
}
GOOD = """statements:
  - id: flood
    name: {ru: Потоп, en: Flood}
    ru: "{what}: {where}. Новости до {by}."
    en: "{what}: {where}. News by {by}."
"""


@pytest.mark.parametrize("company", SHIPPED)
def test_a_shipped_company_has_four_of_its_own_that_the_lint_finds_clean(company: str) -> None:
    found = prepared.shipped(company)
    assert len(found) == 5
    assert {"outage", "weather", "recall"} <= {one.id for one in found}
    contacts = tuple(shipped_knowledge(company).own_contacts)
    for one in found:
        for language, (what, where, comment) in SAID.items():
            text = prepared.fill(one, language, what=what, where=where, by=BY, at=AT)
            assert "{" not in text
            context = LintContext(
                comment=comment,
                language=language,
                stance=Stance.CRITIC,
                at=AT,
                own_contacts=contacts,
                points=(),
                approved_texts=(prepared.ground(one, language, BY),),
            )
            assert lint(text, context) == []


def codes(
    what: str, where: str = "по всей стране", language: Language = Language.RUSSIAN
) -> set[str]:
    (one,) = prepared.parse_prepared(GOOD, "s.yaml")
    filled = prepared.Filled(one, language, what, where, BY)
    context = LintContext(
        comment=SAID[language][2],
        language=language,
        stance=Stance.CRITIC,
        at=AT,
        points=(),
        approved_texts=filled.grounds(),
    )
    return {found.code for found in lint(filled.text(AT), context)}


@pytest.mark.parametrize(
    "what",
    [
        "Кешью жареный, партия 4471",
        "Партии 4471 и 4472 сняты с продажи",
        "Сайт не открывается с 9:40",
        "Маршрут 17 стоит",
        "Заказы от 17 ноября ещё не отправлены",
    ],
)
def test_the_number_a_thing_is_called_by_counts_once_a_person_fills_it_in(what: str) -> None:
    assert "unsupported_figure" not in codes(what)


def test_numbers_of_an_english_statement_count_too() -> None:
    assert codes("Batch 4471 of cashews", "Lenin street 5", Language.ENGLISH) == set()


@pytest.mark.parametrize(
    "what",
    [
        "Вернём каждому 5000 рублей",
        "Скидка 20% на партию 4471",
        "Партия 5000, вернём 5000 рублей",
        "Ремонт займёт 3 дня",
    ],
)
def test_sums_shares_and_terms_still_need_a_fact_or_a_power(what: str) -> None:
    assert codes(what) & {"unsupported_figure", "unsupported_promise", "beyond_powers"}


def test_a_deed_or_a_promise_that_is_filled_in_is_ground_for_nothing() -> None:
    (one,) = prepared.parse_prepared(GOOD, "s.yaml")
    filled = prepared.Filled(one, Language.RUSSIAN, "Деньги вернули всем", "партия 4471", BY)
    assert filled.grounds() == (": . Новости до 12:00 23 ноября.", "4471")


@pytest.mark.parametrize(
    ("what", "where", "hours"), [("", "Москва", 3), ("сайт", "  ", 3), ("сайт", "Москва", -1)]
)
def test_nothing_is_left_unfilled(what: str, where: str, hours: int) -> None:
    (one,) = prepared.parse_prepared(GOOD, "s.yaml")
    by = AT + timedelta(hours=hours)
    with pytest.raises(InputError):
        prepared.fill(one, Language.RUSSIAN, what=what, where=where, by=by, at=AT)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("{where}. Новости", "{place}. Новости", "no placeholder"),
        ("News by {by}", "News soon", "is missing"),
        ("    en: ", "    de: ", "de"),
    ],
)
def test_a_fault_is_told_at_its_place(old: str, new: str, message: str) -> None:
    with pytest.raises(PolicyError, match=message) as told:
        prepared.parse_prepared(GOOD.replace(old, new), "s.yaml")
    assert "s.yaml" in str(told.value)


def test_a_house_writes_its_own_beside_its_knowledge(tmp_path: Path) -> None:
    knowledge = tmp_path / "knowledge.yaml"
    knowledge.write_text("", "utf-8")
    assert prepared.open_prepared(str(knowledge)) == ()
    (tmp_path / prepared.FILE).write_text(GOOD, "utf-8")
    assert [one.id for one in prepared.open_prepared(str(knowledge))] == ["flood"]
    assert len(prepared.open_prepared("bank")) == 5


def test_a_sum_is_counted_once_for_each_person_and_a_time_is_none() -> None:
    found = sum_up(
        [
            (1, "Верните 1500 рублей, я уже писал про 1 500 руб"),
            (1, "Верните 900 рублей"),
            (2, "Потерял 20 тыс. руб."),
            (3, "$30 gone"),
            (4, "Пришёл в 18:30, заказ 4512"),
        ]
    )
    assert (found.sums, found.people) == ({"roubles": 21500.0, "dollars": 30.0}, 3)
