"""Examples of replies, and the contexts they are checked in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from responder.knowledge import Knowledge
from responder.knowledge.file import shipped_knowledge
from responder.lint.grounding import grounding
from responder.lint.values import LintContext

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)  # a Sunday
EXAMPLES = Path(__file__).parent / "examples"
Check = Callable[..., list[tuple[str, str]]]


@cache
def knowledge_of(name: str) -> Knowledge:
    return shipped_knowledge(name)


def found_in(
    text: str, *, kb: str = "shop", facts: tuple[str, ...] = (), **more: Any
) -> list[tuple[str, str]]:
    """(code, the words it marks) of everything that rests on nothing."""
    knowledge = knowledge_of(kb)
    cited = tuple(one for one in map(knowledge.fact, facts) if one is not None)
    assert len(cited) == len(facts)
    values = {"at": AT, "facts": cited, "own_contacts": knowledge.own_contacts, **more}
    hits = grounding(text, LintContext(**values))
    return [(hit.code, text[hit.span.start : hit.span.end]) for hit in hits]


@pytest.fixture
def check() -> Check:
    """`check(text, kb=…, facts=(…), comment=…)`: what rests on nothing."""
    return found_in


@pytest.fixture
def examples() -> Callable[[str], list[dict[str, Any]]]:
    """The examples of one file."""

    def read(name: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = YAML(typ="safe").load((EXAMPLES / f"{name}.yaml").read_text())
        return rows

    return read
