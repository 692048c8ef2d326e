"""The lint of any text ends, stays in bounds and tells places that lie in the text."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from responder.lint import CHECKS, lint
from tests.responder.lint.example_files import CODES_WITH_FILES, context_of, examples

PIECES = [
    *(one.text for code in CODES_WITH_FILES for one in examples(code)[:3]),
    *("[[", "((", "{{", "<a ", "@@@", "....", "!!!", "«", "»", "\u202e", "\u200d", "ё", "-", "'"),
    *("a@b.c", "t.me/", "№ 1", "+7 ", "8(", "4111 ", "вы ", "не ", "ты ", "www.", "http://", "\n"),
]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=12)), max_size=12))
def test_any_text_is_linted_with_places_inside_it_in_order(pieces: list[str]) -> None:
    text = " ".join(pieces)
    found = lint(
        text, context_of(text, {"comment": "Заказ 48213", "recent": ["Чай вышел слабым."]})
    )
    places = [(one.span.start, one.span.end) for one in found]
    assert places == sorted(places)
    assert all(0 <= start <= end <= len(text) for start, end in places)


@pytest.mark.parametrize(
    "unit",
    [
        *("а", "a.", "вы ", "1 ", "не ", "@a", "((((", "[[[[", "<<<<", "+7", "ваше ", "\u200b"),
        *("Ольга ", "приносим ", "a" * 50 + " ", "достовка ", "thank you for ", "«", "ул. ", "%d"),
        *("4111 ", "пришлите номер ", "we will ", "🙂", "-", "x@y.", "http://a.", "**", "{{", "\n"),
    ],
)
def test_a_hundred_thousand_characters_of_anything_are_linted_in_seconds(unit: str) -> None:
    text = (unit * (100_000 // len(unit) + 1))[:100_000]
    context = context_of(text, {"recent": ["Чай вышел у нас слабым."]})
    start = time.process_time()
    for check in CHECKS:
        if "grounding" not in check.__module__:  # it is tested in a folder of its own
            assert sum(1 for _ in check(text, context)) <= len(text)
    assert time.process_time() - start < 20  # hangs, not hundredths, are what this is for


def test_an_empty_text_has_no_findings_of_its_own() -> None:
    assert lint("", context_of("", {})) == []
