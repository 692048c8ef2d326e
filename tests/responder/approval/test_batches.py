"""One click for many texts: each has an approval of its own, and it is all or none."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, select

from otklik import pipeline
from otklik.database import reading, session
from otklik.enums import Role
from otklik.errors import ApprovalError, StaleText
from otklik.models import Approval, DraftRow, Reply
from responder import approval
from tests.acts import COMPLAINT, proposed
from tests.fakes import Stage


def several(stage: Stage) -> list[DraftRow]:
    numbers = [stage.site.add(f"{COMPLAINT} {n}", f"guest{n}") for n in range(4)]
    pipeline.drain(stage.desk)
    return [proposed(stage, number) for number in numbers]


def together(db: Session, stage: Stage, drafts: list[DraftRow], **wrong: str) -> list[Any]:
    items = [
        (draft.id or 0, wrong.get(f"d{draft.id}", draft.text_digest), draft.mention_version)
        for draft in drafts
    ]
    return approval.approve_batch(
        db,
        person=stage.people[Role.LEAD],
        items=items,
        at=stage.clock(),
        undo=timedelta(seconds=30),
    )


def test_a_batch_is_one_click_with_an_approval_for_each_text(stage: Stage) -> None:
    drafts = several(stage)
    with session(stage.desk.engine) as db:
        done = together(db, stage, drafts)
    assert len(done) == len(drafts)
    with reading(stage.desk.engine) as db:
        given = db.exec(select(Approval.text_digest)).all()
    assert sorted(given) == sorted(draft.text_digest for draft in drafts)


def test_a_batch_with_one_changed_text_approves_nothing_and_names_it(stage: Stage) -> None:
    drafts = several(stage)
    told = pytest.raises(StaleText, match=f"text 3 of {len(drafts)}: the text was changed")
    with session(stage.desk.engine) as db, told:  # the caller goes on and commits
        together(db, stage, drafts, **{f"d{drafts[2].id}": "f" * 64})
    with reading(stage.desk.engine) as db:
        assert db.exec(select(Approval)).all() == []
        assert db.exec(select(Reply)).all() == []


def test_a_draft_named_twice_in_a_batch_is_refused(stage: Stage) -> None:
    drafts = several(stage)
    with (
        pytest.raises(ApprovalError, match="stands in this batch twice"),
        session(stage.desk.engine) as db,
    ):
        together(db, stage, [drafts[0], drafts[0]])
