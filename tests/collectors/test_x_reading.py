"""How X is read: marks, windows, edits, money, and what its answers are made of."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from collectors.x import X
from otklik.errors import ConfigError, Transient
from otklik.platforms import build_platform
from tests.rigs.reading import Ledger
from tests.rigs.x import XRig
from tests.rigs.x_objects import OUR_ID, OUR_NAME
from tests.servers.faulty import FaultyProxy, answer, rewrite

pytestmark = pytest.mark.needs_shared


@pytest.fixture
def rig() -> Iterator[XRig]:
    with XRig() as running:
        yield running
        assert not running.violations


@pytest.fixture
def proxy(rig: XRig) -> Iterator[FaultyProxy]:
    with FaultyProxy(rig.url) as running:
        yield running


def asked(rig: XRig, part: str) -> list[dict[str, str]]:
    """Queries of all calls to a path with `part`."""
    return [dict(request.query) for request in rig.requests if part in request.path]


def ago(**parts: float) -> datetime:
    return datetime.now(UTC).replace(microsecond=0) - timedelta(**parts)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"monthly_budget": None}, "monthly_budget is required"),
        ({"access_token_secret": None}, "OAuth 1.0a needs all of"),
        ({"mentions": False, "query": ""}, "give `query`"),
        ({"query": "а" * 600}, "longer than 512"),
        ({"user_id": "romashka"}, "user_id"),
        ({"page_size": 5}, "page_size"),
        ({"username": ""}, "username"),
    ],
)
def test_a_wrong_configuration_is_refused_with_a_reason(changes: dict[str, Any], told: str) -> None:
    config = {
        "username": OUR_NAME,
        "query": "Ромашка",
        "bearer_token": "b",
        "consumer_token": "c",
        "consumer_token_secret": "d",
        "access_token": f"{OUR_ID}-e",
        "access_token_secret": "f",
        "monthly_budget": 5,
        **changes,
    }
    with pytest.raises(ConfigError, match=re.escape(told)):
        build_platform(X, config, source="x")


def test_mentions_need_the_number_of_our_account() -> None:
    config = {"username": "@romashka", "bearer_token": "b", "monthly_budget": 5}
    with pytest.raises(ConfigError, match="user_id"):
        build_platform(X, config, source="x")
    with closing(build_platform(X, {**config, "user_id": "7"}, source="x")) as platform:
        assert platform.settings.username == "romashka"


def test_increments_always_carry_the_mark_and_never_a_date(rig: XRig) -> None:
    for n in range(4):
        rig.write(f"Отзыв {n}")
        rig.write(f"Ромашка, отзыв {n}", names=())
    ledger = Ledger()
    ledger.read(rig.platform())
    assert all("start_time" in query for query in asked(rig, "mentions") + asked(rig, "search"))
    rig.requests.clear()
    rig.write("Новый")
    assert len(ledger.read(rig.platform())) == 1
    for part in ("mentions", "search"):
        assert asked(rig, part)
        assert all("since_id" in query for query in asked(rig, part))
        assert not any("start_time" in query for query in asked(rig, part))


def test_recent_search_is_never_asked_for_more_than_seven_days(rig: XRig) -> None:
    old = rig.write("Старое", at=ago(days=20))
    ledger = Ledger()
    ledger.read(rig.platform(since_days=30))
    assert ledger.theirs == {old}
    (query,) = asked(rig, "search")
    assert datetime.fromisoformat(query["start_time"]) > ago(days=7)
    assert ledger.warnings == []


def test_a_back_fill_beyond_seven_days_says_what_search_cannot_reach(rig: XRig) -> None:
    ledger = Ledger(cursor={"since": ago(days=9).isoformat()})
    ledger.read(rig.platform())
    assert [warning for warning in ledger.warnings if "7 days" in warning]


def test_a_date_in_another_zone_is_the_same_moment(rig: XRig) -> None:
    moment = ago(hours=30).astimezone(timezone(timedelta(hours=10)))
    Ledger(cursor={"since": moment.isoformat()}).read(rig.platform())
    for query in (*asked(rig, "search"), *asked(rig, "mentions")):
        assert datetime.fromisoformat(query["start_time"]) == moment


def test_a_source_that_slept_for_ten_days_goes_on_and_says_what_is_lost(rig: XRig) -> None:
    with closing(rig.platform(mentions=False)) as platform:
        (name,) = [stream.name for stream in platform._reader.streams()]  # type: ignore[attr-defined]
    old = rig._new_id(ago(days=10))
    new = rig.write("Ромашка снова хороша", names=(), at=ago(days=1))
    ledger = Ledger(cursor={"streams": {name: {"mark": str(old)}}})
    ledger.read(rig.platform(mentions=False))
    assert ledger.theirs == {new}
    assert [warning for warning in ledger.warnings if "lost" in warning]


def test_posts_wait_until_the_index_has_settled(rig: XRig) -> None:
    settled, fresh = rig.write("Давно", at=ago(minutes=5)), rig.write("Только что")
    ledger = Ledger()
    ledger.read(rig.platform(settle_seconds=60))
    assert ledger.theirs == {settled}
    ledger.read(rig.platform(settle_seconds=0))
    assert ledger.theirs == {settled, fresh}


def test_a_reading_from_this_very_moment_asks_for_a_date_that_x_takes(rig: XRig) -> None:
    Ledger(cursor={"since": datetime.now(UTC).isoformat()}).read(rig.platform(settle_seconds=30))
    for query in (*asked(rig, "search"), *asked(rig, "mentions")):
        start, end = (datetime.fromisoformat(query[name]) for name in ("start_time", "end_time"))
        assert start < end <= datetime.now(UTC) - timedelta(seconds=29)


def test_a_changed_query_is_read_from_the_start_again(rig: XRig) -> None:
    rig.write("Ромашка", names=(), at=ago(hours=3))
    other = rig.write("Василёк вместо неё", names=(), at=ago(hours=4))
    ledger = Ledger()
    ledger.read(rig.platform())
    ledger.read(rig.platform(query="Василёк"))
    assert other in ledger.theirs


def test_search_leaves_to_mentions_what_mentions_bring(rig: XRig) -> None:
    rig.write("Ромашка, где заказ?")
    rig.write("Ромашка вянет", names=())
    ledger = Ledger()
    assert len(ledger.read(rig.platform())) == 2
    (query,) = {one["query"] for one in asked(rig, "search")}
    assert query == "(Ромашка) -is:retweet -@romashka"


def test_reposts_are_left_out(rig: XRig) -> None:
    original = rig.write("Заказ потеряли")
    rig.write("Заказ потеряли", parent=original, kind="retweeted")
    ledger = Ledger()
    ledger.read(rig.platform())
    assert ledger.theirs == {original}


def test_fresh_tokens_for_the_same_posts_come_to_an_end(rig: XRig, proxy: FaultyProxy) -> None:
    written = {rig.write(f"Отзыв {n}") for n in range(9)}
    first: list[bytes] = []
    numbers = itertools.count()

    def turn(body: bytes) -> bytes:
        first.append(body)
        data = json.loads(first[0])
        data["meta"]["next_token"] = f"fresh{next(numbers)}"
        return json.dumps(data).encode()

    # tokens that no rig knows never reach it
    proxy.break_with(_replayed(turn), path="mentions")
    ledger = Ledger()
    ledger.read(rig.platform(proxy.url, query=""))
    assert len([path for _, path in proxy.requests if "mentions" in path]) < 8
    assert ledger.warnings
    proxy.heal()
    ledger.read(rig.platform(proxy.url, query=""))
    assert ledger.theirs == written


def _replayed(turn: Callable[[bytes], bytes]) -> Any:
    kept: list[Any] = []

    def fault(exchange: Any) -> None:
        if not kept:
            kept.append(exchange.forward())
        reply = kept[0]
        exchange.send(type(reply)(reply.status, reply.headers, turn(reply.body)))

    return fault


def test_an_expired_page_token_begins_the_pass_again(rig: XRig, proxy: FaultyProxy) -> None:
    written = {rig.write(f"Отзыв {n}") for n in range(8)}
    ledger = Ledger()
    ledger.read(rig.platform(proxy.url, query=""), 1)
    told = {"title": "Invalid Request", "detail": "Invalid 'pagination_token' parameter"}
    proxy.break_with(answer(400, json.dumps(told)), path="pagination_token", times=1)
    ledger.read(rig.platform(proxy.url, query=""))
    assert ledger.theirs == written


@pytest.mark.parametrize(("count", "is_said"), [(799, False), (800, True)])
def test_as_many_mentions_as_x_shows_may_be_not_all(
    rig: XRig, count: int, is_said: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(XRig, "page_size", 100)
    for n in range(count):
        rig.write(f"Отзыв {n}", at=ago(minutes=900 - n))
    ledger = Ledger()
    ledger.read(rig.platform(query="", page_size=100, recheck_hours=0))
    assert len(ledger.theirs) == count
    assert bool(ledger.warnings) == is_said


def test_an_edit_keeps_its_identity_and_its_first_moment(rig: XRig) -> None:
    at = ago(minutes=10)
    written = rig.write("Ужасно", at=at)
    rig.edit(written, "Уже лучше")
    ledger = Ledger()
    ledger.read(rig.platform())
    mention = ledger.standing[written]
    assert mention.text == "@romashka Уже лучше"
    assert mention.published_at == at
    assert mention.edited_at is not None
    assert mention.edited_at > at
    assert len(mention.original["versions"]) == 2


def test_a_mention_holds_what_x_tells_of_it(rig: XRig) -> None:
    root = rig.say("Мы открылись")
    picture = "https://x.com/guest1001/status/1/photo/1"
    written = rig.write("", parent=root, author="Ольга", media=(picture,), names=())
    mention = {m.external_id: m for m in rig.platform().thread(root)}[written]
    assert (mention.text, mention.media) == ("", (picture,))
    assert mention.parent_external_id == mention.thread.external_id == root
    assert mention.thread.title == "Мы открылись"
    assert mention.author.name == "Ольга"
    assert mention.author.followers == 12
    assert mention.author.registered_at == datetime(2015, 3, 1, 10, tzinfo=UTC)
    assert mention.url == f"https://x.com/guest1001/status/{written.removeprefix('x/')}"
    assert not mention.author.is_ours


def test_our_own_posts_are_ours(rig: XRig) -> None:
    rig.say("Ромашка открывает новый склад")
    ledger = Ledger()
    ledger.read(rig.platform())
    assert [m.author.is_ours for m in ledger.standing.values()] == [True]
    assert ledger.theirs == set()


def test_who_did_not_mention_us_cannot_be_answered(rig: XRig) -> None:
    ours = rig.say("Акция до пятницы")
    stranger = rig.write("Ромашка опять обманула", names=())
    quoting = rig.write("Ромашка: смотрите сами", names=(), quotes=int(ours.removeprefix("x/")))
    calling = rig.write("Ответьте!")
    ledger = Ledger()
    ledger.read(rig.platform())
    standing = ledger.standing
    assert "только тем, кто упомянул @romashka" in standing[stranger].cannot_answer
    assert standing[quoting].cannot_answer == ""
    assert standing[calling].cannot_answer == ""


def test_without_the_accounts_keys_nothing_can_be_answered(rig: XRig) -> None:
    written = rig.write("Ответьте!")
    ledger = Ledger()
    ledger.read(rig.platform(**BEARER_ONLY))
    assert "не настроены ключи" in ledger.standing[written].cannot_answer


BEARER_ONLY: dict[str, Any] = {
    "user_id": OUR_ID,
    "consumer_token": None,
    "consumer_token_secret": None,
    "access_token": None,
    "access_token_secret": None,
}


def test_the_accounts_keys_read_where_there_is_no_bearer_token(rig: XRig) -> None:
    written = rig.write("Отзыв")
    ledger = Ledger()
    ledger.read(rig.platform(bearer_token=None))
    assert ledger.theirs == {written}


def test_one_post_that_makes_no_sense_costs_itself_only(rig: XRig, proxy: FaultyProxy) -> None:
    written = [rig.write("Хороший"), rig.write("Плохой")]
    bad = written[1].removeprefix("x/").encode()
    proxy.break_with(rewrite(lambda body: body.replace(b'"id": "' + bad, b'"id": "?' + bad)))
    ledger = Ledger()
    ledger.read(rig.platform(proxy.url, query="", recheck_hours=0))
    assert ledger.theirs == {written[0]}
    assert [row.place.split(" post ")[0] for row in ledger.pages[0].bad_rows] == ["x mentions"]


def test_one_stream_that_fails_does_not_stop_the_other(rig: XRig, proxy: FaultyProxy) -> None:
    rig.write("Не прочтут")
    found = rig.write("Ромашка в поиске", names=())
    proxy.break_with(answer(500, "{}"), path="mentions")
    ledger = Ledger()
    with pytest.raises(Transient):
        ledger.read(rig.platform(proxy.url))
    assert ledger.theirs == {found}
