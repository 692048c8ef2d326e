"""Deliveries on their way: claimed one by one, gathered in a storm, passed over once taken."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import CursorResult, update
from sqlmodel import Session, col, func, select

from otklik.enums import DeliveryState
from otklik.models import Alert, AlertDelivery, Person
from otklik.store.alerts import claim_delivery

_LATEST = 50


class Throttle(NamedTuple):
    """At most `burst` messages of a kind on one channel within `window`; more become one."""

    burst: int
    window: timedelta


@dataclass(frozen=True)
class Outgoing:
    """One message to be sent: a delivery, and what else it tells of.

    Attributes:
        since: when a sending began of which nobody knows the end; None: it is the first.
        after: reference of the latest message before it on this channel.
        known: references of messages of this brand that are not the one looked for.
        thread: reference of the first message about the same thing.
    """

    delivery: AlertDelivery
    alert: Alert
    folded: list[Alert] = field(default_factory=list)
    since: datetime | None = None
    after: str = ""
    known: frozenset[str] = frozenset()
    thread: str = ""


def claim_next(
    session: Session, brand_id: str, at: datetime, lease: timedelta, throttle: Throttle
) -> Outgoing | None:
    """The next message, marked `sending`; None when nothing is due.

    What was taken meanwhile is skipped, what comes in a storm is gathered or waits its window.
    """
    while (found := claim_delivery(session, brand_id, at, lease)) is not None:
        delivery, alert = found
        since, delivery.started_at = delivery.started_at, delivery.started_at or at
        if delivery.step and alert.taken_at is not None:
            delivery.state, delivery.started_at = DeliveryState.SKIPPED, None
        elif delivery.attempts > 1 or not _waits(session, delivery, alert, at, throttle):
            return _outgoing(session, delivery, alert, since)
        session.add(delivery)
        session.flush()
    return None


def _outgoing(
    session: Session, delivery: AlertDelivery, alert: Alert, since: datetime | None
) -> Outgoing:
    session.flush()
    after, known = _around(session, delivery, since) if since else ("", frozenset())
    return Outgoing(
        delivery,
        alert,
        list_folded(session, delivery),
        since,
        after,
        known,
        _thread(session, delivery, alert),
    )


def _waits(
    session: Session, delivery: AlertDelivery, alert: Alert, at: datetime, throttle: Throttle
) -> bool:
    """Gathers a storm into this delivery; True: it has to wait for its window itself."""
    if delivery.is_digest:
        _fold(session, delivery, alert, at)
        return False
    told, first_at = _told_lately(session, delivery, alert, at - throttle.window)
    if told >= throttle.burst and first_at is not None:
        _postpone(session, delivery, alert, at, first_at + throttle.window)
        return True
    if told + _count_alike(session, delivery, alert, at) >= throttle.burst:
        _fold(session, delivery, alert, at)
    return False


def _alike(delivery: AlertDelivery, alert: Alert, at: datetime) -> list[Any]:
    """Fresh deliveries of the same kind on the same channel, or all of its digest."""
    fresh = [
        AlertDelivery.brand_id == delivery.brand_id,
        AlertDelivery.channel == delivery.channel,
        AlertDelivery.state == DeliveryState.PENDING,
        AlertDelivery.attempts == 0,
        AlertDelivery.step == delivery.step,
        col(AlertDelivery.is_digest).is_(delivery.is_digest),
        col(AlertDelivery.next_attempt_at) <= at,
    ]
    kinds = select(Alert.id).where(Alert.kind == alert.kind, Alert.brand_id == alert.brand_id)
    return fresh if delivery.is_digest else [*fresh, col(AlertDelivery.alert_id).in_(kinds)]


def _count_alike(session: Session, delivery: AlertDelivery, alert: Alert, at: datetime) -> int:
    return session.exec(select(func.count()).where(*_alike(delivery, alert, at))).one()


def _free_alike(delivery: AlertDelivery, alert: Alert, at: datetime) -> Any:
    """Condition: alike, and in nobody's hands. Two tellers who each held one message and waited
    for the other's while gathering the rest were a deadlock.
    """
    free = select(AlertDelivery.id).where(*_alike(delivery, alert, at))
    return col(AlertDelivery.id).in_(free.with_for_update(skip_locked=True))


def _fold(session: Session, delivery: AlertDelivery, alert: Alert, at: datetime) -> None:
    session.flush()
    session.execute(
        update(AlertDelivery)
        .where(_free_alike(delivery, alert, at))
        .values(state=DeliveryState.FOLDED, head_id=delivery.id)
        .execution_options(synchronize_session=False)
    )


def _postpone(
    session: Session, delivery: AlertDelivery, alert: Alert, at: datetime, until: datetime
) -> None:
    session.execute(
        update(AlertDelivery)
        .where(_free_alike(delivery, alert, at))
        .values(next_attempt_at=until)
        .execution_options(synchronize_session=False)
    )
    delivery.state, delivery.started_at, delivery.next_attempt_at = (
        DeliveryState.PENDING,
        None,
        until,
    )
    delivery.attempts -= 1


def _told_lately(
    session: Session, delivery: AlertDelivery, alert: Alert, since: datetime
) -> tuple[int, datetime | None]:
    number, first = session.exec(
        select(func.count(), func.min(AlertDelivery.sent_at))
        .join(Alert, col(Alert.id) == AlertDelivery.alert_id)
        .where(
            AlertDelivery.brand_id == delivery.brand_id,
            AlertDelivery.channel == delivery.channel,
            AlertDelivery.state == DeliveryState.SENT,
            col(AlertDelivery.head_id).is_(None),
            col(AlertDelivery.sent_at) > since,
            Alert.kind == alert.kind,
        )
    ).one()
    return int(number), first


def _around(
    session: Session, delivery: AlertDelivery, since: datetime
) -> tuple[str, frozenset[str]]:
    """The reference before a sending nobody knows the end of, and those that came after it."""
    mine = (AlertDelivery.brand_id == delivery.brand_id, col(AlertDelivery.reference) != "")
    before = session.exec(
        select(AlertDelivery.reference)
        .where(*mine, AlertDelivery.channel == delivery.channel)
        .where(col(AlertDelivery.sent_at) <= since)
        .order_by(col(AlertDelivery.sent_at).desc(), col(AlertDelivery.id).desc())
        .limit(_LATEST)
    ).all()
    others = session.exec(
        select(AlertDelivery.reference).where(
            *mine, col(AlertDelivery.sent_at) >= since - timedelta(hours=1)
        )
    )
    # one found again after a kill is noted late: the latest by number, not by time
    latest = max(before, key=lambda one: (len(one), one), default="")
    return latest, frozenset(others)


def save_absent(session: Session, delivery_id: int, at: datetime) -> None:
    """An earlier sending left nothing behind: what is sent now began at `at`."""
    row = session.get_one(AlertDelivery, delivery_id)
    row.started_at = at
    session.add(row)


def _thread(session: Session, delivery: AlertDelivery, alert: Alert) -> str:
    if not alert.thread_key:
        return ""
    found = session.exec(
        select(AlertDelivery.reference)
        .join(Alert, col(Alert.id) == AlertDelivery.alert_id)
        .where(
            Alert.brand_id == alert.brand_id,
            Alert.thread_key == alert.thread_key,
            AlertDelivery.channel == delivery.channel,
            AlertDelivery.state == DeliveryState.SENT,
            AlertDelivery.id != delivery.id,
            col(AlertDelivery.reference) != "",
        )
        .order_by(col(AlertDelivery.id))
        .limit(1)
    ).first()
    return found or ""


def list_folded(session: Session, delivery: AlertDelivery) -> list[Alert]:
    """The other alerts that this delivery's message tells of, the oldest first."""
    found = session.exec(
        select(Alert)
        .join(AlertDelivery, col(AlertDelivery.alert_id) == Alert.id)
        .where(AlertDelivery.head_id == delivery.id)
        .order_by(col(Alert.id))
    )
    return list(found)


def claim_unrouted(session: Session, brand_id: str, at: datetime) -> list[Alert]:
    """Alerts whose routes nobody has asked yet, each given to one caller only."""
    taken = session.execute(
        update(Alert)
        .where(col(Alert.brand_id) == brand_id, col(Alert.routed_at).is_(None))
        .values(routed_at=at)
        .returning(col(Alert.id))
        .execution_options(synchronize_session=False)
    )
    numbers = [number for (number,) in taken]
    return list(
        session.exec(select(Alert).where(col(Alert.id).in_(numbers)).order_by(col(Alert.id)))
    )


def delete_planned(session: Session, alert_id: int) -> None:
    """Forget deliveries that were never tried: routes say where it goes instead."""
    for one in session.exec(
        select(AlertDelivery).where(
            AlertDelivery.alert_id == alert_id,
            AlertDelivery.state == DeliveryState.PENDING,
            AlertDelivery.attempts == 0,
        )
    ):
        session.delete(one)
    session.flush()


def count_ways(session: Session, alert_id: int, but: int) -> int:
    """Other deliveries of this alert that reached somebody, or may."""
    lost = (DeliveryState.FAILED, DeliveryState.SKIPPED)
    found = select(func.count()).where(
        AlertDelivery.alert_id == alert_id,
        AlertDelivery.id != but,
        col(AlertDelivery.state).not_in(lost),
    )
    return session.exec(found).one()


def list_channels_of(session: Session, alert_id: int) -> set[str]:
    """Channels an alert has a delivery on."""
    return set(
        session.exec(select(AlertDelivery.channel).where(AlertDelivery.alert_id == alert_id))
    )


def save_taken(session: Session, alert_ids: Collection[int], person_id: int, at: datetime) -> int:
    """Somebody says "mine": by compare-and-set, so that one person has it. How many were free."""
    done: CursorResult[Any] = session.connection().execute(
        update(Alert)
        .where(col(Alert.id).in_(alert_ids), col(Alert.taken_at).is_(None))
        .values(taken_by_id=person_id, taken_at=at)
    )
    session.expire_all()
    return done.rowcount


def save_stale(session: Session, alert_ids: Sequence[int]) -> None:
    """The messages that tell of these alerts say what does not hold any more."""
    of_these = col(AlertDelivery.alert_id).in_(alert_ids)
    heads = select(AlertDelivery.head_id).where(of_these, col(AlertDelivery.head_id).is_not(None))
    session.connection().execute(
        update(AlertDelivery)
        .where(of_these | col(AlertDelivery.id).in_(heads))
        .where(col(AlertDelivery.state) == DeliveryState.SENT, col(AlertDelivery.reference) != "")
        .values(is_stale=True)
    )
    session.expire_all()


def list_told_together(session: Session, alert_id: int) -> list[int]:
    """This alert and those that its messages told of too."""
    heads = select(AlertDelivery.id).where(
        AlertDelivery.alert_id == alert_id, col(AlertDelivery.state) == DeliveryState.SENT
    )
    found = session.exec(
        select(AlertDelivery.alert_id).where(col(AlertDelivery.head_id).in_(heads)).distinct()
    )
    return [alert_id, *(number for number in found if number != alert_id)]


@dataclass(frozen=True)
class Told:
    """An alert that went out: when first, on which channels, who took it and when."""

    at: datetime
    channels: tuple[str, ...]
    taken_by: str = ""
    taken_at: datetime | None = None


def list_told(session: Session, brand_id: str, thread_key: str, limit: int = 60) -> list[Told]:
    """The latest alerts about one thing that reached a channel, oldest first."""
    rows = session.exec(
        select(Alert, AlertDelivery.channel, AlertDelivery.sent_at, Person.name)
        .join(AlertDelivery, col(AlertDelivery.alert_id) == Alert.id)
        .outerjoin(Person, col(Person.id) == Alert.taken_by_id)
        .where(Alert.brand_id == brand_id, Alert.thread_key == thread_key)
        .where(col(AlertDelivery.sent_at).is_not(None))
        .order_by(col(AlertDelivery.sent_at).desc())
        .limit(limit)
    ).all()
    found: dict[int, Told] = {}
    for alert, channel, sent_at, name in reversed(rows):
        known = found.get(alert.id or 0)
        channels = tuple(dict.fromkeys((*(known.channels if known else ()), channel)))
        at = known.at if known else sent_at or alert.created_at
        found[alert.id or 0] = Told(at, channels, name or "", alert.taken_at)
    return list(found.values())


def list_stale(session: Session, brand_id: str, limit: int) -> list[tuple[AlertDelivery, Alert]]:
    """Messages that should be changed; each is given once."""
    found = session.exec(
        select(AlertDelivery, Alert)
        .join(Alert, col(Alert.id) == AlertDelivery.alert_id)
        .where(AlertDelivery.brand_id == brand_id, col(AlertDelivery.is_stale).is_(True))
        .order_by(col(AlertDelivery.id))
        .limit(limit)
    ).all()
    return [(delivery, alert) for delivery, alert in found]


def save_changed(session: Session, delivery_id: int, error: str = "") -> None:
    """The message says what holds, or cannot be changed."""
    row = session.get_one(AlertDelivery, delivery_id)
    row.is_stale, row.error = False, error[:2000]
    session.add(row)
