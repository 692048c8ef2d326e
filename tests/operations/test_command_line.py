"""The command: what it says, and with which exit code."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select
from typer.main import get_command

from otklik.cli import app
from otklik.database import make_engine, reading
from otklik.models import AuditEvent, Mention, Person
from tests.operations.conftest import Command

ROWS = [
    {"id": "r1", "text": "Курьер опоздал на три часа и нагрубил", "author": "Анна"},
    {"id": "r2", "text": "Спасибо, чай чудесный!", "author": "Олег"},
]
LEAVES = {
    *(f"policy {name}" for name in ("replay", "shadow", "silences", "explain", "diff", "history")),
    *(
        "run",
        "demo",
        "import",
        "step",
        "drain",
        "replay",
        "posting",
        "policy check",
        "audit verify",
    ),
    *("model train", "model evaluate", "model predict", "db upgrade", "people add"),
    *(
        "model shadow",
        "model tune",
        "model labels",
        "model compare",
        "model list",
        "model promote",
        "model rollback",
    ),
    *("sources list", "sources platforms", "sources add", "sources check"),
    *(f"alerts {name}" for name in ("list", "show", "take", "resend", "test")),
    *("operations check", "operations show", "operations soon"),
    *("people link-chat", "people unlink-chat"),
    *("entities check", "entities find", "authors find", "authors erase"),
    *("people list", "people invite", "people first-admin", "people change", "people on"),
    *("people off", "people sign-out", "reports weekly", "reports sent", "reports staffing"),
    *("policy propose", "policy proposals", "policy activate", "policy reject"),
    *("sources pause", "sources resume", "sources backfill"),
    *(
        f"acts {name}"
        for name in ("list", "ask", "approve", "refuse", "resolve", "appeal", "case", "report")
    ),
    *(f"incidents {name}" for name in ("list", "show", "confirm", "dismiss", "solve", "reopen")),
    *("incidents approve-batch", "incidents measures"),
    *(f"incidents statement {name}" for name in ("propose", "approve", "retire")),
    *(
        f"knowledge {name}"
        for name in ("check", "import", "find", "expiring", "gaps", "cites", "export")
    ),
    *("powers list", "powers give", "powers take-back"),
    *("showcase list", "showcase put", "showcase remove"),
    *(
        f"promises {name}"
        for name in ("list", "due", "keep", "break", "postpone", "hand-over", "rate")
    ),
    *("lint", "drafts try", "watch-heartbeat"),
}


def walk(command: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    children = getattr(command, "commands", {})
    if not children:
        yield name, command
    for word, child in children.items():
        yield from walk(child, f"{name} {word}".strip())


COMMANDS = dict(walk(get_command(app)))


def write_rows(folder: Path) -> str:
    lines = [json.dumps(row, ensure_ascii=False) for row in ROWS]
    (folder / "reviews.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return "reviews.jsonl"


def test_the_commands_are_exactly_those_that_were_promised() -> None:
    assert set(COMMANDS) == LEAVES


@pytest.mark.parametrize("name", sorted(LEAVES))
def test_help_teaches_with_a_paragraph_and_an_example(name: str) -> None:
    text = COMMANDS[name].help
    paragraphs = [part for part in re.split(r"\n\s*\n", text) if part.strip()]
    assert len(paragraphs) >= 3
    assert "Example: `" in text
    assert f"otklik {name}" in text


def test_help_is_shown_without_loading_the_working_parts(otklik_process: Command) -> None:
    found = otklik_process("--help", PYTHONPROFILEIMPORTTIME="1")
    assert found.returncode == 0
    assert "otklik demo" in found.stdout
    for heavy in ("sqlalchemy", "sklearn", "streamlit", "numpy", "httpx", "apscheduler"):
        assert f" {heavy}\n" not in found.stderr


@pytest.mark.parametrize(
    "arguments",
    [["nonsense"], ["step"], ["step", "nonsense"], ["drain", "--nonsense"], ["posting", "live"]],
)
def test_wrong_usage_ends_with_two(otklik: Command, arguments: list[str]) -> None:
    found = otklik(*arguments)
    assert found.returncode == 2
    assert "Traceback" not in found.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["import", "absent.csv"], "absent.csv: there is no such file"),
        (["policy", "check", "absent.yaml"], "absent.yaml"),
        (["audit", "verify"], "otklik db upgrade"),
        (["sources", "check", "blog"], "no source is named 'blog'"),
        (["model", "predict", "absent.jsonl", "out.jsonl"], "absent.jsonl"),
    ],
)
def test_an_error_is_one_line_on_standard_error_and_ends_with_one(
    otklik: Command, arguments: list[str], said: str
) -> None:
    found = otklik(*arguments)
    assert found.returncode == 1
    (line,) = found.stderr.splitlines()
    assert line.startswith("otklik: ")
    assert said in line
    assert found.stdout == ""


def test_debug_shows_the_traceback(otklik_process: Command) -> None:
    found = otklik_process("--debug", "import", "absent.csv")
    assert found.returncode == 1
    assert "Traceback" in found.stderr


def test_a_wrong_setting_is_named(otklik_process: Command) -> None:
    found = otklik_process("drain", OTKLIK_DESK_PORT="many")
    assert found.returncode == 1
    assert "desk_port" in found.stderr
    assert "Traceback" not in found.stderr


def test_an_export_goes_in_is_drained_and_verifies(
    otklik: Command, otklik_process: Command, tmp_path: Path
) -> None:
    file = write_rows(tmp_path)
    first = otklik_process("import", file, "--json")
    assert first.returncode == 0, first.stderr
    assert json.loads(first.stdout) == {"seen": 2, "new": 2, "edited": 0, "bad_rows": 0}
    assert json.loads(otklik("import", file, "--json").stdout)["new"] == 0
    drained = otklik("drain", "--json")
    assert drained.returncode == 0, drained.stderr
    counts = json.loads(drained.stdout)
    assert counts["classify"] == {"done": 2, "failed": 0}
    assert counts["decide"] == {"done": 2, "failed": 0}
    assert json.loads(otklik("drain", "--json").stdout)["classify"]["done"] == 0
    verified = otklik("audit", "verify", "--json")
    assert json.loads(verified.stdout)["length"] >= 0
    assert verified.returncode == 0


def test_a_column_can_be_named(otklik: Command, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("Что,Кто\nКурьер опоздал,Анна\n", encoding="utf-8")
    found = otklik("import", "a.csv", "--column", "text=Что", "--column", "author=Кто")
    assert found.returncode == 0, found.stderr
    engine = make_engine(f"sqlite:///{tmp_path / 'desk.sqlite3'}")
    with reading(engine) as db:
        assert [row.text for row in db.exec(select(Mention))] == ["Курьер опоздал"]
    engine.dispose()


def test_a_column_without_a_heading_is_refused(otklik: Command, tmp_path: Path) -> None:
    found = otklik("import", write_rows(tmp_path), "--column", "text")
    assert found.returncode == 1
    assert "FIELD=HEADING" in found.stderr


def test_one_step_works_on_no_more_than_it_was_told(otklik: Command, tmp_path: Path) -> None:
    otklik("import", write_rows(tmp_path))
    found = otklik("step", "classify", "--limit", "1", "--json")
    assert json.loads(found.stdout) == {"classify": {"done": 1, "failed": 0}}


def test_predict_keeps_ids_and_adds_verdicts(otklik: Command, tmp_path: Path) -> None:
    found = otklik("model", "predict", write_rows(tmp_path), "out.jsonl")
    assert found.returncode == 0, found.stderr
    rows = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert [row["id"] for row in rows] == ["r1", "r2"]
    promised = {
        *("stance", "stance_proba", "claim", "abuse", "abuse_proba", "urgency"),
        *("urgency_parts", "topic", "abstained", "reasons", "sentiment", "spam_proba", "lang"),
    }
    assert all(promised <= row.keys() for row in rows)
    assert all({"none", "profane", "insult", "threat", "any"} < set(r["abuse_proba"]) for r in rows)


def test_a_policy_is_checked_with_file_line_and_column(otklik: Command, tmp_path: Path) -> None:
    shipped = Path(__file__).resolve().parents[2] / "responder/policies/shop.yaml"
    good = otklik("policy", "check", str(shipped), "--json")
    assert json.loads(good.stdout)["name"] == "shop"
    text = shipped.read_text(encoding="utf-8")
    (tmp_path / "bad.yaml").write_text(text.replace("why:", "wy:", 1), encoding="utf-8")
    bad = otklik("policy", "check", "bad.yaml")
    assert bad.returncode == 1
    assert re.search(r"bad\.yaml:\d+:\d+:", bad.stderr)


def test_a_person_gets_a_password_of_their_own_once(otklik: Command, tmp_path: Path) -> None:
    found = otklik("people", "add", "--login", "anna", "--role", "admin", "--json")
    assert found.returncode == 0, found.stderr
    password = json.loads(found.stdout)["password"]
    assert len(password) >= 12
    other = otklik("people", "add", "--login", "oleg", "--role", "operator", "--json")
    assert json.loads(other.stdout)["password"] != password
    engine = make_engine(f"sqlite:///{tmp_path / 'desk.sqlite3'}")
    with reading(engine) as db:
        hashes = [row.password_hash or "" for row in db.exec(select(Person))]
        events = [event.action for event in db.exec(select(AuditEvent))]
    engine.dispose()
    assert all(value.startswith("$argon2id$") for value in hashes)
    assert events == ["person.added", "person.added"]
    again = otklik("people", "add", "--login", "anna", "--role", "admin")
    assert again.returncode == 1
    assert "taken" in again.stderr


def test_posting_is_switched_by_who_may(otklik: Command) -> None:
    for login, role in (("ada", "admin"), ("oleg", "operator"), ("anna", "approver")):
        otklik("people", "add", "--login", login, "--role", role)
    assert json.loads(otklik("posting", "--json").stdout) == {"posting": "dry_run"}
    refused = otklik("posting", "live", "--as", "anna")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert otklik("posting", "live", "--as", "nobody").returncode == 1
    live = otklik("posting", "live", "--as", "ada", "--json")
    assert json.loads(live.stdout) == {"posting": "live"}
    assert otklik("posting", "stop", "--as", "oleg").returncode == 1
    assert otklik("posting", "stop", "--as", "anna").stdout == "posting: stopped\n"
    assert otklik("posting", "sideways", "--as", "ada").returncode == 2


def test_sources_and_platforms_are_listed(otklik: Command, tmp_path: Path) -> None:
    platforms = json.loads(otklik("sources", "list", "--platforms", "--json").stdout)
    assert {"isso", "file"} <= {row["platform"] for row in platforms}
    otklik("db", "upgrade")
    assert "No source yet" in otklik("sources", "list").stdout
    (tmp_path / "otklik.toml").write_text(
        '[[sources]]\nname = "blog"\nplatform = "isso"\nbase_url = "http://127.0.0.1:9"\n'
        'uris = ["/"]\nallow_private_hosts = true\n',
        encoding="utf-8",
    )
    listed = json.loads(otklik("sources", "list", "--json").stdout)
    assert [(row["name"], row["health"]) for row in listed] == [("blog", "new")]
    checked = otklik("sources", "check", "--json")
    assert checked.returncode == 1
    (row,) = json.loads(checked.stdout)
    assert (row["name"], row["ok"]) == ("blog", False)


def test_upgrading_twice_is_as_good_as_once(otklik: Command) -> None:
    first, second = otklik("db", "upgrade"), otklik("db", "upgrade")
    assert (first.returncode, second.returncode) == (0, 0)
    assert "blank →" in first.stdout
    assert "blank" not in second.stdout


def test_the_version_is_told_installed_or_not(otklik: Command) -> None:
    found = otklik("--version")
    assert found.returncode == 0
    assert found.stdout.strip()


@pytest.mark.needs_shared
def test_figures_on_the_training_labels_are_called_flattering(
    otklik: Command, shared: Path, tmp_path: Path
) -> None:
    gold = shared / "gold" / "dev.jsonl"  # its name is what the warning knows, not the reader
    seen = otklik("model", "evaluate", str(gold), "--json", "--effort", "fast")
    assert seen.returncode == 0
    assert "trained on this very file" in seen.stderr
    assert json.loads(seen.stdout)["rows"] > 4_000
    other = tmp_path / "other.jsonl"
    lines = gold.read_text(encoding="utf-8").split("\n")[:400]
    other.write_text("\n".join(lines), encoding="utf-8")
    assert "trained" not in otklik("model", "evaluate", str(other), "--effort", "fast").stderr
