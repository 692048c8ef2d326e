"""A desk on a fake site, with a reply that promises something."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine

from otklik import pipeline
from otklik.database import reading, session
from otklik.enums import Role
from otklik.models import DraftRow, Promise
from otklik.store import promises as rows
from responder import editing, promises
from responder.knowledge.file import shipped_knowledge
from responder.policy.file import shipped_policy
from tests.acts import approve_fully, mention_of, proposed, ready
from tests.fakes import Stage, make_stage

PROMISE = "Вернём деньги за заказ до вторника."
ZONE = ZoneInfo("Europe/Moscow")


@dataclass
class Story:
    """A complaint that was answered with a promise, on Friday 20 November 2026."""

    stage: Stage
    number: int

    @property
    def mention_id(self) -> int:
        with reading(self.stage.desk.engine) as db:
            return mention_of(db, self.number).id or 0

    def debts(self) -> list[Promise]:
        with reading(self.stage.desk.engine) as db:
            return rows.list_promises_to(db, self.mention_id)

    def debt(self) -> Promise:
        (found,) = self.debts()
        return found

    def now(self) -> datetime:
        return self.stage.clock().astimezone(ZONE)

    def act(self, verb: Callable[..., Promise], role: Role, **more: object) -> Promise:
        """Somebody does something with the promise."""
        with session(self.stage.desk.engine) as db:
            return verb(
                db,
                person=self.stage.people[role],
                promise_id=self.debt().id or 0,
                at=self.stage.clock(),
                **more,
            )

    def report(self, done: str | None, promise_id: int | None = None) -> DraftRow:
        """Who owes it drafts the public report."""
        with session(self.stage.desk.engine) as db:
            return promises.follow_up_draft(
                db,
                person=self.stage.people[Role.APPROVER],
                promise_id=promise_id or self.debts()[0].id or 0,
                done=done,
                knowledge=self.stage.desk.knowledge,
                at=self.now(),
            )

    def post(self, draft: DraftRow) -> None:
        """As many people as needed approve it, and it is sent."""
        approve_fully(self.stage, draft)
        pipeline.post(self.stage.desk)


@pytest.fixture
def stage(engine: Engine) -> Stage:
    """A live desk without an undo window."""
    return make_stage(engine, shipped_policy(), shipped_knowledge())


def answer(stage: Stage, text: str) -> Story:
    """A complaint comes and is answered with these words."""
    number, draft = ready(stage)
    with session(stage.desk.engine) as db:
        editing.edit_draft(
            db,
            person=stage.people[Role.OPERATOR],
            draft_id=draft.id or 0,
            text=text,
            at=stage.clock(),
        )
    story = Story(stage, number)
    story.post(proposed(stage, number))
    return story


@pytest.fixture
def say(stage: Stage) -> Callable[[str], Story]:
    """Answer a complaint with words of the test's own."""
    return lambda text: answer(stage, text)


@pytest.fixture
def story(stage: Stage) -> Story:
    """A complaint answered with `PROMISE`; it falls due on Tuesday 24 November."""
    return answer(stage, PROMISE)
