"""Facts as rules see them, read from both databases."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from otklik import pipeline
from otklik.database import reading, session
from otklik.enums import IncidentKind, IncidentState, Language, Role, Topic
from otklik.models import Author, Incident, Label, Mention, VerdictRow
from responder import statements
from responder.policy import Facts, Policy
from responder.policy.file import parse_policy
from responder.policy.seeing import HISTORY, hangs_on_history, see
from tests.fakes import START, Stage
from tests.responder.policy.conftest import StageMaker, facts, policy_of

ALL = """{any: [
  {author_mentions: 1}, {is_repeat_contact: true}, {thread_replies: 1}, {incident_state: open},
  {has_statement: true}, {working_hours: true}, {open_zones: general}, {source: site},
  {author_answered: 1}, {author_labels: hater}, {author_violation_days: 1}, {zone: payments}]}"""
HOURS = 'hours: {general: {days: every_day, from: "09:00", until: "18:00"}}'
MOSCOW = ZoneInfo("Europe/Moscow")


@pytest.fixture
def looks() -> Policy:
    return parse_policy(policy_of(ALL, more=HOURS, hit="{source: site}"), "looks.yaml")


@pytest.fixture
def stage(looks: Policy, make: StageMaker) -> Stage:
    return make(looks)


def collected(stage: Stage) -> None:
    pipeline.collect(stage.desk)
    pipeline.classify(stage.desk)


def seen(stage: Stage, policy: Policy, db: Session) -> dict[str, Facts]:
    rows = list(db.exec(select(Mention).order_by(Mention.external_id)))
    at = stage.clock().astimezone(MOSCOW)
    found = see(db, rows, [policy], at)
    return {row.text: found.of(policy, row) for row in rows}


def test_a_person_who_comes_again_is_known_across_accounts(stage: Stage, looks: Policy) -> None:
    stage.site.add("Чай пришёл мокрым", "anna", at=START - timedelta(days=3))
    stage.site.add("Чай опять мокрый", "anna-at-home", at=START)
    stage.site.add("Спасибо за чай", "oleg", at=START - timedelta(days=2))
    stage.site.add("Заказ не пришёл", "oleg", at=START)
    collected(stage)
    with session(stage.desk.engine) as db:
        anna, home = [
            db.exec(select(Author).where(Author.external_id == f"site/{name}")).one()
            for name in ("anna", "anna-at-home")
        ]
        home.same_as_id = anna.id
    with reading(stage.desk.engine) as db:
        found = seen(stage, looks, db)
    again = {text: one.is_repeat_contact for text, one in found.items()}
    assert again == {
        "Чай пришёл мокрым": False,
        "Чай опять мокрый": True,
        "Спасибо за чай": False,
        "Заказ не пришёл": False,  # praise is no contact to come back to
    }
    assert {one.author_mentions for one in found.values()} == {1}


def test_the_thread_the_source_and_the_hour_are_seen(stage: Stage, looks: Policy) -> None:
    for number in range(3):
        stage.site.add(f"Заказ {number} не пришёл", f"guest{number}")
    collected(stage)
    with reading(stage.desk.engine) as db:
        one = seen(stage, looks, db)["Заказ 1 не пришёл"]
        assert (one.thread_replies, one.source, one.zone) == (2, "site", "general")
        assert (one.working_hours, one.open_zones) == (True, ("general",))
        stage.clock.wait(hours=9)
        late = seen(stage, looks, db)["Заказ 1 не пришёл"]
    assert (late.working_hours, late.open_zones) == (False, ())
    assert late.minutes_waiting == 600


def test_an_incidents_state_and_its_statement_in_the_same_language_are_seen(
    stage: Stage, looks: Policy
) -> None:
    stage.site.add("Чай пришёл мокрым", "anna")
    collected(stage)
    with session(stage.desk.engine) as db:
        at = stage.clock()
        incident = Incident(
            brand_id=stage.desk.brand_id,
            kind=IncidentKind.FAULT,
            state=IncidentState.OPEN,
            topic=Topic.QUALITY,
            signature="чай",
            size=7,
            first_at=at,
            last_at=at,
        )
        db.add(incident)
        db.flush()
        db.exec(select(Mention)).one().incident_id = incident.id
        number = incident.id or 0
    state_it(stage, number, Language.ENGLISH)
    with reading(stage.desk.engine) as db:
        one = seen(stage, looks, db)["Чай пришёл мокрым"]
    assert (one.incident_kind, one.incident_state, one.incident_size) == ("fault", "open", 7)
    assert not one.has_statement
    state_it(stage, number, Language.RUSSIAN)
    with reading(stage.desk.engine) as db:
        assert seen(stage, looks, db)["Чай пришёл мокрым"].has_statement


def state_it(stage: Stage, incident_id: int, language: Language) -> None:
    """An approved statement of the incident."""
    text = {
        Language.ENGLISH: "We know that this batch of tea got wet and check where it happened.",
        Language.RUSSIAN: "Знаем, что чай из этой партии пришёл мокрым, проверяем, где намок.",
    }[language]
    with session(stage.desk.engine) as db:
        made = statements.propose(
            db,
            person=stage.people[Role.LEAD],
            incident_id=incident_id,
            language=language,
            text=text,
            at=stage.clock(),
        )
        for role in (Role.APPROVER, Role.ADMIN)[: made.approvals_needed]:
            statements.approve(
                db,
                person=stage.people[role],
                statement_id=made.id or 0,
                text_digest=made.text_digest,
                at=stage.clock(),
            )


def test_what_staff_called_an_author_and_how_often_he_abused_is_seen(stage: Stage) -> None:
    when = "{author_labels: critic, author_violation_days: 9}"
    looks = parse_policy(policy_of(when, hit=LABELLED), "looks.yaml")
    for days in (3, 2, 0):
        stage.site.add(f"Вы идиоты, раз {days}", "troll", at=START - timedelta(days=days))
    collected(stage)
    with session(stage.desk.engine) as db:
        first = db.exec(select(Mention).where(Mention.text == "Вы идиоты, раз 3")).one()
        for field, value in (("stance", "hater"), ("topic", "app"), ("abuse", "insult")):
            db.add(
                Label(
                    brand_id=stage.desk.brand_id,
                    mention_id=first.id or 0,
                    mention_version=1,
                    person_id=stage.people[Role.LEAD].id or 0,
                    field=field,
                    value=value,
                    created_at=stage.clock(),
                )
            )
    with reading(stage.desk.engine) as db:
        one = seen(stage, looks, db)["Вы идиоты, раз 0"]
    assert one.author_labels == ("hater", "insult")
    assert one.author_violation_days == 3
    assert (one.author_answered, one.author_warnings, one.author_hidden) == (0, 0, 0)


LABELLED = "{author_labels: [critic], author_violation_days: 9}"
WARN = "{stance: hater, author_violation_days: '>=2'}"
HATER = "{stance: hater, author_violation_days: 9}"
BUSY = "{id: busy, why: First., when: {urgency: 3}, then: [{hold: x}]}"


def test_the_history_is_read_only_of_those_whose_decision_hangs_on_it() -> None:
    policy = parse_policy(policy_of(WARN, hit=HATER), "warn.yaml")
    assert policy.looks_at & HISTORY == {"author_violation_days"}
    assert hangs_on_history(policy, facts(stance="hater"))
    assert not hangs_on_history(policy, facts(stance="critic"))
    above = policy_of(WARN, hit=HATER, above=BUSY)
    first = parse_policy(above + "  - {rule: busy, facts: {urgency: 3}}\n", "first.yaml")
    assert hangs_on_history(first, facts(stance="hater", urgency=1))
    assert not hangs_on_history(first, facts(stance="hater", urgency=3))


def test_facts_of_a_stored_verdict_are_those_of_the_verdict(stage: Stage, engine: Engine) -> None:
    stage.site.add("Спасибо за чай", "anna")
    collected(stage)
    with reading(engine) as db:
        row = db.exec(select(VerdictRow)).one()
        (text,) = [m.text for m in db.exec(select(Mention))]
    (judged,) = stage.desk.classifier.judge([text])
    assert Facts.of(judged, platform="x") == Facts.of_values(row.value, platform="x")
