"""A warm process that forks one child per attempt: run as ``python -m tests.proof.zygote``.

Reads one job (JSON) a line, answers with the child's pid and then with what became of it. It
has no threads, so that a fork is a faithful copy; the child works the data's way over one
database until nothing is left to do, or until it is killed.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache, partial
from typing import Any

import stamina
import structlog
from sqlalchemy import Engine
from sqlmodel import col, select

from classifier.model import Classifier
from collectors.isso import Isso
from otklik import clock, pipeline
from otklik.database import make_engine, reading, session
from otklik.desk import Desk
from otklik.entries import ChannelSettings, SourceSettings
from otklik.enums import DraftState, MentionState, ReplyState, Role
from otklik.errors import ApprovalError
from otklik.judging import Judge
from otklik.knowing import FixedKnowledge
from otklik.models import DraftRow, Mention, Person, Reply
from otklik.policies import Fixed
from otklik.settings import Settings
from responder import approval
from responder.drafting import DeterministicWriter
from responder.knowledge import Knowledge
from responder.knowledge.file import shipped_knowledge
from responder.policy import Policy
from responder.policy.file import shipped_policy
from tests.fakes import FakeChannel
from tests.proof.boundaries import Boundary, Watch

ROUNDS = 14
# longer than a source's lease and than `sending_timeout`
STEP_OF_TIME = 70.0
UNDER_WAY = (ReplyState.QUEUED, ReplyState.SENDING, ReplyState.UNKNOWN)
MACHINE_STATES = (
    MentionState.COLLECTED,
    MentionState.CLASSIFIED,
    MentionState.GROUPED,
    MentionState.DECIDED,
)


class OffsetClock:
    """The real time and a bit more: leases of killed processes are over without waiting."""

    def __init__(self, offset: float) -> None:
        self.offset = timedelta(seconds=offset)

    def __call__(self) -> datetime:
        """The present moment, moved forward."""
        return clock.now() + self.offset


def make_settings(source: dict[str, Any], **more: Any) -> Settings:
    """Live posting, one source, one channel that takes every alert."""
    values: dict[str, Any] = {
        "posting": "live",
        "undo_seconds": 0,
        "sending_timeout": 60,
        "sources": [SourceSettings(**source)],
        "channels": [ChannelSettings(name="fake", kind="fake", min_urgency=0)],
        **more,
    }
    return Settings(**values)


@cache
def _shipped() -> tuple[Policy, Knowledge]:
    return shipped_policy(), shipped_knowledge()


def make_desk(url: str, source: dict[str, Any], now: OffsetClock, judge: Judge) -> Desk:
    """The product's own parts; only clock and alert channel are the proof's."""
    settings, (policy, knowledge) = make_settings(source), _shipped()
    return Desk(
        settings=settings,
        engine=warm_engine(url),
        platforms={"isso": Isso},
        classifier=judge,
        policies=Fixed(policy),
        known=FixedKnowledge(knowledge),
        writer=DeterministicWriter(knowledge),
        channels={"fake": (settings.channels[0], FakeChannel())},
        now=now,
    )


_warm: dict[str, Engine] = {}


def warm_engine(url: str) -> Engine:
    """An engine that need not compile again what an earlier attempt has compiled."""
    engine = make_engine(url)
    known = _warm.setdefault(engine.dialect.name, engine)
    engine.dialect, engine._compiled_cache = known.dialect, known._compiled_cache
    return engine


def work(
    desk: Desk, now: OffsetClock, *, at_most: int | None = None, pause: float = STEP_OF_TIME
) -> None:
    """Machine and people take turns until nothing is left to do.

    Args:
        at_most: only drafts up to this number are approved.
        pause: seconds by which the clock moves between two turns.
    """
    for _ in range(ROUNDS):
        pipeline.drain(desk)
        acted = _approve_waiting(desk, at_most)
        if not acted and not unfinished(desk):
            break
        now.offset += timedelta(seconds=pause)
    pipeline.collect(desk, desk.settings.sources[0].name)


def _approve_waiting(desk: Desk, at_most: int | None) -> int:
    """People say yes to every draft that waits, as many of them as are asked for."""
    with reading(desk.engine) as db:
        people = {person.role: person for person in db.exec(select(Person))}
        waiting = db.exec(
            select(DraftRow)
            .where(DraftRow.state == DraftState.PROPOSED, col(DraftRow.id) <= (at_most or 10**9))
            .order_by(col(DraftRow.id))
        ).all()
    return sum(_approve(desk, draft, people) for draft in waiting)


def _approve(desk: Desk, draft: DraftRow, people: dict[Role, Person]) -> bool:
    for role in (Role.APPROVER, Role.LEAD):
        try:
            with session(desk.engine) as db:
                given = approval.approve(
                    db,
                    person=people[role],
                    draft_id=draft.id or 0,
                    text_digest=draft.text_digest,
                    mention_version=draft.mention_version,
                    at=desk.now(),
                    undo=timedelta(0),
                )
        except ApprovalError:
            continue  # given before the kill, or the comment has changed
        if given.reply_id is not None:
            return True
    return False


def unfinished(desk: Desk) -> bool:
    """Does anything wait for the machine?"""
    with reading(desk.engine) as db:
        replies = db.exec(select(Reply.id).where(col(Reply.state).in_(UNDER_WAY))).first()
        mentions = db.exec(select(Mention.id).where(col(Mention.state).in_(MACHINE_STATES))).first()
    return replies is not None or mentions is not None


def _child(job: dict[str, Any], judge: Judge, pipe: int) -> None:
    target = Boundary(*job["target"]) if job["target"] else None
    now = OffsetClock(job["offset"])
    desk = make_desk(job["url"], job["source"], now, judge)
    Watch(pipe, target, job["seen"]).start()
    work(desk, now)


def _warm_up(job: dict[str, Any], judge: Judge) -> dict[str, Any]:
    """The same work in this very process, so that its children find everything loaded."""
    now = OffsetClock(0)
    desk = make_desk(job["url"], job["source"], now, judge)
    work(desk, now)
    desk.engine.dispose()
    say({"pid": os.getpid()})
    return {"status": 0, "passed": []}


def fork(child: Callable[[int], None]) -> dict[str, Any]:
    """Run `child` in a process of its own and say its pid; gives what became of it.

    Args:
        child: gets the file descriptor on which it tells what it passed, a line each.
    """
    readable, writable = os.pipe()
    pid = os.fork()
    if pid == 0:
        code = 70
        try:
            os.close(readable)
            child(writable)
            code = 0
        except BaseException:  # noqa: BLE001 — the parent learns it from the exit status
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(code)
    os.close(writable)
    say({"pid": pid})
    with os.fdopen(readable, encoding="utf-8") as lines:
        passed = lines.read().split("\n")[:-1]
    _, status = os.waitpid(pid, 0)
    return {"status": os.waitstatus_to_exitcode(status), "passed": passed}


def say(value: dict[str, Any]) -> None:
    """One line of JSON to whoever started this process."""
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Serve jobs until the input ends."""
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    stamina.set_testing(True, attempts=3)
    judge = Classifier.load()
    judge.judge(["Разогрев"])
    say({"ready": True})
    for line in sys.stdin:
        job = json.loads(line)
        say(_warm_up(job, judge) if job["warm"] else fork(partial(_child, job, judge)))


if __name__ == "__main__":
    main()
