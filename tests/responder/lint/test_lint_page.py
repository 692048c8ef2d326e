"""docs/lint.md says of every finding what the code says, and its bad examples are bad."""

from __future__ import annotations

import re
from pathlib import Path

from responder.lint.codes import CODES

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "lint.md").read_text("utf-8")
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in PAGE.splitlines()
    if re.match(r"\| `\w+` \|", line)
]


def test_every_finding_has_its_row_with_its_weight() -> None:
    told = {row[0].strip("`"): row[1] for row in ROWS}
    assert told == {code: says.severity.value for code, says in CODES.items()}


def test_every_row_gives_a_reason_and_both_examples() -> None:
    assert all(len(row) == 5 and all(len(cell) > 3 for cell in row) for row in ROWS)


def test_the_order_of_weights_is_explained() -> None:
    assert all(f"`{weight}`" in PAGE for weight in ("note", "warn", "block"))
