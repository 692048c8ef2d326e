"""An attack with customers inside, and what is done about it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import Engine
from sqlmodel import col, select

from otklik import pipeline
from otklik.database import reading, session
from otklik.enums import ActKind, ActState, IncidentKind, IncidentState, Role, Topic
from otklik.models import Act, Incident, Mention
from otklik.platforms import Capability
from otklik.store import members
from responder import bulk_undo
from responder.incidents import attack_measures, attacks
from responder.moderation.terms import DEFAULT_TERMS
from tests.fakes import Stage
from tests.responder.moderation.grounds_to_act import Moderated, moderated_stage

WAVE, CRITICS = 6, 8
WHY = "брань без сути, вечер субботы"


def able(platform: str) -> frozenset[Capability]:
    """The stage's platform can do everything."""
    return frozenset(Capability) if platform == "fake" else frozenset()


class Wave:
    """A stage with an attack: six haters, eight customers, one question."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.stage: Stage
        self.kind: type[Moderated]
        self.stage, self.kind = moderated_stage(engine)
        for n in range(WAVE):
            self.stage.site.add(f"Идиоты, закройтесь уже, голос номер {n}", f"hater{n}")
        for n in range(CRITICS):
            self.stage.site.add(f"Заказ {4400 + n} не приехал, верните деньги", f"customer{n}")
        self.stage.site.add("А что тут случилось?", "passer-by")
        pipeline.drain(self.stage.desk)
        at = self.stage.clock()
        with session(engine) as db:
            ids = [one or 0 for one in db.exec(select(Mention.id).order_by(col(Mention.id)))]
            incident = Incident(
                kind=IncidentKind.ATTACK,
                state=IncidentState.OPEN,
                topic=Topic.NONE,
                signature="s",
                first_at=at,
                last_at=at,
            )
            db.add(incident)
            db.flush()
            self.incident_id = incident.id or 0
            members.save_members(db, ids, self.incident_id)
            db.expire_all()
            attacks.refresh(db, incident, at)
        self.hostile = ids[:WAVE]
        self.critics = ids[WAVE : WAVE + CRITICS]
        self.other = ids[-1]

    def plan(self, kind: ActKind = ActKind.HIDE, **more: Any) -> attack_measures.Plan:
        with reading(self.engine) as db:
            return attack_measures.plan(
                db,
                person=self.stage.people[Role.OPERATOR],
                incident_id=self.incident_id,
                kind=kind,
                **{"can": able, "terms": DEFAULT_TERMS, "at": self.stage.clock(), **more},
            )

    def ask(self, lines: Any, role: Role = Role.OPERATOR, reason: str = WHY) -> Any:
        with session(self.engine) as db:
            return attack_measures.ask(
                db,
                person=self.stage.people[role],
                incident_id=self.incident_id,
                lines=lines,
                reason=reason,
                at=self.stage.clock(),
                terms=DEFAULT_TERMS,
            )

    def approve(self, role: Role = Role.APPROVER) -> Any:
        with session(self.engine) as db:
            ids = [one.id or 0 for one in db.exec(select(Act).where(Act.state == ActState.ASKED))]
            return attack_measures.approve(
                db,
                person=self.stage.people[role],
                act_ids=ids,
                at=self.stage.clock(),
                terms=DEFAULT_TERMS,
                undo=timedelta(0),
            )

    def acts(self) -> list[Act]:
        with reading(self.engine) as db:
            return list(db.exec(select(Act).order_by(col(Act.id))))

    def undo(self, batch_id: int, role: Role = Role.LEAD) -> Any:
        with session(self.engine) as db:
            person, at = self.stage.people[role], self.stage.clock()
            return bulk_undo.undo(db, person=person, batch_id=batch_id, at=at)
