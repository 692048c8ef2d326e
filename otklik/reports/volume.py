"""How much came, of which kind: by day or week, and the reasons with their trend."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from sqlmodel import Session

from otklik.reports.counting import (
    USUAL_RISK,
    Comparison,
    compare,
    dispersion,
    shared_risk,
    unwatched,
)
from otklik.reports.periods import DAY, Period, Span, by_weekday, pairs
from otklik.store import report_counts
from otklik.store.report_counts import Narrowing

DAYS_BY_DAY = 62
LOOKED_AT = 10_000


class By(StrEnum):
    """What volume is told apart by."""

    STANCE = "stance"
    TOPIC = "topic"
    PLATFORM = "platform"
    ZONE = "zone"


class ReasonKind(StrEnum):
    """What makes people write: a topic, a matter of their points, a thing of ours."""

    TOPIC = "topic"
    MATTER = "matter"
    ENTITY = "entity"


@dataclass(frozen=True)
class Volume:
    """Counts by span and key; `against` compares the whole with the period before."""

    by: By
    is_weekly: bool
    spans: list[Span]
    lines: dict[str, list[int]]
    against: Comparison

    @property
    def total(self) -> int:
        """All of them."""
        return sum(map(sum, self.lines.values()))


@dataclass(frozen=True)
class Reason:
    """One reason of contact now and before; counts of a sample where `every` is above 1."""

    kind: ReasonKind
    key: str
    against: Comparison
    every: int = 1


def read_volume(
    session: Session, brand_id: str, period: Period, by: By, wanted: Narrowing | None = None
) -> Volume:
    """Volume by day, by week where the period is long."""
    is_weekly = period.length > DAYS_BY_DAY
    spans = period.weeks() if is_weekly else period.days()
    lines = report_counts.count_by(session, brand_id, pairs(spans), by, wanted)
    earlier = report_counts.count_mentions(session, brand_id, pairs(period.before().days()), wanted)
    now = [sum(line[number] for line in lines.values()) for number in range(len(spans))]
    bunch = dispersion([*by_weekday(earlier, period.before().first), *_daily(now, period)])
    ordered = dict(sorted(lines.items(), key=lambda one: (-sum(one[1]), one[0])))
    against = compare(sum(earlier), sum(now), dispersion=bunch)
    if not is_watched(session, brand_id, period.before().start):
        against = unwatched(against)
    return Volume(by, is_weekly, spans, ordered, against)


def is_watched(session: Session, brand_id: str, since: datetime) -> bool:
    """Was anything collected of the days from then on, give or take one?"""
    first = report_counts.find_first_moment(session, brand_id)
    return first is not None and first <= since + DAY


def _daily(counts: list[int], period: Period) -> list[list[int]]:
    if period.length > DAYS_BY_DAY:
        return []
    full = counts[:-1] if period.end == period.now else counts  # today is not over
    return by_weekday(full, period.first)


def read_reasons(
    session: Session, brand_id: str, period: Period, wanted: Narrowing | None = None
) -> list[Reason]:
    """Topics, matters and things of ours, each kind by frequency, with their trend.

    All comparisons of one kind share one risk: among twenty topics one would "grow" by chance.
    """
    spans = [period.before().whole, period.whole]
    topics, bunch = _topics(session, brand_id, period, wanted)
    every = max(1, sum(map(sum, topics.values())) // LOOKED_AT)
    matters = report_counts.count_matters(session, brand_id, spans, wanted, every=every)
    things = report_counts.count_entities(session, brand_id, spans, wanted, every=every)
    plain = [one for one in _reasons(ReasonKind.TOPIC, topics, bunch) if one.key not in _NO_TOPIC]
    sampled = [
        *_reasons(ReasonKind.MATTER, matters, bunch),
        *_reasons(ReasonKind.ENTITY, things, bunch),
    ]
    found = [*plain, *(replace(one, every=every) for one in sampled)]
    if is_watched(session, brand_id, period.before().start):
        return found
    return [replace(one, against=unwatched(one.against)) for one in found]


_NO_TOPIC = ("", "none")


def _topics(
    session: Session, brand_id: str, period: Period, wanted: Narrowing | None
) -> tuple[dict[str, list[int]], float]:
    """Counts before and now by topic, and the dispersion of the daily totals."""
    every_day = [*period.before().days(), *period.days()]
    lines = report_counts.count_by(session, brand_id, pairs(every_day), "topic", wanted)
    earlier = sum(one.day < period.first for one in every_day)
    groups: dict[tuple[bool, int], list[int]] = {}
    for place, span in enumerate(every_day):
        if span.end - span.start > DAY / 2:
            total = sum(line[place] for line in lines.values())
            groups.setdefault((place < earlier, span.day.weekday()), []).append(total)
    sides = {key: [sum(line[:earlier]), sum(line[earlier:])] for key, line in lines.items()}
    return sides, dispersion(list(groups.values()))


def _reasons(kind: ReasonKind, counts: dict[str, list[int]], bunch: float) -> list[Reason]:
    risk = shared_risk(len(counts), USUAL_RISK)
    found = [
        Reason(kind, key, compare(before, after, dispersion=bunch, risk=risk))
        for key, (before, after) in counts.items()
    ]
    return sorted(found, key=lambda one: (-one.against.after, -one.against.before, one.key))
