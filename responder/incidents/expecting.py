"""What is usual of a company at a moment, asked of its own past at most once an hour."""

from datetime import UTC, date, datetime
from functools import lru_cache
from weakref import WeakKeyDictionary
from zoneinfo import ZoneInfo

from sqlalchemy import Engine
from sqlmodel import Session

from otklik.operations.holidays import production_year
from otklik.settings import Settings
from otklik.store.report_counts import find_first_moment
from otklik.store.usual import list_unhappy_hours
from otklik.usual_rates import LEFT_OUT, PAST, Rates, learn

_known: WeakKeyDictionary[Engine, dict[str, tuple[datetime, Rates]]] = WeakKeyDictionary()


def rates_for(session: Session, settings: Settings, at: datetime) -> Rates:
    """What the past of the brand says is usual; kept in this process until the next hour begins."""
    start = at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    brands = _known.setdefault(session.get_bind().engine, {})
    learned_at, rates = brands.get(settings.brand_id, (None, None))
    if rates is None or learned_at != start:
        rates = learn_now(session, settings, start)
        brands[settings.brand_id] = start, rates
    return rates


def learn_now(session: Session, settings: Settings, start: datetime) -> Rates:
    """Rates of the weeks before the hour `start`, without its newest days."""
    until = start - LEFT_OUT
    first = find_first_moment(session, settings.brand_id)
    began = first.replace(minute=0, second=0, microsecond=0) if first else until
    since = min(max(began, until - PAST), until)
    hours = list_unhappy_hours(session, settings.brand_id, since, until) if since < until else []
    zone = ZoneInfo(settings.timezone)
    return learn(hours, since, until, zone=zone, is_day_off=_is_day_off)


@lru_cache(maxsize=1000)
def _is_day_off(day: date) -> bool:
    """Holidays have days of their own: people write as on a Sunday."""
    return not production_year(day.year).is_working_day(day)
