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
    assert len(found) == 4
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


def test_what_a_person_fills_in_is_ground_for_nothing() -> None:
    (one,) = prepared.parse_prepared(GOOD, "s.yaml")
    ground = prepared.ground(one, Language.RUSSIAN, BY)
    assert ground == ": . Новости до 12:00 23 ноября."


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
    assert len(prepared.open_prepared("bank")) == 4


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
