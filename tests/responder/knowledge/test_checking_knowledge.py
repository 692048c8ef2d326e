"""`knowledge check`: contradictions, dates, owners, languages, keywords, each at its place."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from otklik.enums import Severity
from responder.knowledge.checking import CODES, Problem, check_knowledge
from responder.knowledge.file import SHIPPED, list_texts, read_contents

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
KNOWLEDGE = Path(__file__).resolve().parents[3] / "responder" / "knowledge"
FACT = """\
  - id: {id}
    ru: ["{ru}"]
    en: ["{en}"]
    topics: [{topic}]
    keywords: [{keywords}]
    owner: {owner}
    source: правила
    valid_from: 2026-01-01
"""


def fact(id: str, ru: str, en: str = "So it is.", more: str = "", **changes: str) -> str:
    values = {"topic": "place", "keywords": f"слово {id}", "owner": "управляющий", **changes}
    return FACT.format(id=id, ru=ru, en=en, **values) + more


def check(*facts: str, powers: str = "") -> list[Problem]:
    text = "facts:\n" + "".join(facts) + powers
    contents = read_contents([(text, "facts.yaml")], whole=False)
    return check_knowledge(contents, AT, days=14)


def codes(*facts: str, powers: str = "") -> list[str]:
    """Those of figures that quarrel; the English wordings here have none."""
    found = [one.code for one in check(*facts, powers=powers)]
    return [code for code in found if code.startswith("contradict")]


QUARRELS = [
    ("Кафе открыто каждый день с 9:00 до 21:00.", "Кафе работает ежедневно до 22:00."),
    ("Доставка по городу стоит 199 рублей.", "Привезём по городу за 250 рублей."),
    ("Деньги возвращаем на карту за 3 рабочих дня.", "Возврат на карту идёт 5 дней."),
    ("Во дворе 6 мест для гостей.", "Для гостей во дворе 8 мест."),
    ("Чай хранится 12 месяцев.", "Срок хранения чая 18 месяцев."),
    ("Скидка пенсионерам 10 %.", "Пенсионерам скидка 15 процентов."),
    ("Партия 7 снята с продажи 18 ноября.", "С продажи партия 7 снята 20 ноября."),
    ("Прививки делают до 31 января.", "Прививки делают до 15 февраля."),
    ("В субботу кафе открыто до 23:00.", "По субботам кафе работает до 22:00."),
]


@pytest.mark.parametrize(("one", "other"), QUARRELS)
def test_two_figures_for_one_thing_are_a_contradiction(one: str, other: str) -> None:
    assert codes(fact("a", one), fact("b", other)) == ["contradiction"]


PEACE = [
    ("Кафе открыто с 9:00 до 21:00.", "Кафе открыто до 21:00."),
    ("Кафе открыто до 21:00.", "31 декабря кафе открыто до 18:00."),
    ("Кафе открыто до 21:00.", "Летом кафе открыто до 23:00."),
    ("В субботу кафе открыто до 23:00.", "В воскресенье кафе открыто до 20:00."),
    ("1 января кафе закрыто.", "31 декабря кафе закрыто раньше."),
    ("Чай подорожал 1 октября.", "Кофе подорожал 1 ноября."),
    ("Кафе открыто до 21:00.", "Магазин открыт до 22:00."),
    ("Доставка по городу стоит 199 рублей.", "Доставка по городу идёт 90 минут."),
    ("Посылка идёт 7 дней.", "Деньги возвращаем за 3 дня."),
    ("Перевод идёт до 2 дней, возврат 3 дня.", "Возврат 3 дня."),
]


@pytest.mark.parametrize(("one", "other"), PEACE)
def test_other_things_other_days_and_equal_figures_are_none(one: str, other: str) -> None:
    assert codes(fact("a", one), fact("b", other)) == []


SOONER, LATER = (f"Кафе открыто до {hour}:00." for hour in (21, 22))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("    about: {branch: north}\n", "    about: {branch: south}\n"),
        ("    valid_until: 2026-12-01\n", ""),
    ],
)
def test_facts_of_different_branches_or_times_do_not_quarrel(one: str, other: str) -> None:
    apart = [fact("a", SOONER, more=one), fact("b", LATER, more=other)]
    if "valid" in one:
        apart[1] = apart[1].replace("2026-01-01", "2026-12-02")
    assert "contradiction" not in codes(*apart)


def test_a_fact_of_one_branch_quarrels_with_one_of_all() -> None:
    assert codes(fact("a", SOONER), fact("b", LATER, more="    about: {branch: x}\n")) == [
        "contradiction"
    ]


def test_facts_of_different_topics_do_not_quarrel() -> None:
    assert codes(fact("a", SOONER), fact("b", LATER, topic="delivery")) == []


def test_english_wordings_quarrel_as_well() -> None:
    one = fact("a", "Кафе открыто.", "The café is open until 21:00.")
    other = fact("b", "Мы работаем.", "The café closes late, the café is open until 22:00.")
    assert "contradiction" in codes(one, other)


POWER = """\
powers:
  - id: late
    topics: [place]
    ru: [начислить баллы за опоздание]
    en: [credit points for a delay]
    up_to: 300
    unit: points
    limits: {operator: 300, lead: 1000}
    owner: диспетчер
"""


@pytest.mark.parametrize(
    ("sum", "found"), [("300", []), ("1000", []), ("500", ["contradicts_power"])]
)
def test_a_fact_that_promises_another_sum_than_the_power_is_shown(
    sum: str, found: list[str]
) -> None:
    said = fact("a", f"За опоздание начисляем {sum} баллов.", f"We credit {sum} now.")
    said = said.replace("начисляем", "начислить можем")
    assert codes(said, powers=POWER) == found


BAD = [
    ("owner: управляющий", 'owner: "–"', "no_owner", (7, 12)),
    ("2026-01-01", "2026-01-01\n    valid_until: 2026-11-01", "expired", (10, 18)),
    ("2026-01-01", "2026-01-01\n    valid_until: 2026-11-30", "expires_soon", (10, 18)),
    ('    en: ["The hall has 12 seats."]\n', "", "missing_language", (3, 9)),
    ('    ru: ["В зале 12 мест."]\n', "", "missing_language", (3, 9)),
    ("has 12", "has 14", "languages_disagree", (4, 9)),
    ("2026-01-01", '2026-01-01\n    source_says: ["Иначе."]', "source_changed", (10, 18)),
    ("[слово hall]", "[]", "unreachable", (6, 15)),
    ("  - id: hall", "  - id: hall\n    proposed: true", "not_checked", (3, 15)),
]


@pytest.mark.parametrize(("old", "new", "code", "place"), BAD)
def test_each_problem_is_named_with_line_and_column(
    old: str, new: str, code: str, place: tuple[int, int]
) -> None:
    good = fact("hall", "В зале 12 мест.", "The hall has 12 seats.")
    assert check(good) == []
    assert old in good
    found = check(good.replace(old, new, 1))
    assert [(one.code, (one.line, one.column)) for one in found] == [(code, place)]
    assert found[0].severity is CODES[code]


def test_a_keyword_that_calls_for_two_facts_is_a_note() -> None:
    both = [fact(one, f"Здесь {one}.", keywords="парковка") for one in ("один", "два")]
    (found,) = check(*both)
    assert (found.code, found.fact_ids) == ("shared_keyword", ("один", "два"))
    scoped = [
        one + f"    about: {{branch: {place}}}\n"
        for one, place in zip(both, ("a", "b"), strict=True)
    ]
    assert check(*scoped) == []


@pytest.mark.parametrize("name", SHIPPED)
def test_the_shipped_knowledge_has_nothing_that_blocks(name: str) -> None:
    contents = read_contents(list_texts(KNOWLEDGE / f"{name}.yaml"), whole=True)
    for at in (AT, AT + timedelta(days=40)):
        found = check_knowledge(contents, at, days=14)
        assert [str(one) for one in found if one.severity is Severity.BLOCK] == []
