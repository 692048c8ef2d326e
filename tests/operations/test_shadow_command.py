"""`otklik model shadow`, over a strict chat-completions server."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.operations.conftest import Command
from tests.operations.test_command_line import write_rows
from tests.rigs.completions import KEY, MODEL, endpoint, says

SETTINGS = """
[shadow]
kind = "language_model"
base_url = "{url}"
model = "{model}"
api_key = "env:OTKLIK_SECRET_MODEL"
allow_private_hosts = true
"""


def test_the_shadow_is_set_judges_and_is_compared(otklik: Command, tmp_path: Path) -> None:
    with endpoint() as world:
        world.answer = lambda user: says(stance="praise" if "Спасибо" in user else "critic")
        text = SETTINGS.format(url=world.url, model=MODEL)
        (tmp_path / "otklik.toml").write_text(text, encoding="utf-8")
        secret = {"OTKLIK_SECRET_MODEL": KEY}
        assert otklik("import", write_rows(tmp_path), **secret).returncode == 0
        assert otklik("drain", **secret).returncode == 0
        assert world.asked == []
        found = otklik("model", "shadow", "--judge", "10", "--json", **secret)
        shown = otklik("model", "shadow", **secret)
        assert world.complaints == []
    table = json.loads(found.stdout)
    assert (table["rows"], len(world.asked)) == (2, 2)
    assert [head["head"] for head in table["heads"]] == [
        "claim", "abuse", "stance", "urgency", "topic"
    ]  # fmt: skip
    assert table["tokens_in"] == 1800
    assert "2 comments judged by both" in shown.stdout
    assert KEY not in found.stdout + found.stderr + shown.stdout


def test_without_a_shadow_the_command_says_so(otklik: Command) -> None:
    otklik("db", "upgrade")
    found = otklik("model", "shadow")
    assert (found.returncode, found.stdout) == (1, "")
    assert "no shadow" in found.stderr
    assert "[shadow]" in otklik("model", "shadow", "--judge", "1").stderr


@pytest.mark.parametrize("variable", ["OTKLIK_SHADOW__KIND", "OTKLIK_CLASSIFIER__KIND"])
def test_an_unknown_kind_stops_the_start(otklik: Command, variable: str) -> None:
    found = otklik("drain", **{variable: "oracle"})
    assert found.returncode == 1
    assert "unknown kind 'oracle'" in found.stderr
