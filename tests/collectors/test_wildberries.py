"""Wildberries' own ways: two lists read as one, answers, what a token may."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from collectors.wildberries import Wildberries, WildberriesSettings
from collectors.wildberries.client import LIMIT
from collectors.wildberries.token import READ_ONLY, read_token
from collectors.wildberries.wire import Entry
from otklik.errors import (
    AccessDenied,
    ConfigError,
    Gone,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    Transient,
)
from otklik.metering import LocalMeter
from otklik.platforms import Capability, CollectedMention, ReplyRequest
from tests.rigs.base import FreeMeter
from tests.rigs.reading import Ledger
from tests.rigs.wildberries import WildberriesRig, make_token
from tests.servers.faulty import FaultyProxy, answer, rewrite

pytestmark = pytest.mark.needs_shared
TEXT = "Здравствуйте! Крышку вышлем 24 ноября."


@pytest.fixture
def rig() -> Iterator[WildberriesRig]:
    with WildberriesRig() as running:
        yield running
        assert not running.violations


def read(rig: WildberriesRig, **changes: Any) -> dict[str, CollectedMention]:
    ledger = Ledger()
    ledger.read(rig.platform(**changes))
    return ledger.standing


def request_to(mention: CollectedMention, text: str = TEXT) -> ReplyRequest:
    return ReplyRequest(
        thread_external_id=mention.thread.external_id,
        parent_external_id=mention.external_id,
        text=text,
        idempotency_key="k",
    )


def test_a_feedback_comes_with_all_it_says(rig: WildberriesRig) -> None:
    media = ("https://feedback.example/fs.jpg", "https://video.example/index.m3u8")
    key = rig.write("Чай горячий", author="Ольга 🌷", rating=2, media=media)
    entry = rig.entries[key.split("/")[1]]
    entry.more |= {"pros": "Красивый", "cons": "Крышка слетает", "tags": ["цена"]}
    mention = read(rig)[key]
    assert mention.text == "Чай горячий\n\nДостоинства: Красивый\n\nНедостатки: Крышка слетает"
    assert (mention.rating, mention.media, mention.author.name) == (2.0, media, "Ольга 🌷")
    thread = mention.thread
    assert thread.external_id == f"nm/177974151/{key}"
    assert thread.title == "Чайник «Ромашка» · Ромашка · TEA-7/белый (арт. WB 177974151)"
    assert thread.url == "https://www.wildberries.ru/catalog/177974151/detail.aspx"
    assert mention.original["article"] == "TEA-7/белый"
    assert mention.original["tags"] == ["цена"]


def test_a_rejected_question_says_that_it_cannot_be_answered(rig: WildberriesRig) -> None:
    open_one = rig.write("Есть ли крышка?", kind="question")
    closed = rig.write("Купите у меня", kind="question")
    rig.entries[closed.split("/")[1]].more = {"state": "none", "warned": True}
    shown = read(rig)
    assert (shown[open_one].cannot_answer, shown[open_one].rating) == ("", None)
    assert "отклонён" in shown[closed].cannot_answer
    assert shown[closed].original["suspicious"] is True


def test_only_the_chosen_kinds_are_read(rig: WildberriesRig) -> None:
    rig.write("Вопрос", kind="question")
    feedback = rig.write("Отзыв")
    assert set(read(rig, kinds=["feedbacks"])) == {feedback}


def test_an_addition_stands_under_its_feedback(rig: WildberriesRig) -> None:
    first = rig.write("Хороший чайник")
    more = rig.write("Через месяц сломался", parent=first)
    shown = read(rig)
    assert shown[more].parent_external_id == first
    assert shown[more].thread.external_id == shown[first].thread.external_id
    platform = rig.platform()
    thread = platform.thread(shown[more].thread.external_id)
    platform.close()
    assert [mention.external_id for mention in thread] == [first, more]


@pytest.mark.parametrize("kind", ["feedback", "question"])
def test_an_answer_given_in_the_cabinet_is_seen_as_ours(rig: WildberriesRig, kind: str) -> None:
    key = rig.write("Где крышка?", kind=kind)
    ledger = Ledger()
    for _ in range(3):
        ledger.read(rig.platform())
    rig.answer_there(key, "Вышлем")
    (found,) = ledger.read(rig.platform())
    assert (found.external_id, found.parent_external_id) == (f"{key}/answer", key)
    assert found.author.is_ours
    assert (found.published_at is not None) == (kind == "question")
    assert ledger.read(rig.platform()) == []


def test_an_answer_held_for_review_is_hidden(rig: WildberriesRig) -> None:
    rig.is_moderating = True
    key = rig.write("Где крышка?")
    platform = rig.platform()
    platform.post(request_to(read(rig)[key]))
    platform.close()
    assert read(rig)[f"{key}/answer"].is_hidden


def test_entries_that_change_lists_between_pages_are_not_lost(rig: WildberriesRig) -> None:
    start = datetime.now(UTC) - timedelta(hours=5)
    written = [rig.write(f"Отзыв {n}", at=start + timedelta(minutes=n)) for n in range(20)]
    for key in written[::3]:
        rig.answer_there(key, "Спасибо")
    ledger = Ledger()
    platform = rig.platform()
    for number, page in enumerate(platform.collect({})):
        ledger.store(page)
        if number < 4:
            rig.answer_there(written[number * 3 + 1], "Ответили, пока читали")
    platform.close()
    assert ledger.theirs == set(written)
    ledger.read(rig.platform())
    ours = {key for key in ledger.standing if key.endswith("/answer")}
    assert len(ours) == len(written[::3]) + 4


def test_more_of_one_second_than_a_page_holds_are_all_read(rig: WildberriesRig) -> None:
    second = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)
    before = [rig.write(f"До {n}", at=second - timedelta(minutes=n + 1)) for n in range(5)]
    burst = [rig.write(f"Разом {n}", at=second + timedelta(milliseconds=n)) for n in range(20)]
    for key in burst[:7]:
        rig.answer_there(key, "Спасибо")
    shown = read(rig)
    assert {key for key in shown if not key.endswith("/answer")} == {*before, *burst}


def test_a_big_page_costs_two_calls_for_each_kind(rig: WildberriesRig) -> None:
    for n in range(30):
        rig.write(f"Отзыв {n}")
    read(rig, page_size=500)
    assert len(rig.requests) == 4


def test_a_bad_row_costs_that_row_only(rig: WildberriesRig) -> None:
    good, bad = rig.write("Хорошо"), rig.write("Плохо")

    def spoil(body: bytes) -> bytes:
        return body.replace(f'"id": "{bad.split("/")[1]}"'.encode(), b'"id": ""')

    with FaultyProxy(rig.url) as proxy:
        proxy.break_with(rewrite(spoil))
        ledger = Ledger()
        ledger.read(rig.platform(proxy.url))
        ledger.read(rig.platform(proxy.url))
    assert set(ledger.standing) == {good}
    rows = [row for page in ledger.pages for row in page.bad_rows]
    assert [row.reason for row in rows] == ["wrong id"]


def test_an_error_inside_a_good_status_is_transient(rig: WildberriesRig) -> None:
    told = json.dumps({"data": None, "error": True, "errorText": "Что-то сломалось"})
    with FaultyProxy(rig.url) as proxy:
        proxy.break_with(answer(200, told))
        with pytest.raises(Transient, match="Что-то сломалось"):
            read(rig, base_url=proxy.url)


def test_dates_of_both_spellings_are_read() -> None:
    nine = Entry.model_validate({"id": "a", "createdDate": "2022-02-01T11:18:08.769513469Z"})
    zone = Entry.model_validate({"id": "a", "createdDate": "2022-02-01T14:18:08+03:00"})
    bare = Entry.model_validate({"id": "a", "createdDate": "2022-02-01T11:18:08"})
    assert int(nine.at) == int(zone.at) == int(bare.at) == 1643714288


def test_an_answer_to_what_is_gone_is_not_sent(rig: WildberriesRig) -> None:
    key = rig.write("Где крышка?")
    mention = read(rig)[key]
    rig.delete(key)
    platform = rig.platform()
    with pytest.raises(Gone):
        platform.post(request_to(mention))
    with pytest.raises(Gone):
        platform.thread(mention.thread.external_id)
    platform.close()
    assert not [one for one in rig.requests if one.method == "POST"]


def test_a_second_answer_is_refused_before_it_is_sent(rig: WildberriesRig) -> None:
    key = rig.write("Где крышка?")
    mention = read(rig)[key]
    rig.answer_there(key, TEXT)
    platform = rig.platform()
    with pytest.raises(OutcomeUnknown):
        platform.post(request_to(mention))
    with pytest.raises(Rejected, match="one answer"):
        platform.post(request_to(mention, "Другой текст"))
    with pytest.raises(Rejected, match="at least 2"):
        platform.post(request_to(mention, "Я"))
    platform.close()
    assert rig.replies() == [TEXT]


def test_a_question_is_answered_and_the_answer_changed(rig: WildberriesRig) -> None:
    key = rig.write("Есть ли крышка?", kind="question")
    platform = rig.platform()
    posted = platform.post(request_to(read(rig)[key]))
    assert posted.external_id == f"{key}/answer"
    assert posted.url.startswith("https://www.wildberries.ru/catalog/177974151/questions")
    platform.edit(posted.external_id, "Есть, в коробке")
    platform.close()
    assert rig.replies() == ["Есть, в коробке"]


def test_a_refusal_in_a_good_status_is_a_refusal(rig: WildberriesRig) -> None:
    key = rig.write("Есть ли крышка?", kind="question")
    told = json.dumps({"data": None, "error": True, "errorText": "Ответ содержит ссылку"})
    with FaultyProxy(rig.url) as proxy:
        platform = rig.platform(proxy.url)
        mention = read(rig)[key]
        proxy.break_with(answer(200, told), methods=("PATCH",))
        with pytest.raises(Rejected, match="содержит ссылку"):
            platform.post(request_to(mention))
        platform.close()


def test_an_answer_is_changed_once_only(rig: WildberriesRig) -> None:
    key = rig.write("Где крышка?")
    platform = rig.platform()
    posted = platform.post(request_to(read(rig)[key]))
    platform.edit(posted.external_id, "Первая правка")
    platform.edit(posted.external_id, "Первая правка")  # asked for twice: done already
    with pytest.raises(Rejected, match="once, within 60 days"):
        platform.edit(posted.external_id, "Вторая правка")
    platform.close()
    assert rig.replies() == ["Первая правка"]


@pytest.mark.parametrize("place", ["17", "feedback/", "video/17", "feedback/17/answer"])
def test_a_place_of_another_kind_is_a_mistake_of_configuration(
    rig: WildberriesRig, place: str
) -> None:
    platform = rig.platform()
    request = ReplyRequest(
        thread_external_id="x", parent_external_id=place, text=TEXT, idempotency_key="k"
    )
    with pytest.raises(ConfigError):
        platform.post(request)
    platform.close()


def test_a_token_tells_what_it_may() -> None:
    good = read_token(make_token(1 << 7))
    other = read_token(make_token(1 << 5))
    reader = read_token(make_token(1 << 7 | READ_ONLY, days=3, account=1))
    assert good is not None
    assert other is not None
    assert reader is not None
    assert (good.can_read, good.can_answer, good.missing) == (True, True, ())
    assert "чтение и запись" in good.rights
    assert "персональный токен" in good.rights
    assert (other.can_read, other.can_answer) == (False, False)
    assert "Вопросы и отзывы" in other.missing[0]
    assert (reader.can_read, reader.can_answer) == (True, False)
    assert "только на чтение" in reader.missing[0]
    assert "создайте новый" in reader.missing[1]


@pytest.mark.parametrize("token", ["", "abc", "a.b.c", "a.e30.c", "a.WzFd.c", "a.!!!.c"])
def test_what_is_no_token_tells_nothing(token: str) -> None:
    assert read_token(token) is None


def test_a_check_tells_rights_and_what_is_left(rig: WildberriesRig) -> None:
    rig.write("Где крышка?")
    platform = rig.platform()
    found = platform.check()
    platform.close()
    assert found.newest_at is not None
    assert Capability.POST in found.can
    assert found.limits_left == "5 calls at once"
    assert found.missing == ()
    rig.token = make_token(1 << 7 | READ_ONLY)
    platform = rig.platform()
    found = platform.check()
    platform.close()
    assert Capability.POST not in found.can
    assert "только на чтение" in found.missing[0]


@pytest.mark.parametrize(("status", "is_whole"), [(401, True), (403, False)])
def test_a_denial_says_where_a_token_is_made(
    rig: WildberriesRig, status: int, is_whole: bool
) -> None:
    with FaultyProxy(rig.url) as proxy:
        proxy.break_with(answer(status, json.dumps({"title": "unauthorized"})))
        with pytest.raises(AccessDenied) as caught:
            read(rig, base_url=proxy.url)
    assert "Доступ к API" in caught.value.to_do
    assert caught.value.whole_account is is_whole


def test_being_told_to_wait_stops_all_sources_of_the_seller(rig: WildberriesRig) -> None:
    meter = FreeMeter()
    with FaultyProxy(rig.url) as proxy:
        limited = rig.limited()
        proxy.break_with(answer(429, limited.encoded(), headers=limited.headers))
        with pytest.raises(RateLimited) as caught:
            Ledger().read(rig.platform(proxy.url, meter=meter))
    assert caught.value.retry_after == 7
    ((key, seconds),) = meter.blocked
    assert key.startswith("wildberries:")
    assert seconds == 7


def test_two_tokens_of_one_seller_share_six_calls_at_once() -> None:
    facts = json.dumps({"s": 128, "sid": "one-seller"})
    meter = LocalMeter(clock=lambda: 1000.0)
    keys = []
    for signature in ("x", "y"):
        payload = base64.urlsafe_b64encode(facts.encode()).decode().rstrip("=")
        settings = WildberriesSettings.model_validate({"token": f"e30.{payload}.{signature}"})
        platform = Wildberries(settings, meter=meter)
        keys += list(platform._client.limits_of("/api/v1/feedbacks"))
        platform.close()
    assert len(set(keys)) == 1
    waits = [meter.reserve_turn(keys[0], LIMIT, at_most=30) for _ in range(8)]
    assert waits[:6] == pytest.approx([0.0] * 6, abs=1e-6)
    assert waits[6] == pytest.approx(1 / 3)
    assert waits[7] == pytest.approx(2 / 3)


def test_an_unsure_answer_about_an_entry_does_not_delete_it(rig: WildberriesRig) -> None:
    keys = [rig.write(f"Отзыв {n}") for n in range(3)]
    ledger = Ledger()
    for _ in range(2):
        ledger.read(rig.platform())
    rig.delete(keys[1])
    with FaultyProxy(rig.url) as proxy:
        for told in (answer(500, "{}"), answer(400, "{}"), answer(200, '{"data": null}')):
            proxy.break_with(told, path="/api/v1/feedback?")
            ledger.read(rig.platform(proxy.url))
            assert not ledger.deleted
    ledger.read(rig.platform())
    assert ledger.deleted == {keys[1]}
