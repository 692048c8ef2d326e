"""The queue in Streamlit's own runner: links, views, many rows at once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine, event
from sqlmodel import select
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Block

from otklik import database, saved_views
from otklik.clock import now
from otklik.enums import MentionState, Stance
from otklik.errors import InputError, NotAllowed, NotFound
from otklik.models import BulkBatch, Mention
from otklik.store import saved_views as rows
from otklik.store.queue_filter import QueueFilter
from responder import leases
from tests.dashboard.conftest import OpenApp
from tests.dashboard.screen import queue_only, shown
from tests.dashboard.seed import BRAND
from tests.dashboard.worklist.conftest import drafted, open_all_cases, person


def page(open_app: OpenApp, login: str = "operator", **query: str) -> AppTest:
    app = open_app(login, view=queue_only, **query)
    assert not app.exception
    return app


def popovers(app: AppTest) -> set[str]:
    found = app.get("popover")
    return {one.proto.popover.label for one in found if isinstance(one, Block)}


def keep(engine: Engine, login: str, name: str, is_shared: bool = False, **wanted: object) -> int:
    with database.session(engine) as session:
        view = saved_views.keep(
            session,
            person=person(session, login),
            name=name,
            wanted=QueueFilter.model_validate(wanted),
            at=now(),
            is_shared=is_shared,
        )
        return view.id or 0


def test_a_link_opens_with_its_filters(open_app: OpenApp) -> None:
    app = page(open_app, stances="hater", sort="newest")
    assert app.multiselect(key="stances").value == [Stance.HATER]
    assert app.selectbox(key="sort").value == "newest"
    assert "hater" in app.query_params["stances"]


def test_a_chosen_filter_stands_in_the_link(open_app: OpenApp) -> None:
    app = page(open_app)
    app.multiselect(key="owners").set_value(["me"]).run()
    assert "me" in app.query_params["owners"]
    app.multiselect(key="owners").set_value([]).run()
    assert "owners" not in app.query_params


def test_filters_out_of_sight_are_counted_and_all_are_cleared_at_once(open_app: OpenApp) -> None:
    hidden = {"days": "7", "topics": "quality", "is_overdue": "True"}
    app = page(open_app, stances="hater", sort="newest", **hidden)
    assert "Ещё фильтры · 3" in popovers(app)
    app.selectbox(key="days").set_value(-1).run()  # no day is given yet: nothing is left out
    assert "Ещё фильтры · 2" in popovers(app)
    app.button(key="filters-off").click().run()
    assert "Ещё фильтры" in popovers(app)
    assert set(app.query_params) == {"sort"}
    assert "filters-off" not in {one.key for one in app.button}


def test_a_link_with_nonsense_opens_and_says_so(open_app: OpenApp) -> None:
    app = page(open_app, stances="dragon", zones="nowhere", days="x")
    assert "zones=nowhere" in shown(app)
    assert "stances=dragon" in shown(app)


def test_a_view_is_kept_shared_and_opened_by_others(open_app: OpenApp, desk_engine: Engine) -> None:
    app = page(open_app, "lead", stances="hater")
    app.text_input(key="view-name").set_value("Хейтеры смены").run()
    app.toggle(key="view-shared").set_value(True).run()
    app.button(key="view-keep").click().run()
    with database.reading(desk_engine) as session:
        ((view, _owner),) = rows.list_views(session, BRAND, person(session, "operator").id or 0)
    assert (view.name, view.is_shared, view.wanted) == (
        "Хейтеры смены",
        True,
        {"stances": ["hater"]},
    )
    other = page(open_app, "operator")
    other.button(key=f"view-open-{view.id}").click().run()
    assert other.multiselect(key="stances").value == [Stance.HATER]
    other.button(key=f"view-default-{view.id}").click().run()
    again = page(open_app, "operator")
    assert again.multiselect(key="stances").value == [Stance.HATER]
    assert "Хейтеры смены" in popovers(again)


def test_the_button_of_an_opened_view_says_that_it_was_changed(
    open_app: OpenApp, desk_engine: Engine
) -> None:
    stances = (Stance.HATER, Stance.CRITIC)
    number = keep(
        desk_engine, "operator", "Злые", stances=stances, owners=("999",), waits_minutes=61
    )
    app = page(open_app)
    app.button(key=f"view-open-{number}").click().run()
    assert "Злые" in popovers(app)  # what is gone, or fits no step of a list, changes nothing
    app.multiselect(key="stances").set_value([Stance.CRITIC]).run()
    assert "Злые · изменён" in popovers(app)
    app.multiselect(key="stances").set_value([Stance.CRITIC, Stance.HATER]).run()
    assert "Злые" in popovers(app)
    app.selectbox(key="sort").set_value("newest").run()
    assert "Злые · изменён" in popovers(app)
    app.button(key="filters-off").click().run()
    assert "Виды" in popovers(app)


def test_a_view_that_names_what_is_gone_opens_with_a_note(
    open_app: OpenApp, desk_engine: Engine
) -> None:
    number = keep(desk_engine, "operator", "Старый", platforms=("vk", "isso"), owners=("999",))
    app = page(open_app)
    app.button(key=f"view-open-{number}").click().run()
    assert not app.exception
    assert "platforms=vk" in shown(app)
    assert "owners=999" in shown(app)
    assert app.multiselect(key="platforms").value == ["isso"]


def test_only_a_lead_shares_and_nobody_sees_anothers_own(desk_engine: Engine) -> None:
    with pytest.raises(NotAllowed):
        keep(desk_engine, "operator", "Всем", is_shared=True)
    with pytest.raises(InputError):
        keep(desk_engine, "operator", "  ")
    own = keep(desk_engine, "operator", "Моё")
    with database.session(desk_engine) as session:
        with pytest.raises(NotFound):
            saved_views.drop(session, person=person(session, "second"), view_id=own, at=now())
        saved_views.choose_default(session, person=person(session, "operator"), view_id=own)
        saved_views.drop(session, person=person(session, "operator"), view_id=own, at=now())
        assert rows.find_default(session, person(session, "operator").id or 0) is None


def test_it_is_seen_who_is_on_what(open_app: OpenApp, desk_engine: Engine) -> None:
    with database.session(desk_engine) as session:
        leases.take(session, person=person(session, "second"), mention_id=7, at=now())
    said = shown(page(open_app))
    assert "На смене: 1" in said
    assert "→ № 7" in said
    assert "работает" in said


def test_chosen_rows_are_shown_done_and_taken_back(open_app: OpenApp, desk_engine: Engine) -> None:
    open_all_cases(desk_engine)
    with database.session(desk_engine) as session:
        ids = drafted(session, 3)
        leases.take(session, person=person(session, "second"), mention_id=ids[0], at=now())
    app = page(open_app)
    app.button(key="bulk-toggle").click().run()
    for number in ids:
        app.checkbox(key=f"pick-{number}").check().run()
    app.text_input(key="bulk-reason").set_value("Накрутка").run()
    app.button(key="bulk-look").click().run()
    assert "изменятся 2 обращения" in shown(app)
    assert f"№ {ids[0]} (Вера Лис)" in shown(app)
    app.button(key="bulk-do").click().run()
    assert not app.exception
    with database.reading(desk_engine) as session:
        states = [session.get_one(Mention, one).state for one in ids]
    assert states == [MentionState.DRAFTED, MentionState.CLOSED, MentionState.CLOSED]
    app.button(key="bulk-undo").click().run()
    with database.reading(desk_engine) as session:
        assert drafted(session, 3) == ids


def test_a_preview_does_not_outlive_a_changed_order(open_app: OpenApp, desk_engine: Engine) -> None:
    with database.reading(desk_engine) as session:
        number = drafted(session, 1)[0]
    app = page(open_app)
    app.button(key="bulk-toggle").click().run()
    app.checkbox(key=f"pick-{number}").check().run()
    app.text_input(key="bulk-reason").set_value("Накрутка").run()
    app.button(key="bulk-look").click().run()
    assert "bulk-do" in {button.key for button in app.button}
    app.text_input(key="bulk-reason").set_value("Другая причина").run()
    assert "bulk-do" not in {button.key for button in app.button}


def test_all_that_fit_are_chosen(open_app: OpenApp) -> None:
    app = page(open_app, stances="critic")
    app.button(key="bulk-toggle").click().run()
    app.button(key="bulk-all").click().run()
    picked = app.session_state["bulk-chosen"]
    assert len(picked) > 1
    assert f"Выбрано: {len(picked)}" in shown(app)


@pytest.mark.parametrize("query", [{}, {"words": "кешь", "owners": "nobody", "sort": "reach"}])
def test_the_page_reads_little(
    open_app: OpenApp, desk_engine: Engine, query: dict[str, str]
) -> None:
    app = page(open_app, **query)
    asked: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "WITH")):
            asked.append(statement)

    event.listen(desk_engine, "before_cursor_execute", note)
    app.run()
    event.remove(desk_engine, "before_cursor_execute", note)
    assert 0 < len(asked) <= 20, len(asked)


def test_waiting_longer_is_counted_from_now(desk_engine: Engine) -> None:
    from otklik.store import queue
    from otklik.store.queue_filter import Viewer

    with database.reading(desk_engine) as session:
        viewer = Viewer(1, now())
        wanted = QueueFilter(waits_minutes=240)
        found = queue.list_queue(session, BRAND, wanted, viewer=viewer, size=500).rows
        assert found
        assert all(row.waiting_since <= viewer.at - timedelta(hours=4) for row in found)


def many_done(open_app: OpenApp, engine: Engine, login: str) -> tuple[AppTest, list[int]]:
    """Somebody has chosen two rows and left them unanswered."""
    open_all_cases(engine)
    with database.reading(engine) as session:
        ids = drafted(session, 2)
    app = page(open_app, login)
    app.button(key="bulk-toggle").click().run()
    for number in ids:
        app.checkbox(key=f"pick-{number}").check().run()
    app.text_input(key="bulk-reason").set_value("Накрутка").run()
    app.button(key="bulk-look").click().run()
    app.button(key="bulk-do").click().run()
    assert not app.exception
    return app, ids


def test_a_lead_looks_at_what_an_operator_did_to_many_and_takes_it_back(
    open_app: OpenApp, desk_engine: Engine
) -> None:
    operator, ids = many_done(open_app, desk_engine, "operator")
    assert "batches" not in {one.key for one in operator.get("popover")}
    assert not [one for one in operator.button if (one.key or "").startswith("batch-look-")]
    with database.session(desk_engine) as session:
        batch = session.exec(select(BulkBatch)).one()
        batch.done_at -= timedelta(hours=1)
        number = batch.id or 0
        session.get_one(Mention, ids[0]).version = 2
    app = page(open_app, "lead")
    app.button(key="bulk-toggle").click().run()
    assert "Анна Соколова" in shown(app)
    assert "Накрутка" in shown(app)
    app.button(key=f"batch-look-{number}").click().run()
    assert "вернётся 1 обращение" in shown(app)
    assert f"№ {ids[0]}" in shown(app)
    with database.reading(desk_engine) as session:
        assert session.get_one(Mention, ids[1]).state is MentionState.CLOSED
    app.button(key=f"batch-undo-{number}").click().run()
    assert not app.exception
    assert "отменено: 1 обращение" in shown(app)
    assert f"batch-look-{number}" not in {one.key for one in app.button}
    with database.reading(desk_engine) as session:
        states = [session.get_one(Mention, one).state for one in ids]
    assert states == [MentionState.CLOSED, MentionState.DRAFTED]
