"""A desk with nine busy weeks behind it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from otklik.clock import now
from otklik.database import make_engine
from tests.dashboard.seed import seed
from tests.reports.busy_weeks import seed_weeks
from tests.servers.databases import SqliteTemplate
from tests.servers.desk import DeskServer


@pytest.fixture(scope="module")
def busy_url(sqlite_template: SqliteTemplate, tmp_path_factory: pytest.TempPathFactory) -> str:
    """URL of a SQLite database with people, work, and nine weeks of comments."""
    file: Path = tmp_path_factory.mktemp("reports") / "busy.sqlite3"
    url = sqlite_template.copy(file)
    engine = make_engine(url)
    seed(engine)
    seed_weeks(engine, now(), daily=16, answers=120)
    engine.dispose()
    return url


@pytest.fixture
def seeded_url(busy_url: str) -> str:
    """What `open_app` of the desk opens."""
    return busy_url


@pytest.fixture(scope="module")
def busy_desk(busy_url: str) -> Iterator[DeskServer]:
    """A running desk over `busy_url`."""
    with DeskServer(busy_url) as server:
        yield server
