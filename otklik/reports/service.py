"""How soon and how surely we answer; and whether answering changes anything."""

from collections import defaultdict
from dataclasses import dataclass

from sqlmodel import Session

from otklik.enums import SlaState
from otklik.reports.counting import quantile
from otklik.reports.effect import Effect, Outcome, estimate
from otklik.reports.periods import Period
from otklik.store import report_counts, report_effect, report_replies
from otklik.store.report_counts import Narrowing
from otklik.store.report_effect import AuthorCount

LOOKED_AT = 10_000
AUTHORS_LOOKED_AT = 10_000


@dataclass(frozen=True)
class Speed:
    """Minutes to our first reply: half, nine and nineteen of twenty are answered by then."""

    key: str
    answered: int
    median: float | None
    p90: float | None
    p95: float | None


@dataclass(frozen=True)
class Service:
    """First replies and the terms kept, in all and by zone or platform.

    One mention in `every` was looked at for the times; counts of `speed` are of these.
    """

    speed: Speed
    before: Speed
    parts: list[Speed]
    kept: int
    missed: int
    running: int
    every: int

    @property
    def kept_share(self) -> float | None:
        """Share of terms kept; None before any has ended."""
        ended = self.kept + self.missed
        return self.kept / ended if ended else None


@dataclass(frozen=True)
class ReplyEffect:
    """Authors who complained, answered and left alone, alike otherwise.

    `tone`: share whose next mention is no complaint; `rating`: change of stars. `again_…` is
    the share who wrote again at all: only these have a next mention.
    """

    tone: Effect
    rating: Effect
    again_answered: float | None
    again_alone: float | None
    every: int


def read_service(
    session: Session,
    brand_id: str,
    period: Period,
    by: str = "zone",
    wanted: Narrowing | None = None,
) -> Service:
    """Times to the first reply and terms kept, of what came in the period."""
    spans = [period.before().whole, period.whole]
    totals = report_counts.count_mentions(session, brand_id, spans, wanted)
    every = max(1, sum(totals) // LOOKED_AT)
    found = report_replies.list_first_replies(session, brand_id, spans, wanted, by=by, every=every)
    both: dict[int, list[tuple[float, int]]] = defaultdict(list)
    parts: dict[str, list[tuple[float, int]]] = defaultdict(list)
    for number, key, minutes, count in found:
        both[number].append((minutes, count))
        if number:
            parts[key].append((minutes, count))
    terms = report_counts.count_by(session, brand_id, [period.whole], "sla_state", wanted)
    return Service(
        speed=_speed("", both[1]),
        before=_speed("", both[0]),
        parts=sorted(
            (_speed(key, times) for key, times in parts.items()), key=lambda one: -one.answered
        ),
        kept=_one(terms, SlaState.MET),
        missed=_one(terms, SlaState.MISSED),
        running=_one(terms, SlaState.RUNNING),
        every=every,
    )


def _one(counts: dict[str, list[int]], key: str) -> int:
    return counts.get(key, [0])[0]


def _speed(key: str, times: list[tuple[float, int]]) -> Speed:
    return Speed(
        key=key,
        answered=sum(count for _minutes, count in times),
        median=quantile(times, 0.5),
        p90=quantile(times, 0.9),
        p95=quantile(times, 0.95),
    )


def read_reply_effect(
    session: Session, brand_id: str, period: Period, wanted: Narrowing | None = None
) -> ReplyEffect:
    """What became of those answered, against those alike who were left alone."""
    total = sum(report_counts.count_mentions(session, brand_id, [period.whole], wanted))
    every = max(1, total // AUTHORS_LOOKED_AT)
    counts = report_effect.list_author_counts(session, brand_id, *period.whole, wanted, every=every)
    return ReplyEffect(
        tone=estimate(_outcomes(counts, "is_calm")),
        rating=estimate(_outcomes(counts, "rating")),
        again_answered=_again(counts, is_answered=True),
        again_alone=_again(counts, is_answered=False),
        every=every,
    )


def _outcomes(counts: list[AuthorCount], field: str) -> list[Outcome]:
    return [
        Outcome(
            (one.platform, one.stance, one.topic, one.urgency, one.week),
            one.is_answered,
            float(getattr(one, field)),
            one.count,
        )
        for one in counts
        if getattr(one, field) is not None
    ]


def _again(counts: list[AuthorCount], *, is_answered: bool) -> float | None:
    side = [one for one in counts if one.is_answered is is_answered]
    total = sum(one.count for one in side)
    again = sum(one.count for one in side if one.is_calm is not None)
    return again / total if total else None
