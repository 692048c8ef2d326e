"""The WordPress platform against a real WordPress."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from collectors.wordpress import WordPress
from otklik.errors import (
    AccessDenied,
    ConfigError,
    Rejected,
    Transient,
)
from otklik.platforms import (
    Capability,
    Cursor,
    ReplyRequest,
    build_platform,
)
from tests.collectors.polling import mentions, poll
from tests.servers.faulty import FaultyProxy, rewrite
from tests.servers.wordpress import WordPressServer

pytestmark = pytest.mark.needs_wordpress
Make = Callable[..., WordPress]
NOBODY: dict[str, Any] = {"user": "", "application_password": None}


def settled(platform: WordPress) -> Cursor:
    """The cursor after backfill and one poll: every thread was read in full once."""
    return poll(platform, poll(platform, {})[1])[1]


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


def test_a_comment_arrives_as_plain_text_with_its_post(
    wordpress_server: WordPressServer, make_wordpress: Make
) -> None:
    post = wordpress_server.add_post("Чайники & <i>кофе</i>")
    number = wordpress_server.add_comment(
        'Ужас &amp; <b>кошмар</b>\nвторая "строка" 1 &lt; 2',
        post=post,
        author="Том & Ко",
        date_gmt="2024-03-12T14:05:00",
    )
    (mention,) = mentions(poll(make_wordpress(), {})[0])
    assert mention.text == 'Ужас & кошмар\nвторая "строка" 1 < 2'
    assert mention.external_id == f"{wordpress_server.host}/{number}"
    assert mention.thread.external_id == f"{wordpress_server.host}/post/{post}"
    assert mention.thread.title == "Чайники & кофе"
    assert mention.thread.url.startswith(wordpress_server.url)
    assert mention.url.endswith(f"#comment-{number}")
    assert mention.author.name == "Том & Ко"
    assert mention.published_at == datetime(2024, 3, 12, 14, 5, tzinfo=UTC)
    assert not mention.author.is_ours
    assert not mention.thread.is_closed


def test_without_an_account_the_public_part_is_read(
    wordpress_server: WordPressServer, make_wordpress: Make
) -> None:
    post = wordpress_server.add_post()
    wordpress_server.add_comment("Первый<br>абзац\n\nВторой &amp; последний", post=post)
    held = wordpress_server.add_comment("Ждёт", post=post)
    wordpress_server.set_status(held, "hold")
    platform = make_wordpress(**NOBODY)
    assert [m.text for m in mentions(poll(platform, {})[0])] == [
        "Первый\nабзац\n\nВторой & последний"
    ]
    assert set(platform.check().can) == {Capability.THREAD}


def test_a_long_history_comes_in_pages_and_can_be_resumed(
    wordpress_server: WordPressServer, make_wordpress: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("collectors.wordpress.platform.PER_PAGE", 10)
    monkeypatch.setattr("collectors.wordpress.platform.OVERLAP", 2)
    post = wordpress_server.add_post()
    numbers = [wordpress_server.add_comment(f"Отзыв {n}", post=post) for n in range(25)]
    pages = make_wordpress().collect({})
    first = next(pages)
    assert [m.external_id for m in first.mentions] == [
        f"{wordpress_server.host}/{number}" for number in numbers[:10]
    ]
    for number in numbers[:4]:
        wordpress_server.delete(number)
    rest = {m.text for m in mentions(list(make_wordpress().collect(first.cursor)))}
    assert rest >= {f"Отзыв {n}" for n in range(10, 25)}


def test_a_long_thread_is_read_in_parts_and_shown_whole(
    wordpress_server: WordPressServer, make_wordpress: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("collectors.wordpress.site.PER_PAGE", 4)
    post = wordpress_server.add_post()
    for n in range(9):
        wordpress_server.add_comment(f"Отзыв {n}", post=post)
    platform = make_wordpress()
    _, cursor = poll(platform, {})
    page = poll(platform, cursor)[0][0]
    assert [m.text for m in page.mentions] == [f"Отзыв {n}" for n in range(9)]
    assert page.complete_thread_ids


def test_a_new_comment_brings_its_thread_in_full(
    wordpress_server: WordPressServer, make_wordpress: Make
) -> None:
    quiet, lively = wordpress_server.add_post("Тихий"), wordpress_server.add_post("Живой")
    wordpress_server.add_comment("В тихом", post=quiet)
    root = wordpress_server.add_comment("Вопрос", post=lively)
    platform = make_wordpress()
    cursor = settled(platform)
    assert mentions(poll(platform, cursor)[0]) == []
    wordpress_server.add_comment("Ответ гостя", post=lively, parent=root)
    page = poll(platform, cursor)[0][0]
    assert [m.text for m in page.mentions] == ["Вопрос", "Ответ гостя"]
    assert page.mentions[1].parent_external_id == f"{wordpress_server.host}/{root}"
    assert page.complete_thread_ids == (f"{wordpress_server.host}/post/{lively}",)


def test_edits_deletions_and_holds_are_found(
    wordpress_server: WordPressServer, make_wordpress: Make
) -> None:
    post = wordpress_server.add_post()
    edited, deleted, held, spam = (
        wordpress_server.add_comment(f"Отзыв {n}", post=post) for n in range(4)
    )
    platform = make_wordpress()
    cursor = settled(platform)
    wordpress_server.edit(edited, "Стало хуже")
    wordpress_server.delete(deleted)
    wordpress_server.set_status(held, "hold")
    wordpress_server.set_status(spam, "spam")
    page = poll(platform, cursor)[0][0]
    assert page.complete_thread_ids == (f"{wordpress_server.host}/post/{post}",)
    assert [(m.text, m.is_hidden) for m in page.mentions] == [
        ("Стало хуже", False),
        ("Отзыв 2", True),
    ]


def test_a_comment_approved_late_is_found(
    wordpress_server: WordPressServer, make_wordpress: Make
) -> None:
    post = wordpress_server.add_post()
    late = wordpress_server.add_comment("Одобрят потом", post=post)
    wordpress_server.set_status(late, "hold")
    wordpress_server.add_comment("Сразу", post=post)
    platform = make_wordpress(**NOBODY)
    cursor = settled(platform)
    wordpress_server.set_status(late, "approved")
    assert [m.text for m in mentions(poll(platform, cursor)[0])] == ["Одобрят потом", "Сразу"]


def test_an_old_thread_is_read_again_in_its_turn(
    wordpress_server: WordPressServer, make_wordpress: Make
) -> None:
    post = wordpress_server.add_post()
    number = wordpress_server.add_comment("Старый", post=post, date_gmt="2020-01-01T00:00:00")
    platform = make_wordpress()
    cursor = settled(platform)
    wordpress_server.edit(number, "Изменён")
    assert [m.text for m in mentions(poll(platform, cursor)[0])] == ["Изменён"]


def test_a_closed_thread_is_said_to_be_closed(
    wordpress_server: WordPressServer, make_wordpress: Make
) -> None:
    post = wordpress_server.add_post()
    number = wordpress_server.add_comment("Вопрос", post=post)
    platform = make_wordpress()
    cursor = settled(platform)
    wordpress_server.set_post(post, comment_status="closed")
    (mention,) = mentions(poll(platform, cursor)[0])
    assert mention.thread.is_closed
    with pytest.raises(Rejected, match="closed"):
        platform.post(reply_to(wordpress_server, post, number))


def test_a_post_that_went_private_does_not_stop_the_source(
    wordpress_server: WordPressServer, make_wordpress: Make
) -> None:
    private, public = wordpress_server.add_post("Скроют"), wordpress_server.add_post("Останется")
    for post in (private, public):
        wordpress_server.add_comment(f"Отзыв под {post}", post=post)
    platform = make_wordpress(**NOBODY)
    cursor = settled(platform)
    wordpress_server.set_post(private, status="private")
    wordpress_server.add_comment("Новый", post=public)
    assert [m.text for m in mentions(poll(platform, cursor)[0])] == [f"Отзыв под {public}", "Новый"]


def test_comments_on_pages_know_their_page(
    wordpress_server: WordPressServer, make_wordpress: Make
) -> None:
    page = wordpress_server.add_post("О доставке", kind="pages")
    wordpress_server.add_comment("Дорого", post=page)
    (mention,) = mentions(poll(make_wordpress(), {})[0])
    assert mention.thread.title == "О доставке"


def test_a_guest_with_our_name_or_key_is_not_taken_for_us(
    wordpress_server: WordPressServer, make_wordpress: Make
) -> None:
    post = wordpress_server.add_post()
    wordpress_server.add_comment(
        "Мы ужасны", post=post, author="desk", author_user_agent="Otklik key-1"
    )
    (mention,) = make_wordpress().thread(f"{wordpress_server.host}/post/{post}")
    assert not mention.author.is_ours
    assert "idempotency_key" not in mention.original


def test_a_wrong_password_is_access_denied_and_never_shown(
    wordpress_server: WordPressServer, make_wordpress: Make
) -> None:
    platform = make_wordpress(application_password="wrong-password-1")
    with pytest.raises(AccessDenied) as caught:
        platform.check()
    assert "wrong-password-1" not in f"{caught.value} {platform.settings!r}"


def test_pretty_addresses_work_too(wordpress_server: WordPressServer, make_wordpress: Make) -> None:
    post = wordpress_server.add_post("Чайник")
    wordpress_server.add_comment("Отзыв", post=post)
    wordpress_server.set_option("permalink_structure", "/%postname%/")
    try:
        (mention,) = mentions(poll(make_wordpress(rest_path="/wp-json"), {})[0])
    finally:
        wordpress_server.set_option("permalink_structure", "")
    assert (mention.text, mention.thread.title) == ("Отзыв", "Чайник")


@pytest.mark.parametrize("body", [b"{}", b"<html>", b"null", b"[{"])
def test_an_answer_that_is_no_list_is_transient(
    proxy: FaultyProxy, make_wordpress: Make, body: bytes
) -> None:
    proxy.break_with(rewrite(lambda _: body))
    with pytest.raises(Transient):
        poll(make_wordpress(base_url=proxy.url), {})


def test_a_row_that_is_no_comment_is_quarantined(
    wordpress_server: WordPressServer, proxy: FaultyProxy, make_wordpress: Make
) -> None:
    wordpress_server.add_comment("Хороший", post=wordpress_server.add_post())

    def spoil(body: bytes) -> bytes:
        rows = json.loads(body)
        return json.dumps([*rows, {"id": "x"}, None] if isinstance(rows, list) else rows).encode()

    proxy.break_with(rewrite(spoil), path="comments")
    pages, _ = poll(make_wordpress(base_url=proxy.url), {})
    assert [m.text for m in mentions(pages)] == ["Хороший"]
    assert len(pages[0].bad_rows) == 2


@pytest.mark.parametrize(
    "config",
    [
        {"base_url": "https://blog.example", "user": "desk"},
        {"base_url": "https://blog.example", "application_password": "x"},
        {"base_url": "https://blog.example", "rest_path": "wp-json?x"},
        {"base_url": "http://192.168.1.1"},
    ],
)
def test_a_wrong_wordpress_configuration_is_refused_at_start(config: dict[str, Any]) -> None:
    with pytest.raises(ConfigError):
        build_platform(WordPress, config, source="blog")
