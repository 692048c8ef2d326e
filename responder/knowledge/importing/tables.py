"""CSV: one row, one fact; headers in Russian or English, any usual delimiter and encoding."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from enum import Enum
from typing import Any, TypeVar

from otklik.enums import Language, Topic
from otklik.errors import InputError
from otklik.subjects import SUBJECT_KINDS
from responder.knowledge.importing.values import Read, ReadFact, Refused, whole_sentence
from responder.knowledge.values import Audience

E = TypeVar("E", bound=Enum)

_HEADERS = {
    "id": ("id", "ид", "код", "ключ"),
    "ru": ("ru", "текст", "факт", "ответ", "русский", "по-русски", "текст ru", "текст рус"),
    "en": ("en", "english", "английский", "по-английски", "text en", "текст en", "text", "answer"),
    "asked": ("asked", "question", "вопрос", "вопросы", "как спрашивают"),
    "topics": ("topics", "topic", "тема", "темы", "раздел"),
    "keywords": ("keywords", "ключевые слова", "слова"),
    "owner": ("owner", "хозяин", "владелец", "ответственный", "кто отвечает"),
    "person": ("person", "login", "логин", "сотрудник"),
    "source": ("source", "источник", "документ", "основание"),
    "valid_from": ("valid_from", "from", "since", "с", "действует с", "начало"),
    "valid_until": ("valid_until", "until", "to", "до", "по", "действует до", "окончание", "срок"),
    "audience": ("audience", "где говорить", "доступ", "видимость"),
    "company": ("company", "компания"),
    "product": ("product", "товар", "продукт", "линейка"),
    "branch": ("branch", "филиал", "точка", "магазин", "кафе", "отделение"),
    "city": ("city", "region", "город", "регион"),
    "department": ("department", "отдел", "служба"),
}
_TOPICS = {
    "доставка": Topic.DELIVERY,
    "качество": Topic.QUALITY,
    "товар": Topic.QUALITY,
    "персонал": Topic.STAFF,
    "сотрудники": Topic.STAFF,
    "цена": Topic.PRICE,
    "цены": Topic.PRICE,
    "оплата": Topic.PRICE,
    "приложение": Topic.APP,
    "сайт": Topic.APP,
    "место": Topic.PLACE,
    "помещение": Topic.PLACE,
    "правила": Topic.POLICY,
    "прочее": Topic.NONE,
}
_AUDIENCES = {
    **dict.fromkeys(("публично", "открыто", "всем", "открытый"), Audience.PUBLIC),
    **dict.fromkeys(("лично", "внутри", "закрыто", "закрытый", "в личном"), Audience.PRIVATE),
}
_ID = re.compile(r"[a-z0-9][a-z0-9_]{0,63}")
_DAYS = ("%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%d.%m.%y")


def decode(data: bytes, name: str) -> str:
    """The text of a file in UTF-8, UTF-16 with its mark, or Windows-1251.

    Raises:
        InputError: it is none of these.
    """
    encodings = ["utf-16"] if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ["utf-8-sig", "cp1251"]
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InputError(f"{name}: neither UTF-8 nor Windows-1251")


def read_table(text: str, name: str) -> Read:
    """Facts of a CSV text; rows that are wrong are refused, the others kept.

    Raises:
        InputError: the first line has no column for a text.
    """
    reader = csv.reader(io.StringIO(text), _dialect(text))
    columns = _columns(next(reader, []), name)
    read = Read()
    for cells, line in _rows(reader):
        row = {key: cells[place].strip() for key, place in columns.items() if place < len(cells)}
        try:
            read.facts.append(_fact({key: cell for key, cell in row.items() if cell}, name, line))
        except ValueError as error:
            read.refused.append(Refused(name, line, str(error)))
    return read


def _rows(reader: Any) -> Iterator[tuple[list[str], int]]:
    before = reader.line_num
    for cells in reader:
        if any(cell.strip() for cell in cells):
            yield cells, before + 1
        before = reader.line_num


def _dialect(text: str) -> type[csv.Dialect]:
    head = text.split("\n", 1)[0]
    best = max(",;\t", key=head.count)

    class Found(csv.excel):
        delimiter = best

    return Found


def _columns(header: list[str], name: str) -> dict[str, int]:
    names = {word: key for key, words in _HEADERS.items() for word in words}
    found: dict[str, int] = {}
    for place, title in enumerate(header):
        key = names.get(" ".join(title.lower().replace("ё", "е").split()).strip(" :()"))
        if key is not None:
            found.setdefault(key, place)
    if "ru" not in found and "en" not in found:
        known = ", ".join((*_HEADERS["ru"][:3], *_HEADERS["en"][:2]))
        raise InputError(f"{name}:1: no column holds the text of a fact; name one of {known}")
    return found


def _fact(row: Mapping[str, str], name: str, line: int) -> ReadFact:
    languages = ((Language.RUSSIAN, "ru"), (Language.ENGLISH, "en"))
    texts: dict[Language, tuple[str, ...]] = {
        language: (whole_sentence(row[key]),) for language, key in languages if key in row
    }
    if not texts:
        raise ValueError("no text in this row")
    if "id" in row and not _ID.fullmatch(row["id"]):
        raise ValueError(f"the id {row['id']!r} has other signs than a-z, 0-9 and _")
    kinds = [kind.value for kind in SUBJECT_KINDS]
    return ReadFact(
        line=line,
        texts=texts,
        source=row.get("source", f"{name}:{line}"),
        id=row.get("id", ""),
        asked=_parts(row.get("asked", ""), "[;|\n]"),
        topics=tuple(_word(part, _TOPICS, Topic) for part in _parts(row.get("topics", ""))),
        keywords=_parts(row.get("keywords", "")),
        owner=row.get("owner", ""),
        person=row.get("person", ""),
        valid_from=_day(row.get("valid_from")),
        valid_until=_day(row.get("valid_until")),
        audience=_word(row["audience"], _AUDIENCES, Audience) if "audience" in row else None,
        about={kind: _parts(row[kind]) for kind in kinds if kind in row},
    )


def _parts(cell: str, signs: str = "[;,|\n]") -> tuple[str, ...]:
    return tuple(filter(None, (part.strip() for part in re.split(signs, cell))))


def _word(text: str, words: Mapping[str, E], kind: type[E]) -> E:
    low = text.lower()
    try:
        return words[low] if low in words else kind(low)
    except ValueError as error:
        known = ", ".join((*words, *(str(one.value) for one in kind)))
        raise ValueError(f"{text!r} is not one of {known}") from error


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    for form in _DAYS:
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007 — a day has no zone
        except ValueError:
            continue
    raise ValueError(f"{text!r} is no date; write 2026-12-31 or 31.12.2026")
