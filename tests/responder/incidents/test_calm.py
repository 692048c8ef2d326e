"""Who asks of a known fault, tells it dryly or told it before, belongs to it; others do not."""

from __future__ import annotations

from functools import partial

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from otklik import pipeline
from otklik.database import reading, session
from otklik.enums import CALM, IncidentKind, IncidentState, Role
from otklik.models import Incident, Mention
from responder.incidents import calm, lately, life
from responder.incidents.shelf import Likeness, Shelf
from responder.knowledge.file import shipped_knowledge
from responder.policy.file import shipped_policy
from tests.acts import mention_of
from tests.fakes import START, Stage, make_stage
from tests.responder.statements.conftest import PEOPLE, Wave

# the judge of the tests takes for calm what names no tea
ASKED = "«Утро» пахнет пылью, вкусом недоволен не один я?"
BESIDE = "Подскажите, до скольки работает магазин на Садовой?"


@pytest.fixture
def stage(sqlite_engine: Engine) -> Stage:
    return make_stage(sqlite_engine, shipped_policy(), shipped_knowledge())


@pytest.fixture
def wave(stage: Stage) -> Wave:
    complain(stage)
    with reading(stage.desk.engine) as db:
        return Wave(stage, db.exec(select(Incident.id)).one() or 0)


def complain(stage: Stage) -> None:
    for name in PEOPLE:
        stage.site.add(f"Чай «Утро» пахнет пылью, {name} очень недоволен вкусом", name)
    pipeline.drain(stage.desk)


def arrives(wave: Wave, text: str, author: str = "Зоя") -> Mention:
    wave.stage.clock.wait(minutes=5)
    wave.stage.site.add(text, author, at=wave.stage.clock())
    pipeline.drain(wave.stage.desk)
    with reading(wave.stage.desk.engine) as db:
        return db.exec(select(Mention).where(Mention.text == text)).one()


def test_a_question_about_a_known_fault_joins_it(wave: Wave) -> None:
    asked = arrives(wave, ASKED)
    assert asked.stance in CALM
    assert asked.incident_id == wave.incident_id
    with reading(wave.stage.desk.engine) as db:
        assert db.get_one(Incident, wave.incident_id).size == 7


def test_questions_asked_before_it_was_known_are_taken_in_when_it_is(stage: Stage) -> None:
    asked, other = (stage.site.add(text, text, at=START) for text in (ASKED, BESIDE))
    pipeline.drain(stage.desk)
    stage.clock.wait(minutes=5)
    complain(stage)
    with reading(stage.desk.engine) as db:
        (incident,) = db.exec(select(Incident))
        assert mention_of(db, asked).incident_id == incident.id
        assert mention_of(db, other).incident_id is None
        assert incident.size == len(PEOPLE) + 1


@pytest.mark.parametrize("surge", [0.0, 2.0])
def test_a_complaint_of_before_it_was_known_is_drawn_in_by_its_surge(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, surge: float
) -> None:
    monkeypatch.setattr(lately, "Shelf", partial(Shelf, Likeness(surge=surge)))
    told = stage.site.add("За чай дважды списали 1990 рублей, верните", "Лев", at=START)
    pipeline.drain(stage.desk)
    stage.clock.wait(minutes=5)
    complain(stage)
    with reading(stage.desk.engine) as db:
        (incident,) = db.exec(select(Incident))
        assert (mention_of(db, told).incident_id == incident.id) is bool(surge)


def test_a_question_about_another_thing_does_not(wave: Wave) -> None:
    asked = arrives(wave, BESIDE)
    assert asked.stance in CALM
    assert asked.incident_id is None


def test_what_is_over_takes_in_no_questions(wave: Wave) -> None:
    with session(wave.stage.desk.engine) as db:
        life.dismiss(
            db,
            person=wave.stage.people[Role.LEAD],
            incident_id=wave.incident_id,
            reason="так и задумано",
            at=wave.stage.clock(),
        )
    assert arrives(wave, ASKED).incident_id is None


@pytest.mark.parametrize(
    ("kind", "state", "takes"),
    [
        (IncidentKind.FAULT, IncidentState.SUSPECTED, True),
        (IncidentKind.FAULT, IncidentState.IN_WORK, True),
        (IncidentKind.FAULT, IncidentState.SOLVED, False),
        (IncidentKind.ATTACK, IncidentState.OPEN, False),
    ],
)
def test_only_a_fault_that_goes_on_takes_them_in(
    kind: IncidentKind, state: IncidentState, takes: bool
) -> None:
    incident = Incident(brand_id="default", kind=kind, state=state, signature="")
    assert calm.takes_in(incident) is takes
