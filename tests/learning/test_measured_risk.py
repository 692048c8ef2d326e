"""The risk by the decisions of staff, beside its budget."""

from __future__ import annotations

from datetime import timedelta

from otklik import database, pipeline
from otklik.enums import Role
from otklik.measured import Measured, Rate, measure_staff
from otklik.store import replies
from responder import approval
from tests.fakes import Stage
from tests.learning.conftest import Label, judge_all


def measured(stage: Stage, days: int = 30) -> Measured:
    with database.reading(stage.desk.engine) as session:
        since = stage.clock() - timedelta(days=days)
        return measure_staff(session, stage.desk.brand_id, since)


def test_a_critic_filed_as_hater_counts_against_the_budget(stage: Stage, label: Label) -> None:
    judge_all(stage, "вы идиоты, курьера нет", "чай битый", "просто слова")
    label(1, stance="heated")
    label(2, stance="critic")
    label(3, stance="critic")
    found = measured(stage)
    assert (found.as_hater.hits, found.as_hater.cases) == (1, 3)
    assert (found.as_other.hits, found.as_other.cases) == (1, 3)
    assert found.confusion == {("hater", "heated"): 1, ("other", "critic"): 1}
    assert {(one.mention_id, one.kind) for one in found.mistakes} == {
        (1, "critic_as_hater"),
        (3, "critic_as_other"),
    }


def test_an_approval_without_a_correction_counts_as_seen_and_is_no_label(stage: Stage) -> None:
    judge_all(stage, "чай пришёл битый, верните деньги")
    pipeline.group(stage.desk)
    pipeline.decide(stage.desk)
    pipeline.draft(stage.desk)
    with database.session(stage.desk.engine) as session:
        draft = replies.find_proposed_draft(session, 1)
        assert draft is not None
        approval.approve(
            session,
            person=stage.people[Role.ADMIN],
            draft_id=draft.id or 0,
            text_digest=draft.text_digest,
            mention_version=1,
            at=stage.clock(),
            undo=timedelta(0),
        )
    found = measured(stage)
    assert (found.labelled, found.seen, found.critics_seen) == (0, 1, 1)
    assert (found.as_hater.hits, found.as_hater.cases) == (0, 1)


def test_what_was_corrected_is_not_counted_as_seen_as_well(stage: Stage, label: Label) -> None:
    test_an_approval_without_a_correction_counts_as_seen_and_is_no_label(stage)
    label(1, stance="heated")
    found = measured(stage)
    assert (found.seen, found.critics_labelled) == (0, 1)


def test_a_missed_urgency_three_is_a_dear_mistake(stage: Stage, label: Label) -> None:
    judge_all(stage, "чай битый")
    label(1, urgency="3")
    (one,) = measured(stage).mistakes
    assert (one.kind, one.was, one.value) == ("critical_missed", "1", "3")


def test_decisions_before_the_span_are_left_out(stage: Stage, label: Label) -> None:
    judge_all(stage, "чай битый")
    label(1, stance="hater")
    stage.clock.wait(days=31)
    assert measured(stage).labelled == 0
    assert measured(stage, days=90).labelled == 1


def test_a_rate_says_what_its_interval_proves() -> None:
    assert Rate(0, 0, 0.01).state == "none"
    assert Rate(0, 50, 0.01).state == "unproven"
    assert Rate(0, 500, 0.01).state == "within"
    assert Rate(10, 50, 0.01).state == "over"
