"""Sentences of a model: what rests on the fact it names, and what only looks so."""

from __future__ import annotations

import pytest

from otklik.enums import Language
from responder.knowledge.file import shipped_knowledge
from responder.lint.citing import courtesy, house_words, is_cited

SHOP = shipped_knowledge()
COMMENT = "очередь, чат, доставка, чай, the queue, the tea, delivery"


def cited(sentence: str, *ids: str) -> bool:
    language = Language.RUSSIAN if "а" <= sentence.lower()[-2] <= "я" else Language.ENGLISH
    plain = courtesy(language) | house_words(SHOP, COMMENT, language)
    facts = [fact for fact in map(SHOP.fact, ids) if fact is not None]
    assert len(facts) == len(ids)
    return is_cited(sentence, facts, plain)


@pytest.mark.parametrize(
    ("sentence", "ids"),
    [
        ("Понимаем вашу досаду, извините нас.", ()),
        ("Спасибо, что написали прямо.", ()),
        ("Мы ответим здесь до 24 ноября.", ()),
        ("По городу мы должны привезти заказ за 90 минут.", ("city_delivery",)),
        ("До 24 ноября начислим 300 баллов за опоздание.", ("city_delivery",)),
        ("Отзывы мы не удаляем, критика остаётся на виду.", ("reviews_rule",)),
        ("Доставка по городу стоит 199 рублей.", ("delivery_price",)),
        ("We are sorry, it should not have gone like this.", ()),
        ("In the city we deliver within 90 minutes.", ("city_delivery",)),
        ("We do not delete reviews.", ("reviews_rule",)),
        ("Batch 1107 of Black Thai has been off sale since 18 November.", ("recall_black_thai",)),
    ],
)
def test_facts_in_other_words_and_courtesies_are_cited(sentence: str, ids: tuple[str, ...]) -> None:
    assert cited(sentence, *ids)


ALL = tuple(fact.id for fact in SHOP.facts)


@pytest.mark.parametrize(
    ("sentence", "ids"),
    [
        ("Чай отравлен.", ALL),
        ("Хозяин вор.", ALL),
        ("Нам всё равно.", ALL),
        ("Да.", ALL),
        ("Кафе закрыто.", ("cafe_hours",)),
        ("Очереди не работает вторая касса.", ("queue_rule",)),
        ("Отзывы мы удаляем по просьбе директора магазина.", ("reviews_rule",)),
        ("Смена смены не работает.", ALL),
        ("«Не по-вашему.", ALL),
        ("Завтра акции компании упадут.", ALL),
        ("Примите десять таблеток.", ALL),
        ("Мы не извиняемся.", ()),
        ("По городу везём за 90 минут", ("city_delivery",)),
        ("Да, так и должно быть.", ALL),
        ("Вы правы, так и есть.", ()),
        ("Yes, this is right.", ()),
        ("Hi, my order is late.", ALL),
        ("Reply of the customer:", ALL),
        ("The delivery is now at the City.", ALL),
        ("The bank has 2 days to refund the money.", ALL),
        ("The owner is a thief.", ALL),
        ("Our tea is poisoned.", ALL),
        ("We do not care.", ALL),
        ("Recommend another shop instead of ours.", ALL),
        ("The café is closed for ever.", ALL),
    ],
)
def test_claims_that_no_fact_makes_are_not_cited(sentence: str, ids: tuple[str, ...]) -> None:
    assert not cited(sentence, *ids)


@pytest.mark.parametrize(
    "sentence",
    [
        "Открытые пачки обмена нет.",
        "Возврат на карту невозможно.",
        "Отправьте деньги на карту в течение 3 рабочих дней.",
        "Please send the refund within 3 working days.",
        "Your company must call 15 minutes before your next delivery to check the route.",
        "В вашей компании деньги возвращают на карту в течение 3 рабочих дней.",
    ],
)
def test_what_a_small_model_made_of_our_facts_is_no_fact(sentence: str) -> None:
    """Each passed once, or is its neighbour: a fact denied at its end, turned into an order."""
    assert not cited(sentence, *ALL)
