"""What approvals say of the model, counted by the database: the same as counted one by one."""

from __future__ import annotations

import random
from collections import Counter
from datetime import datetime, timedelta

from sqlmodel import Session, select

from otklik import database, pipeline
from otklik.enums import Role, Stance
from otklik.learning import read_labels
from otklik.measured import measure_staff
from otklik.models import Approval, Author, DraftRow, Mention, VerdictRow
from otklik.store import replies
from responder import approval
from tests.fakes import Stage
from tests.learning.conftest import Label, judge_all

TEXTS = tuple(f"чай {kind} пришёл битый, верните деньги" for kind in "абвгдежзиклм")


def approve(stage: Stage, draft: DraftRow, role: Role) -> None:
    with database.session(stage.desk.engine) as session:
        approval.approve(
            session,
            person=stage.people[role],
            draft_id=draft.id or 0,
            text_digest=draft.text_digest,
            mention_version=draft.mention_version,
            at=stage.clock(),
            undo=timedelta(0),
        )


def judge_anew(stage: Stage, number: int, stance: Stance, model: str) -> None:
    """Another model judges the comment now."""
    with database.session(stage.desk.engine) as session:
        was = session.exec(select(VerdictRow).where(VerdictRow.mention_id == number)).first()
        assert was is not None
        fresh = was.model_dump(exclude={"id"})
        at = stage.clock()
        session.add(
            VerdictRow(**{**fresh, "stance": stance, "model_version": model, "created_at": at})
        )


def one_by_one(session: Session, brand: str, since: datetime) -> Counter[str]:
    """The stances that were seen and not corrected: every row is read and looked at."""
    strangers = {
        row.id
        for row in session.exec(select(Mention).where(Mention.brand_id == brand))
        if not row.is_ours and getattr(session.get(Author, row.author_id), "erased_at", 1) is None
    }
    corrected = {
        (one.mention_id, one.version)
        for one in read_labels(session, brand)
        if "stance" in one.values
    }
    first: dict[tuple[int, int], datetime] = {}
    for one in session.exec(select(Approval).order_by(Approval.created_at)):  # type: ignore[arg-type]
        if one.created_at >= since and one.mention_id in strangers:
            first.setdefault((one.mention_id, one.mention_version), one.created_at)
    last: dict[tuple[int, int], str] = {}
    for row in session.exec(select(VerdictRow).order_by(VerdictRow.id)):  # type: ignore[arg-type]
        key = (row.mention_id, row.mention_version)
        if key in first and key not in corrected and row.created_at <= first[key]:
            last[key] = str(row.stance)
    return Counter(last.values())


def test_what_the_database_counts_is_what_one_finds_by_looking_at_every_approval(
    stage: Stage, label: Label
) -> None:
    chance = random.Random(20261122)
    judge_all(stage, *TEXTS)
    pipeline.group(stage.desk)
    pipeline.decide(stage.desk)
    pipeline.draft(stage.desk)
    with database.reading(stage.desk.engine) as session:
        found_drafts = [replies.find_proposed_draft(session, 1 + at) for at in range(len(TEXTS))]
    drafts = [one for one in found_drafts if one is not None]
    assert len(drafts) >= 10
    stances = (Stance.CRITIC, Stance.HEATED, Stance.HATER, Stance.PRAISE)
    for place, draft in enumerate(drafts):
        for model in ("before", "after"):
            stage.clock.wait(hours=chance.randint(1, 30))
            if chance.random() < 0.7:
                judge_anew(stage, draft.mention_id, chance.choice(stances), model)
            if model == "before" and place % 5 != 4:
                approve(stage, draft, Role.ADMIN)
        if place % 4 == 1:
            label(draft.mention_id, stance="critic")
        elif place % 4 == 3:  # two who differ settle nothing
            label(draft.mention_id, stance="critic")
            label(draft.mention_id, Role.LEAD, stance="hater")
            label(draft.mention_id, stance="praise")
    with database.session(stage.desk.engine) as session:
        gone = session.get(Mention, drafts[0].mention_id)
        author = session.get(Author, gone.author_id) if gone else None
        assert author is not None
        author.erased_at = stage.clock()
    counted = []
    for days in (2, 5, 9, 30):
        since = stage.clock() - timedelta(days=days)
        with database.reading(stage.desk.engine) as session:
            expected = one_by_one(session, stage.desk.brand_id, since)
            found = measure_staff(session, stage.desk.brand_id, since)
        counted.append(expected.total())
        assert found.seen == expected.total()
        assert found.critics_seen == expected["critic"] + expected["heated"]
    assert counted[0] < counted[-1]
