"""Claims that steer, put into a real database: one person cannot approve any of them."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from otklik import pipeline
from otklik.database import session
from otklik.enums import MentionState, ReplyState, Role
from otklik.models import DraftRow
from responder import editing
from responder.policy.file import shipped_policy
from tests.acts import COMPLAINT, approve, mention_of, proposed, replies_to, state_of
from tests.fakes import Stage, make_stage
from tests.responder.injection.conftest import COMMENTS, SHOP
from tests.responder.injection.hostile import HOSTILE


@pytest.fixture
def stage(sqlite_engine: Engine) -> Stage:
    """A desk with the shop's policy and facts."""
    return make_stage(sqlite_engine, shipped_policy(), SHOP)


def put(stage: Stage, draft: DraftRow, text: str) -> DraftRow:
    """Somebody pastes the text into the reply."""
    with session(stage.desk.engine) as db:
        return editing.edit_draft(
            db,
            person=stage.people[Role.OPERATOR],
            draft_id=draft.id or 0,
            text=text,
            at=stage.clock(),
            own_contacts=SHOP.own_contacts,
        )


def test_none_of_two_hundred_claims_is_approved_by_one_person(stage: Stage) -> None:
    number = stage.site.add(COMPLAINT)
    pipeline.drain(stage.desk)
    draft = proposed(stage, number)
    for place in range(len(COMMENTS)):
        claim = HOSTILE[place % len(HOSTILE)]
        lead = (
            ""
            if place < len(HOSTILE)
            else f"Спасибо, что написали, вот ответ {'да ' * (place // 50)}сразу. "
        )
        draft = put(stage, draft, lead + claim)
        blocks = [one for one in draft.findings if one["severity"] == "block"]
        assert blocks, claim
        given = approve(stage, draft)
        assert (given.reply_id, given.missing) == (None, 1), claim
    assert replies_to(stage, number) == []
    assert state_of(stage, number) == MentionState.DRAFTED
    pipeline.drain(stage.desk)
    assert stage.site.posts == []


def test_a_second_person_may_and_the_finding_stands(stage: Stage) -> None:
    number = stage.site.add(COMPLAINT)
    pipeline.drain(stage.desk)
    draft = put(stage, proposed(stage, number), "Вернём вам 50000 рублей до пятницы.")
    approve(stage, draft)
    assert approve(stage, draft, Role.LEAD).reply_id
    (reply,) = replies_to(stage, number)
    assert reply.state == ReplyState.QUEUED
    with session(stage.desk.engine) as db:
        kept = db.get(DraftRow, draft.id)
        assert kept is not None
        assert {"unsupported_figure", "unsupported_promise"} <= {
            one["code"] for one in kept.findings
        }
        assert mention_of(db, number).state == MentionState.APPROVED
