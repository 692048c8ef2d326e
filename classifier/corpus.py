"""Reads what the classifier learns from: gold labels, auxiliary sets, texts of our own.

Auxiliary rows whose text also stands in the gold set are left out (`TextKey`), always and for
every fold: an auxiliary head that has seen a gold text would flatter every figure.
"""

from __future__ import annotations

import csv
import gzip
import json
import re
from collections.abc import Iterator
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
    """One labelled comment, as the labelling guide has it. `own` rows never enter evaluation.

    `weight` says how much learning makes of it: a dear mistake found by staff counts for more.
    """

    id: str
    text: str
    claim: Claim
    abuse: Abuse
    stance: Stance
    urgency: Urgency
    topic: Topic
    source: str = ""
    own: bool = False
    weight: float = 1.0


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
            weight=float(row.get("weight", 1.0)),
        )
    except (KeyError, ValueError, TypeError) as error:
        raise InputError(f"{path}:{number}: not a labelled row: {error!r}") from error


def read_csv(path: Path) -> Iterator[dict[str, str]]:
    """Rows of a gzipped CSV set; a contrast pair comes as two rows with `text` and `toxic`.

    Raises:
        InputError: the file is missing or unreadable.
    """
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
