"""Knowledge: facts found by meaning, never an expired or a private one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otklik.enums import Language, Topic
from otklik.errors import PolicyError
from responder.knowledge import Audience, Fact, Knowledge
from responder.knowledge.file import load_knowledge, parse_knowledge, shipped_knowledge
from tests.responder.knowledge.conftest import HEAD

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
SHOP = shipped_knowledge()

QUESTIONS = [
    ("Во сколько вы открываетесь в воскресенье?", "cafe_hours"),
    ("До скольки работаете?", "cafe_hours"),
    ("What time do you close?", "cafe_hours"),
    ("Чай отдаёт пылью", "recall_black_thai"),
    ("Что с партией 1107?", "recall_black_thai"),
    ("Black Thai tastes of dust", "recall_black_thai"),
    ("Курьер опоздал на два часа", "city_delivery"),
    ("My order was three hours late", "city_delivery"),
    ("Доставщик бросил пакет у подъезда", "courier_rules"),
    ("Привезли не тот улун", "wrong_item_rule"),
    ("They sent the wrong tea", "wrong_item_rule"),
    ("Коробка вся мятая и порвана", "damaged_package"),
    ("Третью неделю не могу вернуть деньги", "refund_term"),
    ("Where is my refund?", "refund_term"),
    ("С карты списали дважды", "double_charge_rule"),
    ("I was charged twice", "double_charge_rule"),
    ("Баллы сгорели", "points_rule"),
    ("Почему промокод не работает?", "promo_rule"),
    ("Всё подорожало, ценник космический", "price_change"),
    ("Приложение вылетает на оплате", "app_version"),
    ("The app crashes all the time", "app_version"),
    ("Есть ли у вас парковка?", "parking_place"),
    ("Do you have oat milk?", "plant_milk"),
    ("Нашла волос в чизкейке", "foreign_body"),
    ("Меня тошнило после вашего торта", "health"),
    ("Бариста нахамила", "staff_training"),
    ("Your waiter was rude", "staff_training"),
    ("В туалете грязно", "cleaning"),
    ("Поддержка не отвечает", "help_channel"),
    ("Сколько действует подарочный сертификат?", "gift_cards"),
    ("Как отписаться от рассылки?", "personal_data"),
    ("Удаляете отзывы", "reviews_rule"),
]


@pytest.mark.parametrize(("text", "fact_id"), QUESTIONS)
def test_a_question_in_either_language_finds_its_fact_first(text: str, fact_id: str) -> None:
    found = SHOP.find(text, Topic.NONE, Language.RUSSIAN, AT)
    assert found[0].fact.id == fact_id
    assert found[0].matched


@pytest.mark.parametrize(
    "text", ["Все плохо", "ну и ну", "Какая сегодня погода?", "", "🙂🙂", "asdf qwerty", "Who won?"]
)
def test_what_nobody_knows_about_finds_nothing(text: str) -> None:
    assert SHOP.find(text, Topic.QUALITY, Language.RUSSIAN, AT) == []


@given(
    st.integers(0, 2_000).map(lambda days: datetime(2023, 6, 1, tzinfo=UTC) + timedelta(days=days)),
    st.lists(st.sampled_from([word for fact in SHOP.facts for word in fact.keywords]), max_size=5),
    st.sampled_from(Topic),
)
def test_no_expired_and_no_private_fact_is_ever_found_for_a_public_reply(
    at: datetime, words: list[str], topic: Topic
) -> None:
    for one in SHOP.find(" ".join(words), topic, Language.RUSSIAN, at, limit=50):
        assert one.fact.is_valid(at)
        assert one.fact.audience is Audience.PUBLIC
    assert all(fact.is_valid(at) for fact in SHOP.general(topic, at))


def test_a_private_fact_is_found_only_for_a_private_answer() -> None:
    asked = ("положена ли компенсация", Topic.PRICE, Language.RUSSIAN, AT)
    assert SHOP.find(*asked) == []
    found = SHOP.find(*asked, audience=Audience.PRIVATE)
    assert [one.fact.id for one in found] == ["goodwill_limit"]


def test_the_last_day_of_a_fact_counts_in_full() -> None:
    summer = SHOP.fact("summer_hours")
    assert summer is not None
    last = datetime(2026, 8, 31, 23, 59, tzinfo=UTC)
    assert summer.is_valid(last)
    assert not summer.is_valid(last + timedelta(minutes=1))


def test_every_fact_has_an_owner_a_source_and_both_languages() -> None:
    for fact in SHOP.facts:
        assert fact.owner
        assert fact.source
        assert fact.text_ru
        assert not any("а" <= letter.lower() <= "я" for letter in fact.text_en), fact.id


def test_things_are_named_longer_before_shorter_and_by_either_language() -> None:
    assert [thing.id for thing in SHOP.things_in("Курьер привёз не тот чай")][:1] == ["courier"]
    assert "black_thai" in [thing.id for thing in SHOP.things_in("your Black Thai is bad")]
    assert SHOP.things_in("просто так") == []


def test_a_digest_changes_when_what_may_be_said_changes() -> None:
    text = SMALL.replace("С 9 до 21.", "С 9 до 22.")
    old, new = parse_knowledge(SMALL, "k"), parse_knowledge(text, "k")
    assert _only(old).digest != _only(new).digest
    other_source = parse_knowledge(SMALL.replace("source: door", "source: sign"), "k")
    assert _only(other_source).digest == _only(old).digest


def _only(knowledge: Knowledge) -> Fact:
    return knowledge.facts[0]


SMALL = (
    HEAD
    + """\
facts:
  - id: hours
    ru: ["С 9 до 21."]
    en: ["From 9 to 21."]
    topics: [place]
    keywords: [открыты, open]
    owner: manager
    source: door
    valid_from: 2026-01-01
powers: []
"""
)

BROKEN = [
    ('ru: ["С 9 до 21."]', "ru: [с 9, до 21]", 16, 10, "whole sentence"),
    ("topics: [place]", "topics: [plaice]", 18, 14, "did you mean 'place'"),
    ("topics: [place]", "topics: []", 18, 13, "needs a topic"),
    ("valid_from: 2026-01-01", "valid_from: soon", 22, 17, "YYYY-MM-DD"),
    ("valid_from: 2026-01-01", "valid_from: 2026-02-30", 22, 17, "YYYY-MM-DD"),
    (
        "valid_from: 2026-01-01",
        "valid_from: 2026-01-01\n    valid_until: 2025-01-01",
        23,
        18,
        "before valid_from",
    ),
    ("    owner: manager\n", "", 15, 5, "'owner'"),
    ("source: door", "sauce: door", 21, 5, "did you mean 'source'"),
]


@pytest.mark.parametrize(("old", "new", "line", "column", "said"), BROKEN)
def test_an_error_in_knowledge_names_line_and_column(
    old: str, new: str, line: int, column: int, said: str
) -> None:
    assert old in SMALL
    with pytest.raises(PolicyError) as caught:
        parse_knowledge(SMALL.replace(old, new, 1), "k.yaml")
    assert said in caught.value.message
    assert (caught.value.line, caught.value.column) == (line, column), str(caught.value)


def test_two_facts_of_one_id_are_refused(tmp_path: Path) -> None:
    fact = SMALL[SMALL.index("  - id: hours") : SMALL.index("powers")]
    path = tmp_path / "twice.yaml"
    path.write_text(SMALL.replace("powers", fact + "powers"), "utf-8")
    with pytest.raises(PolicyError, match="stands here twice"):
        load_knowledge(path)
