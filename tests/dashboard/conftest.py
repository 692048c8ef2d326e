"""A seeded desk, in a browser and in Streamlit's own test runner."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page
from sqlalchemy import Engine
from streamlit.testing.v1 import AppTest

from dashboard import browser as browser_side
from dashboard import data
from otklik import database, people
from otklik.clock import now
from otklik.database import make_engine
from otklik.settings import Settings
from tests.dashboard.screen import case_only
from tests.dashboard.seed import PASSWORD, seed
from tests.servers.browser import sign_in
from tests.servers.databases import SqliteTemplate
from tests.servers.desk import DeskServer

APP = str(Path(__file__).resolve().parents[2] / "dashboard" / "app.py")
Opened = Callable[..., Page]
OpenApp = Callable[..., AppTest]


@pytest.fixture
def seeded_url(sqlite_url: str) -> str:
    """A SQLite database with work on it."""
    engine = make_engine(sqlite_url)
    seed(engine)
    engine.dispose()
    return sqlite_url


@pytest.fixture
def desk(seeded_url: str) -> Iterator[DeskServer]:
    """A running desk over `seeded_url`."""
    with DeskServer(seeded_url, undo_seconds=600) as server:
        yield server


@pytest.fixture(scope="module")
def quiet_desk(
    sqlite_template: SqliteTemplate, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[DeskServer]:
    """One desk for the tests of a module that only look."""
    url = sqlite_template.copy(tmp_path_factory.mktemp("desk") / "desk.sqlite3")
    engine = make_engine(url)
    seed(engine)
    engine.dispose()
    with DeskServer(url) as server:
        yield server


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A fresh browser profile of 1440×900."""
    opened = browser.new_context(viewport={"width": 1440, "height": 900})
    opened.set_default_timeout(60_000)  # milliseconds; the machine may be busy
    yield opened
    opened.close()


@pytest.fixture
def open_desk(context: BrowserContext) -> Opened:
    """Open a desk as somebody: `open_desk(server, "approver", language="en")`."""

    def opened(server: DeskServer, login: str, *, language: str = "ru") -> Page:
        page = context.new_page()
        sign_in(page, server.url, login, PASSWORD, language=language)
        return page

    return opened


@pytest.fixture
def screenshots(artefacts: Path) -> Path:
    """Where screenshots are left to be looked at."""
    folder = artefacts / "screenshots"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture
def desk_engine(seeded_url: str) -> Iterator[Engine]:
    """Engine of `seeded_url`."""
    opened = make_engine(seeded_url)
    yield opened
    opened.dispose()


@pytest.fixture
def open_app(desk_engine: Engine, seeded_url: str, monkeypatch: pytest.MonkeyPatch) -> OpenApp:
    """Open the desk in Streamlit's runner: `open_app("lead", mention=7)`, or one view of it."""
    settings = Settings(database_url=seeded_url)
    monkeypatch.setattr(data, "settings", lambda: settings)
    monkeypatch.setattr(data, "engine", lambda: desk_engine)

    def opened(
        login: str,
        *,
        mention: int | None = None,
        view: Callable[[], None] | None = None,
        language: str = "ru",
        **query: str,
    ) -> AppTest:
        with database.session(desk_engine) as session:
            token = people.log_in(session, login, PASSWORD, now(), timedelta(hours=1))
        assert token is not None
        cookies = {browser_side.SESSION_COOKIE: token, browser_side.LANGUAGE_COOKIE: language}
        monkeypatch.setattr(browser_side, "cookies", lambda: cookies)
        app = AppTest.from_file(APP, default_timeout=60)
        if mention is not None:
            view, query = case_only, {"mention": str(mention)}
        if view is not None:
            app = AppTest.from_function(view, default_timeout=60)
        for name, value in query.items():
            app.query_params[name] = value
        return app.run()

    return opened
