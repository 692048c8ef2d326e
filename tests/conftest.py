"""What every test may use: databases, `../shared`, a clean environment, honest skips.

Fixtures:
    engine: a migrated, empty database; the test runs on SQLite and on PostgreSQL.
    sqlite_engine, postgres_engine: the same on one of them.
    blank_engine: without tables, on both; for migrations.
    database_url: URL of the database behind `engine`, for child processes.
    shared: the folder `../shared` (or `OTKLIK_SHARED`), else the test is skipped.
    artefacts: the folder for screenshots and reports.
    browser: a Chromium, one for each module.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Generator, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from hypothesis import settings as hypothesis_settings
from playwright.sync_api import Browser
from sqlalchemy import Engine

from otklik import people
from otklik.database import make_engine
from tests.servers.browser import chromium
from tests.servers.databases import PostgresServer, SqliteTemplate

ROOT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("OTKLIK_SHARED", ROOT.parent / "shared"))
SERVER_URL = os.environ.get("OTKLIK_TEST_DATABASE_URL", "")
SERVERS_REQUIRED = bool(os.environ.get("OTKLIK_REQUIRE_SERVERS"))
KEPT_VARIABLES = {"OTKLIK_SHARED", "OTKLIK_TEST_DATABASE_URL", "OTKLIK_REQUIRE_SERVERS"}
SERVER_MARKS = {"needs_chromium", "needs_wordpress"}
WORDPRESS = Path("/usr/share/wordpress")
DATABASES = ("sqlite", "postgresql")

hypothesis_settings.register_profile(
    "otklik", deadline=None, derandomize="CI" in os.environ, database=None, print_blob=True
)
hypothesis_settings.load_profile("otklik")


def missing_for(mark: str) -> str:
    """What a test with this mark lacks on this machine; empty when nothing."""
    if mark == "needs_shared" and not SHARED.is_dir():
        return "../shared is absent (OTKLIK_SHARED may name it)"
    if mark == "needs_chromium" and not (shutil.which("chromium") or shutil.which("chrome")):
        return "Chromium is absent: apt-get install chromium"
    if mark == "needs_wordpress":
        absent = [name for name in ("php", "mariadbd") if shutil.which(name, path=_path()) is None]
        absent += [] if WORDPRESS.is_dir() else ["wordpress"]
        if absent:
            return f"{', '.join(absent)} absent: apt-get install wordpress mariadb-server php-cli"
    return ""


def _path() -> str:
    return f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin"


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip with the reason; where servers are required, fail instead."""
    for mark in item.iter_markers():
        if reason := missing_for(mark.name):
            if SERVERS_REQUIRED and mark.name in SERVER_MARKS:
                pytest.fail(f"required here: {reason}", pytrace=False)
            pytest.skip(reason)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where servers are required, no test that needs one may skip for a reason of its own."""
    report = yield
    is_server_test = any(mark.name in SERVER_MARKS for mark in item.iter_markers())
    if report.skipped and SERVERS_REQUIRED and is_server_test and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped where servers are required: {report.longrepr}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_report_to_serializable() -> Generator[None, Any, Any]:
    """Half a character in the log of one test must not end the whole run: xdist cannot send it."""
    return _sendable((yield))


def _sendable(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode(errors="backslashreplace").decode()
    if isinstance(value, Mapping):
        return {_sendable(key): _sendable(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_sendable(one) for one in value)
    return value


class _Failures:
    """Names what failed at once: a run that is cut off later has said it."""

    def __init__(self, terminal: Any) -> None:
        self._terminal = terminal

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self._terminal.write_line("")
            self._terminal.write_line(f"FAILED {report.nodeid} ({report.when})")


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Only the process that reports has a terminal."""
    terminal = config.pluginmanager.getplugin("terminalreporter")
    if terminal is not None and not hasattr(config, "workerinput"):
        config.pluginmanager.register(_Failures(terminal), "failures_at_once")


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> Iterator[PasswordHasher]:
    """Passwords of tests are hashed at the least cost there is; gives the product's own hasher.

    A fifth of a second for each person of each seeded desk is a tenth of the whole run.
    """
    own = people._hasher
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(people, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        yield own


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test depends on the settings of whoever runs it."""
    for name in os.environ:
        if name.startswith("OTKLIK_") and name not in KEPT_VARIABLES:
            monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with gold labels, data, contracts, recordings."""
    if reason := missing_for("needs_shared"):
        pytest.skip(reason)
    return SHARED


@pytest.fixture(scope="session")
def artefacts() -> Path:
    """The folder for what a run leaves to look at."""
    folder = ROOT / "artefacts"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> SqliteTemplate:
    """A migrated SQLite file to copy."""
    return SqliteTemplate(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """One PostgreSQL server for the whole run."""
    server = PostgresServer(SERVER_URL)
    yield server
    server.stop()


@pytest.fixture
def sqlite_url(sqlite_template: SqliteTemplate, tmp_path: Path) -> str:
    """URL of a migrated, empty SQLite database of this test's own."""
    return sqlite_template.copy(tmp_path / "test.sqlite3")


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """URL of a migrated, empty PostgreSQL database of this test's own."""
    name = postgres_server.create()
    yield postgres_server.render(name)
    postgres_server.drop(name)


@pytest.fixture
def sqlite_engine(sqlite_url: str) -> Iterator[Engine]:
    """Engine of `sqlite_url`."""
    yield from _opened(sqlite_url)


@pytest.fixture
def postgres_engine(postgres_url: str) -> Iterator[Engine]:
    """Engine of `postgres_url`."""
    yield from _opened(postgres_url)


@pytest.fixture(params=DATABASES)
def database_url(request: pytest.FixtureRequest) -> str:
    """URL of a migrated, empty database; each of the two in turn."""
    fixture = "sqlite_url" if request.param == "sqlite" else "postgres_url"
    url: str = request.getfixturevalue(fixture)
    return url


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """Engine of `database_url`: the test runs on both databases."""
    yield from _opened(database_url)


@pytest.fixture(params=DATABASES)
def blank_engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """Engine of a database without tables; each of the two in turn."""
    if request.param == "sqlite":
        yield from _opened(f"sqlite:///{tmp_path / 'blank.sqlite3'}")
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    name = server.create(blank=True)
    yield from _opened(server.render(name))
    server.drop(name)


def _opened(url: str) -> Iterator[Engine]:
    engine = make_engine(url)
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A Chromium, closed with its module: Playwright's loop must not meet another one."""
    with chromium() as opened:
        yield opened
