"""Telegram: what is read from a bot's updates."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from otklik.errors import AccessDenied, ConfigError, RateLimited
from otklik.metering import LocalMeter
from otklik.platforms import CollectedMention, build_platform, discover
from tests.rigs.reading import Ledger
from tests.rigs.telegram import CHANNEL, GROUP, POST_TEXT, TelegramRig
from tests.servers.faulty import FaultyProxy, answer

pytestmark = pytest.mark.needs_shared
FOREIGN = {"id": -1001700000077, "type": "channel", "title": "Чужой канал", "username": "foreign"}
OTHER_GROUP = {"id": -1001700000088, "type": "supergroup", "title": "Соседи", "username": "Sosedi"}


@pytest.fixture
def rig() -> Iterator[TelegramRig]:
    with TelegramRig() as running:
        yield running
        assert not running.violations


def read(rig: TelegramRig, ledger: Ledger | None = None, **changes: Any) -> Ledger:
    ledger = ledger or Ledger()
    ledger.read(rig.platform(**changes))
    return ledger


def only(rig: TelegramRig, **fields: Any) -> CollectedMention:
    """The mention that one message of the group becomes."""
    key = rig.say({"from": rig.person("Пётр"), **fields})
    return read(rig).standing[key]


def test_a_comment_stands_in_the_thread_of_the_channels_post(rig: TelegramRig) -> None:
    written = rig.write("А по воскресеньям?", author="Ольга")
    answered = rig.write("И мне интересно", parent=written)
    shown = read(rig).standing
    post = next(mention for mention in shown.values() if mention.author.is_ours)
    assert post.text == POST_TEXT
    assert shown[written].thread == post.thread == shown[answered].thread
    assert post.thread.external_id == post.external_id == shown[written].parent_external_id
    assert post.thread.title == f"Ромашка: обсуждение: {POST_TEXT}"
    assert post.thread.url == "https://t.me/romashka_shop/41"
    assert shown[answered].parent_external_id == written
    assert shown[written].url == f"https://t.me/c/1700000002/{written.split('/')[1]}"
    assert shown[written].author.name == "Ольга"
    assert shown[written].author.external_id.startswith("user/")


def test_a_lone_message_of_a_group_is_a_thread_that_answers_join(rig: TelegramRig) -> None:
    village = {"id": -4242, "type": "group", "title": "Двор"}
    first = rig.say({"text": "Кто ждёт курьера?", "from": rig.person("А")}, chat=village)
    raw = rig.messages[-4242, int(first.split("/")[1])]
    answer = {"text": "Я!", "from": rig.person("Б"), "reply_to_message": raw}
    second = rig.say(answer, chat=village)
    shown = read(rig, chats=[-4242]).standing
    assert shown[first].thread.external_id == first == shown[second].thread.external_id
    assert shown[second].parent_external_id == first
    assert shown[second].thread.title == "Двор"
    assert shown[second].url == ""  # a basic group has no links


def test_a_topic_of_a_forum_is_a_thread_of_its_name(rig: TelegramRig) -> None:
    created = {"name": "Доставка", "icon_color": 7322096}
    root = {"message_id": 5, "date": 1_790_000_000, "chat": GROUP, "forum_topic_created": created}
    mention = only(
        rig, text="Опоздали", message_thread_id=5, is_topic_message=True, reply_to_message=root
    )
    assert mention.thread.external_id == f"{GROUP['id']}/topic/5"
    assert mention.thread.title == "Ромашка: обсуждение: Доставка"
    assert mention.parent_external_id is None


def test_the_group_its_channel_and_named_accounts_are_ours(rig: TelegramRig) -> None:
    anonymous = {"id": 1087968824, "is_bot": True, "first_name": "Group"}
    as_group = rig.say({"text": "Разбираемся", "from": anonymous, "sender_chat": GROUP})
    as_channel = rig.say({"text": "Решено", "from": anonymous, "sender_chat": CHANNEL})
    again = rig.say({"text": "Точно решено", "from": anonymous, "sender_chat": CHANNEL})
    as_stranger = rig.say({"text": "Реклама", "from": anonymous, "sender_chat": FOREIGN})
    support = rig.say({"text": "Поддержка на связи", "from": rig.person("Поддержка")})
    ledger = read(rig, our_ids=[rig.person("Поддержка")["id"]])
    assert ledger.theirs == {as_stranger}
    assert {as_group, as_channel, again, support} <= set(ledger.standing)
    assert ledger.standing[as_stranger].author.external_id == f"chat/{FOREIGN['id']}"
    assert ledger.standing[as_stranger].author.url == "https://t.me/foreign"
    assert len([r for r in rig.requests if r.path.endswith("/getChat")]) == 1


def test_pictures_are_marks_without_the_token(rig: TelegramRig) -> None:
    written = rig.write("", media=("small", "large"))
    captioned = rig.write("Смотрите, что привезли", media=("box",))
    ledger = read(rig)
    assert ledger.standing[written].media == ("tg://file/large",)
    assert ledger.standing[written].text == ""
    assert ledger.standing[captioned].text == "Смотрите, что привезли"
    assert ledger.standing[captioned].media == ("tg://file/box",)
    told = json.dumps([page.model_dump(mode="json") for page in ledger.pages])
    assert rig.token not in told


STICKER = {
    "file_id": "S1",
    "file_unique_id": "u1",
    "type": "regular",
    "width": 512,
    "height": 512,
    "is_animated": False,
    "is_video": False,
    "emoji": "😡",
}
POLL = {
    "id": "9",
    "question": "Ждали дольше недели?",
    "options": [
        {"persistent_id": "a", "text": "Да", "voter_count": 1},
        {"persistent_id": "b", "text": "Нет", "voter_count": 0},
    ],
    "total_voter_count": 1,
    "is_closed": False,
    "is_anonymous": True,
    "type": "regular",
    "allows_multiple_answers": False,
    "allows_revoting": True,
    "members_only": False,
}
RICH = {
    "blocks": [
        {"type": "heading", "text": "Претензия", "size": 1},
        {"type": "paragraph", "text": ["Заказ ", {"type": "bold", "text": "1742"}, " потерян"]},
        {
            "type": "list",
            "items": [
                {"label": "•", "blocks": [{"type": "paragraph", "text": "звонил трижды"}]},
            ],
        },
    ]
}


@pytest.mark.parametrize(
    ("fields", "text", "media"),
    [
        ({"sticker": STICKER}, "", ["tg://file/S1"]),
        ({"poll": POLL}, "Ждали дольше недели?\n— Да\n— Нет", []),
        ({"rich_message": RICH}, "Претензия\nЗаказ 1742 потерян\nзвонил трижды", []),
        (
            {"checklist": {"title": "Купить", "tasks": [{"id": 1, "text": "не здесь"}]}},
            "Купить\n— не здесь",
            [],
        ),
        ({"dice": {"emoji": "🎲", "value": 1}}, "", ["tg://dice/"]),
    ],
    ids=["sticker", "poll", "rich", "checklist", "dice"],
)
def test_what_is_no_plain_text_is_read_too(
    rig: TelegramRig, fields: dict[str, Any], text: str, media: list[str]
) -> None:
    mention = only(rig, **fields)
    assert mention.text == text
    assert len(mention.media) == len(media)
    assert all(shown.startswith(mark) for shown, mark in zip(mention.media, media, strict=True))


def test_links_behind_words_and_forwards_are_kept_for_the_record(rig: TelegramRig) -> None:
    entity = {"type": "text_link", "offset": 0, "length": 4, "url": "https://spam.example/x"}
    origin = {"type": "hidden_user", "date": 1_790_000_000, "sender_user_name": "Некто"}
    mention = only(rig, text="Тут дешевле", entities=[entity], forward_origin=origin)
    assert mention.original["links"] == ["https://spam.example/x"]
    assert mention.original["forwarded_from"] == "Некто"


def test_somebody_joining_or_a_pin_is_no_mention(rig: TelegramRig) -> None:
    rig.say({"from": rig.person("А"), "new_chat_members": [rig.person("А")]})
    said = rig.say({"from": rig.person("А"), "text": "Всем привет"})
    ledger = read(rig)
    assert set(ledger.standing) == {said}


def test_a_comment_edited_before_we_came_is_one_mention(rig: TelegramRig) -> None:
    key = rig.say({"from": rig.person("А"), "text": "Ужас"})
    rig.edit(key, "Ужас, но вернули деньги")
    ledger = read(rig)
    assert [mention.text for page in ledger.pages for mention in page.mentions] == [
        "Ужас, но вернули деньги"
    ]
    assert ledger.standing[key].edited_at is not None


def test_private_messages_are_not_read_and_other_chats_are_told_of_once(rig: TelegramRig) -> None:
    person = rig.person("Пётр")
    private = {"id": person["id"], "type": "private", "first_name": "Пётр"}
    rig.say({"from": person, "text": "Мой телефон 8 900 …"}, chat=private)
    rig.say({"from": person, "text": "Соседям"}, chat=OTHER_GROUP)
    rig.say({"from": person, "text": "Ещё соседям"}, chat=OTHER_GROUP)
    ledger = read(rig)
    assert not ledger.standing
    assert len(ledger.warnings) == 1
    assert str(OTHER_GROUP["id"]) in ledger.warnings[0]
    assert "8 900" not in json.dumps(ledger.cursor, ensure_ascii=False)


def test_a_chat_may_be_named_and_without_names_all_are_read(rig: TelegramRig) -> None:
    named = rig.say({"from": rig.person("А"), "text": "Соседям"}, chat=OTHER_GROUP)
    assert set(read(rig, chats=["https://t.me/sosedi"]).standing) == {named}
    with TelegramRig() as second:
        both = {
            second.say({"from": second.person("А"), "text": "Соседям"}, chat=OTHER_GROUP),
            second.say({"from": second.person("А"), "text": "Ромашке"}),
        }
        assert set(read(second, chats=[]).standing) == both


def test_the_cursor_stays_small(rig: TelegramRig) -> None:
    rig.page_size = 100  # type: ignore[misc]
    for n in range(250):
        chat = {"id": -1001800000000 - n, "type": "supergroup", "title": "Ж" * 120}
        forward = {"text": "Пост " + "ы" * 300, "is_automatic_forward": True}
        rig.say({**forward, "sender_chat": FOREIGN}, chat=chat)
        rig.say({"text": "?", "from": rig.person("А")}, chat={**OTHER_GROUP, "id": -n - 1})
    ledger = read(rig, chats=[])
    read(rig, ledger, chats=["@nothing"])
    assert len(json.dumps(ledger.cursor)) < 64_000
    assert len(ledger.standing) == 500
    assert len(ledger.cursor["titles"]) == 50


def test_titles_of_posts_hold_for_those_who_answer_later(rig: TelegramRig) -> None:
    root = rig.post()
    ledger = read(rig)
    for n in range(45):
        rig.write(f"Отзыв {n}", parent=f"{GROUP['id']}/{root['message_id']}")
    deep = rig.write("Ответ на ответ", parent=rig.write("Ответ"))
    read(rig, ledger)
    assert POST_TEXT in ledger.standing[deep].thread.title
    assert len(ledger.cursor["titles"]) == 1


def test_the_token_never_reaches_a_log(rig: TelegramRig, caplog: pytest.LogCaptureFixture) -> None:
    rig.write("Секрет")
    with caplog.at_level(logging.DEBUG), caplog.at_level(logging.DEBUG, logger="httpx"):
        read(rig)
        rig.webhook = "https://elsewhere.example/hook"
        with pytest.raises(AccessDenied):
            read(rig)
    assert "HTTP Request" in caplog.text
    assert rig.token not in caplog.text


def test_a_pause_that_telegram_asks_for_holds_for_all_of_the_token(rig: TelegramRig) -> None:
    flood = {"ok": False, "error_code": 429, "description": "Too Many Requests: retry after 100"}
    body = json.dumps({**flood, "parameters": {"retry_after": 100}})
    with FaultyProxy(rig.url) as proxy:
        proxy.break_with(answer(429, body))
        with pytest.raises(RateLimited) as caught:
            read(rig, base_url=proxy.url, meter=LocalMeter())
    assert caught.value.retry_after == 100
    with pytest.raises(RateLimited):
        read(rig, meter=LocalMeter())
    assert rig.requests == []


@pytest.mark.parametrize(
    "changes", [{"token": "no-token"}, {"chats": ["romashka"]}, {"poll_seconds": 90}]
)
def test_wrong_settings_are_said_without_the_secret(changes: dict[str, Any]) -> None:
    config = {"token": "1:secret-part", "chats": ["@romashka"], **changes}
    with pytest.raises(ConfigError) as caught:
        build_platform(discover()["telegram"], config, source="бот")
    assert "secret-part" not in str(caught.value)
