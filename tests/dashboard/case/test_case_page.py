"""The case in Streamlit's own runner: few questions, reasons by a press, taking back, breaks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import Engine, event
from sqlmodel import Session, select
from streamlit.testing.v1 import AppTest

from dashboard import data
from dashboard.case import shortcuts
from otklik import database, wellness
from otklik.clock import now
from otklik.enums import CloseReason, DraftState, MentionState, Stance
from otklik.models import DraftRow, Hold, Mention, Person, Shown
from tests.dashboard.case.seed_case import enrich
from tests.dashboard.conftest import OpenApp
from tests.dashboard.screen import shown

MOST_QUERIES = 23
HATER = 6


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    """Every question put to the database meanwhile."""
    asked: list[str] = []

    def on_execute(_c: object, _k: object, statement: str, *_more: object) -> None:
        if statement.lstrip().upper().startswith("SELECT"):
            asked.append(statement)

    event.listen(engine, "before_cursor_execute", on_execute)
    yield asked
    event.remove(engine, "before_cursor_execute", on_execute)


def keys_of(app: AppTest) -> set[str]:
    return {str(button.key) for button in app.button}


def person(session: Session, login: str) -> Person:
    return session.exec(select(Person).where(Person.login == login)).one()


def see_haters(engine: Engine, login: str, count: int) -> None:
    """Somebody has just seen so many in a row."""
    with database.session(engine) as session:
        who = person(session, login)
        for number in range(count):
            at = now() - timedelta(minutes=count - number)
            session.add(
                Shown(person_id=who.id or 0, mention_id=number + 1, stance=Stance.HATER, at=at)
            )


def test_a_case_is_opened_with_few_questions_however_long_its_story(
    open_app: OpenApp, desk_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    # counted anew every five seconds, whoever looks: no question of this page
    monkeypatch.setattr(data, "bar_counts", lambda _at, _who: {})
    long = enrich(desk_engine)["long"]
    app = open_app("approver", mention=1)
    asked_of = {}
    for number in (1, long):
        app.query_params["mention"] = str(number)
        with counted(desk_engine) as asked:
            app.run()
        assert not app.exception
        asked_of[number] = len(asked)
    assert asked_of[long] <= asked_of[1] <= MOST_QUERIES, asked_of
    text = shown(app)
    assert "300 комментариев до этого" in text
    assert "ещё 288 более ранних" in text
    assert "Верните деньги за заказ 77" in text
    app.query_params["mention"] = "1"
    app.run()
    for said in ("обещание просрочено", "Кешью, партия 4471", "Можно ответить и так"):
        assert said in shown(app)


def test_a_reason_is_chosen_by_one_press_and_taken_back_by_another(
    open_app: OpenApp, desk_engine: Engine
) -> None:
    app = open_app("operator", mention=HATER)
    app.button(key=f"choice-ignore-{HATER}-1").click().run()
    assert "причина записана" in shown(app)
    with database.reading(desk_engine) as session:
        assert session.get_one(Mention, HATER).close_reason is CloseReason.IGNORED
    step = next(key for key in keys_of(app) if key.startswith("undo-step-"))
    app.button(key=step).click().run()
    assert "Отменено" in shown(app)
    with database.reading(desk_engine) as session:
        assert session.get_one(Mention, HATER).state is MentionState.HELD
    assert not {key for key in keys_of(app) if key.startswith("undo-step-")}


def test_an_operator_sends_a_draft_on_as_it_stands(open_app: OpenApp, desk_engine: Engine) -> None:
    app = open_app("operator", mention=1)
    app.button(key="save-1").click().run()
    assert "Передано на одобрение: № 1" in shown(app)
    assert app.button(key="save-1").disabled
    with database.reading(desk_engine) as session:
        sent = session.exec(
            select(DraftRow).where(DraftRow.mention_id == 1, DraftRow.state == DraftState.PROPOSED)
        ).one()
        assert sent.editor_id == person(session, "operator").id


def test_a_case_put_aside_is_handed_to_nobody_until_it_is_taken_up_again(
    open_app: OpenApp, desk_engine: Engine
) -> None:
    app = open_app("operator", mention=1)
    app.button(key="choice-hold-1-2").click().run()
    assert "отложено до" in shown(app)
    with database.reading(desk_engine) as session:
        assert session.exec(select(Hold.reason)).one() == "Waiting for the shop or the courier"
    app.button(key="resume-1").click().run()
    with database.reading(desk_engine) as session:
        assert session.exec(select(Hold)).all() == []


def test_after_a_run_of_haters_a_break_is_offered_and_taken(
    open_app: OpenApp, desk_engine: Engine
) -> None:
    see_haters(desk_engine, "operator", 4)
    with database.session(desk_engine) as session:
        wellness.offer_break(session, person=person(session, "operator"), at=now(), after=4)
    app = open_app("operator", mention=1)
    assert "Десять минут" in shown(app)
    app.button(key="take-break").click().run()
    assert "У вас перерыв" in shown(app)
    app.query_params.clear()
    app.run()
    assert app.button(key="next").disabled
    app.button(key="end-break").click().run()
    assert not app.button(key="next").disabled


def test_a_hater_is_handed_by_one_press_to_whoever_has_seen_the_fewest(
    open_app: OpenApp, desk_engine: Engine
) -> None:
    see_haters(desk_engine, "approver", 3)
    see_haters(desk_engine, "lead", 2)
    see_haters(desk_engine, "admin", 2)
    see_haters(desk_engine, "second", 1)
    app = open_app("operator", mention=HATER)
    app.button(key=f"spare-{HATER}").click().run()
    assert "Вера Лис" in shown(app)


def test_every_listed_key_has_its_button_or_field(open_app: OpenApp, desk_engine: Engine) -> None:
    enrich(desk_engine)
    app = open_app("approver", mention=1)
    listed = shortcuts.of_case(data.case_file(1))
    targets = {key.target for key in listed if key.do == "click" and key.target[:1].isalpha()}
    absent = targets - keys_of(app)
    assert absent == {"take-break", "spare-1"} - keys_of(app)  # only after abuse


@pytest.mark.parametrize("language", ["ru", "en"])
def test_no_two_actions_share_a_key(open_app: OpenApp, desk_engine: Engine, language: str) -> None:
    enrich(desk_engine)
    open_app("operator", mention=1, language=language)
    listed = shortcuts.of_case(data.case_file(1))
    places = [(key.code, key.ctrl) for key in listed]
    assert len(places) == len(set(places))
    assert all(key.what for key in listed)
