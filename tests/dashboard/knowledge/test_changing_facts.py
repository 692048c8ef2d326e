"""Facts and powers at the desk's own page: proposed, activated, taken out, seen where they are."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import col, select
from streamlit.testing.v1 import AppTest

from dashboard import data
from dashboard.knowledge import doing
from dashboard.knowledge.bringing import NOTE, OWNER, PASTED
from dashboard.knowledge.facts import FIND
from dashboard.knowledge.faults import refused
from otklik import database
from otklik.clock import now
from otklik.enums import ProposalKind, ProposalState, Role
from otklik.errors import InputError
from otklik.models import DraftRow, Person, Proposal
from responder.knowledge.file import shipped_knowledge
from responder.knowledge.importing.proposing import propose as propose_rows
from responder.knowledge.importing.run import read_named
from responder.knowledge.importing.values import Defaults
from tests.dashboard.conftest import OpenApp
from tests.dashboard.knowledge.test_knowledge_page import knowledge_only, opened
from tests.dashboard.screen import shown

TEXT = "Самовар напрокат стоит 900 рублей в сутки, залог 3000 рублей."
FIELDS = {
    "ru": TEXT,
    "en": "A samovar for hire is 900 roubles a day, with a deposit of 3000 roubles.",
    "keywords": "самовар, samovar",
    "owner": "управляющий кафе",
    "source": "прейскурант",
}


@pytest.fixture(autouse=True)
def fresh_house() -> None:
    data.forget_house()


def fill_in(app: AppTest, **fields: str) -> AppTest:
    for name, value in fields.items():
        kind: Any = app.text_area if name in ("ru", "en") else app.text_input
        kind(key=f"kform-{name}").set_value(value)
    app.multiselect(key="kform-topics").set_value(["price"])
    return app.run()


def propose(app: AppTest, note: str = "спрашивают каждый день") -> AppTest:
    app.text_area(key=doing.NOTE).set_value(note).run()
    app.button(key="knowledge-propose").click().run()
    assert not app.exception
    return app


def rows(engine: Engine) -> list[Proposal]:
    with database.reading(engine) as session:
        return list(session.exec(select(Proposal).order_by(col(Proposal.id))))


def test_a_lead_proposes_a_fact_and_a_second_person_brings_it_into_force(
    desk_engine: Engine, open_app: OpenApp
) -> None:
    app = opened(open_app, "facts", login="lead")
    app.button(key="knowledge-add").click().run()
    assert "Исправить сначала" in shown(app)
    assert app.button(key="knowledge-propose").disabled
    fill_in(app, **FIELDS)
    assert "Можно говорить" in shown(app)
    propose(app)
    (row,) = rows(desk_engine)
    assert (row.kind, row.state) == (ProposalKind.FACT, ProposalState.PROPOSED)
    assert "Самовар напрокат" in shown(app)
    assert not [one for one in app.button if one.key == f"kactivate-{row.id}"]
    admin = opened(open_app, "proposals", login="admin")
    admin.button(key=f"kactivate-{row.id}").click().run()
    assert not admin.exception
    (row,) = rows(desk_engine)
    assert row.state is ProposalState.ACTIVE
    assert not row.is_alone
    facts = opened(open_app, "facts", login="lead")
    facts.text_input(key=FIND).set_value("самовары").run()
    assert TEXT in shown(facts)
    assert f"предложение {row.id}" in shown(facts)


def test_what_is_wrong_stands_beside_its_field(open_app: OpenApp) -> None:
    app = opened(open_app, "facts", login="lead")
    app.button(key="knowledge-add").click().run()
    fill_in(app, **{**FIELDS, "ru": "самовар за 900", "owner": "нет"})
    said = shown(app)
    assert said.count("целыми предложениями") == 2  # beside the field and in the list
    assert said.count("кто следит") >= 2


def test_the_only_lead_does_both_and_the_page_says_so(
    desk_engine: Engine, open_app: OpenApp
) -> None:
    with database.session(desk_engine) as session:
        for person in session.exec(select(Person).where(Person.role == Role.ADMIN)):
            person.is_active = False
            session.add(person)
    app = opened(open_app, "facts", login="lead")
    app.button(key="knowledge-add").click().run()
    propose(fill_in(app, **FIELDS))
    assert "единственный руководитель" in shown(app)
    (row,) = rows(desk_engine)
    app.button(key=f"kactivate-{row.id}").click().run()
    (row,) = rows(desk_engine)
    assert row.is_alone
    assert "другого руководителя не было" in shown(app)


def test_a_fact_is_changed_taken_out_and_given_back_to_the_file(
    desk_engine: Engine, open_app: OpenApp
) -> None:
    fact = shipped_knowledge().facts[0]
    app = opened(open_app, "facts", login="lead")
    app.button(key=f"kchange-fact-{fact.id}").click().run()
    assert str(app.text_area(key="kform-ru").value).splitlines() == list(fact.says.ru)
    app.button(key="knowledge-close").click().run()
    app.text_area(key=f"knote-out-fact-{fact.id}").set_value("больше не так").run()
    app.button(key=f"kdo-out-fact-{fact.id}").click().run()
    (row,) = rows(desk_engine)
    admin = opened(open_app, "proposals", login="admin")
    admin.button(key=f"kactivate-{row.id}").click().run()
    facts = opened(open_app, "facts", login="lead")
    assert "Убраны" in shown(facts)
    assert data.knowledge().fact(fact.id) is None


def test_an_operator_proposes_only_what_they_keep_true(open_app: OpenApp) -> None:
    app = opened(open_app, "facts")
    assert not [one for one in app.button if str(one.key).startswith("kchange-")]
    app.button(key="knowledge-add").click().run()
    assert app.selectbox(key="kform-person").value == "operator"


def test_a_lead_changes_a_sum(desk_engine: Engine, open_app: OpenApp) -> None:
    app = opened(open_app, "powers", login="lead")
    chosen = app.selectbox(key="knowledge-power").value
    app.button(key=f"kchange-power-{chosen}").click().run()
    assert not app.exception
    before = app.number_input(key="kform-limit-operator").value or 0
    app.number_input(key="kform-limit-operator").set_value(before + 1).run()
    propose(app)
    (row,) = rows(desk_engine)
    assert (row.kind, row.subject) == (ProposalKind.POWER, chosen)
    assert str(int(before) + 1) in row.text


def test_a_case_leads_to_a_fact_filled_in_with_what_was_asked(
    desk_engine: Engine, open_app: OpenApp
) -> None:
    with database.reading(desk_engine) as session:
        found = [
            (row.mention_id, point["text"])
            for row in session.exec(select(DraftRow).order_by(col(DraftRow.id)))
            for point in row.points
            if point["state"] == "gap"
        ]
    number, asked = found[-1]
    app = open_app("lead", view=knowledge_only, gap=str(number))
    assert not app.exception
    assert " ".join(str(asked).split()) in str(app.text_area(key="kform-asked").value)


def test_pasted_rows_are_seen_with_what_is_wrong_and_proposed_together(
    desk_engine: Engine, open_app: OpenApp
) -> None:
    app = opened(open_app, "import", login="lead")
    rows_in = (
        "текст;english;тема;слова;действует до",
        "Самовар напрокат стоит 900 рублей в сутки.;A samovar is 900 roubles a day.;цена;самовар;",
        "коротко;;цена;что-то;",
        "Пледы на веранде выдаём бесплатно до конца сезона.;;место;плед;вчера",
        "Веранда открыта с мая по сентябрь каждый день.;;место;веранда;31.12.2027",
    )
    app.text_input(key=OWNER).set_value("управляющий").run()
    app.text_area(key=PASTED).set_value("\n".join(rows_in)).run()
    said = shown(app)
    assert not app.exception
    assert "Можно предложить: 2; без изменений: 0; исправить: 2." in said
    assert "вчера" in said
    app.text_area(key=NOTE).set_value("летний сезон").run()
    app.button(key="kimport-propose").click().run()
    assert not app.exception
    made = rows(desk_engine)
    assert [row.note for row in made] == [
        "летний сезон (pasted.csv:2)",
        "летний сезон (pasted.csv:5)",
    ]
    admin = opened(open_app, "proposals", login="admin")
    admin.button(key="knowledge-activate-all").click().run()
    assert {row.state for row in rows(desk_engine)} == {ProposalState.ACTIVE}


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ("text;owner\nКафе закрыто;Анна", "слишком коротко для факта: 'Кафе закрыто'"),
        ("text;owner;until\nКафе открыто до полуночи.;Анна;завтра", "'завтра' — не дата"),
        ("text;owner;topic\nКафе открыто до полуночи.;Анна;луна", "такого слова"),
        ("colour;owner\nКафе открыто до полуночи.;Анна", "нет столбца «текст»"),
    ],
)
def test_why_a_row_cannot_be_brought_in_is_told_in_russian(rows: str, told: str) -> None:
    today = now().date()
    try:
        read, defaults = read_named("facts.csv", rows, Defaults(), today)
        _made, faults = propose_rows(read, defaults, "facts.csv", today, [])
        reason = faults[0].reason
    except InputError as error:
        reason = str(error)
    assert told in refused(reason)
