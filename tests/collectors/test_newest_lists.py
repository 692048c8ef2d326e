"""Reading lists that are shown newest first, while strangers change them under our hands."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collectors._newest import Batch, read_lists
from otklik.clock import now
from otklik.errors import AccessDenied, Rejected
from otklik.platforms import BadRow
from tests.collectors.newest import DAY, Failing, FakeList, poll, shown, standing, window
from tests.rigs.reading import Ledger

STEPS = st.lists(
    st.tuples(st.sampled_from(["add", "edit", "touch", "delete", "nothing"]), st.integers(0, 40)),
    max_size=25,
)


@settings(max_examples=100)
@given(steps=STEPS, deaths=st.lists(st.integers(1, 4), max_size=6), count=st.integers(0, 14))
def test_whatever_happens_between_pages_nothing_is_lost(
    steps: list[tuple[str, int]], deaths: list[int], count: int
) -> None:
    listing, ledger = FakeList(), Ledger()
    start = now().timestamp() - 3600
    for n in range(count):
        listing.add(at=start + n)
    waiting = list(steps)

    def between() -> None:
        if waiting:
            _do(listing, *waiting.pop())

    listing.between = between
    for pages in deaths:
        poll(listing, ledger, pages=pages)
    poll(listing, ledger)
    listing.between = lambda: None
    for _ in range(3):
        poll(listing, ledger)
    assert shown(ledger) == standing(listing)
    assert poll(listing, ledger) == []


@settings(max_examples=100)
@given(steps=STEPS, deaths=st.lists(st.integers(1, 4), max_size=6), count=st.integers(0, 30))
def test_with_a_short_memory_nothing_is_lost_either(
    steps: list[tuple[str, int]], deaths: list[int], count: int
) -> None:
    """Six entries are remembered; what is not remembered may come twice, never not at all."""
    listing, ledger, frame = FakeList(), Ledger(), window(kept=12)
    for n in range(count):
        listing.add(at=now().timestamp() - 3600 + n)
    waiting = [step for step in steps if step[0] != "touch"]
    listing.between = lambda: _do(listing, *waiting.pop()) if waiting else None
    for pages in deaths:
        poll(listing, ledger, frame, pages)
    while waiting:
        poll(listing, ledger, frame)
    for _ in range(4):
        poll(listing, ledger, frame)
    assert shown(ledger).items() >= standing(listing).items()
    assert poll(listing, ledger, frame) == []


def _do(listing: FakeList, act: str, which: int) -> None:
    keys = sorted(listing.entries)
    if act == "add":
        listing.add()
    elif keys and act == "edit":
        listing.edit(keys[which % len(keys)], f"исправлено {which}")
    elif keys and act == "touch":
        listing.entries[keys[which % len(keys)]].text = f"исправлено на месте {which}"
    elif keys and act == "delete":
        del listing.entries[keys[which % len(keys)]]


def test_a_back_fill_below_the_window_survives_a_shift() -> None:
    """Nothing reads there again later, so the pass itself is made twice."""
    listing, ledger = FakeList(), Ledger()
    start = now().timestamp() - 20 * DAY
    keys = [listing.add(at=start + n) for n in range(12)]
    shifts = [keys[11], keys[10]]

    def between() -> None:
        if shifts:
            del listing.entries[shifts.pop()]

    listing.between = between
    frame = window(recheck=0.5)
    poll(listing, ledger, frame)
    assert len(ledger.standing) < 12
    poll(listing, ledger, frame)
    assert set(standing(listing)) <= set(shown(ledger))


def test_a_settled_list_costs_one_page() -> None:
    listing, ledger = FakeList(), Ledger()
    start = now().timestamp() - 20 * DAY
    for n in range(12):
        listing.add(at=start + n)
    for _ in range(2):
        poll(listing, ledger, window(recheck=0.5))
    before = listing.pages_read
    assert poll(listing, ledger, window(recheck=0.5)) == []
    assert listing.pages_read - before == 1


def test_a_reading_from_a_date_goes_one_page_past_it_at_most() -> None:
    listing, ledger = FakeList(), Ledger()
    today = now().timestamp()
    old = [listing.add(at=today - 10 * DAY + n) for n in range(30)]
    new = [listing.add(at=today - DAY + n) for n in range(4)]
    poll(listing, ledger, window(2.0, recheck=1.5))
    assert set(shown(ledger)) == {f"host/{key}" for key in new}
    assert listing.pages_read <= 3
    assert len(old) == 30


def test_an_expired_token_starts_the_pass_anew() -> None:
    listing, ledger = FakeList(), Ledger()
    for _ in range(8):
        listing.add()
    poll(listing, ledger, pages=1)
    listing.tokens_expire = True
    poll(listing, ledger)
    assert shown(ledger) == standing(listing)


def test_a_list_without_an_end_is_given_up_and_the_mark_stays() -> None:
    listing, ledger = FakeList(), Ledger()
    for _ in range(8):
        listing.add()
    listing.is_endless = True
    poll(listing, ledger)
    assert listing.pages_read < 10
    assert "again and again" in ledger.warnings[0]
    listing.is_endless = False
    poll(listing, ledger)
    assert shown(ledger) == standing(listing)


def test_a_list_that_became_empty_is_suspect() -> None:
    listing, ledger = FakeList(), Ledger()
    listing.add()
    poll(listing, ledger)
    kept, listing.entries = listing.entries, {}
    listing.asks_by_id = False
    poll(listing, ledger)
    assert "empty" in ledger.warnings[-1]
    assert not ledger.deleted
    listing.entries = kept
    assert poll(listing, ledger) == []


def test_a_list_whose_entries_are_all_certainly_gone_is_believed() -> None:
    listing, ledger = FakeList(), Ledger()
    key = listing.add()
    poll(listing, ledger)
    listing.entries = {}
    poll(listing, ledger)
    assert ledger.deleted == {f"host/{key}"}
    assert ledger.warnings == []


def test_an_answer_that_vanished_is_a_deletion_of_that_answer() -> None:
    listing, ledger = FakeList(), Ledger()
    key = listing.add()
    listing.entries[key].answers = ["первый", "второй"]
    poll(listing, ledger)
    assert len(ledger.standing) == 3
    listing.entries[key].answers = ["второй"]
    assert poll(listing, ledger) == []
    assert ledger.deleted == {f"host/{key}/первый"}


def test_an_unreadable_entry_holds_up_no_other_and_is_read_later() -> None:
    listing, ledger = FakeList(), Ledger()
    keys = [listing.add(at=now().timestamp() - 20 * DAY + n) for n in range(5)]
    listing.unreadable = {keys[1]}
    poll(listing, ledger, window(recheck=0.5))
    assert len(ledger.standing) == 4
    assert keys[1] in ledger.warnings[0]
    listing.unreadable = set()
    for _ in range(2):
        poll(listing, ledger, window(recheck=0.5))
    assert shown(ledger) == standing(listing)


def test_what_is_remembered_is_bounded() -> None:
    listing, ledger = FakeList(), Ledger()
    for _ in range(60):
        listing.add()
    for _ in range(3):
        poll(listing, ledger, window(kept=20))
    assert len(json.dumps(ledger.cursor)) < 3000
    assert poll(listing, ledger, window(kept=20)) == []
    new = listing.add()
    assert poll(listing, ledger, window(kept=20)) == [f"host/{new}"]
    assert set(shown(ledger)) == set(standing(listing))


def test_a_request_that_makes_no_sense_asks_for_a_person() -> None:
    with pytest.raises(AccessDenied) as caught:
        list(read_lists({"bad": Failing(Rejected("400"))}, {}, window()))
    assert caught.value.to_do


def test_a_spoilt_row_is_told_once() -> None:
    class Spoilt(FakeList):
        def read(self, token: str) -> Batch:
            batch = super().read(token)
            return Batch(batch.items, (BadRow(place="x", reason="wrong id"),))

    listing, ledger = Spoilt(), Ledger()
    listing.add()
    for _ in range(3):
        poll(listing, ledger)
    assert len([row for page in ledger.pages for row in page.bad_rows]) == 1


def test_times_far_in_the_future_do_not_move_the_mark_past_what_comes() -> None:
    listing, ledger = FakeList(), Ledger()
    listing.add(at=datetime(2999, 1, 1, tzinfo=UTC).timestamp())
    poll(listing, ledger, window(recheck=1.0))
    today = listing.add(at=now().timestamp() - 60)
    assert poll(listing, ledger, window(recheck=1.0)) == [f"host/{today}"]
