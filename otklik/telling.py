"""The last part of the `alert` step: what waits is routed and told, channel by channel."""

from __future__ import annotations

from datetime import timedelta

from sqlmodel import Session

from otklik.database import reading, session
from otklik.desk import Desk, StepCount
from otklik.errors import Transient
from otklik.models import Alert, AlertDelivery
from otklik.operations import Operations
from otklik.store import deliveries
from otklik.store.deliveries import Outgoing, Throttle
from responder.alerting import delivering, routing
from responder.alerting.wording import message_of

LEASE = timedelta(seconds=60)


def tell_all(desk: Desk, limit: int, operations: Operations | None = None) -> StepCount:
    """Route what is new, change messages that do not hold any more, deliver what is due."""
    with session(desk.engine) as db:
        routing.route_new(db, desk.brand_id, operations, set(desk.channels), desk.local_now())
    _change_stale(desk, limit)
    done = failed = 0
    for _ in range(limit):
        told = _tell_one(desk)
        if told is None:
            break
        done, failed = done + told, failed + (not told)
    return StepCount(done, failed)


def _tell_one(desk: Desk) -> bool | None:
    """Commit `sending`, call the channel, commit the outcome; after a kill, look there first."""
    settings, at = desk.settings, desk.now()
    throttle = Throttle(settings.alert_burst, timedelta(seconds=settings.alert_window_seconds))
    with session(desk.engine) as db:
        going = deliveries.claim_next(db, desk.brand_id, at, LEASE, throttle)
        if going is None:
            return None
        message = message_of(db, going, desk_url=settings.desk_url, at=at)
    outcome = delivering.look_for(desk.channels, going, message)
    if outcome is None:
        _note_absent(desk, going)
        outcome = delivering.send(desk.channels, going, message)
    with session(desk.engine) as db:
        delivering.save_outcome(db, going, outcome, desk.channels, desk.now())
    return isinstance(outcome, str)


def _note_absent(desk: Desk, going: Outgoing) -> None:
    """It does not stand there: if this sending dies too, it is looked for from here on only."""
    if going.since is not None:
        with session(desk.engine) as db:
            deliveries.save_absent(db, going.delivery.id or 0, desk.now())


def _change_stale(desk: Desk, limit: int) -> None:
    with reading(desk.engine) as db:
        stale = [
            (
                row,
                message_of(
                    db, _shown(db, row, alert), desk_url=desk.settings.desk_url, at=desk.now()
                ),
            )
            for row, alert in deliveries.list_stale(db, desk.brand_id, limit)
        ]
    for row, message in stale:
        error = delivering.update(desk.channels, row, message)
        if not isinstance(error, Transient):
            with session(desk.engine) as db:
                deliveries.save_changed(db, row.id or 0, str(error or ""))
        else:
            break  # it comes again at the next turn


def _shown(db: Session, row: AlertDelivery, alert: Alert) -> Outgoing:
    return Outgoing(row, alert, deliveries.list_folded(db, row))
