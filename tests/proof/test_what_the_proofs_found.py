"""What the kill test, the histories and the two processes have found, each made small."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from otklik import pipeline
from otklik.database import reading, session
from otklik.enums import MentionState, ReplyState, SourceHealth
from otklik.errors import OutcomeUnknown
from otklik.models import Source
from otklik.platforms import Cursor
from otklik.store import sources
from responder.knowledge import Knowledge
from responder.policy import Policy
from tests.acts import approve_fully, mention_of, proposed, replies_to, state_of
from tests.fakes import FakePlatform, Stage, make_stage
from tests.proof.acting import FlatSite
from tests.proof.world import COMPLAINT


@pytest.fixture
def stage(sqlite_engine: Engine, shipped: tuple[Policy, Knowledge]) -> Stage:
    return make_stage(sqlite_engine, *shipped)


def nested(stage: Stage) -> tuple[int, int]:
    """A complaint and, under it, another one; the site shows one level only."""
    stage.site.__class__ = FlatSite
    root = stage.site.add(COMPLAINT, "anna")
    below = stage.site.add("А мне чай пришёл рваный, весь рассыпался.", "boris", parent=root)
    pipeline.drain(stage.desk)
    return root, below


def test_a_reply_shown_under_the_root_does_not_answer_the_root(stage: Stage) -> None:
    root, below = nested(stage)
    approve_fully(stage, proposed(stage, below))
    pipeline.drain(stage.desk)
    stage.clock.wait(minutes=10)
    pipeline.drain(stage.desk)
    assert state_of(stage, below) == MentionState.ANSWERED
    assert state_of(stage, root) == MentionState.DRAFTED


@pytest.mark.parametrize("reader", ["follow_up", "collect"])
def test_an_unknown_reply_shown_under_the_root_is_found(stage: Stage, reader: str) -> None:
    root, below = nested(stage)
    approve_fully(stage, proposed(stage, below))
    stage.site.accept_then_fail = [OutcomeUnknown("cut")]
    pipeline.post(stage.desk)
    stage.clock.wait(minutes=1)
    pipeline.STEPS[reader](stage.desk, None)
    assert replies_to(stage, below)[0].state == ReplyState.POSTED
    assert state_of(stage, root) == MentionState.DRAFTED


@pytest.mark.parametrize("happening", ["edited", "deleted"])
def test_no_draft_comes_back_for_a_comment_that_has_moved_on(stage: Stage, happening: str) -> None:
    number = stage.site.add(COMPLAINT)
    pipeline.drain(stage.desk)
    approve_fully(stage, proposed(stage, number))
    stage.site.faults["post"] = [OutcomeUnknown("cut")]
    pipeline.post(stage.desk)
    if happening == "edited":
        stage.site.comments[number].text += " Ау!"
    else:
        del stage.site.comments[number]
    stage.clock.wait(minutes=1)
    pipeline.drain(stage.desk)
    assert replies_to(stage, number)[0].state == ReplyState.FAILED
    left = MentionState.HELD if happening == "edited" else MentionState.CLOSED
    assert state_of(stage, number) == left
    with pytest.raises(AssertionError, match="no draft"):
        proposed(stage, number)


def test_a_reader_that_lost_its_lease_leaves_the_source_to_the_new_one(stage: Stage) -> None:
    stage.site.add(COMPLAINT)

    def taken_over(platform: FakePlatform, cursor: Cursor) -> object:
        stage.clock.wait(minutes=2)
        with session(stage.desk.engine) as db:
            source = db.exec(select(Source)).one()
            lease = timedelta(minutes=1)
            assert sources.claim_source(db, source.id or 0, "another", stage.clock(), lease)
        return FakePlatform.collect(platform, cursor)

    kind = stage.desk.platforms["fake"]
    slow = type("SlowPlatform", (kind,), {"collect": taken_over})
    stage.desk.platforms["fake"] = slow  # type: ignore[index]
    assert pipeline.collect(stage.desk) == (0, 1)
    with reading(stage.desk.engine) as db:
        source = db.exec(select(Source)).one()
    assert (source.lease_owner, source.failures) == ("another", 0)
    assert source.health == SourceHealth.NEW


def test_an_edit_during_an_outage_is_seen_before_the_post(stage: Stage) -> None:
    number = stage.site.add(COMPLAINT)
    pipeline.drain(stage.desk)
    approve_fully(stage, proposed(stage, number))
    stage.site.comments[number].text = "Всё приехало, спасибо!"
    stage.site.faults["thread"] = [OutcomeUnknown("down")]
    pipeline.post(stage.desk)
    assert (stage.site.posts, replies_to(stage, number)[0].state) == ([], ReplyState.QUEUED)
    stage.clock.wait(minutes=1)
    pipeline.post(stage.desk)
    with reading(stage.desk.engine) as db:
        assert mention_of(db, number).version == 2
    assert (stage.site.posts, replies_to(stage, number)[0].state) == ([], ReplyState.FAILED)
