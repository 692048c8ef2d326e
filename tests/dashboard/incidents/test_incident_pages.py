"""The pages of incidents: who sees and may do what, and nothing of strangers becomes markup."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, event
from sqlmodel import select
from streamlit.testing.v1 import AppTest

from otklik import clock, database
from otklik.enums import AlertKind, IncidentState, StatementState
from otklik.models import AlertDelivery, Incident, Mention, Person, Statement
from otklik.store import alerts, members
from responder.incidents import attacks
from responder.incidents.emergence import Surprise
from tests.dashboard.coming import coming
from tests.dashboard.conftest import OpenApp
from tests.dashboard.screen import shown
from tests.dashboard.seed import BRAND


def list_only() -> None:
    from dashboard.views import incidents

    incidents.draw()


def one_only() -> None:
    from dashboard.views import incident

    incident.draw()


@pytest.fixture
def open_one(open_app: OpenApp, incidents: dict[str, int]) -> object:
    def opened(login: str, name: str, **more: str) -> AppTest:
        return open_app(login, view=one_only, id=str(incidents[name]), **more)

    return opened


def keys(app: AppTest) -> set[str]:
    return {str(button.key) for button in app.button}


def stored(engine: Engine, number: int) -> Incident:
    with database.reading(engine) as session:
        return session.get_one(Incident, number)


def test_the_list_shows_both_with_their_figures(
    open_app: OpenApp, incidents: dict[str, int]
) -> None:
    app = open_app("operator", view=list_only)
    assert not app.exception
    said = shown(app)
    assert "кешью · вкус · горчит" in said
    assert "<b>24</b>" in said
    assert "<b>11</b>" in said
    assert {f"open-incident-{number}" for number in incidents.values()} <= keys(app)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("ru", "замечено так: 6 человек за 2 дня, обычно 1 в месяц"),
        ("en", "first seen as 6 people in 2 days, usual 1 a month"),
    ],
)
def test_why_it_was_suspected_is_said_in_the_reader_s_language(
    open_app: OpenApp, desk_engine: Engine, incidents: dict[str, int], language: str, said: str
) -> None:
    number = next(iter(incidents.values()))
    with database.session(desk_engine) as session:
        incident = session.get_one(Incident, number)
        incident.evidence = {**incident.evidence, **Surprise(6, 40, 0.1, 0.04, 1e-7).as_row()}
        session.add(incident)
        attacks.refresh(session, incident, clock.now())  # keeps it, whoever joins later
    app = open_app("operator", view=one_only, id=str(number), language=language)
    assert said in shown(app)


def test_the_unit_goes_with_its_number(open_app: OpenApp, incidents: dict[str, int]) -> None:
    said = shown(open_app("operator", view=list_only))
    assert "<b>24</b>комментария" in said
    assert "<b>11</b>комментариев" in said
    english = shown(open_app("operator", view=list_only, language="en"))
    assert "<b>24</b>comments" in english


def test_who_was_told_stands_on_the_timeline(
    open_app: OpenApp, desk_engine: Engine, incidents: dict[str, int]
) -> None:
    number, at = incidents["fault"], clock.now()
    with database.session(desk_engine) as session:
        taker = session.exec(select(Person).where(Person.login == "lead")).one()
        for about in (number, incidents["attack"]):
            alert = alerts.save_alert(
                session,
                brand_id=BRAND,
                kind=AlertKind.INCIDENT,
                dedup_key=f"incident:{about}",
                thread_key=f"incident:{about}",
                title="один рассказ",
                body="",
                urgency=2,
                channels=["slack-desk", "mail"] if about == number else ["elsewhere"],
                at=at,
            )
            assert alert is not None
            alert.taken_by_id, alert.taken_at = taker.id, at
            sent = select(AlertDelivery).where(AlertDelivery.alert_id == alert.id)
            for delivery in session.exec(sent):
                delivery.sent_at = at
    said = shown(open_app("operator", view=one_only, id=str(number)))
    assert "отправлено оповещение" in said
    assert "slack-desk, mail" in said
    assert "оповещение взято" in said
    assert taker.name in said
    assert "elsewhere" not in said


def test_an_empty_list_says_what_comes_here(open_app: OpenApp) -> None:
    assert "Сейчас ничего не идёт" in shown(open_app("operator", view=list_only))
    english = shown(open_app("operator", view=list_only, language="en"))
    assert "No incident is alive" in english


def test_an_unknown_number_is_no_error(open_app: OpenApp, incidents: dict[str, int]) -> None:
    for number in ("999", "x", "9" * 40, "-1"):
        app = open_app("operator", view=one_only, id=number)
        assert not app.exception
        assert "Такого инцидента нет" in shown(app)


def test_an_operator_sees_and_attaches_but_does_not_shape(open_one: object) -> None:
    app = open_one("operator", "fault")  # type: ignore[operator]
    assert not app.exception
    assert not {"merge-incident", "close-incident"} & keys(app)
    assert "take-incident" in keys(app)
    assert "propose-ru" in keys(app)


def test_real_customers_inside_an_attack_stand_apart(open_one: object) -> None:
    app = open_one("lead", "attack")  # type: ignore[operator]
    said = shown(app)
    assert "Внутри 2 комментария настоящих клиентов" in said
    assert "Что говорит об атаке" in said
    assert "<b>всем</b>" not in said
    assert "&lt;b&gt;всем" in said
    real = [key for key in keys(app) if key.startswith("see-real-")]
    crowd = [key for key in keys(app) if key.startswith("see-crowd-")]
    assert (len(real), len(crowd)) == (2, 9)


def test_taking_naming_and_closing_with_lessons(
    open_one: object, desk_engine: Engine, incidents: dict[str, int]
) -> None:
    number = incidents["fault"]
    app = open_one("lead", "fault")  # type: ignore[operator]
    app.button(key="take-incident").click().run()
    assert stored(desk_engine, number).state is IncidentState.IN_WORK
    app.button(key="close-incident").click().run()
    assert stored(desk_engine, number).state is IncidentState.IN_WORK
    assert "Не сделано: напишите, что это было и что будет иначе." in shown(app)
    app.text_area(key=f"lessons-{number}").set_value("Проверять вкус каждой партии.")
    app.text_area(key=f"mended-{number}-ru").set_value("Партию заменили, орехи снова свежие.")
    app.button(key="close-incident").click().run()
    assert not app.exception
    assert stored(desk_engine, number).state is IncidentState.SOLVED
    assert "Проверять вкус каждой партии." in shown(app)
    with database.reading(desk_engine) as session:
        said = session.exec(select(Statement).where(Statement.is_closing)).one()
    assert "Партию заменили, орехи снова свежие." in shown(app)
    assert said.text == "Партию заменили, орехи снова свежие."
    app.button(key="reopen").click().run()
    assert stored(desk_engine, number).state is IncidentState.REOPENED


def test_a_statement_is_proposed_approved_and_its_spread_shown(
    open_one: object, desk_engine: Engine, incidents: dict[str, int]
) -> None:
    number = incidents["fault"]
    app = open_one("operator", "fault")  # type: ignore[operator]
    text = f"Партию 4471 сняли с продажи. Ответим здесь до {coming(2)}, что показала проверка."
    box = app.text_area(key=f"statement-{number}-ru")
    box.set_value("Всё решим, звоните +7 912 345-67-89.").run()
    assert "Личные данные" in shown(app)  # said before anything is proposed
    app.text_area(key=f"statement-{number}-ru").set_value(text)
    app.button(key="propose-ru").click().run()
    assert not app.exception
    with database.reading(desk_engine) as session:
        (made,) = session.exec(select(Statement)).all()
    assert f"approve-statement-{made.id}" not in keys(app)
    for login in ("approver", "second")[: made.approvals_needed]:
        other = open_one(login, "fault")  # type: ignore[operator]
        other.button(key=f"approve-statement-{made.id}").click().run()
        assert not other.exception
    with database.reading(desk_engine) as session:
        assert session.get_one(Statement, made.id).state is StatementState.APPROVED
    assert "ещё ждут" in shown(open_one("lead", "fault"))  # type: ignore[operator]


def test_chosen_members_are_split_off_and_brought_back(
    open_one: object, desk_engine: Engine, incidents: dict[str, int]
) -> None:
    number = incidents["fault"]
    app = open_one("lead", "fault")  # type: ignore[operator]
    boxes = [box for box in app.checkbox if str(box.key).startswith(f"member-{number}-")][:3]
    for box in boxes:
        box.check()
    app.run()
    app.text_input(key=f"split-title-{number}").set_value("другая партия")
    app.button(key=f"split-{number}").click().run()
    assert not app.exception
    with database.reading(desk_engine) as session:
        assert len(members.list_member_ids(session, number)) == 21
    undo = next(key for key in keys(app) if key.startswith("undo-"))
    app.button(key=undo).click().run()
    with database.reading(desk_engine) as session:
        assert len(members.list_member_ids(session, number)) == 24


def test_a_comment_is_found_and_attached(
    open_one: object, desk_engine: Engine, incidents: dict[str, int]
) -> None:
    number = incidents["fault"]
    app = open_one("operator", "fault")  # type: ignore[operator]
    app.text_input(key=f"attach-words-{number}").set_value("Роспотребнадзор").run()
    found = next(key for key in keys(app) if key.startswith("attach-"))
    app.button(key=found).click().run()
    assert not app.exception
    with database.reading(desk_engine) as session:
        mention = session.get_one(Mention, int(found.removeprefix("attach-")))
    assert mention.incident_id == number


@pytest.mark.parametrize("view", [list_only, one_only])
def test_a_page_asks_the_database_a_fixed_number_of_questions(
    view: object, open_app: OpenApp, desk_engine: Engine, incidents: dict[str, int]
) -> None:
    asked: list[str] = []
    app = open_app("lead", view=view, id=str(incidents["attack"]))

    def note(_c: object, _k: object, statement: str, *_rest: object) -> None:
        if statement.lstrip().upper().startswith("SELECT"):
            asked.append(statement)

    event.listen(desk_engine, "before_cursor_execute", note)
    try:
        app.run()
    finally:
        event.remove(desk_engine, "before_cursor_execute", note)
    assert not app.exception
    assert 0 < len(asked) <= (8 if view is list_only else 34)
