"""Alerts by command: listed, shown, taken, tried again; a channel is tested."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from sqlmodel import select

from otklik import people
from otklik.clock import now
from otklik.database import make_engine, reading, session
from otklik.enums import AlertKind, DeliveryState, Role
from otklik.migrate import upgrade
from otklik.models import Alert, AlertDelivery, AuditEvent
from otklik.store import alerts
from tests.operations.conftest import Command

HOOK = """
[[channels]]
name = "hook"
kind = "webhook"
url = "env:OTKLIK_SECRET_URL"
secret = "env:OTKLIK_SECRET_KEY"
"""


@pytest.fixture
def desk(tmp_path: Path) -> str:
    """A desk with an operator, a lead and two alerts, one of which a channel refused."""
    url = f"sqlite:///{tmp_path / 'desk.sqlite3'}"
    engine = make_engine(url)
    upgrade(engine)
    with session(engine) as db:
        for login, role in (("anna", Role.OPERATOR), ("vera", Role.LEAD)):
            people.add_person(
                db, login=login, role=role, password="a long phrase", at=now(), brand_id="default"
            )
        for key in ("a", "b"):
            alerts.save_alert(
                db,
                brand_id="default",
                kind=AlertKind.INCIDENT,
                dedup_key=key,
                title=f"Беда {key}\x1b[31m",
                body="десять человек",
                urgency=3,
                channels=["hook"],
                at=now(),
            )
    with session(engine) as db:
        alerts.save_delivery_failure(db, 1, "Rejected: no", now(), final=True)
    engine.dispose()
    return url


def test_an_alert_is_listed_taken_and_shown_with_who_has_it(otklik: Command, desk: str) -> None:
    assert "\x1b" not in otklik("alerts", "list").stdout
    assert otklik("alerts", "take", "2", "--as", "anna").stdout == "anna has it\n"
    assert otklik("alerts", "take", "2", "--as", "vera").stdout == "anna has it\n"
    rows = json.loads(otklik("alerts", "list", "--untaken", "--json").stdout)
    assert [row["alert"] for row in rows] == [1]
    shown = json.loads(otklik("alerts", "show", "2", "--json").stdout)
    assert (shown["taken by"], shown["body"]) == ("anna", "десять человек")
    assert "taken by: anna" in otklik("alerts", "show", "2").stdout
    assert otklik("alerts", "show", "77").stderr == "otklik: there is no alert 77\n"
    assert otklik("alerts", "take", "77", "--as", "anna").returncode == 1
    engine = make_engine(desk)
    with reading(engine) as db:
        assert "alert.taken" in list(db.exec(select(AuditEvent.action)))
        assert db.get_one(Alert, 2).taken_at is not None
    engine.dispose()


def test_what_a_channel_refused_is_tried_again_by_a_lead_only(otklik: Command, desk: str) -> None:
    rows = json.loads(otklik("alerts", "list", "--failed", "--json").stdout)
    assert [(row["alert"], row["told"]) for row in rows] == [(1, "hook failed")]
    assert "Rejected: no" in otklik("alerts", "show", "1").stdout
    assert otklik("alerts", "resend", "1", "--as", "anna").returncode == 1
    assert otklik("alerts", "resend", "1", "--as", "vera").stdout == "tried again: hook\n"
    assert otklik("alerts", "resend", "1", "--as", "vera", "--channel", "mail").stdout == (
        "nothing to send\n"
    )
    engine = make_engine(desk)
    with reading(engine) as db:
        row = db.get_one(AlertDelivery, 1)
    engine.dispose()
    assert (row.state, row.attempts) == (DeliveryState.PENDING, 0)


def test_a_channel_is_tested_without_a_database(
    otklik: Command, tmp_path: Path, httpserver: HTTPServer
) -> None:
    (tmp_path / "otklik.toml").write_text(HOOK, encoding="utf-8")
    variables = {
        "OTKLIK_SECRET_URL": httpserver.url_for("/hook").replace("localhost", "127.0.0.1"),
        "OTKLIK_SECRET_KEY": "sixteen characters or more",
    }
    httpserver.expect_ordered_request("/hook").respond_with_data("ok")
    httpserver.expect_ordered_request("/hook").respond_with_data("no", status=403)
    assert otklik("alerts", "test", "hook", **variables).stdout == "hook took it\n"
    refused = otklik("alerts", "test", "hook", **variables)
    assert refused.returncode == 1
    assert "403" in refused.stderr
    assert "/hook" not in refused.stderr
    assert "known: hook" in otklik("alerts", "test", "mail", **variables).stderr
    assert not (tmp_path / "desk.sqlite3").exists()
