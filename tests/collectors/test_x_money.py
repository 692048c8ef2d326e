"""What reading X costs: fields that are used, money, turns, and what a person has to do."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from collectors.x import X
from collectors.x.mentions import Maker
from collectors.x.wire import read_batch
from otklik.errors import AccessDenied, BudgetSpent, RateLimited, Transient
from otklik.metering import Limit, LocalMeter
from otklik.platforms import build_platform
from tests.rigs.reading import Ledger
from tests.rigs.x import XRig
from tests.rigs.x_objects import OUR_ID, OUR_NAME
from tests.servers.faulty import FaultyProxy, answer

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
