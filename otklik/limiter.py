"""Limits and money of one source, counted in the database: they hold across processes.

Each call is one short transaction of its own. It must never be made inside an open write
transaction: on SQLite that one would wait for itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine

from otklik import clock
from otklik.database import session
from otklik.errors import BudgetSpent
from otklik.metering import MICROS, Limit, Meter, refuse_long_wait
from otklik.store import limits


class DatabaseMeter(Meter):
    """The meter of one source.

    Args:
        source_id: whose money is counted; turns are shared by whoever uses the same key.
        budget_micros: micro-dollars that a calendar month (UTC) may cost; None for no bound.
        now: for the month; turns go by the database's own clock.
    """

    def __init__(
        self,
        engine: Engine,
        source_id: int,
        budget_micros: int | None = None,
        now: Callable[[], datetime] = clock.now,
    ) -> None:
        self._engine, self._source_id = engine, source_id
        self._budget, self._now = budget_micros, now
        self._reserved_in = ""  # a call made at midnight is paid from the month it began in

    def reserve_turn(self, key: str, limit: Limit, *, at_most: float) -> float:
        """See `Meter`."""
        with session(self._engine) as db:
            granted = limits.claim_turn(db, key, limit, at_most)
        refuse_long_wait(key, granted.wait, at_most)
        return granted.wait

    def block(self, key: str, seconds: float) -> None:
        """See `Meter`."""
        with session(self._engine) as db:
            limits.save_block(db, key, seconds)

    def reserve_money(self, micros: int) -> None:
        """See `Meter`."""
        at = self._now()
        month = month_of(at)
        with session(self._engine) as db:
            held = limits.claim_money(db, self._source_id, month, micros, self._budget)
        if not held:
            budget = (self._budget or 0) / MICROS
            raise BudgetSpent(
                f"the budget of {budget:.2f} $ for {month} is spent",
                retry_after=(next_month(at) - at).total_seconds(),
            )
        self._reserved_in = month

    def settle_money(self, reserved: int, spent: int, items: int = 0) -> None:
        """See `Meter`."""
        month = self._reserved_in or month_of(self._now())
        with session(self._engine) as db:
            limits.save_spend(db, self._source_id, month, spent - reserved, items)


def month_of(at: datetime) -> str:
    """The calendar month money is counted in: ``2026-11``, UTC."""
    return at.astimezone(UTC).strftime("%Y-%m")


def next_month(at: datetime) -> datetime:
    """The first second of the next calendar month, UTC."""
    first = at.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    month, year = first.month % 12 + 1, first.year + first.month // 12
    return first.replace(year=year, month=month)


def budget_micros(config: Mapping[str, Any]) -> int | None:
    """The month's budget of a source's configuration, in micro-dollars; None for no bound."""
    budget = config.get("monthly_budget")
    return None if budget is None else round(float(budget) * MICROS)
