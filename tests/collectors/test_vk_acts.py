"""Answering and moderating on VK: which call, in whose name, and what its refusal means."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from otklik.errors import (
    AccessDenied,
    ConfigError,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    Transient,
)
from otklik.platforms import ReplyRequest
from tests.rigs.reading import Ledger
from tests.rigs.vk import VkRig
from tests.rigs.vk_world import ME, OWNER, Place, Refused

pytestmark = pytest.mark.needs_shared
KINDS = ["wall", "topic", "photo", "video", "market"]
REPLY = "Здравствуйте! Заказ 1742 привезём 23 ноября."


@pytest.fixture
def rig() -> Iterator[VkRig]:
    with VkRig() as running:
        yield running
        assert not running.violations


def asked(rig: VkRig, kind: str = "wall") -> str:
    """A question of a stranger."""
    return rig.write_in(rig.open(kind, text="Место"), "Где заказ?", author="Ольга")


def request(mention: str, key: str = "otklik-1") -> ReplyRequest:
    return ReplyRequest(
        thread_external_id=mention.rpartition("/")[0],
        parent_external_id=mention,
        text=REPLY,
        idempotency_key=key,
    )


@pytest.mark.parametrize("kind", KINDS)
def test_a_reply_stands_in_every_place_in_the_communitys_name(rig: VkRig, kind: str) -> None:
    mention = asked(rig, kind)
    platform = rig.platform()
    posted = platform.post(request(mention))
    _, entry = rig.world.find(posted.external_id)
    assert (entry.text, entry.from_id) == (REPLY, OWNER)
    shown = platform.thread(mention.rpartition("/")[0])[-1]
    assert shown.external_id == posted.external_id
    assert shown.author.is_ours
    # topics know no answers to one comment
    assert shown.parent_external_id == (None if kind == "topic" else mention)
    platform.close()


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_key_posts_once(rig: VkRig, kind: str) -> None:
    mention = asked(rig, kind)
    platform = rig.platform()
    first, again = platform.post(request(mention)), platform.post(request(mention))
    other = platform.post(request(mention, "otklik-2"))
    assert first.external_id == again.external_id != other.external_id
    assert rig.replies() == [REPLY, REPLY]
    platform.close()


def test_without_from_group_the_person_answers(rig: VkRig) -> None:
    platform = rig.platform(from_group=False)
    posted = platform.post(request(asked(rig)))
    assert rig.world.find(posted.external_id)[1].from_id == ME
    platform.close()


def test_a_post_elsewhere_is_answered_by_the_person(rig: VkRig) -> None:
    guest = rig.world.account("Пётр")
    post = Place("wall", 5, guest, 1, "Ромашка подвела", owner=guest)
    rig.world.places[post.name] = post
    platform = rig.platform()
    posted = platform.post(request(f"{post.name}/post"))
    entry = rig.world.find(posted.external_id)[1]
    assert (entry.from_id, entry.answers) == (ME, 0)
    platform.close()


def test_a_strangers_post_is_answered_at_its_top_level(rig: VkRig) -> None:
    post = rig.open(text="Где заказ?", from_id=rig.world.account("Пётр"))
    platform = rig.platform()
    posted = platform.post(request(f"{post.name}/post"))
    shown = platform.thread(post.name)
    assert [m.external_id for m in shown] == [f"{post.name}/post", posted.external_id]
    assert shown[1].parent_external_id == f"{post.name}/post"
    platform.close()


@pytest.mark.parametrize(
    ("code", "error"),
    [
        (213, Rejected),
        (222, Rejected),
        (100, Rejected),
        (15, Rejected),
        (7, Rejected),
        (223, RateLimited),
        (9, RateLimited),
        (6, RateLimited),
        (14, AccessDenied),
        (5, AccessDenied),
        (1, OutcomeUnknown),
        (10, OutcomeUnknown),
    ],
)
def test_what_vk_says_to_a_reply_is_said_on(rig: VkRig, code: int, error: type) -> None:
    mention = asked(rig)
    rig.refusals["wall.createComment"] = Refused(code, "so nicht")
    platform = rig.platform()
    with pytest.raises(error) as caught:
        platform.post(request(mention))
    assert type(caught.value) is error
    assert rig.calls["wall.createComment"] == 1
    assert rig.replies() == []
    platform.close()


def test_closed_comments_refuse_a_reply(rig: VkRig) -> None:
    mention = asked(rig)
    rig.world.find(mention)[0].is_closed = True
    platform = rig.platform()
    with pytest.raises(Rejected, match="213"):
        platform.post(request(mention))
    platform.close()


def test_a_reply_for_which_there_is_no_token_is_refused_unsent(rig: VkRig) -> None:
    mention = asked(rig, "topic")
    platform = rig.platform(user_token=None)
    with pytest.raises(Rejected, match="user_token"):
        platform.post(request(mention))
    assert rig.requests == []
    platform.close()


def test_ids_of_other_platforms_are_refused(rig: VkRig) -> None:
    platform = rig.platform()
    for wrong in ("blog.example/17", "wall-1_5", "wall-1_5/x", "wall-1_5/１"):
        with pytest.raises(ConfigError):
            platform.withdraw(wrong)
    mixed = request("wall-1_5/17").model_copy(update={"thread_external_id": "wall-1_6"})
    with pytest.raises(ConfigError):
        platform.post(mixed)
    platform.close()


@pytest.mark.parametrize("kind", KINDS)
def test_our_reply_is_changed_and_taken_back(rig: VkRig, kind: str) -> None:
    platform = rig.platform()
    posted = platform.post(request(asked(rig, kind)))
    platform.edit(posted.external_id, "Уже у вас")
    assert rig.replies() == ["Уже у вас"]
    platform.withdraw(posted.external_id)
    assert rig.replies() == []
    platform.withdraw(posted.external_id)
    platform.close()


@pytest.mark.parametrize("kind", KINDS)
def test_hiding_deletes_and_unhiding_restores(rig: VkRig, kind: str) -> None:
    mention = asked(rig, kind)
    changes: dict[str, Any] = {"watch": ["wall", "board", "photos", "videos", "market"]}
    ledger = Ledger()
    ledger.read(rig.platform(**changes))
    platform = rig.platform()
    platform.hide(mention, "угроза")
    ledger.read(rig.platform(**changes))
    assert ledger.deleted == {mention}
    platform.unhide(mention)
    ledger.read(rig.platform(**changes))
    assert ledger.theirs == {mention}
    platform.close()


def test_a_comment_that_was_not_deleted_cannot_be_restored(rig: VkRig) -> None:
    mention = asked(rig)
    platform = rig.platform()
    with pytest.raises(Rejected, match="243"):
        platform.unhide(mention)
    platform.close()


def test_a_post_itself_is_neither_hidden_nor_changed_here(rig: VkRig) -> None:
    platform = rig.platform()
    for act in (platform.withdraw, platform.unhide, lambda one: platform.hide(one, "")):
        with pytest.raises(Rejected):
            act(f"wall{OWNER}_5/post")
    platform.close()


def test_a_ban_has_its_author_reason_and_term(rig: VkRig) -> None:
    until = datetime(2026, 12, 31, tzinfo=UTC)
    platform = rig.platform()
    platform.ban("vk.com/id1000", "Спам в комментариях", until=until, under="wall-1_5/17")
    assert rig.world.banned[1000]["reason"] == "1"
    assert rig.world.banned[1000]["end_date"] == str(int(until.timestamp()))
    assert rig.world.banned[1000]["comment"] == "Спам в комментариях"
    platform.ban("vk.com/club7", "другое", until=None, under="wall-1_5/17")
    assert "end_date" not in rig.world.banned[-7]
    assert rig.world.banned[-7]["reason"] == "0"
    platform.unban("vk.com/id1000")
    platform.unban("vk.com/club7")
    assert rig.world.banned == {}
    with pytest.raises(Rejected):
        platform.ban("wall-1_5/17/anonymous", "спам", until=None, under="wall-1_5/17")
    platform.close()


def test_a_ban_on_a_persons_wall_is_refused(rig: VkRig) -> None:
    platform = rig.platform(owner_id=77, token=None)
    with pytest.raises(Rejected):
        platform.ban("vk.com/id1000", "спам", until=None, under="wall77_5/17")
    platform.close()


@pytest.mark.parametrize("kind", ["wall", "photo", "video", "market"])
def test_a_complaint_names_one_of_vks_reasons(rig: VkRig, kind: str) -> None:
    mention = asked(rig, kind)
    platform = rig.platform()
    platform.report(mention, "Оскорбления сотрудников")
    assert [report["reason"] for report in rig.world.reports] == ["6"]
    with pytest.raises(Rejected, match="спам, экстремизм"):
        platform.report(mention, "не нравится")
    platform.close()


def test_vk_takes_no_complaints_about_topics_nor_violence_in_videos(rig: VkRig) -> None:
    platform = rig.platform()
    for mention, reason in ((asked(rig, "topic"), "спам"), (asked(rig, "video"), "насилие")):
        with pytest.raises(Rejected):
            platform.report(mention, reason)
    assert rig.world.reports == []
    platform.close()


def test_moderation_that_fails_on_the_way_may_be_tried_again(rig: VkRig) -> None:
    mention = asked(rig)
    rig.refusals["wall.deleteComment"] = Refused(10, "Internal server error")
    platform = rig.platform()
    with pytest.raises(Transient):
        platform.hide(mention, "угроза")
    rig.refusals.clear()
    platform.hide(mention, "угроза")
    assert rig.world.find(mention)[1].is_deleted
    platform.close()


def test_a_reply_that_is_gone_cannot_be_changed(rig: VkRig) -> None:
    platform = rig.platform()
    posted = platform.post(request(asked(rig)))
    platform.withdraw(posted.external_id)
    with pytest.raises(Rejected):
        platform.edit(posted.external_id, "Уже у вас")
    platform.close()


def test_replies_are_younger_than_what_they_answer(rig: VkRig) -> None:
    platform = rig.platform()
    posted = platform.post(request(asked(rig)))
    assert posted.posted_at is not None
    assert abs(posted.posted_at - datetime.now(UTC)) < timedelta(minutes=1)
    assert posted.url == f"https://vk.com/{posted.external_id.replace('/', '?reply=')}"
    platform.close()
