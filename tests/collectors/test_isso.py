"""The Isso platform against a real Isso."""

from __future__ import annotations

import time
from typing import Any

import pytest

from collectors.isso import Isso
from otklik.errors import ConfigError
from otklik.platforms import (
    Capability,
    build_platform,
)
from tests.collectors.conftest import OUR_EMAIL, OUR_NAME, MakeIsso
from tests.collectors.polling import mentions, poll
from tests.servers.isso import IssoServer


def test_a_comment_arrives_with_all_that_isso_tells(
    isso_server: IssoServer, make_isso: MakeIsso
) -> None:
    number = isso_server.add_comment(
        "Заказ *везли* три недели & <b>привезли</b> не то",
        author="Том & Ко <x>",
        website="example.org/a?b=1&c=2",
    )
    pages, _ = poll(make_isso(site_url="https://blog.example/"), {})
    (mention,) = mentions(pages)
    assert mention.text == "Заказ *везли* три недели & <b>привезли</b> не то"
    assert mention.external_id == f"{isso_server.host}/{number}"
    assert mention.thread.external_id == f"{isso_server.host}/post/1"
    assert mention.url == f"https://blog.example/post/1#isso-{number}"
    assert mention.author.name == "Том & Ко <x>"
    assert mention.author.url == "http://example.org/a?b=1&c=2"
    assert not mention.author.is_ours
    assert mention.published_at is not None
    assert abs(mention.published_at.timestamp() - time.time()) < 60
    assert mention.edited_at is None


def test_a_nested_reply_names_its_root_as_parent(
    isso_server: IssoServer, make_isso: MakeIsso
) -> None:
    root = isso_server.add_comment("Где мой заказ?")
    child = isso_server.add_comment("И мой!", parent=root)
    grandchild = isso_server.add_comment("И мой тоже", parent=child)
    found = make_isso().thread(f"{isso_server.host}/post/1")
    assert [mention.external_id for mention in found] == [
        f"{isso_server.host}/{number}" for number in (root, child, grandchild)
    ]
    assert [mention.parent_external_id for mention in found] == [
        None,
        f"{isso_server.host}/{root}",
        f"{isso_server.host}/{root}",
    ]


def test_an_unchanged_thread_gives_no_mentions_again(
    isso_server: IssoServer, make_isso: MakeIsso
) -> None:
    isso_server.add_comment("Первый")
    platform = make_isso()
    _, cursor = poll(platform, {})
    pages, cursor = poll(platform, cursor)
    assert mentions(pages) == []
    assert all(not page.complete_thread_ids for page in pages)
    isso_server.add_comment("Второй")
    pages, _ = poll(platform, cursor)
    assert [mention.text for mention in mentions(pages)] == ["Первый", "Второй"]


def test_an_edited_comment_is_found_on_the_next_poll(
    isso_server: IssoServer, make_isso: MakeIsso
) -> None:
    number = isso_server.add_comment("Было хорошо")
    platform = make_isso()
    _, cursor = poll(platform, {})
    isso_server.edit(number, "Стало плохо")
    (mention,) = mentions(poll(platform, cursor)[0])
    assert mention.text == "Стало плохо"
    assert mention.edited_at is not None


def test_an_edit_that_leaves_no_modification_date_is_found_too(
    isso_server: IssoServer, make_isso: MakeIsso
) -> None:
    number = isso_server.add_comment("Было хорошо")
    platform = make_isso()
    _, cursor = poll(platform, {})
    isso_server.set(number, text="Тихо изменено")
    assert [m.text for m in mentions(poll(platform, cursor)[0])] == ["Тихо изменено"]


def test_a_deleted_comment_is_absent_from_a_complete_thread(
    isso_server: IssoServer, make_isso: MakeIsso
) -> None:
    kept, gone = isso_server.add_comment("Останется"), isso_server.add_comment("Исчезнет")
    platform = make_isso()
    _, cursor = poll(platform, {})
    isso_server.delete(gone)
    page = poll(platform, cursor)[0][0]
    assert page.complete_thread_ids == (f"{isso_server.host}/post/1",)
    assert [m.external_id for m in page.mentions] == [f"{isso_server.host}/{kept}"]


def test_a_deleted_comment_with_replies_is_named_as_deleted(
    isso_server: IssoServer, make_isso: MakeIsso
) -> None:
    root = isso_server.add_comment("Исчезнет, но с ответом")
    isso_server.add_comment("Ответ", parent=root)
    platform = make_isso()
    _, cursor = poll(platform, {})
    isso_server.delete(root)
    page = poll(platform, cursor)[0][0]
    assert page.deleted_ids == (f"{isso_server.host}/{root}",)
    assert [m.text for m in page.mentions] == ["Ответ"]


def test_the_last_comment_deleted_leaves_an_empty_complete_thread(
    isso_server: IssoServer, make_isso: MakeIsso
) -> None:
    number = isso_server.add_comment("Единственный")
    platform = make_isso()
    _, cursor = poll(platform, {})
    isso_server.delete(number)
    page = poll(platform, cursor)[0][0]
    assert page.mentions == ()
    assert page.complete_thread_ids == (f"{isso_server.host}/post/1",)


def test_a_long_thread_is_read_in_parts_and_shown_whole(
    isso_server: IssoServer, make_isso: MakeIsso, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("collectors.isso.platform.ROOTS_PER_CALL", 3)
    numbers = [isso_server.add_comment(f"Отзыв {n}") for n in range(8)]
    isso_server.add_comment("Ответ", parent=numbers[0])
    (page, *_), _ = poll(make_isso(), {})
    assert len(page.mentions) == 9
    assert page.complete_thread_ids


def test_polling_goes_on_where_the_stored_cursor_stands(
    isso_server: IssoServer, make_isso: MakeIsso
) -> None:
    for n in range(3):
        isso_server.add_comment(f"Отзыв {n}", uri=f"/post/{n}")
    uris = [f"/post/{n}" for n in range(3)]
    first = next(iter(make_isso(uris=uris).collect({})))
    rest = mentions(poll(make_isso(uris=uris), first.cursor)[0])
    assert [m.text for m in first.mentions] == ["Отзыв 0"]
    assert [m.text for m in rest] == ["Отзыв 1", "Отзыв 2"]


def test_pages_nobody_configured_are_discovered(
    isso_server: IssoServer, make_isso: MakeIsso
) -> None:
    isso_server.add_comment("На неизвестной странице", uri="/hidden/page")
    pages, _ = poll(make_isso(uris=[], discover=True), {})
    assert [m.thread.external_id for m in mentions(pages)] == [f"{isso_server.host}/hidden/page"]


def test_an_idle_thread_is_only_counted_until_its_count_changes(
    isso_server: IssoServer, make_isso: MakeIsso
) -> None:
    number = isso_server.add_comment("Старый")
    isso_server.set(number, created=time.time() - 30 * 86_400)
    platform = make_isso()
    _, cursor = poll(platform, {})
    isso_server.edit(number, "Изменён, но тред спит")
    assert poll(platform, cursor)[0] == []
    newer = isso_server.add_comment("Новый")
    isso_server.set(newer, created=time.time() - 29 * 86_400)
    assert len(mentions(poll(platform, cursor)[0])) == 2


def test_an_idle_thread_is_read_in_full_when_its_recheck_is_due(
    isso_server: IssoServer, make_isso: MakeIsso
) -> None:
    number = isso_server.add_comment("Старый")
    isso_server.set(number, created=time.time() - 30 * 86_400)
    platform = make_isso(recheck_seconds=0)
    _, cursor = poll(platform, {})
    isso_server.edit(number, "Изменён")
    assert [m.text for m in mentions(poll(platform, cursor)[0])] == ["Изменён"]


def test_somebody_with_our_name_and_site_is_not_taken_for_us(
    isso_server: IssoServer, make_isso: MakeIsso
) -> None:
    isso_server.add_comment("Мы ужасны", author=OUR_NAME, website="shop.example")
    isso_server.add_comment("Это мы", author="Кто-то", email=OUR_EMAIL)
    (page, *_), _ = poll(make_isso(author_website="shop.example"), {})
    assert [m.author.is_ours for m in page.mentions] == [False, True]


def test_two_people_of_one_network_are_two_authors(
    isso_server: IssoServer, make_isso: MakeIsso
) -> None:
    for name in ("Анна", "Борис", None, None, "Анна"):
        isso_server.add_comment("Отзыв", author=name)
    (page, *_), _ = poll(make_isso(), {})
    anna, boris, nobody, nobody_else, anna_again = [m.author.external_id for m in page.mentions]
    assert anna == anna_again
    assert len({anna, boris, nobody, nobody_else}) == 4


def test_the_check_says_what_can_be_done(isso_server: IssoServer, make_isso: MakeIsso) -> None:
    isso_server.add_comment("Отзыв")
    full = make_isso().check()
    assert full.ok
    assert "1 comments" in full.message
    assert full.newest_at is not None
    assert set(full.can) == set(Isso.can)
    assert set(make_isso(admin_password=None, author_email="").check().can) == {Capability.THREAD}


def test_ids_of_another_host_are_refused(isso_server: IssoServer, make_isso: MakeIsso) -> None:
    platform = make_isso()
    with pytest.raises(ConfigError, match="set `host`"):
        platform.thread("elsewhere.example/post/1")
    with pytest.raises(ConfigError, match="set `host`"):
        platform.withdraw("elsewhere.example/1")


def test_a_named_host_keeps_ids_when_the_address_changes(
    isso_server: IssoServer, make_isso: MakeIsso
) -> None:
    number = isso_server.add_comment("Отзыв")
    platform = make_isso(host="blog.example")
    (mention,) = platform.thread("blog.example/post/1")
    assert mention.external_id == f"blog.example/{number}"


@pytest.mark.parametrize(
    "config",
    [
        {"base_url": "http://127.0.0.1:1", "uris": ["/"]},
        {"base_url": "http://localhost:1", "uris": ["/"]},
        {"base_url": "ftp://blog.example", "uris": ["/"]},
        {"base_url": "http://user:word@blog.example", "uris": ["/"]},
        {"base_url": "https://blog.example"},
        {"base_url": "https://blog.example", "uris": ["/"], "moderated": True},
        {"base_url": "https://blog.example", "uris": ["/"], "hash_algorithm": "nonsense"},
        {"base_url": "https://blog.example", "uris": ["/"], "colour": "red"},
    ],
)
def test_a_wrong_configuration_is_refused_at_start(config: dict[str, Any]) -> None:
    with pytest.raises(ConfigError):
        build_platform(Isso, config, source="blog")
