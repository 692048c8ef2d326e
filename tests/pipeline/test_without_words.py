"""Comments without words, and comments that cannot be answered: both are for people."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import select

from otklik import pipeline
from otklik.database import reading, session
from otklik.enums import CaseState, CloseReason, MentionState, ReplyState, Role
from otklik.errors import ApprovalError
from otklik.models import Case, DecisionRow, DraftRow, Mention, VerdictRow
from otklik.store import queue
from otklik.store.queue_filter import QueueFilter
from responder import editing
from tests.acts import (
    COMPLAINT,
    approve,
    approve_fully,
    mention_of,
    proposed,
    ready,
    replies_to,
    state_of,
)
from tests.fakes import Stage

PICTURE = ("https://site/1.jpg",)
WHY = "автор нас не упомянул"


def write_by_hand(stage: Stage, number: int, text: str) -> DraftRow:
    with session(stage.desk.engine) as db:
        mention = mention_of(db, number)
        return editing.write_draft(
            db,
            person=stage.people[Role.OPERATOR],
            mention_id=mention.id or 0,
            mention_version=mention.version,
            text=text,
            at=stage.clock(),
        )


@pytest.mark.parametrize(
    ("rating", "media"), [(None, PICTURE), (5.0, PICTURE), (1.0, ()), (3.0, ()), (None, ())]
)
def test_pictures_and_low_stars_go_to_a_person_unjudged(
    stage: Stage, rating: float | None, media: tuple[str, ...]
) -> None:
    number = stage.site.add(" ", rating=rating, media=media)
    pipeline.drain(stage.desk)
    with reading(stage.desk.engine) as db:
        mention = mention_of(db, number)
        case = db.get_one(Case, mention.case_id)
        assert not db.exec(select(VerdictRow)).all()
        assert db.exec(select(DecisionRow.rule_id)).one() == "no_text"
        page = queue.list_queue(db, stage.desk.brand_id, QueueFilter())
    assert (mention.state, mention.urgency, mention.is_unsure) == (MentionState.HELD, 1, True)
    assert case.state == CaseState.OPEN
    assert [row.id for row in page.rows] == [mention.id]


def test_high_stars_alone_are_closed_by_a_rule_with_a_reason(stage: Stage) -> None:
    number = stage.site.add("", rating=4.0)
    pipeline.drain(stage.desk)
    with reading(stage.desk.engine) as db:
        mention, decision = mention_of(db, number), db.exec(select(DecisionRow)).one()
        case = db.get_one(Case, mention.case_id)
    assert (mention.state, mention.close_reason) == (MentionState.CLOSED, CloseReason.IGNORED)
    assert (decision.rule_id, decision.verdict_id) == ("only_stars", None)
    assert decision.effects[0]["reason"]
    assert case.state == CaseState.CLOSED


def test_a_person_may_answer_a_picture_in_their_own_words(stage: Stage) -> None:
    number = stage.site.add("", media=PICTURE)
    pipeline.drain(stage.desk)
    draft = write_by_hand(stage, number, "Спасибо за фото, разберёмся сегодня.")
    approve_fully(stage, draft)
    pipeline.drain(stage.desk)
    assert [post.text for post in stage.site.posts] == [draft.text]
    assert state_of(stage, number) == MentionState.ANSWERED


def test_words_that_an_edit_took_away_take_their_verdict_along(stage: Stage) -> None:
    number, _ = ready(stage)
    stage.site.comments[number].text, stage.site.comments[number].media = "", PICTURE
    stage.clock.wait(minutes=5)
    pipeline.drain(stage.desk)
    with reading(stage.desk.engine) as db:
        mention = mention_of(db, number)
    assert (mention.state, mention.stance, mention.topic) == (MentionState.HELD, None, None)


def test_words_and_pictures_are_judged_in_one_batch(stage: Stage) -> None:
    numbers = [stage.site.add(text) for text in (COMPLAINT, "", "Спасибо", " ")]
    pipeline.drain(stage.desk)
    with reading(stage.desk.engine) as db:
        judged = {row.mention_id for row in db.exec(select(VerdictRow))}
        rows = db.exec(select(Mention).order_by(Mention.id)).all()  # type: ignore[arg-type]
    assert [row.id in judged for row in rows] == [True, False, True, False]
    assert state_of(stage, numbers[0]) == MentionState.DRAFTED


def test_what_cannot_be_answered_gets_no_draft_and_keeps_the_reason(stage: Stage) -> None:
    number = stage.site.add(COMPLAINT, cannot_answer=WHY)
    pipeline.drain(stage.desk)
    with reading(stage.desk.engine) as db:
        mention = mention_of(db, number)
        assert not db.exec(select(DraftRow)).all()
    assert (mention.state, mention.cannot_answer) == (MentionState.HELD, WHY)
    assert mention.sla_due_at is None
    with pytest.raises(ApprovalError, match=WHY):
        write_by_hand(stage, number, "Напишем сами.")


def test_a_place_closed_between_decision_and_draft_gets_no_draft(stage: Stage) -> None:
    number = stage.site.add(COMPLAINT)
    for step in ("collect", "classify", "group", "decide"):
        pipeline.STEPS[step](stage.desk, None)
    stage.site.comments[number].cannot_answer = WHY
    stage.clock.wait(minutes=5)
    pipeline.drain(stage.desk)
    assert state_of(stage, number) == MentionState.HELD


def test_a_place_closed_after_the_draft_refuses_the_approval(stage: Stage) -> None:
    number, draft = ready(stage)
    stage.site.comments[number].cannot_answer = WHY
    stage.clock.wait(minutes=5)
    pipeline.collect(stage.desk)
    with pytest.raises(ApprovalError, match=WHY):
        approve(stage, draft)
    assert replies_to(stage, number) == []


def test_a_place_closed_after_the_approval_holds_the_reply_back(make: object) -> None:
    stage: Stage = make(undo_seconds=60)  # type: ignore[operator]
    number = stage.site.add(COMPLAINT)
    pipeline.drain(stage.desk)
    approve_fully(stage, proposed(stage, number))
    stage.site.comments[number].cannot_answer = WHY
    stage.clock.wait(seconds=timedelta(minutes=5).total_seconds())
    pipeline.drain(stage.desk)
    (reply,) = replies_to(stage, number)
    assert (reply.state, stage.site.posts) == (ReplyState.FAILED, [])
    assert WHY in reply.error
    assert state_of(stage, number) == MentionState.HELD
