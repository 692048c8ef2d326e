"""A source gets other settings at the desk, after one real call; or is watched no more."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine
from streamlit.testing.v1 import AppTest

from otklik import database, watching
from otklik.clock import now
from otklik.enums import SourceOrigin
from otklik.models import Source
from otklik.store import sources
from tests.dashboard.conftest import OpenApp
from tests.dashboard.screen import shown, source_only
from tests.dashboard.seed import BRAND
from tests.servers.isso import IssoServer
from tests.servers.ports import free_port

NAME = "Ещё один сайт"


@pytest.fixture
def nowhere() -> str:
    """An address nobody listens at."""
    return f"http://127.0.0.1:{free_port()}"


@pytest.fixture
def number(desk_engine: Engine, nowhere: str) -> int:
    config = {"base_url": nowhere, "uris": ["/"], "allow_private_hosts": True}
    with database.session(desk_engine) as session:
        made = watching.add_source(
            session, None, brand_id=BRAND, name=NAME, platform="isso", config=config, at=now()
        )
        return made.id or 0


def row(engine: Engine, number: int) -> Source:
    with database.reading(engine) as session:
        return sources.get_source(session, number)


def begin(open_app: OpenApp, number: int, login: str = "lead") -> AppTest:
    app = open_app(login, view=source_only, language="en", id=str(number))
    return app.button(key="change-open").click().run()


def save(app: AppTest, **typed: str) -> AppTest:
    for name, value in typed.items():
        app.text_input(key=f"add-isso-{name}").set_value(value)
    next(one for one in app.button if one.label == "Check and save").click().run()
    assert not app.exception
    return app


def test_what_a_source_has_stands_in_the_form(
    open_app: OpenApp, desk_engine: Engine, number: int, nowhere: str
) -> None:
    app = begin(open_app, number)
    assert app.text_input(key="add-isso-base_url").value == nowhere
    assert app.text_area(key="add-isso-uris").value == "/"
    assert app.toggle(key="add-isso-allow_private_hosts").value is True
    assert app.text_input(key="add-isso-interval").value == "60"
    assert row(desk_engine, number).config["base_url"] == nowhere


def test_new_settings_are_kept_when_the_call_went_well(
    open_app: OpenApp, desk_engine: Engine, number: int
) -> None:
    with IssoServer() as isso:
        app = save(begin(open_app, number), base_url=isso.url, interval="30")
        found = row(desk_engine, number)
        assert found.config["base_url"] == isso.url
        assert found.interval_seconds == 30
        assert "Saved" in shown(app)
        assert "change-anyway" not in {str(one.key) for one in app.button}


def test_settings_that_do_not_work_are_kept_only_on_demand(
    open_app: OpenApp, desk_engine: Engine, number: int, nowhere: str
) -> None:
    elsewhere = f"http://127.0.0.1:{free_port()}"
    app = save(begin(open_app, number), base_url=elsewhere)
    assert row(desk_engine, number).config["base_url"] == nowhere
    app.button(key="change-anyway").click().run()
    assert row(desk_engine, number).config["base_url"] == elsewhere


def test_what_is_wrong_is_said_before_any_call(
    open_app: OpenApp, desk_engine: Engine, number: int
) -> None:
    app = save(begin(open_app, number), interval="soon")
    assert "A number is needed." in shown(app)
    assert row(desk_engine, number).interval_seconds == 60
    next(one for one in app.button if one.label == "Leave as it is").click().run()
    assert "add-isso-base_url" not in {str(one.key) for one in app.text_input}


def test_a_source_of_the_settings_or_an_approver_finds_no_such_button(
    open_app: OpenApp, desk_engine: Engine, number: int
) -> None:
    app = open_app("approver", view=source_only, id=str(number))
    assert "change-open" not in {str(one.key) for one in app.button}
    with database.session(desk_engine) as session:
        sources.get_source(session, number).origin = SourceOrigin.SETTINGS
    app = open_app("lead", view=source_only, id=str(number))
    assert not {"change-open", "remove"} & {str(one.key) for one in app.button}
