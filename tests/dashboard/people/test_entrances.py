"""Links that let somebody in once, idle browsers, and lines that are cut."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy import Engine
from sqlmodel import select
from starlette.testclient import TestClient
from starlette.types import Message

from dashboard import data, gate
from dashboard.browser import SESSION_COOKIE
from otklik import database, invitations, people, staff
from otklik.clock import now
from otklik.database import make_engine
from otklik.enums import Role
from otklik.models import LoginSession, Person
from otklik.settings import Settings
from tests.dashboard.people.oidc_acts import DESK, is_in, pages

SECRET = "three words and one"


@pytest.fixture
def desk_engine(sqlite_url: str) -> Iterator[Engine]:
    opened = make_engine(sqlite_url)
    yield opened
    opened.dispose()


@pytest.fixture
def browser(
    desk_engine: Engine, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[TestClient]:
    settings = Settings(database_url=sqlite_url, language="en", session_idle_minutes=60)
    monkeypatch.setattr(data, "settings", lambda: settings)
    monkeypatch.setattr(data, "engine", lambda: desk_engine)
    with TestClient(pages(), base_url=DESK, follow_redirects=False) as client:
        yield client


def first_link(engine: Engine) -> str:
    with database.session(engine) as session:
        token = invitations.invite_first(session, "default", now())
    assert token is not None
    return token


def test_the_first_administrator_chooses_everything_and_is_in(
    browser: TestClient, desk_engine: Engine
) -> None:
    token = first_link(desk_engine)
    assert "first-admin" in browser.get("/sign-in").text
    page = browser.get("/invitation", params={"token": token})
    assert page.status_code == 200
    assert page.headers["cache-control"] == "no-store"
    form = {"token": token, "login": "ada", "name": "Ada", "password": SECRET, "again": SECRET}
    answer = browser.post("/invitation", data=form)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert is_in(browser)
    browser.cookies.clear()
    assert "used before" in browser.post("/invitation", data=form).text
    assert "used before" in browser.get("/invitation", params={"token": token}).text
    assert not is_in(browser)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"again": "something else"}, "different"),
        ({"password": "short", "again": "short"}, "at least 10"),
        ({"login": "two words"}, "taken, or has signs"),
        ({"token": "guessed"}, "used before"),
    ],
)
def test_what_is_wrong_is_told_and_the_link_still_works(
    browser: TestClient, desk_engine: Engine, typed: dict[str, str], said: str
) -> None:
    token = first_link(desk_engine)
    form = {"token": token, "login": "ada", "name": "<b>Ada", "password": SECRET, "again": SECRET}
    answer = browser.post("/invitation", data={**form, **typed})
    assert answer.status_code == 400
    assert said in unescape(answer.text)
    assert "<b>Ada" not in answer.text
    assert not is_in(browser)
    assert browser.post("/invitation", data=form).status_code == 303


def test_a_form_sent_from_another_site_does_nothing(
    browser: TestClient, desk_engine: Engine
) -> None:
    form = {"token": first_link(desk_engine), "login": "eve", "password": SECRET, "again": SECRET}
    browser.post("/invitation", data=form, headers={"origin": "https://evil.example"})
    with database.reading(desk_engine) as session:
        assert session.exec(select(Person)).all() == []


def test_an_invited_colleague_sees_the_login_and_chooses_the_password(
    browser: TestClient, desk_engine: Engine
) -> None:
    with database.session(desk_engine) as session:
        anna = staff.add(
            session,
            person=None,
            brand_id="default",
            login="anna",
            name="Анна <i>",
            role=Role.OPERATOR,
            at=now(),
        )
        token = invitations.invite(session, person=None, whom=anna, at=now())
    page = browser.get("/invitation", params={"token": token}).text
    assert "Анна &lt;i&gt;" in page
    assert "Your login is anna." in page
    form = {"token": token, "password": SECRET, "again": SECRET, "login": "admin", "role": "admin"}
    assert browser.post("/invitation", data=form).status_code == 303
    with database.reading(desk_engine) as session:
        person = session.exec(select(Person)).one()
        assert (person.login, person.role) == ("anna", Role.OPERATOR)
        assert session.exec(select(LoginSession.via)).one() == "invitation"


def test_only_the_doors_are_open_to_everybody() -> None:
    for path in ("/sign-in", "/invitation", "/oidc/callback", "/_stcore/health", "/static/js/x.js"):
        assert gate.is_open(path), path
    for path in ("/", "/sign-in-page", "/invitations", "/oidc", "/_stcore/stream", "/people"):
        assert not gate.is_open(path), path


def test_an_idle_browser_is_sent_to_the_sign_in(browser: TestClient, desk_engine: Engine) -> None:
    with database.session(desk_engine) as session:
        person = people.add_person(
            session,
            login="anna",
            role=Role.OPERATOR,
            password=SECRET,
            at=now(),
            brand_id="default",
        )
    assert person.id
    browser.post("/sign-in", data={"login": "anna", "password": SECRET})
    assert is_in(browser)
    with database.session(desk_engine) as session:
        login = session.exec(select(LoginSession)).one()
        assert login.agent == "testclient"
        login.last_seen_at = now() - timedelta(minutes=61)
    assert not is_in(browser)


def test_the_line_of_an_ended_session_is_cut_after_a_moment_of_grace(
    desk_engine: Engine, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(database_url=sqlite_url)
    monkeypatch.setattr(data, "settings", lambda: settings)
    monkeypatch.setattr(data, "engine", lambda: desk_engine)
    with database.session(desk_engine) as session:
        person = people.add_person(
            session, login="x", role=Role.ADMIN, password=SECRET, at=now(), brand_id="default"
        )
        token = people.log_in(session, "x", SECRET, now(), timedelta(hours=1))
    clock = [0.0]
    passed: list[Message] = []

    async def take(message: Message) -> None:
        passed.append(message)

    scope = {"type": "websocket", "headers": [(b"cookie", f"{SESSION_COOKIE}={token}".encode())]}
    line = gate.Line(scope, take, lambda: clock[0])

    def send(at: float) -> Message:
        clock[0] = at
        asyncio.run(line.send({"type": "websocket.send", "bytes": b"comments"}))
        return passed[-1]

    assert send(6)["type"] == "websocket.send"
    with database.session(desk_engine) as session:
        people.log_out_browsers(session, person, at=now())
    assert send(12)["type"] == "websocket.send"  # noticed; the page may say so itself
    assert send(33) == {"type": "websocket.close", "code": 4401}
    count = len(passed)
    send(34)
    assert len(passed) == count
