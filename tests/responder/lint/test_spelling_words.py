"""Spelling: slips are found with what was meant, names and new words are let be."""

from __future__ import annotations

import subprocess
import sys

import pytest

from otklik.language.grammar import is_russian_word, readings
from otklik.language.spelling import suggestions
from responder.lint import lint
from tests.responder.lint.example_files import context_of

needs_hunspell = pytest.mark.skipif(
    suggestions("recieved") is None, reason="no English dictionary (chunspell) is installed"
)


@pytest.mark.parametrize(
    ("slip", "meant"),
    [("Извените", "извините"), ("сертефикат", "сертификат"), ("достовка", "доставка")],
)
def test_what_was_meant_is_offered_first(slip: str, meant: str) -> None:
    offered = suggestions(slip)
    assert offered is not None
    assert offered[0] == meant


@needs_hunspell
def test_english_slips_are_found_and_british_spelling_is_none() -> None:
    assert (suggestions("recieved") or ("",))[0] == "received"
    for word in ("colour", "apologise", "neighbours", "centre", "grey", "cheque", "cancelled"):
        assert suggestions(word) is None, word


@pytest.mark.parametrize(
    "word", ["промокода", "кэшбэком", "постаматы", "шкворчалка", "Отклик", "ёлка", "да", "х" * 60]
)
def test_new_words_names_and_noise_are_no_slips(word: str) -> None:
    assert suggestions(word) is None


def test_a_word_of_the_comment_is_never_misspelt() -> None:
    text = "Достовка задержалась из-за снега."
    assert "misspelling" in codes(text, {})
    assert "misspelling" not in codes(text, {"comment": "Где моя достовка?"})
    assert "misspelling" not in codes(text, {"own": ["Достовка"]})


def test_a_misspelling_is_a_note_and_its_way_out_names_the_word() -> None:
    text = "Достовка задержалась из-за снега."
    (found,) = (one for one in lint(text, context_of(text, {})) if one.code == "misspelling")
    assert found.severity == "note"
    assert found.way_out_ru.endswith(": доставка")


def codes(text: str, values: dict[str, object]) -> set[str]:
    return {one.code for one in lint(text, context_of(text, values))}


def test_grammar_tells_tense_gender_and_kinds_of_names() -> None:
    assert readings("заказала")[0].has(Tense="Past", Gender="Fem", Number="Sing")
    assert readings("Сидоренко")[0].has(NameType="Sur")
    assert readings("достовка") == ()
    assert is_russian_word("доставка")
    assert not is_russian_word("достовка")


def test_the_english_dictionary_is_loaded_only_when_a_word_is_asked_for() -> None:
    code = "import sys, responder.lint; sys.exit(int('hunspell' in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
