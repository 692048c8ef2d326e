"""When is a storyline unusual? The tail of a negative binomial, within a budget of false alarms.

Looked at are the windows that end with the newest person. Every arrival of an unhappy mention is
one look at each window, so that a look may err with the budget of a week divided by the looks of
a week.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from scipy.special import betainc

from otklik.enums import Language
from otklik.usual import Usual
from responder.incidents.storyline import Storyline

WINDOWS = tuple(timedelta(hours=hours) for hours in (0.5, 2, 8, 24, 72))
# never an incident, however few the looks: a company of three complaints a week has a week of
# three looks, and would spend its budget on chance
LEAST_UNLIKELY = 1e-3
KEPT = "surprise"  # in `Incident.evidence`: what was seen when it was first suspected
_OWN_PAST = timedelta(days=3)  # a storyline that is older knows its own rate


@dataclass(frozen=True)
class Budget:
    """Suspected incidents a week that may be none; and how many people one needs at least."""

    per_week: float = 1.0
    least_people: int = 3


@dataclass(frozen=True)
class Surprise:
    """More people than usual: `seen` within `hours`, `expected` by then.

    `usual_per_day` is on an average day, `probability` that chance alone brings as many.
    """

    seen: int
    hours: float
    expected: float
    usual_per_day: float
    probability: float

    def as_row(self) -> dict[str, Any]:
        """As `Incident.evidence` keeps it."""
        return {KEPT: asdict(self)}

    def said(self, language: Language | str) -> str:
        """Why it is unusual, one sentence."""
        russian = language == Language.RUSSIAN
        usual = _usual(self.usual_per_day, russian)
        if russian:
            people = _plural(self.seen, "человек", "человека", "человек")
            return f"{self.seen} {people} за {_span(self.hours, russian)}, {usual}"
        people = "person" if self.seen == 1 else "people"
        return f"{self.seen} {people} in {_span(self.hours, russian)}, {usual}"


def kept_in(evidence: Mapping[str, Any]) -> Surprise | None:
    """What was seen when an incident was first suspected; None: people made it."""
    found = evidence.get(KEPT)
    return Surprise(**found) if found else None


def judge(storyline: Storyline, usual: Usual, *, at: datetime, budget: Budget) -> Surprise | None:
    """How unusual a storyline is at `at`; None: not unusual enough, or too few people."""
    times = storyline.times[: bisect_right(storyline.times, at)]
    if len(times) < budget.least_people:
        return None
    share = share_of_topic(storyline, usual)
    end = times[-1]
    found = [_looked(times, end - window, end, usual, share) for window in WINDOWS]
    enough = [one for one in found if one.seen >= budget.least_people]
    best = min(enough, key=lambda one: one.probability, default=None)
    looks = max(usual.per_week_in_all, 1.0) * len(WINDOWS)
    allowed = min(budget.per_week / looks, LEAST_UNLIKELY)
    return best if best is not None and best.probability <= allowed else None


def share_of_topic(storyline: Storyline, usual: Usual) -> float:
    """Which part of what is usual of its topic and thing is usual of one storyline, 0 … 1.

    Nobody knows it of a new one: as a rule, so many people a week tell about the square root of
    so many stories. One older than three days has a past of its own.
    """
    week = max(usual.per_day * 7, 1e-9)
    first = min(1.0, 1 / math.sqrt(week))
    lasted = storyline.last_at - storyline.first_at - WINDOWS[-1]
    if lasted < _OWN_PAST:
        return first
    before = max(0, storyline.mentions - len(storyline.times))
    due = usual.per_day * (lasted / timedelta(days=1))
    return min(1.0, max(first, (before + 1) / (due + 1 / first)))


def _looked(
    times: tuple[datetime, ...], start: datetime, end: datetime, usual: Usual, share: float
) -> Surprise:
    seen = len(times) - bisect_right(times, start)
    expected = usual.between(start, end) * share
    # the window ends with somebody: what is left to chance are the others
    return Surprise(
        seen=seen,
        hours=(end - times[-seen]) / timedelta(hours=1),
        expected=expected,
        usual_per_day=usual.per_day * share,
        probability=tail(seen - 1, expected, usual.spread),
    )


def tail(seen: int, expected: float, spread: float) -> float:
    """Chance of `seen` or more: negative binomial, variance expected + expected² / spread."""
    if seen <= 0:
        return 1.0
    return float(betainc(seen, spread, expected / (expected + spread)))


def _usual(per_day: float, russian: bool) -> str:
    """One figure that counts, no more: 12 a day, 0.4 a day, 2 a month."""
    before, day, month = (
        ("обычно", "в день", "в месяц") if russian else ("usual", "a day", "a month")
    )
    rare = "реже раза в месяц" if russian else "less than once a month"
    if per_day >= 0.1:
        figure = f"{per_day:.0f}" if per_day >= 2 else f"{per_day:.1f}"
        figure = figure.replace(".", ",") if russian else figure
        return f"{before} {figure} {day}"
    if per_day * 30 < 1:
        return f"{before} {rare}"
    return f"{before} {per_day * 30:.0f} {month}"


def _span(hours: float, russian: bool) -> str:
    minutes, days = max(1, math.ceil(hours * 60)), math.ceil(hours / 24)
    if minutes < 60:
        words = ("минуту", "минуты", "минут") if russian else ("minute", "minutes", "minutes")
        return f"{minutes} {_plural(minutes, *words, russian=russian)}"
    if hours <= 24:
        whole = math.ceil(hours)
        words = ("час", "часа", "часов") if russian else ("hour", "hours", "hours")
        return f"{whole} {_plural(whole, *words, russian=russian)}"
    words = ("день", "дня", "дней") if russian else ("day", "days", "days")
    return f"{days} {_plural(days, *words, russian=russian)}"


def _plural(number: int, one: str, few: str, many: str, *, russian: bool = True) -> str:
    if not russian:
        return one if number == 1 else many
    if number % 10 == 1 and number % 100 != 11:
        return one
    is_few = number % 10 in (2, 3, 4) and number % 100 not in (12, 13, 14)
    return few if is_few else many
