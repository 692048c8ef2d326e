"""How Mastodon is answered: word for word, once, and as privately as the post itself."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from otklik.errors import (
    AccessDenied,
    Gone,
    OutcomeUnknown,
    PlatformError,
    RateLimited,
    Rejected,
    Transient,
)
from otklik.platforms import ReplyRequest
from tests.rigs.mastodon import MastodonRig
from tests.servers.faulty import FaultyProxy, answer, rewrite

REPLY = "Здравствуйте!\n\nЗаказ 1742 на складе: «привезём» 23 ноября & позвоним <за час>."


@pytest.fixture
def rig() -> Iterator[MastodonRig]:
    with MastodonRig() as running:
        yield running
        assert not running.violations


@pytest.fixture
def proxy(rig: MastodonRig) -> Iterator[FaultyProxy]:
    with FaultyProxy(rig.url) as running:
        yield running


def request(to: str, text: str = REPLY) -> ReplyRequest:
    return ReplyRequest(
        thread_external_id=to, parent_external_id=to, text=text, idempotency_key="k-1"
    )


def sent(rig: MastodonRig) -> list[dict[str, str]]:
    """Forms of all that was to change something."""
    return [one.form for one in rig.requests if one.method != "GET"]


def test_an_answer_is_the_approved_text_and_nothing_else(rig: MastodonRig) -> None:
    written = rig.write("Где заказ?")
    posted = rig.platform().post(request(written))
    assert rig.replies() == [REPLY]
    assert posted.url.endswith(posted.external_id.rpartition("/")[2])
    assert posted.posted_at is not None
    assert abs(datetime.now(UTC) - posted.posted_at) < timedelta(minutes=1)
    (form,) = sent(rig)
    assert form["in_reply_to_id"] == written.rpartition("/")[2]
    assert rig.requests[-1].headers["idempotency-key"] == "k-1"


def test_what_was_posted_is_read_back_word_for_word(rig: MastodonRig) -> None:
    written = rig.write("Где заказ?")
    platform = rig.platform()
    posted = platform.post(request(written, "Проверили: https://shop.example/1742 — всё верно."))
    shown = {m.external_id: m.text for m in platform.thread(written)}
    assert shown[posted.external_id] == "Проверили: https://shop.example/1742 — всё верно."


@pytest.mark.parametrize(
    ("theirs", "allowed", "ours"),
    [
        ("public", "public", "public"),
        ("public", "unlisted", "unlisted"),
        ("unlisted", "public", "unlisted"),
        ("private", "public", "private"),
        ("direct", "public", "direct"),
        ("limited", "public", "direct"),
    ],
)
def test_an_answer_is_never_wider_than_the_post(
    rig: MastodonRig, theirs: str, allowed: str, ours: str
) -> None:
    written = rig.write("Где заказ?", author="Ольга", visibility=theirs)
    text = f"@guest1@guests.example {REPLY}"
    rig.platform(visibility=allowed).post(request(written, text))
    assert [form["visibility"] for form in sent(rig)] == [ours]


@pytest.mark.parametrize("visibility", ["private", "direct"])
def test_a_private_answer_that_nobody_would_see_is_refused(
    rig: MastodonRig, visibility: str
) -> None:
    written = rig.write("Где заказ?", author="Ольга", visibility=visibility)
    with pytest.raises(Rejected, match=r"@guest1@guests\.example"):
        rig.platform().post(request(written))
    assert sent(rig) == []


def test_an_equal_answer_under_the_same_post_leaves_the_outcome_unknown(rig: MastodonRig) -> None:
    written = rig.write("Где заказ?")
    rig.platform().post(request(written))
    with pytest.raises(OutcomeUnknown, match="stands there"):
        rig.platform().post(request(written))
    assert rig.replies() == [REPLY]


def test_the_same_words_of_somebody_else_do_not_stop_an_answer(rig: MastodonRig) -> None:
    written = rig.write("Где заказ?")
    rig.write(REPLY, parent=written, is_to_us=False)
    other = rig.write("А мой?")
    rig.platform().post(request(other))
    rig.platform().post(
        ReplyRequest(
            thread_external_id=written,
            parent_external_id=written,
            text=REPLY,
            idempotency_key="k-2",
        )
    )
    assert rig.replies() == [REPLY, REPLY]


def test_the_key_of_an_attempt_posts_once_even_when_asked_twice(rig: MastodonRig) -> None:
    written = rig.write("Где заказ?")
    platform = rig.platform()
    api = platform._api  # type: ignore[attr-defined]
    number = written.rpartition("/")[2]
    answers = [
        api.act(lambda: api.client.status_post("Да", in_reply_to_id=number, idempotency_key="k"))
        for _ in range(2)
    ]
    assert answers[0]["id"] == answers[1]["id"]
    assert rig.replies() == ["Да"]


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (422, {"error": "Validation failed: Text limit of 500 exceeded"}, Rejected),
        (403, {"error": "This action is outside the authorized scopes"}, Rejected),
        (404, {"error": "Record not found"}, Gone),
        (401, {"error": "The access token is invalid"}, AccessDenied),
        (429, {"error": "Throttled"}, RateLimited),
        (408, {}, Transient),
        (500, {}, OutcomeUnknown),
        (503, {}, OutcomeUnknown),
        (200, {}, OutcomeUnknown),
        (200, [], OutcomeUnknown),
    ],
)
def test_what_a_server_says_to_an_answer_is_told_apart(
    rig: MastodonRig, proxy: FaultyProxy, status: int, body: Any, kind: type[PlatformError]
) -> None:
    written = rig.write("Где заказ?")
    proxy.break_with(answer(status, json.dumps(body)), methods=("POST",))
    with pytest.raises(kind) as caught:
        rig.platform(proxy.url).post(request(written))
    assert type(caught.value) is kind
    assert len([1 for method, _ in proxy.requests if method == "POST"]) == 1


def test_a_missing_right_is_named_in_the_refusal(rig: MastodonRig, proxy: FaultyProxy) -> None:
    written = rig.write("Где заказ?")
    told = '{"error": "This action is outside the authorized scopes"}'
    proxy.break_with(answer(403, told), methods=("POST",))
    with pytest.raises(Rejected, match="не хватает прав"):
        rig.platform(proxy.url).post(request(written))


def test_an_answer_that_is_not_json_leaves_the_outcome_unknown(
    rig: MastodonRig, proxy: FaultyProxy
) -> None:
    written = rig.write("Где заказ?")
    proxy.break_with(rewrite(lambda _: b"<html>"), methods=("POST",))
    with pytest.raises(OutcomeUnknown):
        rig.platform(proxy.url).post(request(written))
    assert rig.replies() == [REPLY]


def test_an_answer_that_was_sent_elsewhere_is_not_taken_for_posted(
    rig: MastodonRig, proxy: FaultyProxy
) -> None:
    written = rig.write("Где заказ?")
    headers = {"Location": f"{proxy.url}/api/v1/accounts/verify_credentials"}
    proxy.break_with(answer(302, "", headers=headers), methods=("POST",))
    with pytest.raises(OutcomeUnknown, match="base_url"):
        rig.platform(proxy.url).post(request(written))


def test_only_our_own_answers_are_changed_and_deleted(rig: MastodonRig) -> None:
    theirs = rig.write("Где заказ?")
    platform = rig.platform()
    with pytest.raises(Rejected, match="not ours"):
        platform.edit(theirs, "Другое")
    with pytest.raises(Rejected, match="not ours"):
        platform.withdraw(theirs)
    assert sent(rig) == []


def test_an_answer_that_is_gone_cannot_be_changed(rig: MastodonRig) -> None:
    written = rig.write("Где заказ?")
    platform = rig.platform()
    posted = platform.post(request(written))
    platform.withdraw(posted.external_id)
    with pytest.raises(Gone):
        platform.edit(posted.external_id, "Другое")


def test_an_author_is_blocked_and_unblocked(rig: MastodonRig) -> None:
    written = rig.write("Вы все …", author="Грубиян")
    platform = rig.platform()
    author = platform.thread(written)[0].author.external_id
    platform.ban(author, "брань", until=None, under=written)
    assert rig.told.blocked == {author.rpartition("/")[2]}
    platform.unban(author)
    assert rig.told.blocked == set()


def test_a_block_with_a_term_is_refused_rather_than_made_endless(rig: MastodonRig) -> None:
    written = rig.write("Вы все …")
    until = datetime.now(UTC) + timedelta(days=3)
    with pytest.raises(Rejected, match="бессрочно"):
        rig.platform().ban("romashka.example/1", "брань", until=until, under=written)
    assert sent(rig) == []


@pytest.mark.parametrize("is_forwarded", [False, True])
def test_a_post_is_reported_with_its_author(rig: MastodonRig, is_forwarded: bool) -> None:
    written = rig.write("Вы все …", author="Грубиян")
    rig.platform(forward_reports=is_forwarded).report(written, "угрозы")
    (told,) = rig.told.reports
    assert told["status_ids[]"] == written.rpartition("/")[2]
    assert told["account_id"] == rig.people["guest1@guests.example"].id
    assert told["comment"] == "угрозы"
    assert ("forward" in told) == is_forwarded
