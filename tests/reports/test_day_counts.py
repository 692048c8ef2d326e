"""Days counted beforehand tell what counting now would tell, whatever has happened to them."""

from __future__ import annotations

import os
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import count, pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlmodel import Session, col, delete, select, update

from otklik import database
from otklik.enums import CloseReason, MentionState, SlaState, Stance, Topic
from otklik.models import CountedDay, CountMark, DayCount, Mention
from otklik.reports.daily import count_days
from otklik.store import mentions, report_counts, report_days
from otklik.store.report_counts import COLUMNS, Narrowing
from tests.reports.conftest import Stream

START = datetime(2026, 3, 25, tzinfo=UTC)  # the clocks of many change within the next days
NOW = START + timedelta(days=12)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MOSCOW = ZoneInfo("Europe/Moscow")
ZONES = ("Europe/Moscow", "Asia/Kathmandu", "Europe/Berlin", "Australia/Lord_Howe")
_brands = count(1)

minutes = st.integers(0, 11 * 1440)
columns: dict[str, st.SearchStrategy[Any]] = {
    "stance": st.sampled_from([None, *list(Stance)[:3]]),
    "topic": st.sampled_from([None, Topic.PRICE, Topic.STAFF]),
    "platform": st.sampled_from(["isso", "vk"]),
    "zone": st.sampled_from(["general", "stores"]),
    "sla_state": st.sampled_from([None, *SlaState]),
    "state": st.sampled_from(list(MentionState)),
    "is_ours": st.booleans(),
    "waiting_since": minutes.map(lambda one: START + timedelta(minutes=one)),
}
changes = st.sampled_from(list(columns)).flatmap(
    lambda name: st.tuples(st.just(name), columns[name])
)
arrivals = st.tuples(st.just("arrive"), st.fixed_dictionaries(columns))
touches = st.one_of(
    arrivals,
    *(st.tuples(st.just(kind), st.integers(0, 99), changes) for kind in ("change", "undone")),
    st.tuples(st.just("change in bulk"), changes),
    st.tuples(st.just("close"), st.integers(0, 99)),
    st.tuples(st.just("delete"), st.integers(0, 99)),
)
counting = st.tuples(st.just("count"), st.sampled_from([3, 20, 20]), st.sampled_from(ZONES))
rounds = st.tuples(
    st.lists(arrivals, max_size=5), counting, st.lists(touches, min_size=1, max_size=3)
)
spans = st.lists(
    st.tuples(minutes, minutes).map(
        lambda pair: (
            START + timedelta(minutes=min(pair)),
            START + timedelta(minutes=max(pair)),
        )
    ),
    min_size=1,
    max_size=4,
)


class History:
    """A brand of its own, and what was done to its mentions."""

    def __init__(self, stream: Stream) -> None:
        self.stream, self.brand = stream, f"brand-{next(_brands)}"
        self.author, self.ids = stream.author(), list[int]()

    def do(self, kind: str, *more: Any) -> None:
        if kind == "count":
            count_days(self.stream.engine, self.brand, ZoneInfo(more[1]), NOW, limit=more[0])
        elif kind == "arrive":
            self._arrive(more[0])
        elif self.ids:
            self._touch(kind, *more)

    def _arrive(self, fields: dict[str, Any]) -> None:
        at = fields["waiting_since"]
        self.ids.append(self.stream.write(at, author_id=self.author, brand_id=self.brand, **fields))

    def _touch(self, kind: str, *more: Any) -> None:
        with database.session(self.stream.engine) as session:
            if kind == "change in bulk":
                ((name, value),) = more
                of_brand = col(Mention.brand_id) == self.brand
                session.exec(update(Mention).where(of_brand).values({name: value}))
                return
            one = self.ids[more[0] % len(self.ids)]
            if kind == "close":
                mentions.close_mentions(session, [one], CloseReason.IGNORED, NOW)
            elif kind == "delete":
                session.exec(delete(Mention).where(col(Mention.id) == one))
                self.ids.remove(one)
            else:
                self._change(session, one, *more[1], is_kept=kind == "change")

    def _change(self, session: Session, one: int, name: str, value: Any, *, is_kept: bool) -> None:
        inner = session.begin_nested()
        setattr(session.get_one(Mention, one), name, value)
        session.flush()
        if not is_kept:
            inner.rollback()


def counted_by_hand(
    session: Session, brand: str, given: list[tuple[datetime, datetime]], by: str, wanted: Narrowing
) -> dict[str, list[int]]:
    """The same, row by row."""
    found: dict[str, Counter[int]] = {}
    for row in session.exec(select(Mention).where(Mention.brand_id == brand)):
        if row.is_ours or (wanted.zones and row.zone not in wanted.zones):
            continue
        if wanted.stances and row.stance not in wanted.stances:
            continue
        for number, (start, end) in enumerate(given):
            if start <= row.waiting_since < end:
                found.setdefault(str(getattr(row, by) or ""), Counter())[number] += 1
    return {key: [line[number] for number in range(len(given))] for key, line in found.items()}


@settings(
    max_examples=100 if os.environ.get("PROOF") == "full" else 10,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(done=st.lists(rounds, min_size=1, max_size=3), asked=spans)
def test_counted_days_never_differ_from_counting_now(
    stream: Stream, done: list[tuple[Any, ...]], asked: list[tuple[datetime, datetime]]
) -> None:
    history = History(stream)
    for arrived, counted, touched in done:
        for step in (*arrived, counted, *touched):
            history.do(*step)
    days = [
        (START + number * DAY - 3 * HOUR, START + (number + 1) * DAY - 3 * HOUR)
        for number in range(12)
    ]
    with database.reading(stream.engine) as session:
        for by in COLUMNS:
            for spans_ in (asked, days, [(START - DAY, NOW)]):
                for wanted in (Narrowing(), Narrowing(zones=("stores",), stances=("critic",))):
                    found = report_counts.count_by(session, history.brand, spans_, by, wanted)
                    assert found == counted_by_hand(session, history.brand, spans_, by, wanted)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("stance", None),
        ("topic", Topic.APP),
        ("platform", "vk"),
        ("zone", "stores"),
        ("sla_state", SlaState.MISSED),
        ("state", MentionState.HELD),
        ("is_ours", True),
        ("waiting_since", START + 3 * DAY),
        ("brand_id", "other"),
    ],
)
def test_no_column_changes_without_the_count(stream: Stream, name: str, value: Any) -> None:
    one = stream.write(START + HOUR)
    count_days(stream.engine, "default", MOSCOW, NOW)
    with database.session(stream.engine) as session:
        setattr(session.get_one(Mention, one), name, value)
    whole = [(START - DAY, START + DAY), (START + DAY, NOW)]
    with database.reading(stream.engine) as session:
        for brand in ("default", "other"):
            for by in COLUMNS:
                by_hand = counted_by_hand(session, brand, whole, by, Narrowing())
                assert report_counts.count_by(session, brand, whole, by) == by_hand


def test_what_holds_is_read_from_counted_days_and_a_change_is_counted_anew(stream: Stream) -> None:
    one = stream.write(START + HOUR)
    stream.write(START + DAY + HOUR, stance=Stance.PRAISE)
    assert count_days(stream.engine, "default", MOSCOW, NOW) == 12
    assert count_days(stream.engine, "default", MOSCOW, NOW) == 0
    spans_ = [(START - DAY, NOW)]
    with database.session(stream.engine) as session:  # so that reading them is seen
        session.exec(update(DayCount).values(count=10))
    with database.reading(stream.engine) as session:
        assert report_counts.count_by(session, "default", spans_, "stance") == {
            "critic": [10],
            "praise": [10],
        }
    with database.session(stream.engine) as session:
        session.get_one(Mention, one).stance = Stance.HATER
    with database.reading(stream.engine) as session:
        assert report_counts.count_by(session, "default", spans_, "stance") == {
            "hater": [1],
            "praise": [10],
        }
    assert count_days(stream.engine, "default", MOSCOW, NOW) == 0, "a minute has not passed"
    assert count_days(stream.engine, "default", MOSCOW, NOW + HOUR) == 1
    with database.reading(stream.engine) as session:
        assert session.exec(select(CountMark)).all() == []


def test_the_day_that_goes_on_is_not_counted_beforehand(stream: Stream) -> None:
    stream.write(NOW - HOUR)
    assert count_days(stream.engine, "default", MOSCOW, NOW) == 0
    assert count_days(stream.engine, "default", MOSCOW, NOW + DAY) == 1


def test_another_time_zone_replaces_the_days(stream: Stream) -> None:
    stream.write(START + HOUR)
    for zone in ZONES:
        count_days(stream.engine, "default", ZoneInfo(zone), NOW)
    with database.reading(stream.engine) as session:
        days = sorted((one.start, one.finish) for one in session.exec(select(CountedDay)))
    assert all(first[1] <= second[0] for first, second in pairwise(days))
    assert len(days) == 12


def test_what_changes_no_count_leaves_no_mark(stream: Stream) -> None:
    one = stream.write(START)
    count_days(stream.engine, "default", MOSCOW, NOW)
    with database.session(stream.engine) as session:
        session.get_one(Mention, one).text = "another text"
        session.get_one(Mention, one).state = MentionState.DRAFTED  # as it was
    with database.reading(stream.engine) as session:
        assert session.exec(select(CountMark)).all() == []


def test_a_change_that_the_count_could_not_see_stays_marked(postgres_engine: Engine) -> None:
    """Somebody writes while the day is counted, and commits after it."""
    stream = Stream(postgres_engine)
    one = stream.write(START + HOUR)
    day = (START, START + DAY)
    with database.session(postgres_engine) as writer:
        writer.get_one(Mention, one).stance = Stance.PRAISE
        writer.flush()
        with database.session(postgres_engine) as counting:
            report_days.save_day(counting, "default", *day, NOW)
        with database.reading(postgres_engine) as session:
            found = report_counts.count_by(session, "default", [day], "stance")
        assert found == {"critic": [1]}
    with database.reading(postgres_engine) as session:
        assert report_counts.count_by(session, "default", [day], "stance") == {"praise": [1]}


def test_two_who_change_one_day_do_not_wait_for_each_other(postgres_engine: Engine) -> None:
    stream = Stream(postgres_engine)
    ids = [stream.write(START + HOUR), stream.write(START + HOUR)]
    with database.session(postgres_engine) as one, database.session(postgres_engine) as other:
        other.connection().exec_driver_sql("SET LOCAL lock_timeout = '2s'")
        for session, number in ((one, ids[0]), (other, ids[1])):
            session.get_one(Mention, number).stance = Stance.PRAISE
            session.flush()


@pytest.mark.parametrize(
    ("given_", "counted", "left"),
    [
        ((0, 5), [(1, 4)], [(0, 1), (4, 5)]),
        ((1, 4), [(1, 4)], []),
        ((2, 4), [(2, 4)], []),
        ((0, 9), [(1, 4), (6, 7)], [(0, 1), (4, 6), (7, 9)]),
        ((4, 6), [], [(4, 6)]),
        ((7, 7), [], []),
    ],
)
def test_spans_are_cut_at_days(
    given_: tuple[int, int], counted: list[tuple[int, int]], left: list[tuple[int, int]]
) -> None:
    days = [(START + n * DAY, START + (n + 1) * DAY) for n in (1, 2, 3, 6)]
    found = report_days.cover([(START + given_[0] * DAY, START + given_[1] * DAY)], days)

    def plain(pieces: list[report_days.Piece]) -> list[tuple[int, int]]:
        return [((one.start - START).days, (one.finish - START).days) for one in pieces]

    assert (plain(found.counted), plain(found.left)) == (counted, left)
