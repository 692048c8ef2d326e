"""Limits shared by processes: turns of a token bucket, money of a month."""

import time
from dataclasses import dataclass

from sqlalchemy import Connection, func
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel, col, select, update

from otklik.metering import Limit
from otklik.models import Spend, Turn


@dataclass(frozen=True)
class Granted:
    """A turn: when it is, and what the time was when it was asked for; seconds since the epoch."""

    moment: float
    now: float

    @property
    def wait(self) -> float:
        """Seconds until then."""
        return max(0.0, self.moment - self.now)


def claim_turn(session: Session, key: str, limit: Limit, at_most: float) -> Granted:
    """The next turn under `key`; it is taken when it comes within `at_most` seconds.

    The row is locked until the transaction ends, so keep that short. All machines go by the
    database server's clock on PostgreSQL, by this machine's on SQLite.
    """
    row = _lock_turn(session, key)
    now = _server_time(session)
    due, moment = limit.turn(row.due, max(now, row.blocked_until))
    granted = Granted(moment, now)
    if granted.wait <= at_most:
        session.exec(update(Turn).where(col(Turn.key) == key).values(due=due))
    return granted


def save_block(session: Session, key: str, seconds: float) -> None:
    """No turn under `key` for so long; a longer block that stands already stays."""
    row = _lock_turn(session, key)
    until = max(row.blocked_until, _server_time(session) + seconds)
    session.exec(update(Turn).where(col(Turn.key) == key).values(blocked_until=until))


def claim_money(
    session: Session, source_id: int, month: str, micros: int, budget: int | None
) -> bool:
    """Put money of a month aside; False when the budget does not hold that much any more."""
    row = _lock_spend(session, source_id, month)
    if budget is not None and row.micros + micros > budget:
        return False
    _add_spend(session, source_id, month, micros, 0)
    return True


def save_spend(session: Session, source_id: int, month: str, micros: int, items: int) -> None:
    """Correct what a month has cost: by so many micro-dollars, for so many items more."""
    _lock_spend(session, source_id, month)
    _add_spend(session, source_id, month, micros, items)


def find_spend(session: Session, source_id: int, month: str) -> Spend | None:
    """What a source has cost in a month, or None when nothing."""
    return session.get(Spend, (source_id, month))


def list_spend(session: Session, month: str) -> dict[int, Spend]:
    """What every source has cost in a month, by source; free ones are absent."""
    return {one.source_id: one for one in session.exec(select(Spend).where(Spend.month == month))}


def _lock_turn(session: Session, key: str) -> Turn:
    query = select(Turn).where(col(Turn.key) == key).with_for_update()
    query = query.execution_options(populate_existing=True)
    found = session.exec(query).one_or_none()
    if found is None:
        _insert_once(session.connection(), Turn(key=key))
        found = session.exec(query).one()
    return found


def _lock_spend(session: Session, source_id: int, month: str) -> Spend:
    query = select(Spend).where(col(Spend.source_id) == source_id, col(Spend.month) == month)
    query = query.with_for_update().execution_options(populate_existing=True)
    found = session.exec(query).one_or_none()
    if found is None:
        _insert_once(session.connection(), Spend(source_id=source_id, month=month))
        found = session.exec(query).one()
    return found


def _insert_once(connection: Connection, row: SQLModel) -> None:
    """Two processes may find the row absent at the same moment."""
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    connection.execute(insert(type(row)).values(**row.model_dump()).on_conflict_do_nothing())


def _add_spend(session: Session, source_id: int, month: str, micros: int, items: int) -> None:
    session.exec(
        update(Spend)
        .where(col(Spend.source_id) == source_id, col(Spend.month) == month)
        .values(micros=col(Spend.micros) + micros, items=col(Spend.items) + items)
    )


def _server_time(session: Session) -> float:
    if session.get_bind().dialect.name != "postgresql":
        return time.time()
    # not now(): that one stands still while the transaction waits for a lock
    seconds = func.extract("epoch", func.clock_timestamp())
    return float(session.exec(select(seconds)).one())
