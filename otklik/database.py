"""Engine and `session()`, the only place that commits."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.dialects.sqlite.base import SQLiteCompiler
from sqlalchemy.engine import make_url
from sqlmodel import Session

from otklik.errors import ConfigError

BUSY_TIMEOUT_MS = 30_000


def make_engine(url: str) -> Engine:
    """An engine for SQLite or PostgreSQL.

    SQLite: WAL, foreign keys, busy timeout; every transaction is BEGIN IMMEDIATE, so that two
    writers wait for each other instead of failing at commit. Errors never quote the values of a
    statement: what people wrote does not belong into logs.

    Raises:
        ConfigError: any other database.
    """
    parsed = make_url(url)
    kind = parsed.get_backend_name()
    if kind == "sqlite":
        return _sqlite_engine(url, parsed.database)
    if kind == "postgresql":
        return create_engine(
            parsed.set(drivername="postgresql+psycopg"),
            pool_pre_ping=True,
            pool_size=10,
            hide_parameters=True,
        )
    raise ConfigError(f"database_url: {kind} is not supported; use sqlite or postgresql")


def _sqlite_engine(url: str, file: str | None) -> Engine:
    if file and file != ":memory:":
        Path(file).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url, connect_args={"timeout": BUSY_TIMEOUT_MS / 1000}, hide_parameters=True
    )
    engine.dialect.statement_compiler = _HintingCompiler
    event.listen(engine, "connect", _configure_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


class _HintingCompiler(SQLiteCompiler):
    """`with_hint(table, "INDEXED BY …", "sqlite")` is written out; SQLAlchemy leaves it away."""

    def get_from_hint_text(self, table: Any, text: str | None) -> str | None:
        return text


def _configure_sqlite(connection: sqlite3.Connection, _: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    for pragma in (
        "journal_mode = WAL",
        "synchronous = NORMAL",
        "foreign_keys = ON",
        f"busy_timeout = {BUSY_TIMEOUT_MS}",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Any) -> None:
    reading = connection.get_execution_options().get("otklik_reading", False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


@contextmanager
def session(engine: Engine) -> Iterator[Session]:
    """One transaction: committed when the block ends, rolled back when it raises."""
    with Session(engine, expire_on_commit=False) as opened, opened.begin():
        yield opened


@contextmanager
def all_or_none(session: Session) -> Iterator[None]:
    """What is done in the block is undone when it raises, though the transaction may go on."""
    with session.begin_nested():
        yield


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """A transaction that only reads: on SQLite it does not wait for a writer."""
    with engine.connect().execution_options(otklik_reading=True) as connection:
        with Session(connection, expire_on_commit=False) as opened:
            yield opened
        connection.rollback()
