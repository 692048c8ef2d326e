"""Buttons in Slack and Telegram: linked by a code, rights by role, the same lease as the desk."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from otklik import listening
from otklik.alerts._heard import Listener
from otklik.alerts._socket import SlackListener
from otklik.alerts._updates import TelegramListener
from otklik.alerts.slack import SlackConfig
from otklik.alerts.telegram import TelegramConfig
from otklik.database import reading, session
from otklik.enums import AlertKind, Role
from otklik.models import Alert, AuditEvent, Person
from otklik.people import add_person
from otklik.settings import Settings
from otklik.store import alerts
from responder.alerting import linking
from responder.alerting.taking import STRANGER
from tests.servers.slack import APP, BOT, CHANNEL, SlackServer
from tests.servers.telegram import CHAT, TOKEN, TelegramServer

SETTINGS = Settings()
Until = Callable[[Callable[[], object]], None]


def until(found: Callable[[], object], seconds: float = 60.0) -> None:
    """Wait for what another thread does."""
    end = time.monotonic() + seconds
    while not found():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.02)


@pytest.fixture
def anna(engine: Engine) -> Person:
    with session(engine) as db:
        return add_person(
            db,
            login="anna",
            role=Role.OPERATOR,
            password=None,
            at=datetime.now(UTC),
            brand_id="default",
            name="Анна",
        )


@pytest.fixture
def alert_id(engine: Engine) -> int:
    with session(engine) as db:
        made = alerts.save_alert(
            db,
            brand_id="default",
            kind=AlertKind.SOURCE_DOWN,
            dedup_key="x",
            title="t",
            body="",
            urgency=3,
            channels=["chat"],
            at=datetime.now(UTC),
        )
    assert made is not None
    return made.id or 0


@pytest.fixture
def run(engine: Engine) -> Iterator[Callable[[Listener], None]]:
    stopping, threads = threading.Event(), []

    def start(listener: Listener) -> None:
        work = partial(listening.listen, listener, engine, SETTINGS, stopping)
        threads.append(threading.Thread(target=work))
        threads[-1].start()

    yield start
    stopping.set()
    for thread in threads:
        thread.join(timeout=10)


def code_of(engine: Engine, person: Person) -> str:
    with session(engine) as db:
        return linking.make_code(db, person, datetime.now(UTC))


def taken_by(engine: Engine) -> int | None:
    with reading(engine) as db:
        return db.exec(select(Alert.taken_by_id)).one()


def test_telegram_take_acts_for_whoever_linked_the_account(
    engine: Engine, anna: Person, alert_id: int, run: Callable[[Listener], None]
) -> None:
    with TelegramServer() as server:
        config = TelegramConfig.model_validate(
            {"bot_token": TOKEN, "chat_id": CHAT, "base_url": server.url, "buttons": True}
        )
        server.press(f"take:{alert_id}", 42)
        run(TelegramListener(config, "t"))
        until(lambda: server.answers)
        assert server.answers[0]["text"] == STRANGER[:199] + "…" or server.answers[0]["show_alert"]
        assert taken_by(engine) is None
        server.write_to_bot("ABCDE-FGHJK", 42)
        until(lambda: server.private)
        assert "Такого кода нет" in server.private[0]["text"]
        code = code_of(engine, anna)
        server.write_to_bot(f"/start {code}", 42)
        until(lambda: len(server.private) == 2)
        assert "вы Анна" in server.private[1]["text"]
        server.write_to_bot(code, 43)  # used up
        until(lambda: len(server.private) == 3)
        assert "Такого кода нет" in server.private[2]["text"]
        server.press(f"take:{alert_id}", 42)
        until(lambda: len(server.answers) == 2)
        assert server.answers[1]["text"] == "Теперь это ваше."
        server.press("take:x", 42)
        server.press(f"take:{alert_id}", 43)
        until(lambda: len(server.answers) == 3)
        assert taken_by(engine) == anna.id
        assert server.wrong == []
    with reading(engine) as db:
        actions = list(db.exec(select(AuditEvent.action).order_by(AuditEvent.id)))  # type: ignore[arg-type]
    assert actions[-3:] == ["chat.code_made", "chat.linked", "alert.taken"]


def test_slack_take_is_acknowledged_and_survives_a_disconnect(
    engine: Engine, anna: Person, alert_id: int, run: Callable[[Listener], None]
) -> None:
    with SlackServer() as server:
        config = SlackConfig.model_validate(
            {"bot_token": BOT, "app_token": APP, "channel": CHANNEL, "base_url": server.url}
        )
        run(SlackListener(config, "s"))
        until(lambda: server.connections)
        server.press("otklik_take", str(alert_id), "U1", "e-1")
        until(lambda: server.acknowledged)
        assert server.called("chat.postEphemeral")[0]["text"].startswith("Я вас пока не знаю")
        server.disconnect()
        until(lambda: len(server.connections) == 2)
        server.write_to_bot(code_of(engine, anna), "U1", "e-2")
        until(lambda: len(server.acknowledged) == 2)
        server.press("otklik_take", str(alert_id), "U1", "e-3")
        server.press("otklik_take", str(alert_id), "U1", "e-3")  # once more, as after a crash
        server.press("otklik_open", "", "U1", "e-4")
        until(lambda: len(server.acknowledged) == 5)
        assert [one["envelope_id"] for one in server.acknowledged] == [
            "e-1",
            "e-2",
            "e-3",
            "e-3",
            "e-4",
        ]
        assert [one["text"] for one in server.called("chat.postEphemeral")[1:]] == [
            "Теперь это ваше."
        ] * 2
        assert taken_by(engine) == anna.id
        assert server.wrong == []
