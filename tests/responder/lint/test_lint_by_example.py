"""Each finding of the lint by example: replies it must stop, and near ones it must not."""

from __future__ import annotations

import pytest

from responder.lint import CHECKS, lint
from responder.lint.codes import CODES
from responder.lint.values import Hit
from tests.responder.lint.example_files import CODES_WITH_FILES, Example, examples, is_russian

# codes of the grounding have their examples in tests/responder/grounding
GROUNDED_ELSEWHERE = frozenset(
    code for code in CODES if code.startswith(("unsupported", "uncited"))
)
LEAST, LEAST_ENGLISH, HELD_OUT = 25, 8, 5


def raw_hits(example: Example) -> list[Hit]:
    context = example.context()
    found = [hit for check in CHECKS for hit in check(example.text, context)]
    return [hit for hit in found if hit.code == example.code]


def bad(code: str) -> list[Example]:
    return [example for example in examples(code) if example.bad]


def good(code: str) -> list[Example]:
    return [example for example in examples(code) if not example.bad]


def test_every_code_has_an_example_file() -> None:
    others = GROUNDED_ELSEWHERE | {"beyond_powers"}
    assert set(CODES) - others <= set(CODES_WITH_FILES) <= set(CODES)


@pytest.mark.parametrize("code", CODES_WITH_FILES)
def test_there_are_enough_examples_of_each_kind_in_both_languages(code: str) -> None:
    for kind in (bad(code), good(code)):
        assert len(kind) >= LEAST
        assert sum(not is_russian(example.text) for example in kind) >= LEAST_ENGLISH
        assert sum(example.held_out for example in kind) >= HELD_OUT


@pytest.mark.parametrize("code", CODES_WITH_FILES)
def test_bad_replies_are_found_and_told_of(code: str) -> None:
    missed = [example.text for example in bad(code) if not is_told(example)]
    assert missed == []


def is_told(example: Example) -> bool:
    """Found, and at its place stands a finding: its own or the heavier one that took it in."""
    hits = raw_hits(example)
    told = lint(example.text, example.context())
    return bool(hits) and any(
        one.span.start < hit.span.end and hit.span.start < one.span.end
        for one in told
        for hit in hits
    )


@pytest.mark.parametrize("code", CODES_WITH_FILES)
def test_the_place_found_is_the_place_marked(code: str) -> None:
    marked = [one for one in bad(code) if one.span is not None and not one.only_near]
    places = {one.text: {(hit.span.start, hit.span.end) for hit in raw_hits(one)} for one in marked}
    wrong = [one.text for one in marked if one.span not in places[one.text]]
    assert wrong == []


@pytest.mark.parametrize("code", CODES_WITH_FILES)
def test_good_replies_near_the_line_are_let_through(code: str) -> None:
    stopped = [
        example.text
        for example in good(code)
        if any(one.code == code for one in lint(example.text, example.context()))
    ]
    assert stopped == []


def test_a_finding_says_why_and_what_to_do_in_both_languages() -> None:
    for code, says in CODES.items():
        texts = (says.message_ru, says.message_en, says.way_out_ru, says.way_out_en)
        assert all(len(text) > 10 for text in texts), code
        assert not is_russian(says.message_en), code
        assert is_russian(says.message_ru), code
