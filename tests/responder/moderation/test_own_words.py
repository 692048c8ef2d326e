"""Our own replies after posting: taken back, put right, and what both mean for promises."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import select

from otklik import pipeline
from otklik.database import reading, session
from otklik.enums import ActState, Approach, MentionState, PromiseState, ReplyState, Role
from otklik.errors import ApprovalError, SecondApprovalNeeded, StaleText
from otklik.models import Act, Case, FactRow, Promise
from responder.moderation import approving, asking, own_words
from responder.moderation.grounds import HideGround
from tests.acts import approve_fully, mention_of, proposed, state_of
from tests.fakes import Stage
from tests.responder.moderation.grounds_to_act import (
    COMPLAINT,
    Moderated,
    act_now,
    answer,
    reply_under,
    say_yes,
    write,
)

Desk = tuple[Stage, type[Moderated]]
PROMISE = "Вернём деньги до 25 ноября."
SAID = f"Заказ задержала доставка. {PROMISE}"


def answered(stage: Stage, text: str = SAID) -> int:
    number = write(stage, COMPLAINT, "guest")
    answer(stage, number, Approach.APOLOGISE_AND_FIX, text)
    assert state_of(stage, number) == MentionState.ANSWERED
    return number


def correct(stage: Stage, number: int, text: str, role: Role = Role.OPERATOR) -> Act:
    reply = reply_under(stage, number)
    with session(stage.desk.engine) as db:
        return own_words.ask_correction(
            db,
            person=stage.people[role],
            reply_id=reply.id or 0,
            text=text,
            reason="ошиблись в сроке",
            at=stage.clock(),
        )


def approved(stage: Stage, act: Act) -> None:
    """As many people as are needed say yes."""
    if say_yes(stage, act, Role.APPROVER):
        assert say_yes(stage, act, Role.LEAD) == 0


def withdraw(stage: Stage, number: int) -> Act:
    reply = reply_under(stage, number)
    with session(stage.desk.engine) as db:
        return own_words.ask_withdraw(
            db,
            person=stage.people[Role.OPERATOR],
            reply_id=reply.id or 0,
            reason="назвали чужой заказ",
            at=stage.clock(),
        )


def promises_of(stage: Stage, number: int) -> list[Promise]:
    reply = reply_under(stage, number)
    with reading(stage.desk.engine) as db:
        found = db.exec(select(Promise).where(Promise.reply_id == reply.id))
        return sorted(found, key=lambda one: one.due_at)


def test_a_withdrawn_reply_promises_nothing_and_its_mention_waits_for_a_person(desk: Desk) -> None:
    stage, site = desk
    number = answered(stage)
    there = reply_under(stage, number).external_id
    assert [one.state for one in promises_of(stage, number)] == [PromiseState.OPEN]
    act = withdraw(stage, number)
    assert say_yes(stage, act, Role.APPROVER) == 0
    assert act_now(stage, act).state is ActState.DONE
    assert site.done == [("withdraw", there)]
    reply = reply_under(stage, number)
    assert reply.state is ReplyState.WITHDRAWN
    assert "назвали чужой заказ" in reply.error
    assert [one.state for one in promises_of(stage, number)] == [PromiseState.VOID]
    with reading(stage.desk.engine) as db:
        mention = mention_of(db, number)
        assert mention.state is MentionState.HELD
        assert "назвали чужой заказ" in mention.last_error
        assert db.get_one(Case, mention.case_id).closed_at is None
    pipeline.drain(stage.desk)
    assert state_of(stage, number) == MentionState.HELD


def test_after_a_withdrawal_the_comment_can_be_answered_again(desk: Desk) -> None:
    stage, _ = desk
    number = answered(stage)
    act = withdraw(stage, number)
    say_yes(stage, act, Role.APPROVER)
    act_now(stage, act)
    answer(stage, number, Approach.ANSWER, "Заказ привезут сегодня, курьер уже выехал.")
    assert reply_under(stage, number).state is ReplyState.POSTED


def test_a_reply_is_put_right_and_both_texts_stay_on_record(desk: Desk) -> None:
    stage, site = desk
    number = answered(stage)
    act = correct(stage, number, SAID.replace("25", "27"))
    approved(stage, act)
    assert act_now(stage, act).state is ActState.DONE
    reply = reply_under(stage, number)
    assert reply.text == SAID
    assert reply.state is ReplyState.POSTED
    assert [what for what, _ in site.done] == ["edit"]
    with reading(stage.desk.engine) as db:
        assert own_words.public_text(db, reply) == SAID.replace("25", "27")
    assert [one.due_at.day for one in promises_of(stage, number)] == [25, 27]


def test_a_promise_that_stays_in_a_corrected_text_is_not_owed_twice(desk: Desk) -> None:
    stage, _ = desk
    number = answered(stage)
    for text in (f"Заказ задержал курьер. {PROMISE}", f"Виноват наш склад. {PROMISE}"):
        act = correct(stage, number, text)
        approved(stage, act)
        assert act_now(stage, act).state is ActState.DONE
    assert len(promises_of(stage, number)) == 1


def test_a_correction_passes_the_same_lint_as_any_reply(small_desk: Desk) -> None:
    stage, _ = small_desk
    number = answered(stage)
    act = correct(stage, number, f"{SAID} Звоните на +7 912 345-67-89.", Role.APPROVER)
    codes = {item["finding"]["code"] for item in act.evidence if "finding" in item}
    assert "personal_data" in codes
    assert "repeated_sentence" not in codes
    assert act.approvals_needed == 2
    with pytest.raises(SecondApprovalNeeded, match="you asked for this"):
        say_yes(stage, act, Role.APPROVER)
    assert say_yes(stage, act, Role.LEAD) == 1
    assert say_yes(stage, act, Role.ADMIN) == 0


def test_nothing_is_corrected_into_itself(small_desk: Desk) -> None:
    stage, _ = small_desk
    number = answered(stage)
    for text in (SAID, "  "):
        with pytest.raises(ApprovalError, match="changes nothing"):
            correct(stage, number, text)


def test_a_reply_is_changed_by_one_act_at_a_time(small_desk: Desk) -> None:
    stage, _ = small_desk
    number = answered(stage)
    act = correct(stage, number, "Заказ задержал курьер, деньги вернём до 25 ноября.")
    with pytest.raises(ApprovalError, match="under way already"):
        withdraw(stage, number)
    with session(stage.desk.engine) as db:
        who = stage.people[Role.APPROVER]
        approving.refuse(db, person=who, act_id=act.id or 0, reason="лучше снять", at=stage.clock())
    gone = withdraw(stage, number)
    say_yes(stage, gone, Role.APPROVER)
    act_now(stage, gone)
    with pytest.raises(ApprovalError, match="stands in public"):
        correct(stage, number, "Ещё раз: деньги вернём до 25 ноября.")


def test_what_we_took_down_by_hand_is_not_withdrawn_again(small_desk: Desk) -> None:
    stage, site = small_desk
    number = answered(stage)
    act = withdraw(stage, number)
    say_yes(stage, act, Role.APPROVER)
    pipeline.collect(stage.desk, "site")
    stage.site.comments.pop(max(stage.site.comments))
    assert act_now(stage, act).state is ActState.VOID
    assert site.done == []


def test_a_correction_on_an_expired_fact_gets_no_yes(small_desk: Desk) -> None:
    stage, _ = small_desk
    number = stage.site.add("Сколько стоит доставка заказа?", "guest", at=stage.clock())
    pipeline.drain(stage.desk)
    draft = proposed(stage, number)
    if not draft.facts:
        pytest.fail("the draft cites no fact, so nothing can expire")
    approve_fully(stage, draft)
    pipeline.post(stage.desk)
    act = correct(stage, number, draft.text + " Ждём вас.")
    with session(stage.desk.engine) as db:
        for row in db.exec(select(FactRow)):
            row.value = {**row.value, "valid_until": stage.clock().isoformat()}
            db.add(row)
    stage.clock.wait(hours=1)
    with pytest.raises(StaleText, match="fact has expired"):
        say_yes(stage, act, Role.APPROVER)


def test_our_own_words_are_not_hidden(small_desk: Desk) -> None:
    stage, _ = small_desk
    answered(stage)
    pipeline.collect(stage.desk, "site")
    with reading(stage.desk.engine) as db:
        ours = mention_of(db, max(stage.site.comments))
    with session(stage.desk.engine) as db, pytest.raises(ApprovalError, match="our own words"):
        asking.ask_hide(
            db,
            person=stage.people[Role.LEAD],
            mention_id=ours.id or 0,
            version=1,
            ground=HideGround.OBSCENITY,
            reason="мат",
            at=stage.clock() + timedelta(hours=1),
        )
