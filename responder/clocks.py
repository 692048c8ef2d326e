"""Clocks of a zone's terms: started by a decision, stopped by an answer, paused by a hold.

They live beside the first-reply clock on the mention, which queue and reports read, and feed
it: with operations its due time is counted in the zone's working time. All is written in the
transaction of what caused it. Without operations no clock is made.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from sqlmodel import Session

from otklik.enums import ClockKind, ClockState, MentionState, SlaState
from otklik.models import Clock, Mention
from otklik.operations import Calendar, EscalationStep, Operations
from otklik.store import clocks

REPLIES = (ClockKind.FIRST_REPLY, ClockKind.NEXT_REPLY)
# to put aside is no way to be late unnoticed: the first reply is never paused
PAUSED_BY_HOLD = (ClockKind.NEXT_REPLY, ClockKind.RESOLUTION)
# who writes in the same thread within so long after our reply goes on with the same talk
REMEMBERED = timedelta(days=30)
Terms = Mapping[ClockKind, int]


def start(
    session: Session,
    rows: Sequence[Mention],
    by_policy: Mapping[int, int],
    operations: Operations,
) -> None:
    """Start the clocks of mentions that were just decided, or set them anew.

    Args:
        by_policy: minutes to the first reply that the policy asks for, by mention id; of these
            and the zone's term the stricter one holds.
    """
    counted = [row for row in rows if row.starts_clock and row.state is not MentionState.CLOSED]
    if not counted:
        return
    since = min(row.waiting_since for row in counted) - REMEMBERED
    talked = clocks.list_answered(session, {row.author_id for row in counted}, since)
    ids = [row.id or 0 for row in counted]
    known = {(one.mention_id, one.kind): one for one in clocks.list_clocks(session, ids)}
    for row in counted:
        again = (row.thread_id, row.author_id) in talked
        terms = terms_of(operations, row, by_policy.get(row.id or 0), is_answered=again)
        made = [_clock(row, kind, terms[kind], known, operations) for kind in terms]
        clocks.save_clocks(session, made)
        _feed(row, made)


def terms_of(
    operations: Operations, row: Mention, by_policy: int | None, *, is_answered: bool
) -> Terms:
    """Working minutes of the terms that a mention has."""
    zone, urgency = operations.zone(row.zone), row.urgency
    terms: dict[ClockKind, int] = {}
    if not row.cannot_answer:
        kind = ClockKind.NEXT_REPLY if is_answered else ClockKind.FIRST_REPLY
        own = (zone.next_reply if is_answered else {}).get(urgency) or zone.first_reply.get(urgency)
        asked = [minutes for minutes in (own, by_policy) if minutes is not None]
        terms |= {kind: min(asked)} if asked else {}
    if urgency in zone.resolution:
        terms[ClockKind.RESOLUTION] = zone.resolution[urgency]
    return terms


def _clock(
    row: Mention,
    kind: ClockKind,
    minutes: int,
    known: Mapping[tuple[int, ClockKind], Clock],
    operations: Operations,
) -> Clock:
    clock = known.get((row.id or 0, kind))
    if clock is not None and clock.state not in clocks.OPEN:
        return clock
    calendar = operations.calendar_of(row.zone)
    since = clock.started_at if clock else row.waiting_since
    clock = clock or Clock(
        brand_id=row.brand_id,
        mention_id=row.id or 0,
        kind=kind,
        state=ClockState.RUNNING,
        zone=row.zone,
        minutes=minutes,
        started_at=since,
        due_at=since,
    )
    clock.zone, clock.urgency, clock.minutes = row.zone, row.urgency, minutes
    clock.due_at = calendar.add_working(since, minutes)
    clock.step_at = step_at(clock, operations)
    return clock


def _feed(row: Mention, made: Sequence[Clock]) -> None:
    """The clock that queue and reports read follows that of the reply."""
    reply = next((one for one in made if one.kind in REPLIES), None)
    if reply is not None and reply.state is ClockState.RUNNING:
        row.sla_due_at, row.sla_state = reply.due_at, SlaState.RUNNING


def step_at(clock: Clock, operations: Operations) -> datetime | None:
    """When the clock's next step of escalation comes; None when there is none."""
    steps = operations.zone(clock.zone).escalation
    if clock.step >= len(steps) or clock.stopped_at is not None or clock.paused_at is not None:
        return None
    return moment_of(steps[clock.step], clock, operations.calendar_of(clock.zone))


def moment_of(step: EscalationStep, clock: Clock, calendar: Calendar) -> datetime:
    """When a step comes: so much of the term before its end, or so long after it."""
    if step.part >= 1:
        return calendar.add_working(clock.due_at, step.late_minutes)
    left = calendar.working_minutes(clock.started_at, clock.due_at) * step.part
    return calendar.add_working(clock.started_at, left)


def answered(session: Session, mention: Mention, at: datetime) -> None:
    """Our reply stands in public since `at`."""
    clocks.close_clocks(session, [mention.id or 0], REPLIES, at)


def dropped(session: Session, mention_ids: Collection[int], at: datetime) -> None:
    """These need no reply of ours any more: ignored, deleted, answered elsewhere."""
    clocks.close_clocks(session, mention_ids, REPLIES, at, is_void=True)


def taken_back(session: Session, mention: Mention, at: datetime) -> None:
    """The silence or the answer that stopped the clocks was taken back."""
    clocks.save_reopened(session, [mention.id or 0], at)


def pause(session: Session, case_id: int, until: datetime, at: datetime) -> None:
    """The case is put aside until then; a running pause is prolonged."""
    for clock in clocks.list_open_clocks_of_case(session, case_id, PAUSED_BY_HOLD):
        clock.state, clock.resumes_at, clock.step_at = ClockState.PAUSED, until, None
        clock.paused_at = clock.paused_at or at
        session.add(clock)


def resume(session: Session, case_id: int, at: datetime) -> None:
    """The case is taken up again: its clocks go on with the scheduler's next round."""
    for clock in clocks.list_open_clocks_of_case(session, case_id, PAUSED_BY_HOLD):
        if clock.state is ClockState.PAUSED:
            clock.resumes_at = at
            session.add(clock)


def go_on(clock: Clock, operations: Operations) -> None:
    """A paused clock runs again from the end of its pause, with what was left of its term."""
    calendar = operations.calendar_of(clock.zone)
    since, until = clock.paused_at or clock.started_at, clock.resumes_at or clock.started_at
    left = max(0.0, calendar.working_minutes(since, clock.due_at))
    clock.due_at = calendar.add_working(max(since, until), left)
    clock.state, clock.paused_at, clock.resumes_at = ClockState.RUNNING, None, None
    clock.step_at = step_at(clock, operations)
