"""Databases that are put back to where they were, instead of made anew, for each history."""

from __future__ import annotations

import itertools
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, text
from sqlmodel import SQLModel

from otklik import pipeline
from otklik.database import make_engine
from otklik.settings import Settings
from responder.knowledge import Knowledge
from responder.policy import Policy
from tests.fakes import Clock, FakeChannel, FakePlatform, Site, Stage, make_stage
from tests.servers.databases import PostgresServer, SqliteTemplate

FIRST = (
    ("Заказ 4512 так и не приехал, доставка опоздала на три дня. Когда деньги?", "anna"),
    ("Чай пахнет пылью, вкус испортился.", "boris"),
    ("Заказ 4513 так и не приехал, где доставка?", "vera"),
)


class Bench:
    """One database and a desk on it; `stage` gives the desk as it was on the first day:

    three comments have been read, and each has a draft.
    """

    def __init__(self, engine: Engine, policy: Policy, knowledge: Knowledge, writer: Any) -> None:
        self.engine = engine
        first = make_stage(engine, policy, knowledge)
        self._first = replace(first, desk=replace(first.desk, writer=writer))
        for words, author in FIRST:
            first.site.add(words, author, at=first.clock())
        pipeline.drain(self._first.desk)
        self.keep()

    def keep(self) -> None:
        """Remember the database as it stands."""
        raise NotImplementedError

    def restore(self) -> None:
        """Put it back."""
        raise NotImplementedError

    def stage(self, **more: Any) -> Stage:
        """Site, clock and database as on the first day."""
        self.restore()
        site, clock, channel = Site(), Clock(), FakeChannel()
        for words, author in FIRST:
            site.add(words, author, at=clock())
        desk = self._first.desk
        settings: Settings = desk.settings.model_copy(update=more)
        fresh = replace(
            desk,
            settings=settings,
            platforms={"fake": type("FakePlatform", (FakePlatform,), {"site": site})},
            channels={name: (own, channel) for name, (own, _) in desk.channels.items()},
            now=clock,
        )
        people = {role: _copy(person) for role, person in self._first.people.items()}
        return Stage(fresh, site, clock, channel, people)


def _copy(person: Any) -> Any:
    return type(person)(**person.model_dump())


class SqliteBench(Bench):
    """A file; its pages are copied back."""

    def keep(self) -> None:
        self._kept = sqlite3.connect(":memory:", check_same_thread=False)
        with self._raw() as raw:
            raw.backup(self._kept)

    def restore(self) -> None:
        with self._raw() as raw:
            self._kept.backup(raw)

    @contextmanager
    def _raw(self) -> Iterator[sqlite3.Connection]:
        taken = self.engine.raw_connection()
        assert isinstance(taken.driver_connection, sqlite3.Connection)
        yield taken.driver_connection
        taken.close()


class PostgresBench(Bench):
    """A database; its rows are written back. Its guards sleep meanwhile."""

    def keep(self) -> None:
        self._tables = SQLModel.metadata.sorted_tables
        with self.engine.connect() as connection:
            self._rows = {
                table: [dict(row) for row in connection.execute(table.select()).mappings()]
                for table in self._tables
            }
        deletes = "; ".join(f'DELETE FROM "{table.name}"' for table in self._tables[::-1])  # noqa: S608
        self._deletes = f"SET LOCAL session_replication_role = replica; {deletes}"
        self._times = itertools.count(1)

    def restore(self) -> None:
        with self.engine.begin() as connection:
            connection.exec_driver_sql(self._deletes)
            for table, rows in self._rows.items():
                if rows:
                    connection.execute(table.insert(), rows)
        if next(self._times) % 100 == 0:
            with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as opened:
                opened.execute(text("VACUUM"))


def sqlite_engine() -> Engine:
    """A migrated file that goes with the process."""
    folder = Path(tempfile.mkdtemp(prefix="histories-"))
    return make_engine(SqliteTemplate(folder).copy(folder / "history.sqlite3"))


def postgres_engine(server: PostgresServer) -> Engine:
    """A migrated database of the server."""
    return make_engine(server.render(server.create()))
