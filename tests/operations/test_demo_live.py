"""The first minute: the real demo with real servers on free ports."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import psutil
import pytest
from sqlalchemy import Engine
from sqlmodel import col, select

from otklik import clock
from otklik.database import make_engine, reading, session
from otklik.demo.isso_server import OUR_EMAIL, PAGE, SHOP, read_evening
from otklik.enums import (
    AlertKind,
    DraftState,
    IncidentKind,
    IncidentState,
    MentionState,
    Urgency,
)
from otklik.models import Alert, AuditEvent, DraftRow, Incident, Mention, Person, VerdictRow
from responder import approval
from tests.operations.conftest import environment, family, gone, wait_for


@dataclass
class Demo:
    """A running demo: what it printed, and how long it took."""

    process: subprocess.Popen[str]
    folder: Path
    lines: list[str]
    up_after: float
    drafts_after: float
    engine: Engine

    def address(self, what: str) -> str:
        found = re.search(rf"{what} +(http://\S+)", "\n".join(self.lines))
        assert found is not None, self.lines
        return found[1]

    def isso(self, method: str, path: str, body: Any = None) -> Any:
        config = (self.folder / "isso.conf").read_text(encoding="utf-8")
        found = re.search(r"listen = (\S+)", config)
        assert found is not None
        request = urllib.request.Request(
            found[1] + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)

    def shown(self) -> list[Any]:
        """The comments of the page as its visitors see them."""
        thread = self.isso("GET", f"/?uri={quote(PAGE)}&plain=1")
        return [row for root in thread["replies"] for row in (root, *root["replies"])]


@contextmanager
def started(folder: Path, *more: str) -> Iterator[Demo]:
    began = time.monotonic()
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "otklik", "demo", "--folder", str(folder)),
            *("--desk-port", "0", "--page-port", "0", "--isso-port", "0", *more),
        ],
        cwd=folder.parent,
        env=environment(folder),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    demo = Demo(process, folder, [], 0.0, 0.0, make_engine(f"sqlite:///{folder}/otklik.sqlite3"))
    try:
        assert process.stdout is not None
        for line in process.stdout:
            demo.lines.append(line.rstrip())
            if "The desk" in line:
                demo.up_after = time.monotonic() - began
            if "drafts wait for you" in line:
                demo.drafts_after = time.monotonic() - began - demo.up_after
                break
        assert demo.drafts_after, "\n".join(demo.lines)
        yield demo
    finally:
        demo.engine.dispose()
        end(process, signal.SIGTERM)


def end(process: subprocess.Popen[str], number: signal.Signals) -> None:
    if process.poll() is None:
        os.killpg(process.pid, number)
    process.communicate(timeout=40)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with started(tmp_path_factory.mktemp("shop") / "demo") as running:
        yield running


def test_the_queue_shows_judged_mentions_with_drafts(demo: Demo) -> None:
    sys.stdout.write(f"servers up {demo.up_after:.1f} s, drafts {demo.drafts_after:.1f} s later\n")
    with reading(demo.engine) as db:
        drafts = db.exec(select(DraftRow).where(DraftRow.state == DraftState.PROPOSED)).all()
        verdicts = db.exec(select(VerdictRow)).all()
        waiting = db.exec(select(Mention).where(Mention.state == MentionState.HELD)).all()
    assert len(drafts) >= 10
    assert len(verdicts) >= 70
    assert waiting
    assert all(draft.text.strip() for draft in drafts)


def test_the_printed_addresses_answer(demo: Demo) -> None:
    for what in ("The desk", "The shop"):
        answer = httpx.get(
            demo.address(what),
            headers={"Accept": "text/html"},
            follow_redirects=True,  # nobody is logged in yet, so the desk leads to its sign-in
            timeout=20,
            trust_env=False,
        )
        assert answer.status_code == 200
        assert "<html" in answer.text
    assert len(demo.shown()) >= 80


def test_everybody_is_on_this_machine_only(demo: Demo) -> None:
    listening = [
        connection.laddr.ip
        for process in family(demo.process)
        for connection in process.net_connections("inet")
        if connection.status == psutil.CONN_LISTEN
    ]
    assert len(listening) == 3
    assert set(listening) == {"127.0.0.1"}


def test_an_admin_has_switched_posting_on_and_the_log_says_so(demo: Demo) -> None:
    with reading(demo.engine) as db:
        (event,) = db.exec(select(AuditEvent).where(AuditEvent.action == "posting.switched")).all()
        people = {f"person:{person.id}": person.role for person in db.exec(select(Person))}
    assert event.detail == {"mode": "live"}
    assert people[event.actor] == "admin"
    assert sorted(people.values()) == ["admin", "approver", "lead", "operator"]


def test_passwords_are_printed_and_kept_for_their_owner_alone(demo: Demo) -> None:
    file = demo.folder / "people.txt"
    assert file.stat().st_mode & 0o077 == 0
    for line in file.read_text(encoding="utf-8").splitlines():
        login, password = line.split()
        assert len(password) >= 12
        assert any(login in shown and password in shown for shown in demo.lines)


def test_a_new_comment_comes_into_the_queue_by_itself(demo: Demo) -> None:
    text = "Третий час жду курьера с заказом, поддержка молчит. Где мой чай?"
    body = {"text": text, "author": "Новый гость", "title": "Отзывы"}
    demo.isso("POST", f"/new?uri={quote(PAGE)}", body)

    def is_judged() -> bool:
        with reading(demo.engine) as db:
            found = db.exec(select(Mention).where(Mention.text == text)).one_or_none()
        return found is not None and found.state in (MentionState.DRAFTED, MentionState.HELD)

    took = wait_for(is_judged, seconds=60, what="a new comment in the queue")
    sys.stdout.write(f"new comment to draft: {took:.1f} s\n")


def test_an_approved_reply_appears_on_the_page(demo: Demo) -> None:
    with session(demo.engine) as db:
        draft = db.exec(
            select(DraftRow).where(
                DraftRow.state == DraftState.PROPOSED, DraftRow.approvals_needed == 1
            )
        ).first()
        assert draft is not None
        person = db.exec(select(Person).where(Person.login == "approver")).one()
        approval.approve(
            db,
            person=person,
            draft_id=draft.id or 0,
            text_digest=draft.text_digest,
            mention_version=draft.mention_version,
            at=clock.now(),
            undo=timedelta(seconds=1),
        )
    wait_for(
        lambda: any(row["text"] == draft.text and row["author"] == SHOP for row in demo.shown()),
        seconds=60,
        what="our reply on the page",
    )


def test_the_evening_without_payments_is_one_incident(demo: Demo) -> None:
    evening = {comment.text for comment in read_evening()}
    with reading(demo.engine) as db:
        (incident,) = db.exec(select(Incident)).all()
        members = db.exec(select(Mention.text).where(Mention.incident_id == incident.id)).all()
    assert (incident.kind, incident.state) == (IncidentKind.FAULT, IncidentState.SUSPECTED)
    assert set(members) <= evening
    assert len(members) >= 8


def test_whatever_is_judged_critical_raises_an_alert(demo: Demo) -> None:
    with reading(demo.engine) as db:
        critical = set(db.exec(select(Mention.id).where(Mention.urgency == Urgency.CRITICAL)))
    assert critical, "a poisoned child is among the comments"

    def alerted() -> set[int | None]:
        with reading(demo.engine) as db:
            kind = col(Alert.kind) == AlertKind.URGENT_MENTION
            return set(db.exec(select(Alert.mention_id).where(kind)))

    wait_for(lambda: critical <= alerted(), seconds=60, what="an alert for each")


def test_ctrl_c_ends_everything_and_a_second_start_goes_on(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    with started(folder) as first:
        everybody = family(first.process)
        assert len(everybody) == 5
        people = (folder / "people.txt").read_text(encoding="utf-8")
        os.killpg(first.process.pid, signal.SIGINT)
        assert first.process.stdout is not None
        assert "Stopping" in first.process.stdout.read()
        assert first.process.wait(timeout=40) == 0
        wait_for(lambda: gone(everybody), seconds=60, what="the end of all")
    with started(folder) as second:
        everybody = family(second.process)
        assert (folder / "people.txt").read_text(encoding="utf-8") == people
        with reading(second.engine) as db:
            texts = [mention.text for mention in db.exec(select(Mention))]
        assert len(texts) == len(set(texts)) == len(second.shown())
        assert OUR_EMAIL not in "".join(texts)
        os.kill(second.process.pid, signal.SIGKILL)
        wait_for(lambda: gone(everybody), seconds=60, what="the end of all, supervisor killed")
