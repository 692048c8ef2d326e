"""Ozon's own ways: comments under reviews, questions without an order, keys and subscriptions."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from collectors.ozon import Ozon, OzonSettings
from otklik.errors import (
    AccessDenied,
    ConfigError,
    Gone,
    OutcomeUnknown,
    RateLimited,
    Rejected,
)
from otklik.platforms import CollectedMention, ReplyRequest, build_platform
from tests.rigs.marketplaces import Comment
from tests.rigs.ozon import SHOP, OzonRig
from tests.rigs.reading import Ledger
from tests.servers.faulty import FaultyProxy, answer, rewrite

pytestmark = pytest.mark.needs_shared
TEXT = "Здравствуйте! Крышку вышлем 24 ноября."


@pytest.fixture
def rig() -> Iterator[OzonRig]:
    with OzonRig() as running:
        yield running
        assert not running.violations


def read(rig: OzonRig, **changes: Any) -> dict[str, CollectedMention]:
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


def test_a_review_comes_with_all_it_says(rig: OzonRig) -> None:
    media = ("https://cdn.example/1.jpg", "https://cdn.example/2.mp4")
    key = rig.write("Чай горячий", rating=3, media=media)
    mention = read(rig)[key]
    assert (mention.text, mention.rating, mention.media) == ("Чай горячий", 3.0, media)
    assert mention.thread.external_id == f"sku/177974151/{key}"
    assert mention.thread.url == "https://www.ozon.ru/product/177974151/"
    assert mention.original["order_status"] == "DELIVERED"


def test_pictures_are_asked_for_only_where_there_are_some(rig: OzonRig) -> None:
    rig.write("Без картинок")
    read(rig)
    assert "/v1/review/info" not in {request.path for request in rig.requests}


def test_a_question_names_its_author_and_its_place(rig: OzonRig) -> None:
    key = rig.write("Есть ли крышка?", author="Анна", kind="question")
    mention = read(rig)[key]
    assert mention.author.name == "Анна"
    assert mention.url.endswith(f"?qid={key.split('/')[2]}")
    assert mention.thread.external_id == f"sku/177974151/question/{key.split('/')[2]}"


def test_comments_of_buyers_and_of_the_shop_are_told_apart(rig: OzonRig) -> None:
    key = rig.write("Где крышка?")
    platform = rig.platform()
    ours = platform.post(request_to(read(rig)[key])).external_id
    platform.close()
    theirs = rig.write("У меня тоже без крышки", parent=key)
    shown = read(rig)
    assert shown[ours].author.is_ours
    assert not shown[theirs].author.is_ours
    assert shown[theirs].parent_external_id == key


def test_a_new_comment_under_a_known_review_is_found_alone(rig: OzonRig) -> None:
    keys = [rig.write(f"Отзыв {n}") for n in range(4)]
    ledger = Ledger()
    for _ in range(2):
        ledger.read(rig.platform())
    comment = rig.write("И у меня", parent=keys[1])
    assert [one.external_id for one in ledger.read(rig.platform())] == [comment]
    assert ledger.read(rig.platform()) == []


def test_a_comment_that_vanished_is_deleted(rig: OzonRig) -> None:
    key = rig.write("Где крышка?")
    comment = rig.write("И у меня", parent=key)
    ledger = Ledger()
    for _ in range(2):
        ledger.read(rig.platform())
    rig.entries[key.split("/")[1]].comments.clear()
    ledger.read(rig.platform())
    assert ledger.deleted == {comment}


def test_answers_to_questions_are_ours_by_the_shops_name(rig: OzonRig) -> None:
    key = rig.write("Есть ли крышка?", kind="question")
    entry = rig.entries[key.split("/")[2]]
    for number in range(7):
        is_ours = number == 3
        at = datetime.now(UTC) + timedelta(seconds=number)
        entry.comments[f"n{number}"] = Comment(f"n{number}", f"Ответ {number}", is_ours, at)
    shown = read(rig, seller_name=f" {SHOP.upper()} ")
    answers = {name for name in shown if "/answer/" in name}
    assert len(answers) == 7
    assert {name for name in answers if shown[name].author.is_ours} == {f"{key}/answer/n3"}


def test_a_comment_on_a_comment_names_its_parent(rig: OzonRig) -> None:
    key = rig.write("Где крышка?")
    comment = rig.write("И у меня", parent=key)
    platform = rig.platform()
    posted = platform.post(request_to(read(rig)[comment]))
    platform.close()
    assert read(rig)[posted.external_id].parent_external_id == comment
    assert rig.entries[key.split("/")[1]].is_read


def test_a_question_is_answered_and_the_answer_taken_back(rig: OzonRig) -> None:
    key = rig.write("Есть ли крышка?", kind="question")
    platform = rig.platform()
    mention = read(rig)[key]
    posted = platform.post(request_to(mention))
    assert rig.replies() == [TEXT]
    shown = platform.thread(mention.thread.external_id)
    assert [one.external_id for one in shown] == [key, posted.external_id]
    assert shown[1].author.is_ours
    platform.withdraw(posted.external_id)
    platform.withdraw(posted.external_id)
    platform.close()
    assert rig.replies() == []


def test_the_same_reply_is_not_sent_twice(rig: OzonRig) -> None:
    key = rig.write("Где крышка?")
    platform = rig.platform()
    request = request_to(read(rig)[key])
    platform.post(request)
    with pytest.raises(OutcomeUnknown, match="stands there already"):
        platform.post(request)
    platform.close()
    assert rig.replies() == [TEXT]


def test_a_reply_under_moderation_stays_unseen(rig: OzonRig) -> None:
    rig.is_moderating = True
    key = rig.write("Где крышка?")
    platform = rig.platform()
    platform.post(request_to(read(rig)[key]))
    assert len(platform.thread(read(rig)[key].thread.external_id)) == 1
    platform.close()
    assert not Ozon.reads_back


def test_a_refused_text_goes_back_to_the_approver(rig: OzonRig) -> None:
    key = rig.write("Где крышка?")
    mention = read(rig)[key]
    with FaultyProxy(rig.url) as proxy:
        told = json.dumps({"code": 3, "message": "text contains a link"})
        proxy.break_with(answer(400, told), path="comment/create")
        platform = rig.platform(proxy.url)
        with pytest.raises(Rejected, match="contains a link"):
            platform.post(request_to(mention))
        platform.close()


def test_an_answer_without_a_number_is_unknown(rig: OzonRig) -> None:
    key = rig.write("Где крышка?")
    mention = read(rig)[key]
    with FaultyProxy(rig.url) as proxy:
        proxy.break_with(rewrite(lambda _: b"{}"), path="comment/create")
        platform = rig.platform(proxy.url)
        with pytest.raises(OutcomeUnknown, match="names no comment_id"):
            platform.post(request_to(mention))
        platform.close()


def test_what_is_gone_is_said(rig: OzonRig) -> None:
    for kind in ("review", "question"):
        key = rig.write("Где крышка?", kind=kind)
        mention = read(rig)[key]
        rig.delete(key)
        platform = rig.platform()
        with pytest.raises(Gone):
            platform.thread(mention.thread.external_id)
        with pytest.raises(Gone):
            platform.post(request_to(mention))
        platform.close()


def test_questions_in_any_order_are_all_read(rig: OzonRig) -> None:
    start = datetime.now(UTC) - timedelta(days=5)
    old = rig.write("Слишком старый", at=start - timedelta(days=60), kind="question")
    keys = [
        rig.write(f"Вопрос {n}", at=start + timedelta(hours=n), kind="question") for n in range(11)
    ]
    assert set(read(rig)) == set(keys)
    ledger = Ledger()
    for _ in range(3):
        ledger.read(rig.platform())
    late = rig.write("Опубликован позже", at=start + timedelta(minutes=90), kind="question")
    assert [one.external_id for one in ledger.read(rig.platform())] == [late]
    assert old not in ledger.standing


def test_a_page_token_that_expired_starts_the_list_anew(rig: OzonRig) -> None:
    keys = [rig.write(f"Отзыв {n}") for n in range(8)]
    ledger = Ledger()
    ledger.read(rig.platform(), 1)
    with FaultyProxy(rig.url) as proxy:
        told = json.dumps({"code": 3, "message": "invalid last_id"})
        proxy.break_with(answer(400, told), path="/v1/review/list", times=1)
        ledger.read(rig.platform(proxy.url))
    assert ledger.theirs == set(keys)


DENIALS = [
    (403, "Invalid Api-Key, please check the key and try again", "недействителен", True),
    (403, "Api-key is deactivated, use another one", "недействителен", True),
    (403, "Api-Key is missing a required role for a method", "нужной роли", False),
    (403, "PermissionDenied", "Premium Plus", False),
    (401, "unauthorized", "Client ID", True),
    (404, "Invalid Api-Key, please check the key and try again", "недействителен", True),
]


@pytest.mark.parametrize(("status", "told", "to_do", "is_whole"), DENIALS)
def test_each_denial_has_its_own_way_out(
    rig: OzonRig, status: int, told: str, to_do: str, is_whole: bool
) -> None:
    with FaultyProxy(rig.url) as proxy:
        proxy.break_with(answer(status, json.dumps({"code": 7, "message": told})))
        platform = rig.platform(proxy.url)
        with pytest.raises(AccessDenied) as caught:
            platform.check()
        platform.close()
    assert to_do in caught.value.to_do
    assert caught.value.whole_account is is_whole


def test_a_check_says_which_kind_is_closed(rig: OzonRig) -> None:
    rig.write("Где крышка?")
    with FaultyProxy(rig.url) as proxy:
        closed = answer(403, json.dumps({"code": 7, "message": "PermissionDenied"}))
        proxy.break_with(closed, path="/v1/question/")
        platform = rig.platform(proxy.url)
        found = platform.check()
        platform.close()
    assert found.rights == ("отзывы",)
    assert found.missing[0].startswith("вопросы: ")
    assert found.newest_at is not None


def test_a_limit_without_a_time_pauses_for_seconds(rig: OzonRig) -> None:
    with FaultyProxy(rig.url) as proxy:
        told = {"code": 8, "message": "You have reached request rate limit per second"}
        proxy.break_with(answer(429, json.dumps(told)))
        with pytest.raises(RateLimited) as caught:
            read(rig, base_url=proxy.url)
    assert caught.value.retry_after == 5


def test_questions_need_the_shops_name() -> None:
    config = {"client_id": "17", "api_token": "k", "seller_name": ""}
    with pytest.raises(ConfigError, match="seller_name"):
        build_platform(Ozon, config, source="shop")
    settings = OzonSettings.model_validate({**config, "kinds": ["reviews"]})
    assert settings.kinds == ("reviews",)


def test_a_place_of_another_kind_is_a_mistake_of_configuration(rig: OzonRig) -> None:
    platform = rig.platform()
    for place in ("sku/1/video/17", "17"):
        with pytest.raises(ConfigError):
            platform.thread(place)
    for place in ("review/17", "video/1/comment/2"):
        with pytest.raises(ConfigError):
            platform.withdraw(place)
    platform.close()


@pytest.mark.parametrize("kind", ["review", "question"])
def test_an_unsure_answer_about_an_entry_does_not_delete_it(rig: OzonRig, kind: str) -> None:
    keys = [rig.write(f"Запись {n}", kind=kind) for n in range(3)]
    ledger = Ledger()
    for _ in range(2):
        ledger.read(rig.platform())
    gone = keys[1]
    rig.delete(gone)
    with FaultyProxy(rig.url) as proxy:
        for told in (answer(500, "{}"), answer(400, "{}"), answer(200, '{"id": ""}')):
            proxy.break_with(told, path=f"/v1/{kind}/info")
            ledger.read(rig.platform(proxy.url))
            assert not ledger.deleted
    ledger.read(rig.platform())
    assert ledger.deleted == {gone}
