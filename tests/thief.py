"""What somebody reads who has the whole database."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Engine, text


def everything(engine: Engine, *, besides: Collection[str] = ()) -> str:
    """All that stands in all tables.

    Args:
        besides: columns left out, ``reply.text``.
    """
    if engine.dialect.name == "sqlite":
        names = "SELECT name FROM sqlite_master WHERE type = 'table'"
    else:
        names = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
    with engine.connect() as connection:
        tables = [str(row[0]) for row in connection.execute(text(names))]
        dump = " ".join(
            str(value)
            for table in tables
            for row in connection.execute(text(f'SELECT * FROM "{table}"')).mappings()  # noqa: S608
            for column, value in row.items()
            if f"{table}.{column}" not in besides
        )
    return dump.encode().decode("unicode_escape", "ignore") + dump
