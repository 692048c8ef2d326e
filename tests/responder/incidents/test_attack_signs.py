"""Fault or attack, by signs alone: loud trouble is none, hatred without a case is one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from otklik.enums import IncidentKind
from responder.incidents.attack_signs import Evidence, Speaks, Told, judge_kind

AT = datetime(2026, 11, 21, 20, 0, tzinfo=UTC)
INSULTS = (
    "Сборище бездарей, глаза бы не видели",
    "Позорище, а не люди, тьфу на вас",
    "Чтоб вам пусто было, бездельники",
    "Жалкие личности, ни стыда ни совести",
    "Гори оно всё, ваше заведение, ненавижу",
    "Кто вас вообще на свет пустил, ничтожества",
)
TROUBLES = (
    "Сайт не открывается с утра, да вы издеваетесь!!!",
    "Оплата прошла, заказа нет, вы что творите",
    "Третий час не могу войти, руки бы оторвать вашим программистам",
    "Карту списали дважды, верните деньги, паразиты",
    "Приложение вылетает на оплате, позор",
    "Ошибка 502 весь вечер, сколько можно",
)


def crowd(texts: tuple[str, ...], count: int, minutes: float, **more: object) -> list[Told]:
    """So many people, each some minutes after the one before."""
    return [
        Told(text=texts[n % len(texts)], at=AT + timedelta(minutes=minutes * n), **more)  # type: ignore[arg-type]
        for n in range(count)
    ]


def fresh(days: float) -> datetime:
    return AT - timedelta(days=days)


def test_paraphrased_insults_of_fresh_accounts_are_an_attack() -> None:
    judged = judge_kind(crowd(INSULTS, 6, 4, is_hater=True, registered_at=fresh(3)))
    assert judged.kind is IncidentKind.ATTACK
    assert judged.evidence.copies == 0.0
    assert judged.evidence.target == 1.0


def test_one_insult_copied_by_many_is_an_attack_where_no_platform_tells_ages() -> None:
    judged = judge_kind(crowd(INSULTS[:1], 30, 2, is_hater=True))
    assert judged.kind is IncidentKind.ATTACK
    (young,) = [one for one in judged.evidence.signs if one.name == "young"]
    assert (young.speaks, young.points) == (Speaks.UNKNOWN, 0)


def test_polite_copies_without_a_case_by_fresh_accounts_are_an_attack() -> None:
    copies = ("Никому не советую это место, обходите стороной",)
    judged = judge_kind(crowd(copies, 20, 1, registered_at=fresh(2), is_empty=True))
    assert judged.kind is IncidentKind.ATTACK


def test_trouble_that_many_tell_heatedly_within_an_hour_is_a_fault() -> None:
    told = crowd(TROUBLES, 30, 1, has_case=True)
    assert judge_kind(told).kind is IncidentKind.FAULT
    hateful = crowd(INSULTS, 18, 1, is_hater=True)
    assert judge_kind(told + hateful).kind is IncidentKind.FAULT, "cases outweigh the shouting"


def test_the_same_short_complaint_of_many_is_a_fault_though_it_is_a_copy() -> None:
    judged = judge_kind(crowd(("Сайт не работает",), 40, 0.5, registered_at=fresh(900)))
    assert judged.evidence.copies == 1.0
    assert judged.kind is IncidentKind.FAULT


def test_fresh_accounts_with_cases_are_customers() -> None:
    told = crowd(TROUBLES, 10, 2, has_case=True, is_hater=True, registered_at=fresh(1))
    assert judge_kind(told).kind is IncidentKind.FAULT


def test_a_few_haters_spread_over_days_are_no_attack() -> None:
    told = crowd(INSULTS, 6, 700, is_hater=True, registered_at=fresh(800))
    assert judge_kind(told).kind is IncidentKind.FAULT


def test_eight_critics_inside_do_not_hide_an_attack() -> None:
    wave = crowd(INSULTS, 30, 2, is_hater=True, registered_at=fresh(5))
    critics = crowd(TROUBLES, 8, 7, has_case=True, registered_at=fresh(700))
    assert judge_kind(wave + critics).kind is IncidentKind.ATTACK


def test_three_people_are_no_crowd() -> None:
    assert judge_kind(crowd(INSULTS, 3, 1, is_hater=True)).kind is IncidentKind.FAULT
    assert judge_kind([]).evidence == Evidence()


@pytest.mark.parametrize(("language", "said"), [("ru", "конкретный случай 20%"),
                                                ("en", "a concrete case 20%")])  # fmt: skip
def test_a_sign_is_told_in_words(language: str, said: str) -> None:
    found = Evidence(sample=10, claims=0.2)
    (claims,) = [one for one in found.signs if one.name == "claims"]
    assert claims.told(language) == said
    assert claims.speaks is Speaks.FOR


def test_what_was_kept_by_an_older_version_is_read() -> None:
    row = {"sample": 9, "haters": 0.9, "copies": 0.9, "claims": 0.0, "named": "attack", "old": 1}
    found = Evidence.from_row(row)
    assert (found.sample, found.target) == (9, 0.0)
    assert Evidence.from_row(found.as_row()) == found
