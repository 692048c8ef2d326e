"""Which texts the desk shows, read from its code."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

DESK = Path(__file__).resolve().parents[2] / "dashboard"
ONE, MANY = {"_", "N_", "say", "gettext"}, {"ngettext", "unit"}


def sources() -> list[Path]:
    """Every Python file of the desk."""
    return sorted(DESK.rglob("*.py"))


def calls(tree: ast.AST, names: set[str]) -> Iterator[ast.Call]:
    """Calls of plain functions of these names."""
    for node in ast.walk(tree):
        is_named = isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        if is_named and node.func.id in names:  # type: ignore[attr-defined]
            assert isinstance(node, ast.Call)
            yield node


def texts_of(path: Path) -> set[str]:
    """Originals of all texts in one file; a plural is known by its singular."""
    tree = ast.parse(path.read_text("utf-8"))
    found = set()
    for call in calls(tree, ONE | MANY):
        first = call.args[0] if call.args else None
        if isinstance(first, ast.Constant) and isinstance(first.value, str):
            found.add(first.value)
    return found


def all_texts() -> set[str]:
    """Originals of all texts of the desk."""
    return set().union(*(texts_of(path) for path in sources()))
