"""A reply is sent at most once, and only as approved (promises 1 and 3)."""

from datetime import timedelta

import pytest

from otklik import pipeline
from otklik.database import session
from otklik.enums import MentionState, PostingMode, ReplyState, Role
from otklik.errors import (
    Gone,
    NotAllowed,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    SecondApprovalNeeded,
    StaleText,
    Transient,
)
from otklik.switches import set_posting_mode
from responder import approval, editing, posting
from tests.acts import approve, approve_fully, proposed, ready, replies_to, state_of
from tests.fakes import Stage
from tests.pipeline.conftest import StageMaker


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


@pytest.mark.parametrize("was_posted", [True, False])
def test_resolving_an_unknown_reply_leaves_an_edited_comment_to_its_own_way(
    stage: Stage, was_posted: bool
) -> None:
    number, draft = ready(stage)
    approve_fully(stage, draft)
    stage.site.faults["post"] = [OutcomeUnknown("cut")]
    pipeline.post(stage.desk)
    stage.site.comments[number].text = "Всё приехало, спасибо!"
    pipeline.collect(stage.desk, "site")
    before = state_of(stage, number)
    with session(stage.desk.engine) as db:
        approval.resolve_unknown(
            db,
            person=stage.people[Role.APPROVER],
            reply_id=replies_to(stage, number)[0].id or 0,
            was_posted=was_posted,
            external_id=None,
            at=stage.clock(),
        )
    assert state_of(stage, number) == before
