"""A wave: six people with one trouble, each with a draft, as one incident."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from sqlalchemy import Engine
from sqlmodel import col, select

from otklik import pipeline
from otklik.database import reading, session
from otklik.enums import Language, Role
from otklik.models import DraftRow, Mention, Statement
from responder import statements
from responder.knowledge.file import shipped_knowledge
from responder.policy.file import shipped_policy
from tests.fakes import Stage, make_stage

TEXT = "Партию сняли с продажи. Ответим здесь до 25 ноября, что показала проверка."
PEOPLE = ("anna", "boris", "vera", "gleb", "dina", "egor")


@dataclass
class Wave:
    """The stage with its incident."""

    stage: Stage
    incident_id: int

    def mentions(self) -> list[Mention]:
        with reading(self.stage.desk.engine) as db:
            query = select(Mention).where(Mention.incident_id == self.incident_id)
            return list(db.exec(query.order_by(col(Mention.id))))

    def drafts(self, mention: Mention) -> list[DraftRow]:
        with reading(self.stage.desk.engine) as db:
            query = select(DraftRow).where(DraftRow.mention_id == mention.id)
            return list(db.exec(query.order_by(col(DraftRow.id))))

    def propose(self, text: str = TEXT, role: Role = Role.OPERATOR) -> Statement:
        with session(self.stage.desk.engine) as db:
            return statements.propose(
                db,
                person=self.stage.people[role],
                incident_id=self.incident_id,
                language=Language.RUSSIAN,
                text=text,
                at=self.stage.clock(),
            )

    def approve(self, statement: Statement, role: Role = Role.APPROVER) -> int:
        with session(self.stage.desk.engine) as db:
            return statements.approve(
                db,
                person=self.stage.people[role],
                statement_id=statement.id or 0,
                text_digest=statement.text_digest,
                at=self.stage.clock(),
            )

    def put_in_force(self, text: str = TEXT) -> Statement:
        """As many people as needed say yes."""
        statement = self.propose(text)
        for role in (Role.APPROVER, Role.LEAD)[: statement.approvals_needed]:
            self.approve(statement, role)
        return self.stored(statement)

    def retire(self, statement: Statement, reason: str = "причина другая") -> list[int]:
        with session(self.stage.desk.engine) as db:
            return statements.retire(
                db,
                person=self.stage.people[Role.APPROVER],
                statement_id=statement.id or 0,
                reason=reason,
                at=self.stage.clock(),
            )

    def stored(self, statement: Statement) -> Statement:
        with reading(self.stage.desk.engine) as db:
            return db.get_one(Statement, statement.id)


@pytest.fixture
def wave(engine: Engine) -> Wave:
    """Six complaints about one taste."""
    stage = make_stage(engine, shipped_policy(), shipped_knowledge())
    for name in PEOPLE:
        stage.site.add(f"Чай «Утро» пахнет пылью, {name} очень недоволен вкусом", name)
    pipeline.drain(stage.desk)
    with reading(engine) as db:
        (incident,) = {row.incident_id for row in db.exec(select(Mention))} - {None}
    assert incident is not None
    return Wave(stage, incident)
