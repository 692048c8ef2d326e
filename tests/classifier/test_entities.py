"""The company's own names in texts: inflected, misspelt, in quotes, ambiguous, in place."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier.entities import Finder
from classifier.lists import parse_lists
from otklik.language.normaliser import normalise
from otklik.subjects import Subject

LISTS = """kind,id,name,aliases,parent,note,strict
company,us,Чайный двор,Tea Yard|@teayard,,,
city,nn,Нижний Новгород,НН|Нижний,,,
city,spb,Санкт-Петербург,СПб|Питер|Petersburg,,,
city,ekb,Екатеринбург,ЕКБ|Ёбург,,,
city,orel,Орёл,,,,
city,myt,Мытищи,,,,
city,cheb,Набережные Челны,Челны,,,
branch,len,Ленинский проспект,пр. Ленинский,,,
branch,sad,Садовая,,spb,,
branch,mira,кафе на Мира,Мира,spb,,
branch,len_nn,улица Ленина,Ленина,nn,,
branch,len_spb,проспект Ленина,Ленина,spb,,
product,moment,карта Момент,Момент,,,
product,all,тариф Всё включено,Всё включено,,,
product,sam,Samsung,самсунг,,,
product,tai,Чёрный тай,тай|Black Thai,,,
product,iph,iPhone 15,айфон 15,,,
product,hill,Кисловодский нарзан,,,,
product,plus,Плюс,,,,no
product,max,Максимум,,,,yes
department,dost,служба доставки,отдел доставки,,,
context,words,пачка,,,,
"""
FINDER = Finder(parse_lists(LISTS, "lists.csv").entities)


def found(text: str) -> list[tuple[str, str]]:
    return [(one.id, one.text) for one in FINDER.find(text)]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Живу в Нижнем Новгороде", [("nn", "Нижнем Новгороде")]),
        ("были на Ленинском проспекте", [("len", "Ленинском проспекте")]),
        ("у вас в Мытищах ужас", [("myt", "Мытищах")]),
        ("из Набережных Челнов", [("cheb", "Набережных Челнов")]),
        ("оформил карту Момент", [("moment", "карту Момент")]),
        ("с картой «Момент» беда", [("moment", "картой «Момент»")]),
        ("с тарифом «Всё включено» хуже", [("all", "тарифом «Всё включено»")]),
        (
            "служба доставки, службе доставки",
            [("dost", "служба доставки"), ("dost", "службе доставки")],
        ),
        ("Чёрного тая нет", [("tai", "Чёрного тая")]),
        ("упился черным таем", [("tai", "черным таем")]),
        ("два самсунга и Samsung", [("sam", "самсунга"), ("sam", "Samsung")]),
        ("спасибо чайному двору", [("us", "чайному двору")]),
    ],
)
def test_a_name_is_found_in_any_inflection(text: str, named: list[tuple[str, str]]) -> None:
    assert found(text) == named


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("в спб и в ЕКБ", [("spb", "спб"), ("ekb", "ЕКБ")]),
        ("санкт петербург", [("spb", "санкт петербург")]),
        ("Санкт - Петербурга", [("spb", "Санкт - Петербурга")]),
        ("в Санктпетербурге", [("spb", "Санктпетербурге")]),
        ("ёбург, Ебурге", [("ekb", "ёбург"), ("ekb", "Ебурге")]),
        ("айфон 15 и айфон 14", [("iph", "айфон 15")]),
        ("iPhone 15!", [("iph", "iPhone 15")]),
        ("@teayard, hello", [("us", "@teayard")]),
        ("Tea Yard's staff", [("us", "Tea Yard")]),
        ("нн, а вот НН", [("nn", "НН")]),
    ],
)
def test_abbreviations_hyphens_numbers_and_both_alphabets_are_read(
    text: str, named: list[tuple[str, str]]
) -> None:
    assert found(text) == named


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("в Екатиринбурге", ["ekb"]),
        ("Екатеринбрг", ["ekb"]),
        ("кисловодкий нарзан", ["hill"]),
        ("Мытщи", []),  # six letters and fewer must be written right
        ("Питар", []),
        ("екатирибурге", []),  # two letters
        ("пачкой, пачка", []),  # words of context are nobody's name
    ],
)
def test_one_letter_may_be_wrong_in_a_long_name_only(text: str, named: list[str]) -> None:
    assert [one for one, _ in found(text)] == named


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("орёл парит", []),
        ("Орёл парит", []),  # the sentence's own capital
        ("ЖИВУ КАК ОРЁЛ В НЕБЕ", []),
        ("приехал из Орла", ["orel"]),
        ("в городе орле", ["orel"]),
        ("нет момента лучше", []),
        ("вернули за Момент", ["moment"]),
        ("тариф момент", ["moment"]),
        ("во всём мире мира нет", []),
        ("на Мира 5", ["mira"]),
        ("на садовой мебели пыль", []),
        ("на садовой опять очередь", ["sad"]),
        ("опять на садовой.", ["sad"]),
        ("максимум сто рублей", []),
        ("тариф Максимум", ["max"]),
        ("есть один плюс", ["plus"]),  # the lists say: always
    ],
)
def test_an_ordinary_word_needs_a_sign_that_it_is_a_name(text: str, named: list[str]) -> None:
    assert [one for one, _ in found(text)] == named


def test_the_longest_name_wins_and_matches_never_overlap() -> None:
    text = "Кафе на Мира, проспект Ленина, Нижний Новгород"
    spans = [(one.span.start, one.span.end) for one in FINDER.find(text)]
    assert spans == sorted(spans)
    assert all(end <= start for (_, end), (start, _) in pairwise(spans))
    assert [one.id for one in FINDER.find(text)] == ["mira", "len_spb", "nn"]


def test_of_two_things_with_one_name_the_city_beside_it_decides() -> None:
    here = FINDER.find("В Нижнем Новгороде на Ленина хамят")
    assert [(one.id, one.is_ambiguous) for one in here] == [("nn", False), ("len_nn", False)]
    nowhere = FINDER.find("Опять на Ленина хамят")
    assert {one.id for one in nowhere} == {"len_nn", "len_spb"}
    assert all(one.is_ambiguous for one in nowhere)
    assert Subject(named=nowhere).by_kind() == {}


def test_what_a_thing_belongs_to_is_known() -> None:
    (one,) = FINDER.find("были на Садовой вчера")
    assert one.within == ("spb",)
    assert Subject(named=(one,)).ids == ("sad", "spb")
    assert Subject().kinds == ("none",)


@given(
    st.lists(
        st.sampled_from([*"аА .«»\n-", "Садовой ", "в Мытищах", "НН", "\u200b", "😀", "\ud800"])
    )
)
def test_places_are_exact_in_any_text(parts: list[str]) -> None:
    text = "".join(parts)
    for one in FINDER.find(text):
        shown = text[one.span.start : one.span.end].encode("utf-8", "replace").decode()
        assert shown == one.text


@given(st.text(max_size=300))
def test_any_text_is_answered(text: str) -> None:
    assert FINDER.find(text) == FINDER.find(normalise(text))
