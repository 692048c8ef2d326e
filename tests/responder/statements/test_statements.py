"""An incident's statement: approved by people, in force for untouched drafts, taken back."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text as sql
from sqlalchemy.exc import IntegrityError

from otklik import audit, pipeline
from otklik.database import reading, session
from otklik.enums import DraftState, Language, MentionState, Role, StatementState
from otklik.errors import ApprovalError, NotAllowed, SecondApprovalNeeded, StaleText
from otklik.models import DraftRow
from otklik.store import replies
from otklik.store import statements as rows
from responder import editing, statements
from tests.acts import approve_fully, proposed


def test_an_approved_statement_is_in_force_and_untouched_drafts_are_written_anew(
    wave: Any,
) -> None:
    made = wave.put_in_force()
    assert (made.state, made.approved_by_id) == (
        StatementState.APPROVED,
        wave.stage.people[Role.APPROVER].id,
    )
    with reading(wave.stage.desk.engine) as db:
        found = rows.list_approved(db, [wave.incident_id])
        assert {key: row.id for key, row in found.items()} == {
            (wave.incident_id, Language.RUSSIAN): made.id
        }
        assert rows.list_approved(db, []) == {}
    assert {row.state for row in wave.mentions()} == {MentionState.DECIDED}
    pipeline.draft(wave.stage.desk)
    for row in wave.mentions():
        live = [one for one in wave.drafts(row) if one.state == DraftState.PROPOSED]
        assert row.state == MentionState.DRAFTED
        assert len(live) == 1
        assert live[0].id != wave.drafts(row)[0].id
    with reading(wave.stage.desk.engine) as db:
        assert audit.verify(db).length > 0


def test_what_a_person_has_touched_stays_as_it_is(wave: Any) -> None:
    stage = wave.stage
    edited, sent, rejected = 1, 2, 3
    turned_down = proposed(stage, rejected)
    with session(stage.desk.engine) as db:
        editing.edit_draft(
            db,
            person=stage.people[Role.OPERATOR],
            draft_id=proposed(stage, edited).id or 0,
            text="Проверим вашу пачку и ответим до 25 ноября.",
            at=stage.clock(),
        )
        editing.reject(
            db,
            person=stage.people[Role.OPERATOR],
            draft_id=turned_down.id or 0,
            reason="напишу сам",
            at=stage.clock(),
        )
    approve_fully(stage, proposed(stage, sent))
    before = {row.id: row.state for row in wave.mentions()}
    wave.put_in_force()
    after = {row.id: row.state for row in wave.mentions()}
    touched = [wave.mentions()[number - 1].id for number in (edited, sent, rejected)]
    assert {after[number] for number in touched} <= {
        MentionState.DRAFTED,
        MentionState.APPROVED,
        MentionState.HELD,
    }
    assert [after[number] for number in touched] == [before[number] for number in touched]
    others = [state for number, state in after.items() if number not in touched]
    assert others == [MentionState.DECIDED] * 3


def test_a_statement_that_blocks_takes_two_and_not_its_author(wave: Any) -> None:
    made = wave.propose("Гарантируем, что завтра вернём всем по 5000 рублей.", Role.APPROVER)
    assert made.findings
    assert made.approvals_needed == 2
    with pytest.raises(SecondApprovalNeeded, match="you wrote it"):
        wave.approve(made, Role.APPROVER)
    assert wave.approve(made, Role.LEAD) == 1
    with pytest.raises(SecondApprovalNeeded, match="already"):
        wave.approve(made, Role.LEAD)
    assert wave.stored(made).state == StatementState.PROPOSED
    assert wave.approve(made, Role.ADMIN) == 0
    assert wave.stored(made).state == StatementState.APPROVED


def test_an_operator_proposes_and_does_not_approve(wave: Any) -> None:
    made = wave.propose()
    with pytest.raises(NotAllowed):
        wave.approve(made, Role.OPERATOR)


@pytest.mark.parametrize("text", ["", "  "])
def test_a_statement_has_words(wave: Any, text: str) -> None:
    with pytest.raises(ApprovalError):
        wave.propose(text)


def test_a_statement_in_force_is_not_approved_again(wave: Any) -> None:
    made = wave.put_in_force()
    with pytest.raises(StaleText):
        wave.approve(made, Role.LEAD)


def test_another_text_than_the_one_shown_is_not_approved(wave: Any) -> None:
    made = wave.propose()
    with pytest.raises(StaleText), session(wave.stage.desk.engine) as db:
        statements.approve(
            db,
            person=wave.stage.people[Role.LEAD],
            statement_id=made.id or 0,
            text_digest=audit.digest("другой текст"),
            at=wave.stage.clock(),
        )


def test_a_better_statement_takes_the_place_of_the_one_in_force(wave: Any) -> None:
    first = wave.put_in_force()
    second = wave.put_in_force("Проверка идёт. Ответим здесь до 27 ноября.")
    assert wave.stored(first).state == StatementState.RETIRED
    assert wave.stored(second).state == StatementState.APPROVED


def bind(wave: Any, statement: Any) -> None:
    """The machine's new drafts carry the statement, as the writer leaves them."""
    pipeline.draft(wave.stage.desk)
    for number in range(1, len(wave.mentions()) + 1):
        draft = proposed(wave.stage, number)
        again = DraftRow(
            **draft.model_dump(exclude={"id", "statement_id", "supersedes_id"}),
            statement_id=statement.id,
            supersedes_id=draft.id,
        )
        with session(wave.stage.desk.engine) as db:
            replies.save_draft(db, again)


def test_taking_a_statement_back_voids_the_drafts_that_carry_it(wave: Any) -> None:
    made = wave.put_in_force()
    bind(wave, made)
    with pytest.raises(ApprovalError, match="say why"):
        wave.retire(made, " ")
    again = wave.retire(made)
    assert sorted(again) == [row.id for row in wave.mentions()]
    for row in wave.mentions():
        assert row.state == MentionState.DECIDED
        assert wave.drafts(row)[-1].state == DraftState.EXPIRED
    with reading(wave.stage.desk.engine) as db:
        assert rows.list_approved(db, [wave.incident_id]) == {}
    with pytest.raises(StaleText):
        wave.retire(made)


@pytest.mark.parametrize(
    ("state", "change"),
    [
        ("proposed", "UPDATE statement SET text = 'иначе'"),
        ("proposed", "UPDATE statement SET state = 'approved'"),
        ("proposed", "UPDATE statement SET state = 'approved', approved_by_id = 1"),
        ("proposed", "UPDATE statement SET approvals_needed = 1, state = 'approved', "
         "approved_by_id = 3, second_by_id = 3"),
        ("proposed", "DELETE FROM statement"),
        ("approved", "UPDATE statement SET text = 'иначе'"),
        ("approved", "UPDATE statement SET state = 'proposed'"),
        ("approved", "UPDATE statement SET approved_by_id = 3"),
        ("retired", "UPDATE statement SET state = 'approved'"),
        ("retired", "DELETE FROM statement"),
    ],
)  # fmt: skip
def test_the_database_keeps_statements_as_people_approved_them(
    wave: Any, state: str, change: str
) -> None:
    two = "Гарантируем, что завтра вернём всем по 5000 рублей."
    made = wave.propose(two) if state == "proposed" else wave.put_in_force()
    if state == "retired":
        wave.retire(made)
    with pytest.raises(IntegrityError, match="otklik"), session(wave.stage.desk.engine) as db:
        db.connection().execute(sql(change))


def test_no_statement_is_born_approved(wave: Any) -> None:
    wave.propose()
    copy = (
        "INSERT INTO statement (brand_id, incident_id, language, state, text, text_digest, "
        "findings, approvals_needed, approved_by_id, created_at) SELECT brand_id, incident_id, "
        "language, 'approved', text, text_digest, findings, 1, 3, created_at FROM statement"
    )
    with pytest.raises(IntegrityError, match="starts as"), session(wave.stage.desk.engine) as db:
        db.connection().execute(sql(copy))
