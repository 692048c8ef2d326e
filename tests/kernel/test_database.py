"""Sessions commit once; SQLite is set up as promised; naive times are refused."""

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError, StatementError
from sqlmodel import select

from otklik.database import make_engine, reading, session
from otklik.enums import SourceHealth
from otklik.errors import ConfigError
from otklik.models import Source

AT = datetime(2026, 11, 20, 12, 0, tzinfo=timezone(timedelta(hours=3)))


def test_a_block_that_raises_leaves_nothing(engine: Engine) -> None:
    def crash() -> None:
        with session(engine) as db:
            db.add(Source(platform="file", name="s", next_due_at=AT))
            db.flush()
            raise RuntimeError("crash")

    with pytest.raises(RuntimeError):
        crash()
    with reading(engine) as db:
        assert db.exec(select(Source)).all() == []


def test_times_come_back_aware_and_utc(engine: Engine) -> None:
    with session(engine) as db:
        db.add(Source(platform="file", name="s", next_due_at=AT))
    with reading(engine) as db:
        row = db.exec(select(Source)).one()
    assert row.next_due_at == AT
    assert row.next_due_at.tzinfo == UTC
    assert row.health is SourceHealth.NEW


def test_a_naive_time_is_refused(engine: Engine) -> None:
    with pytest.raises(StatementError, match="naive"), session(engine) as db:
        db.add(Source(platform="file", name="s", next_due_at=datetime(2026, 1, 1)))  # noqa: DTZ001


def test_a_word_that_is_not_in_the_vocabulary_is_refused(engine: Engine) -> None:
    with pytest.raises(StatementError, match="well"), session(engine) as db:
        db.add(Source(platform="file", name="s", next_due_at=AT, health="well"))  # type: ignore[arg-type]


def test_sqlite_is_set_up_for_one_writer_and_many_readers(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path}/new/folder/x.sqlite3")
    with engine.connect() as connection:
        found = {
            name: connection.execute(text(f"PRAGMA {name}")).scalar_one()
            for name in ("journal_mode", "foreign_keys", "busy_timeout", "synchronous")
        }
    engine.dispose()
    assert found == {
        "journal_mode": "wal",
        "foreign_keys": 1,
        "busy_timeout": 30_000,
        "synchronous": 1,
    }


def test_a_reader_does_not_wait_for_a_writer(sqlite_engine: Engine) -> None:
    with session(sqlite_engine) as writer:
        writer.add(Source(platform="file", name="s", next_due_at=AT))
        writer.flush()
        with reading(sqlite_engine) as reader:
            assert reader.exec(select(Source)).all() == []


def test_another_database_is_refused() -> None:
    with pytest.raises(ConfigError, match="mysql"):
        make_engine("mysql://localhost/x")


def test_an_error_does_not_quote_the_values_of_its_statement(engine: Engine) -> None:
    def twice() -> None:
        with session(engine) as db:
            for _ in range(2):
                row = Source(platform="file", name="s", next_due_at=AT, last_error="secret words")
                db.add(row)

    with pytest.raises(IntegrityError) as caught:
        twice()
    assert "secret words" not in str(caught.value)
