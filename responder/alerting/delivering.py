"""One delivery on its channel, and what became of it; a dead channel is told of elsewhere."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlmodel import Session

from otklik.alerts import AlertMessage, Channel
from otklik.entries import ChannelSettings
from otklik.enums import AlertKind, DeliveryState
from otklik.errors import AccessDenied, OtklikError, RateLimited, Rejected, Transient
from otklik.models import AlertDelivery
from otklik.store import alerts, channels, deliveries
from otklik.store.deliveries import Outgoing

DEAD_AFTER = 5  # failures one after another
Channels = Mapping[str, tuple[ChannelSettings, Channel]]


def look_for(known: Channels, going: Outgoing, message: AlertMessage) -> str | OtklikError | None:
    """The reference of a message whose sender died, or whose answer never came; None: not there.

    What went wrong comes back as a value: nothing is sent before it is known.
    """
    found = known.get(going.delivery.channel)
    if found is None or going.since is None:
        return None
    try:
        return found[1].find(message, going.since, going.after, going.known)
    except (AccessDenied, Rejected):  # it may not look; whether it may send is seen next
        return None
    except OtklikError as error:
        return error


def send(known: Channels, going: Outgoing, message: AlertMessage) -> str | OtklikError:
    """The reference of the message sent, or what went wrong as a value."""
    found = known.get(going.delivery.channel)
    if found is None:
        return Rejected(f"no channel is named {going.delivery.channel!r} any more")
    try:
        return found[1].send(message) or ""
    except OtklikError as error:
        return error


def save_outcome(
    session: Session,
    going: Outgoing,
    outcome: str | OtklikError,
    known: Collection[str],
    at: datetime,
) -> None:
    """Commit what became of one delivery, and how its channel is doing.

    Args:
        known: names of the channels there are.
    """
    number, name = going.delivery.id or 0, going.delivery.channel
    if isinstance(outcome, str):
        alerts.save_delivered(session, number, at, outcome)
        if going.alert.taken_at is None and alerts.find_taken_at(session, going.alert.id or 0):
            deliveries.save_stale(session, [going.alert.id or 0])  # while it was being sent
        _note_ok(session, going.delivery.brand_id, name, at)
        return
    row = alerts.save_delivery_failure(
        session,
        number,
        f"{type(outcome).__name__}: {outcome}",
        at,
        retry_after=outcome.retry_after if isinstance(outcome, RateLimited) else None,
        final=isinstance(outcome, Rejected | AccessDenied),
        is_certain=not isinstance(outcome, Transient) or isinstance(outcome, RateLimited),
    )
    if not isinstance(outcome, RateLimited | Rejected):
        _note_failure(session, row, outcome, known, at)
    if row.state is DeliveryState.FAILED:
        _go_another_way(session, row, known, at)


def _note_ok(session: Session, brand_id: str, name: str, at: datetime) -> None:
    state = channels.get_channel_state(session, brand_id, name)
    state.failures, state.failing_since, state.dead_at, state.error = 0, None, None, ""
    state.last_ok_at = at
    channels.save_channel_state(session, state)


def _note_failure(
    session: Session, row: AlertDelivery, error: OtklikError, known: Collection[str], at: datetime
) -> None:
    """A channel that takes nothing is told of on the others, once until it works again."""
    state = channels.get_channel_state(session, row.brand_id, row.channel)
    state.failures, state.error = state.failures + 1, f"{type(error).__name__}: {error}"[:2000]
    state.failing_since = state.failing_since or at
    is_dead = isinstance(error, AccessDenied) or state.failures >= DEAD_AFTER
    if is_dead and state.dead_at is None:
        state.dead_at = at
        alerts.save_alert(
            session,
            brand_id=row.brand_id,
            kind=AlertKind.CHANNEL_DOWN,
            dedup_key=f"channel:{row.channel}:{state.failing_since.isoformat()}",
            title=f"Канал оповещений не работает: {row.channel}",
            body=state.error[:400],
            urgency=3,
            channels=sorted(set(known) - {row.channel}),
            at=at,
            thread_key=f"channel:{row.channel}",
        )
    channels.save_channel_state(session, state)


def _go_another_way(
    session: Session, row: AlertDelivery, known: Collection[str], at: datetime
) -> None:
    """An alert that reaches nobody goes to channels that were not asked yet."""
    told = [row.alert_id, *(one.id or 0 for one in deliveries.list_folded(session, row))]
    for alert_id in told:
        if not deliveries.count_ways(session, alert_id, row.id or 0):
            left = sorted(set(known) - deliveries.list_channels_of(session, alert_id))
            alerts.insert_deliveries(session, row.brand_id, alert_id, left, at)


def update(known: Channels, row: AlertDelivery, message: AlertMessage) -> OtklikError | None:
    """Have the message say what holds now; what went wrong comes back as a value."""
    found = known.get(row.channel)
    if found is None or not found[1].can_update:
        return None
    try:
        found[1].update(row.reference, message)
    except OtklikError as error:
        return error
    return None
