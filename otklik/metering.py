"""What a platform may use up: calls in a time, money in a month.

A platform asks its `Meter` before every call. The one the pipeline hands over counts in the
database, so that the limits of one token hold across processes and machines; the one here
counts in this process, for checks and tests.
"""

from __future__ import annotations

import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass

from otklik.errors import BudgetSpent, RateLimited

MICROS = 1_000_000  # micro-dollars in a dollar
LONGEST_WAIT = 30.0  # seconds a call waits for its turn; beyond that its source waits instead


@dataclass(frozen=True)
class Limit:
    """A steady rate with a burst: a token bucket.

    Attributes:
        calls, seconds: so many calls in so many seconds, in the long run.
        burst: so many at once after a pause. In any window of `seconds` at most
            ``calls + burst`` go out: where a platform counts windows, give both parts of it
            (450 in 15 minutes: ``Limit(400, 900, burst=50)``).
        per: what shares it, for people: "token", "host", "group".
    """

    calls: float
    seconds: float
    burst: int = 1
    per: str = "token"

    @property
    def gap(self) -> float:
        """Seconds between two calls at the steady rate."""
        return self.seconds / self.calls

    def turn(self, due: float, now: float) -> tuple[float, float]:
        """The bucket after one more call, and when that call may go out.

        Args:
            due: the bucket's state, seconds since the epoch; 0 for a fresh one.
            now: seconds since the epoch.

        Returns:
            The new state, and the moment of the call (not before `now`).
        """
        due = max(due, now) + self.gap
        return due, max(now, due - self.gap * self.burst)


class Meter(ABC):
    """Counts calls and money of one source."""

    @abstractmethod
    def reserve_turn(self, key: str, limit: Limit, *, at_most: float) -> float:
        """Seconds to wait before the next call under `key`; its turn is taken.

        Raises:
            RateLimited: it would take longer than `at_most`; no turn was taken.
        """

    @abstractmethod
    def block(self, key: str, seconds: float) -> None:
        """Nobody calls under `key` for so long: the platform said so."""

    @abstractmethod
    def reserve_money(self, micros: int) -> None:
        """Put money of this month aside before a call that costs it; in micro-dollars.

        Raises:
            BudgetSpent: the month's budget does not hold that much any more.
        """

    @abstractmethod
    def settle_money(self, reserved: int, spent: int, items: int = 0) -> None:
        """What a call really cost of what was put aside, and how many items it brought."""

    def wait(self, key: str, limit: Limit, *, at_most: float = LONGEST_WAIT) -> None:
        """Wait for one's turn under `key`.

        Raises:
            RateLimited: the turn would come later than in `at_most` seconds.
        """
        time.sleep(self.reserve_turn(key, limit, at_most=at_most))


class LocalMeter(Meter):
    """Counts in this process.

    Args:
        budget: micro-dollars that may be spent, None for no bound.
        clock: seconds since the epoch.
    """

    _due: dict[str, float] = {}  # noqa: RUF012 — shared by all on purpose
    _blocked: dict[str, float] = {}  # noqa: RUF012
    _lock = threading.Lock()

    def __init__(
        self, budget: int | None = None, *, clock: Callable[[], float] = time.time
    ) -> None:
        self._budget, self._clock = budget, clock
        self.spent = 0
        self.items = 0

    def reserve_turn(self, key: str, limit: Limit, *, at_most: float) -> float:
        """See `Meter`."""
        with self._lock:
            now = self._clock()
            begin = max(now, self._blocked.get(key, 0.0))
            due, moment = limit.turn(self._due.get(key, 0.0), begin)
            refuse_long_wait(key, moment - now, at_most)
            self._due[key] = due
        return moment - now

    def block(self, key: str, seconds: float) -> None:
        """See `Meter`."""
        with self._lock:
            until = self._clock() + seconds
            self._blocked[key] = max(self._blocked.get(key, 0.0), until)

    def reserve_money(self, micros: int) -> None:
        """See `Meter`."""
        if self._budget is not None and self.spent + micros > self._budget:
            raise BudgetSpent(
                f"the budget of {self._budget / MICROS:.2f} $ is spent", retry_after=1
            )
        self.spent += micros

    def settle_money(self, reserved: int, spent: int, items: int = 0) -> None:
        """See `Meter`."""
        self.spent += spent - reserved
        self.items += items


def refuse_long_wait(key: str, seconds: float, at_most: float) -> None:
    """Say that a turn is too far away.

    Raises:
        RateLimited: `seconds` is more than `at_most`.
    """
    if seconds > at_most:
        raise RateLimited(f"the limit {key!r} is used up", retry_after=seconds)
