"""What is measured in a soak: memory of every process, age of the queue, what became of all."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy
import psutil
from sqlalchemy import Engine, func
from sqlmodel import col, select

from otklik.database import reading
from otklik.enums import MentionState
from otklik.models import AlertDelivery, AuditEvent, DecisionRow, Mention

UNDECIDED = (MentionState.COLLECTED, MentionState.CLASSIFIED, MentionState.GROUPED)
NAMES = {
    "otklik.schedule": "scheduler",
    "dashboard.launch": "dashboard",
    "streamlit": "dashboard",
    "otklik.listening": "listener",
}
WARM = 1 / 3  # of the time: caches and models are filled, growth is not yet growth


@dataclass
class Memory:
    """Own memory (USS) of each process in MiB, with the seconds since the beginning."""

    root: int
    began: float = field(default_factory=time.monotonic)
    seen: dict[str, list[tuple[float, float]]] = field(default_factory=lambda: defaultdict(list))
    cpu: dict[str, float] = field(default_factory=dict)

    def look(self) -> None:
        """One look at the supervisor and all below it."""
        at, total = time.monotonic() - self.began, 0.0
        parent = psutil.Process(self.root)
        for process in [parent, *parent.children(recursive=True)]:
            try:
                said = " ".join(process.cmdline())
                name = next((word for key, word in NAMES.items() if key in said), "supervisor")
                held = process.memory_full_info().uss / 2**20
                spent = process.cpu_times()
            except psutil.NoSuchProcess:
                continue
            self.seen[name].append((at, held))
            self.cpu[name] = spent.user + spent.system
            total += held
        self.seen["together"].append((at, total))

    def table(self) -> dict[str, dict[str, float]]:
        """MiB at the start, after the warm-up and at the end; growth by regression after it."""
        return {name: _growth(rows) for name, rows in sorted(self.seen.items())}

    def curve(self) -> dict[str, list[float]]:
        """MiB of each process in every twelfth of the time: does it level?"""
        return {name: _twelfths(rows) for name, rows in sorted(self.seen.items())}


def _growth(rows: list[tuple[float, float]]) -> dict[str, float]:
    late = [row for row in rows if row[0] >= WARM * rows[-1][0]]
    times, sizes = numpy.array(late).T
    slope = float(numpy.polyfit(times, sizes, 1)[0]) if len(late) > 2 else 0.0
    quarter = max(1, len(late) // 4)
    return {
        "start": round(rows[0][1], 1),
        "warm": round(float(numpy.median(sizes[:quarter])), 1),
        "end": round(float(numpy.median(sizes[-quarter:])), 1),
        "most": round(max(size for _, size in rows), 1),
        "mib_per_hour": round(3600 * slope, 2),
    }


def _twelfths(rows: list[tuple[float, float]]) -> list[float]:
    step = max(1, len(rows) // 12)
    sizes = [size for _, size in rows]
    return [round(max(sizes[at : at + step]), 1) for at in range(0, len(sizes), step)]


def undecided(engine: Engine) -> tuple[int, float]:
    """How many are known and not yet decided, and for how long the oldest of them has been."""
    with reading(engine) as db:
        count, oldest = db.exec(
            select(func.count(), func.min(Mention.collected_at)).where(
                col(Mention.state).in_(UNDECIDED)
            )
        ).one()
    if not oldest:
        return 0, 0.0
    at = datetime.fromisoformat(oldest) if isinstance(oldest, str) else oldest
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return count, max(0.0, (datetime.now(UTC) - at).total_seconds())


@dataclass(frozen=True)
class Fate:
    """What became of everything that was offered."""

    offered: int
    stored: int
    missing: int
    doubled: int
    states: Mapping[str, int]
    lag: Mapping[str, float]
    alerts: Mapping[str, int]
    failures: int


def fate_of(engine: Engine, offered: Mapping[str, float]) -> Fate:
    """Compare what was offered with what the database holds; lag is arrival to decided, s."""
    with reading(engine) as db:
        rows = db.exec(
            select(Mention.external_id, Mention.state, func.min(DecisionRow.created_at))
            .outerjoin(DecisionRow, col(DecisionRow.mention_id) == Mention.id)
            .where(~col(Mention.is_ours))
            .group_by(col(Mention.id), col(Mention.external_id), col(Mention.state))
        ).all()
        told = Counter(str(one) for one in db.exec(select(AlertDelivery.state)))
        failures = db.exec(select(func.count()).where(AuditEvent.action == "step.failed")).one()
    stored = Counter(external_id for external_id, _, _ in rows)
    lags = [
        _aware(decided).timestamp() - offered[external_id]
        for external_id, _, decided in rows
        if decided is not None and external_id in offered
    ]
    return Fate(
        offered=len(offered),
        stored=len(stored),
        missing=len(offered.keys() - stored.keys()),
        doubled=sum(count - 1 for count in stored.values()),
        states=dict(Counter(str(state) for _, state, _ in rows)),
        lag=percentiles(lags),
        alerts=dict(told),
        failures=failures,
    )


def percentiles(values: list[float]) -> dict[str, float]:
    """p50, p95, p99 and the most, rounded to milliseconds."""
    if not values:
        return {}
    found = numpy.percentile(values, [50, 95, 99, 100])
    names = ("p50", "p95", "p99", "most")
    return {name: round(float(one), 3) for name, one in zip(names, found, strict=True)}


def _aware(value: datetime | str) -> datetime:
    at = datetime.fromisoformat(value) if isinstance(value, str) else value
    return at if at.tzinfo else at.replace(tzinfo=UTC)
