"""Several lists in one reading: one that fails, is closed, is new, or is one of fifty."""

from __future__ import annotations

import json
from contextlib import nullcontext
from typing import Any

import pytest

from collectors._newest import Listing, read_lists
from otklik.clock import now
from otklik.errors import AccessDenied, Gone, RateLimited, Transient
from tests.collectors.newest import DAY, Failing, FakeList, poll, shown, standing, window
from tests.rigs.reading import Ledger


@pytest.mark.parametrize(
    ("error", "raised"),
    [(Transient("500"), Transient), (Gone("404"), None), (AccessDenied("403"), None)],
)
def test_one_list_that_fails_does_not_stop_the_others(
    error: Exception, raised: type[Exception] | None
) -> None:
    ledger, good = Ledger(), FakeList()
    good.add()
    lists = {"bad": Failing(error), "good": good}
    with pytest.raises(raised) if raised else nullcontext():
        for page in read_lists(lists, {}, window()):
            ledger.store(page)
    assert raised or any(str(error) in told for told in ledger.warnings)
    assert shown(ledger) == standing(good)


@pytest.mark.parametrize(
    "error", [RateLimited("429", retry_after=7), AccessDenied("401", whole_account=True)]
)
def test_what_concerns_every_list_stops_them_all(error: Exception) -> None:
    with pytest.raises(type(error)):
        list(read_lists({"bad": Failing(error), "good": FakeList()}, {}, window()))


@pytest.mark.parametrize("error", [Gone("404"), AccessDenied("403")])
def test_when_no_list_is_open_to_us_it_is_said(error: Exception) -> None:
    lists = {"one": Failing(error), "two": Failing(error)}
    with pytest.raises(type(error)):
        list(read_lists(lists, {}, window()))


def test_a_back_fill_keeps_its_date_for_lists_it_has_not_come_to() -> None:
    first, second, ledger = FakeList(), FakeList(), Ledger()
    second.made = 100
    old = second.add(at=now().timestamp() - 300 * DAY)
    first.add()
    lists = {"first": first, "second": second}
    ledger.store(next(read_lists(lists, {}, window(365))))
    for page in read_lists(lists, ledger.cursor, window(30)):
        ledger.store(page)
    assert f"host/{old}" in ledger.standing


def test_a_list_added_later_and_one_taken_away_do_not_disturb_the_rest() -> None:
    first, second, ledger = FakeList(), FakeList(), Ledger()
    second.prefix = "other/"
    first.add()
    poll(first, ledger)
    second.made = 100
    second.add()
    cursor: dict[str, Any] = ledger.cursor
    pages = list(read_lists({"a": first, "b": second}, cursor, window()))
    assert [m.external_id for page in pages for m in page.mentions] == ["host/n101"]
    (last,) = list(read_lists({"b": second}, pages[-1].cursor, window()))
    assert not last.mentions
    assert set(last.cursor["lists"]) == {"b"}


def test_fifty_lists_fit_into_one_cursor() -> None:
    ledger = Ledger()
    lists: dict[str, Listing] = {}
    for number in range(50):
        one = FakeList()
        one.prefix, one.made = f"host/{number}/", number * 100
        for _ in range(8):
            one.add()
        lists[f"list {number}"] = one
    for page in read_lists(lists, {}, window(kept=8)):
        ledger.store(page)
        assert len(json.dumps(page.cursor)) < 64_000
