"""YouTube against its stand-in: replies, quota, moderation, rights."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from collectors._wire import limit_key
from otklik.errors import AccessDenied, ConfigError, Gone, RateLimited, Rejected
from otklik.metering import LocalMeter
from otklik.platforms import Capability, ReplyRequest
from tests.rigs.google import refusal
from tests.rigs.reading import Ledger, fill
from tests.rigs.youtube import CHANNEL, YouTubeRig
from tests.servers.faulty import FaultyProxy, answer

pytestmark = pytest.mark.needs_shared


@pytest.fixture
def rig() -> Iterator[YouTubeRig]:
    with YouTubeRig() as running:
        yield running
        assert not running.violations


def read(rig: YouTubeRig, ledger: Ledger, **changes: Any) -> list[str]:
    return [mention.external_id for mention in ledger.read(rig.platform(**changes))]


def key_only(rig: YouTubeRig) -> dict[str, Any]:
    return {
        "api_token": rig.api_token,
        "client_id": "",
        "client_token": None,
        "refresh_token": None,
    }


def reply_to(external_id: str, text: str = "Ответ") -> ReplyRequest:
    return ReplyRequest(
        thread_external_id=external_id.partition(".")[0],
        parent_external_id=external_id,
        text=text,
        idempotency_key="k",
    )


def test_a_comment_comes_with_its_video_author_and_link(rig: YouTubeRig) -> None:
    written = rig.write("Чайник течёт", author="Оля", media=("https://img.example/1.gif",))
    ledger = Ledger()
    ledger.read(rig.platform())
    mention = ledger.standing[written]
    assert mention.thread.title == "Обзор чайника"
    assert mention.thread.external_id == written
    assert mention.url == f"https://www.youtube.com/watch?v={rig.video}&lc={written.split('/')[1]}"
    assert mention.author.external_id.startswith("channel/UC")
    assert mention.media == ("https://img.example/1.gif",)
    assert mention.author.followers == 42
    assert mention.author.registered_at == datetime(2019, 5, 4, 12, 0, 0, 500_000, tzinfo=UTC)
    assert mention.parent_external_id is None


def test_authors_are_asked_for_fifty_at_a_time_or_not_at_all(rig: YouTubeRig) -> None:
    rig.page_size = 100  # type: ignore[misc]
    for n in range(60):
        rig.write("Отзыв", author=f"Гость {n}")
    read(rig, Ledger())
    channels = [one for one in rig.requests if "/channels" in one.path and "id" in one.query]
    assert len(channels) == 2
    read(rig, Ledger(), authors=False)
    assert [
        one for one in rig.requests if "/channels" in one.path and "id" in one.query
    ] == channels


def test_replies_beyond_those_shown_with_the_thread_are_read(rig: YouTubeRig) -> None:
    top = rig.write("Вопрос")
    replies = [rig.write(f"И мне {n}", parent=top) for n in range(8)]
    ledger = Ledger()
    ledger.read(rig.platform())
    assert set(ledger.standing) == {top, *replies}
    assert {ledger.standing[one].parent_external_id for one in replies} == {top}


def test_a_thread_that_did_not_change_costs_no_further_call(rig: YouTubeRig) -> None:
    top = rig.write("Вопрос")
    for n in range(8):
        rig.write(f"И мне {n}", parent=top)
    ledger = Ledger()
    read(rig, ledger)
    spent = rig.spent
    assert read(rig, ledger) == []
    assert rig.spent - spent == 1


def test_a_new_reply_brings_that_reply_only(rig: YouTubeRig) -> None:
    top = rig.write("Вопрос")
    for n in range(4):
        rig.write(f"И мне {n}", parent=top)
    ledger = Ledger()
    read(rig, ledger)
    new = rig.write("И мне тоже", parent=top)
    assert read(rig, ledger) == [new]


def test_a_deleted_reply_is_seen_and_the_others_stand(rig: YouTubeRig) -> None:
    top = rig.write("Вопрос")
    replies = [rig.write(f"И мне {n}", parent=top) for n in range(4)]
    ledger = Ledger()
    read(rig, ledger)
    rig.delete(replies[1])
    read(rig, ledger)
    assert ledger.deleted == {replies[1]}


def test_a_deleted_thread_takes_its_replies_along(rig: YouTubeRig) -> None:
    top = rig.write("Вопрос")
    reply = rig.write("И мне", parent=top)
    other = rig.write("Другое")
    ledger = Ledger()
    read(rig, ledger)
    rig.delete(top)
    read(rig, ledger)
    assert ledger.deleted == {top, reply}
    assert set(ledger.standing) == {other}


def test_the_owners_own_comments_are_ours(rig: YouTubeRig) -> None:
    top = rig.write("Вопрос")
    ours = rig.write_as_owner("Ответили в приложении", parent=top)
    ledger = Ledger()
    ledger.read(rig.platform())
    assert ledger.standing[ours].author.is_ours
    by_setting = Ledger()
    by_setting.read(rig.platform(**key_only(rig), own_channels=[CHANNEL]))
    assert by_setting.standing[ours].author.is_ours


def test_a_reply_to_a_reply_stands_under_the_top_comment(rig: YouTubeRig) -> None:
    top = rig.write("Вопрос")
    reply = rig.write("И мне", parent=top)
    platform = rig.platform()
    posted = platform.post(reply_to(reply))
    shown = {mention.external_id: mention for mention in platform.thread(top)}
    assert shown[posted.external_id].parent_external_id == top
    assert shown[posted.external_id].author.is_ours


def test_single_videos_are_watched_and_one_closed_does_not_stop_the_others(
    rig: YouTubeRig,
) -> None:
    written = fill(rig, 4)
    with FaultyProxy(rig.url) as proxy:
        proxy.break_with(
            answer(403, refusal(403, "commentsDisabled").encoded()), path="videoId=closedVideo"
        )
        ledger = Ledger()
        videos = ["closedVideo", rig.video]
        ledger.read(rig.platform(proxy.url, channel_id="", video_ids=videos))
    assert ledger.theirs == set(written)
    assert any("commentsDisabled" in told for told in ledger.warnings)


def test_a_page_token_that_expired_starts_the_list_anew(rig: YouTubeRig) -> None:
    written = fill(rig)
    ledger = Ledger()
    ledger.read(rig.platform(), 1)
    lists = ledger.cursor["lists"]
    lists[CHANNEL]["token"] = "expired"
    ledger.read(rig.platform())
    assert ledger.theirs == set(written)


def test_held_comments_are_read_where_asked_for(rig: YouTubeRig) -> None:
    shown, held = rig.write("Видно"), rig.write("Спрятано")
    rig.comments[held.split("/")[1]].status = "heldForReview"
    ledger = Ledger()
    ledger.read(rig.platform(held=True))
    assert not ledger.standing[shown].is_hidden
    assert ledger.standing[held].is_hidden


def test_holding_hides_and_publishing_shows_again(rig: YouTubeRig) -> None:
    written = rig.write("Реклама")
    ledger = Ledger()
    read(rig, ledger)
    platform = rig.platform()
    platform.hide(written, "реклама")
    assert rig.status_of(written) == "heldForReview"
    read(rig, ledger)
    assert ledger.deleted == set(), "held is not deleted"
    platform.unhide(written)
    assert rig.status_of(written) == "published"


def test_a_thread_closed_for_replies_says_so_beforehand(rig: YouTubeRig) -> None:
    rig.can_reply = False
    written = rig.write("Вопрос")
    ledger = Ledger()
    ledger.read(rig.platform())
    assert ledger.standing[written].cannot_answer
    assert ledger.standing[written].thread.is_closed
    with pytest.raises(Rejected):
        rig.platform().post(reply_to(written))
    assert rig.replies() == []


def test_somebody_elses_comment_is_never_deleted_or_changed(rig: YouTubeRig) -> None:
    written = rig.write("Чужое")
    platform = rig.platform()
    with pytest.raises(Rejected):
        platform.withdraw(written)
    with pytest.raises(Rejected):
        platform.edit(written, "Стало хорошо")
    assert written.split("/")[1] in rig.comments


def test_what_is_gone_says_so(rig: YouTubeRig) -> None:
    written = rig.write("Вопрос")
    rig.delete(written)
    platform = rig.platform()
    with pytest.raises(Gone):
        platform.thread(written)
    with pytest.raises(Gone):
        platform.post(reply_to(written))
    with pytest.raises(Gone):
        platform.edit(written, "Нет")


def test_a_used_up_quota_waits_for_midnight_and_stops_every_source_of_the_project(
    rig: YouTubeRig,
) -> None:
    meter = LocalMeter(clock=lambda: 4_000_000_000.0)
    with FaultyProxy(rig.url) as proxy:
        proxy.break_with(answer(403, refusal(403, "quotaExceeded").encoded()), path="/youtube/")
        with pytest.raises(RateLimited) as caught:
            Ledger().read(rig.platform(proxy.url, meter=meter))
    assert 60 <= caught.value.retry_after <= 86_400
    with pytest.raises(RateLimited):
        Ledger().read(rig.platform(meter=meter))
    del LocalMeter._due[limit_key("youtube", rig.config()["client_id"], "units")]


def test_an_answer_costs_fifty_times_a_reading(rig: YouTubeRig) -> None:
    written = rig.write("Вопрос")
    meter = LocalMeter(clock=lambda: 4_000_000_000.0)
    platform = rig.platform(meter=meter, daily_units=1000)
    key = limit_key("youtube", rig.config()["client_id"], "units")
    list(platform.collect({}))
    reading = LocalMeter._due[key] - 4_000_000_000.0
    calls = rig.spent
    platform.hide(written, "")
    assert (LocalMeter._due[key] - 4_000_000_000.0) / reading == pytest.approx((calls + 50) / calls)


def test_a_key_alone_reads_and_says_what_it_cannot(rig: YouTubeRig) -> None:
    written = fill(rig, 4)
    platform = rig.platform(**key_only(rig))
    ledger = Ledger()
    ledger.read(platform)
    assert ledger.theirs == set(written)
    found = rig.platform(**key_only(rig)).check()
    assert found.can == (Capability.THREAD,)
    assert any("refresh_token" in told for told in found.missing)
    for act in (
        lambda: rig.platform(**key_only(rig)).post(reply_to(written[0])),
        lambda: rig.platform(**key_only(rig)).hide(written[0], ""),
    ):
        with pytest.raises(Rejected, match="only reads"):
            act()


def test_a_wrong_key_asks_for_a_person(rig: YouTubeRig) -> None:
    with pytest.raises(AccessDenied) as caught:
        Ledger().read(rig.platform(**{**key_only(rig), "api_token": "AIzaWRONG"}))
    assert caught.value.whole_account


def test_a_consent_without_the_scope_is_told_at_check(rig: YouTubeRig) -> None:
    rig.granted_scope = "https://www.googleapis.com/auth/youtube.readonly"
    found = rig.platform().check()
    assert any("force-ssl" in told for told in found.missing)
    assert found.can == (Capability.THREAD,)


def test_no_secret_stands_in_an_address_or_a_log(
    rig: YouTubeRig, caplog: pytest.LogCaptureFixture
) -> None:
    fill(rig, 4)
    with caplog.at_level(logging.DEBUG):
        read(rig, Ledger())
        read(rig, Ledger(), **key_only(rig))
    assert caplog.records
    secrets = (rig.client_token, rig.refresh_token, rig.api_token, *rig.access_tokens)
    assert not [one for one in secrets if one in caplog.text]
    assert not [r.raw_query for r in rig.requests for one in secrets if one in r.raw_query]


@pytest.mark.parametrize(
    "changes",
    [
        {"channel_id": ""},
        {"channel_id": "romashka"},
        {"video_ids": ["https://youtu.be/x"]},
        {"client_token": None},
        {"client_id": "", "held": True, "api_token": "AIzaX"},
    ],
)
def test_wrong_settings_are_refused(rig: YouTubeRig, changes: dict[str, Any]) -> None:
    with pytest.raises(ConfigError):
        rig.platform(**changes)


def test_two_thousand_threads_are_read_once_each(rig: YouTubeRig) -> None:
    rig.page_size = 100  # type: ignore[misc]
    written = fill(rig, 2000)
    ledger = Ledger()
    assert set(read(rig, ledger)) == set(written)
    assert len(ledger.pages) <= 21
    for page in ledger.pages:
        assert len(str(page.cursor)) < 64_000
