"""What to report on: days and narrowing, chosen once for all sections."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import streamlit as st
from sqlmodel import Session

from dashboard import data, words
from dashboard.i18n import N_, _
from otklik import database
from otklik.clock import now
from otklik.enums import Topic
from otklik.reports.periods import Period
from otklik.store import report_counts
from otklik.store.report_counts import Narrowing

LENGTHS = {"7": N_("7 days"), "28": N_("4 weeks"), "91": N_("13 weeks"), "own": N_("Other days")}
USUAL = "28"
FRESH_MINUTES = 2
LONGEST = 400
FILTER_WIDTH = 200
T = TypeVar("T")


@dataclass(frozen=True)
class Choice:
    """Days and narrowing."""

    period: Period
    wanted: Narrowing

    @property
    def zone(self) -> ZoneInfo:
        """The desk's own time zone."""
        return self.period.zone

    @property
    def key(self) -> tuple[object, ...]:
        """What a stored figure belongs to."""
        one = self.wanted
        chosen = (one.platforms, one.zones, one.topics)
        return (self.period.first, self.period.last, self.period.now, chosen)


def choose(*, has_period: bool = True, has_filters: bool = True) -> Choice:
    """The line of choices over a section, those that matter to it."""
    at = _fresh(now())
    if not (has_period or has_filters):
        return Choice(Period.of(int(USUAL), at, words.zone()), Narrowing())
    with st.container(key="ot-report-choice", horizontal=True, vertical_alignment="bottom"):
        period = _period(_length() if has_period else USUAL, at)
        wanted = _narrowing(period) if has_filters else Narrowing()
    return Choice(period, wanted)


def _length() -> str:
    chosen = st.segmented_control(
        _("Period"),
        list(LENGTHS),
        default=USUAL,
        required=True,
        format_func=lambda one: _(LENGTHS[one]),
        key="report-length",
        persist_state="session",
    )
    return str(chosen or USUAL)


def _fresh(at: datetime) -> datetime:
    """Figures are as old as that at most: the same moment asks for the same stored figures."""
    return at.replace(minute=at.minute // FRESH_MINUTES * FRESH_MINUTES, second=0, microsecond=0)


def _period(length: str, at: datetime) -> Period:
    if length != "own":
        return Period.of(int(length), at, words.zone())
    usual = Period.of(int(USUAL), at, words.zone())
    chosen: Any = st.date_input(
        _("From and to"),
        value=(usual.first, usual.last),
        max_value=usual.last,
        format="DD.MM.YYYY",
        key="report-days",
        width=230,
    )
    days: tuple[date, ...] = chosen if isinstance(chosen, tuple) else (chosen,)
    if len(days) < 2:
        return usual
    first = max(days[0], days[1] - timedelta(days=LONGEST - 1))
    return Period(first, days[1], words.zone(), at)


def _narrowing(period: Period) -> Narrowing:
    seen = stored(("choices", period.first, period.last, period.now), lambda s: _seen(s, period))
    look: Any = {"placeholder": _("any"), "width": FILTER_WIDTH}
    platforms = st.multiselect(_("Platform"), seen["platform"], key="report-platforms", **look)
    zones = st.multiselect(_("Zone"), seen["zone"], key="report-zones", **look)
    topics = st.multiselect(
        _("Topic"),
        [one for one in Topic if one is not Topic.NONE],
        format_func=lambda one: words.name("topic", one),
        key="report-topics",
        **look,
    )
    return Narrowing(tuple(platforms), tuple(zones), tuple(topics))


def _seen(session: Session, period: Period) -> dict[str, list[str]]:
    brand = data.settings().brand_id
    return {
        by: sorted(report_counts.count_by(session, brand, [period.whole], by))
        for by in ("platform", "zone")
    }


def stored(key: tuple[object, ...], read: Callable[[Session], T]) -> T:
    """A figure that was read within the last minutes, else read now in one transaction."""
    found: T = _stored((data.settings().database_url, data.settings().brand_id, *key), read)
    return found


@st.cache_data(ttl=FRESH_MINUTES * 60, max_entries=300, show_spinner=False)
def _stored(key: tuple[object, ...], _read: Callable[[Session], Any]) -> Any:
    with database.reading(data.engine()) as session:
        return _read(session)
