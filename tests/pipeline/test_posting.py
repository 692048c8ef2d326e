"""A reply is sent at most once, and only as approved (promises 1 and 3)."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text as sql
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, update

from otklik import pipeline
from otklik.database import reading, session
from otklik.enums import MentionState, PostingMode, ReplyState, Role
from otklik.errors import (
    ApprovalError,
    Gone,
    NotAllowed,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    SecondApprovalNeeded,
    StaleText,
    Transient,
)
from otklik.models import DraftRow, Reply
from otklik.switches import set_posting_mode
from responder import approval, editing, posting
from tests.acts import approve, approve_fully, mention_of, proposed, replies_to, state_of
from tests.fakes import Stage
from tests.pipeline.conftest import StageMaker

COMPLAINT = "Заказ 4512 так и не приехал, доставка опоздала на три дня. Когда вернёте деньги?"


def ready(stage: Stage) -> tuple[int, DraftRow]:
    """A complaint with a draft."""
    number = stage.site.add(COMPLAINT)
    pipeline.drain(stage.desk)
    return number, proposed(stage, number)


def test_an_edited_draft_loses_its_approval(stage: Stage) -> None:
    _, draft = ready(stage)
    with session(stage.desk.engine) as db:
        edited = editing.edit_draft(
            db,
            person=stage.people[Role.OPERATOR],
            draft_id=draft.id or 0,
            text=draft.text + " Спасибо.",
            at=stage.clock(),
        )
    with pytest.raises(StaleText):
        approve(stage, draft)
    approve_fully(stage, edited)
    pipeline.drain(stage.desk)
    assert [post.text for post in stage.site.posts] == [edited.text]


def test_an_approval_of_another_text_is_refused(stage: Stage) -> None:
    _, draft = ready(stage)
    draft.text_digest = "0" * 64
    with pytest.raises(StaleText):
        approve(stage, draft)


def test_an_operator_may_not_approve(stage: Stage) -> None:
    _, draft = ready(stage)
    with pytest.raises(NotAllowed):
        approve(stage, draft, Role.OPERATOR)


def test_a_comment_edited_after_approval_voids_it_before_the_post(stage: Stage) -> None:
    number, draft = ready(stage)
    approve_fully(stage, draft)
    stage.site.comments[number].text = "Всё приехало, спасибо!"
    pipeline.post(stage.desk)
    assert stage.site.posts == []
    assert replies_to(stage, number)[0].state == ReplyState.FAILED


def test_a_comment_deleted_after_approval_is_not_answered(stage: Stage) -> None:
    number, draft = ready(stage)
    approve_fully(stage, draft)
    del stage.site.comments[number]
    pipeline.post(stage.desk)
    assert stage.site.posts == []
    assert state_of(stage, number) == MentionState.CLOSED


def test_a_thread_closed_after_approval_is_not_answered(stage: Stage) -> None:
    number, draft = ready(stage)
    approve_fully(stage, draft)
    stage.site.closed = True
    pipeline.post(stage.desk)
    assert stage.site.posts == []
    assert replies_to(stage, number)[0].error == "the thread was closed for replies"


def test_a_rejected_reply_comes_back_with_the_reason(stage: Stage) -> None:
    number, draft = ready(stage)
    approve_fully(stage, draft)
    stage.site.faults["post"] = [Rejected("contains a link")]
    pipeline.post(stage.desk)
    again = proposed(stage, number)
    assert (again.text, again.reject_reason) == (draft.text, "contains a link")
    assert state_of(stage, number) == MentionState.DRAFTED
    approve_fully(stage, again)
    pipeline.post(stage.desk)
    assert len(stage.site.posts) == 1


@pytest.mark.parametrize("error", [Transient("down"), RateLimited("429", retry_after=60)])
def test_a_reply_that_certainly_did_not_go_out_is_tried_again(
    stage: Stage, error: Exception
) -> None:
    number, draft = ready(stage)
    approve_fully(stage, draft)
    stage.site.faults["post"] = [error]
    pipeline.drain(stage.desk)
    assert replies_to(stage, number)[0].state == ReplyState.QUEUED
    stage.clock.wait(seconds=61)
    pipeline.drain(stage.desk)
    assert len(stage.site.posts) == 1


def test_an_unknown_outcome_that_was_posted_is_found_by_reading_back(stage: Stage) -> None:
    number, draft = ready(stage)
    approve_fully(stage, draft)
    stage.site.accept_then_fail = [OutcomeUnknown("cut")]
    pipeline.post(stage.desk)
    assert replies_to(stage, number)[0].state == ReplyState.UNKNOWN
    pipeline.drain(stage.desk)
    reply = replies_to(stage, number)[0]
    assert (reply.state, reply.external_id) == (ReplyState.POSTED, f"site/{number + 1}")
    assert len(stage.site.posts) == 1


def test_an_unknown_outcome_that_was_not_posted_goes_back_to_the_approver(stage: Stage) -> None:
    number, draft = ready(stage)
    approve_fully(stage, draft)
    stage.site.faults["post"] = [OutcomeUnknown("cut")]
    pipeline.post(stage.desk)
    pipeline.drain(stage.desk)
    assert replies_to(stage, number)[0].state == ReplyState.FAILED
    assert proposed(stage, number).text == draft.text
    assert stage.site.posts == []


def test_an_unknown_outcome_is_never_retried_by_machine(stage: Stage) -> None:
    number, draft = ready(stage)
    approve_fully(stage, draft)
    stage.site.faults["post"] = [OutcomeUnknown("cut")]
    pipeline.post(stage.desk)
    stage.site.faults["thread"] = [Transient("down") for _ in range(50)]
    for _ in range(5):
        stage.clock.wait(hours=1)
        pipeline.post(stage.desk)
        pipeline.follow_up(stage.desk)
    assert stage.site.posts == []
    with session(stage.desk.engine) as db:
        approval.resolve_unknown(
            db,
            person=stage.people[Role.APPROVER],
            reply_id=replies_to(stage, number)[0].id or 0,
            was_posted=False,
            external_id=None,
            at=stage.clock(),
        )
    assert proposed(stage, number).text == draft.text


def test_a_crash_while_sending_becomes_unknown_and_is_read_back(stage: Stage) -> None:
    number, draft = ready(stage)
    approve_fully(stage, draft)
    with session(stage.desk.engine) as db:
        begun = posting.begin(db, "default", PostingMode.LIVE, stage.clock(), timedelta(seconds=60))
    assert isinstance(begun, posting.Outgoing)
    pipeline.post(stage.desk)
    pipeline.follow_up(stage.desk)
    assert replies_to(stage, number)[0].state == ReplyState.SENDING
    stage.clock.wait(seconds=61)
    pipeline.follow_up(stage.desk)
    assert replies_to(stage, number)[0].state == ReplyState.FAILED
    assert stage.site.posts == []


def test_the_collector_recognises_a_reply_whose_sender_died(stage: Stage) -> None:
    number, draft = ready(stage)
    approve_fully(stage, draft)
    with session(stage.desk.engine) as db:
        begun = posting.begin(db, "default", PostingMode.LIVE, stage.clock(), timedelta(seconds=60))
    assert isinstance(begun, posting.Outgoing)
    stage.site.add(draft.text, "us", parent=number, is_ours=True)
    stage.clock.wait(seconds=30)
    pipeline.collect(stage.desk, "site")
    assert replies_to(stage, number)[0].state == ReplyState.SENDING
    stage.clock.wait(seconds=60)
    pipeline.drain(stage.desk)
    assert replies_to(stage, number)[0].state == ReplyState.POSTED
    assert state_of(stage, number) == MentionState.ANSWERED


def test_a_mention_gone_when_posting_is_closed(stage: Stage) -> None:
    number, draft = ready(stage)
    approve_fully(stage, draft)
    stage.site.faults["post"] = [Gone("no such comment")]
    pipeline.post(stage.desk)
    assert state_of(stage, number) == MentionState.CLOSED


def test_dry_run_rehearses_and_switching_on_later_sends_nothing_old(make: StageMaker) -> None:
    stage = make(posting="dry_run")
    number, draft = ready(stage)
    approve_fully(stage, draft)
    pipeline.drain(stage.desk)
    assert replies_to(stage, number)[0].state == ReplyState.REHEARSED
    with session(stage.desk.engine) as db:
        set_posting_mode(
            db,
            person=stage.people[Role.ADMIN],
            mode=PostingMode.LIVE,
            at=stage.clock(),
            brand_id="default",
        )
    stage.clock.wait(days=1)
    pipeline.drain(stage.desk)
    assert stage.site.posts == []


def test_the_emergency_stop_holds_what_is_queued(stage: Stage) -> None:
    number, draft = ready(stage)
    approve_fully(stage, draft)
    with session(stage.desk.engine) as db, pytest.raises(NotAllowed):
        set_posting_mode(
            db,
            person=stage.people[Role.OPERATOR],
            mode=PostingMode.STOPPED,
            at=stage.clock(),
            brand_id="default",
        )
    with session(stage.desk.engine) as db:
        set_posting_mode(
            db,
            person=stage.people[Role.APPROVER],
            mode=PostingMode.STOPPED,
            at=stage.clock(),
            brand_id="default",
        )
    pipeline.drain(stage.desk)
    assert stage.site.posts == []
    assert replies_to(stage, number)[0].state == ReplyState.QUEUED


def test_an_approved_reply_can_be_taken_back_until_it_is_sent(make: StageMaker) -> None:
    stage = make(undo_seconds=30)
    number, draft = ready(stage)
    given = approve_fully(stage, draft)
    pipeline.drain(stage.desk)
    assert stage.site.posts == []
    with session(stage.desk.engine) as db:
        approval.undo(
            db,
            person=stage.people[Role.APPROVER],
            reply_id=given.reply_id or 0,
            at=stage.clock(),
        )
    stage.clock.wait(minutes=5)
    pipeline.drain(stage.desk)
    assert stage.site.posts == []
    assert proposed(stage, number).text == draft.text


def test_where_two_are_asked_the_editor_does_not_count(stage: Stage) -> None:
    _, draft = ready(stage)
    with session(stage.desk.engine) as db:
        blocked = editing.edit_draft(
            db,
            person=stage.people[Role.APPROVER],
            draft_id=draft.id or 0,
            text="Вернём 7 777 рублей завтра.",
            at=stage.clock(),
        )
    assert blocked.approvals_needed == 2
    with pytest.raises(SecondApprovalNeeded):
        approve(stage, blocked, Role.APPROVER)
    assert approve(stage, blocked, Role.LEAD).missing == 1
    with pytest.raises(SecondApprovalNeeded):
        approve(stage, blocked, Role.LEAD)
    assert approve(stage, blocked, Role.ADMIN).reply_id is not None


# ---- the database itself refuses -----------------------------------------------------------


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
    with session(stage.desk.engine) as db:
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
