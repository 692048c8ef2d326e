"""The page of quality and the screen for judging: who sees what, and what an answer leaves."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any

import pytest
import streamlit as st
from sqlalchemy import Engine, event
from sqlmodel import select

from dashboard import data
from dashboard.quality import figures, judging, matrix
from otklik import database
from otklik.clock import now
from otklik.models import GoldenItem, Label, Look
from otklik.store.people import find_person
from responder import labelling
from tests.dashboard.conftest import OpenApp
from tests.dashboard.quality import filled
from tests.dashboard.screen import shown


def quality_only() -> None:
    from dashboard.views import quality

    quality.draw()


def label(engine: Engine, login: str, number: int, stance: str) -> None:
    with database.session(engine) as session:
        who = find_person(session, login)
        assert who is not None
        for field, value in (("stance", stance), ("urgency", "1")):
            labelling.label(
                session,
                person=who,
                mention_id=number,
                mention_version=1,
                field=field,
                value=value,
                at=now(),
            )


def part(app: Any, name: str) -> Any:
    app.session_state["quality-part"] = name
    return app.run()


def test_every_part_draws_on_an_empty_desk_in_both_languages(open_app: OpenApp) -> None:
    for language, words in (("ru", "слишком мало данных"), ("en", "too few to tell")):
        app = open_app("lead", view=quality_only, language=language)
        for name in ("people", "golden", "drift"):
            part(app, name)
            assert not app.exception
        assert words in shown(app)


@pytest.fixture
def counted_slowly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figures, "QUICK", -1.0)
    monkeypatch.setattr(figures, "_KEPT", {})


@pytest.mark.usefixtures("counted_slowly")
def test_figures_that_take_long_are_dated_and_counted_anew_beside(
    open_app: OpenApp, desk_engine: Engine
) -> None:
    app = open_app("lead", view=quality_only)
    at = now()
    before = figures.read(at, figures.USUAL_DAYS)
    label(desk_engine, "lead", 1, "critic")
    assert figures.read(at, figures.USUAL_DAYS) is before
    assert "Посчитано" not in shown(app.run())
    (key,) = figures._KEPT
    old = replace(before, at=at - 2 * figures.KEPT_FOR)
    figures._KEPT[key] = (old, 1.0)
    assert "Посчитано" in shown(app.run())
    for thread in threading.enumerate():
        if thread.name == "figures":
            thread.join()
    assert figures.read(at, figures.USUAL_DAYS).at > before.at
    assert sum(figures.read(at, figures.USUAL_DAYS).counts.values()) == 1


def test_a_lead_makes_an_item_golden_and_takes_it_back(
    open_app: OpenApp, desk_engine: Engine
) -> None:
    label(desk_engine, "operator", 3, "critic")
    app = part(open_app("lead", view=quality_only), "golden")
    app.button(key="golden-on-3").click().run()
    with database.reading(desk_engine) as session:
        (item,) = session.exec(select(GoldenItem)).all()
    assert (item.mention_id, item.values) == (3, {"stance": "critic", "urgency": "1"})
    app.button(key="golden-off-3").click().run()
    assert not app.exception
    with database.reading(desk_engine) as session:
        assert not session.exec(select(GoldenItem)).one().is_active


def test_agreement_and_the_whole_confusion_are_shown(
    open_app: OpenApp, desk_engine: Engine
) -> None:
    for number in range(1, 13):
        label(desk_engine, "operator", number, "critic" if number % 2 else "hater")
        label(desk_engine, "second", number, "critic" if number % 2 else "hater")
    app = open_app("lead", view=quality_only)
    assert "одинаково" in shown(app)
    asked: list[str] = []

    def note(_c: object, _k: object, statement: str, *_rest: object) -> None:
        asked.append(statement)

    event.listen(desk_engine, "before_cursor_execute", note)
    part(app, "people")
    event.remove(desk_engine, "before_cursor_execute", note)
    assert not app.exception
    assert "хорошо" in shown(app)
    assert len([one for one in asked if one.startswith("SELECT")]) <= 15


def test_every_table_is_drawn_with_rows(open_app: OpenApp, desk_engine: Engine) -> None:
    filled.settle(desk_engine)
    filled.fill(desk_engine)
    app = part(open_app("lead", view=quality_only, language="en"), "people")
    told = shown(app)
    for words in ("Анна Соколова", "Вера Лис", "100.0", "33.3", "let stand"):
        assert words in told
    assert "Nobody was given one yet" not in told
    assert "Nobody has judged" not in told
    told = shown(part(app, "golden"))
    assert "In use: 3" in told
    possible = [one for one in app.button if str(one.key).startswith("golden-on-")]
    assert len(possible) >= filled.CANDIDATES
    told = shown(part(app, "drift"))
    assert not app.exception
    assert "too few to tell" not in told
    assert ">changed<" in told
    assert "PSI" in told


def test_dear_mistakes_stand_out_in_the_matrix(monkeypatch: pytest.MonkeyPatch) -> None:
    from dashboard import i18n

    monkeypatch.setattr(i18n, "current_language", lambda: "en")
    told = matrix.draw("stance", {("hater", "critic"): 2, ("critic", "critic"): 5})
    assert '<td class="ot-cell-dear">2</td>' in told
    assert '<td class="ot-cell-same">5</td>' in told
    assert "5 of 7 alike" in told
    assert matrix.draw("stance", {}) == ""


def test_answers_are_kept_once_and_only_for_what_was_given(
    open_app: OpenApp, desk_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_app("operator", view=quality_only)
    with database.reading(desk_engine) as session:
        who = find_person(session, "operator")
    assert who is not None
    state: dict[str, Any] = judging._begin()
    judging._top_up(state, who)
    told = judging._told(state)
    assert len(told["items"]) == judging.AHEAD
    assert not any("critic" in str(item).lower() for item in told["items"])
    first, second = told["items"][:2]
    log = [
        {"seq": 1, "id": first["id"], "version": 1, "stance": "critic", "urgency": "2"},
        {"seq": 2, "id": second["id"], "version": 1, "skipped": True},
        {"seq": 3, "id": 10**9, "version": 1, "stance": "critic", "urgency": "2"},
    ]
    monkeypatch.setattr(
        st, "session_state", {judging.STATE: state, judging.COMPONENT: {"answers": log}}
    )
    judging.on_answers()
    judging.on_answers()
    assert (state["acked"], state["judged"]) == (3, 1)
    assert len(judging._told(state)["items"]) == judging.AHEAD - 2
    with database.reading(desk_engine) as session:
        kept = {(one.mention_id, one.field, one.value) for one in session.exec(select(Label))}
        assert len(session.exec(select(Label)).all()) == 2
        assert all(one.looked_at is None for one in session.exec(select(Look)))
    assert kept == {(first["id"], "stance", "critic"), (first["id"], "urgency", "2")}
    assert data.settings().golden_share == 0.1
