"""The page of an attack: signs in a table, real customers first, measures with exceptions."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine
from sqlmodel import select
from streamlit.testing.v1 import AppTest

from dashboard.incidents import shortcuts
from otklik import clock, database
from otklik.enums import Abuse, ActKind, ActState, Claim, Stance
from otklik.models import Act, Incident, Mention, VerdictRow
from responder.incidents import attack_holds
from tests.dashboard.conftest import OpenApp
from tests.dashboard.incidents.test_incident_pages import keys, one_only
from tests.dashboard.screen import shown

WHY = "брань без сути"


@pytest.fixture
def attack(desk_engine: Engine, incidents: dict[str, int]) -> int:
    """The attack of the seed on a place that can hide, judged without a doubt; its number."""
    with database.session(desk_engine) as session:
        rows = session.exec(select(Mention).where(Mention.incident_id == incidents["attack"])).all()
        hostile = {row.id for row in rows if row.stance is Stance.HATER}
        for row in rows:
            row.is_unsure, row.platform = False, "vk"
            session.add(row)
        for found in session.exec(select(VerdictRow)):
            if found.mention_id in hostile:
                found.claim, found.abuse, found.abstained = Claim.NONE, Abuse.INSULT, False
                session.add(found)
    return incidents["attack"]


def opened(open_app: OpenApp, number: int, login: str, **more: str) -> AppTest:
    return open_app(login, view=one_only, id=str(number), **more)


def acts(engine: Engine) -> list[Act]:
    with database.reading(engine) as session:
        return list(session.exec(select(Act).where(Act.kind == ActKind.HIDE)))


def test_the_page_tells_signs_spared_and_held(open_app: OpenApp, attack: int) -> None:
    said = shown(opened(open_app, attack, "operator"))
    for words in ("ненависть без дела", "почти одинаковые тексты", "за +2", "Вместе баллов"):
        assert words in said
    assert "Внутри 2 комментария настоящих клиентов" in said
    assert "одно заявление за всех" in said
    english = shown(opened(open_app, attack, "operator", language="en"))
    assert "hatred without a case" in english
    assert "one statement stands for all" in english


def queue_only() -> None:
    from dashboard.views import queue

    queue.draw()


def test_what_an_attack_holds_says_so_in_its_row(
    open_app: OpenApp, desk_engine: Engine, attack: int
) -> None:
    with database.session(desk_engine) as session:
        attack_holds.follow(session, session.get_one(Incident, attack), clock.now())
    why = "часть атаки, на неё отвечает одно заявление"
    assert why in shown(opened(open_app, attack, "operator"))
    assert why in shown(open_app("operator", view=queue_only, states="held"))
    english = shown(open_app("operator", view=queue_only, states="held", language="en"))
    assert "part of an attack, one statement answers it" in english


def test_measures_are_previewed_chosen_asked_for_and_taken_back(
    open_app: OpenApp, desk_engine: Engine, attack: int
) -> None:
    before = len(acts(desk_engine))
    room = opened(open_app, attack, "lead")
    assert {one.target for one in shortcuts.of_room()} & keys(room) == {
        "take-incident",
        "confirm-incident",
        "attack-measures",
    }
    app = opened(open_app, attack, "lead", do="measures")
    assert not app.exception
    assert "2 комментария настоящих клиентов: не трогаем" in shown(app)
    boxes = [box for box in app.checkbox if str(box.key).startswith("measure-hide-")]
    assert len(boxes) == 9
    asking = [one.target for one in shortcuts.of_measures() if one.what and one.code != "KeyZ"]
    assert set(asking) - keys(app) == {"approve-measures"}
    boxes[0].uncheck().run()
    app.text_input(key=f"measure-why-{attack}").set_value(WHY).run()
    app.button(key="ask-measures").click().run()
    assert not app.exception
    made = acts(desk_engine)[before:]
    assert {(one.state, one.reason) for one in made} == {(ActState.ASKED, WHY)}
    assert len(made) == 8
    assert "8 мер ждут согласия" in shown(app)
    assert ">user 1<" in shown(app)  # who wrote it stands beside what they wrote
    assert app.text_input(key=f"measure-why-{attack}").value == ""
    assert "согласие или отказ даёт другой человек" in shown(app)
    assert "approve-measures" not in keys(app)
    app.button(key="undo-measures").click().run()
    assert {one.state for one in acts(desk_engine)[before:]} == {ActState.REFUSED}


def test_an_operator_asks_and_approves_nothing(open_app: OpenApp, attack: int) -> None:
    app = opened(open_app, attack, "operator", do="measures")
    app.text_input(key=f"measure-why-{attack}").set_value(WHY).run()
    app.button(key="ask-measures").click().run()
    assert "approve-measures" not in keys(app)
    assert "measure-yes-" not in " ".join(str(box.key) for box in app.checkbox)
    other = opened(open_app, attack, "approver", do="measures")
    boxes = [box for box in other.checkbox if str(box.key).startswith("measure-yes-")]
    boxes[0].uncheck().run()
    other.button(key="approve-measures").click().run()
    assert not other.exception
    assert "Ваше согласие дано 8 мерам." in shown(other)
