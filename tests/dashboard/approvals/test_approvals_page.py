"""The page of approvals in Streamlit's own runner: who may say yes, what sending back shows."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, event
from sqlmodel import select
from streamlit.testing.v1 import AppTest

from dashboard import data
from dashboard.views import approvals
from otklik import database
from otklik.clock import now
from otklik.enums import DraftState
from otklik.models import DraftRow, Reply
from tests.dashboard.approvals.conftest import RISKY, hand_over, person, proposed
from tests.dashboard.conftest import OpenApp
from tests.dashboard.screen import shown


def approvals_only() -> None:
    """The page, without navigation."""
    from dashboard.views import approvals

    approvals.draw()


def page(open_app: OpenApp, login: str, **query: str) -> AppTest:
    app = open_app(login, view=approvals_only, **query)
    assert not app.exception
    return app


def keys(app: AppTest) -> set[str]:
    return {str(button.key) for button in app.button}


def draft_id(engine: Engine, mention_id: int) -> int:
    with database.reading(engine) as session:
        return proposed(session, mention_id).id or 0


def test_an_empty_page_says_what_gathers_here(open_app: OpenApp) -> None:
    assert "ничто не ждёт" in shown(page(open_app, "approver"))


def test_two_people_approve_what_a_third_wrote(
    open_app: OpenApp, desk_engine: Engine, handed: int
) -> None:
    number = draft_id(desk_engine, handed)
    app = page(open_app, "approver")
    assert "<del" in shown(app)
    assert "0 из 2" in shown(app)
    app.button(key=f"approve-draft-{number}").click().run()
    assert "ещё" in shown(app)
    app = page(open_app, "approver")
    assert "Вы уже одобрили" in shown(app)
    assert app.button(key=f"approve-draft-{number}").disabled
    app = page(open_app, "second")
    app.button(key=f"approve-draft-{number}").click().run()
    with database.reading(desk_engine) as session:
        reply = session.exec(select(Reply).where(Reply.mention_id == handed)).one()
    assert reply.text == RISKY
    assert "approvals-undo" in keys(app)
    app.button(key="approvals-undo").click().run()
    assert draft_id(desk_engine, handed) != number


def test_the_bar_counts_what_waits_for_me(
    open_app: OpenApp, desk_engine: Engine, handed: int
) -> None:
    page(open_app, "approver")  # sets the desk's database
    number = draft_id(desk_engine, handed)

    def waiting(login: str) -> int | None:
        data._COUNTED.clear()
        with database.reading(desk_engine) as session:
            who = person(session, login)
        return data.bar_counts(now(), who).get("approvals")

    assert (waiting("approver"), waiting("second"), waiting("operator")) == (1, 1, None)
    page(open_app, "approver").button(key=f"approve-draft-{number}").click().run()
    assert (waiting("approver"), waiting("second")) == (0, 1)


def test_whoever_wrote_it_sees_why_they_may_not_approve(
    open_app: OpenApp, desk_engine: Engine
) -> None:
    with database.session(desk_engine) as session:
        number = hand_over(session, 1, RISKY, login="approver").id
    app = page(open_app, "approver")
    assert app.button(key=f"approve-draft-{number}").disabled
    assert "Текст писали вы" in shown(app)
    operator = page(open_app, "operator")
    assert f"approve-draft-{number}" not in keys(operator)
    assert "ролью «одобряющий»" in shown(operator)


def test_a_text_goes_back_with_its_reason_and_its_editor_sees_it(
    open_app: OpenApp, desk_engine: Engine, handed: int
) -> None:
    number = draft_id(desk_engine, handed)
    app = page(open_app, "approver")
    app.button(key=f"turn-down-{number}").click().run()
    assert "нужна причина" in shown(app)
    app.text_area(key=f"turn-down-{number}-reason").set_value("Уберите телефон")
    app.button(key=f"turn-down-{number}").click().run()
    assert not app.exception
    with database.reading(desk_engine) as session:
        assert session.get_one(DraftRow, number).state is DraftState.REJECTED
    assert "ничто не ждёт" in shown(app)
    assert "Уберите телефон" in shown(open_app("operator", mention=handed))
    back = page(open_app, "operator")
    back.segmented_control(key="approvals-kind").set_value("back").run()
    assert "Уберите телефон" in shown(back)


def test_next_shows_one_text_after_another(open_app: OpenApp, desk_engine: Engine) -> None:
    with database.session(desk_engine) as session:
        for mention in (1, 2, 3):
            hand_over(session, mention, f"Проверяем случай {mention} и ответим до вечера.")
    app = page(open_app, "approver")
    seen = set()
    for _step in range(3):
        seen |= {n for n in (1, 2, 3) if f"case {n}" in shown(app) or f"№ {n}<" in shown(app)}
        app.button(key="approvals-next").click().run()
    assert seen == {1, 2, 3}


def test_a_long_list_is_drawn_in_stretches(
    open_app: OpenApp, desk_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(approvals, "LISTED", 2)
    with database.session(desk_engine) as session:
        for mention in (1, 2, 3):
            hand_over(session, mention, f"Проверяем случай {mention} и ответим до вечера.")
    app = page(open_app, "approver")

    def listed() -> set[str]:
        return {key for key in keys(app) if key.startswith("open-draft-")}

    first = listed()
    assert len(first) == 2
    app.button(key="approvals-after").click().run()
    assert len(listed()) == 1
    assert not listed() & first
    assert "3 из 3" in shown(app)
    app.button(key="approvals-previous").click().run()
    assert listed() == first


def test_machine_drafts_are_shown_one_after_another(open_app: OpenApp, desk_engine: Engine) -> None:
    app = page(open_app, "approver")
    app.segmented_control(key="approvals-kind").set_value("machine").run()
    assert not app.exception
    (approve,) = [key for key in keys(app) if key.startswith("approve-draft-")]
    app.button(key=approve).click().run()
    with database.reading(desk_engine) as session:
        number = int(approve.rpartition("-")[2])
        assert session.get_one(DraftRow, number).state is DraftState.APPROVED


@pytest.mark.parametrize("kind", ["handed", "machine", "measures"])
def test_the_page_reads_little(
    open_app: OpenApp, desk_engine: Engine, handed: int, kind: str
) -> None:
    app = page(open_app, "approver")
    app.segmented_control(key="approvals-kind").set_value(kind).run()
    asked: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "WITH")):
            asked.append(statement)

    event.listen(desk_engine, "before_cursor_execute", note)
    app.run()
    event.remove(desk_engine, "before_cursor_execute", note)
    assert 0 < len(asked) <= 16, len(asked)
