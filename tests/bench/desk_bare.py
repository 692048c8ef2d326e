"""Tables without triggers and secondary indexes while they are filled; both come back."""

# ruff: noqa: S608
from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, text

TABLES: tuple[str, ...] = (
    *("mention", "author", "thread", "case", "verdict", "decision", "draft", "reply"),
    *("approval", "promise", "incident", "label"),
)


@contextmanager
def bare(connection: Connection) -> Iterator[None]:
    """Triggers and secondary indexes away, and back again."""
    back = _lay_bare_sqlite(connection) if is_sqlite(connection) else _lay_bare_pg(connection)
    yield
    for statement in back:
        connection.exec_driver_sql(statement)


def is_sqlite(connection: Connection) -> bool:
    """Is this the small database?"""
    return connection.dialect.name == "sqlite"


def _lay_bare_sqlite(connection: Connection) -> list[str]:
    found = connection.execute(
        text(
            "SELECT type, name, sql FROM sqlite_master WHERE type IN ('index', 'trigger') "
            "AND sql IS NOT NULL AND tbl_name IN :tables".replace(
                ":tables", "(" + ", ".join(f"'{one}'" for one in TABLES) + ")"
            )
        )
    ).all()
    connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
    for kind, name, _sql in found:
        connection.exec_driver_sql(f"DROP {kind} {name}")
    return [sql for _kind, _name, sql in found]


def _lay_bare_pg(connection: Connection) -> list[str]:
    names = ", ".join(f"'{one}'" for one in TABLES)
    found = connection.execute(
        text(
            "SELECT i.indexname, i.indexdef FROM pg_indexes i "
            f"WHERE i.tablename IN ({names}) AND i.schemaname = 'public' AND NOT EXISTS "
            "(SELECT 1 FROM pg_constraint c WHERE c.conname = i.indexname)"
        )
    ).all()
    connection.exec_driver_sql("SET session_replication_role = replica")
    connection.exec_driver_sql("SET maintenance_work_mem = '512MB'")
    for name, _sql in found:
        connection.exec_driver_sql(f"DROP INDEX {name}")
    return ["SET session_replication_role = origin", *(sql for _name, sql in found)]
