"""The real client against mastodon_mock, a server of other people's making.

What it lacks: its `apps/verify_credentials` refuses account tokens (so no rights are told),
it gives no rate limit headers, and it keeps no notification of a mention by edit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from collectors.mastodon import Mastodon
from otklik.errors import Gone, OutcomeUnknown
from otklik.platforms import ReplyRequest, build_platform
from tests.rigs.reading import Ledger

mock = pytest.importorskip("mastodon_mock.testing", reason="mastodon_mock is absent")
REPLY = "@bob Здравствуйте! Заказ 1742 привезём 23 ноября."

Make = Callable[..., Mastodon]


@pytest.fixture(scope="module")
def server() -> Iterator[Any]:
    with mock.MockServer(log_level="critical", startup_timeout=60) as running:
        yield running


@pytest.fixture
def make(server: Any) -> Iterator[Make]:
    made: list[Mastodon] = []

    def build(**changes: Any) -> Mastodon:
        config = {
            "base_url": server.base_url,
            "allow_private_hosts": True,
            "min_interval": 0,
            "timeout": 60.0,
            "token": "alice_token",
            **changes,
        }
        platform = build_platform(Mastodon, config, source="live")
        assert isinstance(platform, Mastodon)
        made.append(platform)
        return platform

    yield build
    for platform in made:
        platform.close()


def test_mentions_come_are_answered_changed_and_deleted(server: Any, make: Make) -> None:
    bob = server.client("bob")
    asked = bob.status_post("@alice Где мой заказ 1742? Смотрите https://shop.example/a")
    ledger = Ledger()
    ledger.read(make())
    mention = next(m for key, m in ledger.standing.items() if key.endswith(f"/{asked.id}"))
    assert mention.text == "@alice Где мой заказ 1742? Смотрите https://shop.example/a"
    assert mention.author.name == "Bob"
    assert not mention.author.is_ours

    platform = make()
    request = ReplyRequest(
        thread_external_id=mention.thread.external_id,
        parent_external_id=mention.external_id,
        text=REPLY,
        idempotency_key="live-1",
    )
    posted = platform.post(request)
    shown = {one.external_id: one for one in platform.thread(mention.external_id)}
    assert shown[posted.external_id].text == REPLY
    assert shown[posted.external_id].author.is_ours
    assert shown[posted.external_id].parent_external_id == mention.external_id
    with pytest.raises(OutcomeUnknown):
        platform.post(request)

    platform.edit(posted.external_id, "@bob Привезём 24 ноября.")
    changed = {one.external_id: one for one in platform.thread(mention.external_id)}
    assert changed[posted.external_id].text == "@bob Привезём 24 ноября."
    assert changed[posted.external_id].edited_at is not None
    platform.withdraw(posted.external_id)
    assert [one.external_id for one in platform.thread(mention.external_id)] == [
        mention.external_id
    ]
    platform.withdraw(posted.external_id)


def test_an_edit_and_a_deletion_by_their_author_are_seen(server: Any, make: Make) -> None:
    bob = server.client("bob")
    edited = bob.status_post("@alice Первый")
    deleted = bob.status_post("@alice Второй")
    ledger = Ledger()
    for _ in range(2):
        ledger.read(make())
    bob.status_update(edited.id, "@alice Первый, исправленный")
    bob.status_delete(deleted.id)
    ledger.read(make())
    texts = {key.rpartition("/")[2]: m.text for key, m in ledger.standing.items()}
    assert texts[str(edited.id)] == "@alice Первый, исправленный"
    assert {key.rpartition("/")[2] for key in ledger.deleted} == {str(deleted.id)}
    assert ledger.read(make()) == []


def test_hashtags_are_paged_to_the_end(server: Any, make: Make) -> None:
    bob = server.client("bob")
    wanted = {str(bob.status_post(f"Чай {n} #romashka").id) for n in range(45)}
    ledger = Ledger()
    ledger.read(make(mentions=False, hashtags=["romashka"]))
    assert {key.rpartition("/")[2] for key in ledger.standing} == wanted
    assert len(ledger.pages) > 1


def test_an_author_is_blocked_reported_and_unblocked(server: Any, make: Make) -> None:
    carol = server.client("carol")
    rude = carol.status_post("@alice Вы все …")
    platform = make()
    mention = platform.thread(f"host/{rude.id}")[0]
    platform.report(mention.external_id, "угрозы")
    platform.ban(mention.author.external_id, "брань", until=None, under=mention.external_id)
    alice = server.client("alice")
    assert alice.account_relationships(carol.me().id)[0].blocking
    platform.unban(mention.author.external_id)
    assert not alice.account_relationships(carol.me().id)[0].blocking


def test_a_check_and_a_post_that_never_was(make: Make) -> None:
    found = make().check()
    assert found.message.startswith("@alice")
    with pytest.raises(Gone):
        make().thread("host/1")
