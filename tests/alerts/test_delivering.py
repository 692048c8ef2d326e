"""Alerts on their way: storms, takers, steps, dead channels, dead senders."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, text
from sqlmodel import col, select

from otklik.alerts import AlertMessage
from otklik.database import reading, session
from otklik.entries import ChannelSettings
from otklik.enums import AlertKind, Role
from otklik.errors import AccessDenied, Rejected, Transient
from otklik.models import AlertDelivery
from otklik.operations import Calendar, Hours, Operations, Route
from otklik.store import alerts, deliveries
from otklik.telling import LEASE, tell_all
from responder.knowledge.file import shipped_knowledge
from responder.policy.file import shipped_policy
from tests.fakes import FakeChannel, Stage, make_stage

KIND = AlertKind.SOURCE_DOWN


class Chat(FakeChannel):
    """A channel that can change messages and find them again."""

    can_update = True

    def __init__(self) -> None:
        super().__init__()
        self.changed: list[tuple[str, AlertMessage]] = []

    def send(self, message: AlertMessage) -> str:
        super().send(message)
        return message.key

    def update(self, reference: str, message: AlertMessage) -> None:
        self.changed.append((reference, message))

    def find(
        self, message: AlertMessage, since: datetime, after: str, known: Collection[str] = ()
    ) -> str | None:
        return next((one.key for one in self.sent if one.key == message.key), None)


@pytest.fixture(scope="module")
def shop() -> tuple[Any, Any]:
    return shipped_policy(), shipped_knowledge()


@pytest.fixture
def stage(engine: Engine, shop: tuple[Any, Any]) -> Stage:
    """A desk with two channels: `chat` and `mail`."""
    stage = make_stage(engine, *shop, desk_url="https://desk.example")
    entries = {name: ChannelSettings(name=name, kind="fake") for name in ("chat", "mail")}
    chat, mail = Chat(), FakeChannel()
    channels = {"chat": (entries["chat"], chat), "mail": (entries["mail"], mail)}
    return replace(stage, desk=replace(stage.desk, channels=channels), channel=chat)


def raise_alerts(stage: Stage, count: int, *names: str, first: int = 0, **more: Any) -> list[int]:
    fields = {"kind": KIND, "body": "b", "urgency": 3, **more}
    with session(stage.desk.engine) as db:
        made = [
            alerts.save_alert(
                db,
                brand_id="default",
                dedup_key=f"k{number}",
                title=f"Беда {number}",
                channels=names or ("chat",),
                at=stage.clock(),
                **fields,
            )
            for number in range(first, first + count)
        ]
    return [one.id or 0 for one in made if one is not None]


def states(stage: Stage, channel: str = "chat") -> list[str]:
    with reading(stage.desk.engine) as db:
        wanted = select(AlertDelivery.state).where(AlertDelivery.channel == channel)
        return sorted(db.exec(wanted.order_by(col(AlertDelivery.id))))


def mail_of(stage: Stage) -> list[AlertMessage]:
    channel = stage.desk.channels["mail"][1]
    assert isinstance(channel, FakeChannel)
    return channel.sent


def test_a_storm_of_a_hundred_is_one_message_with_its_count(stage: Stage) -> None:
    raise_alerts(stage, 100)
    tell_all(stage.desk, 200)
    (message,) = stage.channel.sent
    assert message.title == "Источники не отвечают: 100"
    assert "1. Беда 0" in message.body
    assert "… и ещё 90" in message.body
    assert states(stage) == ["folded"] * 99 + ["sent"]


def test_a_storm_that_trickles_in_is_told_once_a_window(stage: Stage) -> None:
    for number in range(30):
        raise_alerts(stage, 1, first=number)
        tell_all(stage.desk, 50)
    assert len(stage.channel.sent) == 5
    stage.clock.wait(seconds=61)
    tell_all(stage.desk, 50)
    assert [one.title for one in stage.channel.sent[5:]] == ["Источники не отвечают: 25"]
    assert set(states(stage)) == {"sent", "folded"}


def test_other_kinds_and_channels_have_windows_of_their_own(stage: Stage) -> None:
    raise_alerts(stage, 9, "chat", "mail")
    raise_alerts(stage, 1, "chat", first=20, kind=AlertKind.INCIDENT)
    tell_all(stage.desk, 50)
    assert len(stage.channel.sent) == 2
    assert len(mail_of(stage)) == 1


ROUTES = Operations(
    routes=(
        Route(("chat",), kinds=frozenset({KIND})),
        Route(("mail",), kinds=frozenset({KIND}), wait_minutes=10, people=("lead",)),
        Route(("mail",), kinds=frozenset({AlertKind.PROMISE_SOON}), digest=True),
    )
)


def test_nobody_took_it_so_the_next_step_is_told(stage: Stage) -> None:
    raise_alerts(stage, 1, "mail")
    tell_all(stage.desk, 50, ROUTES)
    assert (len(stage.channel.sent), len(mail_of(stage))) == (1, 0)
    stage.clock.wait(minutes=10)
    tell_all(stage.desk, 50, ROUTES)
    (message,) = mail_of(stage)
    assert message.facts[0] == "Никто не взял за 10 мин."


def test_what_was_taken_is_told_to_nobody_else_and_its_message_says_who(stage: Stage) -> None:
    (number,) = raise_alerts(stage, 1)
    tell_all(stage.desk, 50, ROUTES)
    with session(stage.desk.engine) as db:
        one, other = stage.people[Role.OPERATOR], stage.people[Role.LEAD]
        assert deliveries.save_taken(db, [number], one.id or 0, stage.clock()) == 1
        assert deliveries.save_taken(db, [number], other.id or 0, stage.clock()) == 0
        deliveries.save_stale(db, [number])
    stage.clock.wait(minutes=10)
    tell_all(stage.desk, 50, ROUTES)
    tell_all(stage.desk, 50, ROUTES)
    assert mail_of(stage) == []
    assert states(stage, "mail") == ["skipped"]
    chat = stage.channel
    assert isinstance(chat, Chat)
    ((_, shown),) = chat.changed
    assert (shown.taken_by, shown.can_take) == ("operator", False)


def test_a_digest_is_one_message_at_the_full_hour(stage: Stage) -> None:
    raise_alerts(stage, 3, "chat", kind=AlertKind.PROMISE_SOON, urgency=1)
    tell_all(stage.desk, 50, ROUTES)
    assert (stage.channel.sent, mail_of(stage)) == ([], [])
    stage.clock.wait(minutes=60)
    tell_all(stage.desk, 50, ROUTES)
    (message,) = mail_of(stage)
    assert message.title == "Скоро срок обещаний: 3"


@pytest.mark.parametrize(("urgency", "at_once"), [(2, False), (3, True)])
def test_quiet_hours_hold_all_but_the_most_urgent(
    stage: Stage, urgency: int, *, at_once: bool
) -> None:
    local = stage.desk.local_now()
    minute = local.hour * 60 + local.minute
    hours = (Hours(minute, minute + 120),)
    quiet = Calendar("quiet", ZoneInfo("Europe/Moscow"), {local.weekday(): hours})
    operations = Operations(routes=(Route(("chat",)),), channels_quiet={"chat": quiet})
    raise_alerts(stage, 1, urgency=urgency)
    tell_all(stage.desk, 50, operations)
    assert bool(stage.channel.sent) is at_once
    stage.clock.wait(hours=2)
    tell_all(stage.desk, 50, operations)
    assert len(stage.channel.sent) == 1


def test_a_message_whose_sender_died_is_not_sent_twice(stage: Stage) -> None:
    raise_alerts(stage, 1)
    throttle = deliveries.Throttle(5, timedelta(minutes=1))
    with session(stage.desk.engine) as db:  # it claims, sends, and is killed before it commits
        going = deliveries.claim_next(db, "default", stage.clock(), LEASE, throttle)
    assert going is not None
    key = f"default-{going.alert.id}-{going.delivery.id}"
    stage.channel.sent.append(
        AlertMessage(kind=KIND, title="t", alert_id=going.alert.id or 0, key=key)
    )
    tell_all(stage.desk, 50)
    assert states(stage) == ["sending"]
    stage.clock.wait(seconds=61)
    tell_all(stage.desk, 50)
    assert states(stage) == ["sent"]
    assert len(stage.channel.sent) == 1


def test_an_answer_that_never_came_is_looked_for_before_it_is_sent_again(stage: Stage) -> None:
    raise_alerts(stage, 1)
    stage.channel.faults = [Transient("no answer")]
    tell_all(stage.desk, 50)
    with reading(stage.desk.engine) as db:
        assert db.exec(select(AlertDelivery.started_at)).one() is not None
    stage.clock.wait(minutes=1)
    tell_all(stage.desk, 50)
    assert (len(stage.channel.sent), states(stage)) == (1, ["sent"])


def test_a_dead_channel_is_told_of_on_another_once_and_loses_nothing(stage: Stage) -> None:
    raise_alerts(stage, 2)
    stage.channel.faults = [AccessDenied("token_revoked")] * 2
    for _ in range(3):
        tell_all(stage.desk, 50)
        stage.clock.wait(minutes=1)
    told = [one.kind for one in mail_of(stage)]
    assert told.count(AlertKind.CHANNEL_DOWN) == 1
    assert sorted(one.title for one in mail_of(stage) if one.kind is KIND) == ["Беда 0", "Беда 1"]


def test_one_refused_message_is_no_dead_channel_but_goes_another_way(stage: Stage) -> None:
    raise_alerts(stage, 1)
    stage.channel.faults = [Rejected("invalid_blocks")]
    tell_all(stage.desk, 50)
    tell_all(stage.desk, 50)
    assert [one.kind for one in mail_of(stage)] == [KIND]


def test_what_is_about_the_same_stands_in_one_thread(stage: Stage) -> None:
    raise_alerts(stage, 1, thread_key="incident:7")
    tell_all(stage.desk, 50)
    raise_alerts(stage, 1, first=1, thread_key="incident:7")
    tell_all(stage.desk, 50)
    first, second = stage.channel.sent
    assert (first.thread, second.thread) == ("", first.key)
    assert second.link == "https://desk.example/incident?id=7"


STORM = deliveries.Throttle(burst=5, window=timedelta(minutes=1))


def test_two_tellers_of_one_storm_never_wait_for_each_other(
    postgres_engine: Engine, shop: tuple[Any, Any]
) -> None:
    stage = make_stage(postgres_engine, *shop)
    raise_alerts(stage, 10)
    lease = timedelta(minutes=1)
    with session(postgres_engine) as one, session(postgres_engine) as other:
        mine = alerts.claim_delivery(one, "default", stage.clock(), lease)
        other.execute(text("SET LOCAL lock_timeout = '5s'"))  # it waited here: half of a deadlock
        theirs = deliveries.claim_next(other, "default", stage.clock(), lease, STORM)
        assert mine is not None
        assert theirs is not None
        assert mine[0].id != theirs.delivery.id
        assert mine[1].id not in {alert.id for alert in theirs.folded}
        assert len(theirs.folded) == 8
