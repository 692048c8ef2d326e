"""300 replies of our own: good ones pass, bad ones are marked; half were never tuned on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Check = Callable[..., list[tuple[str, str]]]
Examples = Callable[[str], list[dict[str, Any]]]

MOST_FALSE_ALARMS, LEAST_CAUGHT = 0.03, 0.97


def marked(check: Check, row: dict[str, Any]) -> list[tuple[str, str]]:
    return check(row["text"], kb=row["kb"], facts=tuple(row["facts"]), comment=row["comment"])


@pytest.mark.parametrize("half", ["held_out", "tuned"])
def test_good_replies_raise_hardly_any_false_alarm(
    check: Check, examples: Examples, half: str
) -> None:
    rows = examples(f"good_{half}")
    alarms = {row["text"]: found for row in rows if (found := marked(check, row))}
    assert len(rows) >= 75
    assert len(alarms) <= MOST_FALSE_ALARMS * len(rows), alarms


@pytest.mark.parametrize("half", ["held_out", "tuned"])
def test_bad_replies_are_nearly_all_caught(check: Check, examples: Examples, half: str) -> None:
    rows = examples(f"bad_{half}")
    missed = [row["text"] for row in rows if not marked(check, row)]
    assert len(rows) >= 75
    assert len(missed) <= (1 - LEAST_CAUGHT) * len(rows), missed


def test_every_wording_of_every_fact_rests_on_itself(check: Check) -> None:
    from tests.responder.grounding.conftest import knowledge_of

    for name in ("shop", "bank", "operator"):
        for fact in knowledge_of(name).facts:
            for text in (*fact.says.ru, *fact.says.en, *(fact.admits.ru if fact.admits else ())):
                assert check(text, kb=name, facts=(fact.id,)) == [], text
