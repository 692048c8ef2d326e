"""docs/examples.md is what the command makes of our own comments, word for word."""

from __future__ import annotations

from pathlib import Path

from typer.testing import CliRunner

from otklik.cli import app
from responder.trying import read_comments

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
OWN = HERE / "own_comments.jsonl"
PAGE = ROOT / "docs" / "examples.md"
AT = "2026-11-22T12:00+00:00"


def test_the_page_of_examples_is_made_by_the_command(tmp_path: Path) -> None:
    out = tmp_path / "examples.md"
    result = CliRunner().invoke(
        app, ["drafts", "try", str(OWN), "--policy", "shop", "--out", str(out), "--at", AT]
    )
    assert result.exit_code == 0, result.output
    made = out.read_text("utf-8").replace(str(OWN), str(OWN.relative_to(ROOT)))
    assert made == PAGE.read_text("utf-8")


def test_the_examples_are_ten_in_two_languages_and_none_has_a_draft_that_blocks() -> None:
    comments = read_comments(OWN.read_text("utf-8"), OWN.name)
    assert len(comments) == 10
    assert {comment.lang for comment in comments} == {"ru", "en"}
    assert "block " not in PAGE.read_text("utf-8")


def test_an_ids_file_picks_comments_of_one_knowledge(tmp_path: Path) -> None:
    ids = tmp_path / "ids.txt"
    ids.write_text("# some\nshop change\nbank dear\nquestions\n", "utf-8")
    out = tmp_path / "page.md"
    result = CliRunner().invoke(
        app, ["drafts", "try", str(OWN), "--ids", str(ids), "--out", str(out), "--at", AT]
    )
    assert result.exit_code == 0, result.output
    page = out.read_text("utf-8")
    assert "## change" in page
    assert "## questions" in page
    assert "## dear" not in page


def test_a_line_that_is_no_comment_is_named_with_its_number(tmp_path: Path) -> None:
    bad = tmp_path / "bad.jsonl"
    bad.write_text('{"id": "a", "text": "Чай"}\n{"id": 1}\n', "utf-8")
    result = CliRunner().invoke(app, ["drafts", "try", str(bad), "--out", str(tmp_path / "x.md")])
    assert result.exit_code == 1
    assert "bad.jsonl:2" in result.output
