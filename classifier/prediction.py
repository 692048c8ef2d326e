"""JSONL in, JSONL out: every row comes back with its verdict beside the fields it had.

Nothing is lost and nothing stops the file: a line that cannot be judged comes back with an
`error` field (and its `line` number) in its place, so line n of the output answers line n of
the input, blank lines aside.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, TextIO

from classifier.model import Classifier
from otklik.errors import InputError
from otklik.verdicts import Verdict

_BATCH = 1000

Progress = Callable[[int], None]


def predict_file(
    classifier: Classifier, in_path: Path, out_path: Path, progress: Progress | None = None
) -> int:
    """Judge each row's `text`; returns how many rows were judged (rows with `error` are not).

    Args:
        classifier: the loaded model.
        in_path: JSONL with a `text` per row.
        out_path: written anew; each row keeps its own fields.
        progress: called with the number of rows done so far.

    Raises:
        InputError: the input cannot be opened or the output cannot be written.
    """
    judged = done = 0
    try:
        with in_path.open("rb") as lines, _create(out_path) as out:
            numbered = ((number, raw) for number, raw in enumerate(lines, 1) if raw.strip())
            while batch := list(islice(numbered, _BATCH)):
                rows = [_parse(raw, in_path, number) for number, raw in batch]
                judged += sum(1 for row in rows if "error" not in row)
                out.writelines(_as_lines(classifier, rows))
                done += len(rows)
                if progress is not None:
                    progress(done)
    except OSError as error:
        raise InputError(f"{error.filename or in_path}: {error.strerror}") from error
    return judged


def _create(path: Path) -> TextIO:
    # A lone surrogate has no UTF-8; written as `\\udXXX` it is JSON and comes back as it was.
    return path.open("w", encoding="utf-8", errors="backslashreplace", newline="\n")


def _parse(raw: bytes, path: Path, number: int) -> dict[str, Any]:
    try:
        row = json.loads(raw.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        return {"line": number, "error": f"{path.name}:{number}: not JSON: {error}"}
    if not isinstance(row, dict):
        return {"line": number, "error": f"{path.name}:{number}: a JSON object was expected"}
    row.pop("error", None)
    if not isinstance(row.get("text"), str):
        return {**row, "line": number, "error": f"{path.name}:{number}: no text"}
    return row


def _as_lines(classifier: Classifier, rows: list[dict[str, Any]]) -> Iterator[str]:
    verdicts = iter(classifier.judge([row["text"] for row in rows if "error" not in row]))
    for row in rows:
        answer = row if "error" in row else {**row, **as_fields(next(verdicts))}
        yield json.dumps(answer, ensure_ascii=False) + "\n"


def as_fields(verdict: Verdict) -> dict[str, Any]:
    """A verdict as the fields `otklik model predict` writes."""
    return {**verdict.as_row(), "lang": str(verdict.language)}
