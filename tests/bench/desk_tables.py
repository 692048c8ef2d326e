"""How the rows of the desk's bench are written in each dialect: times, numbers, INSERT … SELECT."""

# ruff: noqa: S608
from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import product
from typing import Any

from sqlalchemy import Connection, text
from sqlmodel import SQLModel

from tests.bench.desk_bare import TABLES, is_sqlite
from tests.bench.desk_texts import mixed, verdict_of
from tests.dashboard.seed import BRAND


@dataclass(frozen=True)
class Size:
    """How much is made: `answered` are replies of the last ninety days."""

    mentions: int = 1_000_000
    open: int = 20_000
    answered: int = 100_000
    people: int = 20

    @property
    def old(self) -> int:
        """Mentions that wait for nobody any more."""
        return self.mentions - self.open

    @property
    def authors(self) -> int:
        """People who wrote long ago; every second open case is of one of them."""
        return max(self.open, self.old // 4)

    @property
    def incidents(self) -> int:
        """Incidents alive; ten times as many are solved."""
        return max(2, self.open // 500)


class Tables:
    """One connection, and the words of its dialect."""

    def __init__(self, connection: Connection, size: Size, at: datetime) -> None:
        self.connection, self.size = connection, size
        self.is_sqlite = is_sqlite(connection)
        self.base = at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
        self._texts()

    def _texts(self) -> None:
        self.connection.exec_driver_sql(
            "CREATE TEMPORARY TABLE bench_text (n INTEGER PRIMARY KEY, said TEXT, stance TEXT, "
            "topic TEXT, urgency INTEGER, verdict TEXT)"
        )
        openings = ("", "Добрый день! ", "Ребята, ", "Ну сколько можно: ", "Пишу в третий раз. ")
        rows = [
            {
                "n": number,
                "said": opening + said,
                "stance": str(stance),
                "topic": str(topic),
                "urgency": int(urgency),
                "verdict": json.dumps(verdict_of(stance, topic, urgency), ensure_ascii=False),
            }
            for number, (opening, (said, stance, urgency, topic)) in enumerate(
                product(openings, mixed())
            )
        ]
        self.connection.execute(
            text("INSERT INTO bench_text VALUES (:n, :said, :stance, :topic, :urgency, :verdict)"),
            rows,
        )
        self.texts = len(rows)

    def ago(self, seconds: str) -> str:
        """A time so many seconds before the start."""
        if self.is_sqlite:
            return (
                f"strftime('%Y-%m-%d %H:%M:%S.000000', '{self.base}', -({seconds}) || ' seconds')"
            )
        return f"(timestamptz '{self.base}+00' - make_interval(secs => ({seconds})))"

    def numbers(self, first: int, last: int) -> str:
        """The numbers from first to last, as a table `n(i)`."""
        if self.is_sqlite:
            return (
                f"(WITH RECURSIVE c(i) AS (SELECT {first} UNION ALL SELECT i + 1 FROM c "
                f"WHERE i < {last}) SELECT i FROM c) AS n"
            )
        return f"generate_series({first}::bigint, {last}) AS n(i)"

    def json(self, written: str) -> str:
        """A JSON value from an expression of text."""
        return written if self.is_sqlite else f"({written})::jsonb"

    def as_text(self, value: str) -> str:
        """A number as text."""
        return f"CAST({value} AS {'TEXT' if self.is_sqlite else 'varchar'})"

    def insert(self, model: type[SQLModel], values: dict[str, str], rows: str) -> str:
        """INSERT … SELECT with the model's own defaults for what is not named."""
        table: Any = model.__table__  # type: ignore[attr-defined]
        brand = {"brand_id": f"'{BRAND}'"} if "brand_id" in table.columns else {}
        filled = brand | {
            column.name: self._default(model, column)
            for column in table.columns
            if not column.nullable and column.name not in values and column.name != "brand_id"
        }
        every = filled | values
        names = ", ".join(f'"{name}"' for name in every)
        return (
            f'INSERT INTO "{table.name}" ({names}) SELECT {", ".join(every.values())} FROM {rows}'
        )

    def _default(self, model: type[SQLModel], column: Any) -> str:
        given = model.model_fields[column.name]
        value: Any = given.get_default(call_default_factory=True)
        if isinstance(value, list | dict):
            return self.json("'[]'" if isinstance(value, list) else "'{}'")
        if isinstance(value, bool):
            return str(value).lower() if not self.is_sqlite else str(int(value))
        return str(value) if isinstance(value, int | float) else f"'{value}'"

    def finish(self) -> None:
        """Search index of SQLite; the next ids of PostgreSQL."""
        if self.is_sqlite:
            self.connection.exec_driver_sql(
                "INSERT INTO mention_search(mention_search) VALUES ('rebuild')"
            )
            return
        for table in TABLES:
            self.connection.exec_driver_sql(
                f"SELECT setval(pg_get_serial_sequence('\"{table}\"', 'id'), "
                f'(SELECT coalesce(max(id), 1) FROM "{table}"))'
            )
