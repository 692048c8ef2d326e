"""Changes of a text, word by word."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from dashboard.approvals.wording import MOST_WORDS, Piece, changes, drawn

OLD = "Недостающее довезём сегодня до 20:00 бесплатно, курьер позвонит."
NEW = "Недостающее довезём завтра до 12:00 бесплатно, курьер вам позвонит."
texts = st.text(alphabet="аб в,.!<>\u202e\n", max_size=60)


@given(old=texts, new=texts)
def test_both_texts_can_be_read_off_the_pieces(old: str, new: str) -> None:
    pieces = changes(old, new)
    assert "".join(one.text for one in pieces if one.kind != "new") == old
    assert "".join(one.text for one in pieces if one.kind != "gone") == new


def test_whole_words_change_not_letters() -> None:
    gone = [one.text for one in changes(OLD, NEW) if one.kind == "gone"]
    assert gone == ["сегодня до 20"]
    new = [one.text for one in changes(OLD, NEW) if one.kind == "new"]
    assert new == ["завтра до 12", "вам "]


def test_an_unchanged_text_is_one_piece() -> None:
    assert changes(OLD, OLD) == [Piece("same", OLD)]


def test_a_very_long_text_is_shown_whole() -> None:
    long = "слово " * MOST_WORDS
    assert [one.kind for one in changes(long, long + "!")] == ["gone", "new"]


def test_strangers_markup_stays_text() -> None:
    shown = drawn(changes("<b>да</b>", "<script>нет</script> ![x](http://e.x/i.png)"))
    assert "<script>" not in shown
    assert (
        "&lt;script&gt;" in shown.replace('<bdi class="ot-plain" dir="auto">', "")
        or "&lt;" in shown
    )
    assert "<del" in shown
    assert "<ins" in shown
