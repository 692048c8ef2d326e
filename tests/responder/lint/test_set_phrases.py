"""Set phrases by dictionary form: inflection and order of words do not hide them."""

from __future__ import annotations

import pytest

from otklik.verdicts import Span
from responder.lint.reading import sentences_of
from responder.lint.set_phrases import PhraseList, parse_list, phrase_list


def found(phrases: PhraseList, text: str) -> list[str]:
    spans = [span for one in sentences_of(text) for span in phrases.places(one)]
    return [text[span.start : span.end] for span in spans]


SORRY = parse_list(["приносить/принести извинение", "=thank you for reaching out"])


@pytest.mark.parametrize(
    "text",
    [
        "Приносим извинения",
        "принесли вам свои извинения",
        "Извинения приносит вся смена",
        "ИЗВИНЕНИЯМИ, принесёнными вчера",
    ],
)
def test_any_form_and_any_order_is_found(text: str) -> None:
    assert len(found(SORRY, text)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "Извинения кассира мы слышали, а пачку до сих пор никто не принёс.",
        "Приносим чай. Извинения позже.",
        "Reaching out, thank you.",
        "Thank you all for reaching out",
    ],
)
def test_words_far_apart_in_two_sentences_or_out_of_a_fixed_order_are_not(text: str) -> None:
    assert found(SORRY, text) == []


def test_a_figure_says_how_many_words_may_stand_between() -> None:
    near, far = parse_list(["ваш мнение @0"]), parse_list(["ваш мнение @3"])
    text = "Ваше как всегда честное мнение."
    assert found(near, text) == []
    assert found(far, text) == ["Ваше как всегда честное мнение"]


def test_a_pattern_stands_behind_a_tilde() -> None:
    assert found(parse_list([r"~ \bв\s+целях\b"]), "Это в  целях проверки.") == ["в  целях"]


@pytest.mark.parametrize(
    "name", ["canned_ru.txt", "canned_en.txt", "officialese_ru.txt", "officialese_en.txt"]
)
def test_the_shipped_lists_are_read_and_every_phrase_finds_something(name: str) -> None:
    phrases = phrase_list(name)
    kept = [phrase for listed in phrases.by_word.values() for phrase in listed]
    assert len(kept) + len(phrases.patterns) >= 25
    for phrase in kept:
        said = " ".join(min(term) for term in phrase.terms)
        assert all(term for term in phrase.terms), said


def test_places_are_of_the_text_and_not_of_the_sentence() -> None:
    text = "Дверь открыта. Приносим извинения."
    (span,) = (span for one in sentences_of(text) for span in SORRY.places(one))
    assert span == Span(start=15, end=33)
