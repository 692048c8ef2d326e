"""What is VK's own in reading: places, posts, branches, single threads."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from collectors.vk import Vk
from otklik.errors import ConfigError, Gone
from tests.rigs.reading import Ledger, fill
from tests.rigs.vk import VkRig
from tests.rigs.vk_world import ME, OWNER

pytestmark = pytest.mark.needs_shared
PLACES = {"wall": "wall", "board": "topic", "videos": "video", "market": "market"}


@pytest.fixture
def rig() -> Iterator[VkRig]:
    with VkRig() as running:
        yield running
        assert not running.violations


def vk(rig: VkRig, url: str = "", **changes: Any) -> Vk:
    return rig.platform(url, **changes)


def ago(**time: float) -> int:
    return int((datetime.now(UTC) - timedelta(**time)).timestamp())


# ---- places -------------------------------------------------------------------------------------


@pytest.mark.parametrize("watched", PLACES)
def test_every_place_is_read_with_edits_and_deletions(rig: VkRig, watched: str) -> None:
    place = rig.open(PLACES[watched], at=ago(hours=3), text="Где мы были вчера")
    written = [rig.write_in(place, f"Отзыв {n}", author="Ольга", at=ago(hours=2)) for n in range(7)]
    ledger = Ledger()
    ledger.read(vk(rig, watch=[watched]))
    assert ledger.theirs == set(written)
    shown = ledger.standing[written[0]]
    assert shown.thread.title == "Где мы были вчера"
    assert shown.author.name == "Ольга" or watched == "board"
    assert shown.url.startswith("https://vk.com/")
    assert ledger.read(vk(rig, watch=[watched])) == []
    rig.edit(written[3], "Передумал")
    rig.delete(written[5])
    ledger.read(vk(rig, watch=[watched]))
    assert ledger.standing[written[3]].text == "Передумал"
    assert ledger.deleted == {written[5]}


def test_all_places_are_read_together_in_few_calls(rig: VkRig) -> None:
    written = set()
    for kind in PLACES.values():
        place = rig.open(kind, at=ago(hours=3))
        written |= {rig.write_in(place, f"Отзыв {n}", at=ago(hours=2)) for n in range(3)}
    platform = vk(rig, watch=list(PLACES))
    ledger = Ledger()
    ledger.read(platform)
    assert ledger.theirs == written
    assert platform.client.calls == 3  # who we are, lists, threads
    platform = vk(rig, watch=list(PLACES))
    assert ledger.read(platform) == []
    assert platform.client.calls == 2


def test_names_of_authors_come_where_vk_gives_them(rig: VkRig) -> None:
    written = rig.write("Спасибо", author="Ольга Ромашкина")
    ledger = Ledger()
    ledger.read(vk(rig))
    author = ledger.standing[written].author
    assert (author.external_id, author.name) == ("vk.com/id1000", "Ольга Ромашкина")
    assert author.followers == 1000 % 97
    assert author.registered_at is None


def test_a_strangers_post_is_a_mention_and_its_comments_answer_it(rig: VkRig) -> None:
    guest = rig.world.account("Пётр")
    post = rig.open(at=ago(hours=1), text="Ваш курьер не приехал\nЖду второй день", from_id=guest)
    comment = rig.write_in(post, "И у меня то же")
    ledger = Ledger()
    ledger.read(vk(rig))
    assert ledger.theirs == {f"{post.name}/post", comment}
    shown = ledger.standing[f"{post.name}/post"]
    assert shown.text == "Ваш курьер не приехал\nЖду второй день"
    assert shown.thread.title == "Ваш курьер не приехал"
    assert shown.author.name == "Пётр"
    assert shown.parent_external_id is None
    assert ledger.standing[comment].parent_external_id == f"{post.name}/post"


def test_a_strangers_post_without_comments_costs_no_call(rig: VkRig) -> None:
    rig.open(at=ago(hours=1), text="Где заказ?", from_id=rig.world.account("Пётр"))
    ledger = Ledger()
    platform = vk(rig)
    assert len(ledger.read(platform)) == 1
    assert platform.client.calls == 2
    assert ledger.read(vk(rig)) == []


def test_a_post_that_is_gone_takes_its_comments_along(rig: VkRig) -> None:
    written = fill(rig, 9)
    ledger = Ledger()
    ledger.read(vk(rig))
    place, _ = rig.world.find(written[4])
    place.is_gone = True
    ledger.read(vk(rig))
    assert ledger.deleted == {f"{place.name}/{number}" for number in place.entries}
    assert str(place.name) not in ledger.cursor["threads"]


def test_our_own_words_are_context(rig: VkRig) -> None:
    post = rig.open(at=ago(hours=1))
    rig.write_in(post, "Где заказ?")
    for account in (OWNER, ME, 4242):
        rig.world.comment(post, "Отвечаем", account, ago(minutes=5))
    ledger = Ledger()
    shown = ledger.read(vk(rig, own_ids=[4242]))
    assert [mention.author.is_ours for mention in shown] == [False, True, True, True]


def test_another_persons_token_makes_another_account_ours(rig: VkRig) -> None:
    written = rig.write_in(rig.open(at=ago(hours=1)), "Где заказ?")
    ledger = Ledger()
    ledger.read(vk(rig))
    ledger.read(vk(rig))
    assert rig.calls["users.get"] == 1
    rig.tokens["user-new"] = "user"
    ledger.read(vk(rig, user_token="user-new"))
    assert rig.calls["users.get"] == 2
    assert ledger.theirs == {written}


# ---- branches -----------------------------------------------------------------------------------


def test_answers_in_branches_are_read_in_full_with_their_parents(rig: VkRig) -> None:
    root = rig.write("Курьер опоздал", at=datetime.now(UTC) - timedelta(hours=1))
    answers = [rig.write(f"И у меня {n}", parent=root) for n in range(11)]
    deep = rig.write("А у меня нет", parent=answers[4])
    ledger = Ledger()
    ledger.read(vk(rig))
    assert ledger.theirs == {root, *answers, deep}
    assert ledger.standing[answers[0]].parent_external_id == root
    assert ledger.standing[deep].parent_external_id == answers[4]
    assert "thread=" in ledger.standing[deep].url
    assert ledger.pages[0].complete_thread_ids


def test_a_deleted_root_with_answers_is_a_deletion_and_its_answers_stand(rig: VkRig) -> None:
    root = rig.write("Курьер опоздал")
    child = rig.write("И у меня", parent=root)
    ledger = Ledger()
    ledger.read(vk(rig))
    rig.delete(root)
    ledger.read(vk(rig))
    assert ledger.deleted == {root}
    assert ledger.theirs == {child}
    assert ledger.read(vk(rig)) == []


def test_only_what_is_new_in_a_thread_is_handed_over(rig: VkRig) -> None:
    written = fill(rig, 3)
    place, _ = rig.world.find(written[0])
    ledger = Ledger()
    ledger.read(vk(rig))
    late = rig.write_in(place, "Ещё один")
    assert [mention.external_id for mention in ledger.read(vk(rig))] == [late]


def test_marks_of_addressees_read_as_names(rig: VkRig) -> None:
    written = rig.write("[id1000|Ольга], а вы &quot;пробовали&quot; [club5|наш клуб]?")
    ledger = Ledger()
    ledger.read(vk(rig))
    shown = ledger.standing[written]
    assert shown.text == 'Ольга, а вы "пробовали" наш клуб?'
    assert str(shown.original["markup"]).startswith("[id1000|")


def test_pictures_come_as_the_largest_address(rig: VkRig) -> None:
    written = rig.write("", media=("https://sun1.example/a.jpg",))
    ledger = Ledger()
    ledger.read(vk(rig))
    assert ledger.standing[written].text == ""
    assert ledger.standing[written].media == ("https://sun1.example/a.jpg",)


def test_closed_comments_say_so_before_someone_writes_a_reply(rig: VkRig) -> None:
    post = rig.open(at=ago(hours=1))
    written = rig.write_in(post, "Где заказ?")
    post.is_closed = True
    ledger = Ledger()
    ledger.read(vk(rig))
    assert ledger.standing[written].thread.is_closed
    assert ledger.standing[written].cannot_answer


# ---- threads on their own -----------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["wall", "topic", "photo", "video", "market"])
def test_a_thread_of_every_kind_is_shown_and_a_gone_one_is_gone(rig: VkRig, kind: str) -> None:
    place = rig.open(kind, at=ago(hours=1), text="Место")
    written = [rig.write_in(place, f"Отзыв {n}") for n in range(5)]
    platform = vk(rig)
    shown = platform.thread(place.name)
    assert [mention.external_id for mention in shown] == written
    assert shown[0].thread.title == "Место"
    place.is_gone = True
    with pytest.raises(Gone):
        platform.thread(place.name)
    with pytest.raises(ConfigError):
        platform.thread("blog.example/post/1")
    platform.close()
