"""A fact of a neighbouring trouble is not cited: then the draft says what is not known yet."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from otklik.enums import Abuse, Approach, Claim, Language, Stance, Topic, Urgency
from otklik.verdicts import Verdict
from responder.drafting import DeterministicWriter, Draft, DraftRequest
from responder.knowledge.file import shipped_knowledge
from responder.points import split_points

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
WRITERS = {
    name: DeterministicWriter(shipped_knowledge(name)) for name in ("shop", "bank", "operator")
}


def written(house: str, text: str, topic: Topic, **changes: Any) -> Draft:
    verdict = Verdict(
        claim=changes.pop("claim", Claim.CONCRETE),
        claim_proba={},
        abuse=changes.pop("abuse", Abuse.NONE),
        abuse_proba={},
        stance=changes.pop("stance", Stance.CRITIC),
        stance_proba={},
        urgency=changes.pop("urgency", Urgency.NORMAL),
        urgency_parts={},
        topic=topic,
        topic_proba={},
        language=Language.RUSSIAN,
        abstained=False,
        model_version="test",
    )
    request = DraftRequest(
        text=text,
        verdict=verdict,
        approach=changes.pop("approach", Approach.APOLOGISE_AND_FIX),
        language=changes.pop("language", Language.RUSSIAN),
        at=AT,
        seed="test:1",
    )
    assert not changes
    return WRITERS[house].write(request)[0]


def cited(draft: Draft) -> set[str]:
    return {fact.id for fact in draft.facts}


NEIGHBOURS = [
    ("bank", "Банкомат захватил карту, захват карты за границей.", Topic.APP, "atm_money"),
    ("bank", "Каждый месяц идут списания по кредитной карте.", Topic.PRICE, "card_fee"),
    ("bank", "Приложение выдаёт ошибку при переводе.", Topic.APP, "app_state"),
    ("bank", "Никто ни за что не отвечает в этом банке.", Topic.STAFF, "support_hours"),
    ("bank", "Мошенники повесили на меня чужой кредит.", Topic.POLICY, "fraud_now"),
    ("operator", "Сим-карта отказалась активироваться.", Topic.QUALITY, "sim_delivery"),
    ("operator", "Ваш личный кабинет загоняет меня в могилу.", Topic.APP, "app_version"),
    ("shop", "Прислали чужой заказ, вместо улуна каркаде.", Topic.QUALITY, "data_shown"),
    ("shop", "Официантка принесла холодный чай.", Topic.STAFF, "swap"),
    ("shop", "Заказ отменили, потому что нет курьеров.", Topic.DELIVERY, "courier_rules"),
    ("shop", "Банка помята, крышка не закрывается.", Topic.QUALITY, "cafe_hours"),
    ("shop", "Официантка уронила палочки на пол.", Topic.STAFF, "staff_care"),
]


@pytest.mark.parametrize(("house", "text", "topic", "fact"), NEIGHBOURS)
def test_a_fact_of_a_neighbouring_trouble_is_not_cited(
    house: str, text: str, topic: Topic, fact: str
) -> None:
    assert fact not in cited(written(house, text, topic))


OWN = [
    ("bank", "Банкомат съел деньги и не выдал.", Topic.APP, "atm_money"),
    ("bank", "Не могу войти в приложение после обновления.", Topic.APP, "app_state"),
    ("operator", "Третий день ждём доставку симки.", Topic.DELIVERY, "sim_delivery"),
    ("operator", "Не могу войти в личный кабинет.", Topic.APP, "app_version"),
    ("shop", "Открыла приложение, а там чужие заказы и адрес.", Topic.APP, "data_shown"),
    ("shop", "Купила пачку улуна, невкусный вышел чай.", Topic.QUALITY, "swap"),
    ("shop", "Курьер бросил коробку и не позвонил.", Topic.DELIVERY, "courier_rules"),
    ("shop", "С карты два раза списали за один заказ.", Topic.PRICE, "double_charge_rule"),
]


@pytest.mark.parametrize(("house", "text", "topic", "fact"), OWN)
def test_the_trouble_that_a_fact_is_about_still_gets_it(
    house: str, text: str, topic: Topic, fact: str
) -> None:
    assert fact in cited(written(house, text, topic))


def test_what_is_told_in_the_next_words_calls_for_the_fact_as_well() -> None:
    draft = written("shop", "Опять взял чёрный тай, партия 1107. Вкус пыли.", Topic.QUALITY)
    assert "recall_black_thai" in cited(draft)


MATTERS = [
    ("Сайт не даёт положить в корзину вторую пачку", "app_down"),
    ("На кассе сказали, что сертификат просрочен", ""),
    ("Доставка медленная стала", ""),
    ("Заказ так и не приехал", "not_delivered"),
    ("40 минут нас не замечали", "no_attention"),
    ("Весь день прождала, курьер так и не появился", "wait"),
]


@pytest.mark.parametrize(("text", "matter"), MATTERS)
def test_a_trouble_is_called_by_its_own_kind(text: str, matter: str) -> None:
    points = split_points(text, Topic.NONE, WRITERS["shop"].knowledge)
    assert points[0].matter_id == matter


def test_the_trouble_is_quoted_and_not_the_way_to_it() -> None:
    text = "Обещали, что в этот день привезут карту. Весь день ждала. Курьер не привёз карту."
    points = split_points(text, Topic.DELIVERY, WRITERS["bank"].knowledge)
    assert "Курьер не привёз карту." in [point.text for point in points]


def test_when_is_a_question_and_if_belongs_to_the_one_before() -> None:
    asked = split_points(
        "Заказ не приехал. Когда вернёте деньги?", Topic.PRICE, WRITERS["shop"].knowledge
    )
    assert [point.text for point in asked][-1] == "Когда вернёте деньги?"
    once = split_points(
        "Можно ли вернуть чай, если пачка открыта?",
        Topic.PRICE,
        WRITERS["shop"].knowledge,
        is_unhappy=False,
    )
    assert len(once) == 1


def test_who_answers_the_phone_is_not_the_cafe() -> None:
    draft = written("shop", "До поддержки дозвониться невозможно.", Topic.STAFF)
    assert "служб" in draft.text
    assert "кафе" not in draft.text


def test_praise_of_a_tea_is_thanked_as_praise_of_the_tea() -> None:
    draft = written(
        "shop",
        "Молочный улун на высоте! Спасибо девочкам",
        Topic.QUALITY,
        stance=Stance.PRAISE,
        claim=Claim.NONE,
        approach=Approach.THANK,
    )
    assert "ча" in draft.text
    assert "обслуживани" not in draft.text


def test_a_question_without_a_question_word_is_answered_as_a_question() -> None:
    draft = written(
        "shop",
        "А халва у вас без арахиса?",
        Topic.QUALITY,
        stance=Stance.QUESTION,
        approach=Approach.ANSWER,
    )
    assert cited(draft) == {"allergens"}


def test_a_threat_is_not_apologised_to() -> None:
    draft = written(
        "shop",
        "Знаю, во сколько кассирша выходит с работы, встречу и пожалеет",
        Topic.STAFF,
        stance=Stance.HEATED,
        abuse=Abuse.THREAT,
        urgency=Urgency.CRITICAL,
    )
    assert draft.approach is Approach.WARN
    assert "звин" not in draft.text


def test_a_text_that_says_nothing_gets_no_promise() -> None:
    draft = written(
        "shop",
        "Ну такое",
        Topic.NONE,
        stance=Stance.OTHER,
        claim=Claim.NONE,
        approach=Approach.ANSWER,
    )
    assert "ноября" not in draft.text
    assert draft.findings == ()


def test_abuse_that_only_sounds_like_opening_hours_gets_none() -> None:
    draft = written(
        "shop",
        "Ты кто такой, рот закрой",
        Topic.NONE,
        stance=Stance.HATER,
        claim=Claim.NONE,
        abuse=Abuse.INSULT,
        approach=Approach.ARGUE,
    )
    assert "cafe_hours" not in cited(draft)
