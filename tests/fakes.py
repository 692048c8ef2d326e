"""Hand-written fakes for the pipeline's tests: a site in memory, a judge by plain rules."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from sqlalchemy import Engine

from otklik.alerts import AlertMessage, Channel, ChannelConfig
from otklik.database import session
from otklik.desk import Desk
from otklik.entries import ChannelSettings, SourceSettings
from otklik.enums import Abuse, Claim, Language, Role, Stance, Topic, Urgency
from otklik.knowing import FixedKnowledge
from otklik.models import Person
from otklik.people import add_person
from otklik.platforms import (
    Capability,
    CollectedAuthor,
    CollectedMention,
    CollectedThread,
    Cursor,
    Page,
    Platform,
    PlatformSettings,
    PostedReply,
    ReplyRequest,
)
from otklik.policies import Fixed
from otklik.settings import Settings
from otklik.store import sources
from otklik.verdicts import Verdict
from responder.drafting import DeterministicWriter
from responder.knowledge import Knowledge
from responder.policy import Policy

START = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


@dataclass
class Comment:
    """One comment on the fake site."""

    number: int
    text: str
    author: str
    parent: int | None = None
    at: datetime = START
    is_ours: bool = False
    rating: float | None = None
    media: tuple[str, ...] = ()
    cannot_answer: str = ""


@dataclass
class Site:
    """A comment site in memory. `faults` are raised, one per call, before anything else."""

    comments: dict[int, Comment] = field(default_factory=dict)
    closed: bool = False
    faults: dict[str, list[Exception]] = field(default_factory=dict)
    accept_then_fail: list[Exception] = field(default_factory=list)
    posts: list[ReplyRequest] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def add(self, text: str, author: str = "guest", **more: Any) -> int:
        """A stranger (or we) writes a comment; returns its number."""
        number = next(self._numbers)
        self.comments[number] = Comment(number, text, author, **more)
        return number

    def fail(self, call: str) -> None:
        """Raise what the test has planned for this call."""
        planned = self.faults.get(call)
        if planned:
            raise planned.pop(0)

    def shown(self) -> tuple[CollectedMention, ...]:
        """The whole thread as the platform shows it."""
        return tuple(self._show(comment) for comment in self.comments.values())

    def _show(self, comment: Comment) -> CollectedMention:
        return CollectedMention(
            external_id=f"site/{comment.number}",
            thread=CollectedThread(external_id="site/page", title="Page", is_closed=self.closed),
            author=CollectedAuthor(
                external_id=f"site/{comment.author}", name=comment.author, is_ours=comment.is_ours
            ),
            text=comment.text,
            parent_external_id=f"site/{comment.parent}" if comment.parent else None,
            published_at=comment.at,
            rating=comment.rating,
            media=comment.media,
            cannot_answer=comment.cannot_answer,
        )


class FakePlatform(Platform[PlatformSettings]):
    """A platform on a `Site`; the site is the class attribute of a subclass."""

    name: ClassVar[str] = "fake"
    can: ClassVar[frozenset[Capability]] = frozenset({Capability.THREAD, Capability.POST})
    reads_back: ClassVar[bool] = True
    site: ClassVar[Site]

    def collect(self, cursor: Cursor) -> Iterator[Page]:
        """One page with the whole thread."""
        self.site.fail("collect")
        yield Page(
            mentions=self.site.shown(),
            cursor={"seen": len(self.site.comments)},
            complete_thread_ids=("site/page",),
        )

    def thread(self, thread_external_id: str) -> list[CollectedMention]:
        """The whole thread."""
        self.site.fail("thread")
        return list(self.site.shown())

    def post(self, request: ReplyRequest) -> PostedReply:
        """Take the reply; may fail before or after taking it."""
        self.site.fail("post")
        self.site.posts.append(request)
        number = self.site.add(
            request.text,
            "us",
            parent=int(request.parent_external_id.split("/")[1]),
            is_ours=True,
        )
        if self.site.accept_then_fail:
            raise self.site.accept_then_fail.pop(0)
        return PostedReply(external_id=f"site/{number}", url=f"http://site/#{number}")


class RuleJudge:
    """A classifier by five plain rules: what a test means is what it gets."""

    version = "rules-1"

    def judge(self, texts: Sequence[str]) -> list[Verdict]:
        """One verdict per text."""
        return [self._one(text) for text in texts]

    def _one(self, text: str) -> Verdict:
        if "BROKEN" in text:
            raise ValueError("the judge chokes on this text")
        low = text.lower()
        hater, praise = "идиот" in low, "спасибо" in low
        case = any(word in low for word in ("чай", "доставк", "заказ", "отрав"))
        stance = Stance.PRAISE if praise else Stance.CRITIC if case else Stance.OTHER
        stance = Stance.HATER if hater and not case else stance
        urgency = Urgency.CRITICAL if "отрав" in low else Urgency(int(case))
        abuse = Abuse.INSULT if hater else Abuse.NONE
        return Verdict(
            claim=Claim.CONCRETE if case else Claim.NONE,
            claim_proba={"none": float(not case), "vague": 0.0, "concrete": float(case)},
            abuse=abuse,
            abuse_proba={
                "none": float(not hater),
                "profane": 0.0,
                "insult": float(hater),
                "threat": 0.0,
                "any": float(hater),
            },
            stance=stance,
            stance_proba={kind: float(kind is stance) for kind in Stance},
            urgency=urgency,
            urgency_parts={"harm": 1.0} if urgency is Urgency.CRITICAL else {},
            topic=Topic.DELIVERY if "доставк" in low else Topic.QUALITY if case else Topic.NONE,
            topic_proba={},
            language=Language.RUSSIAN,
            abstained=False,
            model_version=self.version,
        )


class FakeChannel(Channel):
    """Remembers what it was given; `faults` are raised first, one per message."""

    kind = "fake"

    def __init__(self) -> None:
        super().__init__(ChannelConfig(), name="fake")
        self.sent: list[AlertMessage] = []
        self.faults: list[Exception] = []

    def send(self, message: AlertMessage) -> str | None:
        """Take a message."""
        if self.faults:
            raise self.faults.pop(0)
        self.sent.append(message)
        return None


@dataclass
class Clock:
    """Time that moves when a test says so."""

    at: datetime = START + timedelta(hours=1)

    def __call__(self) -> datetime:
        """The present moment."""
        return self.at

    def wait(self, **much: float) -> None:
        """Let time pass."""
        self.at += timedelta(**much)


@dataclass
class Stage:
    """A desk on a fake site, with people."""

    desk: Desk
    site: Site
    clock: Clock
    channel: FakeChannel
    people: dict[Role, Person]


def make_stage(engine: Engine, policy: Policy, knowledge: Knowledge, **more: Any) -> Stage:
    """A desk over `engine` that watches a fake site; posting is live unless said otherwise."""
    site, clock, channel = Site(), Clock(), FakeChannel()
    kind = type("FakePlatform", (FakePlatform,), {"site": site})
    own = ChannelSettings(name="fake", kind="fake", min_urgency=0)
    settings = Settings(
        **{
            "posting": "live",
            "undo_seconds": 0,
            "sources": [SourceSettings(name="site", platform="fake", interval=10)],
            "channels": [own],
            **more,
        }
    )
    desk = Desk(
        settings=settings,
        engine=engine,
        platforms={"fake": kind},
        classifier=RuleJudge(),
        policies=Fixed(policy),
        known=FixedKnowledge(knowledge),
        writer=DeterministicWriter(knowledge),
        channels={"fake": (own, channel)},
        now=clock,
        owner="test",
    )
    with session(engine) as db:
        sources.sync_sources(db, desk.brand_id, settings.sources, clock())
        people = {
            role: add_person(
                db, login=role, role=role, password=None, at=clock(), brand_id=desk.brand_id
            )
            for role in Role
        }
    return Stage(desk, site, clock, channel, people)
