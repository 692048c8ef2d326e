"""The company's own lists, read from one CSV file; every mistake is named with its line.

Columns: `kind,id,name,aliases,parent,note`, and `strict` where it is wanted. Aliases are
separated by `|`. Written by people in a table editor, so: a comma, a semicolon or a tab between
columns, UTF-8 or Windows-1251, empty lines and lines that begin with `#` are left out.
"""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from otklik.errors import ConfigError
from otklik.subjects import WORD_KINDS, Entity, EntityKind

REQUIRED = ("kind", "id", "name")
COLUMNS = ("kind", "id", "name", "aliases", "parent", "note", "strict")
MAX_BYTES = 5_000_000
MAX_WORDS = 8  # of one name
_SHOWN = 12  # mistakes in one message
_ID = re.compile(r"[a-z0-9][a-z0-9_.-]{0,63}")
_STRICT = {"": None, "yes": True, "no": False, "да": True, "нет": False}


@dataclass(frozen=True)
class Lists:
    """What a file says: `text` as it was read, its SHA-256 (hex), rows in the file's order."""

    entities: tuple[Entity, ...] = ()
    text: str = ""
    digest: str = ""

    def count(self) -> dict[str, int]:
        """How many rows of each kind there are."""
        kinds = [one.kind for one in self.entities]
        return {kind.value: kinds.count(kind) for kind in EntityKind if kind in kinds}


@dataclass
class _Reading:
    file: str
    entities: list[Entity] = field(default_factory=list)
    mistakes: list[str] = field(default_factory=list)

    def mistake(self, line: int, text: str) -> None:
        self.mistakes.append(f"{self.file}:{line}: {text}")


def load_lists(path: Path) -> Lists:
    """The lists in the file `path`.

    Raises:
        ConfigError: unreadable, or wrong; then with file and line of each mistake.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror or error}") from error
    if len(raw) > MAX_BYTES:
        raise ConfigError(f"{path}: larger than {MAX_BYTES:,} bytes")
    return parse_lists(_decoded(raw, path), path.name)


def _decoded(raw: bytes, path: Path) -> str:
    for encoding in ("utf-8-sig", "cp1251"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ConfigError(f"{path}: neither UTF-8 nor Windows-1251")


def parse_lists(text: str, name: str) -> Lists:
    """The lists written as `text`; `name` is the file as the person knows it.

    Raises:
        ConfigError: with file and line of each mistake, the first dozen of them.
    """
    reading = _Reading(name)
    _read(text, reading)
    _check_ids(reading)
    _check_parents(reading)
    if reading.mistakes:
        shown = "\n".join(reading.mistakes[:_SHOWN])
        more = len(reading.mistakes) - _SHOWN
        raise ConfigError(shown + (f"\n… and {more} more" if more > 0 else ""))
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return Lists(tuple(reading.entities), text, digest)


def _read(text: str, reading: _Reading) -> None:
    rows = _rows(text, reading)
    line, head = next(rows, (1, []))
    columns = [cell.strip().lower() for cell in head]
    for column in columns:
        if column not in COLUMNS:
            reading.mistake(line, f"unknown column {column!r}; known: {', '.join(COLUMNS)}")
    missing = [column for column in REQUIRED if column not in columns]
    if missing:
        reading.mistake(line, f"the first row must name the columns; absent: {', '.join(missing)}")
    if len(set(columns)) < len(columns):
        reading.mistake(line, "a column stands here twice")
    if reading.mistakes:
        return
    for line, cells in rows:
        if len(cells) > len(columns) and any(cell.strip() for cell in cells[len(columns) :]):
            reading.mistake(line, f"{len(cells)} cells, but {len(columns)} columns")
            continue
        padded = [*cells, *[""] * len(columns)]
        _row({name: padded[at].strip() for at, name in enumerate(columns)}, line, reading)
    if not reading.entities and not reading.mistakes:
        reading.mistake(line, "there are no rows")


def _rows(text: str, reading: _Reading) -> Iterator[tuple[int, list[str]]]:
    lines = text.splitlines(keepends=True)
    first = next((one for one in lines if one.strip() and one[0] != "#"), "")
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    began = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells) and not cells[0].startswith("#"):
                yield began, cells
            began = reader.line_num + 1
    except csv.Error as error:
        reading.mistake(began, f"not a row of a table: {error}")


def _row(cells: dict[str, str], line: int, reading: _Reading) -> None:
    kind, id_, name = cells["kind"].lower(), cells["id"], cells["name"]
    aliases = tuple(one.strip() for one in cells.get("aliases", "").split("|") if one.strip())
    before = len(reading.mistakes)
    if kind not in {one.value for one in EntityKind}:
        reading.mistake(line, f"unknown kind {kind!r}; known: {', '.join(EntityKind)}")
    if not _ID.fullmatch(id_):
        reading.mistake(line, f"the id {id_!r} must be of a-z, 0-9, '_', '.', '-', 64 at most")
    strict = cells.get("strict", "").lower()
    if strict not in _STRICT:
        reading.mistake(line, f"strict must be yes, no or empty, found {strict!r}")
    _check_names((name, *aliases), line, reading)
    if len(reading.mistakes) == before:
        reading.entities.append(
            Entity(
                kind=EntityKind(kind),
                id=id_,
                name=name,
                aliases=aliases,
                parent=cells.get("parent", ""),
                note=cells.get("note", ""),
                strict=_STRICT[strict],
                line=line,
            )
        )


def _check_names(names: Sequence[str], line: int, reading: _Reading) -> None:
    for name in names:
        words = re.findall(r"[^\W_]+", name)
        if not words:
            reading.mistake(line, f"the name {name!r} has no letters")
        elif len(words) > MAX_WORDS:
            reading.mistake(line, f"the name {name!r} has more than {MAX_WORDS} words")


def _check_ids(reading: _Reading) -> None:
    lines: dict[str, int] = {}
    for one in reading.entities:
        if one.id in lines:
            reading.mistake(one.line, f"the id {one.id!r} stands in line {lines[one.id]} already")
        lines.setdefault(one.id, one.line)


def _check_parents(reading: _Reading) -> None:
    known = {one.id: one for one in reading.entities}
    for one in reading.entities:
        if not one.parent:
            continue
        if one.kind in WORD_KINDS:
            reading.mistake(one.line, f"a row of kind {one.kind} has no parent")
        elif one.parent not in known or known[one.parent].kind in WORD_KINDS:
            reading.mistake(one.line, f"there is no row with the id {one.parent!r} (parent)")
        elif one.id in parents_of(one.id, known):
            reading.mistake(one.line, f"{one.id!r} belongs to itself through its parents")


def shared_names(entities: Sequence[Entity]) -> dict[str, list[str]]:
    """Names that two entities have, each with their ids: a text with such a name names both."""
    found: dict[str, list[str]] = {}
    for one in entities:
        for name in {text.casefold().replace("ё", "е") for text in (one.name, *one.aliases)}:
            found.setdefault(name, []).append(one.id)
    return {name: ids for name, ids in found.items() if len(ids) > 1}


def parents_of(id_: str, known: dict[str, Entity]) -> tuple[str, ...]:
    """Ids of what an entity belongs to, nearest first; a circle is walked once."""
    found: list[str] = []
    parent = known[id_].parent
    while parent and parent in known and parent not in found:
        found.append(parent)
        parent = known[parent].parent
    return tuple(found)
