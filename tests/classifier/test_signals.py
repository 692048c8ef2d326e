"""Named facts: found, with their exact words; not found where they are not."""

import pytest

from classifier.signals import SIGNALS, read
from otklik.language.normaliser import normalise

FOUND = [
    ("Пишу третий раз, ответа нет", "repeated_contact", "третий раз"),
    ("Всё, ухожу к другому оператору", "churn", "ухожу к"),
    ("Буду жаловаться: подам в суд на вас", "lawsuit", "подам в суд"),
    ("I will sue you for this", "lawsuit", "sue you"),
    ("Ребёнок отравился вашей едой", "child_harmed", "Ребёнок отравился"),
    ("Вы полные дебилы", "second_person_insult", "Вы полные дебилы"),
    ("Мошенники украли деньги с карты", "money_taken", "Мошенники украли деньги"),
    ("Списали 1500 рублей", "amount", "1500 рублей"),
    ("Рейс задержали, сижу в аэропорту", "stuck", "сижу"),
    ("Заказ №12345 не привезли", "order_number", "Заказ №12345"),
    ("Заказал 12 ноября", "date", "12 ноября"),
    ("Вчера не работает ничего", "down_now", "не работает"),
    ("Продавец хамил", "rudeness", "Продавец хамил"),
    ("Ну и х*йня", "obscenity", "х*йня"),
    ("Чтоб вы сдохли", "threat", "Чтоб вы"),
    ("Был на линии, on hold", "hold", "on hold"),
]
ABSENT = [
    ("Спасибо, всё хорошо", {"obscenity", "insult_word", "threat", "churn", "fraud", "harm"}),
    ("Застрахуйте команду в Херсоне", {"obscenity", "insult_word", "threat"}),
    ("Ребята, отличный ресторан", {"child", "child_harmed"}),
    ("Приду ещё раз", {"repeated_contact"}),
]


@pytest.mark.parametrize(("text", "name", "words"), FOUND)
def test_a_fact_is_found_with_its_words(text: str, name: str, words: str) -> None:
    spans = {
        text[item.start : item.end] for item in read(normalise(text)).signals if item.name == name
    }
    assert words in spans


@pytest.mark.parametrize(("text", "names"), ABSENT)
def test_a_fact_that_is_not_there_is_not_found(text: str, names: set[str]) -> None:
    assert not names & {item.name for item in read(normalise(text)).signals}


def test_every_signal_found_is_a_known_one_with_a_weight() -> None:
    for text, _, _ in FOUND:
        for signal in read(normalise(text)).signals:
            assert signal.name in SIGNALS
            assert 0 < signal.weight <= 1
