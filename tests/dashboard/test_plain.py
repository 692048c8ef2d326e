"""Strangers' words are text: nothing in them survives as markup, and nothing hides."""

from __future__ import annotations

import ast
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.plain import (
    Html,
    Mark,
    fill,
    join,
    label,
    one_line,
    plain,
    show,
    table,
    veil,
    web_address,
)
from tests.dashboard.catalogue import DESK, calls, sources
from tests.dashboard.hostile import HOSTILE
from tests.dashboard.hostile_many import MANY

OURS = {"bdi", "span"}


class Reader(HTMLParser):
    """What a browser would make of it."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _value in attrs}

    def handle_data(self, data: str) -> None:
        self.text += data


def read(markup: str) -> Reader:
    reader = Reader()
    reader.feed(markup)
    reader.close()
    return reader


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_text_becomes_no_element_of_its_own(text: str) -> None:
    for markup in (plain(text), one_line(text), fill("<b>{x}</b>", x=plain(text))):
        found = read(markup)
        assert found.tags <= OURS | {"b"}
        assert found.attributes <= {"class", "dir", "data-code"}


def test_a_label_is_one_line_in_which_every_sign_of_markdown_is_escaped() -> None:
    for text in MANY:
        said = label(text, shown=4_000)
        assert "\n" not in said
        assert not re.search(r"[`*_\[\]()!$:<>~#|&]", re.sub(r"\\.", "", said)), text
        assert not re.search("[\u200b\u202a-\u202e\u2066-\u2069]", said), text
    assert label("я" * 100, shown=10) == "я" * 9 + "…"


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=300))
def test_any_text_stays_text(text: str) -> None:
    found = read(plain(text))
    assert found.tags <= OURS
    assert found.attributes <= {"class", "dir", "data-code"}


@given(
    st.text(alphabet="<>&\"' aб\n", max_size=60),
    st.lists(st.tuples(st.integers(0, 80), st.integers(0, 80)), max_size=5),
)
def test_marks_change_no_letter(text: str, spans: list[tuple[int, int]]) -> None:
    marks = [Mark(start, end, "case") for start, end in spans]
    assert read(plain(text, marks)).text == text


def test_a_mark_covers_exactly_its_span() -> None:
    assert '<span class="ot-case">&lt;b&gt;</span>' in plain("ab<b>cd", [Mark(2, 5, "case")])


def test_two_marks_may_overlap() -> None:
    markup = plain("abcdef", [Mark(0, 4, "case"), Mark(2, 6, "hostile")])
    assert '<span class="ot-case ot-hostile">cd</span>' in markup


def test_the_unseen_is_made_visible_and_its_power_taken() -> None:
    markup = plain("доб\u202eрый\u200b д\x00ень")
    assert "\u202e" not in markup
    assert "\u200b" not in markup
    assert 'data-code="202E"' in markup
    assert 'data-code="0000"' in markup


def test_a_family_emoji_stays_whole() -> None:
    assert "👨‍👩‍👧" in plain("👨‍👩‍👧")


def test_towers_of_marks_are_cut() -> None:
    assert len(read(plain("e" + "\u0301" * 80)).text) <= 4


def test_a_lone_surrogate_does_not_reach_the_wire() -> None:
    plain("a\ud800b").encode()
    fill("{x}", x="a\ud800b").encode()


def test_five_megabytes_are_cut() -> None:
    assert len(plain("я" * 5_000_000)) < 25_000


def test_values_that_nobody_escaped_are_escaped() -> None:
    assert fill("<i>{x}</i>", x="<script>") == "<i>&lt;script&gt;</i>"
    assert "<script>" not in table(["<script>"], [["<script>", plain("<script>")]])


def test_only_html_is_shown() -> None:
    with pytest.raises(TypeError):
        show("<b>text</b>")  # type: ignore[arg-type]
    assert isinstance(join([plain("a"), plain("b")]), Html)


@pytest.mark.parametrize(
    ("url", "leads"),
    [
        ("https://shop.example/1", True),
        ("http://127.0.0.1:8080/p#isso-1", True),
        ("javascript:alert(1)", False),
        ("JaVaScRiPt:alert(1)", False),
        ("data:text/html,x", False),
        ("//evil.example", False),
        ("/sign-out", False),
        ("", False),
    ],
)
def test_only_pages_of_the_web_are_linked(url: str, leads: bool) -> None:
    assert (web_address(url) is not None) is leads


def test_disguised_obscenity_is_veiled_in_its_place() -> None:
    text = "ну и пи3дец, товарищи"
    marks = veil(text)
    assert [text[mark.start : mark.end] for mark in marks] == ["пи3дец"]


def test_no_other_file_of_the_desk_makes_markup() -> None:
    """Markdown, unsafe flags and `st.html` would be ways around `dashboard.plain`."""
    forbidden = {"html", "markdown", "write", "caption", "info", "error", "warning", "success"}
    forbidden |= {"table", "dataframe", "title", "header", "subheader", "toast", "iframe", "text"}
    for path in sources():
        if path.name == "plain.py":
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                assert not (node.value.id == "st" and node.attr in forbidden), (path, node.lineno)
            if isinstance(node, ast.keyword):
                assert not (node.arg or "").startswith("unsafe_"), path


def test_html_is_made_only_where_escaping_is() -> None:
    """`Html(...)` elsewhere holds a constant or our own style sheet, never a value."""
    for path in sources():
        if path.name == "plain.py":
            continue
        for call in calls(ast.parse(path.read_text("utf-8")), {"Html"}):
            is_style = path == DESK / "frame.py" and isinstance(call.args[0], ast.JoinedStr)
            assert is_style or isinstance(call.args[0], ast.Constant), (path, call.lineno)
