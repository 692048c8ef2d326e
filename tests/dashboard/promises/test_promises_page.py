"""The ledger of promises in Streamlit's own runner."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import select
from streamlit.testing.v1 import AppTest

from dashboard import data
from dashboard.promises import settling
from dashboard.views import promises as view
from otklik import database
from otklik.clock import now
from otklik.enums import PromiseState
from otklik.models import Promise, Reply
from otklik.settings import Settings
from otklik.store.promises import count_debts
from tests.dashboard.conftest import OpenApp
from tests.dashboard.screen import shown
from tests.dashboard.seed import BRAND


def promises_only() -> None:
    """The page, without navigation."""
    from dashboard.views import promises

    promises.draw()


def owe(engine: Engine, count: int) -> list[int]:
    """So many promises, the first of them due first."""
    at = now()
    with database.session(engine) as session:
        mention = session.exec(select(Reply)).first()
        assert mention is not None
        rows = [
            Promise(
                brand_id=BRAND,
                mention_id=mention.mention_id,
                text=f"Вернём пачку {number}",
                due_at=at + timedelta(hours=number + 1),
                created_at=at,
            )
            for number in range(count)
        ]
        session.add_all(rows)
        session.flush()
        return [row.id or 0 for row in rows]


def page(open_app: OpenApp) -> AppTest:
    app = open_app("approver", view=promises_only)
    assert not app.exception
    return app


def test_fields_are_drawn_for_the_way_that_is_chosen(
    open_app: OpenApp, desk_engine: Engine
) -> None:
    page(open_app)  # sets the desk's database
    first, second = owe(desk_engine, 2)
    app = page(open_app)
    assert not app.text_area
    app.segmented_control(key=f"ways-{second}").set_value("broken").run()
    assert [one.key for one in app.text_area] == [f"promise-broken-{second}"]
    app.segmented_control(key=f"ways-{first}").set_value("later").run()
    assert len(app.date_input) == 1
    app.text_area(key=f"promise-why-{first}").set_value("Ждём поставку")
    app.button(key=f"later-{first}").click().run()
    assert not app.exception
    with database.reading(desk_engine) as session:
        assert session.get_one(Promise, first).postponements == 1


@pytest.mark.parametrize(
    ("due", "present", "first"),
    [
        ("2026-11-20T09:00", "2026-11-23T20:00", "2026-11-23"),  # overdue: by the end of today
        ("2026-11-23T20:30", "2026-11-23T20:00", "2026-11-23"),  # both today, in Moscow
        ("2026-11-24T00:35", "2026-11-23T23:35", "2026-11-24"),  # tomorrow where the server is
        ("2026-11-30T09:00", "2026-11-23T20:00", "2026-11-30"),
        ("2026-11-30T20:59:59", "2026-11-23T20:00", "2026-12-01"),  # by the end of that very day
        ("2026-11-20T09:00", "2026-11-23T20:59:59.5", "2026-11-24"),  # the day is over
    ],
)
def test_the_day_offered_for_later_is_later(
    monkeypatch: pytest.MonkeyPatch, due: str, present: str, first: str
) -> None:
    monkeypatch.setattr(data, "settings", lambda: Settings(timezone="Europe/Moscow"))
    due_at, at = (datetime.fromisoformat(one).replace(tzinfo=UTC) for one in (due, present))
    assert settling.first_day_later(due_at, at) == date.fromisoformat(first)


def test_what_is_settled_asks_at_once_to_tell_the_readers(
    open_app: OpenApp, desk_engine: Engine
) -> None:
    page(open_app)
    (number,) = owe(desk_engine, 1)
    app = page(open_app)
    app.segmented_control(key=f"ways-{number}").set_value("kept").run()
    app.text_area(key=f"promise-note-{number}").set_value("Деньги вернули на карту")
    app.button(key=f"keep-{number}").click().run()
    assert not app.exception
    assert app.text_input(key=f"told-{number}").value == "Деньги вернули на карту"
    with database.reading(desk_engine) as session:
        assert session.get_one(Promise, number).state is PromiseState.KEPT


def test_a_page_that_has_grown_empty_shows_the_one_before(
    open_app: OpenApp, desk_engine: Engine
) -> None:
    page(open_app)
    with database.reading(desk_engine) as session:
        others = count_debts(session, BRAND, now(), timedelta(days=1)).owed
    owe(desk_engine, view.MOST + 1 - others)
    app = open_app("approver", view=promises_only)
    app.session_state[view.PAGE] = 2
    app.run()
    (way,) = (one for one in app.segmented_control if str(one.key).startswith("ways-"))
    last = str(way.key).rpartition("-")[2]
    way.set_value("kept").run()
    app.text_area(key=f"promise-note-{last}").set_value("Вернули")
    app.button(key=f"keep-{last}").click().run()
    assert not app.exception
    assert "Вернём пачку 0" in shown(app)
