"""Alerts and their deliveries."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, and_, col, func, or_, select

from otklik.enums import AlertKind, DeliveryState
from otklik.errors import InputError, NotFound
from otklik.models import Alert, AlertDelivery, Mention

BACK_OFF_SECONDS = 5.0
MAX_ATTEMPTS = 8
_LATEST = 200


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
    thread_key: str = "",
) -> Alert | None:
    """Raise an alert once: None when one with that key was raised before.

    Args:
        thread_key: the same for alerts about the same thing; by default the mention's.
    """
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
            thread_key=thread_key or (f"mention:{mention_id}" if mention_id else ""),
        )
        .on_conflict_do_nothing(index_elements=["brand_id", "dedup_key"])
        .returning(col(Alert.id))
    )
    number = made.scalar_one_or_none()
    if number is None:
        return None
    insert_deliveries(session, brand_id, number, channels, at)
    return session.get(Alert, number)


def insert_deliveries(
    session: Session,
    brand_id: str,
    alert_id: int,
    channels: Sequence[str],
    at: datetime,
    **more: Any,
) -> None:
    """Plan an alert on channels, not before `at`; `more` are fields of the delivery."""
    planned = {"brand_id": brand_id, "alert_id": alert_id, "next_attempt_at": at, **more}
    session.add_all(AlertDelivery(channel=name, **planned) for name in channels)
    session.flush()


def find_taken_at(session: Session, alert_id: int) -> datetime | None:
    """When somebody said "mine"; None: nobody has."""
    return session.exec(select(Alert.taken_at).where(Alert.id == alert_id)).one()


def claim_delivery(
    session: Session, brand_id: str, at: datetime, lease: timedelta
) -> tuple[AlertDelivery, Alert] | None:
    """The next delivery to be tried, marked `sending`; None when nothing is due.

    One whose sender died comes again after `lease`, its `started_at` set.
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


def save_delivered(session: Session, delivery_id: int, at: datetime, reference: str = "") -> None:
    """The channel took it, and calls the message so."""
    row = session.get_one(AlertDelivery, delivery_id)
    row.state, row.sent_at, row.error = DeliveryState.SENT, at, ""
    row.reference, row.started_at = reference[:255], None
    session.add(row)


def save_delivery_failure(
    session: Session,
    delivery_id: int,
    error: str,
    at: datetime,
    *,
    retry_after: float | None = None,
    final: bool = False,
    is_certain: bool = True,
) -> AlertDelivery:
    """The channel did not take it: back off, or as long as it asked, or give up.

    Args:
        is_certain: it surely was not sent; else it is looked for before it is tried again.
    """
    row = session.get_one(AlertDelivery, delivery_id)
    row.error = error[:2000]
    pause = BACK_OFF_SECONDS * 2 ** min(row.attempts - 1, 10)
    row.next_attempt_at = at + timedelta(seconds=pause if retry_after is None else retry_after)
    done = final or row.attempts >= MAX_ATTEMPTS
    row.state = DeliveryState.FAILED if done else DeliveryState.PENDING
    row.started_at = None if is_certain else row.started_at
    session.add(row)
    return row


def list_deliveries(
    session: Session,
    brand_id: str,
    *,
    states: Sequence[DeliveryState] = (),
    only_untaken: bool = False,
    before_id: int | None = None,
    size: int = 50,
) -> list[tuple[Alert, list[AlertDelivery]]]:
    """Alerts newest first, each with its deliveries; `states`: only with one in such a state."""
    wanted = select(Alert).where(Alert.brand_id == brand_id)
    if only_untaken:
        wanted = wanted.where(col(Alert.taken_at).is_(None))
    if before_id is not None:
        wanted = wanted.where(col(Alert.id) < before_id)
    if states:
        found = select(AlertDelivery.alert_id).where(col(AlertDelivery.state).in_(states))
        wanted = wanted.where(col(Alert.id).in_(found))
    return _with_deliveries(
        session, session.exec(wanted.order_by(col(Alert.id).desc()).limit(size)).all()
    )


def get_alert(session: Session, brand_id: str, alert_id: int) -> tuple[Alert, list[AlertDelivery]]:
    """One alert with its deliveries.

    Raises:
        NotFound: there is none of that number.
    """
    alert = session.get(Alert, alert_id)
    if alert is None or alert.brand_id != brand_id:
        raise NotFound(f"there is no alert {alert_id}")
    return _with_deliveries(session, [alert])[0]


def _with_deliveries(
    session: Session, alerts: Sequence[Alert]
) -> list[tuple[Alert, list[AlertDelivery]]]:
    deliveries: dict[int, list[AlertDelivery]] = {one.id or 0: [] for one in alerts}
    of_these = select(AlertDelivery).where(col(AlertDelivery.alert_id).in_(deliveries))
    for one in session.exec(of_these.order_by(col(AlertDelivery.id))):
        deliveries[one.alert_id].append(one)
    return [(alert, deliveries[alert.id or 0]) for alert in alerts]


def count_undelivered(session: Session, brand_id: str) -> dict[DeliveryState, int]:
    """Deliveries that failed for good or are still being tried, by the index on states."""
    waiting = (DeliveryState.FAILED, DeliveryState.PENDING, DeliveryState.SENDING)
    found = session.exec(
        select(AlertDelivery.state, func.count())
        .where(col(AlertDelivery.state).in_(waiting), AlertDelivery.brand_id == brand_id)
        .group_by(col(AlertDelivery.state))
    )
    return {DeliveryState(state): int(number) for state, number in found}


def save_retry(session: Session, delivery_id: int, at: datetime) -> AlertDelivery:
    """Try it again, now, with all its attempts before it.

    Raises:
        NotFound: no such delivery. InputError: the channel took it.
    """
    row = session.get(AlertDelivery, delivery_id, with_for_update=True)
    if row is None:
        raise NotFound(f"there is no delivery {delivery_id}")
    if row.state is DeliveryState.SENT:
        raise InputError("the channel took it already")
    row.state, row.attempts, row.next_attempt_at = DeliveryState.PENDING, 0, at
    session.add(row)
    return row


def find_usual_zone(session: Session, kind: str, number: int) -> str | None:
    """Where most of the latest mentions of an `incident` or a `source` belong."""
    of_source = and_(col(Mention.source_id) == number, col(Mention.is_ours).is_(False))
    which = of_source if kind == "source" else col(Mention.incident_id) == number
    latest = (
        select(Mention.zone)
        .where(which)
        .order_by(col(Mention.waiting_since).desc())
        .limit(_LATEST)
        .subquery()
    )
    most = select(latest.c.zone).group_by(latest.c.zone)
    return session.exec(most.order_by(func.count().desc(), latest.c.zone).limit(1)).first()


def count_places(session: Session, incident_id: int) -> list[tuple[str, int]]:
    """Platforms of an incident's mentions with their number, the most first."""
    number = func.count()
    found = session.exec(
        select(Mention.platform, number)
        .where(col(Mention.incident_id) == incident_id)
        .group_by(col(Mention.platform))
        .order_by(number.desc(), col(Mention.platform))
    )
    return [(platform, int(count)) for platform, count in found]
