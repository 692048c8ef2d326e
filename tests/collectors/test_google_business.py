"""Google Business Profile against its stand-in: stars without words, translations, replies."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from collectors._google import moment
from collectors.google_business.wire import mentions_of, read_reviews, split_translation
from otklik.errors import AccessDenied, ConfigError, Gone, OutcomeUnknown, Rejected
from otklik.platforms import ReplyRequest
from tests.rigs.google_business import GoogleBusinessRig
from tests.rigs.reading import Ledger, fill
from tests.servers.faulty import FaultyProxy, answer

REVIEW: dict[str, Any] = {
    "name": "accounts/1/locations/2/reviews/r1",
    "reviewId": "r1",
    "reviewer": {"displayName": "Оля"},
    "starRating": "TWO",
    "comment": "Долго ждали",
    "createTime": "2026-11-01T10:00:00Z",
    "updateTime": "2026-11-01T10:00:00.123456789Z",
}


@pytest.fixture
def rig() -> Iterator[GoogleBusinessRig]:
    with GoogleBusinessRig() as running:
        yield running
        assert not running.violations


def reply_to(external_id: str, text: str = "Спасибо, разберёмся") -> ReplyRequest:
    return ReplyRequest(
        thread_external_id=external_id,
        parent_external_id=external_id,
        text=text,
        idempotency_key="k",
    )


def test_stars_without_words_are_collected(rig: GoogleBusinessRig) -> None:
    written = rig.write("", rating=1, author="")
    ledger = Ledger()
    ledger.read(rig.platform())
    mention = ledger.standing[written]
    assert mention.text == ""
    assert mention.rating == 1
    assert mention.author.name == ""
    assert mention.thread.title == "Ромашка"


def test_pictures_come_as_links(rig: GoogleBusinessRig) -> None:
    written = rig.write("Грязно", media=("https://lh3.example/p",))
    ledger = Ledger()
    ledger.read(rig.platform())
    assert ledger.standing[written].media == ("https://lh3.example/p",)


def test_a_reply_is_posted_changed_and_taken_back(rig: GoogleBusinessRig) -> None:
    written = rig.write("Долго ждали", rating=2)
    platform = rig.platform()
    posted = platform.post(reply_to(written))
    ledger = Ledger()
    ledger.read(rig.platform())
    ours = ledger.standing[posted.external_id]
    assert ours.author.is_ours
    assert ours.parent_external_id == written
    platform.edit(posted.external_id, "Исправленный ответ")
    assert [one.text for one in platform.thread(written)] == ["Долго ждали", "Исправленный ответ"]
    platform.withdraw(posted.external_id)
    ledger.read(rig.platform())
    assert ledger.deleted == {posted.external_id}
    with pytest.raises(Gone):
        platform.edit(posted.external_id, "Нечего менять")


def test_a_reply_that_stands_there_is_never_overwritten_by_posting(
    rig: GoogleBusinessRig,
) -> None:
    written = rig.write("Долго ждали")
    platform = rig.platform()
    platform.post(reply_to(written, "Первый"))
    with pytest.raises(Rejected):
        platform.post(reply_to(written, "Второй"))
    with pytest.raises(OutcomeUnknown):
        platform.post(reply_to(written, "Первый"))
    assert rig.replies() == ["Первый"]


def test_a_reply_is_measured_in_bytes(rig: GoogleBusinessRig) -> None:
    written = rig.write("Долго ждали")
    with pytest.raises(Rejected, match="4096"):
        rig.platform().post(reply_to(written, "😡" * 1025))
    rig.platform().post(reply_to(written, "д" * 2048))
    assert len(rig.replies()) == 1


def test_a_place_that_cannot_be_read_does_not_stop_the_others(rig: GoogleBusinessRig) -> None:
    written = fill(rig, 4)
    places = ["accounts/17/locations/5", rig.place]
    with FaultyProxy(rig.url) as proxy:
        proxy.break_with(answer(404, "{}"), path="locations/5")
        ledger = Ledger()
        ledger.read(rig.platform(proxy.url, locations=places))
    assert ledger.theirs == set(written)
    assert any("locations/5" in told for told in ledger.warnings)


def test_a_place_of_somebody_else_asks_for_rights(rig: GoogleBusinessRig) -> None:
    with pytest.raises(AccessDenied) as caught:
        rig.platform(locations=["accounts/9/locations/9"]).check()
    assert caught.value.to_do
    assert not caught.value.whole_account


@pytest.mark.parametrize(
    ("comment", "expected"),
    [
        ("Долго", ("Долго", "")),
        ("(Translated by Google) Too long\n\n(Original)\nДолго", ("Долго", "Too long")),
        ("Долго\n\n(Translated by Google)\nToo long", ("Долго", "Too long")),
        ("(Translated by Google) Too long", ("Too long", "")),
        ("", ("", "")),
    ],
)
def test_the_original_is_kept_and_the_translation_put_aside(
    comment: str, expected: tuple[str, str]
) -> None:
    assert split_translation(comment) == expected
    items, _ = read_reviews([{**REVIEW, "comment": comment}], "place")
    mention = mentions_of(items[0].content, "Ромашка")[0]
    assert mention.text == expected[0]
    assert mention.original.get("translation", "") == expected[1]


def test_a_changed_review_says_when(rig: GoogleBusinessRig) -> None:
    written = rig.write("Долго")
    rig.edit(written, "Очень долго")
    ledger = Ledger()
    ledger.read(rig.platform())
    mention = ledger.standing[written]
    assert mention.edited_at is not None
    assert mention.published_at is not None
    assert mention.edited_at > mention.published_at


def test_a_reply_that_google_holds_is_hidden() -> None:
    reply = {
        "comment": "Ответ",
        "updateTime": "2026-11-02T10:00:00Z",
        "reviewReplyState": "PENDING",
    }
    items, _ = read_reviews([{**REVIEW, "reviewReply": reply}], "place")
    assert [one.is_hidden for one in mentions_of(items[0].content, "")] == [False, True]


def test_one_unreadable_review_costs_that_review_only() -> None:
    rows: list[Any] = [REVIEW, {**REVIEW, "updateTime": "вчера"}, {"reviewId": "r2"}, None]
    items, bad = read_reviews(rows, "place")
    assert len(items) == 1
    assert [row.place.rpartition(" ")[2] for row in bad] == ["r1", "r2", "?"]
    assert "updateTime" in bad[0].reason


def test_unspecified_stars_are_no_rating() -> None:
    items, bad = read_reviews([{**REVIEW, "starRating": "STAR_RATING_UNSPECIFIED"}], "place")
    assert not bad
    assert mentions_of(items[0].content, "")[0].rating is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-01T10:00:00Z", "2026-11-01T10:00:00+00:00"),
        ("2026-11-01T10:00:00.123456789Z", "2026-11-01T10:00:00.123456+00:00"),
        ("2026-11-01T10:00:00.12+03:00", "2026-11-01T07:00:00.120000+00:00"),
        ("2026-11-01T10:00:00+05:30", "2026-11-01T04:30:00+00:00"),
    ],
)
def test_googles_times_are_read_to_the_microsecond(text: str, expected: str) -> None:
    found = moment(text)
    assert found is not None
    assert found.isoformat() == expected


@pytest.mark.parametrize("text", ["", "вчера", None, 7, "2026-11-01T10:00:00.Z.."])
def test_what_is_no_time_is_none(text: object) -> None:
    assert moment(text) is None


@pytest.mark.parametrize(
    "changes",
    [{"locations": []}, {"locations": ["locations/2"]}, {"refresh_token": None}],
)
def test_wrong_settings_are_refused(rig: GoogleBusinessRig, changes: dict[str, Any]) -> None:
    with pytest.raises(ConfigError):
        rig.platform(**changes)


def test_a_review_of_another_place_is_no_business_of_this_source(rig: GoogleBusinessRig) -> None:
    with pytest.raises(ConfigError):
        rig.platform().thread("accounts/9/locations/9/reviews/r")
