"""The normal form and its way back to the original."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from otklik.language.normaliser import MAX_CHARS, normalise

_HOSTILE = st.text(
    alphabet="хуйпиздецaeocxy 03@*$!.-_#\u200b\u0301\u202eйё😀\n\t&<>[]|", max_size=200
)


@given(st.text(max_size=300) | _HOSTILE)
def test_any_text_gets_a_normal_form_whose_every_character_knows_its_place(text: str) -> None:
    normal = normalise(text)
    assert len(normal.offsets) == len(normal.text)
    assert all(0 <= place < max(len(text), 1) for place in normal.offsets)


@given(st.text(max_size=300) | _HOSTILE)
def test_tokens_follow_each_other_and_never_overlap(text: str) -> None:
    tokens = normalise(text).tokens
    assert all(0 <= token.start < token.end <= len(text) and token.form for token in tokens)
    assert all(left.end <= right.start for left, right in pairwise(tokens))


@given(st.text(max_size=300) | _HOSTILE)
def test_a_normal_form_holds_no_blank_but_single_spaces(text: str) -> None:
    normal = normalise(text).text
    assert normal == " ".join(normal.split())


def test_a_span_of_the_normal_form_is_found_in_the_original() -> None:
    original = "Ну и Х\u200bУ\u0301ЙНЯ, а не связь"
    normal = normalise(original)
    start = normal.text.index("хуйня")
    first, last = normal.span(start, start + 5)
    assert original[first:last] == "Х\u200bУ\u0301ЙНЯ"


def test_letters_set_apart_are_one_word_with_its_whole_place() -> None:
    original = "это п и з д е ц просто"
    token = next(token for token in normalise(original).tokens if token.form == "пиздец")
    assert original[token.start : token.end] == "п и з д е ц"


def test_marks_go_but_short_i_stays() -> None:
    assert normalise("Приве\u0301т, Ёлкии\u0306").text == "привет , елкий"


def test_mixed_alphabets_become_one() -> None:
    assert normalise("Cбepбaнк").text == "сбербанк"
    assert normalise("banк").text == "bank"


def test_repeats_are_shortened() -> None:
    assert normalise("Ооочень плохоооо!!!!!!").text == "очень плохо !!!"


def test_links_names_and_numbers_lose_their_face() -> None:
    assert (
        normalise("@ivan пишет на https://ya.ru/x 1500 руб").text
        == "@user пишет на httpurl 0000 руб"
    )


def test_signs_that_hide_nothing_part_words() -> None:
    assert normalise("да!нет").text == "да ! нет"


def test_only_the_beginning_of_an_endless_text_is_read() -> None:
    normal = normalise("слово " * 200_000)
    assert normal.truncated
    assert normal.tokens[-1].end <= MAX_CHARS


def test_the_empty_text_has_an_empty_form() -> None:
    assert normalise("").text == ""
    assert normalise("").tokens == []
