"""Members of an incident change: attached, taken out, merged, split, undone; replies follow."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, select

from otklik import audit, pipeline
from otklik.database import reading, session
from otklik.enums import (
    DraftState,
    IncidentKind,
    IncidentState,
    MemberChange,
    MentionState,
    Role,
    Stance,
)
from otklik.errors import InputError, NotAllowed, StaleText
from otklik.models import AuditEvent, DraftRow, Incident, IncidentChange, Mention
from otklik.store import incidents, members
from responder import editing
from responder.incidents import attacks, life, membership, working
from tests.acts import proposed

LATE = timedelta(seconds=31)


def change(wave: Any, verb: Any, role: Role = Role.LEAD, **more: Any) -> Any:
    with session(wave.stage.desk.engine) as db:
        return verb(db, person=wave.stage.people[role], at=wave.stage.clock(), **more)


def inside(wave: Any, number: int) -> set[int]:
    with reading(wave.stage.desk.engine) as db:
        return set(members.list_member_ids(db, number))


def incident(wave: Any, number: int | None = None) -> Incident:
    with reading(wave.stage.desk.engine) as db:
        return db.get_one(Incident, number or wave.incident_id)


def split(wave: Any, ids: list[int], **more: Any) -> IncidentChange:
    found: IncidentChange = change(
        wave,
        membership.split,
        incident_id=wave.incident_id,
        mention_ids=ids,
        title="другая партия",
        **more,
    )
    return found


def live_drafts(db: Session, ids: list[int]) -> dict[int, DraftRow]:
    found = db.exec(
        select(DraftRow).where(
            col(DraftRow.mention_id).in_(ids), DraftRow.state == DraftState.PROPOSED
        )
    )
    return {row.mention_id: row for row in found}


def test_chosen_members_become_a_story_of_their_own_and_lose_the_statement(wave: Any) -> None:
    made = wave.put_in_force()
    pipeline.draft(wave.stage.desk)
    ids = sorted(inside(wave, wave.incident_id))
    with reading(wave.stage.desk.engine) as db:
        resting = live_drafts(db, ids)
        seen = membership.preview(db, mention_ids=ids[:2], to_id=None, at=wave.stage.clock())
    assert {row.statement_id for row in resting.values()} == {made.id}
    assert (seen.moved, seen.anew, seen.held) == (tuple(ids[:2]), tuple(ids[:2]), ())
    kept = split(wave, ids[:2])
    assert inside(wave, kept.incident_id) == set(ids[:2])
    assert inside(wave, wave.incident_id) == set(ids[2:])
    assert (incident(wave).size, incident(wave, kept.incident_id).size) == (4, 2)
    states = {row.id: row.state for row in wave.mentions()}
    assert set(states.values()) == {MentionState.DRAFTED}
    pipeline.draft(wave.stage.desk)
    with reading(wave.stage.desk.engine) as db:
        after = live_drafts(db, ids)
        assert audit.verify(db).length > 0
    assert {after[one].statement_id for one in ids[:2]} == {None}
    assert {after[one].statement_id for one in ids[2:]} == {made.id}


def test_an_edited_reply_of_somebody_split_off_is_held_for_a_person(wave: Any) -> None:
    wave.put_in_force()
    pipeline.draft(wave.stage.desk)
    ids = sorted(inside(wave, wave.incident_id))
    change(
        wave,
        editing.edit_draft,
        draft_id=proposed(wave.stage, ids[0]).id,
        text="Партию сняли с продажи. Ответим здесь до 25 ноября лично вам.",
    )
    with reading(wave.stage.desk.engine) as db:
        seen = membership.preview(db, mention_ids=ids[:2], to_id=None, at=wave.stage.clock())
    assert (seen.anew, seen.held) == ((ids[1],), (ids[0],))
    split(wave, ids[:2])
    with reading(wave.stage.desk.engine) as db:
        states = {one: db.get_one(Mention, one).state for one in ids[:2]}
    assert states == {ids[0]: MentionState.HELD, ids[1]: MentionState.DECIDED}


def test_merging_gives_all_the_statement_of_the_one_that_stays(wave: Any) -> None:
    ids = sorted(inside(wave, wave.incident_id))
    other = split(wave, ids[:2]).incident_id
    made = wave.put_in_force()
    pipeline.draft(wave.stage.desk)
    with reading(wave.stage.desk.engine) as db:
        seen = membership.preview_merge(
            db, incident_id=other, into_id=wave.incident_id, at=wave.stage.clock()
        )
    assert (seen.people, seen.anew) == (2, tuple(ids[:2]))
    change(wave, membership.merge, incident_id=other, into_id=wave.incident_id)
    ended = incident(wave, other)
    assert (ended.state, ended.merged_into_id) == (IncidentState.SOLVED, wave.incident_id)
    assert inside(wave, wave.incident_id) == set(ids)
    pipeline.draft(wave.stage.desk)
    with reading(wave.stage.desk.engine) as db:
        assert {row.statement_id for row in live_drafts(db, ids).values()} == {made.id}
        page = incidents.list_incident_lines(
            db, "default", tuple(IncidentState), wave.stage.clock()
        )
    assert [line.incident.id for line in page.lines] == [wave.incident_id]
    assert (page.lines[0].figures.mentions, page.lines[0].figures.people) == (6, 6)


def test_a_merge_is_undone_whole_within_half_a_minute(wave: Any) -> None:
    ids = sorted(inside(wave, wave.incident_id))
    other = split(wave, ids[:2]).incident_id
    wave.put_in_force()
    pipeline.draft(wave.stage.desk)
    done = change(wave, membership.merge, incident_id=other, into_id=wave.incident_id)
    change(wave, membership.undo, change_id=done.id)
    assert inside(wave, other) == set(ids[:2])
    assert incident(wave, other).state is IncidentState.OPEN
    assert incident(wave, other).merged_into_id is None
    pipeline.draft(wave.stage.desk)
    with reading(wave.stage.desk.engine) as db:
        after = live_drafts(db, ids[:2])
    assert {row.statement_id for row in after.values()} == {None}
    with pytest.raises(StaleText):
        change(wave, membership.undo, change_id=done.id)


def test_what_was_split_comes_back_and_nothing_after_half_a_minute(wave: Any) -> None:
    ids = sorted(inside(wave, wave.incident_id))
    done = split(wave, ids[:2])
    with reading(wave.stage.desk.engine) as db:
        who = wave.stage.people[Role.LEAD]
        found = membership.find_undoable(db, who, wave.stage.clock())
        assert found is not None
        assert found.id == done.id
        assert membership.find_undoable(db, who, wave.stage.clock() + LATE) is None
    with pytest.raises(NotAllowed):
        change(wave, membership.undo, Role.OPERATOR, change_id=done.id)
    change(wave, membership.undo, change_id=done.id)
    assert inside(wave, wave.incident_id) == set(ids)
    assert incident(wave, done.incident_id).merged_into_id == wave.incident_id
    again = split(wave, ids[:1])
    wave.stage.clock.wait(seconds=31)
    with pytest.raises(StaleText):
        change(wave, membership.undo, change_id=again.id)


def test_nobody_taken_out_by_a_person_is_put_back_by_the_machine(wave: Any) -> None:
    ids = sorted(inside(wave, wave.incident_id))
    change(
        wave,
        membership.exclude,
        Role.OPERATOR,
        incident_id=wave.incident_id,
        mention_ids=ids[:1],
    )
    wave.stage.clock.wait(minutes=5)
    wave.stage.site.add("Чай «Утро» пахнет пылью, фёдор очень недоволен вкусом", "fedor")
    pipeline.drain(wave.stage.desk)
    now_in = inside(wave, wave.incident_id)
    assert ids[0] not in now_in
    assert len(now_in) == 6
    kept = change(
        wave,
        membership.attach,
        Role.OPERATOR,
        incident_id=wave.incident_id,
        mention_ids=ids[:1],
    )
    assert kept.kind is MemberChange.ATTACHED
    assert ids[0] in inside(wave, wave.incident_id)
    with reading(wave.stage.desk.engine) as db:
        assert members.list_excluded(db, wave.incident_id, ids) == set()


@pytest.mark.parametrize("verb", ["merge", "split", "close", "name_kind", "reopen"])
def test_the_shape_of_an_incident_is_for_leads(wave: Any, verb: str) -> None:
    acts: dict[str, tuple[Any, dict[str, Any]]] = {
        "merge": (membership.merge, {"into_id": 99}),
        "split": (membership.split, {"mention_ids": [1], "title": "x"}),
        "close": (life.solve, {"lessons": "x"}),
        "name_kind": (working.name_kind, {"kind": IncidentKind.ATTACK}),
        "reopen": (life.reopen, {}),
    }
    act, more = acts[verb]
    with pytest.raises(NotAllowed):
        change(wave, act, Role.APPROVER, incident_id=wave.incident_id, **more)


def test_a_life_of_an_incident_is_on_record(wave: Any) -> None:
    number = wave.incident_id
    taken = change(wave, working.take, Role.OPERATOR, incident_id=number)
    assert taken.state is IncidentState.IN_WORK
    to = wave.stage.people[Role.APPROVER]
    change(wave, working.hand_over, Role.OPERATOR, incident_id=number, to_id=to.id)
    with pytest.raises(NotAllowed):
        change(wave, working.hand_over, Role.OPERATOR, incident_id=number, to_id=to.id)
    change(wave, working.assign, Role.OPERATOR, incident_id=number, department=" Склад ")
    with pytest.raises(InputError):
        change(wave, life.solve, incident_id=number, lessons=" ")
    closed = change(wave, life.solve, incident_id=number, lessons="проверять партию").incident
    assert (closed.state, closed.department, closed.owner_id) == (
        IncidentState.SOLVED,
        "Склад",
        to.id,
    )
    with pytest.raises(StaleText):
        change(wave, working.take, incident_id=number)
    again = change(wave, life.reopen, incident_id=number)
    assert (again.state, again.closed_at) == (IncidentState.REOPENED, None)
    with reading(wave.stage.desk.engine) as db:
        told = db.exec(
            select(AuditEvent.action).where(
                AuditEvent.subject_kind == "incident", AuditEvent.subject_id == str(number)
            )
        ).all()
        story = incidents.get_story(db, number, [])
    assert list(told) == [
        f"incident.{word}"
        for word in ("suspected", "taken", "handed_over", "assigned", "closed", "reopened")
    ]
    assert [event.action for event, _name in story.events] == list(told)


def test_an_attack_is_known_by_its_copies_and_spares_who_has_a_case(wave: Any) -> None:
    with session(wave.stage.desk.engine) as db:
        rows = members.list_newest_members(db, wave.incident_id, 10)
        for row in rows[1:]:
            row.stance, row.text = Stance.HATER, "позорная контора воров и жуликов, бойкот!!!"
            db.add(row)
        rows[0].stance = Stance.CRITIC
        db.add(rows[0])
        real = rows[0].id
        db.get_one(Incident, wave.incident_id).evidence = {}  # computed anew
    with reading(wave.stage.desk.engine) as db:
        one = db.get_one(Incident, wave.incident_id)
        found = attacks.evidence_of(db, one)
        assert attacks.spared(db, one) == [real]
    assert (found.sample, round(found.haters, 2), round(found.copies, 2)) == (6, 0.83, 0.83)
    kept = attacks.Evidence.from_row({**found.as_row(), "claims": 0.1, "unknown": 1.0})
    assert kept.looks_like_attack
    assert not attacks.Evidence.from_row({**found.as_row(), "claims": 0.9}).looks_like_attack


def test_buckets_count_every_mention_once_on_both_databases(wave: Any) -> None:
    one = incident(wave)
    with session(wave.stage.desk.engine) as db:
        for step, row in enumerate(members.list_newest_members(db, wave.incident_id, 3)):
            row.waiting_since = one.first_at + timedelta(minutes=59.99 + 60 * step)
            db.add(row)
    with reading(wave.stage.desk.engine) as db:
        found = members.count_buckets(db, wave.incident_id, one.first_at, 3600)
        stances = members.count_stances(db, wave.incident_id)
        lines = members.list_member_lines(db, wave.incident_id, size=4)
        rest = members.list_member_lines(db, wave.incident_id, number=2, size=4)
    assert found == {0: 4, 1: 1, 2: 1}
    assert sum(stances.values()) == 6
    assert {line.id for line in (*lines, *rest)} == inside(wave, wave.incident_id)
