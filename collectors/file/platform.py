"""The `File` platform: rows of an export become mentions, the bad ones go to quarantine."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any, ClassVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, field_validator

from collectors._text import bounded_id, clean, clean_name, clean_original
from collectors.file.columns import FIELDS, map_columns
from collectors.file.dates import read_date
from collectors.file.readers import Row, kind_of, read_rows
from otklik.errors import InputError
from otklik.platforms import (
    BadRow,
    CollectedAuthor,
    CollectedMention,
    CollectedThread,
    Cursor,
    Page,
    Platform,
    PlatformSettings,
    SourceCheck,
)

STARS = re.compile(r"[★⭐]")
RATING = re.compile(r"(\d+(?:[.,]\d+)?)(?:\s*(?:/|из|of|out of)\s*(\d+(?:[.,]\d+)?))?\D*")
PARTS = (("pros", "Достоинства"), ("cons", "Недостатки"), ("text", "Комментарий"))


class FileSettings(PlatformSettings):
    """Settings of one export.

    Attributes:
        path: the file; `.jsonl`, `.csv`, `.tsv`, `.xlsx`, the text ones also with `.gz`.
        dataset: name space of the ids; the file's name without endings by default. Given, it
            also keeps rows without an id apart from equal rows of other files.
        columns: field → header where guessing fails, e.g. ``{"text": "Комментарий"}``. Fields:
            text, pros, cons, id, author, author_id, followers, registered, date, rating, url,
            parent, thread, platform.
        timezone: of dates that name none.
        day_first: how 03.04.2024 is read.
        rating_scale: the best rating, in points.
        base_url: not used, nor are the other limits of calls: a file is read from disk.
        encoding, delimiter, sheet: only where they are not found out rightly.
    """

    path: str = Field(min_length=1)
    dataset: str = ""
    columns: dict[str, str] = Field(default_factory=dict)
    timezone: str = "Europe/Moscow"
    day_first: bool = True
    rating_scale: float = Field(default=5.0, gt=0)
    encoding: str = ""
    delimiter: str = Field(default="", max_length=1)
    sheet: str = ""

    @field_validator("columns")
    @classmethod
    def _fields_exist(cls, columns: dict[str, str]) -> dict[str, str]:
        if unknown := columns.keys() - FIELDS.keys():
            raise ValueError(f"no field {sorted(unknown)}; there are {sorted(FIELDS)}")
        return columns

    @field_validator("timezone")
    @classmethod
    def _zone_exists(cls, zone: str) -> str:
        try:
            ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ValueError(f"no time zone {zone!r}") from error
        return zone


class File(Platform[FileSettings]):
    """One export. It cannot be answered, and an unchanged file is not read again.

    Limit: a page of 1,000 rows is one transaction of a tenth of a second.
    """

    name = "file"
    title = "Файл"
    settings_type = FileSettings
    rights = ("none: the file must be readable for the process",)
    token_steps = ("No token is needed: put the export on the machine and give its `path`.",)
    cannot = (
        "answer or moderate: an export has no way back",
        "see deletions: a row that is absent from a later export stays known",
        "follow an author or a thread beyond what the columns say",
    )
    PAGE_ROWS: ClassVar[int] = 1_000

    def collect(self, cursor: Cursor) -> Iterator[Page]:
        """Pages of up to `PAGE_ROWS` rows; `{"row": n}` in the cursor goes on after n rows.

        A file that changed since is read from its start: identities see to it that nothing
        comes twice.

        Raises:
            InputError: the file cannot be read, or has no column with the text.
        """
        state = _state_of(Path(self.settings.path))
        known = {key: cursor[key] for key in state if key in cursor}
        is_same = known == state or not known
        if is_same and cursor.get("is_done"):
            return
        done = int(cursor.get("row", 0)) if is_same else 0
        reading = _Reading(self.settings)
        batch: list[CollectedMention | BadRow] = []
        count, share = 0, None
        for count, row in enumerate(reading.rows(), start=1):
            found = reading.mention_or_fault(row)
            share = row.share
            if count > done:
                batch.append(found)
            if len(batch) >= self.PAGE_ROWS:
                yield _page(batch, {"row": count, **state}, share)
                batch = []
        yield _page(batch, {"row": count, **state, "is_done": True}, 1.0)

    def rows(self) -> Iterator[tuple[int, CollectedMention | BadRow]]:
        """Every row with the line it begins on, in the order of the file.

        Raises:
            InputError: the file cannot be read, or has no column with the text.
        """
        reading = _Reading(self.settings)
        for row in reading.rows():
            yield row.line, reading.mention_or_fault(row)

    def check(self) -> SourceCheck:
        """Read the beginning of the file and say how its columns are understood."""
        reading = _Reading(self.settings)
        found = [reading.mention_or_fault(row) for row in islice(reading.rows(), 100)]
        good = [entry for entry in found if isinstance(entry, CollectedMention)]
        columns = ", ".join(f"{field} ← {header}" for field, header in reading.columns.items())
        return SourceCheck(
            ok=bool(good) or not found,
            message=f"{len(good)} of the first {len(found)} rows are good; {columns}",
            newest_at=max((m.published_at for m in good if m.published_at), default=None),
        )


class _Reading:
    """One pass over the file, which remembers what it has seen for identities."""

    def __init__(self, settings: FileSettings) -> None:
        self.settings = settings
        self.path = Path(settings.path)
        self.columns: dict[str, str] = dict(settings.columns)
        self.dataset = settings.dataset or re.sub(r"(\.\w+)?(\.gz)?$", "", self.path.name)
        self.space = settings.dataset or "import"
        self._zone = ZoneInfo(settings.timezone)
        self._equal: Counter[bytes] = Counter()
        self._lines_by_id: dict[str, int] = {}

    def rows(self) -> Iterator[Row]:
        """Rows; columns are understood from the header, in JSONL from all keys seen so far."""
        settings = self.settings
        headers: dict[str, None] = {}
        failure: InputError | None = None
        rows = read_rows(
            self.path,
            encoding=settings.encoding,
            delimiter=settings.delimiter,
            sheet=settings.sheet,
        )
        for row in rows:
            if row.cells.keys() <= headers.keys():
                yield row
                continue
            headers |= dict.fromkeys(row.cells)
            try:
                self.columns = map_columns(headers, settings.columns, self.path.name)
            except InputError as error:
                if kind_of(self.path) != "jsonl":
                    raise
                failure = error
                yield row._replace(wrong=str(error))
            else:
                failure = None
                yield row
        if failure is not None:
            raise failure

    def mention_or_fault(self, row: Row) -> CollectedMention | BadRow:
        """The mention a row stands for, or why it stands for none."""
        if row.wrong:
            return self._bad(row, row.wrong)
        text, notes = clean(self._text(row))
        if not text.strip():
            return self._bad(row, "no text")
        given = self._cell(row, "id")
        if given in self._lines_by_id:
            return self._bad(row, f"id {given} stands on line {self._lines_by_id[given]} already")
        date = self._raw(row, "date")
        published_at = None
        if date not in (None, ""):
            published_at = read_date(date, self._zone, day_first=self.settings.day_first)
            if published_at is None:
                notes["unreadable_date"] = clean_name(date)
        rating, is_rating_odd = self._rating(row)
        if is_rating_odd:
            notes["unreadable_rating"] = clean_name(self._raw(row, "rating"))
        if given:
            self._lines_by_id[given] = row.line
            external_id, ordinal, space = self._given_id(given), None, self.dataset
        else:
            external_id, ordinal = self._content_id(row, text)
            space = self.space
        parent = self._cell(row, "parent") if given else ""
        parent_id = self._given_id(parent) if parent else None
        spoken = self.columns.get("text")
        others = {header: value for header, value in row.cells.items() if header != spoken}
        original = {**clean_original(others), **notes}
        if ordinal is not None:
            original["ordinal"] = ordinal
        return CollectedMention(
            external_id=external_id,
            thread=self._thread(row, space, parent_id or external_id),
            author=self._author(row, space, external_id),
            text=text,
            parent_external_id=parent_id,
            published_at=published_at,
            rating=rating,
            url=self._url(row),
            original=original,
        )

    def _given_id(self, number: str) -> str:
        return bounded_id(f"{self.dataset}/{number}")

    def _text(self, row: Row) -> str:
        cells = {field: self._raw(row, field) for field, _ in PARTS}
        if "pros" not in self.columns and "cons" not in self.columns:
            return _plain(cells["text"])
        parts = [(title, _plain(cells[field]).strip()) for field, title in PARTS]
        return "\n".join(f"{title}: {part}" for title, part in parts if part)

    def _content_id(self, row: Row, text: str) -> tuple[str, int]:
        """Identity by content, and the place among equal contents of this file."""
        parts = [self.settings.dataset, text]
        parts += [self._cell(row, name) for name in ("author", "date", "rating", "url", "thread")]
        digest = hashlib.sha256("\x1f".join(parts).encode("utf-8", "replace")).digest()[:16]
        ordinal = self._equal[digest]
        self._equal[digest] += 1
        return f"{bounded_id(self.space)}/{digest.hex()}/{ordinal}", ordinal

    def _thread(self, row: Row, space: str, first_id: str) -> CollectedThread:
        """What the row was said about; where nothing tells, a review stands for itself."""
        title, platform = self._cell(row, "thread"), self._cell(row, "platform")
        if not title:
            return CollectedThread(external_id=first_id, title=platform or self.dataset)
        name = " · ".join(part for part in (platform, title) if part)
        return CollectedThread(external_id=bounded_id(f"{space}/thread/{name}"), title=name)

    def _author(self, row: Row, space: str, external_id: str) -> CollectedAuthor:
        name, number = self._cell(row, "author"), self._cell(row, "author_id")
        identity = number or name
        key = f"{space}/author/{identity}" if identity else f"anonymous/{external_id}"
        followers = self._cell(row, "followers")
        return CollectedAuthor(
            external_id=bounded_id(key),
            name=name,
            followers=int(followers) if followers.isascii() and followers.isdecimal() else None,
            registered_at=read_date(
                self._raw(row, "registered"), self._zone, day_first=self.settings.day_first
            ),
        )

    def _rating(self, row: Row) -> tuple[float | None, bool]:
        """Points of five, and whether there was something that could not be read."""
        value = self._cell(row, "rating")
        if not value:
            return None, False
        if stars := len(STARS.findall(value)):
            return (float(stars), False) if stars <= 5 else (None, True)
        found = RATING.fullmatch(value)
        if not found:
            return None, True
        scale = _number(found[2]) if found[2] else self.settings.rating_scale
        points = _number(found[1])
        if not scale or points > scale:
            return None, True
        return round(points * 5 / scale, 2), False

    def _url(self, row: Row) -> str:
        url = self._cell(row, "url")
        return url if url.startswith(("http://", "https://")) else ""

    def _raw(self, row: Row, field: str) -> Any:
        header = self.columns.get(field)
        return row.cells.get(header) if header else None

    def _cell(self, row: Row, field: str) -> str:
        value = self._raw(row, field)
        return clean_name(_plain(value)) if value not in (None, "") else ""

    def _bad(self, row: Row, reason: str) -> BadRow:
        raw = clean(row.raw, 2_000).text
        return BadRow(place=f"{self.path.name}:{row.line}", reason=clean_name(reason), raw=raw)


def _plain(value: Any) -> str:
    """A cell as text; spreadsheets keep whole numbers as 17.0, JSON nests authors."""
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        return _plain(value.get("name"))
    if isinstance(value, list):
        return "\n".join(map(_plain, value))
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)


def _number(text: str) -> float:
    return float(text.replace(",", "."))


def _state_of(path: Path) -> dict[str, int]:
    """Size and time of change: what tells that a file is still the one that was read."""
    try:
        stat = path.stat()
    except OSError:
        return {}
    return {"size": stat.st_size, "changed": stat.st_mtime_ns}


def _page(batch: list[CollectedMention | BadRow], cursor: Cursor, share: float | None) -> Page:
    return Page(
        mentions=tuple(entry for entry in batch if isinstance(entry, CollectedMention)),
        bad_rows=tuple(entry for entry in batch if isinstance(entry, BadRow)),
        cursor=cursor,
        progress=share,
    )
