"""The database itself keeps acts to what people approved, whatever the code above it does."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import text as sql
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, update

from otklik.database import session
from otklik.enums import ActKind, ActState, Role
from otklik.errors import ApprovalError
from otklik.migrations.act_guards import ACT_TRANSITIONS
from otklik.models import Act, ActApproval, Appeal, Person
from responder.moderation import approving, asking
from responder.moderation.grounds import HideGround
from tests.acts import mention_of
from tests.fakes import Stage
from tests.responder.moderation.grounds_to_act import (
    OBSCENE,
    Moderated,
    act_now,
    ask_ban,
    earn_a_ban,
    say_yes,
    write,
)

Desk = tuple[Stage, type[Moderated]]
REFUSED = "approvals it needs"


def asked(stage: Stage, role: Role = Role.OPERATOR) -> Act:
    number = write(stage, OBSCENE)
    with session(stage.desk.engine) as db:
        mention = mention_of(db, number)
        return asking.ask_hide(
            db,
            person=stage.people[role],
            mention_id=mention.id or 0,
            version=mention.version,
            ground=HideGround.OBSCENITY,
            reason="мат",
            at=stage.clock(),
        )


def change(stage: Stage, act: Act, **values: Any) -> None:
    with session(stage.desk.engine) as db:
        db.exec(update(Act).where(col(Act.id) == act.id).values(**values))


def yes(db: Session, act: Act, person: Person) -> None:
    db.add(ActApproval(act_id=act.id or 0, person_id=person.id or 0, created_at=act.asked_at))
    db.flush()


def refused(stage: Stage, words: str, statement: str, **values: Any) -> None:
    with pytest.raises(IntegrityError, match=words), session(stage.desk.engine) as db:
        db.connection().execute(sql(statement), values)


def test_nothing_is_done_without_approvals(desk: Desk) -> None:
    stage, _ = desk
    act = asked(stage)
    for state in (ActState.DOING, ActState.REHEARSED, ActState.DONE):
        with pytest.raises(IntegrityError, match="otklik"):
            change(stage, act, state=state)
    with pytest.raises(IntegrityError, match=REFUSED):
        change(stage, act, state=ActState.APPROVED)


def test_an_approver_who_was_switched_off_or_demoted_no_longer_counts(desk: Desk) -> None:
    stage, _ = desk
    act = asked(stage)
    say_yes(stage, act, Role.APPROVER)
    for values in ({"is_active": False}, {"is_active": True, "role": Role.OPERATOR}):
        with session(stage.desk.engine) as db:
            approver = stage.people[Role.APPROVER].id
            db.exec(update(Person).where(col(Person.id) == approver).values(**values))
        for state in (ActState.DOING, ActState.REHEARSED):
            with pytest.raises(IntegrityError, match=REFUSED):
                change(stage, act, state=state)
    assert act_now(stage, act).state is ActState.VOID


def test_a_ban_takes_two_people_one_of_them_a_lead(desk: Desk) -> None:
    stage, _ = desk
    act = ask_ban(stage, earn_a_ban(stage)[-1])
    with session(stage.desk.engine) as db:
        yes(db, act, stage.people[Role.APPROVER])
    with pytest.raises(IntegrityError, match=REFUSED):
        change(stage, act, state=ActState.APPROVED)
    with pytest.raises(IntegrityError), session(stage.desk.engine) as db:
        yes(db, act, stage.people[Role.APPROVER])
    with session(stage.desk.engine) as db:
        other = Person(
            login="second", role=Role.APPROVER, created_at=stage.clock(), brand_id=act.brand_id
        )
        db.add(other)
        db.flush()
        yes(db, act, other)
    with pytest.raises(IntegrityError, match=REFUSED):
        change(stage, act, state=ActState.APPROVED)
    with session(stage.desk.engine) as db:
        yes(db, act, stage.people[Role.LEAD])
    change(stage, act, state=ActState.APPROVED)


def test_an_act_begins_as_asked_and_needs_people(desk: Desk) -> None:
    stage, _ = desk
    act = asked(stage)
    values = act.model_dump(exclude={"id"})
    values["subject_key"] = "mention:other"
    forged: list[dict[str, Any]] = [
        {"state": ActState.APPROVED},
        {"approvals_needed": 0},
        {"kind": ActKind.BAN, "approvals_needed": 1},
        {"mention_id": None},
        {"kind": ActKind.UNHIDE, "undoes_id": act.id},
        {"kind": ActKind.UNBAN},
        {"kind": ActKind.WITHDRAW},
    ]
    for more in forged:
        with pytest.raises(IntegrityError, match="otklik"), session(stage.desk.engine) as db:
            db.add(Act(**{**values, **more}))


@pytest.mark.parametrize(
    "values",
    [
        {"kind": "report"},
        {"subject_key": "mention:9"},
        {"mention_version": 9},
        {"mention_id": None},
        {"author_id": None},
        {"reply_id": 1},
        {"reason": "другое"},
        {"text": "другое"},
        {"text_digest": "f" * 64},
        {"evidence": []},
        {"notice": "другое"},
        {"approvals_needed": 0},
        {"asked_by_id": None},
        {"asked_at": "2020-01-01 00:00:00+00:00"},
    ],
    ids=lambda values: next(iter(values)),
)
def test_what_was_asked_for_never_changes(desk: Desk, values: dict[str, Any]) -> None:
    stage, _ = desk
    act = asked(stage)
    if "asked_at" in values:
        values = {"asked_at": datetime.fromisoformat(values["asked_at"])}
    with pytest.raises(IntegrityError, match="never changes"):
        change(stage, act, **values)


def test_acts_only_move_forward(desk: Desk) -> None:
    stage, _ = desk
    act = asked(stage)
    say_yes(stage, act, Role.APPROVER)
    assert act_now(stage, act).state is ActState.DONE
    assert "done" not in ACT_TRANSITIONS
    for state in set(ActState) - {ActState.DONE}:
        with pytest.raises(IntegrityError, match="otklik"):
            change(stage, act, state=state)


def test_a_comment_edited_meanwhile_is_not_hidden(desk: Desk) -> None:
    stage, _ = desk
    act = asked(stage)
    say_yes(stage, act, Role.APPROVER)
    with session(stage.desk.engine) as db:
        db.connection().execute(
            sql("UPDATE mention SET version = 2 WHERE id = :id"), {"id": act.mention_id}
        )
    with pytest.raises(IntegrityError, match="not the one this act was approved for"):
        change(stage, act, state=ActState.DOING)


def test_whoever_asked_for_a_hiding_gives_no_yes(desk: Desk) -> None:
    stage, _ = desk
    act = asked(stage, Role.LEAD)
    with pytest.raises(IntegrityError, match="does not fit"), session(stage.desk.engine) as db:
        yes(db, act, stage.people[Role.LEAD])
    with pytest.raises(IntegrityError, match="does not fit"), session(stage.desk.engine) as db:
        yes(db, act, stage.people[Role.OPERATOR])
    say_yes(stage, act, Role.APPROVER)
    with pytest.raises(IntegrityError, match="does not fit"), session(stage.desk.engine) as db:
        yes(db, act, stage.people[Role.ADMIN])


def test_the_record_stays(desk: Desk) -> None:
    stage, _ = desk
    act = asked(stage)
    say_yes(stage, act, Role.APPROVER)
    act_now(stage, act)
    with session(stage.desk.engine) as db:
        appeal = Appeal(act_id=act.id or 0, text="за что", created_at=stage.clock())
        db.add(appeal)
        db.flush()
        number = appeal.id
    for table in ("act", "act_approval", "appeal"):
        refused(stage, "never deleted", f"DELETE FROM {table}")  # noqa: S608
    refused(stage, "never changes", "UPDATE act_approval SET person_id = person_id")
    refused(stage, "keeps its words", "UPDATE appeal SET text = 'ни за что'")
    approver, lead = stage.people[Role.APPROVER].id, stage.people[Role.LEAD].id
    decide = "UPDATE appeal SET state = 'upheld', decided_by_id = :by WHERE id = :id"
    for person in (approver, stage.people[Role.OPERATOR].id, None):
        refused(stage, "had no part", decide, by=person, id=number)
    with session(stage.desk.engine) as db:
        db.connection().execute(sql(decide), {"by": lead, "id": number})
    refused(stage, "decided once", "UPDATE appeal SET state = 'overturned'")


def test_only_what_was_done_can_be_appealed(desk: Desk) -> None:
    stage, _ = desk
    act = asked(stage)
    with pytest.raises(IntegrityError, match="was done"), session(stage.desk.engine) as db:
        db.add(Appeal(act_id=act.id or 0, text="за что", created_at=stage.clock()))


def test_a_person_reads_what_the_database_said(
    small_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage, _ = small_desk
    act = asked(stage, Role.APPROVER)
    # as if the check above the database had been forgotten
    monkeypatch.setattr(approving, "require", lambda person, _: person)
    with pytest.raises(ApprovalError, match="database refused: this approval does not fit"):
        say_yes(stage, act, Role.OPERATOR)
