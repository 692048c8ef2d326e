"""Numbers beside the names of pages: what waits there for somebody."""

from datetime import datetime

from sqlmodel import Session, col, func, select

from otklik.enums import ActState, IncidentState, PromiseState
from otklik.models import Act, Incident, Promise

_UNLED = (IncidentState.SUSPECTED, IncidentState.OPEN, IncidentState.REOPENED)


def count_overdue_promises(session: Session, brand_id: str, at: datetime) -> int:
    """Promises that are open though their day is gone."""
    query = (
        select(func.count())
        .select_from(Promise)
        .where(
            Promise.brand_id == brand_id,
            Promise.state == PromiseState.OPEN,
            col(Promise.due_at) < at,
        )
    )
    return session.exec(query).one()


def count_asked_acts(session: Session, brand_id: str) -> int:
    """Measures that wait for a second person."""
    query = (
        select(func.count())
        .select_from(Act)
        .where(Act.brand_id == brand_id, Act.state == ActState.ASKED)
    )
    return session.exec(query).one()


def count_unled_incidents(session: Session, brand_id: str) -> int:
    """Incidents that go on and that nobody has taken."""
    query = (
        select(func.count())
        .select_from(Incident)
        .where(
            Incident.brand_id == brand_id,
            col(Incident.state).in_(_UNLED),
            col(Incident.owner_id).is_(None),
        )
    )
    return session.exec(query).one()
