"""Clocks of a zone's terms, from publication to breach and answer, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from otklik import pipeline
from otklik.database import reading, session
from otklik.enums import (
    AlertKind,
    ClockKind,
    ClockState,
    IncidentKind,
    IncidentState,
    Role,
    SlaState,
    Topic,
)
from otklik.models import Alert, AlertDelivery, AuditEvent, Clock, Hold, Incident, Mention
from otklik.operations.file import parse_operations
from otklik.operations.following import FixedOperations
from otklik.store import clocks
from responder import editing, escalation, holding
from responder.alerting import routing
from responder.knowledge.file import shipped_knowledge
from responder.policy.file import shipped_policy
from tests.acts import COMPLAINT, approve_fully, mention_of, proposed
from tests.fakes import Stage, make_stage

FRIDAY = datetime(2026, 11, 20, 14, tzinfo=UTC)  # five in the afternoon in Moscow
ZONE = """
      calendar: office
      lead: olga
      first_reply: 2h
      next_reply: 1h
      resolution: 9h
      escalation: [{at: 50%, tell: on_call}, {at: breach, tell: lead}, {late: 1h, tell: lead}]
"""
TEXT = f"""
calendars: {{office: {{hours: {{mon-fri: "09:00-18:00"}}}}}}
zones:
  general: {ZONE}
rota: {{shifts: [{{people: [anna, boris]}}]}}
routes: [{{to: fake}}]
"""
OPERATIONS = parse_operations(TEXT, "operations.yaml", FRIDAY).operations


@pytest.fixture
def stage(engine: Engine) -> Stage:
    """A desk with operations, on a Friday at five in the afternoon; one complaint is drafted."""
    made = make_stage(engine, shipped_policy(), shipped_knowledge())
    desk = replace(made.desk, operating=FixedOperations(OPERATIONS))
    found = replace(made, desk=desk)
    found.clock.at = FRIDAY
    found.site.add(COMPLAINT, at=FRIDAY)
    run(found)
    return found


def run(stage: Stage) -> None:
    for step in (pipeline.collect, pipeline.classify, pipeline.group, pipeline.decide):
        step(stage.desk)
    pipeline.draft(stage.desk)


def clocks_of(stage: Stage, number: int = 1) -> dict[ClockKind, Clock]:
    with reading(stage.desk.engine) as db:
        found = clocks.list_clocks(db, [mention_of(db, number).id or 0])
        return {one.kind: one for one in found}


def tick(stage: Stage, at: datetime) -> None:
    stage.clock.at = at
    with session(stage.desk.engine) as db:
        desk = stage.desk
        escalation.run_clocks(db, desk.brand_id, OPERATIONS, desk.settings.channels, at)


def alerts_of(stage: Stage) -> list[Alert]:
    kinds = (AlertKind.TERM_RUNS_OUT, AlertKind.SLA_MISSED)
    with reading(stage.desk.engine) as db:
        return [one for one in db.exec(select(Alert).order_by("id")) if one.kind in kinds]


def put_aside(stage: Stage, at: datetime) -> None:
    with session(stage.desk.engine) as db:
        holding.hold(
            db,
            person=stage.people[Role.OPERATOR],
            mention_id=mention_of(db, 1).id or 0,
            mention_version=1,
            until=monday(8),
            reason="the shop looks",
            at=at,
        )


def monday(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, 23, hour, minute, tzinfo=UTC)


def test_terms_are_counted_in_the_working_time_of_the_zone(stage: Stage) -> None:
    found = clocks_of(stage)
    assert {kind: one.due_at for kind, one in found.items()} == {
        ClockKind.FIRST_REPLY: monday(7),  # an hour on Friday, an hour from nine in Moscow on
        ClockKind.RESOLUTION: monday(14),
    }
    with reading(stage.desk.engine) as db:
        mention = mention_of(db, 1)
    # what queue and reports read is fed by it
    assert (mention.sla_due_at, mention.sla_state) == (monday(7), SlaState.RUNNING)


def test_an_answer_in_time_meets_both_clocks(stage: Stage) -> None:
    stage.clock.at = monday(6, 30)
    approve_fully(stage, proposed(stage, 1))
    pipeline.post(stage.desk)
    assert {one.state for one in clocks_of(stage).values()} == {ClockState.MET}
    assert all(one.stopped_at and one.step_at is None for one in clocks_of(stage).values())


def test_an_answer_too_late_does_not(stage: Stage) -> None:
    stage.clock.at = monday(7, 30)
    approve_fully(stage, proposed(stage, 1))
    pipeline.post(stage.desk)
    found = clocks_of(stage)
    assert found[ClockKind.FIRST_REPLY].state is ClockState.MISSED
    assert found[ClockKind.RESOLUTION].state is ClockState.MET


def test_each_step_of_the_chain_is_told_once(stage: Stage) -> None:
    tick(stage, FRIDAY + timedelta(minutes=59))
    assert alerts_of(stage) == []
    for _ in range(2):
        tick(stage, FRIDAY + timedelta(hours=1))
    (half,) = alerts_of(stage)
    assert half.kind is AlertKind.TERM_RUNS_OUT
    assert half.title == "Срок первого ответа истекает: израсходовано 50%"
    with reading(stage.desk.engine) as db:  # by the routes, naming whom the step names
        (told,) = db.exec(select(AlertDelivery).where(AlertDelivery.alert_id == half.id))
    assert (told.channel, told.people, half.routed_at) == ("fake", ["anna"], stage.clock.at)
    for _ in range(2):
        tick(stage, monday(7))
    (_, breach) = alerts_of(stage)
    assert breach.title == "Срок первого ответа прошёл"
    assert clocks_of(stage)[ClockKind.FIRST_REPLY].state is ClockState.MISSED
    tick(stage, monday(8))
    assert [one.title for one in alerts_of(stage)].count("Срок первого ответа прошёл") == 2


def test_steps_that_were_slept_through_are_told_as_one(stage: Stage) -> None:
    tick(stage, monday(9))  # also half of the resolution
    first = [one for one in alerts_of(stage) if "первого ответа" in one.title]
    assert [one.title for one in first] == ["Срок первого ответа прошёл"]


def test_the_breach_is_told_once_with_what_the_mention_tells(stage: Stage) -> None:
    stage.clock.at = monday(7)
    pipeline.alert(stage.desk)
    pipeline.alert(stage.desk)
    assert [one.kind for one in alerts_of(stage)].count(AlertKind.SLA_MISSED) == 1
    with reading(stage.desk.engine) as db:
        assert mention_of(db, 1).sla_state is SlaState.MISSED


def test_putting_aside_pauses_the_resolution_but_not_the_first_reply(stage: Stage) -> None:
    stage.clock.at = FRIDAY + timedelta(minutes=30)
    put_aside(stage, stage.clock.at)
    found = clocks_of(stage)
    assert found[ClockKind.FIRST_REPLY].state is ClockState.RUNNING
    assert found[ClockKind.RESOLUTION].state is ClockState.PAUSED
    tick(stage, monday(8))
    resolution = clocks_of(stage)[ClockKind.RESOLUTION]
    # half an hour of nine was used on Friday: eight and a half are left from eleven in Moscow on
    assert resolution.state is ClockState.RUNNING
    assert resolution.due_at == datetime(2026, 11, 24, 7, 30, tzinfo=UTC)


def test_silence_voids_the_reply_and_taking_it_back_lets_it_run(stage: Stage) -> None:
    with session(stage.desk.engine) as db:
        mention_id = mention_of(db, 1).id or 0
        who = stage.people[Role.OPERATOR]
        editing.ignore(
            db, person=who, mention_id=mention_id, mention_version=1, reason="a joke", at=FRIDAY
        )
    assert clocks_of(stage)[ClockKind.FIRST_REPLY].state is ClockState.VOID
    with session(stage.desk.engine) as db:
        clocks.save_reopened(db, [mention_id], FRIDAY)
    tick(stage, FRIDAY + timedelta(minutes=1))
    first = clocks_of(stage)[ClockKind.FIRST_REPLY]
    assert (first.state, first.due_at) == (ClockState.RUNNING, monday(7))
    assert first.step_at == FRIDAY + timedelta(hours=1)
    assert alerts_of(stage) == []


def test_who_writes_again_after_our_reply_waits_for_the_next_one(stage: Stage) -> None:
    approve_fully(stage, proposed(stage, 1))
    pipeline.post(stage.desk)
    stage.clock.wait(minutes=20)
    number = stage.site.add("И где же мой заказ с чаем?", at=stage.clock.at)
    run(stage)
    found = clocks_of(stage, number)
    assert ClockKind.FIRST_REPLY not in found
    assert found[ClockKind.NEXT_REPLY].minutes == 60


def test_what_runs_out_within_the_hour_is_listed_the_earliest_first(stage: Stage) -> None:
    brand = stage.desk.brand_id
    with reading(stage.desk.engine) as db:
        assert clocks.list_soon(db, brand, monday(6, 59)) == []
        (soon,) = clocks.list_soon(db, brand, monday(7))
        assert soon.clock.kind is ClockKind.FIRST_REPLY
        assert soon.excerpt == COMPLAINT[: clocks.EXCERPT]
        both = clocks.list_soon(db, brand, monday(23))
        assert clocks.list_soon(db, brand, monday(23), zones=["stores"]) == []
    assert [one.clock.kind for one in both] == [ClockKind.FIRST_REPLY, ClockKind.RESOLUTION]


def test_who_writes_again_is_put_aside_no_longer(stage: Stage) -> None:
    put_aside(stage, FRIDAY)
    pipeline.decide(stage.desk)
    with reading(stage.desk.engine) as db:
        assert db.exec(select(Hold)).all() != []
    stage.clock.wait(minutes=20)
    stage.site.add("Ау, где же мой заказ?", at=stage.clock.at)
    run(stage)
    with reading(stage.desk.engine) as db:
        assert db.exec(select(Hold)).all() == []
        said = "the author wrote again"
        assert said in [one.get("reason") for one in db.exec(select(AuditEvent.detail)) if one]
    tick(stage, stage.clock.at)
    assert clocks_of(stage)[ClockKind.RESOLUTION].state is ClockState.RUNNING


@pytest.mark.parametrize("kind", ["source", "incident"])
def test_an_alert_belongs_to_the_zone_of_what_it_is_about(stage: Stage, kind: str) -> None:
    with session(stage.desk.engine) as db:
        mention = mention_of(db, 1)
        incident = Incident(
            kind=IncidentKind.FAULT,
            state=IncidentState.OPEN,
            topic=Topic.DELIVERY,
            signature="s",
            first_at=FRIDAY,
            last_at=FRIDAY,
        )
        db.add(incident)
        db.flush()
        mention.zone, mention.incident_id = "delivery", incident.id
        db.add(mention)
        db.flush()
        number = mention.source_id if kind == "source" else incident.id
        about = Alert(
            kind=AlertKind.INCIDENT,
            dedup_key=kind,
            thread_key=f"{kind}:{number}",
            created_at=FRIDAY,
        )
        assert routing.zone_of(db, about) == "delivery"
        about.thread_key = f"{kind}:99"
        assert routing.zone_of(db, about) is None


def test_without_operations_no_clock_is_made(engine: Engine) -> None:
    stage = make_stage(engine, shipped_policy(), shipped_knowledge())
    stage.site.add(COMPLAINT)
    run(stage)
    with reading(engine) as db:
        assert db.exec(select(Clock)).first() is None
        assert db.exec(select(Mention.sla_due_at)).one() is not None
