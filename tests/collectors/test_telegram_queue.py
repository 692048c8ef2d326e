"""Telegram: the queue of updates, its holes, other readers, lost chats, odd updates."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.telegram.intake import Intake
from collectors.telegram.settings import TelegramSettings
from collectors.telegram.state import State
from otklik.errors import AccessDenied
from otklik.platforms import build_platform, discover
from tests.collectors.test_telegram import OTHER_GROUP, POLL, read
from tests.rigs.reading import Ledger
from tests.rigs.telegram import GROUP, TelegramRig

pytestmark = pytest.mark.needs_shared


@pytest.fixture
def rig() -> Iterator[TelegramRig]:
    with TelegramRig() as running:
        yield running
        assert not running.violations


def test_a_page_is_confirmed_only_by_the_call_after_it(rig: TelegramRig) -> None:
    for n in range(5):
        rig.write(f"Отзыв {n}")
    ledger = Ledger()
    ledger.read(rig.platform(), 1)
    assert len(rig.queue) == 6  # the first page could still be asked for
    read(rig, ledger)
    assert rig.queue == []


def test_updates_that_somebody_took_are_missed_aloud(rig: TelegramRig) -> None:
    rig.write("Первое")
    ledger = read(rig)
    rig.write("Это унесла другая программа")
    rig.queue.clear()
    later = rig.write("Это осталось")
    read(rig, ledger)
    assert later in ledger.theirs
    assert "1 обновл." in ledger.warnings[-1]


def test_numbers_that_begin_anew_after_a_week_of_silence_are_read(rig: TelegramRig) -> None:
    rig.write("До отпуска")
    ledger = read(rig)
    rig.queue.clear()
    rig.renumber(17)
    later = rig.write("После отпуска")
    ledger.cursor["at"] = (datetime.now(UTC) - timedelta(days=8)).isoformat()
    read(rig, ledger)
    assert later in ledger.theirs
    assert ledger.cursor["offset"] == 18
    assert not ledger.warnings


def test_a_bot_put_out_of_its_only_chat_calls_for_a_person_until_it_is_back(
    rig: TelegramRig,
) -> None:
    written = rig.write("Последнее, что мы видели")
    rig.set_membership("kicked")
    ledger = Ledger()
    for _ in range(2):
        with pytest.raises(AccessDenied) as caught:
            read(rig, ledger)
        assert "верните" in caught.value.to_do
        assert not caught.value.whole_account
    assert written in ledger.theirs
    rig.set_membership("administrator")
    back = rig.write("С возвращением")
    read(rig, ledger)
    assert back in ledger.theirs


def test_losing_one_of_two_chats_is_a_warning(rig: TelegramRig) -> None:
    rig.set_membership("left")
    ledger = read(rig, chats=[GROUP["id"], OTHER_GROUP["id"]])
    assert any("удалили" in warning for warning in ledger.warnings)


def test_losing_an_administrators_place_is_a_warning(rig: TelegramRig) -> None:
    rig.set_membership("member")
    assert any("не администратор" in warning for warning in read(rig).warnings)


def test_a_webhook_calls_for_a_person(rig: TelegramRig) -> None:
    rig.webhook = "https://elsewhere.example/hook"
    with pytest.raises(AccessDenied) as caught:
        read(rig)
    assert "webhook" in caught.value.to_do


def test_another_reader_is_waited_for_once_and_then_told_of(rig: TelegramRig) -> None:
    written = rig.write("Проверка")
    rig.stolen = 1
    assert written in read(rig).theirs
    rig.stolen = 2
    with pytest.raises(AccessDenied) as caught:
        read(rig)
    assert "читает ещё кто-то" in caught.value.to_do


def test_two_sources_of_one_bot_do_not_take_each_others_updates(rig: TelegramRig) -> None:
    rig.write("Кому я достанусь?")
    read(rig)
    kind = discover()["telegram"]
    second = build_platform(kind, rig.settings(), source="второй")
    with pytest.raises(AccessDenied, match="rig") as caught:
        list(second.collect({}))
    second.close()
    assert "одним источником" in caught.value.to_do


def test_a_group_that_becomes_a_supergroup_is_read_on(rig: TelegramRig) -> None:
    old = {"id": -555, "type": "group", "title": "Клиенты"}
    new = {"id": -1001700000555, "type": "supergroup", "title": "Клиенты"}
    rig.say({"from": rig.person("А"), "migrate_to_chat_id": new["id"]}, chat=old)
    ledger = read(rig, chats=[-555])
    later = rig.say({"from": rig.person("А"), "text": "Мы переехали"}, chat=new)
    read(rig, ledger, chats=[-555])
    assert ledger.theirs == {later}
    assert str(new["id"]) in ledger.warnings[0]


def test_an_unreadable_update_costs_itself_only(rig: TelegramRig) -> None:
    before = rig.write("До")
    rig.write("Станет нечитаемым")
    rig.queue[-1]["message"] = {"message_id": "seven", "chat": []}
    after = rig.write("После")
    rig.queue.append({"nothing": 1})
    # this is what Telegram never sends, so the stand-in's own check must not see it
    updates = list(rig.queue)
    platform = rig.platform()
    page = Intake(platform.settings, State(), 1, lambda _: 0).page(updates)
    platform.close()
    rig.queue.clear()
    assert {before, after} <= {mention.external_id for mention in page.mentions}
    assert [bad.place for bad in page.bad_rows] == [
        "telegram update without a number",
        f"telegram update {updates[2]['update_id']}",
    ]
    assert page.cursor["offset"] == updates[3]["update_id"] + 1


UPDATE: dict[str, Any] = {
    "message_id": 7,
    "date": 1_790_000_000,
    "chat": GROUP,
    "from": {"id": 5, "is_bot": False, "first_name": "А"},
    "text": "Слово",
    "poll": POLL,
    "photo": [{"file_id": "P"}],
    "reply_to_message": {"message_id": 3, "date": 1_790_000_000, "chat": GROUP},
    "forward_origin": {"type": "user", "sender_user": {"id": 6, "first_name": "Б"}},
}
ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inside: (
        st.lists(inside, max_size=2)
        | st.dictionaries(st.sampled_from([*UPDATE, "title", "options"]), inside, max_size=3)
    ),
    max_leaves=6,
)


@given(
    changes=st.dictionaries(
        st.sampled_from([*UPDATE, "rich_message", "checklist", "venue", "paid_media", "entities"]),
        ODD,
        max_size=3,
    ),
    kind=st.sampled_from(["message", "edited_channel_post", "my_chat_member", "other"]),
)
def test_whatever_an_update_holds_it_costs_itself_only(changes: dict[str, Any], kind: str) -> None:
    settings = discover()["telegram"].settings_type(token="1:x")  # type: ignore[call-arg]
    assert isinstance(settings, TelegramSettings)
    good = {"update_id": 9, "message": {**UPDATE, "message_id": 8}}
    page = Intake(settings, State(), 1, lambda _: 0).page(
        [{"update_id": 8, kind: {**UPDATE, **changes}}, good]
    )
    assert f"{GROUP['id']}/8" in {mention.external_id for mention in page.mentions}
    assert page.cursor["offset"] == 10
