"""How X is read: marks, windows, edits, money, and what its answers are made of."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from itertools import count
from typing import Any

import pytest

from collectors.x import X
from collectors.x.mentions import Maker
from collectors.x.wire import read_batch
from otklik.errors import AccessDenied, BudgetSpent, ConfigError, RateLimited, Transient
from otklik.metering import Limit, LocalMeter
from otklik.platforms import build_platform
from tests.rigs.reading import Ledger
from tests.rigs.x import OUR_ID, OUR_NAME, XRig
from tests.servers.faulty import FaultyProxy, answer, rewrite

pytestmark = pytest.mark.needs_shared

POST, AUTHOR = 5_000, 10_000


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
    numbers = count()

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


# ---- what is asked for is used ----------------------------------------------------------------

RICH = {
    "data": [
        {
            "id": "1990000000000000002",
            "text": "@romashka А вот и &amp; ответ https://t.co/a",
            "edit_history_post_ids": ["1990000000000000001", "1990000000000000002"],
            "created_at": "2026-11-20T10:00:00.000Z",
            "conversation_id": "1980000000000000000",
            "display_text_range": [10, 40],
            "author_id": OUR_ID,
            "referenced_posts": [{"type": "replied_to", "id": "1980000000000000000"}],
            "entities": {
                "urls": [
                    {"start": 1, "end": 2, "url": "https://t.co/a", "expanded_url": "https://s.ru"}
                ]
            },
        },
        {
            "id": "1990000000000000003",
            "text": "Начало…",
            "edit_history_post_ids": ["1990000000000000003"],
            "created_at": "2026-11-20T10:00:00.000Z",
            "conversation_id": "1990000000000000003",
            "author_id": "55",
            "note_post": {"text": "Начало и весь остальной рассказ"},
        },
    ],
    "includes": {
        "users": [
            {
                "id": "55",
                "name": "Ольга",
                "username": "olga",
                "created_at": "2015-03-01T10:00:00.000Z",
                "public_metrics": {"followers_count": 12},
            }
        ]
    },
    "meta": {"result_count": 2},
}


def _without(name: str, value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without(name, inside) for key, inside in value.items() if key != name}
    return [_without(name, inside) for inside in value] if isinstance(value, list) else value


def _made(body: Any) -> list[Any]:
    maker = Maker(OUR_NAME, OUR_ID, can_act=True)
    return [mention.model_dump() for mention in maker.mentions(read_batch(body, "test"))]


def test_no_field_and_no_expansion_is_asked_for_that_is_not_used(rig: XRig) -> None:
    rig.write("Отзыв")
    root = rig.say("Ромашка цветёт")
    Ledger().read(rig.platform())
    rig.platform().thread(root)
    names = ("post.fields", "expansions", "user.fields", "media.fields", "poll.fields")
    whole = _made(RICH)
    for name in names:
        for query in asked(rig, "/2/"):
            for wanted in filter(None, query.get(name, "").split(",")):
                assert _made(_without(wanted, RICH)) != whole, f"{name}={wanted} is not used"
    assert "media.fields" not in {name for query in asked(rig, "/2/") for name in query}


def test_a_look_for_deletions_asks_for_ids_alone(rig: XRig) -> None:
    rig.write("Отзыв")
    Ledger().read(rig.platform())
    (query,) = [one for one in asked(rig, "/2/tweets") if "ids" in one]
    assert set(query) == {"ids"}


def test_deletions_are_not_looked_for_unless_a_person_pays(rig: XRig) -> None:
    rig.write("Отзыв")
    ledger = Ledger()
    ledger.read(rig.platform(recheck_hours=0))
    assert not [one for one in asked(rig, "/2/tweets") if "ids" in one]
    assert "young" not in ledger.cursor


def test_looks_for_deletions_keep_their_distance(rig: XRig) -> None:
    rig.write("Отзыв")
    ledger = Ledger()
    for _ in range(3):
        ledger.read(rig.platform(recheck_every=2))
    assert len([one for one in asked(rig, "/2/tweets") if "ids" in one]) == 1


# ---- money and turns --------------------------------------------------------------------------


def test_every_post_and_author_is_paid_for_and_an_empty_poll_is_not(rig: XRig) -> None:
    rig.write("Раз", author="А")
    rig.write("Два", author="Б")
    meter = LocalMeter(5_000_000)
    ledger = Ledger()
    ledger.read(rig.platform(meter=meter, recheck_hours=0))
    assert (meter.spent, meter.items) == (2 * (POST + AUTHOR), 2)
    ledger.read(rig.platform(meter=meter, recheck_hours=0))
    assert meter.spent == 2 * (POST + AUTHOR)


def test_a_read_that_fails_gives_its_money_back(rig: XRig, proxy: FaultyProxy) -> None:
    rig.write("Раз")
    proxy.break_with(answer(500, "{}"))
    meter = LocalMeter(5_000_000)
    with pytest.raises(Transient):
        Ledger().read(rig.platform(proxy.url, meter=meter))
    assert meter.spent == 0


def test_a_spent_budget_stops_the_reading_and_loses_nothing(rig: XRig) -> None:
    written = {rig.write(f"Отзыв {n}", author=f"А{n}") for n in range(9)}
    ledger = Ledger()
    with pytest.raises(BudgetSpent):
        ledger.read(rig.platform(meter=LocalMeter(250_000), query="", recheck_hours=0))
    assert set() < ledger.theirs < written
    ledger.read(rig.platform(query=""))
    assert ledger.theirs == written


def test_a_small_page_is_asked_for_when_the_budget_is_nearly_spent(rig: XRig) -> None:
    rig.write("Отзыв")
    meter = LocalMeter(300_000)
    Ledger().read(rig.platform(meter=meter, query="", page_size=100, recheck_hours=0))
    assert [query["max_results"] for query in asked(rig, "mentions")] == ["10"]


def test_without_a_meter_the_budget_of_the_settings_holds(rig: XRig) -> None:
    rig.write("Отзыв")
    platform = build_platform(X, rig.settings(monthly_budget=0.01), source="x")
    with pytest.raises(BudgetSpent):
        Ledger().read(platform)
    assert rig.requests == []


class Turns(LocalMeter):
    """Writes down under which keys turns were taken."""

    def __init__(self) -> None:
        super().__init__()
        self.keys: list[tuple[str, Limit]] = []

    def reserve_turn(self, key: str, limit: Limit, *, at_most: float) -> float:
        self.keys.append((key, limit))
        return super().reserve_turn(key, limit, at_most=at_most)


def test_sources_of_one_app_share_their_turns_for_each_endpoint(rig: XRig) -> None:
    meter = Turns()
    Ledger().read(rig.platform(meter=meter, recheck_hours=0))
    Ledger().read(rig.platform(meter=meter, recheck_hours=0))
    keys = [key for key, _ in meter.keys]
    assert keys[:2] == keys[2:]
    assert len(set(keys)) == 2
    assert not [key for key in keys if rig.bearer in key]
    assert {limit.calls + limit.burst for _, limit in meter.keys} == {450}


def test_what_is_used_up_is_not_called_again_before_its_time(rig: XRig, proxy: FaultyProxy) -> None:
    reset = int(datetime.now(UTC).timestamp()) + 600
    headers = {"x-rate-limit-reset": str(reset), "x-rate-limit-remaining": "0"}
    proxy.break_with(answer(429, "{}", headers=headers), path="mentions")
    for _ in range(2):
        with pytest.raises(RateLimited) as caught:
            Ledger().read(rig.platform(proxy.url, query="", meter=LocalMeter()))
        assert 590 <= caught.value.retry_after <= 600
    assert len(proxy.requests) == 1


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (401, {"title": "Unauthorized", "status": 401}, ("новые ключи", True)),
        (401, "просто текст", ("новые ключи", True)),
        (402, {"title": "CreditsDepleted", "detail": "no credits"}, ("Пополните", True)),
        (429, {"title": "UsageCapExceeded", "detail": "Monthly"}, ("месячный предел", True)),
        (403, {"reason": "client-not-enrolled", "title": "Forbidden"}, ("тариф", False)),
        (403, {"detail": "User is suspended"}, ("снимите ограничение", True)),
        (400, {"errors": [{"message": "There were errors processing"}]}, ("query", False)),
        (400, [], ("query", False)),
    ],
)
def test_every_refusal_says_what_a_person_has_to_do(
    rig: XRig, proxy: FaultyProxy, status: int, body: Any, expected: tuple[str, bool]
) -> None:
    proxy.break_with(answer(status, json.dumps(body)))
    with pytest.raises(AccessDenied) as caught:
        Ledger().read(rig.platform(proxy.url))
    assert expected[0] in caught.value.to_do
    assert caught.value.whole_account == expected[1]


def test_a_daily_limit_is_waited_for_a_day(rig: XRig, proxy: FaultyProxy) -> None:
    reset = int((datetime.now(UTC) + timedelta(hours=5)).timestamp())
    headers = {
        "x-rate-limit-remaining": "40",
        "x-rate-limit-reset": "1",
        "x-user-limit-24hour-remaining": "0",
        "x-user-limit-24hour-reset": str(reset),
    }
    proxy.break_with(answer(429, "{}", headers=headers))
    with pytest.raises(RateLimited) as caught:
        Ledger().read(rig.platform(proxy.url))
    assert 17_000 < caught.value.retry_after <= 18_000


def test_an_account_that_does_not_exist_is_said(rig: XRig) -> None:
    with pytest.raises(AccessDenied, match="no account 123"):
        Ledger().read(rig.platform(user_id="123"))


def test_tokens_stay_out_of_logs_at_the_lowest_level(
    rig: XRig, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    written = rig.write("Отзыв")
    with closing(rig.platform()) as platform:
        Ledger().read(rig.platform())
        platform.check()
        platform.thread(written)
    for secret in (rig.bearer, rig.account_token, "consumer-secret-1", "account-secret-1"):
        assert secret not in caplog.text
