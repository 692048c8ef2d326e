"""Replies and moderation on a real WordPress."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest

from collectors.wordpress import WordPress
from otklik.errors import (
    Gone,
    OutcomeUnknown,
    RateLimited,
    Rejected,
)
from otklik.platforms import (
    ReplyRequest,
)
from tests.servers.faulty import FaultyProxy, answer, cut_after
from tests.servers.wordpress import WordPressServer

pytestmark = pytest.mark.needs_wordpress
Make = Callable[..., WordPress]


def reply_to(server: WordPressServer, post: int, number: int, text: str = "Ответ") -> ReplyRequest:
    return ReplyRequest(
        thread_external_id=f"{server.host}/post/{post}",
        parent_external_id=f"{server.host}/{number}",
        text=text,
        idempotency_key="key-1",
    )


@pytest.fixture
def proxy(wordpress_server: WordPressServer) -> Iterator[FaultyProxy]:
    with FaultyProxy(wordpress_server.url) as faulty:
        yield faulty


def test_a_posted_reply_is_threaded_shown_as_typed_and_ours(
    wordpress_server: WordPressServer, make_wordpress: Make
) -> None:
    post = wordpress_server.add_post()
    number = wordpress_server.add_comment("Где деньги?", post=post)
    platform = make_wordpress()
    text = 'Вернём <b>5 & 10</b> "рублей",\nдо 1 < 2 мая'
    posted = platform.post(reply_to(wordpress_server, post, number, text))
    shown = wordpress_server.list(post)[-1]
    assert (shown["parent"], shown["author"]) == (number, wordpress_server.user_id)
    assert "<b>5" not in shown["content"]["rendered"]
    ours = platform.thread(f"{wordpress_server.host}/post/{post}")[-1]
    assert ours.text == text
    assert ours.author.is_ours
    assert (ours.external_id, ours.url) == (posted.external_id, posted.url)
    assert ours.original["idempotency_key"] == "key-1"
    assert posted.posted_at == ours.published_at


@pytest.mark.parametrize("status", ["hold", "spam", "trash", "deleted"])
def test_a_reply_to_a_comment_that_is_not_public_is_not_posted(
    wordpress_server: WordPressServer, make_wordpress: Make, status: str
) -> None:
    post = wordpress_server.add_post()
    number = wordpress_server.add_comment("Исчезнет", post=post)
    if status == "deleted":
        wordpress_server.delete(number)
    else:
        wordpress_server.set_status(number, status)
    with pytest.raises(Gone):
        make_wordpress().post(reply_to(wordpress_server, post, number))
    assert wordpress_server.list(post) == []


def test_another_process_edits_and_withdraws_our_reply(
    wordpress_server: WordPressServer, make_wordpress: Make
) -> None:
    post = wordpress_server.add_post()
    number = wordpress_server.add_comment("Вопрос", post=post)
    posted = make_wordpress().post(reply_to(wordpress_server, post, number))
    make_wordpress().edit(posted.external_id, "Исправлено <&>")
    thread = f"{wordpress_server.host}/post/{post}"
    assert make_wordpress().thread(thread)[-1].text == "Исправлено <&>"
    make_wordpress().withdraw(posted.external_id)
    assert [row["id"] for row in wordpress_server.list(post)] == [number]
    make_wordpress().withdraw(posted.external_id)
    with pytest.raises(Gone):
        make_wordpress().edit(posted.external_id, "Поздно")


def test_a_strangers_comment_can_be_hidden_and_shown_but_not_changed(
    wordpress_server: WordPressServer, make_wordpress: Make
) -> None:
    post = wordpress_server.add_post()
    number = wordpress_server.add_comment("Брань", post=post)
    external_id = f"{wordpress_server.host}/{number}"
    platform = make_wordpress()
    with pytest.raises(Rejected, match="not ours"):
        platform.edit(external_id, "Похвала")
    with pytest.raises(Rejected, match="not ours"):
        platform.withdraw(external_id)
    for _ in range(2):
        platform.hide(external_id, "обсценная лексика")
    assert wordpress_server.list(post) == []
    for _ in range(2):
        platform.unhide(external_id)
    assert [row["id"] for row in wordpress_server.list(post)] == [number]


def test_the_same_reply_twice_is_an_unknown_outcome(
    wordpress_server: WordPressServer, make_wordpress: Make
) -> None:
    post = wordpress_server.add_post()
    number = wordpress_server.add_comment("Вопрос", post=post)
    make_wordpress().post(reply_to(wordpress_server, post, number))
    with pytest.raises(OutcomeUnknown, match="the same reply"):
        make_wordpress().post(reply_to(wordpress_server, post, number))
    assert len(wordpress_server.list(post)) == 2


def test_a_reply_cut_off_after_posting_is_found_by_its_key(
    wordpress_server: WordPressServer, proxy: FaultyProxy, make_wordpress: Make
) -> None:
    post = wordpress_server.add_post()
    number = wordpress_server.add_comment("Вопрос", post=post)
    platform = make_wordpress(base_url=proxy.url, host=wordpress_server.host)
    proxy.break_with(cut_after(), methods=("POST",), times=1)
    with pytest.raises(OutcomeUnknown):
        platform.post(reply_to(wordpress_server, post, number))
    ours = [m for m in platform.thread(f"{wordpress_server.host}/post/{post}") if m.author.is_ours]
    assert [m.original["idempotency_key"] for m in ours] == ["key-1"]


def test_flood_protection_becomes_a_rate_limit(
    wordpress_server: WordPressServer, proxy: FaultyProxy, make_wordpress: Make
) -> None:
    post = wordpress_server.add_post()
    number = wordpress_server.add_comment("Вопрос", post=post)
    body = {"code": "comment_flood", "message": "You are posting comments too quickly."}
    proxy.break_with(answer(400, json.dumps(body)), methods=("POST",))
    with pytest.raises(RateLimited):
        make_wordpress(base_url=proxy.url, host=wordpress_server.host).post(
            reply_to(wordpress_server, post, number)
        )
