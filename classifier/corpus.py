"""Reads what the classifier learns from: gold labels, auxiliary sets, texts of our own.

Auxiliary rows whose text also stands in the gold set are left out (`TextKey`), always and for
every fold: an auxiliary head that has seen a gold text would flatter every figure.
"""

from __future__ import annotations

import csv
import gzip
import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from otklik.enums import Abuse, Claim, Stance, Topic, Urgency
from otklik.errors import InputError

_FIELD_LIMIT = 10_000_000
_KEY_LENGTH = 60
_NOT_CONTENT = re.compile(r"https?:\S+|www\.\S+|<url>|@\w+|<user>|&\w+;|&#\d+;")
_NOT_LETTERS = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class GoldRow:
    """One labelled comment, as the labelling guide has it. `own` rows never enter evaluation."""

    id: str
    text: str
    claim: Claim
    abuse: Abuse
    stance: Stance
    urgency: Urgency
    topic: Topic
    source: str = ""
    own: bool = False


@dataclass(frozen=True, slots=True)
class AuxRow:
    """One row of an auxiliary set: `label` is an index into the classes of its head."""

    text: str
    label: int


def text_key(text: str) -> str:
    """What two copies of one comment have in common: its first letters, links and names gone."""
    content = _NOT_CONTENT.sub(" ", text.lower().replace("ё", "е"))
    return _NOT_LETTERS.sub("", content)[:_KEY_LENGTH]


def load_gold(path: Path) -> list[GoldRow]:
    """Labelled rows of a JSONL file.

    Raises:
        InputError: the file is missing or a row is not as the guide has it (file:line).
    """
    return [_gold_row(row, path, number) for number, row in read_jsonl(path)]


def read_jsonl(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Rows with their 1-based line numbers; blank lines are passed over.

    Raises:
        InputError: missing file, wrong encoding, or a line that is not a JSON object.
    """
    try:
        with path.open(encoding="utf-8-sig") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    yield number, _json_object(line, path, number)
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: {error}") from error


def _json_object(line: str, path: Path, number: int) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path}:{number}: not JSON: {error}") from error
    if not isinstance(row, dict):
        raise InputError(f"{path}:{number}: a JSON object was expected")
    return row


def _gold_row(row: dict[str, Any], path: Path, number: int) -> GoldRow:
    try:
        return GoldRow(
            id=str(row.get("id", number)),
            text=str(row["text"]),
            claim=Claim(row["claim"]),
            abuse=Abuse(row["abuse"]),
            stance=Stance(row["stance"]),
            urgency=Urgency(int(row["urgency"])),
            topic=Topic(row["topic"]),
            source=str(row.get("source", "")),
            own=bool(row.get("own", False)),
        )
    except (KeyError, ValueError, TypeError) as error:
        raise InputError(f"{path}:{number}: not a labelled row: {error!r}") from error


@dataclass(frozen=True, slots=True)
class AuxHead:
    """One auxiliary task.

    Attributes:
        name: short name; its classes become the columns `name.class`.
        classes: the labels, in the order of `AuxRow.label`.
        files: file stems in the data folder.
        label: class of a row, or None where the row says nothing to this head.
    """

    name: str
    classes: tuple[str, ...]
    files: tuple[str, ...]
    label: Callable[[dict[str, str]], int | None]


def _of(column: str, mapping: dict[str, int]) -> Callable[[dict[str, str]], int | None]:
    return lambda row: mapping.get(row[column])


def _airline_topic(row: dict[str, str]) -> int | None:
    topics = {
        "Customer Service Issue": 0, "Flight Attendant Complaints": 0, "Late Flight": 1,
        "Cancelled Flight": 1, "Lost Luggage": 1, "Damaged Luggage": 1,
        "Flight Booking Problems": 2, "longlines": 3, "Bad Flight": 4,
    }  # fmt: skip
    return topics.get(row["reason"])


_SENTIMENT = ("negative", "neutral", "positive")
_MINUS_PLUS = {"-1": 0, "0": 1, "1": 2}
_BINARY = {"0": 0, "1": 1}
AUX_HEADS = (
    AuxHead("toxic", ("no", "yes"), ("toxicity_ru",), _of("toxic", _BINARY)),
    AuxHead("detox", ("no", "yes"), ("detox_pairs",), _of("toxic", _BINARY)),
    AuxHead("company", _SENTIMENT, ("company_sentiment_ru",), _of("label", _MINUS_PLUS)),
    AuxHead(
        "mood",
        (*_SENTIMENT, "speech"),
        ("tweet_sentiment_ru",),
        _of("label", {"negative": 0, "neutral": 1, "positive": 2, "speech": 3}),
    ),
    AuxHead(
        "stars",
        ("bad", "good"),
        ("bank_reviews_ru",),
        _of("stars", {"1": 0, "2": 0, "4": 1, "5": 1}),
    ),
    AuxHead("spam", ("no", "yes"), ("spam_ru",), _of("spam", _BINARY)),
    AuxHead(
        "restaurant",
        _SENTIMENT,
        ("restaurant_aspects_ru",),
        _of("polarity", {"Negative": 0, "Neutral": 1, "Positive": 2}),
    ),
    AuxHead("offensive", ("no", "yes"), ("offensive_en",), _of("offensive", _BINARY)),
    AuxHead(
        "hate", ("hate", "offensive", "neither"), ("hate_en",), _of("y", {"0": 0, "1": 1, "2": 2})
    ),
    AuxHead(
        "airline",
        _SENTIMENT,
        ("airline_en",),
        _of("sentiment", {"negative": 0, "neutral": 1, "positive": 2}),
    ),
    AuxHead(
        "reason", ("staff", "delivery", "app", "place", "quality"), ("airline_en",), _airline_topic
    ),
    AuxHead("complaint", ("no", "yes"), ("complaints_en",), _of("complaint", _BINARY)),
)  # fmt: skip


def load_aux(data: Path, head: AuxHead, without: Iterable[str] = ()) -> list[AuxRow]:
    """Rows for one auxiliary head; texts whose `text_key` is in `without` are left out.

    Raises:
        InputError: a file of the set is missing or unreadable.
    """
    banned = set(without)
    rows = [
        AuxRow(row["text"], label)
        for stem in head.files
        for row in _read_csv(data / f"{stem}.csv.gz")
        if (label := head.label(row)) is not None
    ]
    return [row for row in rows if text_key(row.text) not in banned]


def _read_csv(path: Path) -> Iterator[dict[str, str]]:
    csv.field_size_limit(_FIELD_LIMIT)
    try:
        with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                yield from _detox_rows(row) if "neutral" in row else [row]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{path}: {error}") from error


def _detox_rows(row: dict[str, str]) -> list[dict[str, str]]:
    """A contrast pair is two rows: the same statement with abuse and without."""
    return [{"text": row["toxic"], "toxic": "1"}, {"text": row["neutral"], "toxic": "0"}]
