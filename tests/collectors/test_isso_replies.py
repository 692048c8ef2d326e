"""Replies to a real Isso: posted, refused, edited, taken back."""

from __future__ import annotations

from typing import Any

import pytest

from otklik.errors import AccessDenied, Gone, OutcomeUnknown, RateLimited, Rejected
from otklik.platforms import (
    ReplyRequest,
)
from tests.collectors.conftest import OUR_EMAIL, OUR_NAME, MakeIsso
from tests.servers.faulty import FaultyProxy, cut_after
from tests.servers.isso import IssoServer


def reply_to(server: IssoServer, number: int, text: str = "Вернём деньги до пятницы.") -> Any:
    return ReplyRequest(
        thread_external_id=f"{server.host}/post/1",
        parent_external_id=f"{server.host}/{number}",
        text=text,
        idempotency_key="key-1",
    )


def test_a_posted_reply_stands_under_the_comment_and_is_ours(
    isso_server: IssoServer, make_isso: MakeIsso
) -> None:
    number = isso_server.add_comment("Где деньги?")
    platform = make_isso()
    posted = platform.post(reply_to(isso_server, number))
    shown = isso_server.list()[-1]
    assert (shown["text"], shown["parent"], shown["author"]) == (
        "Вернём деньги до пятницы.",
        number,
        OUR_NAME,
    )
    ours = platform.thread(f"{isso_server.host}/post/1")[-1]
    assert ours.author.is_ours
    assert (ours.external_id, ours.url) == (posted.external_id, posted.url)
    assert posted.posted_at == ours.published_at


def test_a_reply_to_a_nested_comment_is_read_back_as_such(
    isso_server: IssoServer, make_isso: MakeIsso
) -> None:
    root = isso_server.add_comment("Вопрос?")
    nested = isso_server.add_comment("И у меня!", parent=root)
    platform = make_isso(author_website="shop.example")
    posted = platform.post(reply_to(isso_server, nested))
    assert isso_server.list()[-1]["parent"] == root
    ours = platform.thread(f"{isso_server.host}/post/1")[-1]
    assert ours.external_id == posted.external_id
    assert ours.parent_external_id == f"{isso_server.host}/{nested}"
    assert ours.original["idempotency_key"] == "key1"
    assert ours.author.url == "http://shop.example/"


def test_the_mark_of_a_stranger_is_not_believed(
    isso_server: IssoServer, make_isso: MakeIsso
) -> None:
    root = isso_server.add_comment("Вопрос?")
    isso_server.add_comment("Это я", parent=root, website="http://shop.example/#re-99-key1")
    stranger = make_isso().thread(f"{isso_server.host}/post/1")[-1]
    assert stranger.parent_external_id == f"{isso_server.host}/{root}"
    assert "idempotency_key" not in stranger.original


def test_the_same_words_may_answer_two_people_of_one_thread(
    isso_server: IssoServer, make_isso: MakeIsso
) -> None:
    root = isso_server.add_comment("Вопрос?")
    first, second = (isso_server.add_comment(f"И у {n}!", parent=root) for n in "AB")
    platform = make_isso(author_website="https://shop.example/about?x=1")
    for number in (first, second):
        platform.post(reply_to(isso_server, number))
        with pytest.raises(OutcomeUnknown, match="already"):
            platform.post(reply_to(isso_server, number))
    assert len(isso_server.list()) == 5


def test_a_reply_to_a_deleted_comment_is_not_posted(
    isso_server: IssoServer, make_isso: MakeIsso
) -> None:
    isso_server.add_comment("Остался")
    number = isso_server.add_comment("Удалён")
    isso_server.delete(number)
    with pytest.raises(Gone):
        make_isso().post(reply_to(isso_server, number))
    assert len(isso_server.list()) == 1


def test_a_reply_whose_parent_vanished_during_posting_is_taken_back(
    isso_server: IssoServer, make_isso: MakeIsso, monkeypatch: pytest.MonkeyPatch
) -> None:
    isso_server.add_comment("Остался")
    number = isso_server.add_comment("Сейчас исчезнет")
    platform = make_isso()
    read = platform._read

    def read_then_lose(uri: str) -> Any:
        thread = read(uri)
        isso_server.delete(number)
        return thread

    monkeypatch.setattr(platform, "_read", read_then_lose)
    with pytest.raises(Gone):
        platform.post(reply_to(isso_server, number))
    assert [row["text"] for row in isso_server.list()] == ["Остался"]


def test_the_same_reply_is_not_posted_twice_even_to_a_nested_comment(
    isso_server: IssoServer, make_isso: MakeIsso
) -> None:
    root = isso_server.add_comment("Вопрос?")
    nested = isso_server.add_comment("И у меня!", parent=root)
    make_isso().post(reply_to(isso_server, nested))
    with pytest.raises(OutcomeUnknown, match="already"):
        make_isso().post(reply_to(isso_server, nested))
    assert len(isso_server.list()) == 3


def test_a_refusal_comes_back_with_its_reason(isso_server: IssoServer, make_isso: MakeIsso) -> None:
    number = isso_server.add_comment("Вопрос?")
    with pytest.raises(Rejected, match="too short"):
        make_isso().post(reply_to(isso_server, number, "ок"))
    with pytest.raises(Rejected, match="not configured"):
        make_isso(author_email="").post(reply_to(isso_server, number))


def test_another_process_can_edit_and_withdraw_our_reply(
    isso_server: IssoServer, make_isso: MakeIsso
) -> None:
    number = isso_server.add_comment("Вопрос?")
    posted = make_isso().post(reply_to(isso_server, number))
    make_isso().edit(posted.external_id, "Исправленный ответ <&>")
    assert isso_server.list()[-1]["text"] == "Исправленный ответ <&>"
    make_isso().withdraw(posted.external_id)
    assert [row["id"] for row in isso_server.list()] == [number]
    make_isso().withdraw(posted.external_id)
    with pytest.raises(Gone):
        make_isso().edit(posted.external_id, "Ещё раз")


def test_a_strangers_comment_is_never_edited_or_deleted(
    isso_server: IssoServer, make_isso: MakeIsso
) -> None:
    number = isso_server.add_comment("Критика", email="critic@example.org")
    external_id = f"{isso_server.host}/{number}"
    with pytest.raises(Rejected, match="not ours"):
        make_isso().edit(external_id, "Похвала")
    with pytest.raises(Rejected, match="not ours"):
        make_isso().withdraw(external_id)
    assert [row["text"] for row in isso_server.list()] == ["Критика"]


@pytest.mark.parametrize(("password", "said"), [(None, "not configured"), ("guessed", "wrong")])
def test_editing_without_the_right_password_is_access_denied(
    isso_server: IssoServer, make_isso: MakeIsso, password: str | None, said: str
) -> None:
    number = isso_server.add_comment("Наш", email=OUR_EMAIL)
    with pytest.raises(AccessDenied, match=said):
        make_isso(admin_password=password).edit(f"{isso_server.host}/{number}", "Иначе")


def test_the_guard_of_isso_becomes_a_rate_limit(make_isso: MakeIsso) -> None:
    with IssoServer(guard=True, ratelimit=2) as server:
        number = server.add_comment("Вопрос?", ip="10.1.1.1")
        platform = make_isso(base_url=server.url)
        for n in range(2):
            platform.post(reply_to(server, number, f"Ответ {n}"))
        with pytest.raises(RateLimited) as caught:
            platform.post(reply_to(server, number, "Ещё ответ"))
        assert caught.value.retry_after == 60
        assert len(server.list()) == 3


def test_a_reply_on_a_moderated_server_is_published_by_our_admin(make_isso: MakeIsso) -> None:
    with IssoServer(moderated=True) as server:
        number = server.add_comment("Вопрос?")
        server.set(number, mode=1)
        assert make_isso(base_url=server.url).post(reply_to(server, number)).url
        assert len(server.list()) == 2
        waiting = make_isso(base_url=server.url, admin_password=None)
        assert waiting.post(reply_to(server, number, "Иной ответ")).url == ""
        assert len(server.list()) == 2


def test_a_reply_cut_off_into_the_queue_of_a_moderated_server_is_published_by_reading_back(
    make_isso: MakeIsso,
) -> None:
    with IssoServer(moderated=True) as server, FaultyProxy(server.url) as proxy:
        number = server.add_comment("Вопрос?")
        server.set(number, mode=1)
        server.add_comment("Ждёт чужой", email="guest@example.org")
        platform = make_isso(base_url=proxy.url, host=server.host, moderated=True)
        proxy.break_with(cut_after(), methods=("POST",), times=1)
        with pytest.raises(OutcomeUnknown):
            platform.post(reply_to(server, number))
        assert [m.author.is_ours for m in platform.thread(f"{server.host}/post/1")] == [False, True]
        assert len(server.list()) == 2


def test_errors_carry_platform_and_source(make_isso: MakeIsso) -> None:
    platform = make_isso(admin_password="wrong-secret")
    with pytest.raises(AccessDenied) as caught:
        platform.withdraw(f"{platform._host}/1")
    assert (caught.value.platform, caught.value.source) == ("isso", "blog")
