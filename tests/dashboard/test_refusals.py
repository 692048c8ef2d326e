"""Whatever a room below the screen refuses, the desk says why in the language of the person."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboard import i18n, refusals, words
from dashboard.i18n import translation
from otklik.errors import ApprovalError, StaleText

ROOT = Path(__file__).resolve().parents[2]
TOLD = {"ApprovalError", "InputError", "SecondApprovalNeeded", "StaleText"}
# rooms that the desk asks: all of the responder's, and the saved views
ASKED = (*(ROOT / "responder").rglob("*.py"), ROOT / "otklik" / "saved_views.py")


def raised(path: Path) -> Iterator[tuple[int, str]]:
    """Line and words of every refusal that names nothing."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not isinstance(node, ast.Raise):
            continue
        call = node.exc
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
            continue
        first = call.args[0] if call.args else None
        if call.func.id in TOLD and isinstance(first, ast.Constant):
            yield node.lineno, str(first.value)


def is_told(text: str) -> bool:
    known = text in translation("ru").texts
    return known or any(re.fullmatch(pattern, text) for pattern, _, _ in refusals.SAID_OF)


@pytest.fixture(autouse=True)
def russian(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(i18n, "current_language", lambda: "ru")


def test_no_refusal_reaches_the_screen_in_another_language() -> None:
    found = [(path, *one) for path in ASKED for one in raised(path)]
    assert len(found) > 80
    assert [one for one in found if not is_told(one[2])] == []


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (StaleText("this incident is in_work by now"), "инцидент уже в другом состоянии: в работе"),
        (ApprovalError("act 7 (hide) is under way already"), "об этом уже принимают меру"),
        (ApprovalError("choose 1 to 50 texts, each once"), "отметьте не больше 50"),
        (StaleText("this act is refused by now"), "мера уже в другом состоянии"),
    ],
)
def test_what_names_something_is_told_with_it(error: ApprovalError, said: str) -> None:
    assert said in words.refusal(error)
