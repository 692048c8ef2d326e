"""Whom a case is handed to next: urgency rises with waiting, repeated contact, pace of a thread."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, event
from sqlmodel import select

from otklik.database import reading, session
from otklik.enums import CaseState, MentionState, Role, Urgency
from otklik.models import Author, Case, Mention, Person, Source, Thread
from otklik.people import add_person
from otklik.pressing import PACES, pace_of, parts_of, pressing_at
from otklik.store import handing
from responder import pressure

AT = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
hours = st.floats(min_value=0, max_value=2000).map(lambda number: number * HOUR)
terms = st.one_of(st.none(), hours)
urgencies = st.sampled_from(list(Urgency))
head_starts = st.tuples(st.integers(0, 9), st.sampled_from([0, *PACES]))


@given(urgencies, hours, hours, terms, head_starts)
def test_waiting_longer_never_lowers_it(
    urgency: Urgency,
    waited: timedelta,
    more: timedelta,
    term: timedelta | None,
    credit: tuple[int, int],
) -> None:
    def since(waiting: timedelta) -> datetime:
        began = AT - waiting
        return pressing_at(urgency, began, began + term if term is not None else None, *credit)

    assert since(waited + more) <= since(waited)


@given(urgencies, hours, hours, terms, head_starts)
def test_the_parts_add_up_to_the_pressure_and_time_adds_an_hour_each_hour(
    urgency: Urgency,
    waited: timedelta,
    later: timedelta,
    term: timedelta | None,
    credit: tuple[int, int],
) -> None:
    began = AT - waited
    what = (urgency, began, began + term if term is not None else None, *credit)
    head = timedelta(days=3650) if urgency is Urgency.CRITICAL else 0 * HOUR
    sums = [sum(part.hours for part in parts_of(*what, at=moment)) for moment in (AT, AT + later)]
    assert sums[0] == pytest.approx((AT - pressing_at(*what) - head) / HOUR, abs=1e-3)
    assert sums[1] - sums[0] == pytest.approx(later / HOUR, abs=1e-3)


@given(urgencies, st.integers(0, 9), st.integers(0, 9), st.integers(0, 500), st.integers(0, 500))
def test_writing_again_and_a_faster_thread_never_lower_it(
    urgency: Urgency, again: int, more: int, pace: int, faster: int
) -> None:
    calm = pressing_at(urgency, AT, None, again, pace_of(pace))
    assert pressing_at(urgency, AT, None, again + more, pace_of(pace + faster)) <= calm


class Desk:
    """Mentions in threads, each with a case, waiting for somebody."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        with session(engine) as db:
            self.person = add_person(
                db,
                login="anna",
                role=Role.LEAD,
                password="a long phrase",
                at=AT,
                brand_id="default",
            )
            db.add(Source(id=1, platform="isso", name="shop", next_due_at=AT))
            db.flush()
            for number in (1, 2):
                db.add(Thread(id=number, source_id=1, platform="isso", external_id=f"t{number}"))

    def write(self, number: int, urgency: int, hours: float, **more: Any) -> int:
        """Somebody's comment that waits so long; gives its number."""
        with session(self.engine) as db:
            case_id = more.get("case_id", number)
            if db.get(Case, case_id) is None:  # one open case of one person
                db.add(Author(id=number, platform="isso", external_id=f"a{number}"))
                db.flush()
                db.add(Case(id=number, author_id=number, opened_at=AT, state=CaseState.OPEN))
                db.flush()
            values: dict[str, Any] = {
                "thread_id": 1,
                "case_id": number,
                "state": MentionState.HELD,
                **more,
            }
            db.add(
                Mention(
                    id=number,
                    source_id=1,
                    author_id=case_id,
                    platform="isso",
                    external_id=str(number),
                    content_digest="",
                    text="где заказ",
                    collected_at=AT,
                    waiting_since=AT - hours * HOUR,
                    state_changed_at=AT,
                    urgency=urgency,
                    **values,
                )
            )
        return number

    def order(self) -> list[int]:
        """Numbers of mentions as they are handed out."""
        found: list[int] = []
        with session(self.engine) as db:
            who = db.get_one(Person, self.person.id)
            while one := handing.claim_next(db, who, AT, zones=None, skip=found):
                found.append(one.mention_id)
        return found

    def press(self, *numbers: int) -> None:
        """As the step does with what it has just decided."""
        with session(self.engine) as db:
            rows = list(db.exec(select(Mention).where(Mention.id.in_(numbers))))  # type: ignore[union-attr]
            pressure.press(db, rows, AT)


def test_cases_are_handed_out_by_pressure_and_what_is_critical_first(engine: Engine) -> None:
    desk = Desk(engine)
    desk.write(1, Urgency.LOW, 1)
    desk.write(2, Urgency.HIGH, 1)
    desk.write(3, Urgency.NORMAL, 2)
    desk.write(4, Urgency.CRITICAL, 0)
    desk.write(5, Urgency.LOW, 32)  # so long that it goes before what is urgent and fresh
    desk.write(6, Urgency.NORMAL, 2, sla_due_at=AT + HOUR)
    assert desk.order() == [4, 5, 6, 2, 3, 1]


def test_one_s_own_case_goes_first_unless_another_presses_much_more(engine: Engine) -> None:
    desk = Desk(engine)
    for number, hours in ((1, 1), (2, 5), (3, 20)):
        desk.write(number, Urgency.NORMAL, hours)
    with session(engine) as db:
        own = db.get_one(Case, 1)
        own.owner_id = desk.person.id
        db.add(own)
    assert desk.order() == [3, 1, 2]


def test_writing_again_and_a_fast_thread_go_before_and_stay_before(engine: Engine) -> None:
    desk = Desk(engine)
    desk.write(1, Urgency.NORMAL, 3)
    desk.write(2, Urgency.NORMAL, 1)
    desk.write(3, Urgency.NORMAL, 0.5, case_id=2)
    desk.press(1, 2, 3)
    assert desk.order()[0] == 2
    for number in range(10, 22):
        desk.write(number, Urgency.LOW, 0.1, thread_id=2)
    waits = desk.write(30, Urgency.NORMAL, 4.5, thread_id=2)
    desk.press(*range(10, 22))
    with reading(engine) as db:
        found = db.get_one(Mention, waits)
        assert (found.thread_pace, db.get_one(Thread, 2).pace) == (10, 10)
        before = found.pressing_at
    with session(engine) as db:  # the thread calms down
        for row in db.exec(select(Mention).where(Mention.id.in_(range(10, 22)))):  # type: ignore[union-attr]
            row.waiting_since -= 3 * HOUR
    desk.press(10, 11)
    with reading(engine) as db:
        assert db.get_one(Thread, 2).pace == 0
        assert db.get_one(Mention, waits).pressing_at == before
    assert desk.order()[0] == waits


def test_the_head_of_the_queue_is_read_off_its_index(engine: Engine) -> None:
    desk, asked = Desk(engine), list[tuple[str, Any]]()
    desk.write(1, Urgency.LOW, 1)

    def note(_c: object, _cursor: object, statement: str, given: Any, *_: object) -> None:
        if "pressing_at" in statement and "LIMIT" in statement and "JOIN" not in statement:
            asked.append((statement, given))

    event.listen(engine, "before_cursor_execute", note)
    assert desk.order() == [1]
    event.remove(engine, "before_cursor_execute", note)
    plan = "EXPLAIN QUERY PLAN " if engine.dialect.name == "sqlite" else "EXPLAIN "
    with session(engine) as db:
        connection = db.connection()
        if engine.dialect.name == "postgresql":  # on an empty table it would not bother
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        rows = connection.exec_driver_sql(plan + asked[0][0], asked[0][1])
        told = " ".join(str(cell) for row in rows for cell in row).lower()
    assert "ix_mention_pressing" in told
    assert "sort" not in told
    assert "temp b-tree" not in told
