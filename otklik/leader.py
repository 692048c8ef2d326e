"""One leader for each database: two schedulers would wake every step twice."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, text

from otklik.errors import ConfigError

_LOCK = 0x07174B  # any number that nothing else in the database uses


@contextmanager
def lead(engine: Engine) -> Iterator[None]:
    """Be the one that wakes the steps of this database while the block runs.

    SQLite: a locked file beside the database; PostgreSQL: an advisory lock. Both are given
    back by the system when the process dies.

    Raises:
        ConfigError: another process leads.
    """
    if engine.dialect.name == "postgresql":
        with _lead_postgres(engine):
            yield
    elif engine.url.database and engine.url.database != ":memory:":
        with _lead_file(Path(f"{engine.url.database}.leader")):
            yield
    else:
        yield  # a database in memory is nobody else's


@contextmanager
def _lead_file(file: Path) -> Iterator[None]:
    with file.open("a+", encoding="ascii") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            held.seek(0)
            raise _refusal(f"process {held.read().strip() or '?'}") from error
        held.truncate(0)
        held.write(f"{os.getpid()}\n")
        held.flush()
        yield


@contextmanager
def _lead_postgres(engine: Engine) -> Iterator[None]:
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        taken = connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": _LOCK})
        if not taken.scalar_one():
            raise _refusal("a process on this or another machine")
        try:
            yield
        finally:
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _LOCK})


def _refusal(who: str) -> ConfigError:
    return ConfigError(
        f"{who} already wakes the steps of this database; stop it first, or give this one "
        "another OTKLIK_DATABASE_URL"
    )
