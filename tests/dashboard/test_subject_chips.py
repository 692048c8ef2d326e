"""What a mention is about, as the case shows it and the queue filters by it."""

from __future__ import annotations

import pytest

from classifier.entities import Finder
from classifier.lists import parse_lists
from classifier.relevance import Relator
from dashboard import i18n
from dashboard.case.subject import subject
from otklik.subjects import Setting, Subject

LISTS = """kind,id,name,aliases,parent,note,strict
company,us,Чайный двор,,,,
branch,sadovaya,кафе на Садовой,Садовая,,,
branch,one,улица Ленина,Ленина,,,
branch,two,проспект Ленина,Ленина,,,
product,script,<script>alert(1)</script>,опасный товар,,,
namesake,museum,музей,,,,
"""


@pytest.fixture(autouse=True)
def russian(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(i18n, "current_language", lambda: "ru")


def shown(text: str, *, is_ours: bool = True) -> str:
    relator = Relator(Finder(parse_lists(LISTS, "lists.csv").entities))
    return subject(relator.subject(text, Setting(is_ours=is_ours)))


def test_things_of_ours_are_shown_once_by_kind_and_name() -> None:
    markup = shown("Были на Садовой. Вчера на Садовой хамили")
    assert markup.count("филиал: ") == 1
    assert "кафе на Садовой" in markup
    assert "О чём" in markup
    assert "О нас?" not in markup  # on a page of ours nobody doubts it


def test_a_name_of_two_things_carries_a_question_mark() -> None:
    markup = shown("Опять на Ленина хамят")
    assert markup.count("Так называется и кое-что другое") == 2


def test_a_search_hit_shows_its_score_with_the_signs() -> None:
    markup = shown("Чайный двор или музей", is_ours=False)
    assert "О нас?" in markup
    assert "наше имя" in markup
    assert "музей" in markup
    assert "возможно, не о нас" in markup


def test_names_of_the_lists_are_text_and_never_markup() -> None:
    assert "<script>" not in shown("Взял опасный товар")


def test_nothing_is_shown_where_nothing_is_known() -> None:
    assert subject(None) == ""
    assert subject(Subject()) == ""
