"""A desk over one real Isso with two pages: one read through a proxy that fails, one directly."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from collectors.isso import Isso
from otklik import clock, pipeline
from otklik.database import reading, session
from otklik.desk import Desk
from otklik.entries import ChannelSettings, SourceSettings
from otklik.enums import DraftState, Role
from otklik.knowing import FixedKnowledge
from otklik.models import AuditEvent, DraftRow, Mention, Person, Reply, Source
from otklik.people import add_person
from otklik.policies import Fixed
from otklik.settings import Settings
from otklik.store import sources
from responder import approval
from responder.drafting import DeterministicWriter
from responder.knowledge import Knowledge
from responder.policy import Policy
from tests.fakes import FakeChannel, RuleJudge
from tests.servers.faulty import FaultyProxy
from tests.servers.isso import IssoServer

BAD, GOOD = "/bad", "/good"
PATIENCE = 60.0  # seconds for one call: a busy machine is slow, not dead
COMPLAINT = "Заказ 4512 так и не приехал, доставка опоздала на три дня. Когда вернёте деньги?"


class StandingClock:
    """The real time and a bit more; it stands while the machine works, however long that takes."""

    def __init__(self) -> None:
        self.offset = timedelta(0)
        self._stands: datetime | None = None

    def __call__(self) -> datetime:
        """The present moment of this world."""
        return self._stands or clock.now() + self.offset

    @contextmanager
    def standing(self) -> Iterator[None]:
        """No time passes inside: else a slow machine would do what is due again soon."""
        self._stands = self()
        try:
            yield
        finally:
            self._stands = None


@dataclass
class World:
    """Site, wire, desk and people."""

    desk: Desk
    isso: IssoServer
    proxy: FaultyProxy
    clock: StandingClock
    channel: FakeChannel
    people: dict[Role, Person]

    def drain(self, **later: float) -> dict[str, Any]:
        """Let time pass, then do all that the machine can do."""
        self.clock.offset += timedelta(**later)
        with self.clock.standing():
            return pipeline.drain(self.desk)

    def set_patience(self, seconds: float) -> None:
        """How long a call to the bad source may take from now on."""
        again = [
            _source("bad", self.proxy.url, BAD, seconds),
            _source("good", self.isso.url, GOOD),
        ]
        with session(self.desk.engine) as db:
            sources.sync_sources(db, self.desk.brand_id, again, self.desk.now(), retry=False)

    def source(self, name: str) -> Source:
        """A source as the desk sees it."""
        with reading(self.desk.engine) as db:
            return db.exec(select(Source).where(Source.name == name)).one()

    def mention(self, number: int, proxy: FaultyProxy | None = None) -> Mention:
        """The mention of a comment of the bad page."""
        host = (proxy or self.proxy).host
        with reading(self.desk.engine) as db:
            return _mention(db, f"{host}/{number}")

    def mentions(self, source: str) -> list[Mention]:
        """All that was collected from a source, ours excluded."""
        with reading(self.desk.engine) as db:
            return list(
                db.exec(
                    select(Mention)
                    .where(Mention.source_id == self.source(source).id, ~col(Mention.is_ours))
                    .order_by(col(Mention.id))
                )
            )

    def failures(self, source: str) -> list[AuditEvent]:
        """Audit events that say that reading a source failed."""
        with reading(self.desk.engine) as db:
            return list(
                db.exec(
                    select(AuditEvent).where(
                        AuditEvent.action == "step.failed",
                        AuditEvent.subject_kind == "source",
                        AuditEvent.subject_id == str(self.source(source).id),
                    )
                )
            )

    def draft(self, number: int) -> DraftRow | None:
        """The draft that waits under a comment of the bad page."""
        mention = self.mention(number)
        with reading(self.desk.engine) as db:
            return db.exec(
                select(DraftRow).where(
                    DraftRow.mention_id == mention.id, DraftRow.state == DraftState.PROPOSED
                )
            ).one_or_none()

    def approve(self, number: int) -> DraftRow:
        """As many people as are needed say yes to the draft under a comment."""
        draft = self.draft(number)
        assert draft is not None
        for role in (Role.APPROVER, Role.LEAD)[: draft.approvals_needed]:
            with session(self.desk.engine) as db:
                approval.approve(
                    db,
                    person=self.people[role],
                    draft_id=draft.id or 0,
                    text_digest=draft.text_digest,
                    mention_version=draft.mention_version,
                    at=self.desk.now(),
                    undo=timedelta(0),
                )
        return draft

    def replies(self, number: int) -> list[Reply]:
        """Our replies to a comment, as the desk knows them."""
        mention = self.mention(number)
        with reading(self.desk.engine) as db:
            return list(
                db.exec(select(Reply).where(Reply.mention_id == mention.id).order_by(col(Reply.id)))
            )

    def ours_on_site(self) -> list[str]:
        """Texts of our replies that stand on the bad page."""
        return [row["text"] for row in self.isso.list(BAD) if row["author"] == "Магазин"]


def _mention(db: Session, external_id: str) -> Mention:
    return db.exec(select(Mention).where(Mention.external_id == external_id)).one()


def _source(name: str, base_url: str, uri: str, timeout: float = PATIENCE) -> SourceSettings:
    values: dict[str, Any] = {
        "name": name,
        "platform": "isso",
        "interval": 10,
        "base_url": base_url,
        "uris": [uri],
        "allow_private_hosts": True,
        "min_interval": 0,
        "timeout": timeout,
        "author_name": "Магазин",
        "author_email": "desk@shop.example",
        "author_website": "https://shop.example/",
    }
    return SourceSettings(**values)


def make_world(
    engine: Engine, isso: IssoServer, proxy: FaultyProxy, policy: Policy, knowledge: Knowledge
) -> World:
    """A desk that watches both pages, with an empty database."""
    now, channel = StandingClock(), FakeChannel()
    own = ChannelSettings(name="fake", kind="fake", min_urgency=0)
    settings = Settings(
        posting="live",
        undo_seconds=0,
        sources=[_source("bad", proxy.url, BAD), _source("good", isso.url, GOOD)],
        channels=[own],
    )
    desk = Desk(
        settings=settings,
        engine=engine,
        platforms={"isso": Isso},
        classifier=RuleJudge(),
        policies=Fixed(policy),
        known=FixedKnowledge(knowledge),
        writer=DeterministicWriter(knowledge),
        channels={"fake": (own, channel)},
        now=now,
        owner="proof",
    )
    with session(engine) as db:
        sources.sync_sources(db, desk.brand_id, settings.sources, now())
        people = {
            role: add_person(
                db, login=role, role=role, password=None, at=now(), brand_id=desk.brand_id
            )
            for role in Role
        }
    return World(desk, isso, proxy, now, channel, people)
