"""A real Isso behind a wire that fails in every way we know."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from collectors._text import MAX_TEXT
from collectors.isso import Isso
from otklik.clock import now
from otklik.errors import (
    AccessDenied,
    Gone,
    OutcomeUnknown,
    PlatformError,
    RateLimited,
    Rejected,
    Transient,
)
from otklik.platforms import CollectedMention, ReplyRequest
from tests.collectors.conftest import MakeIsso
from tests.servers.faulty import (
    Fault,
    FaultyProxy,
    answer,
    cut_after,
    cut_before,
    drip,
    drip_body,
    hang,
    rewrite,
    truncate,
)
from tests.servers.isso import IssoServer

NO_ANSWER = 0.4  # seconds after which a server that never answers is given up
LOGIN_PAGE = "<!doctype html><html><body><h1>Please \0log in</h1></body></html>"


@pytest.fixture
def proxy(isso_server: IssoServer) -> Iterator[FaultyProxy]:
    with FaultyProxy(isso_server.url) as faulty:
        yield faulty


@pytest.fixture
def platform(proxy: FaultyProxy, make_isso: MakeIsso) -> Isso:
    return make_isso(base_url=proxy.url)


@pytest.fixture
def hasty(proxy: FaultyProxy, make_isso: MakeIsso) -> Isso:
    """The same with little patience, for servers that never answer."""
    return make_isso(base_url=proxy.url, timeout=NO_ANSWER)


def collected(platform: Isso) -> list[CollectedMention]:
    return [mention for page in platform.collect({}) for mention in page.mentions]


def reply_through(proxy: FaultyProxy, number: int) -> ReplyRequest:
    return ReplyRequest(
        thread_external_id=f"{proxy.host}/post/1",
        parent_external_id=f"{proxy.host}/{number}",
        text="Ответ по существу",
        idempotency_key="key-1",
    )


@pytest.mark.parametrize(
    "case",
    [
        (answer(500, '{"message": "boom"}'), Transient, "500 .*boom"),
        (answer(502, LOGIN_PAGE, content_type="text/html"), Transient, "502 .*Please log in"),
        (answer(401, "{}"), AccessDenied, "401"),
        (answer(403, "{}"), AccessDenied, "403"),
        (answer(410, "{}"), Gone, "410"),
        (answer(200, LOGIN_PAGE, content_type="text/html"), Transient, "text/html.*Please"),
        (answer(200, "[" * 200_000), Transient, "not JSON"),
        (answer(200, "[1, 2]"), Transient, "no thread"),
        (answer(200, ""), Transient, "not JSON"),
        (truncate(), Transient, "not JSON"),
        (cut_before(), Transient, "RemoteProtocolError"),
        (hang(), Transient, "ReadTimeout"),
        (drip(), Transient, "ReadTimeout"),
        (drip_body(), Transient, "ReadTimeout"),
        (answer(302, headers={"Location": "http://10.0.0.1/x"}), AccessDenied, "10.0.0.1"),
        (answer(302, headers={"Location": "http://127.0.0.1:1/x"}), AccessDenied, "private"),
        (answer(302, headers={"Location": "file:///etc/passwd"}), Transient, "protocol"),
        (answer(302, headers={"Location": "/again"}), Transient, "redirect"),
        (answer(418, '{"message": "a teapot"}'), Transient, "teapot"),
    ],
)
def test_a_bad_answer_becomes_the_right_error(
    isso_server: IssoServer,
    proxy: FaultyProxy,
    platform: Isso,
    hasty: Isso,
    case: tuple[Fault, type[PlatformError], str],
) -> None:
    fault, kind, said = case
    isso_server.add_comment("Отзыв о доставке")
    proxy.break_with(fault)
    with pytest.raises(kind, match=said) as caught:
        collected(hasty if said == "ReadTimeout" else platform)
    assert (caught.value.platform, caught.value.source) == ("isso", "blog")
    assert "\0" not in str(caught.value)
    proxy.heal()
    assert [mention.text for mention in collected(platform)] == ["Отзыв о доставке"]


def test_a_server_that_is_down_is_transient_and_comes_back(
    isso_server: IssoServer, proxy: FaultyProxy, platform: Isso
) -> None:
    isso_server.add_comment("Отзыв")
    proxy.stop()
    with pytest.raises(Transient, match="ConnectError"):
        collected(platform)
    proxy.start()
    assert len(collected(platform)) == 1


def test_one_failure_is_repeated_within_the_call(
    isso_server: IssoServer, proxy: FaultyProxy, platform: Isso
) -> None:
    isso_server.add_comment("Отзыв")
    proxy.break_with(answer(503, "{}"), times=2)
    assert len(collected(platform)) == 1


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_a_429_says_when_to_come_back_and_is_not_repeated(
    proxy: FaultyProxy, platform: Isso, form: str
) -> None:
    later = (now() + timedelta(seconds=100)).strftime("%a, %d %b %Y %H:%M:%S GMT")
    value = "100" if form == "seconds" else later
    proxy.break_with(answer(429, "{}", headers={"Retry-After": value}))
    with pytest.raises(RateLimited) as caught:
        collected(platform)
    assert 90 <= caught.value.retry_after <= 100
    assert len(proxy.requests) == 1


def test_an_answer_beyond_the_bound_is_refused_with_its_size(
    isso_server: IssoServer, proxy: FaultyProxy, make_isso: MakeIsso
) -> None:
    isso_server.set(isso_server.add_comment("мал"), text="ы" * 300_000)
    with pytest.raises(Transient, match="larger than 100,000 bytes"):
        collected(make_isso(base_url=proxy.url, max_bytes=100_000))


def test_one_thread_that_cannot_be_read_does_not_hold_up_the_others(
    isso_server: IssoServer, proxy: FaultyProxy, make_isso: MakeIsso
) -> None:
    for n in range(3):
        isso_server.add_comment(f"Отзыв {n}", uri=f"/post/{n}")
    proxy.break_with(answer(500, "{}"), path="post%2F1")
    platform = make_isso(base_url=proxy.url, uris=[f"/post/{n}" for n in range(3)])
    pages = platform.collect({})
    seen = [next(pages).mentions[0].text, next(pages).mentions[0].text]
    assert seen == ["Отзыв 0", "Отзыв 2"]
    last = next(pages).cursor
    with pytest.raises(Transient):
        next(pages)
    proxy.heal()
    assert [m.text for page in platform.collect(last) for m in page.mentions] == ["Отзыв 1"]


def test_a_comment_of_five_megabytes_is_cut_and_says_so(
    isso_server: IssoServer, make_isso: MakeIsso
) -> None:
    isso_server.set(isso_server.add_comment("мал"), text="О" * 2_500_000)
    (mention,) = collected(make_isso())
    assert len(mention.text) == MAX_TEXT
    assert mention.original["cut_from_characters"] == 2_500_000


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("нуль\0внутри", "нульвнутри"),
        ("звонок\x07 и \x1b[31mцвет", "звонок и [31mцвет"),
        ("\u202eарабская вязь\u202c \u200bи\u200f", "\u202eарабская вязь\u202c \u200bи\u200f"),
        ("Ужас 😡👨‍👩‍👧 курьер", "Ужас 😡👨‍👩‍👧 курьер"),
        ("Ужасный курьер!".encode().decode("sloppy-windows-1251"), "Ужасный курьер!"),
        ("Ужасный курьер!".encode("cp1251").decode("cp1252"), "Ужасный курьер!"),
    ],
)
def test_strange_characters_are_stored_safely(
    isso_server: IssoServer, make_isso: MakeIsso, written: str, stored: str
) -> None:
    isso_server.set(isso_server.add_comment("пусто"), text=written, author=written)
    (mention,) = collected(make_isso())
    assert mention.text == stored
    assert "\0" not in mention.author.name


def test_cp1251_sent_as_utf8_is_read_rightly(
    isso_server: IssoServer, proxy: FaultyProxy, platform: Isso
) -> None:
    isso_server.add_comment("Ужасный курьер, верните деньги", author="Анна")

    def as_cp1251(body: bytes) -> bytes:
        return json.dumps(json.loads(body), ensure_ascii=False).encode("cp1251")

    proxy.break_with(rewrite(as_cp1251))
    (mention,) = collected(platform)
    assert (mention.text, mention.author.name) == ("Ужасный курьер, верните деньги", "Анна")


@pytest.mark.parametrize(
    ("created", "has_date", "note"),
    [
        (time.time() + 86_400, True, "seconds_in_the_future"),
        (1_000_000_000.0, True, ""),
        (5.0, False, "unreadable_date"),
        (1e18, False, "unreadable_date"),
        ("yesterday", False, "unreadable_date"),
    ],
    ids=["tomorrow", "2001", "1970", "never", "words"],
)
def test_a_clock_that_is_wrong_is_noted(
    isso_server: IssoServer, make_isso: MakeIsso, created: Any, has_date: bool, note: str
) -> None:
    isso_server.set(isso_server.add_comment("Отзыв"), created=created)
    (mention,) = collected(make_isso())
    assert (mention.published_at is not None) is has_date
    assert not note or note in mention.original


def test_a_row_that_is_no_comment_is_quarantined_and_the_rest_goes_in(
    isso_server: IssoServer, proxy: FaultyProxy, platform: Isso
) -> None:
    isso_server.add_comment("Хороший отзыв")

    def spoil(body: bytes) -> bytes:
        thread = json.loads(body)
        thread["replies"] += [{"id": "x", "text": 5}, "nonsense", None]
        return json.dumps(thread).encode()

    proxy.break_with(rewrite(spoil))
    page = next(iter(platform.collect({})))
    assert [m.text for m in page.mentions] == ["Хороший отзыв"]
    assert len(page.bad_rows) == 3
    assert "id" in page.bad_rows[0].reason
    assert page.complete_thread_ids == ()
    with pytest.raises(Transient, match="in full"):
        platform.thread(f"{proxy.host}/post/1")


@pytest.mark.parametrize(
    ("fault", "kind", "patience"),
    [
        (cut_after(), OutcomeUnknown, 60.0),
        (cut_before(), OutcomeUnknown, 60.0),
        (hang(), OutcomeUnknown, 2.0),
        (drip(), OutcomeUnknown, 2.0),
        (truncate(), OutcomeUnknown, 60.0),
        (answer(500, "{}"), OutcomeUnknown, 60.0),
        (answer(200, "<html>", content_type="text/html"), OutcomeUnknown, 60.0),
        (answer(201, "{}"), OutcomeUnknown, 60.0),
        (answer(400, '{"message": "no"}'), Rejected, 60.0),
        (answer(403, '{"message": "spam"}'), Rejected, 60.0),
        (answer(302, headers={"Location": "http://10.0.0.1/"}), Rejected, 60.0),
        (answer(404, "{}"), Gone, 60.0),
        (answer(408, "{}"), Transient, 60.0),
        (answer(429, "{}", headers={"Retry-After": "7"}), RateLimited, 60.0),
    ],
)
def test_a_post_says_exactly_what_is_known_and_is_never_repeated(
    isso_server: IssoServer,
    proxy: FaultyProxy,
    make_isso: MakeIsso,
    fault: Fault,
    kind: type[PlatformError],
    *,
    patience: float,
) -> None:
    number = isso_server.add_comment("Вопрос?")
    proxy.break_with(fault, methods=("POST",))
    with pytest.raises(kind) as caught:
        make_isso(base_url=proxy.url, timeout=patience).post(reply_through(proxy, number))
    assert type(caught.value) is kind
    assert sum(method == "POST" for method, _ in proxy.requests) == 1
    posted = [row for row in isso_server.list() if row["parent"] == number]
    assert len(posted) == sum(method == "POST" for method, _ in proxy.forwarded)


def test_a_post_to_a_server_that_is_down_is_certainly_not_posted(
    isso_server: IssoServer, proxy: FaultyProxy, platform: Isso, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = isso_server.add_comment("Вопрос?")
    read = platform._read

    def read_then_stop(uri: str) -> Any:
        thread = read(uri)
        proxy.stop()
        return thread

    monkeypatch.setattr(platform, "_read", read_then_stop)
    with pytest.raises(Transient, match="not sent"):
        platform.post(reply_through(proxy, number))
    assert len(isso_server.list()) == 1


def test_an_unknown_outcome_is_resolved_by_reading_the_thread(
    isso_server: IssoServer, proxy: FaultyProxy, platform: Isso
) -> None:
    number = isso_server.add_comment("Вопрос?")
    proxy.break_with(cut_after(), methods=("POST",), times=1)
    with pytest.raises(OutcomeUnknown):
        platform.post(reply_through(proxy, number))
    ours = [m for m in platform.thread(f"{proxy.host}/post/1") if m.author.is_ours]
    assert [mention.text for mention in ours] == ["Ответ по существу"]


def test_the_admin_password_stands_in_no_message(
    isso_server: IssoServer, proxy: FaultyProxy, platform: Isso
) -> None:
    password = isso_server.admin_password
    proxy.break_with(answer(500, json.dumps({"message": f"password {password}"})))
    with pytest.raises(Transient, match=r"\*\*\*") as caught:
        platform.withdraw(f"{proxy.host}/1")
    shown = f"{caught.value!r} {caught.value.__cause__!r} {platform!r} {platform.settings!r}"
    assert password not in shown
