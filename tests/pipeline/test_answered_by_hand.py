"""An answer that a person has put on a site where Otklik publishes nothing."""

from __future__ import annotations

from typing import Any

import pytest
from sqlmodel import select

from otklik import audit, pipeline
from otklik.database import reading, session
from otklik.enums import (
    CaseState,
    CloseReason,
    DraftState,
    MentionState,
    PromiseState,
    Role,
    SlaState,
)
from otklik.errors import ApprovalError, NotAllowed, StaleText
from otklik.models import AuditEvent, Case, DraftRow, Mention, Promise
from otklik.store import replies
from responder import editing
from tests.acts import COMPLAINT, mention_of, proposed, ready, replies_to
from tests.fakes import Stage

OWN = "Анна, вернём деньги за заказ 4512 до 30 ноября."


def publish(stage: Stage, number: int, draft: DraftRow | None, text: str, **more: Any) -> DraftRow:
    with session(stage.desk.engine) as db:
        given: dict[str, Any] = {
            "person": stage.people[Role.OPERATOR],
            "mention_id": mention_of(db, number).id,
            "mention_version": 1,
            "draft_id": draft.id if draft else None,
            "can_post": False,
            **more,
        }
        return editing.answer_by_hand(db, text=text, at=stage.clock(), **given)


def stored(stage: Stage, number: int) -> Mention:
    with reading(stage.desk.engine) as db:
        return mention_of(db, number)


def events(stage: Stage) -> list[AuditEvent]:
    with reading(stage.desk.engine) as db:
        audit.verify(db)
        wanted = AuditEvent.action == "mention.answered_by_hand"
        return list(db.exec(select(AuditEvent).where(wanted)))


def test_a_draft_published_as_it_is_closes_mention_and_case(stage: Stage) -> None:
    number, draft = ready(stage)
    assert publish(stage, number, draft, draft.text).id == draft.id
    mention = stored(stage, number)
    assert (mention.state, mention.close_reason) == (
        MentionState.CLOSED,
        CloseReason.ANSWERED_ELSEWHERE,
    )
    with reading(stage.desk.engine) as db:
        assert db.get_one(Case, mention.case_id).state == CaseState.CLOSED
        (kept,) = [one for one in replies.list_drafts(db, mention.id or 0) if one.id == draft.id]
    assert (kept.state, kept.reject_reason) == (DraftState.EXPIRED, editing.BY_HAND)


def test_nothing_is_sent_for_it_afterwards(stage: Stage) -> None:
    number, draft = ready(stage)
    publish(stage, number, draft, draft.text)
    stage.clock.wait(hours=1)
    pipeline.drain(stage.desk)
    assert replies_to(stage, number) == []
    assert stage.site.posts == []


def test_one_event_names_the_text_and_the_draft_it_came_from(stage: Stage) -> None:
    number, draft = ready(stage)
    with reading(stage.desk.engine) as db:
        before = len(db.exec(select(AuditEvent)).all())
    kept = publish(stage, number, draft, OWN)
    with reading(stage.desk.engine) as db:
        new = [event.action for event in db.exec(select(AuditEvent)).all()[before:]]
    assert sorted(new) == ["mention.answered_by_hand", "promise.made"]
    (event,) = events(stage)
    assert event.actor == f"person:{stage.people[Role.OPERATOR].id}"
    assert event.detail == {
        "version": 1,
        "draft": kept.id,
        "text_digest": audit.digest(OWN),
        "from_draft": draft.id,
        "from_digest": draft.text_digest,
    }


def test_a_text_changed_in_the_box_is_kept_as_the_last_draft(stage: Stage) -> None:
    number, draft = ready(stage)
    publish(stage, number, draft, OWN)
    with reading(stage.desk.engine) as db:
        drafts = replies.list_drafts(db, draft.mention_id)
    first, last = drafts[0], drafts[-1]
    assert (first.state, last.state) == (DraftState.SUPERSEDED, DraftState.EXPIRED)
    assert (last.text, last.editor_id) == (OWN, stage.people[Role.OPERATOR].id)


def test_a_text_without_a_draft_is_kept_too(stage: Stage) -> None:
    number = stage.site.add("", media=("https://site/1.jpg",))
    pipeline.drain(stage.desk)
    publish(stage, number, None, OWN)
    with reading(stage.desk.engine) as db:
        (kept,) = replies.list_drafts(db, mention_of(db, number).id or 0)
    assert (kept.text, kept.state) == (OWN, DraftState.EXPIRED)
    (event,) = events(stage)
    assert event.detail is not None
    assert (event.detail["from_draft"], event.detail["from_digest"]) == (None, None)


@pytest.mark.parametrize(("late", "said"), [(0, SlaState.MET), (1, SlaState.MISSED)])
def test_the_clock_of_the_first_reply_stops(stage: Stage, late: int, said: SlaState) -> None:
    number, draft = ready(stage)
    due = stored(stage, number).sla_due_at
    assert due is not None
    stage.clock.wait(seconds=(due - stage.clock()).total_seconds() + late)
    publish(stage, number, draft, draft.text)
    assert stored(stage, number).sla_state == said


def test_a_clock_that_ran_out_before_stays_missed(stage: Stage) -> None:
    number, draft = ready(stage)
    stage.clock.wait(days=3)
    pipeline.drain(stage.desk)
    publish(stage, number, draft, draft.text)
    assert stored(stage, number).sla_state == SlaState.MISSED


def test_what_it_promises_is_the_debt_of_who_published_it(stage: Stage) -> None:
    number, draft = ready(stage)
    publish(stage, number, draft, OWN)
    with reading(stage.desk.engine) as db:
        (debt,) = db.exec(select(Promise)).all()
    assert (debt.reply_id, debt.state) == (None, PromiseState.OPEN)
    assert debt.owner_id == debt.entered_by_id == stage.people[Role.OPERATOR].id


@pytest.mark.parametrize(
    ("more", "error", "said"),
    [
        ({"can_post": True}, ApprovalError, "publishes here itself"),
        ({"mention_version": 2}, StaleText, "edited"),
        ({"draft_id": None}, StaleText, "text was changed"),
        ({"text": " \n"}, ApprovalError, "empty"),
    ],
)
def test_what_does_not_fit_is_refused_and_leaves_all_as_it_was(
    stage: Stage, more: dict[str, Any], error: type[Exception], said: str
) -> None:
    number, draft = ready(stage)
    with pytest.raises(error, match=said):
        publish(stage, number, draft, **{"text": OWN, **more})
    assert stored(stage, number).state == MentionState.DRAFTED
    assert proposed(stage, number).id == draft.id
    assert events(stage) == []


def test_the_draft_of_another_comment_is_refused(stage: Stage) -> None:
    number, _draft = ready(stage)
    other = stage.site.add(COMPLAINT + " И чай был горький.", "boris")
    stage.clock.wait(minutes=5)
    pipeline.drain(stage.desk)
    with pytest.raises(StaleText, match="text was changed"):
        publish(stage, number, proposed(stage, other), OWN)


def test_a_second_person_is_told_that_somebody_has_acted(stage: Stage) -> None:
    number, draft = ready(stage)
    publish(stage, number, draft, OWN)
    with pytest.raises(StaleText, match="somebody else has acted"):
        publish(stage, number, draft, draft.text)
    with pytest.raises(StaleText, match="closed by now"):
        publish(stage, number, None, OWN)
    assert len(events(stage)) == 1


def test_a_deleted_comment_is_not_answered_by_hand(stage: Stage) -> None:
    number, draft = ready(stage)
    del stage.site.comments[number]
    stage.clock.wait(minutes=5)
    pipeline.drain(stage.desk)
    with pytest.raises(StaleText):
        publish(stage, number, draft, draft.text)
    with pytest.raises(StaleText, match="deleted"):
        publish(stage, number, None, OWN)


def test_where_no_answer_can_stand_none_is_recorded(stage: Stage) -> None:
    number = stage.site.add(COMPLAINT, cannot_answer="автор нас не упомянул")
    pipeline.drain(stage.desk)
    with pytest.raises(ApprovalError, match="автор нас не упомянул"):
        publish(stage, number, None, OWN)


def test_our_answer_seen_there_later_changes_nothing(stage: Stage) -> None:
    number, draft = ready(stage)
    publish(stage, number, draft, OWN)
    before = stored(stage, number).state_changed_at
    stage.site.add(OWN, "us", parent=number, is_ours=True)
    stage.clock.wait(minutes=5)
    pipeline.drain(stage.desk)
    after = stored(stage, number)
    assert (after.state_changed_at, after.sla_state) == (before, SlaState.MET)


def test_who_has_left_the_desk_records_nothing(stage: Stage) -> None:
    number, draft = ready(stage)
    gone = stage.people[Role.OPERATOR].model_copy(update={"is_active": False})
    with pytest.raises(NotAllowed):
        publish(stage, number, draft, OWN, person=gone)
    assert events(stage) == []
