"""A seeded desk, in a browser and in Streamlit's own test runner."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from otklik.database import make_engine
from tests.dashboard.seed import PASSWORD, seed
from tests.servers.browser import sign_in
from tests.servers.databases import SqliteTemplate
from tests.servers.desk import DeskServer

Opened = Callable[..., Page]


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
