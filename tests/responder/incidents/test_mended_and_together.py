"""Solved: everybody is told; many texts are approved by one click as they were shown."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from otklik import audit, pipeline
from otklik.database import reading, session
from otklik.enums import DraftState, Language, MentionState, PromiseState, ReplyState, Role
from otklik.errors import ApprovalError, NotAllowed
from otklik.models import Approval, DraftRow, Mention, Promise, Reply
from responder import editing
from responder.incidents import life, together, working
from tests.acts import approve_fully, proposed

MENDED = "Партию заменили, в кафе и магазинах с 20 ноября свежий чай."
UNDO = timedelta(seconds=30)


def act(wave: Any, verb: Any, role: Role = Role.LEAD, **more: Any) -> Any:
    with session(wave.stage.desk.engine) as db:
        person, at = wave.stage.people[role], wave.stage.clock()
        return verb(db, person=person, incident_id=wave.incident_id, at=at, **more)


def texts(wave: Any, role: Role = Role.APPROVER) -> list[together.Text]:
    with reading(wave.stage.desk.engine) as db:
        person, at = wave.stage.people[role], wave.stage.clock()
        return together.list_texts(db, person=person, incident_id=wave.incident_id, at=at)


def approve_all(wave: Any, shown: list[together.Text], role: Role = Role.APPROVER) -> Any:
    chosen = [one.shown for one in shown]
    return act(wave, together.approve_shown, role, shown=chosen, undo=UNDO)


def answer(wave: Any, *numbers: int) -> None:
    """The machine's drafts of these comments are approved and posted."""
    for number in numbers:
        approve_fully(wave.stage, proposed(wave.stage, number))
    wave.stage.clock.wait(minutes=5)
    pipeline.post(wave.stage.desk)


def solve(wave: Any) -> life.Solved:
    act(wave, working.take)
    done: life.Solved = act(
        wave, life.solve, lessons="проверять партию", mended={Language.RUSSIAN: MENDED}
    )
    for one in done.waiting:
        wave.approve(one, Role.APPROVER)
        wave.approve(one, Role.ADMIN)
    pipeline.drain(wave.stage.desk)
    return done


def test_all_are_told_that_it_is_mended_each_in_a_text_that_people_approve(wave: Any) -> None:
    answer(wave, 1, 2)
    before = len(wave.stage.site.posts)
    assert before == 2
    solve(wave)
    answered = [row for row in wave.mentions() if row.external_id in {"site/1", "site/2"}]
    for row in answered:
        told = wave.drafts(row)[-1]
        assert (told.writer, told.state) == ("mended", DraftState.PROPOSED)
        assert told.text.endswith(MENDED)
        assert told.text != MENDED
        assert row.state == MentionState.DRAFTED
    assert len(wave.stage.site.posts) == before, "nothing is said by itself"
    waiting = texts(wave)
    assert len(waiting) == 6, "two follow-ups and four replies that include it"
    assert all(MENDED in one.draft.text for one in waiting)
    done = approve_all(wave, [one for one in waiting if one.is_free])
    assert len(done.queued) + len(done.once) == sum(one.is_free for one in waiting)
    wave.stage.clock.wait(minutes=5)
    pipeline.drain(wave.stage.desk)
    with reading(wave.stage.desk.engine) as db:
        kept = db.exec(select(Promise).where(Promise.state == PromiseState.KEPT)).all()
        rows = db.exec(select(Mention).where(col(Mention.incident_id).is_not(None))).all()
        assert audit.verify(db).length > 0
    assert len(kept) == 2
    closed = [row for row in rows if row.state == MentionState.ANSWERED]
    assert len(closed) == len(done.queued)
    assert pipeline.follow_up(wave.stage.desk).done == 0, "nobody is told twice"
    assert len(wave.stage.site.posts) == before + len(done.queued)


def test_a_text_turned_down_is_not_written_again_and_the_comment_stays_answered(
    wave: Any,
) -> None:
    answer(wave, 1)
    solve(wave)
    told = proposed(wave.stage, 1)
    with session(wave.stage.desk.engine) as db:
        editing.reject(
            db,
            person=wave.stage.people[Role.APPROVER],
            draft_id=told.id or 0,
            reason="ему уже позвонили",
            at=wave.stage.clock(),
        )
    pipeline.drain(wave.stage.desk)
    (row,) = [one for one in wave.mentions() if one.external_id == "site/1"]
    assert row.state == MentionState.ANSWERED
    assert wave.drafts(row)[-1].id == told.id


def test_what_comes_back_is_not_said_to_be_mended_even_where_it_was_approved(wave: Any) -> None:
    answer(wave, 1)
    solve(wave)
    free = [one for one in texts(wave) if one.is_free]
    done = approve_all(wave, free)
    assert done.queued
    posts = len(wave.stage.site.posts)
    act(wave, life.reopen)
    wave.stage.clock.wait(minutes=5)
    pipeline.post(wave.stage.desk)
    assert len(wave.stage.site.posts) == posts
    (row,) = [one for one in wave.mentions() if one.external_id == "site/1"]
    assert row.state == MentionState.ANSWERED


def in_force(wave: Any) -> list[together.Text]:
    wave.put_in_force()
    pipeline.draft(wave.stage.desk)
    return texts(wave)


def test_a_text_changed_between_showing_and_click_is_left_out_and_said(wave: Any) -> None:
    shown = in_force(wave)
    assert len(shown) == 6
    changed = shown[0]
    with session(wave.stage.desk.engine) as db:
        editing.edit_draft(
            db,
            person=wave.stage.people[Role.OPERATOR],
            draft_id=changed.draft.id or 0,
            text="Проверим вашу пачку и ответим до 25 ноября.",
            at=wave.stage.clock(),
        )
    done = approve_all(wave, shown)
    assert list(done.left_out) == [changed.draft.id]
    with reading(wave.stage.desk.engine) as db:
        given = db.exec(select(Approval)).all()
        sent = db.exec(select(Reply)).all()
    assert {one.draft_id for one in given} == {one.draft.id for one in shown[1:]}
    assert {one.text_digest for one in given} <= {one.draft.text_digest for one in shown[1:]}
    assert changed.mention.id not in {one.mention_id for one in sent}
    assert len(done.queued) == 5


def test_what_a_remark_stops_is_left_out_though_it_was_ticked(wave: Any) -> None:
    shown = in_force(wave)
    with session(wave.stage.desk.engine) as db:
        draft = editing.edit_draft(
            db,
            person=wave.stage.people[Role.OPERATOR],
            draft_id=shown[0].draft.id or 0,
            text="Позвоните нам: +7 912 345-67-89.",
            at=wave.stage.clock(),
        )
    (stopped,) = [one for one in texts(wave) if one.draft.id == draft.id]
    assert stopped.is_blocked
    done = approve_all(wave, [stopped])
    assert done.left_out == {draft.id: together.BLOCKED}
    with reading(wave.stage.desk.engine) as db:
        assert not db.exec(select(Approval).where(Approval.draft_id == draft.id)).all()


def test_a_click_is_taken_back_as_a_whole_while_its_replies_wait(wave: Any) -> None:
    done = approve_all(wave, in_force(wave))
    with session(wave.stage.desk.engine) as db:
        person, at = wave.stage.people[Role.APPROVER], wave.stage.clock()
        back, late = together.undo_shown(db, person=person, reply_ids=done.queued, at=at)
    assert (len(back), late) == (6, {})
    assert len(texts(wave)) == 6
    with reading(wave.stage.desk.engine) as db:
        states = {one.state for one in db.exec(select(Reply))}
    assert states == {ReplyState.FAILED}


def test_who_may_not_approve_one_text_approves_none_together(wave: Any) -> None:
    shown = in_force(wave)
    with pytest.raises(NotAllowed):
        approve_all(wave, shown, Role.OPERATOR)
    with pytest.raises(ApprovalError):
        approve_all(wave, [])
    with pytest.raises(ApprovalError):
        approve_all(wave, [shown[0], shown[0]])


def test_where_two_are_asked_one_click_is_one_yes_and_its_author_has_none(wave: Any) -> None:
    shown = in_force(wave)
    ids = [one.draft.id for one in shown[:2]]
    with session(wave.stage.desk.engine) as db:
        for number in ids:
            old = db.get_one(DraftRow, number)
            kept = old.model_dump(exclude={"id", "approvals_needed", "supersedes_id", "editor_id"})
            old.state = DraftState.SUPERSEDED
            db.add(old)
            db.flush()
            writer = wave.stage.people[Role.LEAD].id
            db.add(DraftRow(**kept, approvals_needed=2, supersedes_id=number, editor_id=writer))
    two = [one for one in texts(wave, Role.LEAD) if one.draft.approvals_needed == 2]
    assert [one.is_free for one in two] == [False, False]
    assert len(approve_all(wave, two, Role.LEAD).left_out) == 2
    first = approve_all(wave, two, Role.APPROVER)
    assert (len(first.once), first.queued) == (2, [])
    assert len(approve_all(wave, two, Role.ADMIN).queued) == 2
