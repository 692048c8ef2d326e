"""Rows out of files, one at a time, with the line each begins on."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import json
import re
import warnings
import zipfile
import zlib
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from collectors._text import decode_json_bytes
from otklik.errors import InputError

SAMPLE = 1_000_000  # bytes looked at to tell encoding and delimiter
LONGEST_CELL = 8_000_000  # characters; a quote that was never closed ends here
LARGEST_SHEET = 2_000_000_000  # bytes unpacked; beyond is a trap, not an export
DELIMITERS = (",", ";", "\t", "|")
UNREADABLE = (EOFError, OSError, zlib.error, zipfile.BadZipFile, KeyError, SyntaxError)
_ESCAPED = re.compile(r"[\udc80-\udcff]")


class Row(NamedTuple):
    """One row: its first line, its cells by header, or what is wrong with it.

    `share` of the file read so far, 0 … 1; None when unknown.
    """

    line: int
    cells: dict[str, Any]
    wrong: str
    raw: str
    share: float | None


def kind_of(path: Path) -> str:
    """`jsonl`, `csv` or `xlsx`, by the file's name.

    Raises:
        InputError: neither.
    """
    suffix = Path(path.name.removesuffix(".gz")).suffix.lower()
    kind = {".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "jsonl", ".csv": "csv"}.get(suffix)
    kind = kind or {".tsv": "csv", ".txt": "csv", ".xlsx": "xlsx", ".xlsm": "xlsx"}.get(suffix)
    if kind is None:
        raise InputError(f"{path.name}: neither JSONL, CSV nor XLSX by its name")
    return kind


def read_rows(
    path: Path, *, encoding: str = "", delimiter: str = "", sheet: str = ""
) -> Iterator[Row]:
    """Rows of a file, in order; nothing of it is held in memory but the row at hand.

    Raises:
        InputError: the file is absent, cut off, or not what its name says.
    """
    readers: dict[str, Callable[[], Iterator[Row]]] = {
        "jsonl": lambda: _read_jsonl(path, encoding),
        "csv": lambda: _read_csv(path, encoding, delimiter),
        "xlsx": lambda: _read_xlsx(path, sheet),
    }
    try:
        yield from readers[kind_of(path)]()
    except FileNotFoundError:
        raise InputError(f"{path.name}: no such file") from None
    except UNREADABLE as error:
        raise InputError(f"{path.name}: cannot be read to its end: {error}") from error


class _Lines:
    """Text lines of a file, with what was read of it so far; lines can be put back."""

    def __init__(self, raw: BinaryIO, size: int, encoding: str, newline: str | None) -> None:
        self._raw, self._size = raw, max(size, 1)
        unpacked = gzip.GzipFile(fileobj=raw) if raw.read(2) == b"\x1f\x8b" else raw
        raw.seek(0)
        sample = unpacked.read(SAMPLE)
        unpacked.seek(0)
        self.encoding = encoding or _encoding_of(sample)
        self._stream = io.TextIOWrapper(
            unpacked, encoding=self.encoding, errors="surrogateescape", newline=newline
        )
        self._back: deque[str] = deque()
        self.number = 0
        self.record: list[str] = []
        self.is_at_end = False

    @property
    def share(self) -> float:
        return min(1.0, self._raw.tell() / self._size)

    def put_back(self, lines: list[str]) -> None:
        """Give lines again, before the rest of the file."""
        self._back.extendleft(reversed(lines))
        self.number -= len(lines)
        self.is_at_end = False

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._back.popleft() if self._back else self._stream.readline()
        if not line:
            self.is_at_end = True
            raise StopIteration
        self.number += 1
        if not line.isascii() and _ESCAPED.search(line):
            line = line.encode(self.encoding, "surrogateescape").decode("cp1251", "replace")
        self.record.append(line)
        return line


def _encoding_of(sample: bytes) -> str:
    if sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample)
    except UnicodeDecodeError:
        is_utf8 = decode_json_bytes(sample) == sample.decode("utf-8", "replace")
        return "utf-8-sig" if is_utf8 else "cp1251"
    return "utf-8-sig"


def _read_jsonl(path: Path, encoding: str) -> Iterator[Row]:
    with path.open("rb") as raw:
        lines = _Lines(raw, path.stat().st_size, encoding, None)
        for line in lines:
            lines.record.clear()
            if not line.strip():
                continue
            if line.strip() == "[":
                raise InputError(f"{path.name}:{lines.number}: one JSON array, not a row a line")
            try:
                cells, wrong = json.loads(line), ""
            except (ValueError, RecursionError) as error:
                cells, wrong = {}, f"not JSON: {error}"
            if not isinstance(cells, dict):
                cells, wrong = {}, "not a JSON object"
            yield Row(lines.number, cells, wrong, line, lines.share)


def _read_csv(path: Path, encoding: str, delimiter: str) -> Iterator[Row]:
    csv.field_size_limit(LONGEST_CELL)
    with path.open("rb") as raw:
        lines = _Lines(raw, path.stat().st_size, encoding, "")
        first = next((line for line in lines if line.strip()), "")
        if first.lower().startswith("sep=") and len(first.strip()) == 5:
            delimiter, first = first.strip()[-1], next(lines, "")
        lines.put_back([first] if first else [])
        reader = csv.reader(lines, delimiter=delimiter or _delimiter_of(first))
        headers = _distinct(next(reader, []))
        while True:
            lines.record.clear()
            line = lines.number + 1
            try:
                values, wrong = next(reader), ""
            except StopIteration:
                return
            except csv.Error as error:
                values, wrong = [], str(error)
            if not values and not wrong:
                continue
            record = list(lines.record)
            wrong = wrong or _fault(values, headers, is_cut=lines.is_at_end)
            if wrong and len(record) > 1:
                lines.put_back(record[1:])
                record = record[:1]
            cells = {} if wrong else dict(zip(headers, values, strict=True))
            yield Row(line, cells, wrong, "".join(record), lines.share)


def _fault(values: list[str], headers: list[str], *, is_cut: bool) -> str:
    if is_cut:
        return "a quote is never closed"
    if len(values) != len(headers):
        return f"{len(values)} cells where the header has {len(headers)}"
    return ""


def _delimiter_of(header: str) -> str:
    """The delimiter that makes most columns of the header line."""
    return max(DELIMITERS, key=lambda mark: len(next(csv.reader([header], delimiter=mark), [])))


def _distinct(headers: list[str]) -> list[str]:
    """Headers without BOM and blanks around; equal ones get a number, empty ones a letter."""
    seen: dict[str, int] = {}
    names: list[str] = []
    for position, header in enumerate(headers, start=1):
        name = header.replace("\ufeff", "").strip() or f"column {position}"
        seen[name] = seen.get(name, 0) + 1
        names.append(name if seen[name] == 1 else f"{name} {seen[name]}")
    return names


def _read_xlsx(path: Path, sheet: str) -> Iterator[Row]:
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    with zipfile.ZipFile(path) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > LARGEST_SHEET:
            raise InputError(f"{path.name}: unpacks to more than {LARGEST_SHEET:,} bytes")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = load_workbook(path, read_only=True, data_only=False)
    except (InvalidFileException, ValueError) as error:
        raise InputError(f"{path.name}: not an XLSX workbook: {error}") from error
    try:
        if sheet and sheet not in book.sheetnames:
            raise InputError(f"{path.name}: no sheet {sheet!r}; there are: {book.sheetnames}")
        table: Any = book[sheet] if sheet else book.worksheets[0]
        total = table.max_row or 0
        table.reset_dimensions()
        headers: list[str] = []
        for line, values in enumerate(table.iter_rows(values_only=True), start=1):
            if all(value is None for value in values):
                continue
            if not headers:
                headers = _distinct([str(value or "") for value in values])
                continue
            row = dict(zip(headers, (*values, *[None] * len(headers)), strict=False))
            yield Row(line, row, "", repr(values), min(1.0, line / total) if total else None)
    finally:
        book.close()
