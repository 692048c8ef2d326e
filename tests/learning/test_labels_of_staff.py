"""Corrections become labels: whose word holds, what contradicts, what stays out of training."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otklik import database, pipeline
from otklik.enums import Role
from otklik.errors import ApprovalError, NotAllowed, StaleText
from otklik.learning import (
    FIELDS,
    Said,
    StaffLabel,
    inconsistencies,
    is_frozen,
    settle,
    sort_labels,
    write_rows,
)
from otklik.models import Author, Mention
from otklik.store.judgements import LABEL_FIELDS
from otklik.store.labels import Judgement
from responder import labelling
from tests.fakes import Stage
from tests.learning.conftest import Label, judge_all, staff_labels

AT = datetime(2026, 11, 20, tzinfo=UTC)
CRITIC = {
    "stance": "critic",
    "claim": "concrete",
    "abuse": "none",
    "topic": "quality",
    "urgency": "1",
}


def made(number: int, text: str = "", was: str = "critic", **values: str) -> StaffLabel:
    judged = Judgement(number, 1, "model-1", {**CRITIC, "stance": was}, abstained=False, at=AT)
    return StaffLabel(
        "default", number, 1, text or f"text {number}", values or CRITIC, (), ("x",), AT, judged
    )


def of_kind(frozen: bool) -> list[int]:
    return [number for number in range(1, 400) if is_frozen("default", number) is frozen]


def said(person: int, value: str, *, lead: bool = False) -> Said:
    return Said(person, lead, "stance", value, AT)


def test_the_last_word_of_a_person_holds() -> None:
    assert settle([said(1, "hater"), said(1, "critic")]) == ({"stance": "critic"}, ())


def test_two_people_who_differ_teach_nothing() -> None:
    assert settle([said(1, "hater"), said(2, "critic")]) == ({}, ("stance",))


def test_a_lead_settles_a_difference_by_speaking_after_it() -> None:
    words = [said(1, "hater"), said(2, "critic"), said(3, "critic", lead=True)]
    assert settle(words) == ({"stance": "critic"}, ())


def test_a_lead_who_differs_from_one_person_has_settled_nothing() -> None:
    assert settle([said(1, "hater"), said(3, "critic", lead=True)]) == ({}, ("stance",))


def test_a_later_word_against_the_lead_opens_it_again() -> None:
    words = [said(1, "hater"), said(2, "critic"), said(3, "critic", lead=True), said(1, "praise")]
    assert settle(words) == ({}, ("stance",))


@given(
    st.lists(
        st.builds(
            said,
            st.integers(1, 3),
            st.sampled_from(["critic", "hater", "other"]),
            lead=st.booleans(),
        )
    )
)
def test_a_field_is_settled_or_disputed_and_never_both(words: list[Said]) -> None:
    values, disputed = settle(words)
    assert set(values) | set(disputed) == {one.field for one in words}
    assert not set(values) & set(disputed)
    assert set(values.values()) <= {one.value for one in words}


@pytest.mark.parametrize(
    ("values", "field", "asked"),
    [
        ({"stance": "critic", "abuse": "insult"}, "abuse", "none"),
        ({"stance": "heated", "claim": "vague"}, "claim", "concrete"),
        ({"stance": "hater", "claim": "concrete"}, "claim", "vague"),
        ({"stance": "hater", "abuse": "none"}, "abuse", "insult"),
        ({"stance": "praise", "urgency": "2"}, "urgency", "0"),
    ],
)
def test_what_the_guide_does_not_allow_is_named_with_what_it_asks_for(
    values: dict[str, str], field: str, asked: str
) -> None:
    (fault,) = inconsistencies(values)
    assert fault.field == field
    assert asked in fault.allowed


@pytest.mark.needs_shared
def test_the_guides_own_rows_agree_with_it(shared: Path) -> None:
    lines = (shared / "gold" / "dev.jsonl").read_text("utf-8").strip().split("\n")
    rows = [{name: str(json.loads(line)[name]) for name in FIELDS} for line in lines]
    assert sum(bool(inconsistencies(row)) for row in rows) <= len(rows) / 1000


def test_a_critic_filed_as_hater_counts_fourfold() -> None:
    assert made(1, was="hater").weight == 4
    assert made(1, was="other").weight == 3
    assert made(1, **{**CRITIC, "urgency": "3"}).weight == 3
    assert made(1).weight == 1


label_rows = st.lists(
    st.builds(
        lambda number, text, was, frame: made(number, text, was, **frame),
        st.integers(1, 60),
        st.sampled_from(["the same words", "other words entirely", "a third text", ""]),
        st.sampled_from(["critic", "hater", "other"]),
        st.fixed_dictionaries(
            {}, optional={name: st.sampled_from(sorted(LABEL_FIELDS[name])) for name in FIELDS}
        ),
    ),
    unique_by=lambda one: one.mention_id,
)


@given(label_rows)
def test_frozen_labels_are_never_in_the_training_file(found: list[StaffLabel]) -> None:
    kept = sort_labels(found)
    taught = [*kept.training, *kept.partial]
    frozen = {one.mention_id for one in found if is_frozen("default", one.mention_id)}
    assert not {one.mention_id for one in taught} & frozen
    assert not {one.text for one in taught} & {
        one.text for one in found if one.mention_id in frozen
    }
    assert sum(kept.counts().values()) == len(found)
    assert all(not one.missing and not one.faults for one in kept.training)


def test_about_a_fifth_is_frozen_and_always_the_same() -> None:
    frozen = of_kind(True)
    assert 50 < len(frozen) < 110
    assert frozen == of_kind(True)


def test_a_row_carries_the_weight_it_has_in_training(tmp_path: Path) -> None:
    out = tmp_path / "staff.jsonl"
    assert write_rows(out, [made(1, was="hater"), made(2)]) == 2
    rows = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    assert [row["weight"] for row in rows] == [4, 1]


def test_a_correction_is_kept_with_who_when_and_the_model_that_was_wrong(
    stage: Stage, label: Label
) -> None:
    judge_all(stage, "вы все идиоты, три дня без ответа")
    label(1, stance="heated", claim="concrete")
    (one,) = staff_labels(stage)
    assert one.overrides == {"stance": ("hater", "heated"), "claim": ("none", "concrete")}
    assert one.judged is not None
    assert one.judged.model_version == "rules-1"
    assert one.at == stage.clock()
    (who,) = one.who
    assert who.startswith("staff-")
    assert stage.people[Role.OPERATOR].login not in who
    assert one.missing == ("abuse", "topic", "urgency")


def test_what_is_right_is_confirmed_by_a_person_and_only_then_known(
    stage: Stage, label: Label
) -> None:
    judge_all(stage, "вы все идиоты, три дня без ответа")
    label(1, stance="heated", claim="concrete", urgency="1")
    with database.session(stage.desk.engine) as session:
        operator = stage.people[Role.OPERATOR]
        given = labelling.confirm(
            session, person=operator, mention_id=1, mention_version=1, at=stage.clock()
        )
        assert {one.field for one in given} == {"abuse", "topic"}
        with pytest.raises(ApprovalError):
            labelling.confirm(
                session, person=operator, mention_id=1, mention_version=1, at=stage.clock()
            )
    (one,) = staff_labels(stage)
    assert not one.missing
    assert one.is_sound
    assert set(one.overrides) == {"stance", "claim", "urgency"}


def test_a_changed_comment_is_not_confirmed_unseen(stage: Stage) -> None:
    judge_all(stage, "чай пришёл битый")
    with database.session(stage.desk.engine) as session:
        mention = session.get_one(Mention, 1)
        mention.version = 2
        session.add(mention)
    with database.session(stage.desk.engine) as session, pytest.raises(StaleText):
        labelling.confirm(
            session,
            person=stage.people[Role.OPERATOR],
            mention_id=1,
            mention_version=1,
            at=stage.clock(),
        )


def test_a_label_belongs_to_the_version_it_was_given_to(stage: Stage, label: Label) -> None:
    judge_all(stage, "чай пришёл битый")
    label(1, stance="critic")
    stage.site.comments[1].text = "спасибо, чай заменили"
    pipeline.collect(stage.desk, "site")
    pipeline.classify(stage.desk)
    label(1, version=2, stance="praise")
    first, second = staff_labels(stage)
    assert (first.text, first.values) == ("чай пришёл битый", {"stance": "critic"})
    assert (second.text, second.values) == ("спасибо, чай заменили", {"stance": "praise"})


def test_an_operator_may_label_and_a_stranger_may_not(stage: Stage) -> None:
    judge_all(stage, "чай пришёл битый")
    with database.session(stage.desk.engine) as session:
        stranger = stage.people[Role.OPERATOR].model_copy(update={"is_active": False})
        with pytest.raises(NotAllowed):
            labelling.confirm(
                session, person=stranger, mention_id=1, mention_version=1, at=stage.clock()
            )


def test_what_an_erased_author_wrote_teaches_nothing(stage: Stage, label: Label) -> None:
    judge_all(stage, "чай пришёл битый", "доставка опоздала")
    label(1, stance="critic")
    label(2, stance="critic")
    with database.session(stage.desk.engine) as session:
        author = session.get_one(Author, session.get_one(Mention, 1).author_id)
        author.erased_at = stage.clock() + timedelta(hours=1)
        session.add(author)
    assert [one.mention_id for one in staff_labels(stage)] == [2]
