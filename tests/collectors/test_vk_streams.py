"""Photo comments, mentions and the search of VK; events by Long Poll."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from otklik.errors import AccessDenied, Transient
from tests.rigs.reading import Ledger, fill
from tests.rigs.vk import VkRig
from tests.rigs.vk_world import OWNER, Place, Refused
from tests.servers.faulty import Exchange, FaultyProxy, Reply

pytestmark = pytest.mark.needs_shared


@pytest.fixture
def rig() -> Iterator[VkRig]:
    with VkRig() as running:
        yield running
        assert not running.violations


def ago(**time: float) -> int:
    return int((datetime.now(UTC) - timedelta(**time)).timestamp())


def without(rig: VkRig, *kinds: str) -> dict[str, None]:
    names = {"group": "token", "user": "user_token", "service": "service_token"}
    return {names[kind]: None for kind in kinds}


# ---- photos, mentions, search -------------------------------------------------------------------


def photos(rig: VkRig, count: int) -> list[str]:
    """So many comments over three photos, one a minute."""
    places = [rig.open("photo", at=ago(days=1)) for _ in range(3)]
    return [
        rig.write_in(places[n % 3], f"Снимок {n}", author="Ольга", at=ago(minutes=count - n))
        for n in range(count)
    ]


def elsewhere(rig: VkRig, text: str, at: int) -> str:
    """A stranger's post on a wall of his own that mentions us."""
    guest = rig.world.account("Пётр")
    post = Place("wall", rig.world.next_number(), guest, at, text, owner=guest)
    rig.world.mentions.append(post)
    return f"{post.name}/post"


STREAMS: dict[str, dict[str, Any]] = {
    "photos": {"watch": ["photos"]},
    "mentions": {"watch": ["mentions"]},
    "search": {"watch": [], "queries": ["Ромашка"]},
}


def filled(rig: VkRig, name: str, count: int = 8) -> list[str]:
    if name == "photos":
        return photos(rig, count)
    return [elsewhere(rig, f"Ромашка {n}", ago(minutes=count - n)) for n in range(count)]


@pytest.mark.parametrize("name", STREAMS)
def test_a_stream_is_read_to_its_end_and_settles(rig: VkRig, name: str) -> None:
    written = filled(rig, name)
    ledger = Ledger()
    ledger.read(rig.platform(**STREAMS[name]))
    assert ledger.theirs == set(written)
    assert len(ledger.pages) >= 3
    shown = ledger.standing[written[0]]
    assert shown.author.name == ("Ольга" if name == "photos" else "Пётр")
    assert shown.url.startswith("https://vk.com/")
    for _ in range(2):
        assert ledger.read(rig.platform(**STREAMS[name])) == []
    assert len(json.dumps(ledger.cursor)) < 64_000


@pytest.mark.parametrize("name", STREAMS)
@pytest.mark.parametrize("pages", [1, 2, 3])
def test_a_death_on_the_way_down_a_stream_loses_nothing(rig: VkRig, name: str, pages: int) -> None:
    written = filled(rig, name, 11)
    ledger = Ledger()
    ledger.read(rig.platform(**STREAMS[name]), pages)
    written += filled(rig, name, 2)
    for _ in range(2):
        ledger.read(rig.platform(**STREAMS[name]))
    assert ledger.theirs == set(written)
    assert ledger.read(rig.platform(**STREAMS[name])) == []


@pytest.mark.parametrize("name", STREAMS)
def test_few_are_compared_and_no_new_one_is_overlooked(rig: VkRig, name: str) -> None:
    written = filled(rig, name, 9)
    ledger = Ledger()
    few = {**STREAMS[name], "recheck_items": 4}
    ledger.read(rig.platform(**few))
    for _ in range(3):
        written += filled(rig, name, 1)
        ledger.read(rig.platform(**few))
    assert ledger.theirs == set(written)
    assert ledger.read(rig.platform(**few)) == []
    assert len(next(iter(ledger.cursor["streams"].values()))["recent"]) == 4


def test_edits_and_deletions_of_photo_comments_are_seen(rig: VkRig) -> None:
    written = photos(rig, 8)
    ledger = Ledger()
    ledger.read(rig.platform(watch=["photos"]))
    rig.edit(written[6], "Передумал")
    rig.delete(written[5])
    for _ in range(2):  # of several pages: gone when two readings do not find it
        ledger.read(rig.platform(watch=["photos"]))
    assert ledger.standing[written[6]].text == "Передумал"
    assert ledger.deleted == {written[5]}


def test_a_deleted_mention_is_a_deletion_a_post_lost_by_the_search_is_none(rig: VkRig) -> None:
    written = filled(rig, "mentions", 4)
    both: dict[str, Any] = {"watch": ["mentions"], "queries": ["Ромашка"]}
    found, told = Ledger(), Ledger()
    found.read(rig.platform(**STREAMS["search"]))
    told.read(rig.platform(**both))
    rig.world.mentions[1].is_gone = True
    for _ in range(2):
        found.read(rig.platform(**STREAMS["search"]))
        told.read(rig.platform(**both))
    assert told.deleted == {written[1]}
    assert found.deleted == set()


def test_a_search_whose_place_to_go_on_has_expired_begins_again(rig: VkRig) -> None:
    written = filled(rig, "search", 8)
    ledger = Ledger()
    ledger.read(rig.platform(**STREAMS["search"]), 1)
    assert "next" in next(iter(ledger.cursor["streams"].values()))
    with FaultyProxy(rig.url) as proxy:
        proxy.break_with(_refused_once(), path="newsfeed.search", times=1)
        ledger.read(rig.platform(proxy.url, **STREAMS["search"]))
    assert ledger.theirs == set(written)


def _refused_once() -> Any:
    body = json.dumps({"error": Refused(100, "start_from is invalid").body}).encode()

    def fault(exchange: Exchange) -> None:
        exchange.send(Reply(200, [("Content-Type", "application/json")], body))

    return fault


def test_the_same_page_of_a_search_for_ever_is_a_warning(rig: VkRig) -> None:
    written = filled(rig, "search", 8)
    first: list[Reply] = []

    def echo(exchange: Exchange) -> None:
        first.append(first[0] if first else exchange.forward())
        exchange.send(first[0])

    ledger = Ledger()
    with FaultyProxy(rig.url) as proxy:
        proxy.break_with(echo, path="newsfeed.search")
        ledger.read(rig.platform(proxy.url, **STREAMS["search"]))
        assert len(proxy.requests) < 5
    assert any("again and again" in line for line in ledger.warnings)
    for _ in range(2):
        ledger.read(rig.platform(**STREAMS["search"]))
    assert ledger.theirs == set(written)


def test_a_found_comment_has_the_id_it_has_on_its_wall(rig: VkRig) -> None:
    platform = rig.platform()
    row = {"id": 9, "owner_id": OWNER, "from_id": 5, "post_type": "reply", "post_id": 6}
    from collectors.vk.wire import Post

    post = Post.model_validate({**row, "date": ago(hours=1), "text": "да", "parents_stack": [8]})
    told = platform._teller.found_post(post, {})
    platform.close()
    assert told.external_id == f"wall{OWNER}_6/9"
    assert told.parent_external_id == f"wall{OWNER}_6/8"


def test_posts_elsewhere_need_a_persons_token_to_be_answered(rig: VkRig) -> None:
    written = filled(rig, "search", 1)
    service = {**STREAMS["search"], "service_token": rig.token("service"), "user_token": None}
    for settings, can in ((STREAMS["search"], True), (service, False)):
        ledger = Ledger()
        ledger.read(rig.platform(**settings))
        assert (not ledger.standing[written[0]].cannot_answer) is can


def test_a_refused_stream_is_a_warning_beside_others_and_an_error_alone(rig: VkRig) -> None:
    written = fill(rig, 3)
    rig.refusals["newsfeed.getMentions"] = Refused(15, "Access denied")
    ledger = Ledger()
    ledger.read(rig.platform(watch=["wall", "mentions"]))
    assert ledger.theirs == set(written)
    assert any("mentions" in line for line in ledger.warnings)
    with pytest.raises(AccessDenied):
        Ledger().read(rig.platform(watch=["mentions"]))


# ---- Long Poll ----------------------------------------------------------------------------------

ALL = ["wall", "board", "photos", "videos", "market"]
KINDS = ["wall", "topic", "photo", "video", "market"]
EVENTS: dict[str, Any] = {"long_poll": True, "long_poll_wait": 0, "watch": ALL}


def settled(rig: VkRig, **changes: Any) -> Ledger:
    """A source that has looked through everything once, and again."""
    ledger = Ledger()
    for _ in range(2):
        ledger.read(rig.platform(**{**EVENTS, **changes}))
    return ledger


@pytest.mark.parametrize("kind", KINDS)
def test_events_bring_new_changed_and_deleted_comments(rig: VkRig, kind: str) -> None:
    place = rig.open(kind, at=ago(hours=2), text="Место")
    old = [rig.write_in(place, f"Отзыв {n}", at=ago(hours=1)) for n in range(3)]
    ledger = settled(rig)
    new = rig.write_in(place, "Новость")
    rig.edit(old[0], "Исправлено")
    rig.delete(old[1])
    ledger.read(rig.platform(**EVENTS))
    assert ledger.theirs == {old[0], old[2], new}
    assert ledger.deleted == {old[1]}
    assert ledger.standing[old[0]].text == "Исправлено"
    assert ledger.standing[new].thread.title == "Место"
    rig.world.restore(*rig.world.find(old[1]))
    ledger.read(rig.platform(**EVENTS))
    assert old[1] in ledger.theirs
    assert ledger.read(rig.platform(**EVENTS)) == []


def test_a_quiet_look_at_the_events_costs_no_call_of_the_user_token(rig: VkRig) -> None:
    fill(rig, 3)
    ledger = settled(rig, watch=["wall"])
    platform = rig.platform(**EVENTS)
    before = len(rig.requests)
    assert ledger.read(platform) == []
    paths = [request.path for request in rig.requests[before:]]
    assert paths == ["/method/groups.getLongPollServer", "/lp"]


def test_many_events_are_taken_in_one_poll(rig: VkRig) -> None:
    ledger = settled(rig)
    written = fill(rig, 20)
    ledger.read(rig.platform(**EVENTS))
    assert ledger.theirs == set(written)


def test_the_key_of_the_events_is_not_kept(rig: VkRig) -> None:
    ledger = settled(rig)
    assert ledger.cursor["ts"] == "0"
    assert "k1" not in json.dumps(ledger.cursor)


def test_a_death_before_events_are_stored_has_them_again(rig: VkRig) -> None:
    places = [rig.open(at=ago(hours=2)) for _ in range(3)]
    ledger = settled(rig)
    written = {rig.write_in(place, f"Новость {n}") for place in places for n in range(2)}
    ledger.read(rig.platform(**EVENTS), 1)
    assert ledger.theirs < written
    ledger.read(rig.platform(**EVENTS))
    assert ledger.theirs == written


@pytest.mark.parametrize("method", ["wall.getById", "wall.getComments"])
def test_an_event_whose_thread_cannot_be_read_now_is_not_forgotten(rig: VkRig, method: str) -> None:
    places = [rig.open(at=ago(hours=2)) for _ in range(2)]
    ledger = settled(rig)
    written = {rig.write_in(place, "Новость") for place in places}
    rig.refusals[method] = Refused(10, "Internal server error")
    with suppress(Transient):
        ledger.read(rig.platform(**EVENTS))
    rig.refusals.clear()
    ledger.read(rig.platform(**{**EVENTS, "sweep_seconds": 0}))
    assert ledger.theirs == written


@pytest.mark.parametrize("failed", [{"failed": 1, "ts": "99"}, {"failed": 2}, {"failed": 3}])
def test_lost_events_lead_to_a_look_through_everything(rig: VkRig, failed: dict[str, Any]) -> None:
    ledger = settled(rig)
    post = rig.open(at=ago(hours=2))
    written = rig.write_in(post, "Пока событий не было")
    rig.world.events.clear()
    rig.failing.append(failed)
    ledger.read(rig.platform(**EVENTS))
    assert ledger.theirs == {written}
    assert ledger.cursor["ts"] == failed.get("ts", "0")


def test_everything_is_looked_through_now_and_then_all_the_same(rig: VkRig) -> None:
    ledger = settled(rig)
    written = rig.write("Событие пропало")
    rig.world.events.clear()
    ledger.cursor["ts"] = "0"
    assert ledger.read(rig.platform(**EVENTS)) == []
    ledger.read(rig.platform(**{**EVENTS, "sweep_seconds": 0}))
    assert ledger.theirs == {written}


def test_with_the_communitys_token_alone_events_are_the_comments(rig: VkRig) -> None:
    alone = {**EVENTS, **without(rig, "user")}
    ledger = Ledger()
    ledger.read(rig.platform(**alone))
    post = rig.open(at=ago(hours=2))
    kept = rig.write_in(post, "Где заказ?", author="Ольга")
    gone = rig.write_in(post, "Ошибся")
    ledger.read(rig.platform(**alone))
    rig.delete(gone)
    ledger.read(rig.platform(**alone))
    assert ledger.theirs == {kept}
    assert ledger.deleted == {gone}
    assert ledger.standing[kept].author.name == "Ольга"
    assert not ledger.standing[kept].cannot_answer
    rig.failing.append({"failed": 3})
    ledger.read(rig.platform(**alone))
    assert any("events may have been lost" in line for line in ledger.warnings)


def test_without_events_everything_is_looked_through(rig: VkRig) -> None:
    rig.refusals["groups.getLongPollServer"] = Refused(15, "Access denied: Long Poll is off")
    written = fill(rig, 3)
    ledger = Ledger()
    ledger.read(rig.platform(**EVENTS))
    assert ledger.theirs == set(written)
    assert any("no events" in line for line in ledger.warnings)
    with pytest.raises(AccessDenied):
        Ledger().read(rig.platform(**{**EVENTS, **without(rig, "user")}))


def test_an_event_without_a_thread_leads_to_a_look_through_everything(rig: VkRig) -> None:
    ledger = settled(rig)
    written = rig.write("Новость")
    rig.world.events[:] = [{"type": "market_comment_new", "object": {"id": 5}, "group_id": 1}]
    ledger.read(rig.platform(**EVENTS))
    assert ledger.theirs == {written}


@pytest.mark.parametrize("body", ["[]", "<html>", '{"ts": 5}', '{"updates": 5, "ts": "1"}'])
def test_an_answer_that_is_no_list_of_events_is_transient(rig: VkRig, body: str) -> None:
    ledger = settled(rig)
    rig.failing.append(body.encode())  # type: ignore[arg-type]
    with pytest.raises(Transient):
        ledger.read(rig.platform(**EVENTS))


def test_the_events_server_may_not_stand_in_the_private_network(rig: VkRig) -> None:
    ledger = Ledger()
    with FaultyProxy(rig.url) as proxy:  # the rig itself is another, unnamed host then
        for _ in range(2):
            ledger.read(rig.platform(proxy.url, **EVENTS))
    assert [line for line in ledger.warnings if "is a private address" in line]
    assert "/lp" not in [request.path for request in rig.requests]
