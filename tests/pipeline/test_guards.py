"""The database itself refuses to break promises 1, 3 and 4, whatever the code above it does."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text as sql
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, update

from otklik import pipeline
from otklik.database import reading, session
from otklik.enums import ReplyState, Role
from otklik.errors import ApprovalError
from otklik.models import DraftRow, Reply
from responder import approval
from tests.acts import approve_fully, mention_of, ready, replies_to
from tests.fakes import Stage


def forged(draft: DraftRow, stage: Stage, **more: object) -> Reply:
    """A reply row written past every check."""
    values: dict[str, Any] = {
        "mention_id": draft.mention_id,
        "mention_version": draft.mention_version,
        "draft_id": draft.id,
        "text": draft.text,
        "text_digest": draft.text_digest,
        "idempotency_key": "forged",
        "state": ReplyState.QUEUED,
        "queued_at": stage.clock(),
        "send_after": stage.clock(),
        **more,
    }
    return Reply(**values)


def test_the_database_refuses_a_reply_without_approval(stage: Stage) -> None:
    _, draft = ready(stage)
    with (
        pytest.raises(IntegrityError, match="not been approved by enough"),
        session(stage.desk.engine) as db,
    ):
        db.exec(update(DraftRow).where(col(DraftRow.id) == draft.id).values(state="approved"))
    with pytest.raises(IntegrityError, match="no approval"), session(stage.desk.engine) as db:
        db.add(forged(draft, stage))


def test_the_database_refuses_another_text_than_the_approved_one(stage: Stage) -> None:
    number, draft = ready(stage)
    approve_fully(stage, draft)
    (reply,) = replies_to(stage, number)
    for change in ({"text": "Другое"}, {"text_digest": "f" * 64}, {"mention_version": 9}):
        with (
            pytest.raises(IntegrityError, match="never changes"),
            session(stage.desk.engine) as db,
        ):
            db.exec(update(Reply).where(col(Reply.id) == reply.id).values(**change))


def test_the_database_refuses_to_send_twice_or_back(stage: Stage) -> None:
    number, draft = ready(stage)
    approve_fully(stage, draft)
    pipeline.post(stage.desk)
    (reply,) = replies_to(stage, number)
    for state in ("queued", "sending", "unknown", "rehearsed"):
        with (
            pytest.raises(IntegrityError, match="does not move this way"),
            session(stage.desk.engine) as db,
        ):
            db.exec(update(Reply).where(col(Reply.id) == reply.id).values(state=state))


def test_the_database_refuses_to_send_what_was_edited_meanwhile(stage: Stage) -> None:
    number, draft = ready(stage)
    approve_fully(stage, draft)
    (reply,) = replies_to(stage, number)
    with session(stage.desk.engine) as db:
        mention_of(db, number).version = 2
    with (
        pytest.raises(IntegrityError, match="no longer holds"),
        session(stage.desk.engine) as db,
    ):
        db.exec(update(Reply).where(col(Reply.id) == reply.id).values(state="sending"))


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM reply",
        "DELETE FROM approval",
        "DELETE FROM audit_event",
        "UPDATE approval SET person_id = person_id",
        "UPDATE audit_event SET actor = 'nobody'",
        "UPDATE draft SET text = 'другое'",
        "UPDATE draft SET approvals_needed = 0",
    ],
)
def test_the_database_keeps_the_record(stage: Stage, statement: str) -> None:
    _, draft = ready(stage)
    approve_fully(stage, draft)
    with pytest.raises(IntegrityError, match="otklik"), session(stage.desk.engine) as db:
        db.connection().execute(sql(statement))


def test_a_refusal_of_the_database_reads_as_an_approval_error(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, draft = ready(stage)
    operator = stage.people[Role.OPERATOR]
    # as if the check above the database had been forgotten
    monkeypatch.setattr(approval, "require", lambda person, _: person)
    with pytest.raises(ApprovalError, match="database refused"), session(stage.desk.engine) as db:
        approval.approve(
            db,
            person=operator,
            draft_id=draft.id or 0,
            text_digest=draft.text_digest,
            mention_version=1,
            at=stage.clock(),
            undo=timedelta(0),
        )


def test_a_reply_is_traced_to_everything_it_rests_on(stage: Stage) -> None:
    number, draft = ready(stage)
    approve_fully(stage, draft)
    pipeline.post(stage.desk)
    with reading(stage.desk.engine) as db:
        trace = _trace(db, number)
    assert trace.keys() >= {"mention", "verdict", "policy", "facts", "approver"}
    assert all(trace.values())


def _trace(db: Session, number: int) -> dict[str, object]:
    row = db.connection().execute(
        sql(
            "SELECT m.content_digest AS mention, v.model_version AS verdict, p.text AS policy, "
            "d.facts AS facts, x.login AS approver FROM reply r JOIN draft d ON d.id = r.draft_id "
            "JOIN mention m ON m.id = r.mention_id JOIN decision c ON c.id = d.decision_id "
            "JOIN verdict v ON v.id = c.verdict_id "
            "JOIN policy_revision p ON p.digest = c.policy_digest "
            "JOIN approval a ON a.draft_id = d.id JOIN person x ON x.id = a.person_id "
            "WHERE m.external_id = :id LIMIT 1"
        ),
        {"id": f"site/{number}"},
    )
    return dict(row.mappings().one())
