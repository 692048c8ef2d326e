"""What counts as ground: facts, statements, powers, own contacts; never a stranger's words."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from otklik.enums import Role, Severity
from responder.knowledge import Power
from responder.knowledge.file import shipped_knowledge
from responder.lint import LintContext, lint
from responder.lint.figures import figures
from responder.powers import UsedPower

Check = Callable[..., list[tuple[str, str]]]
SHOP = shipped_knowledge()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("90 минут", "полтора часа"),
        ("90 minutes", "one and a half hours is 90 minutes"),
        ("1,4 млн рублей", "1 400 000 рублей"),
        ("пятьдесят тысяч рублей", "50 000 рублей"),
        ("fifty thousand roubles", "50,000 roubles"),
        ("٦٠ минут", "60 минут"),
        ("５００ рублей", "500 рублей"),
        ("6О минут", "60 минут"),
        ("50 ООО рублей", "50000 рублей"),
        ("5 декабря", "до 05.12"),
        ("December 5", "5 декабря"),
        ("8 pm", "20:00"),
        ("две недели", "14 дней"),
        ("2 года", "24 месяца"),
        ("полгода", "6 месяцев"),
        ("half an hour", "30 minutes"),
        ("$500", "500 dollars"),
    ],
)
def test_one_figure_has_one_value_however_it_is_written(one: str, other: str) -> None:
    assert any(first.is_like(second) for first in figures(one) for second in figures(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("300 рублей", "300 баллов"),
        ("199 долларов", "199 рублей"),
        ("5 дней", "5 часов"),
        ("7 %", "7 дней"),
        ("9:00", "9 баллов"),
    ],
)
def test_equal_numbers_of_unlike_things_are_not_the_same_figure(one: str, other: str) -> None:
    assert not figures(one)[0].is_like(figures(other)[0])


def test_a_sum_the_client_named_may_be_restated_and_is_not_thereby_owed(check: Check) -> None:
    comment = "Верните 50000 рублей!"
    assert check("Вы пишете о 50000 рублей.", comment=comment) == []
    for text in (
        "Вам положено 50000 рублей.",
        "Вернём вам 50000 рублей до 24 ноября.",
        "50000 рублей уже отправлены.",
        "Подтверждаем 50000 рублей.",
        "Ваши 50000 рублей у нас.",
    ):
        assert check(text, comment=comment), text


def test_a_figure_of_a_fact_about_something_else_is_no_ground(check: Check) -> None:
    assert check("Кафе открыто до 20:00.", facts=("city_delivery",))
    assert check("По городу везём, если заказ до 20:00.", facts=("city_delivery",)) == []


def test_a_statement_approved_for_the_wave_is_ground(check: Check) -> None:
    text = "Сбой начался в 14:30, починим до 18:00."
    assert check(text)
    assert check(text, approved_texts=(text,)) == []


def test_to_find_out_and_answer_needs_a_day_and_no_fact(check: Check) -> None:
    assert check("Разберёмся и ответим здесь до 24 ноября.") == []
    assert check("Разберёмся и ответим.")
    assert check("Ответим здесь до 24 августа.")
    assert check("We shall look into it and answer here by 24 November.") == []
    assert check("We shall look into it.")


def test_money_and_goods_need_a_fact_even_with_a_day(check: Check) -> None:
    assert check("До 24 ноября вернём деньги за пачку.")
    assert check("До 24 ноября вернём деньги за пачку.", facts=("recall_black_thai",)) == []


def test_a_rule_is_no_proof_that_the_deed_is_done(check: Check) -> None:
    assert check("Подписка отключена.", kb="operator", facts=("subs_ban",))
    assert check("Партия 1107 снята с продажи.", facts=("recall_black_thai",)) == []


def test_the_authors_own_name_is_no_strangers_name(check: Check) -> None:
    assert check("Анна, спасибо, что написали.")
    assert check("Анна, спасибо, что написали.", author_name="Анна К.") == []


POWER = Power(
    id="late",
    topics=(),
    says=SHOP.powers[0].says,
    up_to=300,
    limits=((Role.APPROVER, 300),),
    owner="диспетчер",
    beyond=Role.LEAD,
)


def test_a_granted_power_is_ground_where_its_words_are_not_at_hand(check: Check) -> None:
    text = "До 24 ноября начислим 250 баллов за опоздание."
    given = UsedPower(power_id="late", sum=250, approved_by_role=Role.APPROVER)
    assert check(text, powers=(given,)) == []
    assert check(text.replace("250", "251"), powers=(given,))


def used(amount: int, role: Role | None) -> dict[str, object]:
    given = UsedPower(power_id="late", sum=amount, approved_by_role=role)
    return {"powers": (given,), "power_rules": (POWER,)}


def test_a_sum_within_a_used_power_is_ground(check: Check) -> None:
    text = "До 24 ноября начислим 250 баллов за опоздание."
    assert check(text)
    assert check(text, **used(250, Role.APPROVER)) == []


def test_a_sum_beyond_the_power_of_who_gave_it_needs_somebody_higher(check: Check) -> None:
    text = "До 24 ноября начислим 900 баллов за опоздание."
    assert ("beyond_powers", "900") in check(text, **used(900, Role.APPROVER))
    assert ("beyond_powers", "900") in check(text, **used(900, None))
    assert check(text, **used(900, Role.LEAD)) == []


@pytest.mark.parametrize(
    "text",
    [
        "Вернём вам 50000 рублей.",
        "Директора зовут Андрей Соколов.",
        "Роспотребнадзор нас проверил.",
        "Пишите на evil.example.",
        "Деньги возвращены.",
        "Подтверждаем: чай отравлен.",
    ],
)
def test_what_rests_on_nothing_blocks_with_a_reason_and_a_way_out(text: str) -> None:
    blocking = [one for one in lint(text, LintContext()) if one.severity is Severity.BLOCK]
    assert blocking
    assert all(one.message_ru and one.way_out_ru and one.span.end > 0 for one in blocking)


def test_a_policy_cannot_switch_grounding_off() -> None:
    off = LintContext(severities={"unsupported_promise": None, "unsupported_deed": Severity.NOTE})
    found = lint("Вернём вам деньги. Деньги возвращены.", off)
    weights = {one.code: one.severity for one in found}
    assert weights["unsupported_promise"] == weights["unsupported_deed"] == Severity.BLOCK


def test_a_very_long_text_is_checked_without_harm(check: Check) -> None:
    assert check("1" * 30_000 + " рублей вернём. " + "вы пишете " * 3_000)
