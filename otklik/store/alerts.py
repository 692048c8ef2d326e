"""Alerts and their deliveries."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, or_, select

from otklik.enums import AlertKind, DeliveryState
from otklik.models import Alert, AlertDelivery

BACK_OFF_SECONDS = 5.0
MAX_ATTEMPTS = 8


def save_alert(
    session: Session,
    *,
    brand_id: str,
    kind: AlertKind,
    dedup_key: str,
    title: str,
    body: str,
    urgency: int,
    channels: Sequence[str],
    at: datetime,
    mention_id: int | None = None,
    link: str = "",
) -> Alert | None:
    """Raise an alert once: None when one with that key was raised before."""
    postgres = session.get_bind().dialect.name == "postgresql"
    statement: Any = (postgresql.insert if postgres else sqlite.insert)(Alert)
    made = session.connection().execute(
        statement.values(
            brand_id=brand_id,
            kind=kind,
            dedup_key=dedup_key[:255],
            mention_id=mention_id,
            title=title[:300],
            body=body[:4000],
            link=link,
            urgency=urgency,
            created_at=at,
        )
        .on_conflict_do_nothing(index_elements=["brand_id", "dedup_key"])
        .returning(col(Alert.id))
    )
    number = made.scalar_one_or_none()
    if number is None:
        return None
    session.add_all(
        AlertDelivery(brand_id=brand_id, alert_id=number, channel=name, next_attempt_at=at)
        for name in channels
    )
    session.flush()
    return session.get(Alert, number)


def claim_delivery(
    session: Session, brand_id: str, at: datetime, lease: timedelta
) -> tuple[AlertDelivery, Alert] | None:
    """The next delivery to be tried, marked `sending`; None when nothing is due.

    One whose sender died is tried again after `lease`: an alert twice is better than none.
    """
    due = col(AlertDelivery.next_attempt_at) <= at
    waiting = or_(
        AlertDelivery.state == DeliveryState.PENDING, AlertDelivery.state == DeliveryState.SENDING
    )
    found = session.exec(
        select(AlertDelivery, Alert)
        .join(Alert, col(Alert.id) == AlertDelivery.alert_id)
        .where(AlertDelivery.brand_id == brand_id, waiting, due)
        .order_by(col(AlertDelivery.next_attempt_at), col(AlertDelivery.id))
        .limit(1)
        .with_for_update(skip_locked=True, of=AlertDelivery)
    ).first()
    if found is None:
        return None
    delivery, alert = found
    delivery.state, delivery.next_attempt_at = DeliveryState.SENDING, at + lease
    delivery.attempts += 1
    session.add(delivery)
    return delivery, alert


def save_delivered(session: Session, delivery_id: int, at: datetime) -> None:
    """The channel took it."""
    row = session.get_one(AlertDelivery, delivery_id)
    row.state, row.sent_at, row.error = DeliveryState.SENT, at, ""
    session.add(row)


def save_delivery_failure(
    session: Session,
    delivery_id: int,
    error: str,
    at: datetime,
    *,
    retry_after: float | None = None,
    final: bool = False,
) -> None:
    """The channel did not take it: back off, or as long as it asked, or give up."""
    row = session.get_one(AlertDelivery, delivery_id)
    row.error = error[:2000]
    pause = BACK_OFF_SECONDS * 2 ** min(row.attempts - 1, 10)
    row.next_attempt_at = at + timedelta(seconds=pause if retry_after is None else retry_after)
    done = final or row.attempts >= MAX_ATTEMPTS
    row.state = DeliveryState.FAILED if done else DeliveryState.PENDING
    session.add(row)
