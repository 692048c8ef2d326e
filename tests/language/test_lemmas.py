"""Lemmas behind one door."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otklik.language import lemmas as module
from otklik.language.lemmas import backend, lemma, lemmas


def test_inflected_forms_share_a_lemma() -> None:
    assert lemma("деньгами") == lemma("денег") == lemma("деньги")
    assert lemmas(["операторы", "хамят"]) == [lemma("операторы"), lemma("хамят")]


def test_a_full_memory_costs_no_word_its_lemma(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "WORDS", 2)
    monkeypatch.setattr(module, "_memo", {})
    known = lemmas(["коробками", "операторы", "деньгами"])
    assert known[0] == "коробка"
    assert lemmas(["коробками", "ложками"]) == ["коробка", "ложка"]


def test_words_of_other_alphabets_stay_as_they_are() -> None:
    assert lemmas(["flights", "0000", "!", ""]) == ["flights", "0000", "!", ""]


def test_a_real_library_is_at_work_here() -> None:
    assert backend() in ("rumorph", "pymorphy3")


@given(st.lists(st.text(max_size=60), max_size=10))
def test_every_word_gets_exactly_one_lemma(words: list[str]) -> None:
    assert len(lemmas(words)) == len(words)
