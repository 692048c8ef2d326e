"""Telegram: replies, deleting, banning, and what a bot may do."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from collectors.telegram.api import GROUP_LIMIT, TOKEN_LIMIT
from otklik.errors import AccessDenied, Gone, OutcomeUnknown, RateLimited, Rejected
from otklik.metering import Limit, LocalMeter
from otklik.platforms import AnyPlatform, Capability, CollectedMention, ReplyRequest
from tests.rigs.reading import Ledger
from tests.rigs.telegram import GROUP, TelegramRig
from tests.servers.faulty import FaultyProxy, answer

pytestmark = pytest.mark.needs_shared
TEXT = "Проверили заказ 1742: привезём завтра <b>до 12:00</b>"


@pytest.fixture
def rig() -> Iterator[TelegramRig]:
    with TelegramRig() as running:
        yield running
        assert not running.violations


@pytest.fixture
def platform(rig: TelegramRig) -> Iterator[AnyPlatform]:
    made = rig.platform()
    yield made
    made.close()


@pytest.fixture
def mention(rig: TelegramRig) -> CollectedMention:
    written = rig.write("Где заказ 1742?")
    ledger = Ledger()
    ledger.read(rig.platform())
    return ledger.standing[written]


def reply_to(mention: CollectedMention, text: str = TEXT, thread: str = "") -> ReplyRequest:
    return ReplyRequest(
        thread_external_id=thread or mention.thread.external_id,
        parent_external_id=mention.external_id,
        text=text,
        idempotency_key="k",
    )


def sent(rig: TelegramRig, method: str) -> list[Any]:
    return [request.json for request in rig.requests if request.path.endswith(f"/{method}")]


def test_a_reply_is_plain_text_under_its_message(
    rig: TelegramRig, platform: AnyPlatform, mention: CollectedMention
) -> None:
    posted = platform.post(reply_to(mention))
    chat, _, number = mention.external_id.partition("/")
    assert sent(rig, "sendMessage") == [
        {
            "chat_id": int(chat),
            "text": TEXT,
            "reply_parameters": {
                "message_id": int(number),
                "chat_id": int(chat),
                "allow_sending_without_reply": False,
            },
            "link_preview_options": {"is_disabled": True},
        }
    ]
    assert rig.replies() == [TEXT]
    assert posted.url == f"https://t.me/c/1700000002/{posted.external_id.split('/')[1]}"
    assert posted.posted_at is not None
    assert posted.posted_at.utcoffset() == timedelta(0)


def test_a_reply_in_a_forum_names_its_topic(
    rig: TelegramRig, platform: AnyPlatform, mention: CollectedMention
) -> None:
    platform.post(reply_to(mention, thread=f"{GROUP['id']}/topic/5"))
    assert sent(rig, "sendMessage")[0]["message_thread_id"] == 5


def test_a_reply_to_a_deleted_message_is_not_posted(
    rig: TelegramRig, platform: AnyPlatform, mention: CollectedMention
) -> None:
    rig.messages.clear()
    with pytest.raises(Gone):
        platform.post(reply_to(mention))
    assert rig.replies() == []


def test_length_is_counted_as_telegram_does(
    rig: TelegramRig, platform: AnyPlatform, mention: CollectedMention
) -> None:
    with pytest.raises(Rejected):
        platform.post(reply_to(mention, "😡" * 2_049))
    assert sent(rig, "sendMessage") == []
    platform.post(reply_to(mention, "😡" * 2_048))
    assert len(rig.replies()) == 1


def test_a_bot_that_was_put_out_says_what_to_do(
    rig: TelegramRig, platform: AnyPlatform, mention: CollectedMention
) -> None:
    rig.member = {"status": "kicked", "user": rig.member["user"], "until_date": 0}
    with pytest.raises(AccessDenied) as caught:
        platform.post(reply_to(mention))
    assert "верните" in caught.value.to_do


def test_after_the_move_to_a_supergroup_old_messages_cannot_be_answered(
    rig: TelegramRig, platform: AnyPlatform, mention: CollectedMention
) -> None:
    rig.moved = -1001700000999
    with pytest.raises(Gone):
        platform.post(reply_to(mention))
    assert rig.replies() == []
    platform.ban("user/5", "брань", until=None, under=mention.external_id)
    assert rig.acts[0][1]["chat_id"] == rig.moved


def test_a_flood_in_one_group_holds_that_group_only(
    rig: TelegramRig, mention: CollectedMention
) -> None:
    with FaultyProxy(rig.url) as proxy:
        platform = rig.platform(proxy.url, meter=LocalMeter())
        limited = rig.limited()
        proxy.break_with(answer(429, limited.encoded()), path="/sendMessage")
        with pytest.raises(RateLimited) as caught:
            platform.post(reply_to(mention))
        assert caught.value.retry_after == 7
        rig.write("Читать можно и дальше")
        assert list(platform.collect({}))
        platform.close()


def test_messages_into_one_group_share_its_own_limit(
    rig: TelegramRig, mention: CollectedMention
) -> None:
    meter = Remembering()
    for text in ("Первый", "Второй"):
        platform = rig.platform(meter=meter)
        platform.post(reply_to(mention, text))
        platform.close()
    groups = [key for key, limit in meter.turns if limit == GROUP_LIMIT]
    assert len(groups) == 2
    assert len(set(groups)) == 1
    assert [limit for _, limit in meter.turns].count(TOKEN_LIMIT) == 2
    assert all(rig.token not in key for key, _ in meter.turns)


class Remembering(LocalMeter):
    """Gives every turn at once and remembers it."""

    def __init__(self) -> None:
        super().__init__()
        self.turns: list[tuple[str, Limit]] = []

    def reserve_turn(self, key: str, limit: Limit, *, at_most: float) -> float:
        self.turns.append((key, limit))
        return 0.0


@pytest.mark.parametrize(
    "told", [answer(200, b"<html>ok</html>"), answer(200, b'{"ok": true, "result": true}')]
)
def test_an_uncertain_answer_leaves_the_outcome_unknown(
    rig: TelegramRig, mention: CollectedMention, told: Any
) -> None:
    with FaultyProxy(rig.url) as proxy:
        proxy.break_with(told, path="/sendMessage")
        platform = rig.platform(proxy.url)
        with pytest.raises(OutcomeUnknown):
            platform.post(reply_to(mention))
        platform.close()


def test_a_reply_is_changed_and_taken_back(
    rig: TelegramRig, platform: AnyPlatform, mention: CollectedMention
) -> None:
    posted = platform.post(reply_to(mention))
    platform.edit(posted.external_id, "Привезём сегодня")
    platform.edit(posted.external_id, "Привезём сегодня")  # the same again is no error
    assert rig.replies() == ["Привезём сегодня"]
    platform.withdraw(posted.external_id)
    platform.withdraw(posted.external_id)
    assert rig.replies() == []
    with pytest.raises(Gone):
        platform.edit(posted.external_id, "Поздно")


def test_hiding_deletes_for_good(
    rig: TelegramRig, platform: AnyPlatform, mention: CollectedMention
) -> None:
    platform.hide(mention.external_id, "спам")
    assert mention.external_id not in {f"{chat}/{number}" for chat, number in rig.messages}
    assert Capability.UNHIDE not in platform.can
    with pytest.raises(Gone):
        platform.hide(mention.external_id, "спам")


def test_acts_without_the_right_are_refused_and_leave_the_source_alone(
    rig: TelegramRig, platform: AnyPlatform, mention: CollectedMention
) -> None:
    rig.member = {**rig.member, "can_delete_messages": False, "can_restrict_members": False}
    with pytest.raises(Rejected, match="can't be deleted"):
        platform.hide(mention.external_id, "спам")
    with pytest.raises(Rejected, match="not enough rights"):
        platform.ban("user/5", "брань", until=None, under=mention.external_id)


def test_a_ban_silences_for_a_term_or_for_ever(
    rig: TelegramRig, platform: AnyPlatform, mention: CollectedMention
) -> None:
    author = mention.author.external_id
    until = datetime.now(UTC) + timedelta(days=3)
    platform.ban(author, "брань", until=until, under=mention.external_id)
    platform.ban(author, "брань", until=None, under=mention.external_id)
    (method, first), (_, second) = rig.acts
    assert method == "restrictChatMember"
    assert first["until_date"] == int(until.timestamp())
    assert "until_date" not in second
    assert first["permissions"]["can_send_messages"] is False
    assert not any(first["permissions"].values())


def test_a_ban_of_seconds_is_not_made_one_for_ever(
    rig: TelegramRig, platform: AnyPlatform, mention: CollectedMention
) -> None:
    until = datetime.now(UTC) + timedelta(seconds=5)
    platform.ban(mention.author.external_id, "брань", until=until, under=mention.external_id)
    assert rig.acts[0][1]["until_date"] - datetime.now(UTC).timestamp() > 31


def test_a_ban_can_put_the_author_out(rig: TelegramRig, mention: CollectedMention) -> None:
    platform = rig.platform(ban_by="remove")
    platform.ban(mention.author.external_id, "брань", until=None, under=mention.external_id)
    platform.unban(mention.author.external_id)
    platform.close()
    assert [method for method, _ in rig.acts] == ["banChatMember", "unbanChatMember"]
    assert rig.acts[1][1]["only_if_banned"] is True


def test_a_channel_that_writes_is_banned_for_ever_or_not_at_all(
    rig: TelegramRig, platform: AnyPlatform, mention: CollectedMention
) -> None:
    until = datetime.now(UTC) + timedelta(days=1)
    with pytest.raises(Rejected, match="for ever"):
        platform.ban("chat/-100777", "спам", until=until, under=mention.external_id)
    platform.ban("chat/-100777", "спам", until=None, under=mention.external_id)
    platform.unban("chat/-100777")
    assert [method for method, _ in rig.acts] == ["banChatSenderChat", "unbanChatSenderChat"]


def test_a_ban_is_lifted_in_every_named_chat_that_knows_the_author(rig: TelegramRig) -> None:
    platform = rig.platform(chats=[GROUP["id"]])
    platform.unban("user/5")
    platform.close()
    assert all(rig.acts[0][1]["permissions"].values())
    nameless = rig.platform(chats=[])
    with pytest.raises(Rejected, match="chats"):
        nameless.unban("user/5")
    nameless.close()


def test_a_check_tells_rights_and_what_waits(rig: TelegramRig, platform: AnyPlatform) -> None:
    rig.write("Ждёт")
    check = platform.check()
    assert check.ok
    assert "@otklik_rig_bot, 2 updates wait, 1 of 1" in check.message
    assert not check.missing
    assert set(check.can) == platform.can
    assert any("can_restrict_members" in right for right in check.rights)
    assert len(rig.queue) == 2  # a check takes nothing out of the queue


def test_a_check_names_what_is_missing_and_the_way_out(
    rig: TelegramRig, platform: AnyPlatform
) -> None:
    rig.member = {"status": "member", "user": rig.member["user"]}
    rig.reads_all = False
    check = platform.check()
    assert not check.ok
    assert any("/setprivacy" in line for line in check.missing)
    assert not {Capability.HIDE, Capability.BAN, Capability.UNBAN} & set(check.can)
    rig.webhook = "https://elsewhere.example/hook"
    assert any("webhook" in line for line in platform.check().missing)
    rig.member = {"status": "left", "user": rig.member["user"]}
    assert any("бота нет в чате" in line for line in platform.check().missing)
    rig.member = {**rig.member, "status": "member"}
    rig.moved = -1001700000999
    assert any(str(rig.moved) in line for line in platform.check().missing)
