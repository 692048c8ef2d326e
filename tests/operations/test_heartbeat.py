"""Who watches the monitor: signs of life, and what is told when they cease."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from pytest_httpserver import HTTPServer
from sqlalchemy import Engine
from sqlmodel import select
from werkzeug import Request, Response

from otklik.database import make_engine, reading, session
from otklik.enums import AlertKind
from otklik.heart import Heart, serving
from otklik.models import Alert
from otklik.pulse import Pulse, judge
from otklik.settings import Settings
from otklik.store import heartbeats
from otklik.watchdog import look, watch

AT = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SPANS = {"late": MINUTE, "stall": 10 * MINUTE}


@pytest.mark.parametrize(
    ("pulse", "what"),
    [
        (None, "never"),
        (Pulse(AT), ""),
        (Pulse(AT - MINUTE), ""),
        (Pulse(AT - 2 * MINUTE), "silent"),
        (Pulse(AT + 2 * MINUTE), "silent"),
        (Pulse(AT - 2 * MINUTE, stopped_at=AT - 2 * MINUTE), "stopped"),
        (Pulse(AT, busy={"collect": AT - 9 * MINUTE}), ""),
        (Pulse(AT, busy={"collect": AT - 11 * MINUTE, "post": AT}), "hung"),
    ],
)
def test_a_pulse_says_what_is_wrong(pulse: Pulse | None, what: str) -> None:
    fault = judge(pulse, AT, **SPANS)
    assert (fault.what if fault else "") == what
    if fault is not None and what == "hung":
        assert "collect: 11 мин." in fault.body
        assert "post" not in fault.body


class Monitor:
    """A heart whose clock and steps the test moves."""

    def __init__(self, engine: Engine, **more: Any) -> None:
        self.at, self.busy = AT, dict[str, datetime]()
        self.settings = Settings(heartbeat=more, database_url=str(_url(engine)))
        self.heart = Heart(engine, self.settings, "desk:1", self._busy, lambda: self.at)

    def _busy(self) -> Mapping[str, datetime]:
        return self.busy


def _url(engine: Engine) -> str:
    return engine.url.render_as_string(hide_password=False)


def raised(engine: Engine) -> list[str]:
    with reading(engine) as db:
        kinds = select(Alert.title).where(Alert.kind == AlertKind.MONITOR_STOPPED)
        return list(db.exec(kinds.order_by(Alert.id)))  # type: ignore[arg-type]


def test_a_beat_is_kept_and_an_end_in_order_is_told_from_a_death(engine: Engine) -> None:
    monitor = Monitor(engine)
    monitor.busy["collect"] = AT - MINUTE
    assert monitor.heart.beat() is None
    with reading(engine) as db:
        found = heartbeats.find_pulse(db, "default")
    assert found == Pulse(AT, "desk:1", {"collect": AT - MINUTE})
    assert look(monitor.settings, AT + 2 * MINUTE).what == "silent"  # type: ignore[union-attr]
    monitor.heart.stop()
    assert look(monitor.settings, AT + 2 * MINUTE).what == "stopped"  # type: ignore[union-attr]
    assert look(monitor.settings, AT + MINUTE) is None


def test_a_step_that_hangs_is_told_once_by_those_that_do_not(engine: Engine) -> None:
    monitor = Monitor(engine)
    monitor.busy["collect"] = AT
    for minutes in (5, 11, 12):
        monitor.at = AT + minutes * MINUTE
        monitor.heart.beat()
    assert raised(engine) == ["Монитор завис"]


def test_a_monitor_that_died_says_so_when_it_lives_again(engine: Engine) -> None:
    Monitor(engine).heart.beat()
    again = Monitor(engine)
    again.at = AT + timedelta(hours=3)
    again.heart.greet()
    again.heart.greet()
    assert raised(engine) == ["Монитор не работал и снова запущен"]
    again.heart.stop()
    again.at += timedelta(hours=3)
    again.heart.greet()
    assert len(raised(engine)) == 1


def test_the_outer_watcher_is_called_only_while_all_is_well(
    sqlite_engine: Engine, httpserver: HTTPServer
) -> None:
    calls: list[str] = []

    def answer(request: Request) -> Response:
        calls.append(f"{request.path} {request.get_data().decode()}".strip()[:40])
        return Response("ok")

    for path in ("/ping/secret", "/fail"):
        httpserver.expect_request(path).respond_with_handler(answer)
    addresses = {"ping_url": httpserver.url_for("/ping/secret")}
    monitor = Monitor(sqlite_engine, fail_url=httpserver.url_for("/fail"), **addresses)
    monitor.heart.beat()
    monitor.busy["post"] = AT - 11 * MINUTE
    monitor.heart.beat()
    monitor.busy.clear()
    sqlite_engine.dispose()
    with sqlite_engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE heartbeat RENAME TO gone")
    monitor.at += MINUTE / 2
    monitor.heart.beat()
    assert calls == ["/ping/secret", "/fail Шаг не заканчивается; остальное, в"]


def test_the_monitor_answers_by_http_while_its_database_hangs(sqlite_engine: Engine) -> None:
    monitor = Monitor(sqlite_engine)
    monitor.heart.beat()
    with serving(monitor.heart, ("127.0.0.1", 0)) as port:
        url = f"http://127.0.0.1:{port}/"
        assert look(monitor.settings, AT, url) is None
        assert httpx.get(f"{url}etc/passwd", trust_env=False).status_code == 404
        monitor.at += 5 * MINUTE
        fault = look(monitor.settings, AT, url)
    assert fault is not None
    assert (fault.what, fault.since) == ("silent", AT)
    assert look(monitor.settings, AT, url).what == "unreachable"  # type: ignore[union-attr]


class People:
    """Whoever reads the watcher's own channel; `is_away`: the channel takes nothing."""

    def __init__(self, server: HTTPServer) -> None:
        self.read: list[str] = []
        self.is_away = False
        server.expect_request("/people").respond_with_handler(self._answer)
        self.channel = {
            "name": "people",
            "kind": "webhook",
            "url": "env:OTKLIK_SECRET_URL",
            "secret": "env:OTKLIK_SECRET_KEY",
        }
        self.variables = {
            "OTKLIK_SECRET_URL": server.url_for("/people").replace("localhost", "127.0.0.1"),
            "OTKLIK_SECRET_KEY": "sixteen characters or more",
        }

    def _answer(self, request: Request) -> Response:
        if self.is_away:
            return Response("away", 503)
        self.read.append(json.loads(request.get_data())["title"])
        return Response("ok")


@pytest.fixture
def people(httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> People:
    found = People(httpserver)
    for name, value in found.variables.items():
        monkeypatch.setenv(name, value)
    return found


def test_a_death_is_told_once_again_after_an_hour_and_when_it_is_over(
    engine: Engine, people: People, tmp_path: Path
) -> None:
    monitor = Monitor(engine)
    settings = monitor.settings.model_copy(update={"channels": _channels(people)})
    memory = tmp_path / "var" / "heartbeat.json"
    monitor.heart.beat()
    assert watch(settings, memory, AT).fault is None
    people.is_away = True
    assert set(watch(settings, memory, AT + 2 * MINUTE).refused) == {"people"}
    people.is_away = False
    for minutes in (3, 4, 40, 63, 64):
        watch(settings, memory, AT + minutes * MINUTE)
    assert people.read == ["Монитор не подаёт признаков жизни"] * 2
    monitor.at = AT + 65 * MINUTE
    monitor.heart.beat()
    for _ in range(2):
        watch(settings, memory, monitor.at)
    assert people.read[2:] == ["Монитор снова работает"]


def _channels(people: People) -> list[Any]:
    return Settings(channels=[people.channel]).channels


def test_a_database_out_of_reach_is_told_too(people: People, tmp_path: Path) -> None:
    settings = Settings(
        channels=_channels(people), database_url=f"sqlite:///{tmp_path / 'gone.sqlite3'}"
    )
    found = watch(settings, tmp_path / "memory", AT)
    assert found.fault is not None
    assert found.fault.what == "unreachable"
    assert people.read == ["Монитор недоступен: неизвестно, работает ли он"]
    assert not (tmp_path / "gone.sqlite3").exists()


def test_a_question_that_hangs_is_an_answer(
    monkeypatch: pytest.MonkeyPatch, sqlite_url: str
) -> None:
    hold = threading.Event()
    monkeypatch.setattr("otklik.watchdog.PATIENCE", 0.1)
    monkeypatch.setattr("otklik.watchdog._ask_database", lambda *_: hold.wait(20))
    fault = look(Settings(database_url=sqlite_url), AT)
    hold.set()
    assert fault is not None
    assert fault.what == "unreachable"


def test_a_torn_row_or_another_schema_is_no_reason_to_keep_still(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'other.sqlite3'}"
    engine = make_engine(url)
    with session(engine) as db:
        db.connection().exec_driver_sql("CREATE TABLE something_else (id INTEGER)")
    engine.dispose()
    fault = look(Settings(database_url=url), AT)
    assert fault is not None
    assert fault.what == "unreachable"
