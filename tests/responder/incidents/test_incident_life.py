"""From suspected to solved and back: who may move an incident, and how it may move at all."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from otklik import pipeline
from otklik.database import reading, session
from otklik.enums import AlertKind, IncidentState, Language, Role, StatementState
from otklik.errors import InputError, NotAllowed, StaleText
from otklik.models import Alert, AuditEvent, Incident, Statement
from otklik.store import counts
from otklik.store import incidents as rows
from responder.incidents import life, moving, working
from responder.knowledge.file import shipped_knowledge
from responder.policy import kept
from responder.policy.file import parse_policy, shipped_policy

HOUSE = life.House((), shipped_knowledge())


def act(wave: Any, verb: Any, role: Role = Role.LEAD, **more: Any) -> Any:
    with session(wave.stage.desk.engine) as db:
        person = wave.stage.people[role]
        at = wave.stage.clock()
        return verb(db, person=person, incident_id=wave.incident_id, at=at, **more)


def state_of(wave: Any) -> IncidentState:
    with reading(wave.stage.desk.engine) as db:
        return db.get_one(Incident, wave.incident_id).state


def actions(wave: Any) -> list[str]:
    with reading(wave.stage.desk.engine) as db:
        query = select(AuditEvent.action).where(
            AuditEvent.subject_kind == "incident",
            AuditEvent.subject_id == str(wave.incident_id),
        )
        return list(db.exec(query.order_by(col(AuditEvent.id))))


def more_people(wave: Any, *names: str) -> None:
    wave.stage.clock.wait(minutes=5)
    for name in names:
        text = f"Чай «Утро» пахнет пылью, {name} очень недоволен вкусом"
        wave.stage.site.add(text, name, at=wave.stage.clock())
    pipeline.drain(wave.stage.desk)


def test_every_state_has_its_moves_and_none_is_a_dead_end() -> None:
    assert set(moving.MOVES) == set(IncidentState)
    assert all(moving.MOVES.values())
    assert all(state not in to for state, to in moving.MOVES.items())


def test_confirming_tells_who_leads_it_and_who_is_responsible(wave: Any) -> None:
    with pytest.raises(NotAllowed):
        act(wave, life.confirm, Role.APPROVER)
    act(wave, life.confirm, house=HOUSE)
    assert state_of(wave) is IncidentState.OPEN
    with reading(wave.stage.desk.engine) as db:
        told = db.exec(select(Alert).where(Alert.kind == AlertKind.INCIDENT)).all()
    (said,) = [one for one in told if "подтверждён" in one.title]
    assert "Ведёт: пока никто" in said.body
    assert "Отвечают за это: " in said.body
    with pytest.raises(StaleText):
        act(wave, life.confirm)


def test_an_incident_is_counted_until_somebody_leads_it(wave: Any) -> None:
    def counted() -> int:
        with reading(wave.stage.desk.engine) as db:
            return counts.count_unled_incidents(db, wave.stage.desk.brand_id)

    assert counted() == 1
    act(wave, life.confirm)
    assert counted() == 1
    act(wave, working.take, Role.OPERATOR)
    assert counted() == 0


def test_what_was_seen_is_compared_with_what_stands(wave: Any) -> None:
    act(wave, working.take, Role.OPERATOR)
    with pytest.raises(StaleText, match="in_work by now"):
        act(wave, life.dismiss, reason="не то", seen=IncidentState.SUSPECTED)
    assert state_of(wave) is IncidentState.IN_WORK


def test_two_that_read_the_same_state_do_not_both_move_it(wave: Any) -> None:
    with session(wave.stage.desk.engine) as db:
        one = rows.lock_incident(db, wave.incident_id)
        assert rows.save_state(db, one, IncidentState.SUSPECTED, IncidentState.OPEN)
        assert not rows.save_state(db, one, IncidentState.SUSPECTED, IncidentState.DISMISSED)
    assert state_of(wave) is IncidentState.OPEN


def test_a_suspected_one_is_not_solved_and_an_over_one_is_not_taken(wave: Any) -> None:
    with pytest.raises(StaleText):
        act(wave, life.solve, lessons="проверять партию")
    with pytest.raises(InputError):
        act(wave, life.dismiss, reason="  ")
    act(wave, life.dismiss, reason="обсуждают чужой магазин")
    for verb in (working.take, life.confirm):
        with pytest.raises(StaleText):
            act(wave, verb)
    act(wave, life.reopen)
    assert actions(wave)[-2:] == ["incident.dismissed", "incident.reopened"]


def test_a_dismissed_one_takes_its_statement_back(wave: Any) -> None:
    made = wave.put_in_force()
    act(wave, life.dismiss, reason="обсуждают чужой магазин")
    assert wave.stored(made).state == StatementState.RETIRED


def test_a_false_alarm_rises_again_only_when_it_has_doubled(wave: Any) -> None:
    act(wave, life.dismiss, reason="флешмоб")
    more_people(wave, "zoya", "ivan", "kira", "lev", "mila")
    assert state_of(wave) is IncidentState.DISMISSED
    more_people(wave, "nina")
    assert state_of(wave) is IncidentState.SUSPECTED
    assert "incident.suspected_again" in actions(wave)


def test_what_is_solved_comes_back_by_itself_and_is_no_longer_said_to_be_mended(
    wave: Any,
) -> None:
    names = ("zoya", "ivan", "kira", "lev", "mila", "nina", "olga", "pavel")
    least = wave.stage.desk.settings.incident_size
    act(wave, working.take)
    done: life.Solved = act(
        wave,
        life.solve,
        lessons="проверять каждую партию",
        mended={Language.RUSSIAN: "Партию заменили, в магазинах свежий чай."},
    )
    (closing,) = [*done.in_force, *done.waiting]
    assert closing.is_closing
    more_people(wave, *names[: least - 1])
    assert state_of(wave) is IncidentState.SOLVED
    more_people(wave, names[least])
    assert state_of(wave) is IncidentState.REOPENED
    assert "incident.came_back" in actions(wave)
    with reading(wave.stage.desk.engine) as db:
        assert db.get_one(Statement, closing.id).state is StatementState.RETIRED


def test_policy_confirms_what_it_names_and_nothing_else(wave: Any) -> None:
    text = shipped_policy().text
    for section, confirms in (
        ("incidents: {confirm_people: 6}", True),
        ("incidents: {confirm_people: 7}", False),
        ("incidents: {confirm_people: 2, confirm_topics: [delivery]}", False),
    ):
        policy = parse_policy(f"{text}\n{section}\n", "p.yaml")
        with reading(wave.stage.desk.engine) as db:
            one = db.get_one(Incident, wave.incident_id)
        assert policy.incidents.confirms(one.topic, one.size) is confirms
    assert not shipped_policy().incidents.confirms(one.topic, 1000)


def test_a_machine_that_confirms_says_so(wave: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    policy = parse_policy(f"{shipped_policy().text}\nincidents: {{confirm_people: 6}}\n", "p.yaml")
    monkeypatch.setattr(kept, "find_in_force", lambda _session, _brand: policy)
    more_people(wave, "zoya")
    assert state_of(wave) is IncidentState.OPEN
    assert actions(wave)[-1] == "incident.confirmed_by_policy"


def test_the_word_of_a_lead_waits_for_a_second_one_where_two_are_asked(wave: Any) -> None:
    act(wave, working.take)
    done = act(
        wave,
        life.solve,
        lessons="не обещать",
        mended={Language.RUSSIAN: "Гарантируем, что завтра вернём всем по 5000 рублей."},
    )
    assert (len(done.in_force), len(done.waiting)) == (0, 1)
    assert wave.stage.clock() - done.incident.closed_at < timedelta(minutes=1)
