"""Watched places as the desk shows them: which is broken, and the line that sums them up."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from dashboard import data
from dashboard.i18n import ngettext
from otklik import database, watching
from otklik.clock import now
from otklik.enums import SourceHealth, SourceOrigin
from otklik.store import sources
from otklik.watching import SourceReport

NEARLY_SPENT = 0.8


class SourceState(StrEnum):
    """How a source is, as one word; in the order in which people should look."""

    OFF = "off"
    FAILING = "failing"
    SUSPECT = "suspect"
    PAUSED = "paused"
    NEW = "new"
    OK = "ok"
    IDLE = "idle"


ORDER = tuple(SourceState)
BROKEN = (SourceState.OFF, SourceState.FAILING, SourceState.SUSPECT)


def state_of(report: SourceReport) -> SourceState:
    """What health, pause and settings come to."""
    if report.is_paused:
        return SourceState.PAUSED
    if report.health is SourceHealth.OFF:
        return SourceState.OFF
    if not report.is_enabled:
        return SourceState.IDLE
    return SourceState(report.health)


def share_spent(report: SourceReport) -> float | None:
    """How much of the month's budget is gone, 0 to 1; None without a budget."""
    return None if not report.budget else min(1.0, report.spent / report.budget)


def broken_first(reports: Iterable[SourceReport]) -> list[SourceReport]:
    """What waits for a person on top, then the worse before the better, then by name."""
    return sorted(
        reports,
        key=lambda one: (
            not one.to_do or one.is_paused,
            ORDER.index(state_of(one)),
            one.name.casefold(),
        ),
    )


def count_states(reports: Iterable[SourceReport]) -> dict[SourceState, int]:
    """How many are in each state; states nobody is in are absent."""
    found = Counter(state_of(report) for report in reports)
    return {state: found[state] for state in ORDER if found[state]}


def summary(counts: dict[SourceState, int]) -> tuple[str, list[tuple[SourceState, str]]]:
    """How many places are watched, and how many of them are how."""
    watched = sum(number for state, number in counts.items() if state is not SourceState.IDLE)
    order = (SourceState.OK, *(state for state in ORDER if state is not SourceState.OK))
    parts = [(state, _part(state, counts[state])) for state in order if state in counts]
    return ngettext("{n} source", "{n} sources", watched), parts


def _part(state: SourceState, count: int) -> str:
    if state is SourceState.OFF:
        return ngettext("{n} without access", "{n} without access", count)
    if state is SourceState.FAILING:
        return ngettext("{n} failing", "{n} failing", count)
    if state is SourceState.SUSPECT:
        return ngettext("{n} suspect", "{n} suspect", count)
    if state is SourceState.PAUSED:
        return ngettext("{n} paused", "{n} paused", count)
    if state is SourceState.NEW:
        return ngettext("{n} not read yet", "{n} not read yet", count)
    if state is SourceState.OK:
        return ngettext("{n} in order", "{n} in order", count)
    return ngettext("{n} not watched", "{n} not watched", count)


@dataclass(frozen=True)
class SourceFile:
    """One source for its own page: how it fares, and how it was set up (holds no secret)."""

    report: SourceReport
    config: dict[str, object]
    interval: float

    @property
    def is_file(self) -> bool:
        """Was it read from a file once?"""
        return self.report.origin is SourceOrigin.IMPORT


def desk_time() -> datetime:
    """The present moment, in the zone of the desk."""
    return now().astimezone(ZoneInfo(data.settings().timezone))


def list_reports(at: datetime) -> Sequence[SourceReport]:
    """Every source, the broken first."""
    with database.reading(data.engine()) as session:
        return broken_first(watching.list_reports(session, data.settings().brand_id, at))


def source_file(source_id: int, at: datetime) -> SourceFile:
    """One source.

    Raises:
        NotFound: there is no such source.
    """
    brand = data.settings().brand_id
    with database.reading(data.engine()) as session:
        row = sources.get_source(session, source_id)
        report = watching.get_report(session, brand, row.name, at)
        return SourceFile(report, dict(row.config), row.interval_seconds)
