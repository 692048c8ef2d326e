"""Months of kept promises are those of the desk; debts are counted whole, not page by page."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Engine
from sqlmodel import col, select

from otklik import database
from otklik.enums import PromiseState, RateBy
from otklik.models import Promise
from otklik.store import promises
from tests.dashboard.seed import seed

LATE_EVENING = datetime(2026, 11, 30, 22, tzinfo=UTC)  # the first of December in Moscow


def add(engine: Engine, number: int, *due: datetime) -> None:
    with database.session(engine) as session:
        session.add_all(
            Promise(
                brand_id="months",
                mention_id=number,
                text="позвоним",
                due_at=one,
                created_at=one - timedelta(days=2),
            )
            for one in due
        )


def test_a_month_begins_at_midnight_of_the_desk(engine: Engine) -> None:
    number = next(iter(seed(engine).values()))
    days = (LATE_EVENING - timedelta(days=40), LATE_EVENING - timedelta(hours=2), LATE_EVENING)
    add(engine, number, *days)
    at = LATE_EVENING + timedelta(days=3)
    with database.reading(engine) as session:
        moscow, utc = (
            {
                one.key: one.overdue
                for one in promises.list_kept_rates(
                    session, "months", RateBy.MONTH, at, zone=ZoneInfo(zone)
                )
            }
            for zone in ("Europe/Moscow", "UTC")
        )
        assert promises.list_kept_rates(session, "nobody", RateBy.MONTH, at) == []
    assert moscow == {"2026-10": 1, "2026-11": 1, "2026-12": 1}
    assert utc == {"2026-10": 1, "2026-11": 2}


def test_debts_are_counted_whole_and_listed_by_pages(engine: Engine) -> None:
    number = next(iter(seed(engine).values()))
    at = LATE_EVENING
    add(
        engine,
        number,
        *(at + timedelta(hours=hours) for hours in (-30, -1, 0, 5, 24, 25)),
    )
    with database.reading(engine) as session:
        debts = promises.count_debts(session, "months", at, timedelta(days=1))
        assert promises.count_debts(session, "months", at, timedelta(days=1), owner_id=1).owed == 0
        pages = [
            promises.list_promises(session, "months", limit=4, offset=offset) for offset in (0, 4)
        ]
    assert (debts.owed, debts.overdue, debts.soon) == (6, 3, 2)
    assert [len(page) for page in pages] == [4, 2]
    due = [debt.due_at for page in pages for debt, _mention in page]
    assert due == sorted(due)


def test_settled_promises_come_last_settled_first(engine: Engine) -> None:
    number = next(iter(seed(engine).values()))
    at = LATE_EVENING
    add(engine, number, *[at] * 5)
    kept, broken, still = PromiseState.KEPT, PromiseState.BROKEN, PromiseState.OPEN
    with database.session(engine) as session:
        ends = (kept, broken, still, PromiseState.VOID, kept)
        rows = session.exec(select(Promise).order_by(col(Promise.id))).all()[-5:]
        for hours, (row, state) in enumerate(zip(rows, ends, strict=True)):
            row.state = state
            row.closed_at = None if state is still else at + timedelta(hours=hours)
    with database.reading(engine) as session:
        first = promises.list_untold_promises(session, "months", limit=2)
        rest = promises.list_untold_promises(session, "months", limit=2, offset=2)
        assert promises.count_untold_promises(session, "months") == 3
        assert promises.count_untold_promises(session, "months", owner_id=1) == 0
    ago = [debt.closed_at - at for debt, _mention in (*first, *rest) if debt.closed_at]
    assert ago == [timedelta(hours=4), timedelta(hours=1), timedelta()]
