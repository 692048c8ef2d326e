"""Texts of one incident looked at together: what stops one is opened by itself, the rest go."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import Engine
from sqlmodel import select
from streamlit.testing.v1 import AppTest

from dashboard.incidents import shortcuts
from otklik import database
from otklik.enums import DraftState, ReplyState
from otklik.models import DraftRow, Reply
from responder.incidents import together
from tests.dashboard.conftest import OpenApp
from tests.dashboard.incidents.seed_together import carry
from tests.dashboard.incidents.test_incident_pages import keys, one_only
from tests.dashboard.screen import shown


@pytest.fixture
def texts(desk_engine: Engine, incidents: dict[str, int]) -> list[int]:
    """Ids of the drafts of the fault, which carry its statement; the first is stopped."""
    return carry(desk_engine, incidents["fault"])


def opened(open_app: OpenApp, incidents: dict[str, int], login: str = "approver") -> AppTest:
    app = open_app(login, view=one_only, id=str(incidents["fault"]), do="together")
    assert not app.exception
    return app


def queued(engine: Engine, ids: list[int]) -> set[int]:
    with database.reading(engine) as session:
        rows = session.exec(select(Reply).where(Reply.state == ReplyState.QUEUED)).all()
        return {row.draft_id for row in rows} & set(ids)


def test_what_is_stopped_is_left_out_and_can_be_opened(
    open_app: OpenApp, incidents: dict[str, int], texts: list[int]
) -> None:
    app = opened(open_app, incidents)
    stopped = app.checkbox(key=f"together-{texts[0]}")
    assert (stopped.value, stopped.disabled) == (False, True)
    assert "Одобрить 23 текста как показано" in {button.label for button in app.button}
    assert f"see-text-{texts[0]}" in keys(app)


def test_each_key_has_its_button_and_is_pressed_for_what_is_shown(
    open_app: OpenApp, incidents: dict[str, int], texts: list[int]
) -> None:
    app = opened(open_app, incidents)
    targets = {one.target for one in shortcuts.of_together() if not one.target.startswith(".")}
    assert targets <= keys(app)
    codes = [one.code for one in shortcuts.of_together()]
    assert len(set(codes)) == len(codes)
    before = re.findall(r'data-ot-scope="([^"]+)"', shown(app))
    app.checkbox(key=f"together-{texts[3]}").uncheck().run()
    assert re.findall(r'data-ot-scope="([^"]+)"', shown(app)) == before
    app.button(key="approve-together").click().run()
    after = re.findall(r'data-ot-scope="([^"]+)"', shown(app))
    assert (len(before), len(after)) == (1, 1)
    assert before != after  # a key pressed for the texts before approves none of these


def test_all_ticks_go_off_and_on_by_one_click(
    open_app: OpenApp, incidents: dict[str, int], texts: list[int]
) -> None:
    app = opened(open_app, incidents)
    app.button(key="together-all").click().run()
    assert {box.value for box in app.checkbox} == {False}
    assert app.button(key="approve-together").disabled
    app.checkbox(key=f"together-{texts[3]}").check().run()
    app.button(key="together-all").click().run()  # one is ticked: off again
    app.button(key="together-all").click().run()
    ticked = {str(box.key) for box in app.checkbox if box.value}
    assert ticked == {f"together-{one}" for one in texts[1:]}


def test_what_two_clicks_approved_is_taken_back_by_one(
    open_app: OpenApp,
    desk_engine: Engine,
    incidents: dict[str, int],
    texts: list[int],
) -> None:
    app = opened(open_app, incidents)
    app.button(key="together-all").click().run()
    for one in texts[1:3]:
        app.checkbox(key=f"together-{one}").check().run()
    app.button(key="approve-together").click().run()
    assert queued(desk_engine, texts) == set(texts[1:3])
    app.checkbox(key=f"together-{texts[5]}").check().run()
    app.button(key="approve-together").click().run()
    assert queued(desk_engine, texts) == {*texts[1:3], texts[5]}
    assert "Вернуть 3 одобренных текста" in {button.label for button in app.button}
    app.button(key="undo-together").click().run()
    assert not app.exception
    assert queued(desk_engine, texts) == set()


def test_why_one_was_left_out_is_said_in_the_person_s_language(
    open_app: OpenApp, desk_engine: Engine, incidents: dict[str, int], texts: list[int]
) -> None:
    app = opened(open_app, incidents)
    with database.session(desk_engine) as session:
        gone = session.get_one(DraftRow, texts[1])
        gone.findings = session.get_one(DraftRow, texts[0]).findings
        session.add(gone)
    app.button(key="approve-together").click().run()
    said = shown(app)
    assert "этот текст останавливает замечание: откройте его отдельно" in said
    assert together.BLOCKED not in said
    with database.reading(desk_engine) as session:
        assert session.get_one(DraftRow, texts[1]).state is DraftState.PROPOSED
