"""`otklik policy …` as people call it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from otklik import pipeline
from otklik.bootstrap import open_desk
from otklik.cli.since import read_since
from otklik.clock import now
from otklik.errors import ConfigError
from otklik.settings import Settings
from responder.policy.file import shipped_policy
from tests.operations.conftest import Command

ROWS = [
    {"id": "r1", "text": "Курьер опоздал на три часа и нагрубил", "author": "Анна"},
    {"id": "r2", "text": "Спасибо, чай чудесный!", "author": "Олег"},
    {"id": "r3", "text": "Обманули с ценой, верните деньги за чай", "author": "Иван"},
]


@pytest.fixture
def decided(otklik: Command, tmp_path: Path) -> Command:
    """A desk that has decided three comments by the shop's policy."""
    file = tmp_path / "rows.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in ROWS), encoding="utf-8")
    fast = {"OTKLIK_EFFORT": "fast"}
    assert otklik("import", str(file), **fast).returncode == 0
    for step in ("classify", "group", "decide"):
        assert otklik("step", step, **fast).returncode == 0
    return otklik


def test_a_shipped_policy_is_checked_by_name(otklik: Command) -> None:
    for name in ("shop", "bank", "institution"):
        found = json.loads(otklik("policy", "check", name, "--json").stdout)
        assert (found["name"], found["remarks"]) == (name, [])
    wrong = otklik("policy", "check", "bnak")
    assert wrong.returncode == 1
    assert "did you mean 'bank'" in wrong.stderr


def test_remarks_of_a_check_name_file_and_line(otklik: Command, tmp_path: Path) -> None:
    text = shipped_policy().text.replace("  general: {days: every_day", "  shop: {days: every_day")
    (tmp_path / "mine.yaml").write_text(
        re.sub(r"\nhours:\n(  .*\n|\n)+?\n#", "\n#", text), encoding="utf-8"
    )
    found = otklik("policy", "check", "mine.yaml")
    assert found.returncode == 0, found.stderr
    assert re.search(r"mine\.yaml:\d+: urgent_at_night: working_hours is never known", found.stdout)


def test_a_replay_tells_what_another_policy_would_change(decided: Command) -> None:
    found = json.loads(decided("policy", "replay", "bank", "--since", "1d", "--json").stdout)
    assert (found["policy"], found["mentions"]) == ("bank 1", 3)
    assert found["policies_then"] == ["shop 6"]
    assert sum(row["count"] for row in found["rules"]) == found["differ"]
    assert all(row["text"] not in json.dumps(found, ensure_ascii=False) for row in ROWS)
    shown = decided("policy", "replay", "bank", "--since", "1d").stdout
    assert "3 comments" in shown
    assert "As they are now: thread" in shown
    same = json.loads(decided("policy", "replay", "shop", "--json").stdout)
    assert same["differ"] == 0


def test_a_shadow_is_set_decides_beside_and_is_shown(otklik: Command, tmp_path: Path) -> None:
    assert otklik("db", "upgrade").returncode == 0
    nothing = otklik("policy", "shadow")
    assert (nothing.returncode, nothing.stdout) == (1, "")
    assert "policy_shadow_file" in nothing.stderr
    file = tmp_path / "rows.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in ROWS), encoding="utf-8")
    beside = {"OTKLIK_EFFORT": "fast", "OTKLIK_POLICY_SHADOW_FILE": "bank"}
    otklik("import", str(file), **beside)
    for step in ("classify", "group", "decide"):
        assert otklik("step", step, **beside).returncode == 0
    found = json.loads(otklik("policy", "shadow", "--json").stdout)
    assert (found["policy"], found["mentions"]) == ("bank version 1", 3)
    assert "in the shadow:" in otklik("policy", "shadow").stdout
    rows = json.loads(otklik("policy", "history", "--json").stdout)
    assert {(row["name"], row["is_now"], row["decisions"]) for row in rows} == {
        ("shop", "in force", 3),
        ("bank", "in the shadow", 0),
    }


def test_a_decision_is_explained(decided: Command) -> None:
    found = json.loads(decided("policy", "explain", "2", "--json").stdout)
    assert found["rule"] == found["recorded"]
    assert [step["rule_id"] for step in found["steps"]][-1] == found["rule"]
    assert found["steps"][0]["failed"] == ["thread_closed: true (is false)"]
    assert "Rules before it:" in decided("policy", "explain", "2").stdout
    absent = decided("policy", "explain", "99")
    assert absent.returncode == 1
    assert "mention 99: nothing was decided" in absent.stderr


def test_silences_history_and_differences_are_listed(decided: Command) -> None:
    silent = json.loads(decided("policy", "silences", "--json").stdout)
    assert all(one["count"] >= 1 and one["reason"] for one in silent)
    assert decided("policy", "silences").returncode == 0
    history = decided("policy", "history")
    assert "in force" in history.stdout
    digest = shipped_policy().digest[:8]
    same = decided("policy", "diff", digest, "shop")
    assert same.stdout == "Both decide alike.\n"
    changes = json.loads(decided("policy", "diff", "shop", "bank", "--json").stdout)
    assert {"added", "removed", "changed"} <= {change["what"] for change in changes}
    assert "added: fraud_now" in decided("policy", "diff", "shop", "bank").stdout
    assert decided("policy", "diff", "abcdef", "shop").returncode == 1


def test_a_span_of_time_is_hours_days_weeks_or_a_date() -> None:
    at = now()
    assert (at - read_since("30d", at, "UTC")).days == 30
    assert (at - read_since("12h", at, "UTC")).total_seconds() == 12 * 3600
    assert (at - read_since("2w", at, "UTC")).days == 14
    assert read_since("2026-11-01", at, "Europe/Moscow").isoformat() == "2026-11-01T00:00:00+03:00"
    with pytest.raises(ConfigError, match="30d"):
        read_since("soon", at, "UTC")


def test_the_desk_decides_by_the_shipped_policy_that_the_settings_name(sqlite_url: str) -> None:
    desk = open_desk(Settings(database_url=sqlite_url, policy_file="bank", effort="fast"))
    assert desk.policy.name == "bank"
    assert pipeline.decide(desk).done == 0
    desk.engine.dispose()
