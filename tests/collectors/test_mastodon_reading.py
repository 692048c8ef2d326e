"""How a Mastodon server is read: lists, conversations, late posts, and what goes wrong."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from collectors.mastodon import Mastodon
from otklik.errors import AccessDenied, ConfigError, Gone, RateLimited, Transient
from otklik.metering import Limit, LocalMeter
from otklik.platforms import build_platform
from tests.rigs.mastodon import MastodonRig
from tests.rigs.reading import Ledger
from tests.servers.faulty import Exchange, FaultyProxy, Reply, answer, rewrite


@pytest.fixture
def rig() -> Iterator[MastodonRig]:
    with MastodonRig() as running:
        yield running
        assert not running.violations


@pytest.fixture
def proxy(rig: MastodonRig) -> Iterator[FaultyProxy]:
    with FaultyProxy(rig.url) as running:
        yield running


def calls(rig: MastodonRig, part: str) -> int:
    return len([request for request in rig.requests if part in request.path])


def ago(**parts: float) -> datetime:
    return datetime.now(UTC).replace(microsecond=0) - timedelta(**parts)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"base_url": ""}, "base_url"),
        ({"token": None}, "token"),
        ({"mentions": False, "hashtags": []}, "give `hashtags`"),
        ({"hashtags": ["два слова"]}, "no hashtag"),
        ({"hashtags": ["2026"]}, "no hashtag"),
        ({"visibility": "everyone"}, "visibility"),
        ({"base_url": "http://192.168.0.7"}, "private network"),
    ],
)
def test_a_wrong_configuration_is_refused_with_a_reason(changes: dict[str, Any], told: str) -> None:
    config = {"base_url": "https://romashka.example", "token": "t", **changes}
    with pytest.raises(ConfigError, match=re.escape(told)):
        build_platform(Mastodon, config, source="m")


def test_hashtags_may_be_given_with_their_sign() -> None:
    config = {"base_url": "https://romashka.example", "token": "t", "hashtags": ["#чай", "чай"]}
    with closing(build_platform(Mastodon, config, source="m")) as platform:
        assert platform.settings.hashtags == ("чай",)


def test_a_mention_holds_what_the_server_tells_of_it(rig: MastodonRig) -> None:
    at = ago(minutes=3)
    written = rig.write(
        "Где заказ?\nСмотрите https://shop.example/1742?a=1&b=2",
        author="Ольга",
        at=at,
        spoiler="Жалоба",
        media=("https://files.example/1.png",),
    )
    ledger = Ledger()
    ledger.read(rig.platform())
    mention = ledger.standing[written]
    assert mention.text == (
        "Жалоба\n\n@romashka Где заказ?\nСмотрите https://shop.example/1742?a=1&b=2"
    )
    assert mention.published_at == at
    assert mention.media == ("https://files.example/1.png",)
    assert mention.url.startswith("https://guests.example/@guest1")
    assert mention.thread.external_id == written
    assert mention.thread.title.startswith("Жалоба")
    assert mention.author.name == "Ольга"
    assert mention.author.followers == 12
    assert mention.author.registered_at == datetime(2022, 11, 5, tzinfo=UTC)
    assert mention.original["address"] == "@guest1@guests.example"
    assert mention.original["pictures"] == ["снимок чека"]


def test_a_post_of_pictures_only_is_kept(rig: MastodonRig) -> None:
    picture = "https://files.example/1.png"
    written = rig.write("", is_to_us=False, tags=("ромашка",), media=(picture,))
    ledger = Ledger()
    ledger.read(rig.platform())
    assert (ledger.standing[written].text, ledger.standing[written].media) == ("", (picture,))


def test_hashtags_bring_strangers_and_our_own_words_and_no_boosts(rig: MastodonRig) -> None:
    theirs = rig.write("Вкусный чай", is_to_us=False, tags=("ромашка",))
    ours = rig.say("Новый сбор", tags=("ромашка",))
    rig.write("Вкусный чай", is_to_us=False, tags=("ромашка",), is_boost=True)
    rig.write("Другое", is_to_us=False, tags=("василёк",))
    ledger = Ledger()
    ledger.read(rig.platform())
    assert ledger.theirs == {theirs}
    assert set(ledger.standing) == {theirs, ours}


def test_who_quotes_us_is_heard_and_other_notices_are_not(rig: MastodonRig) -> None:
    quoting = rig.write("Смотрите, что они пишут", notice="quote")
    rig.write("Отметил запись", notice="favourite")
    ledger = Ledger()
    ledger.read(rig.platform())
    assert ledger.theirs == {quoting}


def test_a_post_from_elsewhere_that_arrives_late_is_found(rig: MastodonRig) -> None:
    new = rig.write("Свежий", is_to_us=False, tags=("ромашка",))
    ledger = Ledger()
    for _ in range(2):
        ledger.read(rig.platform())
    late = rig.write("Шёл шесть часов", is_to_us=False, tags=("ромашка",), at=ago(hours=6))
    ledger.read(rig.platform())
    assert ledger.theirs == {new, late}


def test_an_edit_and_a_deletion_under_a_hashtag_are_seen(rig: MastodonRig) -> None:
    written = [
        rig.write(f"Чай {n}", is_to_us=False, tags=("ромашка",), at=ago(minutes=9 - n))
        for n in range(5)
    ]
    ledger = Ledger()
    for _ in range(2):
        ledger.read(rig.platform())
    rig.edit(written[1], "Чай с мятой")
    rig.delete(written[2])
    ledger.read(rig.platform())
    assert ledger.standing[written[1]].text == "Чай с мятой"
    assert ledger.standing[written[1]].edited_at is not None
    assert ledger.deleted == {written[2]}


def test_a_notification_that_was_cleared_is_no_deletion(rig: MastodonRig) -> None:
    written = [rig.write(f"Отзыв {n}", at=ago(minutes=9 - n)) for n in range(4)]
    ledger = Ledger()
    for _ in range(2):
        ledger.read(rig.platform())
    del rig.notices[sorted(rig.notices)[1]]
    ledger.read(rig.platform())
    assert ledger.deleted == set()
    assert ledger.theirs == set(written)


def test_an_answer_belongs_to_the_conversation_it_stands_in(rig: MastodonRig) -> None:
    root = rig.say("Мы открылись")
    first = rig.write("Поздравляю", parent=root, is_to_us=False)
    second = rig.write("А доставка?", parent=first)
    third = rig.write("И самовывоз?", parent=second)
    ledger = Ledger()
    ledger.read(rig.platform())
    for key, parent in ((second, first), (third, second)):
        assert ledger.standing[key].thread.external_id == root
        assert ledger.standing[key].thread.title == "Мы открылись"
        assert ledger.standing[key].parent_external_id == parent


def test_a_conversation_is_asked_for_once_for_all_its_answers(rig: MastodonRig) -> None:
    root = rig.say("Мы открылись")
    for n in range(3):
        rig.write(f"Вопрос {n}", parent=root)
    Ledger().read(rig.platform())
    assert calls(rig, "/context") == 1


def test_a_whole_conversation_is_shown_oldest_first(rig: MastodonRig) -> None:
    root = rig.write("Где заказ?", author="Ольга")
    more = rig.write("И мой?", parent=root, author="Пётр", is_to_us=False)
    ours = rig.say("Ищем", parent=root)
    shown = rig.platform().thread(root)
    assert [(m.external_id, m.parent_external_id) for m in shown] == [
        (root, None),
        (more, root),
        (ours, root),
    ]
    assert {m.thread.external_id for m in shown} == {root}
    assert [m.author.is_ours for m in shown] == [False, False, True]


def test_a_conversation_that_is_gone_is_gone(rig: MastodonRig) -> None:
    root = rig.write("Где заказ?")
    rig.delete(root)
    with pytest.raises(Gone):
        rig.platform().thread(root)


def test_one_post_that_makes_no_sense_costs_itself_only(
    rig: MastodonRig, proxy: FaultyProxy
) -> None:
    good, bad = rig.write("Хороший"), rig.write("Плохой")

    def spoil(body: bytes) -> bytes:
        rows = json.loads(body)
        if isinstance(rows, list):
            rows = [
                {**row, "status": {"id": 5}} if row["status"]["id"] in bad else row for row in rows
            ]
        return json.dumps([*rows, None]).encode()

    proxy.break_with(rewrite(spoil), path="notifications", times=1)
    ledger = Ledger()
    ledger.read(rig.platform(proxy.url))
    assert ledger.theirs == {good}
    assert len(ledger.pages[0].bad_rows) == 2


def test_one_list_that_fails_does_not_stop_the_other(rig: MastodonRig, proxy: FaultyProxy) -> None:
    rig.write("Не прочтут")
    found = rig.write("Чай", is_to_us=False, tags=("ромашка",))
    proxy.break_with(answer(500, "{}"), path="notifications")
    ledger = Ledger()
    with pytest.raises(Transient):
        ledger.read(rig.platform(proxy.url))
    assert ledger.theirs == {found}


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (401, {"error": "The access token was revoked"}, ("новый токен", True)),
        (403, {"error": "This action is outside the authorized scopes"}, ("прав", False)),
        (403, {"error": "Your login is currently disabled"}, ("прав", False)),
        (422, {"error": "Unprocessable"}, ("base_url", False)),
        (401, [], ("новый токен", True)),
    ],
)
def test_every_refusal_says_what_a_person_has_to_do(
    rig: MastodonRig, proxy: FaultyProxy, status: int, body: Any, expected: tuple[str, bool]
) -> None:
    proxy.break_with(answer(status, json.dumps(body)))
    with pytest.raises(AccessDenied) as caught:
        Ledger().read(rig.platform(proxy.url))
    assert expected[0] in caught.value.to_do
    assert caught.value.whole_account == expected[1]


def test_a_limit_is_blocked_for_every_source_of_the_account(
    rig: MastodonRig, proxy: FaultyProxy
) -> None:
    reset = datetime.now(UTC) + timedelta(seconds=240)
    headers = {
        "X-RateLimit-Reset": reset.isoformat().replace("+00:00", "Z"),
        "X-RateLimit-Remaining": "0",
    }
    proxy.break_with(answer(429, '{"error": "Throttled"}', headers=headers))
    for _ in range(2):
        left_before = (reset - datetime.now(UTC)).total_seconds()
        with pytest.raises(RateLimited) as caught:
            Ledger().read(rig.platform(proxy.url, meter=LocalMeter()))
        left_after = (reset - datetime.now(UTC)).total_seconds()
        assert left_after - 1 <= caught.value.retry_after <= left_before + 1
    assert len(proxy.requests) == 1


@pytest.mark.parametrize("status", [429, 503])
def test_seconds_are_understood_where_no_moment_is_given(
    rig: MastodonRig, proxy: FaultyProxy, status: int
) -> None:
    proxy.break_with(answer(status, "{}", headers={"Retry-After": "120"}))
    with pytest.raises(RateLimited) as caught:
        Ledger().read(rig.platform(proxy.url))
    assert caught.value.retry_after == 120


def test_a_limit_header_that_makes_no_sense_stops_nothing(
    rig: MastodonRig, proxy: FaultyProxy
) -> None:
    """Mastodon.py gives up on such a header before it looks at the answer."""
    written = rig.write("Отзыв")

    def spoil(exchange: Exchange) -> None:
        reply = exchange.forward()
        headers = [pair for pair in reply.headers if pair[0].lower() != "x-ratelimit-reset"]
        exchange.send(Reply(reply.status, [*headers, ("X-RateLimit-Reset", "soon")], reply.body))

    proxy.break_with(spoil)
    ledger = Ledger()
    ledger.read(rig.platform(proxy.url))
    assert ledger.theirs == {written}


class Exhausted(LocalMeter):
    """Gives no turn."""

    def reserve_turn(self, key: str, limit: Limit, *, at_most: float) -> float:
        raise RateLimited("used up", retry_after=77)


def test_our_own_limit_comes_through_the_library(rig: MastodonRig) -> None:
    with pytest.raises(RateLimited) as caught:
        Ledger().read(rig.platform(meter=Exhausted()))
    assert caught.value.retry_after == 77
    assert rig.requests == []


def test_the_token_stays_out_of_logs_at_the_lowest_level(
    rig: MastodonRig, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    written = rig.write("Отзыв")
    platform = rig.platform()
    platform.check()
    platform.thread(written)
    Ledger().read(platform)
    assert rig.token not in caplog.text


def test_ids_stay_the_same_when_the_server_moves(rig: MastodonRig) -> None:
    written = rig.write("Отзыв")
    ledger = Ledger()
    ledger.read(rig.platform(host="old.example"))
    assert set(ledger.standing) == {"old.example/" + written.rpartition("/")[2]}


def test_a_check_says_what_the_token_may_do(rig: MastodonRig) -> None:
    rig.write("Отзыв")
    found = rig.platform().check()
    assert found.message.startswith("@romashka: 1 posts")
    assert found.rights == ("read", "write")
    assert found.missing == ()
    assert set(found.can) == Mastodon.can
    assert found.newest_at is not None
    assert found.limits_left.startswith("299 of 300")


def test_a_check_says_which_rights_are_missing(rig: MastodonRig) -> None:
    rig.scopes = ["read", "write:statuses"]
    found = rig.platform().check()
    assert [line.split(":", 2)[1] for line in found.missing] == ["blocks", "reports"]
    assert set(found.can) == {"thread", "post", "edit", "withdraw"}


def test_an_older_server_tells_no_rights_and_nothing_is_taken_away(rig: MastodonRig) -> None:
    rig.is_new = False
    found = rig.platform().check()
    assert (found.rights, found.missing) == ((), ())
    assert set(found.can) == Mastodon.can


def test_the_rig_notices_what_the_documentation_does_not_know(rig: MastodonRig) -> None:
    with closing(rig.platform()) as platform:
        api = platform._api  # type: ignore[attr-defined]
        with pytest.raises(Transient):
            api.read(api.client.timeline_home)
    assert [one for one in rig.violations if "unknown path" in one]
    rig.violations.clear()
