"""Is it about us? Search hits of three companies, namesakes among them."""

from __future__ import annotations

from functools import cache
from importlib import resources

import pytest

from classifier.entities import Finder
from classifier.lists import parse_lists
from classifier.relevance import Relator
from otklik.subjects import Setting, is_our_place
from tests.classifier.relevance_examples import BEELINE, EXAMPLES, FRESH, MEGAFON

SEARCH = Setting(is_ours=False)
IGNORED, HELD = 0.25, 0.5  # as in the shop's policy


@cache
def relator(company: str) -> Relator:
    shop = (resources.files("otklik.demo") / "entities.csv").read_text("utf-8")
    text = {"megafon": MEGAFON, "beeline": BEELINE, "tea": shop}[company]
    return Relator(Finder(parse_lists(text, company).entities))


def score(company: str, text: str, setting: Setting = SEARCH) -> float:
    relevance = relator(company).subject(text, setting).relevance
    assert relevance is not None
    return relevance.score


@pytest.mark.parametrize(
    ("examples", "least", "lost"), [(EXAMPLES, 66, 0), (FRESH, 38, 1)], ids=["shaping", "fresh"]
)
def test_hardly_anything_about_us_is_ignored_and_few_strangers_pass(
    examples: tuple[tuple[str, str, bool], ...], least: int, lost: int
) -> None:
    found = [(score(company, text), is_us) for company, text, is_us in examples]
    about_us = [value for value, is_us in found if is_us]
    strangers = [value for value, is_us in found if not is_us]
    assert len(found) >= least
    assert sum(value < IGNORED for value in about_us) <= lost
    assert sum(value >= HELD for value in about_us) >= 0.85 * len(about_us)
    assert sum(value >= HELD for value in strangers) <= 0.12 * len(strangers)


def test_on_a_page_of_ours_everything_is_about_us() -> None:
    for company, text, _ in EXAMPLES:
        assert score(company, text, Setting(is_ours=True)) >= 0.95


def test_a_thread_about_us_and_an_answer_to_us_speak_for_it() -> None:
    text = "да, у меня тоже самое"
    alone = score("tea", text)
    assert alone < HELD
    assert score("tea", text, Setting(is_ours=False, thread_title="Чайный двор, отзывы")) > HELD
    assert score("tea", text, Setting(is_ours=False, answers_us=True)) > HELD


def test_every_sign_is_named_with_its_words() -> None:
    relevance = relator("megafon").subject("Тренер орал в мегафон", SEARCH).relevance
    assert relevance is not None
    signs = {(sign.name, sign.text) for sign in relevance.signs}
    assert signs == {("company", "мегафон"), ("namesake", "орал"), ("namesake", "Тренер")}


def test_without_a_company_in_the_lists_nobody_knows() -> None:
    lists = parse_lists("kind,id,name\ncity,msk,Москва\n", "x")
    found = Relator(Finder(lists.entities)).subject("В Москве дождь", SEARCH)
    assert found.relevance is None
    assert found.ids == ("msk",)


@pytest.mark.parametrize(
    ("platform", "config", "said", "ours"),
    [
        ("isso", {"uris": ["/a"]}, None, True),
        ("vk", {"watch": ["wall"], "queries": []}, None, True),
        ("vk", {"queries": ["чайный двор"]}, None, False),
        ("x", {"query": "tea yard"}, None, False),
        ("mastodon", {"hashtags": ["tea"]}, None, False),
        ("rss", {}, None, False),
        ("rss", {}, True, True),
        ("isso", {}, False, False),
    ],
)
def test_a_source_is_a_place_of_ours_unless_it_searches_or_its_settings_say_so(
    platform: str, config: dict[str, object], said: bool | None, ours: bool
) -> None:
    assert is_our_place(platform, config, said) is ours
