"""The page of people and one's own account, in Streamlit's own runner."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Engine, event
from sqlmodel import select
from streamlit.testing.v1 import AppTest

from otklik import audit, database, people, staff
from otklik.clock import now
from otklik.enums import CaseState, Role
from otklik.models import Case, LoginSession, Mention, Person
from otklik.store.people import find_person
from tests.dashboard.conftest import OpenApp
from tests.dashboard.screen import shown
from tests.dashboard.seed import PASSWORD

MOST_QUERIES = 20


def people_only() -> None:
    from dashboard.views import people

    people.draw()


def account_only() -> None:
    from dashboard.views import account

    account.draw()


def person(engine: Engine, login: str) -> Person:
    with database.reading(engine) as session:
        found = find_person(session, login)
    assert found is not None
    return found


def click(app: AppTest, key: str) -> AppTest:
    return app.button(key=key).click().run()


def choose(app: AppTest, engine: Engine, login: str) -> int:
    number = person(engine, login).id or 0
    click(app, f"open-{number}")
    return number


def test_everybody_but_an_administrator_is_refused(open_app: OpenApp) -> None:
    for login in ("operator", "approver", "lead"):
        app = open_app(login, view=people_only, language="en")
        assert "Your role does not allow this." in shown(app)
        assert not app.button


def test_an_administrator_adds_a_colleague_and_gets_a_link_once(
    open_app: OpenApp, desk_engine: Engine
) -> None:
    app = open_app("admin", view=people_only, language="en")
    app.text_input(key="person-new-login").set_value("nina")
    app.text_input(key="person-new-name").set_value("Нина <b>")
    app.text_input(key="person-new-email").set_value("Nina@shop.example")
    app.radio(key="person-new-role").set_value(Role.APPROVER)
    next(one for one in app.button if one.label == "Add and make a link").click().run()
    assert not app.exception
    (code,) = app.code
    token = code.value.partition("token=")[2]
    assert code.value.startswith("http://127.0.0.1:8501/invitation?token=")
    nina = person(desk_engine, "nina")
    assert (nina.role, nina.email, nina.password_hash) == (Role.APPROVER, "nina@shop.example", None)
    assert "Нина &lt;b&gt;" in shown(app)
    with database.reading(desk_engine) as session:
        assert token not in str(
            session.connection()
            .exec_driver_sql("SELECT group_concat(token_digest) FROM invitation")
            .scalar_one()
        )
    click(app, "invitation-done")
    assert not app.code


def test_five_hundred_people_are_found_and_paged(open_app: OpenApp, desk_engine: Engine) -> None:
    with database.session(desk_engine) as session:
        session.add_all(
            Person(
                brand_id="default",
                login=f"clerk-{number:03}",
                name=f"Сотрудник {number:03}",
                role=Role.OPERATOR,
                zones=["ночь"] if number == 499 else [],
                created_at=now(),
            )
            for number in range(500)
        )
    app = open_app("admin", view=people_only, language="en")
    opened = [one for one in app.button if str(one.key).startswith("open-")]
    assert len(opened) == 50
    assert "505 people" in shown(app)
    app.text_input(key="people-words").set_value("сотрудник НОЧЬ").run()
    assert not app.exception
    (one,) = [one for one in app.button if str(one.key).startswith("open-")]
    assert one.label == "Open clerk-499"
    app.text_input(key="people-words").set_value("nobody like this").run()
    assert "Nobody fits." in shown(app)


def test_a_link_opens_one_person(open_app: OpenApp, desk_engine: Engine) -> None:
    number = person(desk_engine, "operator").id
    app = open_app("admin", view=people_only, language="en", person=str(number))
    assert not app.exception
    assert app.text_input(key=f"person-{number}-name").value == "Анна Соколова"
    assert not app.query_params


def test_a_taken_login_is_told(open_app: OpenApp, desk_engine: Engine) -> None:
    app = open_app("admin", view=people_only, language="en")
    app.text_input(key="person-new-login").set_value("lead")
    next(one for one in app.button if one.label == "Add and make a link").click().run()
    assert "“lead” is taken" in shown(app)
    assert not app.code


def test_role_and_zones_are_changed_and_hold_at_once(
    open_app: OpenApp, desk_engine: Engine
) -> None:
    app = open_app("admin", view=people_only, language="en")
    number = choose(app, desk_engine, "operator")
    app.radio(key=f"person-{number}-role").set_value(Role.LEAD)
    app.multiselect(key=f"person-{number}-zones").set_value([])
    next(one for one in app.button if one.label == "Save").click().run()
    assert "Saved." in shown(app)
    assert person(desk_engine, "operator").role is Role.LEAD


def test_switching_off_says_what_hangs_on_a_person_and_frees_it(
    open_app: OpenApp, desk_engine: Engine
) -> None:
    with database.session(desk_engine) as session:
        owner = find_person(session, "operator")
        assert owner is not None
        token = people.log_in(session, "operator", PASSWORD, now(), timedelta(hours=1))
        mention = session.exec(select(Mention)).first()
        assert mention is not None
        case = Case(
            brand_id=owner.brand_id,
            author_id=mention.author_id,
            state=CaseState.OPEN,
            opened_at=now(),
            owner_id=owner.id,
            leased_by_id=owner.id,
            lease_until=now() + timedelta(minutes=9),
        )
        known = session.exec(
            select(Case).where(Case.author_id == mention.author_id, Case.state == CaseState.OPEN)
        ).first()
        if known is None:
            session.add(case)
        else:
            known.owner_id = known.leased_by_id = owner.id
            known.lease_until = case.lease_until
            session.add(known)
    app = open_app("admin", view=people_only, language="en")
    choose(app, desk_engine, "operator")
    click(app, "person-leave")
    assert "1 case goes back to the queue" in shown(app)
    click(app, "person-stay")
    assert person(desk_engine, "operator").is_active
    click(app, "person-leave")
    click(app, "person-off")
    assert not person(desk_engine, "operator").is_active
    with database.reading(desk_engine) as session:
        assert people.find_logged_in(session, token, now()) is None
        held = select(Case).where((Case.owner_id == owner.id) | (Case.leased_by_id == owner.id))
        assert session.exec(held).all() == []
    assert "Cannot sign in" in shown(app)
    click(app, "person-on")
    assert person(desk_engine, "operator").is_active


def test_the_last_administrator_is_told_why_they_stay(
    open_app: OpenApp, desk_engine: Engine
) -> None:
    app = open_app("admin", view=people_only, language="ru")
    choose(app, desk_engine, "admin")
    click(app, "person-leave")
    click(app, "person-off")
    assert "последний администратор" in shown(app)
    assert person(desk_engine, "admin").is_active


def test_who_was_an_administrator_a_moment_ago_changes_nothing(
    open_app: OpenApp, desk_engine: Engine
) -> None:
    app = open_app("admin", view=people_only, language="en")
    number = choose(app, desk_engine, "operator")
    with database.session(desk_engine) as session:
        boss = people.add_person(
            session, login="boss", role=Role.ADMIN, password=PASSWORD, at=now(), brand_id="default"
        )
        me = find_person(session, "admin")
        assert me is not None
        staff.change(session, person=boss, whom=me, role=Role.OPERATOR, at=now())
    app.radio(key=f"person-{number}-role").set_value(Role.ADMIN)
    next(one for one in app.button if one.label == "Save").click().run()
    assert person(desk_engine, "operator").role is Role.OPERATOR


def test_the_page_takes_few_queries_whatever_the_number_of_people(
    open_app: OpenApp, desk_engine: Engine
) -> None:
    with database.session(desk_engine) as session:
        for n in range(40):
            session.add(
                Person(
                    brand_id="default",
                    login=f"p{n}",
                    name=f"P {n}",
                    role=Role.OPERATOR,
                    created_at=now(),
                )
            )
    app = open_app("admin", view=people_only)
    seen: list[str] = []
    event.listen(desk_engine, "before_cursor_execute", lambda *a: seen.append(a[2]))
    app.run()
    asked = [one for one in seen if one.lstrip().upper().startswith("SELECT")]
    assert len(asked) <= MOST_QUERIES, asked
    assert shown(app).count("ot-human ") >= 44


def test_ones_own_password_is_changed_by_who_knows_it(
    open_app: OpenApp, desk_engine: Engine
) -> None:
    with database.session(desk_engine) as session:
        there = people.log_in(session, "operator", PASSWORD, now(), timedelta(hours=1))
    app = open_app("operator", view=account_only, language="en")

    def change(old: str, new: str, again: str) -> str:
        for name, value in (("old", old), ("new", new), ("again", again)):
            app.text_input(key=f"own-password-{name}").set_value(value)
        next(one for one in app.button if one.label == "Change the password").click().run()
        assert not app.exception
        return shown(app)

    fresh = PASSWORD + " and more"
    assert "old password is wrong" in change("guessed", fresh, fresh)
    assert "different" in change(PASSWORD, fresh, fresh + "x")
    assert "at least 10" in change(PASSWORD, "short", "short")
    assert "is changed" in change(PASSWORD, fresh, fresh)
    with database.session(desk_engine) as session:
        assert people.find_logged_in(session, there, now()) is None
        assert people.log_in(session, "operator", fresh, now(), timedelta(hours=1))


def test_ones_own_browsers_are_shown_and_ended(open_app: OpenApp, desk_engine: Engine) -> None:
    agent = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit Chrome/120 YaBrowser/24 Safari/537"
    with database.session(desk_engine) as session:
        there = people.log_in(session, "operator", PASSWORD, now(), timedelta(hours=1), agent=agent)
    assert there is not None
    app = open_app("operator", view=account_only, language="en")
    assert "Yandex · Windows" in shown(app)
    assert "this browser" in shown(app)
    click(app, "end-others")
    with database.reading(desk_engine) as session:
        left = session.exec(select(LoginSession.token_digest)).all()
    assert audit.digest(there) not in left
    assert len(left) == 1
