"""Google Play against its stand-in: signing in, one answer a review, the API's own shapes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from collectors.googleplay import GooglePlay
from collectors.googleplay.wire import mentions_of, read_reviews
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
from otklik.platforms import Capability, ReplyRequest
from tests.rigs.google import refusal, service_account
from tests.rigs.googleplay import GooglePlayRig
from tests.rigs.reading import Ledger, fill
from tests.servers.faulty import FaultyProxy, answer

pytestmark = pytest.mark.needs_shared


@pytest.fixture
def rig() -> Iterator[GooglePlayRig]:
    with GooglePlayRig() as running:
        yield running
        assert not running.violations


def reply_to(external_id: str, text: str = "Исправили в 1.3") -> ReplyRequest:
    return ReplyRequest(
        thread_external_id=external_id,
        parent_external_id=external_id,
        text=text,
        idempotency_key="k",
    )


def test_a_review_comes_with_stars_version_device_and_answer(rig: GooglePlayRig) -> None:
    written = rig.write("Вылетает\tПосле обновления не открыть", author="Оля", rating=1)
    rig.platform().post(reply_to(written))
    ledger = Ledger()
    ledger.read(rig.platform())
    mention, ours = ledger.standing[written], ledger.standing[f"{written}/reply"]
    assert mention.text == "Вылетает\nПосле обновления не открыть"
    assert mention.rating == 1
    assert mention.thread.title == "Ромашка"
    assert mention.url.endswith(f"reviewId={written.split('/')[1]}")
    assert mention.original["appVersionName"] == "1.2.0"
    assert mention.original["device"] == "klte"
    assert ours.author.is_ours
    assert ours.parent_external_id == written
    assert ours.text == "Исправили в 1.3"


def test_an_answer_that_stands_there_is_never_overwritten_by_posting(rig: GooglePlayRig) -> None:
    written = rig.write("Не работает")
    platform = rig.platform()
    platform.post(reply_to(written, "Первый ответ"))
    with pytest.raises(Rejected):
        platform.post(reply_to(written, "Второй ответ"))
    with pytest.raises(OutcomeUnknown):
        platform.post(reply_to(written, "Первый ответ"))
    assert rig.replies() == ["Первый ответ"]


def test_an_answer_changed_by_a_colleague_is_seen(rig: GooglePlayRig) -> None:
    written = rig.write("Не работает")
    rig.platform().post(reply_to(written))
    ledger = Ledger()
    for _ in range(2):
        ledger.read(rig.platform())
    rig.reviews[written.split("/")[1]].answer = "Поправили в консоли"
    assert [one.text for one in ledger.read(rig.platform())] == ["Поправили в консоли"]


def test_an_answer_too_long_is_rejected_with_the_reason(rig: GooglePlayRig) -> None:
    written = rig.write("Не работает")
    with pytest.raises(Rejected, match="replyTextTooLong"):
        rig.platform().post(reply_to(written, "д" * 351))
    assert rig.replies() == []


def test_editing_needs_an_answer(rig: GooglePlayRig) -> None:
    written = rig.write("Не работает")
    with pytest.raises(Gone):
        rig.platform().edit(f"{written}/reply", "Исправлено")


def test_a_service_account_may_come_as_a_file(rig: GooglePlayRig, tmp_path: Path) -> None:
    file = tmp_path / "key.json"
    file.write_text(service_account()[0], encoding="utf-8")
    written = rig.write("Отзыв")
    ledger = Ledger()
    ledger.read(rig.platform(service_account_token=None, service_account_file=str(file)))
    assert ledger.theirs == {written}


def test_a_person_may_consent_instead_of_a_service_account(rig: GooglePlayRig) -> None:
    written = rig.write("Отзыв")
    ledger = Ledger()
    ledger.read(rig.platform(service_account_token=None, **rig.consent()))
    assert ledger.theirs == {written}


def test_one_token_serves_many_calls_and_an_expired_one_is_replaced(rig: GooglePlayRig) -> None:
    fill(rig, 8)
    platform = rig.platform()
    Ledger().read(platform)
    assert len(rig.access_tokens) == 1
    platform = rig.platform()
    platform.check()
    assert isinstance(platform, GooglePlay)
    rig.access_tokens.clear()
    platform._account._fetched -= 3000
    assert platform.check().ok
    assert len(rig.access_tokens) == 1


def test_a_revoked_key_asks_for_a_person_and_concerns_the_whole_account(
    rig: GooglePlayRig,
) -> None:
    rig.is_revoked = True
    with pytest.raises(AccessDenied) as caught:
        rig.platform().check()
    assert caught.value.whole_account
    assert caught.value.to_do


def test_without_the_permission_the_source_alone_is_denied(rig: GooglePlayRig) -> None:
    with FaultyProxy(rig.url) as proxy:
        refused = refusal(403, "permissionDenied", "The caller does not have permission")
        proxy.break_with(answer(403, refused.encoded()), path="/reviews")
        with pytest.raises(AccessDenied) as caught:
            Ledger().read(rig.platform(proxy.url))
    assert not caught.value.whole_account
    assert caught.value.to_do


def test_an_api_that_is_switched_off_says_where_to_switch_it_on(rig: GooglePlayRig) -> None:
    with FaultyProxy(rig.url) as proxy:
        refused = refusal(403, "accessNotConfigured", "API has not been used in project 1")
        proxy.break_with(answer(403, refused.encoded()), path="/reviews")
        with pytest.raises(AccessDenied) as caught:
            rig.platform(proxy.url).check()
    assert "Library" in caught.value.to_do


def test_two_hundred_calls_an_hour_are_kept(rig: GooglePlayRig) -> None:
    fill(rig, 8)
    platform = rig.platform(hourly_calls=10, meter=LocalMeter())
    with pytest.raises(RateLimited) as caught:
        list(platform.collect({}))
    assert caught.value.retry_after == pytest.approx(450, abs=5)
    assert len([one for one in rig.requests if one.method == "GET"]) == 2


def test_no_token_means_nothing_was_posted(rig: GooglePlayRig) -> None:
    written = rig.write("Не работает")
    with FaultyProxy(rig.url) as proxy:
        proxy.break_with(answer(500, "{}"), path="/token")
        with pytest.raises(Transient) as caught:
            rig.platform(proxy.url).post(reply_to(written))
    assert not isinstance(caught.value, OutcomeUnknown)
    assert rig.replies() == []


def test_one_unreadable_review_costs_that_review_only() -> None:
    good = {
        "reviewId": "r1",
        "authorName": "Оля",
        "comments": [{"userComment": {"text": "Да", "lastModified": {"seconds": "1700000000"}}}],
    }
    rows: list[Any] = [good, {"reviewId": "r2", "comments": []}, 7, {"comments": None}]
    rows.append({**good, "reviewId": "r3", "comments": [{"developerComment": {"text": "x"}}]})
    items, bad = read_reviews(rows, "ru.app")
    assert [item.id for item in items] == ["r1"]
    assert bad[0].place == "googleplay ru.app review r2"
    assert len(bad) == 4
    assert items[0].at == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC).timestamp()


def test_a_translated_review_is_read_in_its_own_language() -> None:
    user = {
        "text": "Works badly",
        "originalText": "Работает плохо",
        "lastModified": {"seconds": "1700000000", "nanos": 713000000},
        "starRating": 2,
        "deviceMetadata": {"productName": "E5333", "ramMb": 2048},
    }
    items, _ = read_reviews([{"reviewId": "r", "comments": [{"userComment": user}]}], "ru.app")
    (mention,) = mentions_of(items[0].content, "ru.app", "Приложение")
    assert mention.text == "Работает плохо"
    assert mention.original["deviceMetadata"]["productName"] == "E5333"
    assert mention.published_at is not None
    assert mention.published_at.microsecond == 713000


def test_the_check_names_the_right_it_has(rig: GooglePlayRig) -> None:
    rig.write("Отзыв")
    found = rig.platform().check()
    assert found.rights == (rig.scope,)
    assert not found.missing
    assert found.newest_at is not None
    assert Capability.POST in found.can


@pytest.mark.parametrize(
    "changes",
    [
        {"package": "не пакет"},
        {"service_account_token": None},
        {"service_account_token": "not json"},
        {"service_account_token": json.dumps({"client_email": "a@b"})},
        {"recheck_days": 8},
    ],
)
def test_wrong_settings_are_refused(rig: GooglePlayRig, changes: dict[str, Any]) -> None:
    with pytest.raises(ConfigError) as caught:
        rig.platform(**changes)
    assert "not json" not in str(caught.value)


def test_a_review_of_another_app_is_no_business_of_this_source(rig: GooglePlayRig) -> None:
    with pytest.raises(ConfigError):
        rig.platform().thread("com.other/r1")
