"""A promise made today comes back on its date, is kept, reported on in public, and counted."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text as sql
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from otklik import audit, pipeline
from otklik.database import reading, session
from otklik.enums import (
    AlertKind,
    Language,
    MentionState,
    PostingMode,
    PromiseState,
    RateBy,
    ReplyState,
    Role,
)
from otklik.errors import ApprovalError, NotAllowed, StaleText
from otklik.models import Alert, AuditEvent, Reply
from otklik.store import promises as rows
from otklik.store import replies
from otklik.switches import set_posting_mode
from responder import approval, editing, promises
from tests.acts import approve_fully, replies_to, state_of
from tests.fakes import Stage


def told(stage: Stage, kind: AlertKind) -> list[Alert]:
    with reading(stage.desk.engine) as db:
        return list(db.exec(select(Alert).where(Alert.kind == kind).order_by(col(Alert.id))))


def rate(story: Any, by: RateBy) -> Any:
    with reading(story.stage.desk.engine) as db:
        (found,) = rows.list_kept_rates(db, story.stage.desk.brand_id, by, story.stage.clock())
    return found


def actions(stage: Stage) -> list[str]:
    with reading(stage.desk.engine) as db:
        events = db.exec(select(AuditEvent).order_by(col(AuditEvent.id))).all()
        return [one.action for one in events if one.subject_kind == "promise"]


def test_a_promise_is_reminded_of_alerted_kept_reported_on_and_counted(story: Any) -> None:
    stage = story.stage
    debt = story.debt()
    assert debt.owner_id is not None
    assert debt.due_at.date().isoformat() == "2026-11-24"
    stage.clock.at = debt.due_at - timedelta(hours=30)
    pipeline.alert(stage.desk)
    assert told(stage, AlertKind.PROMISE_SOON) == []
    for _ in range(2):
        stage.clock.at = debt.due_at - timedelta(hours=20)
        pipeline.alert(stage.desk)
    assert len(told(stage, AlertKind.PROMISE_SOON)) == 1
    for _ in range(2):
        stage.clock.at = debt.due_at
        pipeline.alert(stage.desk)
    (due,) = told(stage, AlertKind.PROMISE_DUE)
    assert debt.text in due.body
    kept = story.act(promises.keep, Role.APPROVER, note="деньги ушли на карту")
    assert (kept.state, kept.kept_by_reply_id) == (PromiseState.KEPT, None)
    draft = story.report("деньги за заказ вернули на карту")
    assert f"{story.now().day} ноября" in draft.text
    assert "Деньги за заказ вернули на карту." in draft.text
    assert "Вернём деньги за заказ до вторника" in draft.text
    assert draft.approvals_needed == 1, draft.findings
    assert state_of(stage, story.number) == MentionState.DRAFTED
    approve_fully(stage, draft)
    pipeline.post(stage.desk)
    first, report = replies_to(stage, story.number)
    assert (first.state, report.state) == (ReplyState.POSTED, ReplyState.POSTED)
    assert report.follows_up_id == debt.id
    assert story.debts()[0].kept_by_reply_id == report.id
    assert state_of(stage, story.number) == MentionState.ANSWERED
    assert [request.text for request in stage.site.posts] == [first.text, draft.text]
    for by in RateBy:
        found = rate(story, by)
        assert (found.in_time, found.owed, found.rate) == (1, 1, 1.0)
    assert rate(story, RateBy.MONTH).key == "2026-11"
    assert rate(story, RateBy.PERSON).key == "approver"
    assert actions(stage) == [
        "promise.made",
        "promise.kept",
        "promise.done",
        "promise.told_kept",
    ]
    with reading(stage.desk.engine) as db:
        assert audit.verify(db).length > 0


def test_a_report_keeps_an_open_promise_when_it_is_posted(story: Any) -> None:
    story.stage.clock.wait(days=1)
    story.post(story.report("деньги вернули"))
    debt = story.debt()
    assert (debt.state, debt.closed_by_id) == (PromiseState.KEPT, None)
    assert debt.kept_by_reply_id is not None
    with reading(story.stage.desk.engine) as db:
        assert rows.count_untold_promises(db, debt.brand_id) == 0


def test_a_report_that_is_withdrawn_leaves_the_promise_owed_anew(story: Any) -> None:
    story.post(story.report("деньги вернули"))
    first = story.debt()
    with session(story.stage.desk.engine) as db:
        reply = replies.get_reply(db, first.kept_by_reply_id or 0)
        promises.owe_again(db, reply, story.now())
    told, owed = sorted(story.debts(), key=lambda one: one.id or 0)
    assert (told.state, owed.state) == (PromiseState.KEPT, PromiseState.OPEN)
    assert (owed.text, owed.owner_id) == (told.text, told.owner_id)
    assert owed.due_at > story.stage.clock()
    assert story.report("деньги вернули снова", owed.id).follows_up_id == owed.id


def test_a_promise_is_reported_on_once(story: Any) -> None:
    story.post(story.report("деньги вернули"))
    with pytest.raises(ApprovalError, match="reported on already"):
        story.report("деньги вернули снова")


def test_the_database_refuses_a_second_report_and_a_second_answer(story: Any) -> None:
    story.post(story.report("деньги вернули"))
    copy = (
        "INSERT INTO reply (brand_id, mention_id, mention_version, draft_id, text, text_digest, "
        "idempotency_key, state, queued_at, send_after, url, error, attempts, follow_ups, "
        "follows_up_id) SELECT brand_id, mention_id, mention_version, {draft}, text, text_digest, "
        "'again', 'queued', queued_at, send_after, '', '', 0, 0, {promise} FROM reply "
        "WHERE follows_up_id IS NOT NULL"
    )
    for draft, promise in (
        ("draft_id", "follows_up_id"),
        ("draft_id", "NULL"),
        ("draft_id", "follows_up_id + 1"),
    ):
        with (
            pytest.raises(IntegrityError),
            session(story.stage.desk.engine) as db,
        ):
            db.connection().execute(sql(copy.format(draft=draft, promise=promise)))


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE reply SET follows_up_id = 1",
        "UPDATE draft SET follows_up_id = 1",
        "UPDATE promise SET text = 'иначе'",
        "UPDATE promise SET due_at = '2030-01-01 00:00:00'",
        "UPDATE promise SET state = 'kept'",
        "UPDATE promise SET kept_by_reply_id = 1",
        "DELETE FROM promise",
        "INSERT INTO promise (brand_id, mention_id, text, due_at, state, created_at, note, "
        "postponements, is_undated, is_conditional) SELECT brand_id, mention_id, 'x', due_at, "
        "'kept', created_at, '', 0, false, false FROM promise",
    ],
)
def test_the_database_keeps_promises_as_they_were_made(story: Any, change: str) -> None:
    with pytest.raises(IntegrityError, match="otklik"), session(story.stage.desk.engine) as db:
        db.connection().execute(sql(change))


def test_a_closed_promise_is_not_opened_again(story: Any) -> None:
    story.act(promises.keep, Role.APPROVER)
    engine = story.stage.desk.engine
    with pytest.raises(IntegrityError, match="does not move"), session(engine) as db:
        db.connection().execute(sql("UPDATE promise SET state = 'open'"))


def test_what_was_done_is_told_by_who_owes_it(story: Any) -> None:
    operator = story.stage.people[Role.OPERATOR]
    with pytest.raises(NotAllowed), session(story.stage.desk.engine) as db:
        promises.follow_up_draft(
            db,
            person=operator,
            promise_id=story.debt().id or 0,
            done="вернули миллион",
            knowledge=story.stage.desk.knowledge,
            at=story.now(),
        )


def test_nobody_reports_on_a_promise_before_its_reply_stands(say: Any, stage: Stage) -> None:
    with session(stage.desk.engine) as db:
        set_posting_mode(
            db,
            person=stage.people[Role.ADMIN],
            mode=PostingMode.STOPPED,
            at=stage.clock(),
            brand_id=stage.desk.brand_id,
        )
    story = say("Вернём деньги до вторника.")
    with pytest.raises(StaleText, match="approved"):
        story.report("вернули")


def test_a_late_report_says_so_and_counts_as_late(story: Any) -> None:
    story.stage.clock.at = story.debt().due_at + timedelta(days=2)
    draft = story.report("деньги вернули")
    story.post(draft)
    assert rate(story, RateBy.PERSON).late == 1
    assert rate(story, RateBy.PERSON).rate == 0.0


def test_an_honest_not_yet_breaks_the_promise_and_makes_a_new_one(story: Any) -> None:
    story.stage.clock.at = story.debt().due_at
    draft = story.report(None)
    assert "27 ноября" in draft.text or "26 ноября" in draft.text
    story.post(draft)
    old, new = story.debts()
    assert (old.state, new.state) == (PromiseState.BROKEN, PromiseState.OPEN)
    assert new.due_at > story.stage.clock()
    story.post(story.report("деньги вернули", new.id))
    assert story.debts()[1].state == PromiseState.KEPT
    assert story.debts()[0].state == PromiseState.BROKEN


def test_a_rejected_report_leaves_the_comment_answered(story: Any) -> None:
    draft = story.report("деньги вернули")
    with session(story.stage.desk.engine) as db:
        editing.reject(
            db,
            person=story.stage.people[Role.OPERATOR],
            draft_id=draft.id or 0,
            reason="рано",
            at=story.stage.clock(),
        )
    assert state_of(story.stage, story.number) == MentionState.ANSWERED
    assert story.debt().state == PromiseState.OPEN
    story.post(story.report("деньги вернули на карту"))
    assert story.debt().state == PromiseState.KEPT


def test_an_edited_report_still_reports_on_its_promise(story: Any) -> None:
    draft = story.report("деньги вернули")
    with session(story.stage.desk.engine) as db:
        edited = editing.edit_draft(
            db,
            person=story.stage.people[Role.OPERATOR],
            draft_id=draft.id or 0,
            text="Обещали вернуть деньги за заказ: вернули сегодня, проверьте карту.",
            at=story.now(),
        )
    assert edited.follows_up_id == story.debt().id
    story.post(edited)
    assert story.debt().state == PromiseState.KEPT


def test_a_comment_edited_meanwhile_voids_the_report_and_keeps_the_debt(story: Any) -> None:
    story.report("деньги вернули")
    story.stage.site.comments[story.number].text += " И ещё курьер нагрубил."
    pipeline.drain(story.stage.desk)
    assert story.debt().state == PromiseState.OPEN
    with pytest.raises(StaleText, match="deal with that first"):
        story.report("деньги вернули")


def test_postponing_needs_a_reason_counts_and_reminds_again(story: Any) -> None:
    stage, later = story.stage, story.debt().due_at + timedelta(days=7)
    stage.clock.at = story.debt().due_at
    pipeline.alert(stage.desk)
    with pytest.raises(ApprovalError, match="say why"):
        story.act(promises.postpone, Role.APPROVER, due_at=later, reason=" ")
    with pytest.raises(ApprovalError, match="later date"):
        story.act(promises.postpone, Role.APPROVER, due_at=stage.clock(), reason="банк")
    moved = story.act(promises.postpone, Role.APPROVER, due_at=later, reason="банк ждёт чек")
    assert (moved.postponements, moved.first_due_at) == (1, stage.clock())
    stage.clock.at = later
    pipeline.alert(stage.desk)
    assert len(told(stage, AlertKind.PROMISE_DUE)) == 2
    story.act(promises.keep, Role.APPROVER)
    found = rate(story, RateBy.TOPIC)
    assert (found.postponed, found.in_time, found.rate) == (1, 0, 0.0)


def test_a_promise_is_its_owners_until_handed_over(story: Any) -> None:
    stage = story.stage
    with pytest.raises(NotAllowed, match="somebody else's"):
        story.act(promises.keep, Role.OPERATOR)
    heir = stage.people[Role.OPERATOR].id
    with pytest.raises(ApprovalError, match="works here"):
        story.act(promises.hand_over, Role.APPROVER, to_id=999)
    story.act(promises.hand_over, Role.APPROVER, to_id=heir)
    assert story.act(promises.keep, Role.OPERATOR).closed_by_id == heir


def test_a_broken_promise_stays_visible_and_may_be_kept_late(story: Any) -> None:
    with pytest.raises(ApprovalError, match="say why"):
        story.act(promises.admit, Role.APPROVER, note="")
    broken = story.act(promises.admit, Role.APPROVER, note="нет на складе")
    assert (broken.state, broken.note) == (PromiseState.BROKEN, "нет на складе")
    assert rate(story, RateBy.ZONE).broken == 1
    story.stage.clock.at = broken.due_at + timedelta(days=1)
    story.act(promises.keep, Role.APPROVER)
    assert rate(story, RateBy.ZONE).late == 1


def test_once_its_date_has_gone_by_only_a_lead_voids_a_promise(story: Any) -> None:
    story.stage.clock.at = story.debt().due_at
    with pytest.raises(NotAllowed):
        story.act(promises.void, Role.APPROVER, reason="это не обещание")
    story.act(promises.void, Role.LEAD, reason="это не обещание")
    found = rate(story, RateBy.PERSON)
    assert (found.void, found.owed, found.rate) == (1, 0, None)
    with pytest.raises(ApprovalError, match="void"):
        story.report("вернули")


def by_hand(story: Any, text: str, due_at: datetime) -> Any:
    with session(story.stage.desk.engine) as db:
        return promises.enter_by_hand(
            db,
            person=story.stage.people[Role.OPERATOR],
            mention_id=story.mention_id,
            text=text,
            due_at=due_at,
            at=story.stage.clock(),
        )


def test_what_was_promised_by_phone_is_a_debt_like_any_other(story: Any) -> None:
    due = story.stage.clock() + timedelta(days=3)
    debt = by_hand(story, "Подарим пачку улуна.", due)
    assert (debt.reply_id, debt.owner_id) == (None, story.stage.people[Role.OPERATOR].id)
    story.post(story.report("пачку улуна отправили", debt.id))
    with reading(story.stage.desk.engine) as db:
        assert rows.get_promise(db, debt.id).state == PromiseState.KEPT


@pytest.mark.parametrize(("text", "hours"), [(" ", 9), ("Вернём.", -1)])
def test_a_promise_by_hand_has_words_and_a_day_to_come(story: Any, text: str, hours: int) -> None:
    with pytest.raises(ApprovalError):
        by_hand(story, text, story.stage.clock() + timedelta(hours=hours))


def test_the_same_promise_is_not_entered_twice(story: Any) -> None:
    with pytest.raises(ApprovalError, match="ledger already"):
        by_hand(story, story.debt().text.upper(), story.stage.clock() + timedelta(days=1))


def test_a_corrected_text_adds_only_what_is_new_in_it(story: Any) -> None:
    with session(story.stage.desk.engine) as db:
        (reply,) = db.exec(select(Reply)).all()
        reply_text = "Вернём деньги за ваш заказ до вторника. Позвоним до четверга."
        corrected = Reply(**{**reply.model_dump(), "text": reply_text})
        made = promises.enter(db, corrected, Language.RUSSIAN, story.now(), owner_id=1)
    assert [one.text for one in made] == ["Позвоним до четверга."]
    assert len(story.debts()) == 2


def test_a_reply_taken_back_has_promised_nothing_and_promises_once_when_sent(
    stage: Stage, say: Any
) -> None:
    settings = stage.desk.settings.model_copy(update={"undo_seconds": 30.0})
    object.__setattr__(stage.desk, "settings", settings)
    story = say("Вернём деньги до вторника.")
    (reply,) = replies_to(stage, story.number)
    with session(stage.desk.engine) as db:
        draft = approval.undo(
            db, person=stage.people[Role.APPROVER], reply_id=reply.id or 0, at=stage.clock()
        )
    assert story.debt().state == PromiseState.VOID
    approve_fully(stage, draft)
    assert [one.state for one in story.debts()] == [PromiseState.VOID, PromiseState.OPEN]


def test_undated_and_conditional_promises_are_marked_in_the_ledger(say: Any) -> None:
    story = say("Мы разберёмся. Как только получим номер заказа, вернём деньги за 2 дня.")
    vague, hanging = story.debts()
    assert (vague.is_undated, vague.is_conditional) == (True, False)
    assert (hanging.is_undated, hanging.is_conditional) == (False, True)
