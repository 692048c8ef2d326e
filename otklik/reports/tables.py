"""Tables on their way out: CSV and XLSX in which no cell is ever a formula.

What strangers wrote may begin with a sign that a spreadsheet takes for a formula. Every text
cell passes `safe_cell`; numbers stay numbers, times stay times.
"""

import csv
import io
import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

Cell = str | int | float | date | datetime | None
GUARD = "'"
LONGEST = 32_767  # what a cell of a spreadsheet holds
_STARTERS = frozenset("=+-@|%\u2212\t\r\n")
_WIDEST = 60


def safe_cell(value: object) -> Cell:
    """The value as a spreadsheet may have it; a text that could be a formula begins with ``'``.

    Signs are known in their full-width and small forms too, and behind spaces or characters
    that are not seen. Times lose their zone: give them in the reader's own.
    """
    if value is None or isinstance(value, bool):
        return None if value is None else str(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)
    if isinstance(value, int):
        return int(value)
    if isinstance(value, date):
        return value
    return _safe_text(str(value))


def _safe_text(text: str) -> str:
    text = text.encode("utf-8", "replace").decode("utf-8")
    is_live = _is_starter(text)
    text = ILLEGAL_CHARACTERS_RE.sub("", text).replace("\r\n", "\n").replace("\r", "\n")
    return (GUARD + text if is_live or _is_starter(text) else text)[: LONGEST - 1]


def _is_starter(text: str) -> bool:
    if text[:1] in _STARTERS and text:
        return True
    for sign in text:
        if sign.isspace() or unicodedata.category(sign) in {"Cc", "Cf", "Mn", "Me", "Zs"}:
            continue
        return bool(_STARTERS & set(unicodedata.normalize("NFKC", sign)[:1]))
    return False


@dataclass(frozen=True)
class Table:
    """Rows under named columns; `title` names the sheet and the file."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]

    def safe_rows(self) -> list[list[Cell]]:
        """Heads and rows, every cell safe."""
        return [[safe_cell(cell) for cell in row] for row in (self.columns, *self.rows)]

    def csv(self, language: str = "en") -> bytes:
        """UTF-8 with a mark, every text in quotes.

        In Russian as a Russian spreadsheet reads it: semicolons, and commas in numbers.
        """
        is_russian = language == "ru"
        out = io.StringIO()
        writer = csv.writer(
            out, delimiter=";" if is_russian else ",", quoting=csv.QUOTE_ALL, lineterminator="\r\n"
        )
        for row in self.safe_rows():
            writer.writerow([_written(cell, is_russian=is_russian) for cell in row])
        return out.getvalue().encode("utf-8-sig")

    def xlsx(self) -> bytes:
        """One sheet: bold heads that stay in sight, columns as wide as they need."""
        return workbook([self])


def _written(cell: Cell, *, is_russian: bool) -> str:
    if isinstance(cell, float):
        text = f"{cell:.6g}"
        return text.replace(".", ",") if is_russian else text
    if isinstance(cell, datetime):
        return cell.isoformat(" ", "seconds")
    return "" if cell is None else str(cell)


def workbook(tables: Sequence[Table]) -> bytes:
    """Several tables as the sheets of one XLSX file."""
    book = Workbook()
    first: Any = book.active
    book.remove(first)
    names: set[str] = set()
    for table in tables:
        sheet = book.create_sheet(_sheet_name(table.title, names))
        _fill_sheet(sheet, table)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _sheet_name(title: str, taken: set[str]) -> str:
    kept = "".join(sign if sign.isalnum() or sign in " -_,." else " " for sign in title)
    name = " ".join(kept.split())[:28] or "Sheet"
    number, unique = 1, name
    while unique.lower() in taken:
        number += 1
        unique = f"{name} {number}"
    taken.add(unique.lower())
    return unique


def _fill_sheet(sheet: Any, table: Table) -> None:
    rows = table.safe_rows()
    for number, row in enumerate(rows, 1):
        for place, value in enumerate(row, 1):
            cell = sheet.cell(row=number, column=place)
            cell.value = value
            if isinstance(value, str):
                cell.data_type = "s"  # never guessed from what it looks like
            if number == 1:
                cell.font = Font(bold=True)
    for place in range(1, len(table.columns) + 1):
        longest = max((len(str(row[place - 1] or "")) for row in rows), default=0)
        sheet.column_dimensions[get_column_letter(place)].width = min(longest + 2, _WIDEST)
    sheet.freeze_panes = "A2"
