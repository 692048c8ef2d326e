"""Whom to tell before a term runs out and after: each step of a zone's chain once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session

from otklik.entries import ChannelSettings
from otklik.enums import AlertKind, ClockKind
from otklik.models import Alert, Clock, Mention
from otklik.operations import EscalationStep, Operations
from otklik.store import alerts, clocks
from responder.alerting import routing
from responder.clocks import REPLIES, go_on, moment_of

_EXCERPT = 400
_TERMS = {
    ClockKind.FIRST_REPLY: "первого ответа",
    ClockKind.NEXT_REPLY: "следующего ответа",
    ClockKind.RESOLUTION: "решения",
}


def run_clocks(
    session: Session,
    brand_id: str,
    operations: Operations,
    channels: Sequence[ChannelSettings],
    at: datetime,
) -> int:
    """Let pauses end, mark what ran out, take the steps that have come; how many were taken.

    Args:
        at: the present moment, in the time zone in which people read it.
    """
    for clock in clocks.list_to_resume(session, brand_id, at):
        go_on(clock, operations)
        session.add(clock)
    session.flush()
    clocks.close_overdue(session, brand_id, at)
    due = clocks.claim_due_steps(session, brand_id, at)
    return sum(_take(session, clock, operations, channels, at) for clock in due)


def _take(
    session: Session,
    clock: Clock,
    operations: Operations,
    channels: Sequence[ChannelSettings],
    at: datetime,
) -> bool:
    """The last of the steps that have come: what it says goes for those before it."""
    zone, calendar = operations.zone(clock.zone), operations.calendar_of(clock.zone)
    times = [moment_of(step, clock, calendar) for step in zone.escalation]
    come = [n for n, time in enumerate(times) if n >= clock.step and time <= at]
    following = come[-1] + 1 if come else clock.step
    next_at = times[following] if following < len(times) else None
    if not clocks.save_step(session, clock, following, next_at) or not come:
        return False
    session.refresh(clock)
    _tell(session, clock, zone.escalation[come[-1]], operations, channels=channels, at=at)
    return True


def _key(clock: Clock, step: EscalationStep) -> str:
    """The breach of a reply's term is the one that is told without operations, too."""
    if step.part >= 1 and not step.late_minutes and clock.kind in REPLIES:
        return f"sla:{clock.mention_id}"
    return f"clock:{clock.id}:{clock.step}:{clock.due_at:%Y%m%d%H%M}"


def _tell(
    session: Session,
    clock: Clock,
    step: EscalationStep,
    operations: Operations,
    *,
    channels: Sequence[ChannelSettings],
    at: datetime,
) -> None:
    mention = session.get_one(Mention, clock.mention_id)
    is_over = step.part >= 1
    urgency = clock.urgency if step.urgency is None else step.urgency
    people = operations.people_of(step.people, clock.zone, at)
    zone = at.tzinfo or ZoneInfo("UTC")
    until = f"{clock.due_at.astimezone(zone):%d.%m %H:%M}"
    said = "прошёл" if is_over else f"истекает: израсходовано {step.part:.0%}"
    alert = alerts.save_alert(
        session,
        brand_id=clock.brand_id,
        kind=AlertKind.SLA_MISSED if is_over else AlertKind.TERM_RUNS_OUT,
        dedup_key=_key(clock, step),
        mention_id=clock.mention_id,
        title=f"Срок {_TERMS[clock.kind]} {said}",
        body="\n".join([f"Срок: {until}", mention.text[:_EXCERPT]]),
        urgency=urgency,
        channels=[],
        at=at,
    )
    if alert is not None:
        _send(session, alert, people, operations, channels, at=at)


def _send(
    session: Session,
    alert: Alert,
    people: Sequence[str],
    operations: Operations,
    channels: Sequence[ChannelSettings],
    *,
    at: datetime,
) -> None:
    """By the routes, naming those of the step; where none fits, by every channel there is:

    a step that somebody wrote down is never told to nobody.
    """
    alert.routed_at = at
    session.add(alert)
    names = [one.name for one in channels]
    if not routing.route(session, alert, operations, names, at, people=people):
        alerts.insert_deliveries(
            session, alert.brand_id, alert.id or 0, names, at, people=list(people)
        )
