"""Yandex Market's own ways: spans of time, trees of comments, accesses of a token."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from collectors.yandex_market import YandexMarket
from collectors.yandex_market.client import LIMITS
from otklik.errors import AccessDenied, ConfigError, Gone, OutcomeUnknown, RateLimited, Transient
from otklik.platforms import Capability, CollectedMention, ReplyRequest, build_platform
from tests.rigs.base import Request
from tests.rigs.reading import Ledger
from tests.rigs.yandex_market import SHOP, YandexMarketRig
from tests.servers.faulty import FaultyProxy, answer, rewrite

pytestmark = pytest.mark.needs_shared
TEXT = "Здравствуйте! Крышку вышлем 24 ноября."


@pytest.fixture
def rig() -> Iterator[YandexMarketRig]:
    with YandexMarketRig() as running:
        yield running
        assert not running.violations


def read(rig: YandexMarketRig, **changes: Any) -> dict[str, CollectedMention]:
    ledger = Ledger()
    ledger.read(rig.platform(**changes))
    return ledger.standing


def calls(rig: YandexMarketRig, path: str) -> list[Request]:
    return [request for request in rig.requests if request.path.endswith(path)]


def request_to(mention: CollectedMention, text: str = TEXT) -> ReplyRequest:
    return ReplyRequest(
        thread_external_id=mention.thread.external_id,
        parent_external_id=mention.external_id,
        text=text,
        idempotency_key="k",
    )


def test_a_review_comes_with_all_it_says(rig: YandexMarketRig) -> None:
    media = ("https://avatars.example/1", "https://video.example/2.mp4")
    key = rig.write("Чай горячий", author="Ольга 🌷", rating=2, media=media)
    rig._entry(key).more = {"advantages": "Красивый", "disadvantages": "Крышка слетает"}
    mention = read(rig)[key]
    assert mention.text == "Чай горячий\n\nДостоинства: Красивый\n\nНедостатки: Крышка слетает"
    assert (mention.rating, mention.media, mention.author.name) == (2.0, media, "Ольга 🌷")
    business, _, rest = key.partition("/")
    assert mention.thread.external_id == f"{business}/offer/TEA/7/{rest}"
    assert mention.thread.title == "Товар Маркета, SKU TEA/7"
    assert mention.original["order"] == 1742


def test_reviews_of_years_are_asked_for_half_a_year_at_a_time(rig: YandexMarketRig) -> None:
    now = datetime.now(UTC)
    keys = [rig.write(f"Отзыв {n}", at=now - timedelta(days=37 * n + 1)) for n in range(20, -1, -1)]
    assert set(read(rig, since_days=800, kinds=["feedbacks"])) == set(keys)
    asked = [request.json for request in calls(rig, "/goods-feedback")]
    spans = {(one["dateTimeFrom"][:10], one.get("dateTimeTo", "")[:10]) for one in asked}
    assert len(spans) == 5


def test_questions_of_months_are_asked_for_a_month_at_a_time(rig: YandexMarketRig) -> None:
    now = datetime.now(UTC)
    keys = [
        rig.write(f"Вопрос {n}", at=now - timedelta(days=9 * n, hours=1), kind="question")
        for n in range(12, -1, -1)
    ]
    assert set(read(rig, since_days=120, kinds=["questions"])) == set(keys)


def test_a_poll_asks_only_for_the_days_it_compares(rig: YandexMarketRig) -> None:
    rig.write("Отзыв", at=datetime.now(UTC) - timedelta(days=20))
    rig.write("Отзыв", at=datetime.now(UTC) - timedelta(hours=1))
    ledger = Ledger()
    ledger.read(rig.platform(since_days=100, recheck_days=3))
    rig.requests.clear()
    ledger.read(rig.platform(since_days=100, recheck_days=3))
    (first, *_) = calls(rig, "/goods-feedback")
    start = datetime.fromisoformat(first.json["dateTimeFrom"])
    assert timedelta(days=2.9) < datetime.now(UTC) - start < timedelta(days=3.1)


def test_a_tree_of_comments_keeps_its_shape(rig: YandexMarketRig) -> None:
    key = rig.write("Где крышка?")
    comment = rig.write("И у меня", parent=key)
    platform = rig.platform()
    posted = platform.post(request_to(read(rig)[comment]))
    platform.close()
    shown = read(rig)
    assert shown[comment].parent_external_id == key
    assert shown[posted.external_id].parent_external_id == comment
    assert [shown[one].author.is_ours for one in (comment, posted.external_id)] == [False, True]
    assert shown[posted.external_id].published_at is None


def test_comments_are_read_page_by_page_and_only_where_there_are_some(
    rig: YandexMarketRig,
) -> None:
    rig.write("Без комментариев")
    read(rig)
    assert calls(rig, "/comments") == []
    key = rig.write("Где крышка?")
    for number in range(8):
        rig.write(f"Комментарий {number}", parent=key)
    assert sum("/comment/" in one for one in read(rig)) == 8


@pytest.mark.parametrize("status", ["UNMODERATED", "BANNED", "DELETED"])
def test_a_comment_that_is_not_published_is_hidden_or_gone(
    rig: YandexMarketRig, status: str
) -> None:
    key = rig.write("Где крышка?")
    rig.status = status
    platform = rig.platform()
    posted = platform.post(request_to(read(rig)[key])).external_id
    platform.close()
    shown = read(rig)
    assert (posted in shown) == (status != "DELETED")
    assert status == "DELETED" or shown[posted].is_hidden


@pytest.mark.parametrize("kind", ["feedback", "question"])
def test_an_answer_given_in_the_cabinet_is_seen_as_ours(rig: YandexMarketRig, kind: str) -> None:
    key = rig.write("Где крышка?", kind=kind)
    ledger = Ledger()
    for _ in range(3):
        ledger.read(rig.platform())
    rig.answer_there(key, "Вышлем")
    (found,) = ledger.read(rig.platform())
    assert found.parent_external_id == key
    assert found.author.is_ours
    assert ledger.read(rig.platform()) == []


def test_answers_are_not_asked_for_while_a_question_awaits_one(rig: YandexMarketRig) -> None:
    for number in range(5):
        rig.write(f"Вопрос {number}", kind="question")
    read(rig)
    assert calls(rig, "/answers") == []


def test_an_answer_is_ours_by_name_where_it_can_no_longer_be_changed(rig: YandexMarketRig) -> None:
    key = rig.write("Где крышка?", kind="question")
    rig.answer_there(key, "Вышлем")
    with FaultyProxy(rig.url) as proxy:
        proxy.break_with(
            rewrite(lambda body: body.replace(b'"canModify": true', b'"canModify": false'))
        )
        named = read(rig, base_url=proxy.url, business_name=SHOP.upper())
        unnamed = read(rig, base_url=proxy.url, business_name="")
    (answered,) = (one for one in named if "/answer/" in one)
    assert named[answered].author.is_ours
    assert not unnamed[answered].author.is_ours


def test_a_question_is_answered_the_answer_changed_and_taken_back(rig: YandexMarketRig) -> None:
    key = rig.write("Есть ли крышка?", kind="question")
    mention = read(rig)[key]
    platform = rig.platform()
    posted = platform.post(request_to(mention)).external_id
    (_, shown) = platform.thread(mention.thread.external_id)
    assert (shown.external_id, shown.text, shown.author.is_ours) == (posted, TEXT, True)
    below = platform.post(request_to(shown, "И ложка в подарок")).external_id
    assert below.startswith(f"{posted}/comment/")
    platform.edit(below, "И две ложки в подарок")
    platform.edit(posted, "Есть, в коробке")
    assert rig.replies() == ["Есть, в коробке", "И две ложки в подарок"]
    for external_id in (below, below, posted):
        platform.withdraw(external_id)
    platform.close()
    assert rig.replies() == []


def test_the_same_reply_is_not_sent_twice(rig: YandexMarketRig) -> None:
    for kind in ("feedback", "question"):
        key = rig.write("Где крышка?", kind=kind)
        platform = rig.platform()
        request = request_to(read(rig)[key])
        platform.post(request)
        with pytest.raises(OutcomeUnknown, match="stands there already"):
            platform.post(request)
        platform.close()
    assert rig.replies() == [TEXT, TEXT]


def test_what_is_gone_is_said(rig: YandexMarketRig) -> None:
    for kind in ("feedback", "question"):
        key = rig.write("Где крышка?", kind=kind)
        mention = read(rig)[key]
        rig.delete(key)
        platform = rig.platform()
        with pytest.raises(Gone):
            platform.thread(mention.thread.external_id)
        with pytest.raises(Gone):
            platform.post(request_to(mention))
        platform.close()


def test_a_page_token_that_expired_starts_the_list_anew(rig: YandexMarketRig) -> None:
    keys = [rig.write(f"Отзыв {n}") for n in range(8)]
    ledger = Ledger()
    ledger.read(rig.platform(), 1)
    told = {"status": "ERROR", "errors": [{"code": "BAD_REQUEST", "message": "bad pageToken"}]}
    with FaultyProxy(rig.url) as proxy:
        proxy.break_with(answer(400, json.dumps(told)), path="pageToken=", times=1)
        ledger.read(rig.platform(proxy.url))
    assert ledger.theirs == set(keys)


def test_a_first_page_refused_is_a_trouble_of_the_moment(rig: YandexMarketRig) -> None:
    told = {"status": "ERROR", "errors": [{"code": "BAD_REQUEST", "message": "bad date"}]}
    with FaultyProxy(rig.url) as proxy:
        proxy.break_with(answer(400, json.dumps(told)))
        with pytest.raises(Transient, match="bad date"):
            read(rig, base_url=proxy.url)


def test_a_check_tells_accesses_and_what_is_left(rig: YandexMarketRig) -> None:
    rig.write("Где крышка?")
    platform = rig.platform()
    found = platform.check()
    rig.scopes = ["ALL_METHODS_READ_ONLY"]
    limited = platform.check()
    platform.close()
    assert found.rights == ("COMMUNICATION",)
    assert Capability.POST in found.can
    assert found.newest_at is not None
    assert found.limits_left == "4711 of 5000 readings of feedbacks this hour"
    assert limited.can == (Capability.THREAD,)
    assert "Общение с покупателями" in limited.missing[0]


def test_an_oauth_token_is_sent_as_one_and_tells_nothing_of_itself(rig: YandexMarketRig) -> None:
    key = rig.write("Где крышка?")
    assert set(read(rig, api_token=None, oauth_token=rig.token)) == {key}
    platform = rig.platform(api_token=None, oauth_token=rig.token)
    found = platform.check()
    platform.close()
    assert found.rights == ()
    assert Capability.POST in found.can
    assert calls(rig, "/auth/token") == []


@pytest.mark.parametrize(("status", "is_whole"), [(401, True), (403, False)])
def test_a_denial_says_where_a_token_is_made(
    rig: YandexMarketRig, status: int, is_whole: bool
) -> None:
    with FaultyProxy(rig.url) as proxy:
        proxy.break_with(answer(status, json.dumps({"status": "ERROR"})))
        with pytest.raises(AccessDenied) as caught:
            read(rig, base_url=proxy.url)
    assert "API и модули" in caught.value.to_do
    assert caught.value.whole_account is is_whole


def test_four_calls_at_once_pause_for_seconds(rig: YandexMarketRig) -> None:
    with FaultyProxy(rig.url) as proxy:
        proxy.break_with(answer(420, json.dumps({"status": "ERROR"})))
        with pytest.raises(RateLimited) as caught:
            read(rig, base_url=proxy.url)
    assert caught.value.retry_after == 5


def test_every_method_has_the_limit_of_the_contract() -> None:
    hourly = {rest: limit.calls + limit.burst for rest, limit in LIMITS.items()}
    assert hourly["/goods-feedback"] == hourly["/goods-feedback/comments"] == 5000
    assert hourly["/goods-questions"] == hourly["/goods-questions/answers"] == 1000
    assert hourly["/goods-questions/update"] == 500
    config = {"business_id": 7, "api_token": "t"}
    platform = build_platform(YandexMarket, config, source="shop")
    assert isinstance(platform, YandexMarket)
    for rest, limit in LIMITS.items():
        assert list(platform._client.limits_of(f"/v2/businesses/7{rest}").values()) == [limit]
    platform.close()


def test_one_token_of_one_kind_is_needed() -> None:
    for tokens in ({}, {"api_token": "a", "oauth_token": "b"}):
        with pytest.raises(ConfigError, match="one of them"):
            build_platform(YandexMarket, {"business_id": 7, **tokens}, source="shop")


@pytest.mark.parametrize("place", ["7/feedback", "8/feedback/1", "7/feedback/x", "7/video/1/a/2"])
def test_a_foreign_place_is_a_mistake_of_configuration(place: str) -> None:
    config = {"business_id": 7, "oauth_token": "t"}
    platform = build_platform(YandexMarket, config, source="shop")
    with pytest.raises(ConfigError):
        platform.withdraw(place)
    with pytest.raises(ConfigError):
        platform.thread(place)
    platform.close()


def test_a_row_that_makes_no_sense_is_not_taken_for_deleted(rig: YandexMarketRig) -> None:
    keys = [rig.write(f"Отзыв {n}") for n in range(3)]
    ledger = Ledger()
    for _ in range(2):
        ledger.read(rig.platform())
    with FaultyProxy(rig.url) as proxy:
        proxy.break_with(rewrite(lambda body: body.replace(b'"createdAt"', b'"created"', 1)))
        ledger.read(rig.platform(proxy.url))
    assert ledger.theirs == set(keys)
    assert not ledger.deleted
    assert any(page.bad_rows for page in ledger.pages)
