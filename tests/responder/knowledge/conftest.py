"""A desk's database with people, and drafts that cite facts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from otklik import audit, pipeline
from otklik.database import session
from otklik.enums import Approach, DraftState, Language, MentionState, Role
from otklik.models import DraftRow, Mention, Person
from otklik.store import judgements, mentions, replies
from responder import approval
from responder.knowledge import Knowledge
from responder.knowledge.file import parse_knowledge, shipped_knowledge
from responder.policy.file import shipped_policy
from tests.fakes import Stage, make_stage

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
HEAD = """\
company: {ru: Лавка, en: Shop}
channel: {ru: форму, en: the form}
contacts: [/help]
owners:
  delivery: {ru: кто, en: who}
  quality: {ru: кто, en: who}
  staff: {ru: кто, en: who}
  price: {ru: кто, en: who}
  app: {ru: кто, en: who}
  place: {ru: кто, en: who}
  policy: {ru: кто, en: who}
  none: {ru: кто, en: who}
things: []
"""


@pytest.fixture
def make_knowledge() -> Callable[..., Knowledge]:
    """`make_knowledge(facts, powers)`: knowledge of a small shop, from YAML."""

    def make(facts: str = "facts: []", powers: str = "powers: []") -> Knowledge:
        return parse_knowledge(f"{HEAD}{facts.rstrip()}\n{powers.rstrip()}\n", "small.yaml")

    return make


@pytest.fixture
def stage(engine: Engine) -> Stage:
    """A desk with the shop's policy and facts on a fake site."""
    return make_stage(engine, shipped_policy(), shipped_knowledge())


@pytest.fixture
def people(stage: Stage) -> dict[Role, Person]:
    return stage.people


@pytest.fixture
def db(stage: Stage) -> Iterator[Session]:
    """An open transaction on the desk's database."""
    with session(stage.desk.engine) as opened:
        yield opened


@pytest.fixture
def add_draft(stage: Stage) -> Callable[..., int]:
    """`add_draft(comment, …)`: a draft for a comment of its own, with fields of `DraftRow`."""

    def add(comment: str = "Чай плохой", **changes: Any) -> int:
        number = stage.site.add(comment, f"guest{len(stage.site.comments)}")
        stage.clock.wait(seconds=60)
        pipeline.collect(stage.desk)
        for step in ("classify", "group", "decide"):
            pipeline.STEPS[step](stage.desk, None)
        with session(stage.desk.engine) as opened:
            mention = _mention(opened, stage, number)
            decision = judgements.list_decisions(opened, [mention])[mention.id or 0]
            mentions.save_state(mention, MentionState.DRAFTED, stage.clock())
            values: dict[str, Any] = {
                "brand_id": mention.brand_id,
                "mention_id": mention.id or 0,
                "mention_version": mention.version,
                "decision_id": decision.id or 0,
                "writer": "test",
                "approach": Approach.ANSWER,
                "language": Language.RUSSIAN,
                "state": DraftState.PROPOSED,
                "text": "Ответ.",
                "created_at": stage.clock(),
                **changes,
            }
            draft = DraftRow(**values, text_digest=audit.digest(values["text"]))
            opened.add(draft)
            opened.flush()
            return draft.id or 0

    return add


@pytest.fixture
def approve(stage: Stage) -> Callable[[int], None]:
    """`approve(draft_id)`: an approver says yes to its text."""

    def say_yes(draft_id: int) -> None:
        with session(stage.desk.engine) as opened:
            draft = replies.get_draft(opened, draft_id)
            approval.approve(
                opened,
                person=stage.people[Role.APPROVER],
                draft_id=draft_id,
                text_digest=draft.text_digest,
                mention_version=draft.mention_version,
                at=stage.clock(),
                undo=timedelta(0),
            )

    return say_yes


def _mention(opened: Session, stage: Stage, number: int) -> Mention:
    wanted = select(Mention).where(Mention.external_id == f"site/{number}")
    return opened.exec(wanted).one()
