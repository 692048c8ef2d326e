"""A ban takes all three criteria over time, two people, and a budget; an unban holds."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from otklik import pipeline
from otklik.database import reading, session
from otklik.enums import Abuse, ActKind, ActState, Approach, Role, Stance
from otklik.errors import ApprovalError, SecondApprovalNeeded, StaleText
from otklik.models import Act, Author, VerdictRow
from responder.moderation import asking
from responder.moderation.criteria import Criterion, check
from responder.moderation.history import AuthorRecord, author_record
from responder.moderation.terms import BanTerms
from tests.acts import mention_of
from tests.fakes import Stage
from tests.responder.moderation.grounds_to_act import (
    COMPLAINT,
    INSULT,
    Moderated,
    act_now,
    again,
    answer,
    ask_ban,
    earn_a_ban,
    label,
    moderated_stage,
    say_yes,
    warn,
    write,
)

TERMS = BanTerms()


def record_of(stage: Stage, number: int) -> AuthorRecord:
    with reading(stage.desk.engine) as db:
        author = mention_of(db, number).author_id
        return author_record(db, [author], stage.clock())[author]


def banned(stage: Stage, number: int) -> Act:
    act = ask_ban(stage, number)
    assert say_yes(stage, act, Role.APPROVER) == 1
    assert say_yes(stage, act, Role.LEAD) == 0
    return act_now(stage, act)


def test_an_author_who_went_on_after_two_warnings_is_banned_by_two_people(
    desk: tuple[Stage, type[Moderated]],
) -> None:
    stage, site = desk
    numbers = earn_a_ban(stage)
    act = banned(stage, numbers[-1])
    assert act.state is ActState.DONE
    assert site.done == [("ban", "site/troll")]
    assert {item["criterion"] for item in act.evidence} == {*Criterion, "warning"}
    assert act.until is not None
    assert act.until - act.asked_at == timedelta(days=TERMS.ban_days)
    assert record_of(stage, numbers[-1]).is_banned


def test_without_warnings_nobody_is_banned(desk: tuple[Stage, type[Moderated]]) -> None:
    stage, _ = desk
    for _day in range(4):
        number = write(stage, INSULT)
        stage.clock.wait(days=1)
    with pytest.raises(ApprovalError, match="our warnings: 0"):
        ask_ban(stage, number)


def test_one_bad_evening_is_no_system(desk: tuple[Stage, type[Moderated]]) -> None:
    stage, _ = desk
    numbers = []
    for _time in range(2):
        numbers.append(write(stage, INSULT))
        numbers.append(warn(stage, numbers[-1]))
    number = write(stage, INSULT, parent=numbers[-1])
    with pytest.raises(ApprovalError, match=r"different days: 1 \(3\)"):
        ask_ban(stage, number)


def test_a_critic_is_never_banned_for_his_criticism(desk: tuple[Stage, type[Moderated]]) -> None:
    stage, _ = desk
    numbers = []
    for _day in range(2):
        numbers.append(write(stage, COMPLAINT + " Вы идиоты"))
        numbers.append(warn(stage, numbers[-1]))
        stage.clock.wait(days=1)
    number = write(stage, COMPLAINT + " Вы идиоты", parent=numbers[-1])
    found = record_of(stage, number)
    assert len(found.offences) == 3
    assert found.violations == ()
    with pytest.raises(ApprovalError, match="without a case: 0"):
        ask_ban(stage, number)


def test_insults_that_answer_nobody_are_not_aimed_at_an_operator(
    desk: tuple[Stage, type[Moderated]],
) -> None:
    stage, _ = desk
    for _day in range(2):
        number = write(stage, INSULT)
        warn(stage, number)
        stage.clock.wait(days=1)
    number = write(stage, INSULT)
    assert not check(record_of(stage, number), TERMS).findings[2].is_met
    with pytest.raises(ApprovalError, match="one operator: 0"):
        ask_ban(stage, number)


def test_a_label_that_says_it_is_no_insult_takes_it_out_of_the_count(
    desk: tuple[Stage, type[Moderated]],
) -> None:
    stage, site = desk
    numbers = earn_a_ban(stage)
    act = ask_ban(stage, numbers[-1])
    say_yes(stage, act, Role.APPROVER)
    say_yes(stage, act, Role.LEAD)
    before = record_of(stage, numbers[-1])
    for number in numbers[-2:]:
        label(stage, number, "abuse", Abuse.NONE)
    after = record_of(stage, numbers[-1])
    assert len(before.offences) - len(after.offences) == 2
    assert act_now(stage, act).state is ActState.VOID
    assert site.done == []


def test_a_label_confirms_what_the_verdict_only_says(
    desk: tuple[Stage, type[Moderated]],
) -> None:
    stage, _ = desk
    number = write(stage, INSULT)
    assert record_of(stage, number).offences[0].confirmed_by_id is None
    label(stage, number, "abuse", Abuse.THREAT)
    (offence,) = record_of(stage, number).offences
    assert offence.confirmed_by_id == stage.people[Role.OPERATOR].id
    assert offence.abuse is Abuse.THREAT
    assert record_of(stage, number).labels == ("abuse:threat",)


def test_a_verdict_that_abstained_counts_only_when_a_person_has_labelled_it(
    desk: tuple[Stage, type[Moderated]],
) -> None:
    stage, _ = desk
    number = write(stage, INSULT)
    with session(stage.desk.engine) as db:
        for verdict in db.exec(select(VerdictRow)):
            verdict.abstained = True
            db.add(verdict)
    assert record_of(stage, number).offences == ()
    label(stage, number, "abuse", Abuse.INSULT)
    assert len(record_of(stage, number).offences) == 1


def test_two_approvers_without_a_lead_are_not_enough(
    desk: tuple[Stage, type[Moderated]],
) -> None:
    stage, _ = desk
    act = ask_ban(stage, earn_a_ban(stage)[-1], Role.APPROVER)
    assert say_yes(stage, act, Role.APPROVER) == 1
    with pytest.raises(SecondApprovalNeeded, match="approved this already"):
        say_yes(stage, act, Role.APPROVER)
    assert again(stage, act).state is ActState.ASKED


def test_the_same_evidence_bans_nobody_twice_and_an_unban_holds(
    desk: tuple[Stage, type[Moderated]],
) -> None:
    stage, site = desk
    numbers = earn_a_ban(stage)
    act = banned(stage, numbers[-1])
    stage.clock.wait(hours=1)
    with session(stage.desk.engine) as db:
        undo = asking.ask_undo(
            db,
            person=stage.people[Role.LEAD],
            act_id=act.id or 0,
            reason="извинился",
            at=stage.clock(),
        )
    say_yes(stage, undo, Role.LEAD)
    assert act_now(stage, undo).state is ActState.DONE
    assert [what for what, _ in site.done] == ["ban", "unban"]
    stage.clock.wait(days=1)
    number = write(stage, INSULT, parent=numbers[-3])
    found = record_of(stage, number)
    assert not found.is_banned
    assert [one.mention_id for one in found.offences] == [_id(stage, number)]
    assert found.warnings == ()
    with pytest.raises(ApprovalError, match="not all criteria"):
        ask_ban(stage, number)


def _id(stage: Stage, number: int) -> int:
    with reading(stage.desk.engine) as db:
        return mention_of(db, number).id or 0


def test_the_years_budget_is_kept(engine: Engine) -> None:
    stage, site = moderated_stage(engine, BanTerms(yearly_budget=1))
    first = earn_a_ban(stage, "one")
    second = earn_a_ban(stage, "two")
    asked = ask_ban(stage, second[-1])
    banned(stage, first[-1])
    with pytest.raises(StaleText, match="1 of 1 in a year"):
        say_yes(stage, asked, Role.LEAD)
    third = earn_a_ban(stage, "three")
    with pytest.raises(ApprovalError, match="1 of 1 in a year"):
        ask_ban(stage, third[-1])
    assert [what for what, _ in site.done] == ["ban"]


def test_the_shops_policy_asks_for_an_earned_ban_by_itself_and_only_once(
    sqlite_engine: Engine,
) -> None:
    stage, site = moderated_stage(sqlite_engine, is_asking=True)
    numbers = earn_a_ban(stage)
    write(stage, INSULT, parent=numbers[-3])
    with reading(sqlite_engine) as db:
        (act,) = db.exec(select(Act).where(Act.kind == ActKind.BAN)).all()
    assert (act.state, act.asked_by_id) == (ActState.ASKED, None)
    assert act.decision_id is not None
    assert act.evidence
    say_yes(stage, act, Role.LEAD)
    say_yes(stage, act, Role.ADMIN)
    assert act_now(stage, act).state is ActState.DONE
    assert [what for what, _ in site.done if what == "ban"] == ["ban"]


def test_confirmed_accounts_of_one_person_have_one_record(
    desk: tuple[Stage, type[Moderated]],
) -> None:
    stage, _ = desk
    one, two = write(stage, INSULT, "troll"), write(stage, INSULT, "troll2")
    with session(stage.desk.engine) as db:
        first, second = mention_of(db, one).author_id, mention_of(db, two).author_id
        db.get_one(Author, second).same_as_id = first
    found = record_of(stage, two)
    assert found.author_id == first
    assert found.account_ids == (first, second)
    assert (found.mentions, len(found.offences)) == (2, 2)


def test_answered_and_withdrawn_words_are_counted_as_they_stand(
    desk: tuple[Stage, type[Moderated]],
) -> None:
    stage, _ = desk
    number = write(stage, INSULT)
    answer(stage, number, Approach.ARGUE, "Доставка работает с 9 до 21.")
    found = record_of(stage, number)
    assert (found.mentions, found.answered, found.warnings) == (1, 1, ())
    assert found.violation_days == {found.offences[0].at.date()}
    assert Stance.HATER not in found.labels


def test_nobody_asked_about_has_no_record(desk: tuple[Stage, type[Moderated]]) -> None:
    stage, _ = desk
    pipeline.drain(stage.desk)
    with reading(stage.desk.engine) as db:
        assert author_record(db, [], stage.clock()) == {}
        assert author_record(db, [999], stage.clock()) == {}
        assert db.exec(select(Act).where(Act.kind == ActKind.BAN)).all() == []
