"""A desk that knows what a shop knows: facts are proposed, activated and taken out there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from otklik.database import reading, session
from otklik.entries import ChannelSettings
from otklik.enums import ProposalKind
from otklik.knowing import FollowingKnowledge
from otklik.models import Person, Proposal
from otklik.settings import Settings
from otklik.store import proposals
from responder.knowledge import changing
from responder.knowledge.house import House, read_house
from tests.fakes import START

FACT, POWER = ProposalKind.FACT, ProposalKind.POWER
FLAGS: dict[str, Any] = {
    "id": "samovar_rent",
    "ru": ["Самовар напрокат стоит 900 рублей в сутки, залог 3000 рублей."],
    "en": ["A samovar for hire is 900 roubles a day, with a deposit of 3000 roubles."],
    "topics": ["price"],
    "keywords": ["самовар", "samovar"],
    "asked": ["Сколько стоит самовар напрокат"],
    "owner": "управляющий кафе",
    "source": "прейскурант",
    "valid_from": "2026-01-01",
}
COMMENT = "Заказ третий день не едет. Сколько стоит самовар напрокат?"
CHANNELS = [ChannelSettings(name="day", kind="console", min_urgency=0)]


@dataclass
class Place:
    """A desk whose file says what the shop knows, with two leads and an operator."""

    engine: Engine
    file: Path
    lead: Person
    other: Person
    operator: Person

    def follow(self) -> FollowingKnowledge:
        settings = Settings(knowledge_file=str(self.file), channels=CHANNELS)
        return FollowingKnowledge(self.engine, settings, START)

    def house(self) -> House:
        with reading(self.engine) as db:
            return read_house(db, "default", str(self.file), use_meaning=False)

    def propose(
        self, values: dict[str, Any], *, by: Person | None = None, kind: ProposalKind = FACT,
        base: str | None = None, accepts: bool = False,
    ) -> int:  # fmt: skip
        found = self.house().digest(kind, str(values["id"])) if base is None else base
        with session(self.engine) as db:
            made = changing.propose(
                db,
                person=by or self.lead,
                kind=kind,
                values=values,
                note="потому что",
                base_digest=found,
                named=str(self.file),
                at=START,
                accepts_contradictions=accepts,
            )
            return made.id or 0

    def take_out(self, subject: str, by: Person | None = None) -> int:
        base = self.house().digest(FACT, subject)
        with session(self.engine) as db:
            made = changing.propose_end(
                db,
                person=by or self.lead,
                kind=FACT,
                subject=subject,
                note="больше нет",
                base_digest=base,
                named=str(self.file),
                at=START,
            )
            return made.id or 0

    def activate(self, *numbers: int, by: Person | None = None, after: float = 0.0) -> None:
        with session(self.engine) as db:
            changing.activate(
                db,
                person=by or self.other,
                proposal_ids=numbers,
                named=str(self.file),
                at=START + timedelta(hours=after),
            )

    def one(self, number: int) -> Proposal:
        with reading(self.engine) as db:
            return proposals.get_proposal(db, number)
