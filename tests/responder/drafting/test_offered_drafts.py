"""Two or three drafts are kept for a mention; a person may choose another than the proposed."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from otklik import pipeline
from otklik.database import reading, session
from otklik.enums import Approach, DraftState, Role
from otklik.errors import StaleText
from otklik.models import DraftRow
from otklik.store import replies
from responder import approval, choosing, editing
from responder.knowledge.file import shipped_knowledge
from responder.policy.file import parse_policy, shipped_policy
from tests.acts import COMPLAINT, mention_of, proposed
from tests.fakes import Stage, make_stage


@pytest.fixture
def stage(engine: Engine) -> Stage:
    return make_stage(engine, shipped_policy(), shipped_knowledge())


def drafts_of(stage: Stage, number: int) -> list[DraftRow]:
    with reading(stage.desk.engine) as db:
        return replies.list_drafts(db, mention_of(db, number).id or 0)


def drafted(stage: Stage) -> int:
    number = stage.site.add(COMPLAINT, rating=1.0)
    pipeline.drain(stage.desk)
    return number


def choose(stage: Stage, draft: DraftRow) -> None:
    with session(stage.desk.engine) as db:
        choosing.choose(
            db,
            person=stage.people[Role.OPERATOR],
            draft_id=draft.id or 0,
            at=stage.clock(),
        )


def test_one_draft_is_proposed_and_others_are_offered_with_another_approach(stage: Stage) -> None:
    drafts = drafts_of(stage, drafted(stage))
    assert [draft.state for draft in drafts][:1] == [DraftState.PROPOSED]
    assert {draft.state for draft in drafts[1:]} == {DraftState.OFFERED}
    assert len({draft.approach for draft in drafts}) == len(drafts)
    assert len(drafts) in (2, 3)


def test_an_offered_approach_that_takes_two_people_takes_them_when_it_is_chosen(
    engine: Engine,
) -> None:
    offered = [one for one in Approach if one is not Approach.APOLOGISE_AND_FIX]
    shop = shipped_policy()
    two = f"two_people: {{approaches: [{', '.join(offered)}]}}\nrules:"
    text = re.sub(r"^two_people:\n(?: .*\n|\n)*rules:", two, shop.text, count=1, flags=re.MULTILINE)
    policy = parse_policy(text, "two.yaml")
    stage = make_stage(engine, policy, shipped_knowledge())
    first, *others = drafts_of(stage, drafted(stage))
    assert (first.approach, first.approvals_needed) == (Approach.APOLOGISE_AND_FIX, 1)
    assert {draft.approvals_needed for draft in others} == {2}
    choose(stage, others[0])
    with session(engine) as db:
        edited = editing.edit_draft(
            db,
            person=stage.people[Role.OPERATOR],
            draft_id=others[0].id or 0,
            text=f"{others[0].text} Спасибо.",
            at=stage.clock(),
        )
        assert edited.approvals_needed == 2


def test_what_is_known_of_a_comment_is_kept_with_its_draft(stage: Stage) -> None:
    first = drafts_of(stage, drafted(stage))[0]
    kinds = {known["kind"]: known["source"] for known in first.known}
    assert kinds["rating"] == "platform"
    assert kinds["written_at"] == "platform"


def test_a_chosen_draft_becomes_the_proposed_one_and_the_old_one_is_offered(stage: Stage) -> None:
    number = drafted(stage)
    old, other, *_ = drafts_of(stage, number)
    choose(stage, other)
    assert proposed(stage, number).id == other.id
    states = {draft.id: draft.state for draft in drafts_of(stage, number)}
    assert states[old.id] == DraftState.OFFERED
    choose(stage, old)
    assert proposed(stage, number).id == old.id


def test_an_approval_taken_back_brings_back_what_had_been_offered_beside_it(stage: Stage) -> None:
    number = drafted(stage)
    first, *others = drafts_of(stage, number)
    with session(stage.desk.engine) as db:
        approved = approval.approve(
            db,
            person=stage.people[Role.APPROVER],
            draft_id=first.id or 0,
            text_digest=first.text_digest,
            mention_version=first.mention_version,
            at=stage.clock(),
            undo=timedelta(seconds=30),
        )
    assert approved.reply_id is not None
    with session(stage.desk.engine) as db:
        approval.undo(
            db,
            person=stage.people[Role.APPROVER],
            reply_id=approved.reply_id,
            at=stage.clock(),
        )
    assert proposed(stage, number).text == first.text
    offered = [one for one in drafts_of(stage, number) if one.state is DraftState.OFFERED]
    assert [one.text for one in offered] == [one.text for one in others]
    choose(stage, offered[0])
    assert proposed(stage, number).id == offered[0].id


def test_what_a_person_wrote_is_superseded_when_another_draft_is_chosen(stage: Stage) -> None:
    number = drafted(stage)
    old, other, *_ = drafts_of(stage, number)
    with session(stage.desk.engine) as db:
        edited = editing.edit_draft(
            db,
            person=stage.people[Role.OPERATOR],
            draft_id=old.id or 0,
            text=old.text + " Спасибо.",
            at=stage.clock(),
        )
        edited_id = edited.id
    choose(stage, other)
    states = {draft.id: draft.state for draft in drafts_of(stage, number)}
    assert states[edited_id] == DraftState.SUPERSEDED
    assert proposed(stage, number).id == other.id


def test_a_draft_that_is_not_on_offer_cannot_be_chosen(stage: Stage) -> None:
    first = drafts_of(stage, drafted(stage))[0]
    with pytest.raises(StaleText):
        choose(stage, first)
