"""Batches of VK's calls, what goes wrong in them, and the tokens that make them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from collectors.vk import Vk
from collectors.vk.client import LIMITS
from collectors.vk.rights import Kind
from otklik.errors import AccessDenied, ConfigError, RateLimited, Transient
from otklik.platforms import Capability
from tests.rigs.base import FreeMeter
from tests.rigs.reading import Ledger, fill
from tests.rigs.vk import VkRig
from tests.rigs.vk_world import OWNER, Refused
from tests.servers.faulty import FaultyProxy, answer, rewrite

pytestmark = pytest.mark.needs_shared


@pytest.fixture
def rig() -> Iterator[VkRig]:
    with VkRig() as running:
        yield running
        assert not running.violations


def vk(rig: VkRig, url: str = "", **changes: Any) -> Vk:
    return rig.platform(url, **changes)


def ago(**time: float) -> int:
    return int((datetime.now(UTC) - timedelta(**time)).timestamp())


# ---- batches ------------------------------------------------------------------------------------


class BigRig(VkRig):
    """With VK's own size of a page."""

    page_size = 100


def test_a_thousand_new_comments_over_a_hundred_posts_cost_six_calls() -> None:
    with BigRig() as rig:
        for n in range(100):
            post = rig.open(at=ago(days=2) + n)
            for k in range(10):
                rig.write_in(post, f"Отзыв {n}.{k}", at=ago(days=1) + n)
        platform = vk(rig)
        ledger = Ledger()
        assert len(ledger.read(platform)) == 1000
        assert platform.client.calls == 6  # who we are, one list, four times 25 threads
        for post in rig.world.standing("wall"):
            for k in range(10):
                rig.write_in(post, f"Ещё {k}")
        platform = vk(rig)
        assert len(ledger.read(platform)) == 1000
        assert platform.client.calls == 5
        assert not rig.violations


def test_a_thread_of_thousands_is_read_25_pages_at_a_call() -> None:
    with BigRig() as rig:
        post = rig.open(at=ago(days=2))
        for n in range(3000):
            rig.write_in(post, f"Отзыв {n}", at=ago(days=1))
        platform = vk(rig)
        ledger = Ledger()
        assert len(ledger.read(platform)) == 3000
        assert platform.client.calls == 5  # who we are, a list, the first page, 29 more in two
        assert ledger.pages[0].complete_thread_ids
        assert not rig.violations


def test_a_batch_whose_answer_is_too_big_is_halved(rig: VkRig) -> None:
    written = fill(rig, 60)
    rig.most_at_once = 6
    ledger = Ledger()
    ledger.read(vk(rig))
    assert ledger.theirs == set(written)
    assert not ledger.warnings


def test_the_cursor_stays_small_with_as_many_threads_as_may_be_watched() -> None:
    with BigRig() as rig:
        for n in range(600):
            rig.write_in(rig.open(at=ago(days=2) + n), f"Отзыв {n}", at=ago(days=1) + n)
        ledger = Ledger()
        assert len(ledger.read(vk(rig, watch_posts=600))) == 600
        assert len(json.dumps(ledger.cursor)) < 64_000
        assert ledger.read(vk(rig, watch_posts=600)) == []


@pytest.mark.parametrize("pages", [7, 30, None])
def test_a_back_fill_goes_down_to_its_date_below_what_is_watched(pages: int | None) -> None:
    with BigRig() as rig:
        places = [rig.open(at=ago(days=20) + n) for n in range(900)]
        written = {rig.write_in(place, "Отзыв", at=place.date + 1) for place in places}
        old = rig.open(at=ago(days=40))
        rig.write_in(old, "Давно", at=ago(days=39))
        ledger = Ledger()
        ledger.read(vk(rig), pages)
        if pages is not None:
            rig.delete(written.pop())
            written.add(rig.write_in(rig.open(at=ago(minutes=5)), "Новость"))
            ledger.read(vk(rig))
        assert ledger.theirs >= written
        assert f"{old.name}/" not in "".join(ledger.theirs)
        assert len(json.dumps(ledger.cursor)) < 64_000
        assert ledger.read(vk(rig)) == []
        assert not rig.violations


def test_a_back_fill_that_fails_below_goes_on_there(rig: VkRig) -> None:
    places = [rig.open(at=ago(days=20) + n) for n in range(40)]
    written = {rig.write_in(place, "Отзыв", at=place.date + 1) for place in places}
    few: dict[str, Any] = {"watch_posts": 3, "recheck_posts": 1}
    ledger = Ledger()
    with FaultyProxy(rig.url) as proxy:
        platform = vk(rig, proxy.url, **few)
        for page in platform.collect({}):
            ledger.store(page)
            if ledger.cursor["deep"]:
                break
        platform.close()
        assert set() < ledger.theirs < written
        proxy.break_with(answer(200, '{"error":{"error_code":10,"error_msg":""}}'), path="execute")
        with pytest.raises(Transient):
            ledger.read(vk(rig, proxy.url, **few))
    ledger.read(vk(rig, **few))
    assert ledger.theirs == written
    assert ledger.cursor["deep"] == {}


def test_quiet_threads_are_looked_at_in_turn(rig: VkRig) -> None:
    written = fill(rig, 120)
    ledger = Ledger()
    ledger.read(vk(rig, recheck_posts=5))
    rig.edit(written[0], "Исправлено")
    polls = 0
    while "Исправлено" not in ledger.standing[written[0]].text and polls < 10:
        ledger.read(vk(rig, recheck_posts=5))
        polls += 1
    assert 1 <= polls <= 4


def test_one_thread_that_cannot_be_read_does_not_stop_the_others(rig: VkRig) -> None:
    written = fill(rig, 6)
    rig.refusals["wall.getComments"] = Refused(212, "Access to post comments denied")
    ledger = Ledger()
    ledger.read(vk(rig))
    assert len(ledger.warnings) == 2
    ledger.read(vk(rig))
    assert len(ledger.warnings) == 2, "said once, not at every poll"
    rig.refusals.clear()
    ledger.read(vk(rig))
    assert ledger.theirs == set(written)


def test_an_internal_error_in_a_batch_is_tried_again_at_the_next_poll(rig: VkRig) -> None:
    written = fill(rig, 6)
    rig.refusals["wall.getComments"] = Refused(10, "Internal server error")
    ledger = Ledger()
    ledger.read(vk(rig))
    assert ledger.theirs == set()
    assert ledger.warnings
    rig.refusals.clear()
    ledger.read(vk(rig))
    assert ledger.theirs == set(written)


def test_a_dead_token_inside_a_batch_stops_everything(rig: VkRig) -> None:
    fill(rig, 6)
    captcha = {"captcha_sid": "1", "captcha_img": "https://api.vk.ru/captcha.php?sid=1"}
    address = "https://id.vk.ru/not_robot_captcha?session=1"
    rig.refusals["wall.getComments"] = Refused(14, "Captcha", redirect_uri=address, **captcha)
    with pytest.raises(AccessDenied) as caught:
        Ledger().read(vk(rig))
    assert caught.value.whole_account
    assert address in caught.value.to_do


def test_a_captcha_of_a_single_call_is_no_loop(rig: VkRig) -> None:
    rig.refusals["wall.get"] = Refused(14, "Captcha needed")
    with pytest.raises(AccessDenied) as caught:
        Ledger().read(vk(rig))
    assert "капчу" in caught.value.to_do
    assert rig.calls["wall.get"] == 1


def test_too_many_calls_are_not_asked_again_at_once(rig: VkRig) -> None:
    rig.refusals["wall.get"] = Refused(6, "Too many requests per second")
    with pytest.raises(RateLimited) as caught:
        Ledger().read(vk(rig))
    assert caught.value.retry_after == 1
    assert rig.calls["wall.get"] == 1


def test_recorded_errors_of_a_batch_are_told_apart(rig: VkRig, shared: Path) -> None:
    body = (shared / "recordings" / "vk" / "Errors_ExecuteErrorsHandler.json").read_text()
    fill(rig, 6)
    with FaultyProxy(rig.url) as proxy:
        proxy.break_with(answer(200, body), path="execute")
        ledger = Ledger()
        ledger.read(vk(rig, proxy.url))
    assert len(ledger.warnings) == 2
    assert not ledger.standing


def test_comments_of_another_thread_in_an_answer_are_not_taken(rig: VkRig) -> None:
    written = fill(rig, 6)
    with FaultyProxy(rig.url) as proxy:
        proxy.break_with(rewrite(_swapped), path="execute")
        ledger = Ledger()
        ledger.read(vk(rig, proxy.url))
    assert not ledger.standing
    assert any("another thread" in line for line in ledger.warnings)
    ledger.read(vk(rig))
    assert ledger.theirs == set(written)


def _swapped(body: bytes) -> bytes:
    told = json.loads(body)
    return json.dumps({"response": told["response"][::-1]}).encode()


# ---- tokens -------------------------------------------------------------------------------------


def only(rig: VkRig, kind: str, **changes: Any) -> dict[str, Any]:
    settings: dict[str, Any] = {"token": None, "user_token": None, "service_token": None}
    names = {"group": "token", "user": "user_token", "service": "service_token"}
    return {**settings, names[kind]: rig.token(kind), **changes}


def test_a_service_token_reads_the_wall_without_batches(rig: VkRig) -> None:
    written = fill(rig, 6)
    ledger = Ledger()
    ledger.read(vk(rig, **only(rig, "service")))
    assert ledger.theirs == set(written)
    assert rig.calls["execute"] == 0
    assert rig.calls["users.get"] == 0
    assert all(mention.cannot_answer for mention in ledger.standing.values())


def test_a_place_that_no_token_can_read_is_a_warning_and_the_others_are_read(rig: VkRig) -> None:
    written = fill(rig, 3)
    ledger = Ledger()
    ledger.read(vk(rig, **only(rig, "service", watch=["wall", "videos", "photos"])))
    assert ledger.theirs == set(written)
    assert any("video.get needs user_token" in line for line in ledger.warnings)
    assert any("photos.getAllComments needs user_token" in line for line in ledger.warnings)


def test_a_communitys_token_alone_reads_no_wall_and_says_what_to_do(rig: VkRig) -> None:
    with pytest.raises(AccessDenied) as caught:
        Ledger().read(vk(rig, **only(rig, "group")))
    assert "user_token or service_token" in caught.value.to_do
    assert rig.requests == []


def test_a_check_tells_what_each_token_can(rig: VkRig) -> None:
    fill(rig, 3)
    check = vk(rig).check()
    assert check.ok
    assert check.newest_at is not None
    assert set(check.can) == set(Capability)
    assert check.rights[:2] == ("community: manage", "community: wall")
    assert "user: groups" in check.rights
    assert check.missing == ()
    assert f"Сообщество {-OWNER}" in check.message


def test_a_check_names_what_is_missing_and_the_token_for_it(rig: VkRig) -> None:
    check = vk(rig, **only(rig, "service", watch=["wall", "market"])).check()
    assert not check.ok
    assert set(check.can) == {Capability.THREAD}
    told = "\n".join(check.missing)
    assert "market cannot be read: market.get needs user_token" in told
    assert "no post on wall: wall.createComment needs token or user_token" in told
    assert "no ban: groups.ban needs user_token" in told


def test_a_check_names_rights_that_the_user_token_lacks(rig: VkRig) -> None:
    rig.rights = 1 << 13
    check = vk(rig, watch=["wall", "board"]).check()
    assert check.missing == ("board: user_token lacks the right 'groups'; get it anew with it",)


def test_a_check_names_places_that_vk_refuses(rig: VkRig) -> None:
    rig.refusals["photos.getAllComments"] = Refused(200, "Access denied")
    rig.refusals["groups.getLongPollServer"] = Refused(15, "Access denied: no long poll")
    rig.refusals["video.get"] = Refused(204, "Access denied")
    places = ["wall", "photos", "mentions", "videos"]
    check = vk(rig, watch=places, queries=["Ромашка"], long_poll=True).check()
    assert not check.ok
    told = [line.partition(":")[0] for line in check.missing]
    assert told == ["videos", "photos", "Long Poll"]


def test_what_an_application_may_not_comment_is_not_closed_for_the_community(rig: VkRig) -> None:
    post = rig.open(at=ago(hours=1))
    written = rig.write_in(post, "Где заказ?")
    post.is_closed = True
    ledger = Ledger()
    ledger.read(vk(rig, user_token=None, service_token=rig.token("service")))
    assert not ledger.standing[written].thread.is_closed
    assert not ledger.standing[written].cannot_answer


def test_a_user_token_in_the_place_of_the_communitys_is_recognised(rig: VkRig) -> None:
    rig.refusals["groups.getTokenPermissions"] = Refused(27, "Group authorization failed")
    with pytest.raises(AccessDenied) as caught:
        vk(rig).check()
    assert "сообщества" in caught.value.to_do


def test_calls_of_each_token_wait_for_a_limit_of_their_own(rig: VkRig) -> None:
    meter = FreeMeter()
    fill(rig, 3)
    platform = rig.platform(meter=meter)
    list(platform.collect({}))
    platform.check()
    platform.close()
    # the community's own: its rights, its name
    assert sorted(meter.turns.values()) == [2, len(rig.requests) - 2]
    assert all(rig.token(kind) not in key for key in meter.turns for kind in ("group", "user"))


@pytest.mark.parametrize(("kind", "most"), [(Kind.USER, 3), (Kind.SERVICE, 3), (Kind.GROUP, 20)])
def test_no_second_holds_more_calls_than_vk_allows(kind: Kind, most: int) -> None:
    due, moments = 0.0, []
    for n in range(200):
        due, moment = LIMITS[kind].turn(due, max(5000.0, 5000.0 + (n - 100) * 0.1))
        moments.append(moment)
    for start in moments:
        assert sum(start <= moment < start + 1.0 for moment in moments) <= most


def test_a_wrong_owner_is_said_with_what_to_do(rig: VkRig) -> None:
    rig.refusals["wall.get"] = Refused(100, "owner_id is invalid")
    with pytest.raises(AccessDenied) as caught:
        Ledger().read(vk(rig))
    assert "owner_id" in caught.value.to_do


@pytest.mark.parametrize(
    "changes",
    [
        {"owner_id": 0},
        {"token": None, "user_token": None},
        {"owner_id": 5, "long_poll": True},
        {"owner_id": 5, "watch": ["board"]},
        {"watch": [], "queries": []},
        {"queries": [" "]},
        {"watch": ["wall", "board", "videos", "market"], "watch_posts": 200},
        {"watch": ["stories"]},
    ],
)
def test_settings_that_make_no_sense_are_refused(rig: VkRig, changes: dict[str, Any]) -> None:
    with pytest.raises(ConfigError):
        vk(rig, **changes)
