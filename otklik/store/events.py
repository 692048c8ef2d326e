"""Dated events, and weekly reports on their way."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, or_, select, update

from otklik.enums import DeliveryState
from otklik.errors import NotFound
from otklik.models import DatedEvent, ReportSending


def save_event(session: Session, event: DatedEvent) -> None:
    """Keep an event, its id filled in."""
    session.add(event)
    session.flush()


def get_event(session: Session, event_id: int) -> DatedEvent:
    """The event of that id.

    Raises:
        NotFound: there is none.
    """
    found = session.get(DatedEvent, event_id)
    if found is None:
        raise NotFound(f"event {event_id}")
    return found


def list_events(
    session: Session,
    brand_id: str,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    limit: int = 200,
) -> list[DatedEvent]:
    """Events that touch a span (either end may be open), the latest first."""
    query = select(DatedEvent).where(
        DatedEvent.brand_id == brand_id, col(DatedEvent.removed_at).is_(None)
    )
    if since is not None:
        query = query.where(or_(col(DatedEvent.at) >= since, col(DatedEvent.until) > since))
    if until is not None:
        query = query.where(DatedEvent.at < until)
    return list(session.exec(query.order_by(col(DatedEvent.at).desc()).limit(limit)))


def claim_sending(
    session: Session, brand_id: str, week: str, at: datetime, lease: timedelta
) -> ReportSending | None:
    """The week's report, marked `sending` by us; None: sent, on its way, or not due again yet.

    A sender that died is followed by another after `lease`.
    """
    postgres = session.get_bind().dialect.name == "postgresql"
    insert: Any = (postgresql.insert if postgres else sqlite.insert)(ReportSending)
    first = ReportSending(
        brand_id=brand_id, week=week, state=DeliveryState.PENDING, next_attempt_at=at
    )
    session.connection().execute(insert.values(first.model_dump()).on_conflict_do_nothing())
    taken = session.connection().execute(
        update(ReportSending)
        .where(
            col(ReportSending.brand_id) == brand_id,
            col(ReportSending.week) == week,
            col(ReportSending.state).in_((DeliveryState.PENDING, DeliveryState.SENDING)),
            col(ReportSending.next_attempt_at) <= at,
        )
        .values(
            state=DeliveryState.SENDING,
            next_attempt_at=at + lease,
            attempts=col(ReportSending.attempts) + 1,
        )
    )
    if taken.rowcount != 1:
        return None
    return session.get(ReportSending, (brand_id, week), populate_existing=True)


def save_sending(session: Session, row: ReportSending) -> None:
    """Keep what became of it."""
    session.add(row)
    session.flush()


def find_sending(session: Session, brand_id: str, week: str) -> ReportSending | None:
    """What became of a week's report, or None when nothing was tried yet."""
    return session.get(ReportSending, (brand_id, week), populate_existing=True)


def list_sendings(session: Session, brand_id: str, limit: int = 12) -> Sequence[ReportSending]:
    """The latest weekly reports, newest first."""
    return session.exec(
        select(ReportSending)
        .where(ReportSending.brand_id == brand_id)
        .order_by(col(ReportSending.week).desc())
        .limit(limit)
    ).all()
