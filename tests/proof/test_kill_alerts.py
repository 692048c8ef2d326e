"""Killed at any moment of telling, every alert stands in Slack and in Telegram exactly once."""

from __future__ import annotations

import os
import random
import signal
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from otklik.clock import now
from otklik.database import make_engine, reading, session
from otklik.enums import AlertKind, DeliveryState
from otklik.models import AlertDelivery
from otklik.store import alerts
from tests.proof.killing import Zygote
from tests.servers.databases import PostgresServer, SqliteTemplate
from tests.servers.messengers import Messenger
from tests.servers.slack import BOT, SlackServer
from tests.servers.telegram import TOKEN, TelegramServer

KILLS = int(os.environ.get("PROOF_KILLS", "200" if os.environ.get("PROOF") == "full" else "20"))
LATER = 70.0  # seconds: past a lease


class Killer:
    """Kills the sender before a request works, after it has, or a little later still."""

    def __init__(self, rng: random.Random, fakes: list[Messenger]) -> None:
        self.rng, self.fakes, self.pid = rng, fakes, 0
        self.where: Counter[str] = Counter()

    def arm(self) -> None:
        """Choose a moment within this attempt."""
        left = [self.rng.randrange(4)]
        phase = self.rng.choice(("before", "after", "soon"))

        def strike(method: str, when: str) -> None:
            wanted = "after" if phase == "soon" else phase
            if when != wanted or method == "conversations.history":
                return
            left[0] -= 1
            if left[0] == -1:
                self.where[f"{method} {phase}"] += 1
                pause = self.rng.random() * 0.03 if phase == "soon" else 0.0
                if pause:
                    threading.Timer(pause, self._kill).start()
                else:
                    self._kill()

        for fake in self.fakes:
            fake.before = lambda method: strike(method, "before")
            fake.after = lambda method: strike(method, "after")

    def _kill(self) -> None:
        try:
            os.kill(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            self.where["too late"] += 1

    def disarm(self) -> None:
        """Let everything through."""
        for fake in self.fakes:
            fake.before = fake.after = None


@pytest.fixture(params=["sqlite", "postgresql"])
def url(
    request: pytest.FixtureRequest,
    sqlite_template: SqliteTemplate,
    postgres_server: PostgresServer,
    tmp_path: Path,
) -> Iterator[str]:
    if request.param == "sqlite":
        yield sqlite_template.copy(tmp_path / "alerts.sqlite3")
        return
    name = postgres_server.create()
    yield postgres_server.render(name)
    postgres_server.drop(name)


def add_alerts(url: str, first: int, count: int) -> None:
    engine = make_engine(url)
    with session(engine) as db:
        for number in range(first, first + count):
            alerts.save_alert(
                db,
                brand_id="default",
                kind=AlertKind.INCIDENT,
                dedup_key=f"a{number}",
                title=f"Беда номер {number:05}",
                body="что случилось",
                urgency=3,
                channels=["slack", "telegram"],
                at=now(),
            )
    engine.dispose()


def unsent(url: str) -> int:
    engine = make_engine(url)
    with reading(engine) as db:
        states = list(db.exec(select(AlertDelivery.state)))
    engine.dispose()
    return sum(state is not DeliveryState.SENT for state in states)


def told(fake: SlackServer | TelegramServer) -> Counter[str]:
    return Counter(one["text"].split("\n")[0] for one in fake.messages.values())


@pytest.mark.proof
def test_no_kill_loses_or_doubles_an_alert(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTKLIK_SECRET_SLACK", BOT)
    monkeypatch.setenv("OTKLIK_SECRET_TELEGRAM", TOKEN)
    rng, kills, made, offset = random.Random(20261122), 0, 0, 0.0
    with (
        SlackServer() as slack,
        TelegramServer() as telegram,
        Zygote(tmp_path / "zygote.log", "tests.proof.alert_killing") as zygote,
    ):
        killer = Killer(rng, [slack, telegram])
        add_alerts(url, made, 1)  # one that stands there: Telegram is looked through from it on
        made += 1
        job: dict[str, Any] = {"url": url, "slack": slack.url, "telegram": telegram.url}
        zygote.run({**job, "offset": offset}, lambda pid: None)
        while kills < KILLS:
            add_alerts(url, made, 3)
            made += 3
            telegram.chat(rng.randrange(3))  # people talk in between
            killer.arm()
            offset = slack.ahead = offset + LATER
            end = zygote.run({**job, "offset": offset}, lambda pid: setattr(killer, "pid", pid))
            kills += end["status"] == -signal.SIGKILL
            assert end["status"] in (0, -signal.SIGKILL)
        killer.disarm()
        for _ in range(20):
            offset = slack.ahead = offset + LATER
            zygote.run({**job, "offset": offset}, lambda pid: None)
            if not unsent(url):
                break
        wanted = Counter({f"Беда номер {number:05}": 1 for number in range(made)})
        for fake in (slack, telegram):
            found = told(fake)
            lost, doubled = wanted - found, found - wanted
            assert (lost.total(), doubled.total()) == (0, 0), (type(fake).__name__, lost, doubled)
            assert fake.wrong == []
        assert unsent(url) == 0
    assert {"chat.postMessage after", "sendMessage after"} <= set(killer.where), killer.where
    sys.stderr.write(f"{kills} kills, {made} alerts, {dict(killer.where)}\n")
