"""`otklik lint`: findings by line and column, for a person at a terminal."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner

from otklik.cli import app

RUN = CliRunner()
TEXT = "Вы правы, дверь открыта.\nВаше мнение очень важно для нас.\n"


def test_a_finding_is_shown_with_line_column_reason_and_way_out(tmp_path: Path) -> None:
    reply = tmp_path / "reply.txt"
    reply.write_text(TEXT, encoding="utf-8")
    result = RUN.invoke(app, ["lint", str(reply), "--language", "ru"])
    assert "2:1 warn canned_phrase «Ваше мнение очень важно»" in result.output
    assert "→ Скажите своими словами" in result.output


def test_a_reply_is_read_from_standard_input_and_a_blocking_finding_is_exit_code_1() -> None:
    result = RUN.invoke(app, ["lint", "-"], input="Пишите на ivan@mail.example сегодня.")
    assert "block personal_data «ivan@mail.example»" in result.output
    assert result.exit_code == 1


def test_findings_are_told_in_english_to_an_english_comment() -> None:
    result = RUN.invoke(app, ["lint", "-"], input="Your feedback is important to us.")
    assert "Say in plain words what happened" in result.output


def test_what_the_comment_tells_is_not_to_be_asked_again(tmp_path: Path) -> None:
    comment = tmp_path / "comment.txt"
    comment.write_text("Заказ 48213 опоздал", encoding="utf-8")
    asked = "Какой номер у вашего заказа?"
    result = RUN.invoke(app, ["lint", "-", "--comment", str(comment), "--json"], input=asked)
    assert "asks_for_known" in {one["code"] for one in json.loads(result.output)}


def test_the_limit_of_a_platform_counts() -> None:
    long = "Дверь открыта, приходите. " * 20
    result = RUN.invoke(app, ["lint", "-", "--platform", "googleplay"], input=long)
    assert "too_long" in result.output


def test_an_unknown_platform_or_an_absent_file_is_said_in_one_line(tmp_path: Path) -> None:
    unknown = RUN.invoke(app, ["lint", "-", "--platform", "fax"], input="Да.")
    absent = RUN.invoke(app, ["lint", str(tmp_path / "none.txt")])
    assert unknown.exit_code == absent.exit_code == 1
    assert "unknown platform fax" in unknown.output
    assert "cannot read" in absent.output
