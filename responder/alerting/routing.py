"""Where alerts go: by `operations.yaml` step by step, or by each channel's own least urgency."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlmodel import Session

from otklik.models import Alert, Mention
from otklik.operations import Operations, Step
from otklik.store import alerts, deliveries


def route_new(
    session: Session, brand_id: str, operations: Operations | None, channels: set[str], at: datetime
) -> int:
    """Ask the routes about alerts nobody has routed yet; how many.

    Without `operations.yaml`, and where no route of it fits, an alert stays on the channels that
    its urgency chose.

    Args:
        channels: names of the channels there are.
        at: the present moment in the desk's own time zone.
    """
    fresh = deliveries.claim_unrouted(session, brand_id, at)
    if operations is not None:
        for alert in fresh:
            route(session, alert, operations, channels, at)
    return len(fresh)


def route(
    session: Session,
    alert: Alert,
    operations: Operations,
    channels: Collection[str],
    at: datetime,
    *,
    people: Sequence[str] = (),
) -> bool:
    """Plan an alert as its routes say, instead of what was planned; False: none fits.

    Args:
        people: logins that its messages name beside those of the routes.
    """
    zone = zone_of(session, alert)
    steps = operations.channels_for(alert.kind, alert.urgency, zone, at)
    steps = tuple(step for step in steps if set(channels) & set(step.channels))
    if steps:
        deliveries.delete_planned(session, alert.id or 0)
    for step in steps:
        named = replace(step, people=tuple(dict.fromkeys([*people, *step.people])))
        _plan(session, alert, named, channels, at)
    return bool(steps)


def _plan(
    session: Session, alert: Alert, step: Step, channels: Collection[str], at: datetime
) -> None:
    due = at + timedelta(minutes=step.after_minutes)
    if step.digest:
        due = next_digest(due)
    alerts.insert_deliveries(
        session,
        alert.brand_id,
        alert.id or 0,
        [name for name in step.channels if name in channels],
        max(due, step.not_before or due),
        step=step.after_minutes,
        people=list(step.people),
        is_digest=step.digest,
    )


def next_digest(at: datetime) -> datetime:
    """When what is gathered is told: at the next full hour."""
    return at.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)


def zone_of(session: Session, alert: Alert) -> str | None:
    """Whose business it is: the mention's zone, or where most lately is of its incident or source.

    None: of no zone, such as a channel that fails.
    """
    if alert.mention_id is not None:
        mention = session.get(Mention, alert.mention_id)
        return mention.zone if mention is not None else None
    kind, _, number = alert.thread_key.partition(":")
    if kind in {"incident", "source"} and number.isdecimal():
        return alerts.find_usual_zone(session, kind, int(number))
    return None
