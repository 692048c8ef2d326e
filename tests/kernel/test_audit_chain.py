"""The chain of audit events shows any change, and survives an erasure."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, text
from sqlmodel import Session

from otklik import audit
from otklik.database import session
from otklik.errors import AuditError

AT = datetime(2026, 11, 20, 12, 0, 0, 123456, tzinfo=UTC)


def fill(engine: Engine, count: int = 5) -> None:
    for number in range(count):
        with session(engine) as db:
            audit.record(
                db,
                at=AT,
                actor="person:1",
                action="draft.approved",
                subject=("draft", number),
                detail={"name": "Анна", "share": 1.0, "nested": {"b": [1, None], "a": True}},
            )


def tamper(engine: Engine, *statements: str) -> None:
    """Change rows as somebody with full rights on the database could."""
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("ALTER TABLE audit_event DISABLE TRIGGER USER"))
        else:
            for name in connection.execute(
                text("SELECT name FROM sqlite_master WHERE name LIKE 'guard_audit_event%'")
            ).scalars():
                connection.execute(text(f"DROP TRIGGER {name}"))
        for statement in statements:
            connection.execute(text(statement))


def check(engine: Engine) -> audit.ChainReport:
    with session(engine) as db:
        return audit.verify(db)


def test_an_untouched_chain_verifies(engine: Engine) -> None:
    fill(engine)
    report = check(engine)
    assert (report.length, report.erased) == (5, 0)
    assert report.head != audit.GENESIS


def test_an_event_told_in_the_desks_own_time_zone_verifies(engine: Engine) -> None:
    with session(engine) as db:
        audit.record(
            db,
            at=AT.astimezone(ZoneInfo("Europe/Moscow")),
            actor="person:1",
            action="draft.approved",
            subject=("draft", 1),
        )
    with session(engine) as db:
        assert audit.verify(db).length == 1


def test_an_empty_chain_verifies(engine: Engine) -> None:
    assert check(engine).length == 0


@pytest.mark.parametrize(
    ("change", "event"),
    [
        ("UPDATE audit_event SET actor = 'person:2' WHERE subject_id = '2'", "fields were changed"),
        ("UPDATE audit_event SET detail = '{\"name\": \"Олег\"}' WHERE subject_id = '2'", "detail"),
        ("DELETE FROM audit_event WHERE subject_id = '2'", "missing"),
        ("DELETE FROM audit_event WHERE subject_id = '0'", "missing"),
        ("UPDATE audit_event SET at = '2020-01-01 00:00:00' WHERE subject_id = '4'", "fields"),
    ],
)
def test_a_change_is_found(engine: Engine, change: str, event: str) -> None:
    fill(engine)
    tamper(engine, change)
    with pytest.raises(AuditError, match=event):
        check(engine)


def test_a_rewritten_event_breaks_the_ones_after_it(engine: Engine) -> None:
    fill(engine)
    tamper(engine, "UPDATE audit_event SET hash = 'f' || substr(hash, 2) WHERE subject_id = '1'")
    with pytest.raises(AuditError, match="event"):
        check(engine)


def test_erased_details_leave_the_chain_whole(engine: Engine) -> None:
    fill(engine)
    with session(engine) as db:
        db.connection().execute(text("UPDATE audit_event SET detail = NULL WHERE subject_id = '3'"))
    report = check(engine)
    assert (report.length, report.erased) == (5, 1)


def test_events_of_one_transaction_are_lost_together(engine: Engine) -> None:
    def crash(db: Session) -> None:
        audit.record(db, at=AT, actor="machine", action="a", subject=("x", 1))
        raise RuntimeError("crash")

    with pytest.raises(RuntimeError), session(engine) as db:
        crash(db)
    assert check(engine).length == 0
