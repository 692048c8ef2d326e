"""Revision 0011 with rows, up and down: nothing is lost but what has no place below it."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Connection, Engine, MetaData, Table, inspect, text
from sqlalchemy.exc import IntegrityError

from otklik import migrate

WHEN = "2026-11-20 10:00:00+00:00"
# every row that a promise hangs on, as the first revision knows them; no trigger is there yet
ROWS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("source", {"id": 1}),
    ("thread", {"id": 1, "source_id": 1}),
    ("author", {"id": 1}),
    ("mention", {"id": 1, "source_id": 1, "thread_id": 1, "author_id": 1, "state": "answered"}),
    ("policy_revision", {"digest": "p"}),
    ("decision", {"id": 1, "mention_id": 1, "policy_digest": "p"}),
    ("draft", {"id": 1, "mention_id": 1, "decision_id": 1, "state": "approved"}),
    ("reply", {"id": 1, "mention_id": 1, "draft_id": 1, "state": "posted"}),
    ("promise", {"id": 7, "mention_id": 1, "reply_id": 1, "state": "open", "text": "Вернём."}),
)
REPORT = (
    "INSERT INTO promise (brand_id, mention_id, text, due_at, state, created_at, note) "
    "SELECT brand_id, mention_id, 'по телефону', due_at, 'open', created_at, '' FROM promise"
)


def put(connection: Connection, name: str, values: dict[str, Any]) -> None:
    """A row with something plain in each column that must have something."""
    table = Table(name, MetaData(), autoload_with=connection)
    row = dict(values)
    for column in table.columns:
        if column.nullable or column.name in row:
            continue
        kind = str(column.type).upper()
        row[column.name] = (
            WHEN
            if "TIME" in kind
            else "{}"
            if "JSON" in kind
            else False
            if "BOOL" in kind
            else 1
            if any(word in kind for word in ("INT", "FLOAT", "DOUBLE", "REAL"))
            else "x"
        )
    names = ", ".join(row)
    holes = ", ".join(f":{key}" for key in row)
    connection.execute(text(f"INSERT INTO {name} ({names}) VALUES ({holes})"), row)  # noqa: S608


def promises(engine: Engine) -> list[tuple[Any, ...]]:
    with engine.connect() as connection:
        query = "SELECT id, mention_id, reply_id, text, state FROM promise ORDER BY id"
        return [tuple(row) for row in connection.execute(text(query))]


def triggers(engine: Engine) -> set[str]:
    query = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        if engine.dialect.name == "sqlite"
        else "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
    )
    with engine.connect() as connection:
        return set(connection.execute(text(query)).scalars())


def is_nullable(engine: Engine) -> bool:
    columns = {one["name"]: one for one in inspect(engine).get_columns("promise")}
    return bool(columns["reply_id"]["nullable"])


def test_promises_go_up_and_down_with_their_rows_and_the_triggers_around_them(
    blank_engine: Engine,
) -> None:
    migrate.upgrade(blank_engine, "0001")
    with blank_engine.begin() as connection:
        for name, values in ROWS:
            put(connection, name, values)
    migrate.upgrade(blank_engine, "0010")
    before, kept = triggers(blank_engine), promises(blank_engine)
    assert kept == [(7, 1, 1, "Вернём.", "open")]
    assert not is_nullable(blank_engine)
    migrate.upgrade(blank_engine, "0011")
    assert promises(blank_engine) == kept
    assert is_nullable(blank_engine)
    assert before < triggers(blank_engine)
    with blank_engine.begin() as connection:
        connection.execute(text(REPORT))
    with pytest.raises(IntegrityError, match="never deleted"), blank_engine.begin() as connection:
        connection.execute(text("DELETE FROM promise"))
    assert len(promises(blank_engine)) == 2
    migrate.downgrade(blank_engine, "0010")
    assert promises(blank_engine) == kept
    assert triggers(blank_engine) == before
    migrate.upgrade(blank_engine)
    assert promises(blank_engine) == kept
    assert migrate.differences(blank_engine) == []
