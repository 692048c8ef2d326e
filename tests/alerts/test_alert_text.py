"""Strangers' words in messengers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otklik.alerts._text import ZERO_WIDTH_SPACE, defuse, plain, shorten, size

EVERYTHING = st.text(alphabet=st.characters(), max_size=200)


@given(EVERYTHING, st.integers(min_value=1, max_value=60))
def test_a_shortened_text_fits_and_can_be_sent(text: str, limit: int) -> None:
    short = shorten(plain(text), limit)
    assert size(short) == len(short.encode("utf-16-le")) // 2
    assert size(short) <= limit


@given(EVERYTHING)
def test_plain_text_holds_no_control_character(text: str) -> None:
    assert not any(ord(char) < 32 and char not in "\n\t" for char in plain(text))
    assert plain(plain(text)) == plain(text)


def test_an_emoji_is_never_cut_in_half() -> None:
    assert shorten("😀😀😀", 4) == "😀…"


@pytest.mark.parametrize(
    "alive", ["http://evil.example", "evil.example", "@everyone", "#tag", "/start", "t.me/x"]
)
def test_what_a_messenger_would_bring_to_life_is_defused(alive: str) -> None:
    dead = defuse(f"см. {alive} тут")
    assert alive not in dead
    assert dead.replace(ZERO_WIDTH_SPACE, "") == f"см. {alive} тут"


def test_ordinary_words_and_figures_stay_as_they_are() -> None:
    text = "Взял 2.5 кг за 1/2 цены. Вкус - пыль, и/или труха... Верните 100%!"
    assert defuse(text) == text


def test_direction_marks_and_broken_halves_are_taken_out() -> None:
    assert plain("a\u202eb\u2066c\ud800\x1b[31m") == "abc\ufffd[31m"
