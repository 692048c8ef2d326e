"""`otklik sources …`: add, look, check, pause, resume, back-fill."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlmodel import select

from otklik.cli.calling import told
from otklik.cli.values import read_values
from otklik.database import make_engine, reading
from otklik.errors import ConfigError
from otklik.models import AuditEvent
from otklik.platforms import load_platform
from tests.operations.conftest import Command

PLACE = ("isso", "base_url=http://127.0.0.1:9", "uris=/a,/b", "allow_private_hosts=true")


@pytest.fixture
def added(otklik: Command) -> Command:
    """A desk with one source, by one command on a blank database."""
    found = otklik("sources", "add", "blog", *PLACE, "--interval", "30")
    assert found.returncode == 0, found.stderr
    assert "blog is watched" in found.stdout
    return otklik


def test_a_source_is_added_by_one_command_and_listed(added: Command) -> None:
    (row,) = json.loads(added("sources", "list", "--json").stdout)
    assert (row["name"], row["platform"], row["origin"]) == ("blog", "isso", "desk")
    assert (row["health"], row["pace"], row["delay_p50"]) == ("new", 30.0, None)
    head, line = added("sources", "list").stdout.splitlines()
    assert head.split()[:4] == ["name", "platform", "health", "every"]
    assert line.split()[:4] == ["blog", "isso", "new", "30"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("blog", *PLACE), "taken"),
        (("b", "fax"), "no platform is named 'fax'; there are"),
        (("b", "isso", "base_url"), "KEY=VALUE"),
        (("b", "isso", "base_url=http://a", "base_url=http://b"), "given twice"),
        (("b", "isso", "colour=red"), "no setting 'colour'; it has admin_password"),
        (("b", "isso", "base_url=http://e.example"), "`otklik sources platforms isso` lists"),
        (("b", *PLACE, "admin_password=qwerty"), "admin_password as env:NAME"),
    ],
)
def test_what_is_wrong_with_a_new_source_is_said_in_one_line(
    added: Command, arguments: tuple[str, ...], said: str
) -> None:
    found = added("sources", "add", *arguments)
    assert found.returncode == 1
    (line,) = found.stderr.splitlines()
    assert said in line
    assert len(json.loads(added("sources", "list", "--json").stdout)) == 1


def test_the_settings_of_a_platform_are_shown(otklik: Command) -> None:
    rows = json.loads(otklik("sources", "platforms", "isso", "--json").stdout)
    by_name = {row["setting"]: row for row in rows}
    assert by_name["admin_password"]["value"] == "secret, as env:NAME"
    assert all(row["about"] for row in rows)
    assert "isso" in otklik("sources", "platforms").stdout
    assert otklik("sources", "platforms", "fax").returncode == 1


def test_a_check_says_of_each_source_whether_it_answers(added: Command, tmp_path: Path) -> None:
    (tmp_path / "otklik.toml").write_text(
        '[[sources]]\nname = "other"\nplatform = "isso"\nbase_url = "http://127.0.0.1:9"\n'
        'uris = ["/"]\nallow_private_hosts = true\nadmin_password = "env:OTKLIK_SECRET_ABSENT"\n',
        encoding="utf-8",
    )
    checked = added("sources", "check", "--json")
    assert checked.returncode == 1
    rows = {row["name"]: row for row in json.loads(checked.stdout)}
    assert [row["ok"] for row in rows.values()] == [False, False]
    assert "OTKLIK_SECRET_ABSENT" in rows["other"]["message"]
    assert rows["blog"]["message"].startswith("Transient")
    assert "blog (isso): NOT OK" in added("sources", "check", "blog").stdout


def test_a_source_that_answers_is_told_with_its_newest_comment(
    otklik: Command, tmp_path: Path
) -> None:
    row = {"id": "r1", "text": "Чай чудесный", "date": "2026-11-20T10:00:00+03:00"}
    (tmp_path / "r.jsonl").write_text(json.dumps(row), encoding="utf-8")
    otklik("sources", "add", "export", "file", f"path={tmp_path / 'r.jsonl'}")
    found = otklik("sources", "check", "export")
    assert found.returncode == 0, found.stdout
    assert found.stdout.startswith("export (file): ok, ")
    (checked,) = json.loads(otklik("sources", "check", "--json").stdout)
    assert (checked["ok"], checked["missing"], checked["delay_p50"]) == (True, [], None)


def test_all_that_a_check_learnt_is_told_line_by_line() -> None:
    row = {
        "name": "shop",
        "platform": "vk",
        "ok": True,
        "message": "12 posts",
        "rights": ["wall"],
        "can": ["post", "hide"],
        "missing": ["ban: needs manage"],
        "limits_left": "449 of 450",
        "newest": datetime(2026, 11, 22, 7, tzinfo=UTC),
        "delay_p50": 12.0,
        "delay_p95": 40.0,
        "delays": 7,
        "to_do": "Получите новый токен",
    }
    assert list(told(row)) == [
        "shop (vk): ok, 12 posts",
        "  may: wall",
        "  can: post, hide",
        "  cannot: ban: needs manage",
        "  limits left: 449 of 450",
        "  newest: 2026-11-22 07:00:00 UTC",
        "  delay: 12 s, 95 % within 40 s (of 7 comments)",
        "  to do: Получите новый токен",
    ]


def test_pause_resume_and_back_fill_are_on_record(added: Command, tmp_path: Path) -> None:
    assert added("sources", "pause", "blog", "--reason", "переезд").returncode == 0
    line = added("sources", "list").stdout.splitlines()[1]
    assert "paused" in line
    assert "переезд" in line
    assert added("sources", "resume", "blog").returncode == 0
    filled = added("sources", "backfill", "blog", "--since", "2026-10-01")
    assert "from 2026-10-01 00:00" in filled.stdout
    engine = make_engine(f"sqlite:///{tmp_path / 'desk.sqlite3'}")
    with reading(engine) as db:
        found = [(event.action, event.actor) for event in db.exec(select(AuditEvent))]
    engine.dispose()
    assert [action for action, _ in found] == [
        f"source.{what}" for what in ("added", "paused", "resumed", "backfilled")
    ]
    assert {actor for _, actor in found} == {"cli"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("pause", "nowhere"), "no source is named 'nowhere'"),
        (("resume", "nowhere"), "no source is named 'nowhere'"),
        (("backfill", "blog", "--since", "yesterday"), "write a date like 2026-10-01"),
        (("backfill", "blog", "--since", "2999-01-01"), "in the past"),
    ],
)
def test_what_cannot_be_done_to_a_source_is_said(
    added: Command, arguments: tuple[str, ...], said: str
) -> None:
    found = added("sources", *arguments)
    assert found.returncode == 1
    assert said in found.stderr


def test_values_are_read_as_their_setting_wants_them() -> None:
    kind = load_platform("isso")
    typed = {
        "uris=/a": ["/a"],
        "uris=/a, /b": ["/a", "/b"],
        'uris=["/a,b"]': ["/a,b"],
        "uris=1,2": ["1", "2"],
        "discover=true": True,
        "timeout=5": 5,
        "monthly_budget=2.5": 2.5,
        "author_name=12345": "12345",
        "author_name=a=b": "a=b",
        "admin_password=env:OTKLIK_SECRET_A": "env:OTKLIK_SECRET_A",
        "timeout=soon": "soon",
    }
    for pair, value in typed.items():
        assert list(read_values(kind, [pair]).values()) == [value], pair
    with pytest.raises(ConfigError, match="KEY=VALUE"):
        read_values(kind, ["=1"])
