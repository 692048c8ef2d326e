"""Language id: script and small words first, the model for what is left."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otklik.enums import Language
from otklik.language.identify import has_words, identify

RUSSIAN = [
    "Третий день нет связи, верните деньги",
    "спс",
    "рахмет за помощь, всё хорошо",
    "Горілка дорога у вас, почему?",
    "@sberbank почему не работает приложение https://t.co/abc",
    "мтс говно",
    "Кириллица и Wi-Fi тоже по-русски",
    "iPhone купил у вас, доволен",
    "Ничего не работает, жаксы",
]
ENGLISH = [
    "@united my flight was cancelled again",
    "Worst service ever",
    "thx",
    "The staff were rude and the food was cold",
]
OTHER = [
    "Дуже погане обслуговування, більше не прийду",
    "Қызмет көрсету өте нашар, енді келмеймін",
    "Das ist sehr schlecht und ich will mein Geld zurück",
    "El servicio es muy malo y nadie responde",
    "Обслужването е ужасно, никога повече няма да дойда",
    "这个服务很差",
    "خدمة سيئة جدا",
    "",
    "😀😀😀",
    "https://t.co/abc @user 100",
]


@pytest.mark.parametrize("text", RUSSIAN)
def test_russian_is_russian_also_with_foreign_words_inside(text: str) -> None:
    assert identify(text) is Language.RUSSIAN


@pytest.mark.parametrize("text", ENGLISH)
def test_english_is_english(text: str) -> None:
    assert identify(text) is Language.ENGLISH


@pytest.mark.parametrize("text", OTHER)
def test_other_languages_and_wordless_texts_are_other(text: str) -> None:
    assert identify(text) is Language.OTHER


def test_links_names_and_signs_are_no_words() -> None:
    assert not has_words("https://t.co/abc @user 100 😀")
    assert has_words("ой")


@given(st.text(max_size=200))
def test_any_text_has_an_answer(text: str) -> None:
    assert identify(text) in Language
